"""What the tests of the outbox share: a cast, templates of their own, and the mark `slow`."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.utils.translation import gettext_lazy as _

from salter.notifications import registry
from tests.cast import Cast, make_cast

NOW = datetime(2026, 3, 5, 9, 30, tzinfo=UTC)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: the full measure of a test of which make test runs a sample")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if "slow" not in (config.option.markexpr or ""):
        for item in items:
            if item.get_closest_marker("slow"):
                item.add_marker(pytest.mark.skip(reason="runs with -m slow"))


@pytest.fixture
def templates() -> Iterator[None]:
    """Templates of the tests: an answer with all parts, a code, and one without SMS."""
    before = dict(registry._templates)
    registry.template(
        "test.answered",
        subject="{number}: we have answered",
        body="We have answered your question {number}.\n\nAmount: {amount}",
        sms="{number}: answered, žuto.",
        action="Open",
    )
    registry.template(
        "test.code", subject="Your code", body="The code is {secret}.", sms="Code {secret}", security=True
    )
    registry.template("test.plain", subject="News", body="There is news.")
    # "Sunday" is translated by Django itself in each of our languages, but not in one that we don't have.
    registry.template("test.translated", subject=_("Sunday"), body=_("Monday"), action=_("Tuesday"))
    yield
    registry._templates.clear()
    registry._templates.update(before)


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()
