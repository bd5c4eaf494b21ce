"""Accessibility in a real browser, by axe-core."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests import peers

__all__ = ["assert_accessible", "violations"]

# WCAG 2.2 A and AA, and what its authors hold to be good practice.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page: Any, tags: list[str] | None = None) -> list[str]:
    """Return what axe finds wrong with the page as it stands, one line for each rule and place."""
    script = peers.axe()
    assert script
    # Evaluated by the debugger, so that the page's own policy against foreign scripts stays on.
    page.evaluate(Path(script).read_text(encoding="utf-8"))
    result = page.evaluate(
        "tags => axe.run(document, {runOnly: tags, resultTypes: ['violations']})", tags if tags is not None else TAGS
    )
    return [
        f"{rule['id']} ({rule['impact']}): {' '.join(map(str, node['target']))}: {node.get('failureSummary', '')}"
        for rule in result["violations"]
        for node in rule["nodes"]
    ]


def assert_accessible(page: Any) -> None:
    """Fail with a list when axe finds anything, or when the page has to be moved sideways to be read."""
    found = violations(page)
    sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if sideways > 0:
        found.append(f"the page is {sideways} px wider than the window")
    assert not found, f"{page.url}\n" + "\n".join(found)
