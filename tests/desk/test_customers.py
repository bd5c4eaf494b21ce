"""Customers at the desk: found and recorded, opened with a purpose, linked to people after a check of identity."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from salter.audit.models import Entry, Payload
from salter.desk.purposes import OPEN_FOR
from salter.parties.models import Customer, Representation
from tests.cast import NOW, Cast
from tests.desk.conftest import Browser, OpenCase, error_at, words

HERE = "/gas/desk/customers/"


@pytest.fixture
def clerk(cast: Cast, browser: Browser) -> Any:
    return browser(cast.dragan)


@pytest.mark.parametrize(
    ("typed", "found"),
    [("anic", "Ana Anić"), ("АНИЋ", "Ana Anić"), ("100002", "Boris Borić"), ("ljiljan", "Apoteka Ljiljan d.o.o.")],
)
def test_a_customer_is_found_and_what_was_looked_for_is_recorded(
    cast: Cast, clerk: Any, typed: str, found: str
) -> None:
    text = words(clerk.get(HERE, {"q": typed}))
    assert found in text
    assert ("Boris Borić" in text) == (found == "Boris Borić")
    entry = Entry.objects.get(action="desk.customers_read")
    assert Payload.objects.get(entry_id=entry.pk).content == {"looked_for": typed}


def test_customers_of_another_institution_are_not_listed(cast: Cast, clerk: Any) -> None:
    assert "Ceca" not in words(clerk.get(HERE))


@pytest.mark.parametrize("typed", ["\x00", "%", "'; drop table", "x" * 5000])
def test_strange_words_find_nothing_and_break_nothing(cast: Cast, clerk: Any, typed: str) -> None:
    assert clerk.get(HERE, {"q": typed}).status_code == 200


# --------------------------------------------------------------------------- the file


def test_the_file_opens_only_with_a_purpose_which_is_recorded(cast: Cast, clerk: Any, open_case: OpenCase) -> None:
    case = open_case()
    path = f"{HERE}{cast.ana_party.pk}"
    closed = words(clerk.get(path))
    assert "Why do you open this file?" in closed
    assert "Lipova 14" not in closed
    clerk.post(path, {"reason": "caller", "words": "about a bill"})
    text = words(clerk.get(path))
    for shown in ("Lipova 14", "100001", case.number, "Who acts for the customer", "Balance"):
        assert shown in text
    assert "0101895800059" not in text, "identifiers are masked"
    entry = Entry.objects.get(action="desk.party_read")
    assert entry.purpose == "The customer calls or stands at the window: about a bill"
    assert (entry.party_id, entry.actor_name) == (cast.ana_party.pk, "Dragan Dragić")


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({}, "reason"),
        ({"reason": "curious"}, "reason"),
        ({"reason": "other"}, "words"),
        ({"reason": "other", "words": "  "}, "words"),
        ({"reason": "caller", "words": "x" * 201}, "words"),
    ],
)
def test_no_purpose_no_file(cast: Cast, clerk: Any, data: dict[str, str], field: str) -> None:
    answer = clerk.post(f"{HERE}{cast.ana_party.pk}", data)
    assert answer.status_code == 422
    assert "There is a problem" in words(answer)
    assert not Entry.objects.filter(action="desk.party_read").exists()


def test_the_purpose_opens_one_file_for_a_while(
    cast: Cast, clerk: Any, file_open: Callable[..., None], time_machine: Any
) -> None:
    file_open(clerk, cast.ana_party)
    assert "Why do you open" in words(clerk.get(f"{HERE}{cast.boris_party.pk}"))
    time_machine.move_to(NOW + OPEN_FOR + timedelta(seconds=1), tick=False)
    assert "Why do you open" in words(clerk.get(f"{HERE}{cast.ana_party.pk}"))


def test_billing_leaves_the_file_with_its_module(cast: Cast, clerk: Any, file_open: Callable[..., None]) -> None:
    cast.gas.modules = [code for code in cast.gas.modules if code != "billing"]
    cast.gas.save()
    file_open(clerk, cast.ana_party)
    assert "Balance" not in words(clerk.get(f"{HERE}{cast.ana_party.pk}"))


# --------------------------------------------------------------------------- linking at the window


@pytest.fixture
def at_file(cast: Cast, clerk: Any, file_open: Callable[..., None]) -> Any:
    file_open(clerk, cast.ana_party)
    return clerk


GRANT = {"email": "nikola@example.rs", "scope": "act", "ends_on": "", "document": "identity card", "checked": "on"}


def test_a_person_is_linked_after_his_identity_was_checked(cast: Cast, at_file: Any, browser: Browser) -> None:
    answer = at_file.post(f"{HERE}{cast.ana_party.pk}/people/new", GRANT | {"ends_on": "1. 6. 2026."})
    assert answer.status_code == 302, words(answer)
    row = Representation.objects.get(user=cast.nobody)
    assert (row.party, row.scope, row.ground, row.ends_on) == (cast.ana_party, "act", "staff", date(2026, 6, 1))
    check = Entry.objects.get(action="desk.check_identity")
    assert (check.purpose, check.party_id, check.subject_id) == ("identity card", cast.ana_party.pk, row.pk)
    assert Entry.objects.filter(action="parties.grant_representation").exists()
    assert "Nikola Niko" in words(at_file.get(f"{HERE}{cast.ana_party.pk}"))
    assert browser(cast.nobody).get("/gas/cases/").status_code == 200


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"email": ""}, "email"),
        ({"email": "no address"}, "email"),
        ({"email": "unknown@example.rs"}, "email"),
        ({"email": "ana@example.rs"}, "email"),
        ({"email": "dragan@example.rs"}, "email"),
        ({"scope": "own"}, "scope"),
        ({"ends_on": "1. 1. 2020."}, "ends_on"),
        ({"ends_on": "soon"}, "ends_on"),
        ({"document": ""}, "document"),
        ({"checked": ""}, "checked"),
    ],
)
def test_a_link_is_refused_with_the_reason(cast: Cast, at_file: Any, wrong: dict[str, str], field: str) -> None:
    """An unknown account, one that acts already, the clerk's own; no check of identity."""
    before = Representation.objects.count()
    answer = at_file.post(f"{HERE}{cast.ana_party.pk}/people/new", GRANT | wrong)
    assert answer.status_code == 422
    assert "There is a problem" in words(answer)
    assert error_at(answer, field) or field == "scope"
    assert Representation.objects.count() == before


