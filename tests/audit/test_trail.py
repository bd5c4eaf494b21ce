"""The trail: appended unchained, sealed below running transactions, verified from its first entry."""

import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection, transaction

from salter.audit import rules, services
from salter.audit.models import Entry, Payload, Seal
from salter.audit.types import Actor

NOW = datetime(2026, 3, 5, 9, 30, tzinfo=UTC)
HOUSE = UUID("00000000-0000-7000-8000-000000000001")
CLERK = Actor(user_id=uuid4(), name="Dragan Dragić", role="staff", ip="192.0.2.7", channel="in_person")


@pytest.fixture(autouse=True)
def _heads(settings, tmp_path):
    settings.SALTER_AUDIT_HEADS = str(tmp_path / "heads.jsonl")


def _record(number: int = 1, institution: UUID | None = HOUSE) -> list[UUID]:
    return [
        services.record(
            actor=CLERK, action="cases.open_case", institution_id=institution, subject_ref=f"P-{i}",
            purpose="a caller asks", payload={"i": i}, now=NOW,
        )
        for i in range(number)
    ]  # fmt: skip


@pytest.mark.django_db
def test_an_entry_says_who_what_when_from_where_and_why():
    (key,) = _record()
    entry = Entry.objects.get(pk=key)
    assert (entry.actor_name, entry.actor_role, entry.channel, entry.address) == (
        "Dragan Dragić", "staff", "in_person", "192.0.2.7",
    )  # fmt: skip
    assert (entry.action, entry.purpose, entry.at) == ("cases.open_case", "a caller asks", NOW)
    assert Payload.objects.get(pk=key).content == {"i": 0}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET actor_name = 'nobody'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "UPDATE audit_seal SET chain = ''",
        "DELETE FROM audit_seal",
        "DELETE FROM audit_payload",
        "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "DROP TABLE audit_entry",
    ],
)
def test_the_application_can_only_append(statement):
    _record()
    refused = r"permission denied|must be owner|append-only"
    with pytest.raises(Exception, match=refused), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
def test_the_writing_transaction_is_named_by_the_database():
    entry = Entry(id=uuid4(), xact=1, at=NOW, actor_name="x", actor_role="system", channel="system", action="x.y")
    entry.save(force_insert=True)
    entry.refresh_from_db()
    assert entry.xact > 1


def test_what_a_running_transaction_wrote_waits_for_the_next_seal(scratch_db):
    _record(3)
    with psycopg.connect(**_other_connection()) as other:
        other.execute("SELECT pg_current_xact_id()")
        _record(2)
        assert services.seal_all(now=NOW) == 3
    assert services.seal_all(now=NOW) == 2
    assert services.verify().holds


def _other_connection() -> dict[str, object]:
    parameters = connection.get_connection_params()
    return {k: parameters[k] for k in ("dbname", "user", "password", "host", "port") if k in parameters}


def test_each_institution_has_a_chain_of_its_own(scratch_db):
    _record(2)
    _record(3, institution=None)
    assert services.seal_all(now=NOW) == 5
    assert list(Seal.objects.filter(institution_id=HOUSE).values_list("position", flat=True).order_by("position")) == [
        1,
        2,
    ]
    assert Seal.objects.filter(institution_id=rules.NO_INSTITUTION).count() == 3
    verdict = services.verify()
    assert (verdict.sealed, verdict.unsealed, verdict.findings) == (5, 0, ())


def test_verify_reports_the_unsealed_tail(scratch_db):
    _record(2)
    services.seal_all(now=NOW)
    _record(4)
    verdict = services.verify()
    assert verdict.holds
    assert verdict.unsealed == 4


