"""What the database itself refuses, whoever writes: attacks by SQL as the application role."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from salter.cases import presets, services
from salter.cases.models import Case, HistoryEntry, Kind, Status, Transition
from salter.lib.ids import uuid7
from tests.cases.conftest import OpenCase
from tests.cast import NOW, SYSTEM, Cast

LATER = NOW + timedelta(hours=1)
STEP = (
    "INSERT INTO cases_historyentry (id, institution_id, case_id, version, what, step, previous_step, from_status_id, "
    "to_status_id, at, actor_name, actor_role, note, details, request_key) "
    "VALUES (%s, %s, %s, 2, 'status', %s, %s, %s, %s, now(), 'attacker', 'staff', '', '{}', '')"
)


def run(sql: str, *values: object) -> None:
    """One statement with all that waits for the commit, undone when refused."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def refused(sql: str, *values: object) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        run(sql, *values)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def status(case: Case, code: str) -> Status:
    return Status.objects.get(kind_id=case.kind_id, code=code)


def test_status_does_not_change_without_history(open_case: OpenCase) -> None:
    case = open_case()
    refused("UPDATE cases_case SET status_id = %s WHERE id = %s", status(case, "answered").id, case.id)
    refused("UPDATE cases_case SET status_id = %s, steps = 2 WHERE id = %s", status(case, "answered").id, case.id)
    refused("UPDATE cases_case SET steps = 2 WHERE id = %s", case.id)


def test_history_takes_only_declared_transitions(open_case: OpenCase) -> None:
    case = open_case()
    received = status(case, "received")
    foreign = Status.objects.exclude(kind_id=case.kind_id).filter(code="in_progress").first()
    assert foreign is not None
    ids = (uuid7(), case.institution_id, case.id, 2, 1)
    # Of another kind, back to where it stands, and the other way round than declared.
    refused(STEP, *ids, received.id, foreign.id)
    refused(STEP, *ids, received.id, received.id)
    refused(STEP, *ids, status(case, "in_progress").id, received.id)


def test_history_goes_on_from_where_it_stands(open_case: OpenCase) -> None:
    case = open_case()
    in_progress, answered = status(case, "in_progress"), status(case, "answered")
    # A declared step, but not from here; a second first step; a step into the void.
    refused(STEP, uuid7(), case.institution_id, case.id, 2, 1, in_progress.id, answered.id)
    refused(STEP, uuid7(), case.institution_id, case.id, 3, 2, in_progress.id, answered.id)
    refused(STEP, uuid7(), case.institution_id, case.id, 2, 3, in_progress.id, answered.id)
    refused(STEP, uuid7(), case.institution_id, case.id, None, None, in_progress.id, answered.id)


def test_case_does_not_point_back_to_an_older_status(cast: Cast, open_case: OpenCase) -> None:
    case = open_case()
    actor = cast.actor(cast.dragan, "staff")
    services.change_status(actor=actor, case=case, to_status="in_progress", now=LATER)
    refused("UPDATE cases_case SET status_id = %s, steps = 1 WHERE id = %s", status(case, "received").id, case.id)


@pytest.mark.parametrize("column", ["number", "version", "opened_at", "kind_id"])
def test_what_a_case_is_stays(column: str, cast: Cast, kinds: dict[str, Kind], open_case: OpenCase) -> None:
    case = open_case()
    value = {"number": "P-2026-00099", "version": 0, "opened_at": LATER, "kind_id": kinds["fault"].id}[column]
    refused(f"UPDATE cases_case SET {column} = %s WHERE id = %s", value, case.id)


def test_case_needs_its_opening(cast: Cast, open_case: OpenCase) -> None:
    case = open_case()
    copied = [f.column for f in Case._meta.concrete_fields if f.column not in ("id", "number", "request_key")]
    names = ", ".join(copied)
    refused(
        f"INSERT INTO cases_case (id, number, request_key, {names}) "
        f"SELECT %s, 'P-2026-00077', '', {names} FROM cases_case WHERE id = %s",
        uuid7(), case.id,
    )  # fmt: skip


