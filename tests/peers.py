"""Programs that some tests need besides Python and PostgreSQL.

A test says `@pytest.mark.peer("chromium")`. On a laptop without the program the test is skipped, by name and with the
command that installs it; where SALTER_REQUIRE_PEERS=1 it fails, so that no build server turns green by having nothing.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest


def chromium() -> str | None:
    """The browser's path, or None."""
    named = os.environ.get("SALTER_CHROMIUM")
    if named:
        return named if Path(named).exists() else None
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        if found := shutil.which(name):
            return found
    return None


def axe() -> str | None:
    """The path of axe-core's script, which comes inside a wheel of the lock."""
    spec = find_spec("axe_playwright_python")
    if spec is None or spec.origin is None:
        return None
    return next((str(path) for path in Path(spec.origin).parent.rglob("axe.min.js")), None)


# Name: (finder, how to install it).
PEERS: dict[str, tuple[Callable[[], str | None], str]] = {
    "chromium": (chromium, "apt-get install -y --no-install-recommends chromium"),
    "axe": (axe, "make test"),
}


def are_required() -> bool:
    """Whether a missing peer fails its tests."""
    return os.environ.get("SALTER_REQUIRE_PEERS") == "1"


def settle(item: pytest.Item) -> None:
    """Skip or fail `item` when a peer that it names is missing."""
    for mark in item.iter_markers("peer"):
        for name in mark.args:
            find, command = PEERS[name]
            if find() is None:
                reason = f"{name} is missing: {command}"
                if are_required():
                    pytest.fail(reason, pytrace=False)
                pytest.skip(reason)
