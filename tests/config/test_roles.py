"""The application role owns nothing and can't touch the trail: shown by attacking as that role."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.core.checks import Error
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from psycopg import errors, sql

from salter.config import checks, roles

FIND_APPEND_ONLY = (
    "SELECT DISTINCT c.relname FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid"
    f" JOIN pg_proc p ON p.oid = g.tgfoid WHERE p.proname = '{roles.APPEND_ONLY_FUNCTION}' ORDER BY 1"
)


@pytest.fixture
def intruder(django_db_setup, server) -> Any:
    """A connection as the application role to the worker's database: whatever it tries must leave no trace."""
    name = str(connection.settings_dict["NAME"])
    with psycopg.connect(**server.application.database(name).libpq(), autocommit=True) as role:
        yield role


@pytest.fixture
def application(scratch_db) -> Any:
    """The same to a database of the test's own."""
    with psycopg.connect(**scratch_db.application.libpq(), autocommit=True) as role:
        yield role


@pytest.fixture
def owner(scratch_db) -> Any:
    with psycopg.connect(**scratch_db.owner.libpq(), autocommit=True) as role:
        yield role


def _tables(role: Any) -> list[str]:
    tables = [name for (name,) in role.execute(FIND_APPEND_ONLY)]
    assert "audit_entry" in tables
    return tables


ATTACKS = [
    "UPDATE {table} SET {column} = {column}",
    "DELETE FROM {table}",
    "TRUNCATE {table}",
    "TRUNCATE {table} CASCADE",
    "SELECT * FROM {table} FOR UPDATE",
    "ALTER TABLE {table} DISABLE TRIGGER ALL",
    "ALTER TABLE {table} DISABLE TRIGGER USER",
    "ALTER TABLE {table} OWNER TO CURRENT_USER",
    "ALTER TABLE {table} RENAME TO gone",
    "DROP TABLE {table} CASCADE",
    "CREATE RULE away AS ON INSERT TO {table} DO INSTEAD NOTHING",
    "CREATE TRIGGER own BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION salter_refuse_change()",
    "GRANT UPDATE ON {table} TO CURRENT_USER",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_append_only_table_gives_way(intruder, attack: str):
    for table in _tables(intruder):
        column = intruder.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum = 1", [table]
        ).fetchone()[0]
        command = sql.SQL(attack).format(table=sql.Identifier(table), column=sql.Identifier(column))
        # Without a grant option PostgreSQL only warns about GRANT; what counts is that nothing was gained.
        if attack.startswith("GRANT"):
            intruder.execute(command)
            privilege = intruder.execute("SELECT has_table_privilege(%s, 'UPDATE')", [table]).fetchone()
            assert privilege == (False,), table
            continue
        with pytest.raises(errors.InsufficientPrivilege):
            intruder.execute(command)


@pytest.mark.parametrize(
    "attack",
    [
        "SET ROLE {owner}",
        "SET SESSION AUTHORIZATION {owner}",
        "SET session_replication_role = replica",
        "SET LOCAL session_replication_role = 'replica'",
        "SELECT set_config('session_replication_role', 'replica', false)",
        "ALTER ROLE {app} SET session_replication_role = replica",
        "ALTER ROLE {app} SUPERUSER",
        "CREATE ROLE helper",
        "CREATE DATABASE other",
        "CREATE TABLE public.own (id int)",
        "CREATE SCHEMA own",
        "CREATE FUNCTION public.own() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE EXTENSION hstore",
        "SELECT lo_create(0)",
        "SELECT lo_from_bytea(0, 'x')",
        "SELECT pg_read_file('/etc/passwd')",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('x', 'x', now())",
        "DELETE FROM django_migrations",
        "ALTER DATABASE {database} SET session_replication_role = replica",
    ],
)
def test_no_way_around_the_role(intruder, server, attack: str):
    command = sql.SQL(attack).format(
        owner=sql.Identifier(server.owner.user),
        app=sql.Identifier(server.application.user),
        database=sql.Identifier(str(connection.settings_dict["NAME"])),
    )
    with pytest.raises(errors.InsufficientPrivilege):
        intruder.execute(command)


