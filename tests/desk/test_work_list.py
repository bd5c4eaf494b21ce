"""The work list: which cases stand in which list, how they are found, how they are taken."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from salter.audit.models import Entry
from salter.cases import services
from salter.cases.models import Case
from salter.staff.models import Membership, Unit
from tests.cast import NOW, Cast
from tests.desk.conftest import Browser, OpenCase, words

HERE = "/gas/desk/"


def numbers(response: Any) -> list[str]:
    """The numbers of the cases in the table, from the top."""
    return re.findall(r'href="/gas/desk/cases/([A-Z]-[^"/]+)"', response.content.decode())


def assign(cast: Cast, case: Case, user: Any) -> Case:
    return services.assign_case(
        actor=cast.actor(cast.sanja, "staff"), case=case, assignee=Membership.objects.get(user=user), now=NOW
    )


def due(case: Case, day: date) -> Case:
    Case.objects.filter(pk=case.pk).update(due_on=day)
    return case


@pytest.fixture
def cases(cast: Cast, open_case: OpenCase) -> dict[str, Case]:
    """One case for each list."""
    dispatch = Unit.objects.create(institution=cast.gas, code="dispatch", name={"en": "Dispatch"})
    today = NOW.date()
    mine = due(assign(cast, open_case(text="Mine and late"), cast.dragan), today - timedelta(days=2))
    soon = due(open_case(text="Soon due", unit=dispatch), today + timedelta(days=1))
    later = due(open_case(text="Later", unit=cast.office), today + timedelta(days=9))
    waiting = assign(cast, open_case("complaint_bill", text="Waits"), cast.sanja)
    services.answer(
        actor=cast.actor(cast.sanja, "staff"), case=waiting, text="A photo, please", to_status="waiting", now=NOW
    )
    due(waiting, today + timedelta(days=20))
    return {"mine": mine, "soon": soon, "later": later, "waiting": waiting}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("mine", ["mine"]),
        ("unassigned", ["soon", "later"]),
        ("due_soon", ["soon"]),
        ("overdue", ["mine"]),
        ("waiting", ["waiting"]),
        ("reopened", []),
        ("all", ["mine", "soon", "later", "waiting"]),
        ("", ["mine"]),
        ("no-such-list", ["mine"]),
    ],
)
def test_each_list_holds_its_cases_the_most_urgent_first(
    cast: Cast, browser: Browser, cases: dict[str, Case], name: str, expected: list[str]
) -> None:
    answer = browser(cast.dragan).get(HERE, {"list": name} if name else {})
    assert numbers(answer) == [cases[one].number for one in expected]


def test_the_units_list_holds_the_units_cases(cast: Cast, browser: Browser, cases: dict[str, Case]) -> None:
    found = numbers(browser(cast.dragan).get(HERE, {"list": "unit"}))
    assert cases["later"].number in found
    assert cases["soon"].number not in found


def test_the_tabs_count_and_the_bands_tell_how_long_there_is(
    cast: Cast, browser: Browser, cases: dict[str, Case]
) -> None:
    text = words(browser(cast.dragan).get(HERE, {"list": "all"}))
    for sentence in (
        "Mine 1",
        "Overdue 1",
        "Due within 2 days 1",
        "All open 4",
        "2 days late",
        "tomorrow",
        "in 9 days",
    ):
        assert sentence in text
    assert "waits for the customer" in text


def test_somebody_who_handles_no_case_sees_all_of_them(cast: Cast, browser: Browser, cases: dict[str, Case]) -> None:
    answer = browser(cast.admir).get(HERE)
    assert len(numbers(answer)) == 4
    assert "Take the most urgent" not in words(answer)


def test_a_closed_case_leaves_the_lists(cast: Cast, browser: Browser, open_case: OpenCase) -> None:
    case = open_case()
    staff = cast.actor(cast.dragan, "staff")
    services.answer(actor=staff, case=case, text="Because it was cold.", to_status="answered", now=NOW)
    assert numbers(browser(cast.dragan).get(HERE, {"list": "all"})) == []


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("later", ["later"]),
        ("ana anic", ["mine", "soon", "later", "waiting"]),
        ("АНИЋ", ["mine", "soon", "later", "waiting"]),
        ("complaint", ["waiting"]),
        ("waiting", ["waiting"]),
        ("dragan", ["mine"]),
        ("no such word", []),
        ("\x00", ["mine", "soon", "later", "waiting"]),
    ],
)
def test_the_search_finds_by_everything_that_is_shown(
    cast: Cast, browser: Browser, cases: dict[str, Case], typed: str, found: list[str]
) -> None:
    answer = browser(cast.dragan).get(HERE, {"list": "all", "q": typed})
    assert numbers(answer) == [cases[one].number for one in found]


def test_a_number_is_found_however_it_is_typed(cast: Cast, browser: Browser, cases: dict[str, Case]) -> None:
    number = cases["waiting"].number
    short = number.replace("-0000", " ").lower()
    assert numbers(browser(cast.dragan).get(HERE, {"list": "all", "q": number})) == [number]
    assert numbers(browser(cast.dragan).get(HERE, {"list": "all", "q": short})) == [number]


@pytest.mark.parametrize("column", ["left", "number", "subject", "applicant_name", "kind", "status", "assignee"])
def test_every_column_sorts_both_ways(cast: Cast, browser: Browser, cases: dict[str, Case], column: str) -> None:
    client = browser(cast.dragan)
    up = numbers(client.get(HERE, {"list": "all", "sort": column}))
    down = numbers(client.get(HERE, {"list": "all", "sort": f"-{column}"}))
    assert sorted(up) == sorted(down) == sorted(case.number for case in cases.values())


def test_an_export_is_recorded(cast: Cast, browser: Browser, cases: dict[str, Case]) -> None:
    answer = browser(cast.dragan).get(HERE, {"list": "all", "export": "csv"})
    assert cases["mine"].number in b"".join(answer.streaming_content).decode("utf-8-sig")
    assert Entry.objects.filter(action="desk.work_list_read").count() == 1


# --------------------------------------------------------------------------- the next one


def test_the_most_urgent_of_ones_own_unit_is_taken_first(cast: Cast, browser: Browser, cases: dict[str, Case]) -> None:
    client = browser(cast.dragan)
    assert client.post(f"{HERE}take-next").headers["Location"].endswith(cases["later"].number)
    assert client.post(f"{HERE}take-next").headers["Location"].endswith(cases["soon"].number)
    assert "Nothing is left to take" in words(client.post(f"{HERE}take-next", follow=True))
    assert Case.objects.filter(assignee__user=cast.dragan).count() == 3


def test_a_case_that_a_colleague_took_meanwhile_is_passed_over(
    cast: Cast, browser: Browser, cases: dict[str, Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    from salter.desk import work_views

    usual = work_views.services.assign_case

    def slow(**kwargs: Any) -> Any:
        monkeypatch.setattr(work_views.services, "assign_case", usual)
        assign(cast, kwargs["case"], cast.sanja)
        return usual(**kwargs)

    monkeypatch.setattr(work_views.services, "assign_case", slow)
    answer = browser(cast.dragan).post(f"{HERE}take-next")
    assert answer.headers["Location"].endswith(cases["soon"].number)
    assert Case.objects.get(pk=cases["later"].pk).assignee.user == cast.sanja


# --------------------------------------------------------------------------- cost


def queries_of(client: Any, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as context:
        assert client.get(path).status_code == 200
    return len([one for one in context if "SAVEPOINT" not in one["sql"]])


def test_the_list_costs_the_same_however_long_it_is(
    cast: Cast, browser: Browser, open_case: OpenCase, cases: dict[str, Case]
) -> None:
    """Session, person; membership, counts for tabs and menu, rows, bell, whom he acts for as a customer himself."""
    client = browser(cast.dragan)
    few = queries_of(client, f"{HERE}?list=all")
    for _number in range(5):
        assign(cast, open_case(now=datetime(2026, 3, 5, 8, tzinfo=NOW.tzinfo)), cast.dragan)
    assert queries_of(client, f"{HERE}?list=all") == few
    assert few <= 2 + 5