def test_linking_needs_the_open_file(cast: Cast, clerk: Any) -> None:
    answer = clerk.post(f"{HERE}{cast.ana_party.pk}/people/new", GRANT)
    assert answer.headers["Location"] == f"{HERE}{cast.ana_party.pk}"
    assert not Representation.objects.filter(user=cast.nobody).exists()


def test_a_right_to_act_is_ended_after_one_question(cast: Cast, at_file: Any, browser: Browser) -> None:
    row = Representation.objects.get(party=cast.ana_party, user=cast.ana)
    path = f"{HERE}{cast.ana_party.pk}/people/{row.pk}/end"
    assert "Ana Anić" in words(at_file.get(path))
    row.refresh_from_db()
    assert row.ends_on is None, "a GET ends nothing"
    assert at_file.post(path).status_code == 302
    row.refresh_from_db()
    assert row.ends_on == NOW.date() - timedelta(days=1)
    assert Entry.objects.filter(action="parties.end_representation", party_id=cast.ana_party.pk).exists()
    assert at_file.get(path).status_code == 404


def test_somebody_elses_right_isnt_found_under_this_file(cast: Cast, at_file: Any) -> None:
    row = Representation.objects.get(party=cast.boris_party)
    assert at_file.post(f"{HERE}{cast.ana_party.pk}/people/{row.pk}/end").status_code == 404


# --------------------------------------------------------------------------- activation codes


def test_an_activation_code_is_shown_once_and_never_kept(cast: Cast, at_file: Any) -> None:
    customer = Customer.objects.get(party=cast.ana_party)
    answer = at_file.post(f"{HERE}{cast.ana_party.pk}/code/{customer.pk}")
    assert answer.status_code == 200
    customer.refresh_from_db()
    assert customer.activation_digest
    assert customer.activation_digest not in answer.content.decode()
    assert Entry.objects.filter(action="parties.issue_activation_code").count() == 1


def test_anothers_number_gets_no_code_from_this_file(cast: Cast, at_file: Any) -> None:
    theirs = Customer.objects.get(party=cast.boris_party)
    assert at_file.post(f"{HERE}{cast.ana_party.pk}/code/{theirs.pk}").status_code == 404


# --------------------------------------------------------------------------- the trail


def test_the_trail_shows_this_institution_alone_and_records_its_reader(cast: Cast, browser: Browser) -> None:
    browser(cast.heda).get("/heat/desk/customers/", {"q": "only at heat"})
    client = browser(cast.sanja)
    client.get("/gas/desk/trail/", {"q": "trail"})
    text = words(client.get("/gas/desk/trail/"))
    assert "looked at the trail" in text
    assert "Heda" not in text
    assert Entry.objects.filter(action="desk.trail_read", institution_id=cast.gas.pk).count() == 2