def test_even_the_owner_is_stopped_by_the_trigger(owner):
    owner.execute("CREATE TABLE probe (id int)")
    owner.execute("INSERT INTO probe VALUES (1)")
    owner.execute("CREATE TRIGGER a BEFORE UPDATE OR DELETE ON probe EXECUTE FUNCTION salter_refuse_change()")
    for statement in ("UPDATE probe SET id = 2", "DELETE FROM probe"):
        with pytest.raises(errors.InsufficientPrivilege):
            owner.execute(statement)


def test_a_later_table_has_its_grants_and_a_later_append_only_one_is_found(owner, application, scratch_db):
    owner.execute("CREATE TABLE later (id int)")
    application.execute("INSERT INTO later VALUES (1)")
    owner.execute("CREATE TRIGGER a BEFORE UPDATE ON later EXECUTE FUNCTION salter_refuse_change()")
    grants = roles.Grants(scratch_db.name, scratch_db.owner.user, scratch_db.application.user)
    for statement in roles.restrict_statements(grants):
        owner.execute(statement)
    for statement in ("UPDATE later SET id = 2", "DELETE FROM later", "TRUNCATE later"):
        with pytest.raises(errors.InsufficientPrivilege):
            application.execute(statement)


def _found(role: Any) -> dict[str, roles.Problem]:
    return {problem.id: problem for problem in roles.problems(lambda query: role.execute(query).fetchall())}


def test_the_application_role_has_no_problems(application):
    assert _found(application) == {}


@pytest.mark.parametrize(
    ("breach", "expected"),
    [
        ("GRANT UPDATE ON audit_entry TO {app}", "salter.E003"),
        ("GRANT UPDATE (id) ON audit_entry TO {app}", "salter.E003"),
        ("GRANT DELETE ON audit_entry TO {app}", "salter.E003"),
        ("GRANT TRUNCATE ON audit_entry TO PUBLIC", "salter.E003"),
        ("ALTER TABLE audit_entry DISABLE TRIGGER USER", "salter.E004"),
        ("ALTER TABLE audit_entry ENABLE REPLICA TRIGGER audit_entry_append_only", "salter.E004"),
        ("GRANT CREATE ON SCHEMA public TO {app}", "salter.E005"),
        ("GRANT CREATE ON SCHEMA public TO {app}", "salter.E002"),
    ],
)
def test_each_breach_is_noticed_and_stops_the_start(owner, application, scratch_db, breach: str, expected: str):
    owner.execute(sql.SQL(breach).format(app=sql.Identifier(scratch_db.application.user)))
    if expected == "salter.E002":
        application.execute("CREATE TABLE my_own (id int)")
    problem = _found(application)[expected]
    assert problem.fatal
    assert problem.hint
    assert expected in [message.id for message in checks.database_role(None) if isinstance(message, Error)]
    with pytest.raises(ImproperlyConfigured):
        checks.refuse_wrong_role()


def test_the_owner_is_refused_to_serve_but_may_run_its_commands(scratch_db, owner, monkeypatch):
    assert "salter.E002" in _found(owner)
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "USER", scratch_db.owner.user)
    monkeypatch.setitem(connection.settings_dict, "PASSWORD", scratch_db.owner.password)
    with pytest.raises(ImproperlyConfigured):
        checks.refuse_wrong_role()
    assert checks.database_role(None)
    monkeypatch.setenv("SALTER_AS", "owner")
    assert checks.database_role(None) == []
    connection.close()


def test_making_a_role_twice_is_no_error(server):
    name = "salter_test_twice"
    with server.connect() as admin:
        if not admin.execute("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user").fetchone()[
            0
        ]:
            pytest.skip("the owner of this server may not make roles: give DATABASE_URL a superuser")
        try:
            for password in ("one", "two"):
                admin.execute(roles.create_role(name, password))
            row = admin.execute(
                "SELECT rolcanlogin, rolsuper, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = %s", [name]
            ).fetchone()
            assert row == (True, False, False, False)
        finally:
            admin.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(name)))


def test_the_printed_script_names_both_roles_and_every_grant():
    text = roles.script(roles.Grants("counter", "boss", "worker"))
    for part in ('CREATE ROLE "boss"', 'CREATE ROLE "worker"', 'CREATE DATABASE "counter" OWNER "boss"', "lo_"):
        assert part in text
    assert text.count("ALTER DEFAULT PRIVILEGES") == 2