@pytest.mark.parametrize("table", ["cases_casemessage", "cases_historyentry", "cases_attachment"])
@pytest.mark.parametrize("attack", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_what_was_said_and_done_stays(open_case: OpenCase, table: str, attack: str) -> None:
    open_case()
    refused(attack.format(table))


def other_ids(cast: Cast) -> dict[str, object]:
    theirs = {k.code: k for k in presets.install_presets(actor=SYSTEM, institution=cast.heat, now=NOW)}
    case = services.open_case(
        actor=cast.actor(cast.ceca), institution=cast.heat, kind=theirs["question"], party=cast.ceca_party, text="?",
        now=NOW,
    )  # fmt: skip
    return {
        "party_id": cast.ceca_party.id,
        "customer_id": cast.ceca_party.customers.get().id,
        "assignee_id": cast.heda.memberships.get().id,
        "kind_id": theirs["question"].id,
        "status_id": case.status_id,
        "case_id": case.id,
        "message_id": case.messages.get().id,
    }


@pytest.mark.parametrize("column", ["party_id", "customer_id", "assignee_id", "status_id"])
def test_case_stays_in_its_institution(cast: Cast, open_case: OpenCase, column: str) -> None:
    case = open_case()
    theirs = other_ids(cast)
    refused(f"UPDATE cases_case SET {column} = %s WHERE id = %s", theirs[column], case.id)


def test_rows_of_a_case_stay_in_its_institution(cast: Cast, open_case: OpenCase) -> None:
    case = open_case()
    theirs = other_ids(cast)
    refused(
        "INSERT INTO cases_casemessage (id, institution_id, case_id, version, author, author_name, is_note, channel, "
        "text, created_at, request_key) VALUES (%s, %s, %s, 1, 'staff', 'x', false, 'web', 'x', now(), '')",
        uuid7(), cast.gas.id, theirs["case_id"],
    )  # fmt: skip
    received = status(case, "received")
    refused(STEP, uuid7(), cast.gas.id, theirs["case_id"], 2, 1, received.id, status(case, "in_progress").id)


def test_number_series_moves_one_by_one(open_case: OpenCase) -> None:
    open_case()
    refused("UPDATE cases_numberseries SET last = last + 2")
    refused("UPDATE cases_numberseries SET last = 0")


@pytest.mark.parametrize(
    "make",
    [
        lambda kind, **s: Transition(from_status=s["a"], to_status=s["a"], kind=kind),
        lambda kind, **s: Transition(from_status=s["a"], to_status=s["b"], kind=kind, is_opening=True),
        lambda kind, **s: Transition(from_status=s["b"], to_status=s["b"], kind=kind, is_opening=True),
        lambda kind, **s: Transition(from_status=s["a"], to_status=s["b"], kind=kind),
    ],
    ids=["loop that isn't an opening", "opening that isn't a loop", "second opening", "twice the same"],
)
def test_wrong_transitions_are_refused(kinds: dict[str, Kind], make: Callable[..., Transition]) -> None:
    kind = kinds["question"]
    received, assigned = (kind.statuses.get(code=code) for code in ("received", "assigned"))
    row = make(kind, a=received, b=assigned)
    row.institution_id = kind.institution_id
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_good_step_by_sql_is_taken(open_case: OpenCase) -> None:
    """The counter-check: what the refusals above lack is all that a good step needs."""
    case = open_case()
    received, in_progress = status(case, "received"), status(case, "in_progress")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(STEP, [uuid7(), case.institution_id, case.id, 2, 1, received.id, in_progress.id])
        cursor.execute(
            "UPDATE cases_case SET status_id = %s, steps = 2, version = 2 WHERE id = %s", [in_progress.id, case.id]
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert HistoryEntry.objects.filter(case=case).count() == 2
