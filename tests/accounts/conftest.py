"""What the tests of accounts share: the codes and notices that were sent, and a person inside."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from salter.accounts import events
from tests.cast import PASSWORD, Cast

SIGN_IN = "/account/sign-in"


@dataclass
class Letters:
    """Everything that left by signal."""

    codes: list[dict[str, Any]] = field(default_factory=list)
    notices: list[dict[str, Any]] = field(default_factory=list)

    @property
    def code(self) -> str:
        """The digits sent last."""
        return self.codes[-1]["code"]

    def wrong(self) -> str:
        """Six digits that weren't sent."""
        return f"{(int(self.code) + 1) % 1_000_000:06}"

    @property
    def kinds(self) -> list[tuple[str, str]]:
        """What was told to whom."""
        return [(str(notice["kind"]), notice["address"]) for notice in self.notices]


@pytest.fixture(autouse=True)
def _forget_institutions() -> None:
    """Institutions are remembered for seconds; those of the test before are gone."""
    cache.clear()


@pytest.fixture
def letters() -> Iterator[Letters]:
    found = Letters()

    def on_code(sender: Any, signal: Any, **payload: Any) -> None:
        found.codes.append(payload)

    def on_notice(sender: Any, signal: Any, **payload: Any) -> None:
        found.notices.append(payload)

    events.code_requested.connect(on_code)
    events.security_notice.connect(on_notice)
    yield found
    events.code_requested.disconnect(on_code)
    events.security_notice.disconnect(on_notice)


def sign_in(client: Client, login: str, password: str = PASSWORD, next_url: str = "/gas/", **headers: str) -> Any:
    """Go through the sign-in page."""
    return client.post(SIGN_IN, {"login": login, "password": password, "next": next_url}, headers=headers or None)


@pytest.fixture
def inside(client: Client, cast: Cast) -> Client:
    """A browser in which Ana has just signed in."""
    assert sign_in(client, "ana@example.rs").status_code == 302
    return client
