"""The two database roles: the owner migrates, the application role works and owns nothing.

What the application role may do is stated here once, as SQL that can be run again and again. It runs after every
migration, so a new table never starts without its grants and an append-only one never keeps a grant too many.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from psycopg import sql

OWNER = "salter_owner"
APPLICATION = "salter_app"

# Every append-only table has a trigger that runs this function (lib.sql.append_only). It is the mark by which such
# tables are found, so that a table made later is protected without anybody having to add it to a list.
APPEND_ONLY_FUNCTION = "salter_refuse_change"

FORBIDDEN_ON_APPEND_ONLY = ("UPDATE", "DELETE", "TRUNCATE")


@dataclass(frozen=True)
class Grants:
    """The roles of one database."""

    database: str
    owner: str = OWNER
    application: str = APPLICATION


def create_role(name: str, password: str | None, *, create_db: bool = False) -> sql.Composed:
    """SQL that makes a login role or, when it exists, sets its password.

    CREATE ROLE is cluster-wide and knows no IF NOT EXISTS: two installations or test runs on one server may race.
    """
    options = sql.SQL("LOGIN NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS {} {}").format(
        sql.SQL("CREATEDB" if create_db else "NOCREATEDB"),
        sql.SQL("PASSWORD {}").format(sql.Literal(password)) if password is not None else sql.SQL(""),
    )
    create = sql.SQL("CREATE ROLE {} {}").format(sql.Identifier(name), options)
    alter = sql.SQL("ALTER ROLE {} {}").format(sql.Identifier(name), options)
    return sql.SQL("DO $do$ BEGIN {}; EXCEPTION WHEN duplicate_object OR unique_violation THEN {}; END $do$").format(
        create, alter
    )


def database_statements(grants: Grants) -> list[sql.Composed]:
    """Who may enter the database at all; a copy made from a template doesn't bring these along."""
    app, database = sql.Identifier(grants.application), sql.Identifier(grants.database)
    templates = [
        "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
        # Bulk loads stage their rows in temporary tables.
        "GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {app}",
    ]
    return [sql.SQL(t).format(app=app, database=database) for t in templates]


def grant_statements(grants: Grants) -> list[sql.Composed]:
    """What the owner grants to the application role in its database."""
    owner, app = sql.Identifier(grants.owner), sql.Identifier(grants.application)
    templates = [
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        "GRANT USAGE ON SCHEMA public TO {app}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public"
        " GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {app}",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {app}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {app}",
    ]
    return [sql.SQL(t).format(owner=owner, app=app) for t in templates]


def restrict_statements(grants: Grants) -> list[sql.Composed]:
    """What the grants above gave too much: writes to the trail and to the record of migrations."""
    app = sql.Identifier(grants.application)
    return [
        sql.SQL(
            "DO $do$ DECLARE t regclass; BEGIN FOR t IN SELECT DISTINCT g.tgrelid::regclass FROM pg_trigger g"
            " JOIN pg_proc p ON p.oid = g.tgfoid WHERE p.proname = {mark}"
            " LOOP EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %s FROM {app}', t); END LOOP;"
            " IF to_regclass('public.django_migrations') IS NOT NULL THEN"
            " REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON public.django_migrations FROM {app}; END IF; END $do$"
        ).format(mark=sql.Literal(APPEND_ONLY_FUNCTION), app=app)
    ]


def revoke_large_objects(role: str) -> sql.Composed:
    """Superuser's part: large objects are a place to write that no grant on tables covers, so nobody gets them."""
    return sql.SQL(
        "DO $do$ DECLARE f regprocedure; BEGIN FOR f IN SELECT p.oid::regprocedure FROM pg_proc p"
        " WHERE p.pronamespace = 'pg_catalog'::regnamespace"
        " AND (starts_with(p.proname, 'lo_') OR p.proname IN ('loread', 'lowrite'))"
        " LOOP EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC, {role}', f); END LOOP; END $do$"
    ).format(role=sql.Identifier(role))


@dataclass(frozen=True)
class Problem:
    """A promise of the database that isn't kept; a fatal one stops the product from starting."""

    id: str
    message: str
    hint: str
    fatal: bool = True


HINT_ROLE = "Let DATABASE_APP_URL sign in as the application role; `salter roles` prints the SQL that makes it."
HINT_GRANTS = "Run `salter migrate`, which settles the grants."

