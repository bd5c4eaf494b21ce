"""The two database roles: the owner migrates, the application role works and owns nothing.

What the application role may do is stated here once, as SQL that can be run again and again. It runs after every
migration, so a new table never starts without its grants and an append-only one never keeps a grant too many.
"""

from __future__ import annotations

from dataclasses import dataclass

from psycopg import sql

OWNER = "salter_owner"
APPLICATION = "salter_app"

# Every append-only table has a trigger that runs this function (lib.sql.append_only). It is the mark by which such tables
# are found, so that a table made later is protected without anybody having to add it to a list.
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
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}",
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
        " WHERE p.pronamespace = 'pg_catalog'::regnamespace AND (p.proname LIKE 'lo\\_%' OR p.proname IN ('loread', 'lowrite'))"
        " LOOP EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC, {role}', f); END LOOP; END $do$"
    ).format(role=sql.Identifier(role))


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
