"""Queues, steps, what is usual, the search of the desk."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from salter.cases import selectors, services
from salter.cases.models import Case, Kind
from salter.staff.models import Membership
from tests.cases.conftest import OpenCase
from tests.cast import NOW, SYSTEM, TODAY, Cast

LATER = NOW + timedelta(hours=1)


def membership(user: Any) -> Membership:
    return Membership.objects.select_related("unit", "user").get(user=user)


@pytest.fixture
def desk(cast: Cast, open_case: OpenCase) -> dict[str, Case]:
    """Open cases of every sort; the question is due on 12 March, the complaint about a bill on 20 March."""
    cases = {name: open_case() for name in ("plain", "mine", "theirs", "waiting", "done")}
    cases["bill"] = open_case("complaint_bill")
    cases["undated"] = open_case("notice", fields={"what": "other"})
    clerk = cast.actor(cast.dragan, "staff")
    services.assign_case(actor=SYSTEM, case=cases["mine"], assignee=membership(cast.dragan), now=LATER)
    services.assign_case(actor=SYSTEM, case=cases["theirs"], assignee=membership(cast.sanja), now=LATER)
    services.answer(actor=clerk, case=cases["waiting"], text="?", to_status="waiting", now=LATER)
    services.answer(actor=clerk, case=cases["done"], text="!", to_status="answered", now=LATER)
    return cases


@pytest.mark.parametrize(
    ("name", "today", "found"),
    [
        ("all", TODAY, {"plain", "mine", "theirs", "waiting", "bill", "undated"}),
        ("mine", TODAY, {"mine"}),
        ("unit", TODAY, {"mine", "theirs"}),
        ("unassigned", TODAY, {"plain", "waiting", "bill", "undated"}),
        ("waiting", TODAY, {"waiting"}),
        ("due_soon", date(2026, 3, 9), set()),
        ("due_soon", date(2026, 3, 10), {"plain", "mine", "theirs", "waiting"}),
        ("due_soon", date(2026, 3, 12), {"plain", "mine", "theirs", "waiting"}),
        ("overdue", date(2026, 3, 12), set()),
        ("overdue", date(2026, 3, 13), {"plain", "mine", "theirs", "waiting"}),
        ("overdue", date(2026, 3, 21), {"plain", "mine", "theirs", "waiting", "bill"}),
        ("reopened", TODAY, set()),
    ],
)
def test_queue_and_its_count(cast: Cast, desk: dict[str, Case], name: str, today: date, found: set[str]) -> None:
    rows = set(selectors.queue(membership(cast.dragan), name, today))
    assert {key for key, case in desk.items() if case in rows} == found
    assert selectors.queue_counts(membership(cast.dragan), today)[name] == len(found)
    # The clerk of another institution sees nothing of it.
    assert not selectors.queue(membership(cast.heda), name, today).exists()
    assert set(selectors.queue_counts(membership(cast.heda), today).values()) == {0}


def test_unknown_queue(cast: Cast) -> None:
    with pytest.raises(KeyError):
        selectors.queue(membership(cast.dragan), "everything", TODAY)


def test_counts_take_one_query(cast: Cast, desk: dict[str, Case]) -> None:
    who = membership(cast.dragan)
    with CaptureQueriesContext(connection) as queries:
        selectors.queue_counts(who, TODAY)
    assert len(queries) == 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("p-2026-1", {"plain"}),
        ("P 2026 00001", {"plain"}),
        ("П-2026-1", {"plain"}),
        ("ana high", {"plain", "mine", "theirs", "waiting", "done", "bill", "undated"}),
        ("АНА", {"plain", "mine", "theirs", "waiting", "done", "bill", "undated"}),
        ("volcano", set()),
    ],
)
def test_search_of_the_desk(cast: Cast, desk: dict[str, Case], text: str, found: set[str]) -> None:
    rows = selectors.search_cases(selectors.cases_visible_to_staff(membership(cast.dragan)), text)
    assert {key for key, case in desk.items() if case in set(rows)} == found


def test_case_is_found_by_staff_of_its_institution(cast: Cast, desk: dict[str, Case]) -> None:
    for typed in ("P-2026-00001", "p 2026 1", "P-2026-00001/05.03.2026."):
        assert selectors.find_case_visible_to_staff(membership(cast.dragan), typed) == desk["plain"]
        assert selectors.find_case_visible_to_staff(membership(cast.heda), typed) is None
    assert selectors.find_case_visible_to_staff(membership(cast.dragan), "") is None


def test_steps_tell_what_was_and_what_comes(cast: Cast, desk: dict[str, Case]) -> None:
    case = Case.objects.select_related("status", "kind").get(pk=desk["mine"].pk)
    steps = selectors.steps_of(case, selectors.thread(case))
    assert [(step.label["en"], step.state) for step in steps] == [
        ("Received", "done"),
        ("Assigned", "now"),
        ("In progress", "todo"),
        ("Answered", "todo"),
    ]
    assert steps[-1].until == date(2026, 3, 12)
    done = Case.objects.select_related("status", "kind").get(pk=desk["done"].pk)
    assert [(s.label["en"], s.state) for s in selectors.steps_of(done, selectors.thread(done))] == [
        ("Received", "done"),
        ("Answered", "done"),
    ]


def test_transitions_are_those_of_the_role(cast: Cast, desk: dict[str, Case]) -> None:
    case = Case.objects.get(pk=desk["plain"].pk)

    def codes(role: str) -> set[str]:
        return {step.to_status.code for step in selectors.transitions_for(case, role)}

    assert codes("clerk") == {"assigned", "in_progress", "waiting", "answered", "withdrawn"}
    assert codes("customer") == {"withdrawn"}
    assert codes("auditor") == codes("") == set()


def test_usual_time_needs_five_and_is_the_middle(cast: Cast, kinds: dict[str, Kind], open_case: OpenCase) -> None:
    clerk = cast.actor(cast.dragan, "staff")
    for days in (1, 2, 30, 3):
        services.answer(actor=clerk, case=open_case(), text="!", to_status="answered", now=NOW + timedelta(days=days))
    assert selectors.usual_days(kinds["question"]) is None
    services.answer(actor=clerk, case=open_case(), text="!", to_status="answered", now=NOW + timedelta(days=9))
    assert selectors.usual_days(kinds["question"]) == 3
    assert selectors.usual_days(kinds["complaint"]) is None


def test_deadline_of_hours_is_a_moment(open_case: OpenCase) -> None:
    case = open_case("fault", fields={"what": "weak", "place": "Here"})
    view = selectors.deadline_of(case, NOW)
    assert view is not None
    assert view.due_at == NOW + timedelta(hours=24)
    assert not view.is_over
    late = selectors.deadline_of(case, NOW + timedelta(hours=24))
    assert late is not None
    assert late.is_over


def test_overview_says_what_the_office_asked(cast: Cast, desk: dict[str, Case], django_assert_num_queries: Any) -> None:
    services.add_note(actor=cast.actor(cast.dragan, "staff"), case=desk["waiting"], text="Note", now=LATER)
    with django_assert_num_queries(1):
        found = selectors.overview_of_party(cast.ana_party, 5)
    assert [(case.pk, asked) for case, asked in found.waiting] == [(desk["waiting"].pk, "?")]
    assert desk["done"] not in found.open


def test_overview_finds_what_waits_behind_newer_cases(cast: Cast, open_case: OpenCase) -> None:
    cases = [open_case(now=NOW + timedelta(minutes=n)) for n in range(5)]
    services.answer(actor=cast.actor(cast.dragan, "staff"), case=cases[0], text="?", to_status="waiting", now=LATER)
    found = selectors.overview_of_party(cast.ana_party, 2)
    assert [case.pk for case, _asked in found.waiting] == [cases[0].pk]
    assert [case.pk for case in found.open] == [cases[4].pk, cases[3].pk]
    assert found.has_more
    assert not selectors.overview_of_party(cast.ana_party, 5).has_more
    assert selectors.overview_of_party(cast.ceca_party, 5) == selectors.Overview((), (), False)


def test_a_changed_kind_is_offered_at_once(cast: Cast, kinds: dict[str, Kind]) -> None:
    assert "question" in [offer.code for offer in selectors.offers(cast.gas)]
    kinds["question"].is_offered = False
    kinds["question"].save()
    assert "question" not in [offer.code for offer in selectors.offers(cast.gas)]