# (id, query that finds the offenders, sentence, hint, fatal). Each query is a few catalogue look-ups.
_PROMISES: tuple[tuple[str, str, str, str, bool], ...] = (
    (
        "salter.E001",
        "SELECT current_user WHERE (SELECT rolsuper OR rolcreaterole OR rolbypassrls OR rolreplication"
        " FROM pg_roles WHERE rolname = current_user)",
        "The application role {} is a superuser or may make roles, replicate or pass row security by.",
        HINT_ROLE,
        True,
    ),
    (
        "salter.E002",
        "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace"
        " AND c.relkind IN ('r', 'p', 'v', 'm', 'S') AND pg_has_role(current_user, c.relowner, 'MEMBER')"
        " ORDER BY 1 LIMIT 5",
        "The application role owns {} or is a member of the owner.",
        HINT_ROLE,
        True,
    ),
    (
        "salter.E003",
        "SELECT DISTINCT c.relname FROM pg_trigger g JOIN pg_proc p ON p.oid = g.tgfoid"
        " JOIN pg_class c ON c.oid = g.tgrelid"
        f" WHERE p.proname = '{APPEND_ONLY_FUNCTION}' AND (has_table_privilege(c.oid, 'UPDATE')"
        " OR has_any_column_privilege(c.oid, 'UPDATE') OR has_table_privilege(c.oid, 'DELETE')"
        " OR has_table_privilege(c.oid, 'TRUNCATE')) ORDER BY 1",
        "The application role may change or remove rows of {}, which is append-only.",
        HINT_GRANTS,
        True,
    ),
    (
        "salter.E004",
        "SELECT DISTINCT c.relname FROM pg_trigger g JOIN pg_proc p ON p.oid = g.tgfoid"
        " JOIN pg_class c ON c.oid = g.tgrelid"
        f" WHERE p.proname = '{APPEND_ONLY_FUNCTION}' AND g.tgenabled NOT IN ('O', 'A') ORDER BY 1",
        "The trigger that keeps {} append-only is switched off.",
        "As the owner: ALTER TABLE … ENABLE TRIGGER USER.",
        True,
    ),
    (
        "salter.E005",
        "SELECT 'public' WHERE has_schema_privilege('public', 'CREATE')",
        "The application role may make tables in the schema {}.",
        HINT_GRANTS,
        True,
    ),
    (
        "salter.W002",
        "SELECT 'lo_create' WHERE has_function_privilege('pg_catalog.lo_create(oid)', 'EXECUTE')",
        "The application role may make large objects ({}), which no grant on tables covers.",
        "`salter roles` prints the REVOKE; only a superuser can run it.",
        False,
    ),
)


def problems(ask: Callable[[str], list[tuple[Any, ...]]]) -> list[Problem]:
    """What is wrong with the role that `ask` runs its queries as; an empty list is good."""
    found = []
    for name, query, sentence, hint, fatal in _PROMISES:
        if rows := ask(query):
            found.append(Problem(name, sentence.format(", ".join(str(row[0]) for row in rows)), hint, fatal))
    return found


def script(grants: Grants) -> str:
    """The SQL that a database administrator runs on a server where we may not make roles."""
    parts: list[str | sql.Composed] = [
        "-- 1. As a superuser or administrator, in any database. Replace the passwords.",
        create_role(grants.owner, "CHANGE-ME-1"),
        create_role(grants.application, "CHANGE-ME-2"),
        sql.SQL("ALTER ROLE {} SET timezone TO 'UTC'").format(sql.Identifier(grants.owner)),
        sql.SQL("ALTER ROLE {} SET timezone TO 'UTC'").format(sql.Identifier(grants.application)),
        sql.SQL("CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0").format(
            sql.Identifier(grants.database), sql.Identifier(grants.owner)
        ),
        f"-- 2. As a superuser, in the database {grants.database}; leave out where nobody is one.",
        revoke_large_objects(grants.application),
        f"-- 3. As {grants.owner}, in the database {grants.database} (`salter migrate` does the same).",
        *database_statements(grants),
        *grant_statements(grants),
    ]
    return "\n".join(p if isinstance(p, str) else f"{p.as_string(None)};" for p in parts) + "\n"


def migrate(application_role: str, *, verbosity: int = 1) -> None:
    """Bring the default database, opened as the owner, up to date and settle what the application role may do."""
    from django.core.management import call_command
    from django.db import connection

    grants = Grants(str(connection.settings_dict["NAME"]), str(connection.settings_dict["USER"]), application_role)
    # Before: migrations that load rows or make partitions rely on the default privileges. After: append-only tables.
    with connection.cursor() as cursor:
        for statement in database_statements(grants) + grant_statements(grants):
            cursor.execute(statement)
    call_command("migrate", interactive=False, verbosity=verbosity, skip_checks=True)
    with connection.cursor() as cursor:
        for statement in restrict_statements(grants):
            cursor.execute(statement)
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone() == (True,):
            cursor.execute(revoke_large_objects(application_role))
