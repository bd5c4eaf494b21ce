"""The desk on 5 March 2026: the cast, its kinds and cases, a browser for each person."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from salter.cases import presets, services
from salter.cases.models import Case, Kind
from salter.institutions import selectors as institutions
from tests.cast import NOW, SYSTEM, Cast, make_cast

Browser = Callable[..., Client]
OpenCase = Callable[..., Case]


@pytest.fixture
def cast(db: None, time_machine: Any) -> Cast:
    """The whole cast on 5 March 2026."""
    time_machine.move_to(NOW, tick=False)
    made = make_cast()
    for institution in (made.gas, made.heat):
        institutions.forget_institution(institution.slug)
    return made


@pytest.fixture
def kinds(cast: Cast) -> dict[str, Kind]:
    """The preset kinds of gas."""
    return {kind.code: kind for kind in presets.install_presets(actor=SYSTEM, institution=cast.gas, now=NOW)}


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


@pytest.fixture
def browser() -> Browser:
    """Returns the browser of a person; of nobody without an argument."""

    def make(user: Any = None) -> Client:
        client = Client(headers={"accept-language": "en"})
        if user is not None:
            client.force_login(user)
        return client

    return make


@pytest.fixture
def file_open(cast: Cast) -> Callable[[Client, Any], None]:
    """Opens a party's file with a purpose, as the clerk must before he does anything in it."""

    def open_it(client: Client, party: Any) -> None:
        answer = client.post(f"/gas/desk/customers/{party.pk}", {"reason": "caller"})
        assert answer.status_code == 302, words(answer)

    return open_it


def words(response: Any) -> str:
    """The page as it is read, without markup."""
    text = response.content.decode()
    main = text[text.index("<main") : text.index("</main>")]
    return " ".join(re.sub(r"<[^>]+>", " ", main).replace("\xa0", " ").replace("&nbsp;", " ").split())


def error_at(response: Any, field: str) -> str:
    """What stands beside a field as its error; empty when it has none."""
    found = re.search(rf'id="id_{re.escape(field)}_error">(.*?)</p>', response.content.decode(), re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split()) if found else ""


def version_of(case: Case) -> int:
    return Case.objects.get(pk=case.pk).version
