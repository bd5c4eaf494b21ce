"""`salter open_institution`: a further institution works at once, or isn't there at all."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from salter.audit.models import Entry
from salter.cases.models import Case, Kind
from salter.institutions.models import Institution, WorkingInterval
from salter.staff.models import Membership
from tests.cast import Cast
from tests.desk.conftest import words

GIVEN = {"name": "Toplana Sever", "counter": "Moja toplana", "languages": "sr-latn,sr,en", "theme": "toplota"}


def open_it(slug: str = "sever", **other: Any) -> str:
    said = io.StringIO()
    call_command("open_institution", slug, stdout=said, **GIVEN | other)
    return said.getvalue()


def test_it_opens_and_takes_its_first_case(cast: Cast) -> None:
    said = open_it(utility="heat")
    assert "/sever/ is open" in said
    assert "salter admin sever" in said
    north = Institution.objects.get(slug="sever")
    assert (north.languages, north.default_language, north.alphabet) == (["sr-latn", "sr", "en"], "sr-latn", "sr-Latn")
    assert (north.country, north.currency) == ("RS", "RSD")
    assert Kind.objects.filter(institution=north).count() >= 6
    assert WorkingInterval.objects.filter(institution=north).count() == 5
    assert Entry.objects.filter(action="institutions.open_institution", institution_id=north.pk).exists()
    Membership.objects.create(institution=north, user=cast.dragan, role="clerk", starts_on="2026-01-01")
    client = Client(headers={"accept-language": "en"})
    client.force_login(cast.dragan)
    answer = client.post(
        "/sever/desk/cases/new/question",
        {
            "channel": "phone", "priority": "normal", "subject": "When?", "text": "When does heating begin?",
            "applicant_name": "Zora", "applicant_language": "sr",
        },
    )  # fmt: skip
    assert answer.status_code == 302, words(answer)
    assert Case.objects.get().institution == north


@pytest.mark.parametrize(
    ("slug", "other", "field"),
    [
        ("gas", {}, "slug"),
        ("api", {}, "slug"),
        ("Sever", {}, "slug"),
        ("sever", {"time_zone": "Europe/Sever"}, "time_zone"),
        ("sever", {"languages": "de"}, "languages"),
        ("sever", {"languages": ","}, "languages"),
    ],
)
def test_wrong_facts_open_nothing(cast: Cast, slug: str, other: dict[str, str], field: str) -> None:
    with pytest.raises(CommandError, match=f"^{field}: "):
        open_it(slug, **other)
    assert Institution.objects.count() == 2
    assert not Kind.objects.exists()
