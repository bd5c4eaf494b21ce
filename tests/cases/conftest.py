"""Kinds and cases of the cast."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from salter.cases import presets, services
from salter.cases.models import Case, Kind
from tests.cast import NOW, SYSTEM, Cast


@pytest.fixture
def kinds(cast: Cast) -> dict[str, Kind]:
    """The preset kinds of gas."""
    return {kind.code: kind for kind in presets.install_presets(actor=SYSTEM, institution=cast.gas, now=NOW)}


OpenCase = Callable[..., Case]


@pytest.fixture
def open_case(cast: Cast, kinds: dict[str, Kind]) -> OpenCase:
    """Opens a question of Ana's unless told otherwise."""
    counter = itertools.count(1)

    def make(kind: str = "question", **more: Any) -> Case:
        values = {
            "actor": cast.actor(cast.ana),
            "institution": cast.gas,
            "kind": kinds[kind],
            "party": cast.ana_party,
            "text": f"Why is my bill so high? {next(counter)}",
            "now": NOW,
        } | more
        return services.open_case(**values)

    return make