SECOND = "(SELECT entry_id FROM audit_seal WHERE position = 2)"
FORGERIES = {
    "changed": f"UPDATE audit_entry SET actor_name = 'Nobody' WHERE id = {SECOND}",
    "changed payload": f"UPDATE audit_payload SET content = '[]' WHERE entry_id = {SECOND}",
    "removed": "DELETE FROM audit_entry WHERE id = (SELECT entry_id FROM audit_seal WHERE position = 2)",
    "removed with its seal": (
        "DELETE FROM audit_entry WHERE id = (SELECT entry_id FROM audit_seal WHERE position = 2);"
        "DELETE FROM audit_seal WHERE position = 2"
    ),
    "cut off": (
        "DELETE FROM audit_entry WHERE id = (SELECT entry_id FROM audit_seal WHERE position = 4);"
        "DELETE FROM audit_seal WHERE position = 4"
    ),
    "inserted": (
        "ALTER TABLE audit_entry DISABLE TRIGGER ALL;"
        "INSERT INTO audit_entry SELECT gen_random_uuid(), e.xact - 1, institution_id, at, actor_id, actor_name,"
        " actor_role, channel, address, action, subject_kind, subject_id, subject_ref, party_id, purpose,"
        " payload_digest, digest"
        " FROM audit_entry e LIMIT 1"
    ),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_verify_finds_what_even_the_owner_of_the_tables_did(scratch_db, owner_connection, forgery):
    _record(4)
    services.seal_all(now=NOW)
    services.publish_heads(now=NOW)
    assert services.verify().holds
    owner_connection.execute(
        "ALTER TABLE audit_entry DISABLE TRIGGER USER; ALTER TABLE audit_seal DISABLE TRIGGER USER"
    )
    owner_connection.execute("ALTER TABLE audit_payload DISABLE TRIGGER USER")
    owner_connection.execute(FORGERIES[forgery])
    verdict = services.verify()
    assert not verdict.holds
    assert verdict.findings[0].reason == forgery.split()[0].replace("cut", "cut off")


def test_a_chain_recomputed_as_a_whole_no_longer_fits_its_published_heads(scratch_db, owner_connection):
    _record(4)
    services.seal_all(now=NOW)
    services.publish_heads(now=NOW)
    owner_connection.execute(
        "ALTER TABLE audit_entry DISABLE TRIGGER USER; ALTER TABLE audit_seal DISABLE TRIGGER USER"
    )
    owner_connection.execute("DELETE FROM audit_seal")
    owner_connection.execute("DELETE FROM audit_entry WHERE id = (SELECT min(id::text)::uuid FROM audit_entry)")
    _record(1)
    services.seal_all(now=NOW)
    assert [f.reason for f in services.verify().findings] == ["recomputed"]


def test_an_erased_payload_leaves_the_chain_whole(scratch_db, owner_connection):
    keys = _record(3)
    services.seal_all(now=NOW)
    owner_connection.execute("ALTER TABLE audit_payload DISABLE TRIGGER USER")
    owner_connection.execute("DELETE FROM audit_payload WHERE entry_id = %s", [keys[1]])
    assert services.verify().holds


def test_heads_are_published_once_and_outside_the_database(scratch_db, settings):
    _record(2)
    services.seal_all(now=NOW)
    assert len(services.publish_heads(now=NOW)) == 1
    assert services.publish_heads(now=NOW) == []
    (line,) = Path(settings.SALTER_AUDIT_HEADS).read_text().splitlines()
    assert json.loads(line)["position"] == 2


def test_the_command_prints_json_and_fails_at_a_fault(scratch_db, owner_connection, capsys):
    _record(2)
    services.seal_all(now=NOW)
    call_command("audit_verify")
    assert json.loads(capsys.readouterr().out) == {"sealed": 2, "unsealed": 0, "faults": []}
    owner_connection.execute("ALTER TABLE audit_entry DISABLE TRIGGER USER")
    owner_connection.execute("UPDATE audit_entry SET purpose = 'another'")
    with pytest.raises(SystemExit):
        call_command("audit_verify")
    assert json.loads(capsys.readouterr().out)["faults"][0]["what"] == "changed"
