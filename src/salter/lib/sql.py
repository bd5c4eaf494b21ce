"""Promises that Django cannot write itself, as migration operations.

`composite_key` keeps a row from pointing into another institution; `append_only` takes change and removal
from a table, by privilege and by trigger. Both are plain SQL, so that no client setting switches them off.
"""

from django.conf import settings
from django.db.migrations.operations import RunSQL

__all__ = ["append_only", "composite_key"]

_REFUSE = """
CREATE OR REPLACE FUNCTION salter_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'table % is append-only: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;
"""


def composite_key(table: str, column: str, target: str) -> RunSQL:
    """Let (institution_id, column) of `table` refer to (institution_id, id) of `target`.

    Both tables belong to models derived from `TenantModel`, whose UNIQUE (institution, id) the key needs.
    """
    name = f"{table}_{column}_institution_fk"[:63]
    return RunSQL(
        f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" FOREIGN KEY (institution_id, "{column}") '
        f'REFERENCES "{target}" (institution_id, id) DEFERRABLE INITIALLY IMMEDIATE',
        f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"',
    )


def append_only(table: str) -> RunSQL:
    """Refuse UPDATE, DELETE and TRUNCATE on `table` to everybody who doesn't own it, and by trigger to all."""
    role = settings.SALTER_APP_ROLE
    return RunSQL(  # table names come from migrations alone
        f"{_REFUSE}"
        f'CREATE TRIGGER "{table}_append_only" BEFORE UPDATE OR DELETE ON "{table}" '
        "FOR EACH ROW EXECUTE FUNCTION salter_refuse_change();"
        f'CREATE TRIGGER "{table}_append_only_truncate" BEFORE TRUNCATE ON "{table}" '
        "FOR EACH STATEMENT EXECUTE FUNCTION salter_refuse_change();"
        f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN "
        f'REVOKE UPDATE, DELETE, TRUNCATE ON "{table}" FROM "{role}"; END IF; END $$;',
        f'DROP TRIGGER "{table}_append_only" ON "{table}"; DROP TRIGGER "{table}_append_only_truncate" ON "{table}";',
    )
