"""The rows of one file in a temporary table, and the statements that bring them into a register.

Rows come in by COPY and are handled by the million: every check and every write is one statement over all of them, and
every new row's key is made in the order of the file, so that indexes grow at their end.
"""

# ruff: noqa: S608 - what is put together are names declared in code; values of files go in as data.

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import polars as pl
from django.db import connection

from salter.imports.parsing import Found
from salter.imports.reading.tables import LINE
from salter.imports.types import Column, ColumnType, Context, Merged, Reason, Register

__all__ = ["TemporaryStage"]

TABLE, FOUND, TOUCHED = "import_stage", "import_found", "import_touched"
# Rows written by one statement: often enough for a progress bar, seldom enough to cost nothing.
WRITE_ROWS = 250_000

_SQL_TYPES = {
    ColumnType.AMOUNT: "bigint",
    ColumnType.INTEGER: "bigint",
    ColumnType.DECIMAL: "numeric(14,3)",
    ColumnType.DATE: "date",
}


class TemporaryStage:
    """`imports.types.Stage` on the default connection; lives as long as the transaction."""

    table = TABLE

    def __init__(
        self,
        *,
        register: Register,
        columns: Sequence[Column],
        context: Context,
        progress: Callable[[float], None] = lambda _share: None,
    ) -> None:
        self.context = context
        self.columns = [column.code for column in columns]
        self._all = {column.code: _SQL_TYPES.get(column.type, "text") for column in columns} | dict(register.derived)
        self._progress = progress
        self._last_line = 0
        self.repeats = 0

    # ------------------------------------------------------------------------------------------------------- filling

    def create(self) -> None:
        columns = ", ".join(f'"{name}" {kind}' for name, kind in self._all.items())
        with connection.cursor() as cursor:
            # A worker's settings for this transaction only: sorts and joins of a million rows, no compiling of plans.
            cursor.execute("SET LOCAL work_mem = '128MB'; SET LOCAL jit = off; SET LOCAL statement_timeout = 0")
            cursor.execute(f"DROP TABLE IF EXISTS {TABLE}, {FOUND}, {TOUCHED}")
            cursor.execute(f"CREATE TEMP TABLE {TABLE} ({LINE} bigint NOT NULL, {columns}) ON COMMIT DROP")
            cursor.execute(
                f"CREATE TEMP TABLE {FOUND} ({LINE} bigint NOT NULL, col text NOT NULL, why text NOT NULL, "
                "is_warning boolean NOT NULL, fields jsonb) ON COMMIT DROP"
            )
            cursor.execute(f"CREATE TEMP TABLE {TOUCHED} (id uuid NOT NULL) ON COMMIT DROP")

    def add(self, frame: pl.DataFrame, found: Sequence[Found]) -> None:
        """Take the good rows of a batch and what was found in the others."""
        if frame.height:
            self._last_line = max(self._last_line, int(frame[LINE].max()))  # type: ignore[arg-type]
            _copy(TABLE, frame.select(LINE, *self._all))
        if found:
            rows = pl.DataFrame(
                [(f.line, f.column, f.why, f.is_warning, f.fields) for f in found],
                schema={
                    LINE: pl.Int64,
                    "col": pl.String,
                    "why": pl.String,
                    "is_warning": pl.Boolean,
                    "fields": pl.String,
                },
                orient="row",
            )
            _copy(FOUND, rows)

    def analyze(self) -> None:
        self.execute(f"ANALYZE {TABLE}")

    # --------------------------------------------------------------------------------------------------- for registers

    def has(self, column: str) -> bool:
        """Say whether the file has this column; what it doesn't have must be left as it is."""
        return column in self.columns

    def execute(self, sql: str, params: Mapping[str, Any] | None = None) -> int:
        """Run a statement with `institution`, `now` and the params at hand; return the number of rows."""
        with connection.cursor() as cursor:
            cursor.execute(sql, self._params(params))
            return int(cursor.rowcount)

    def rows(self, sql: str, params: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(sql, self._params(params))
            return list(cursor.fetchall())

    def _params(self, params: Mapping[str, Any] | None) -> dict[str, Any]:
        return {"institution": self.context.institution_id, "now": self.context.now} | dict(params or {})

    def new_id(self, line: str = "s.line") -> str:
        """SQL for a version 7 UUID that grows with the line; only PostgreSQL 18 could make one itself."""
        start = int(self.context.now.timestamp() * 1000)
        hexadecimal = f"lpad(to_hex({start} + ({line} >> 12)), 12, '0')"
        prefix = (
            f"substr({hexadecimal}, 1, 8) || '-' || substr({hexadecimal}, 9) || '-7' || "
            f"lpad(to_hex({line} & 4095), 3, '0')"
        )
        return f"overlay(gen_random_uuid()::text placing {prefix} from 1 for 18)::uuid"

    def refuse(self, *, column: str, reason: Reason, where: str, joins: str = "") -> int:
        """Take the rows `s` for which `where` holds out of the table and report them at `column`."""
        return self.execute(
            f"WITH bad AS (DELETE FROM {TABLE} WHERE {LINE} IN "
            f"(SELECT s.{LINE} FROM {TABLE} s {joins} WHERE {where}) RETURNING {LINE}) "
            f"INSERT INTO {FOUND} ({LINE}, col, why, is_warning) SELECT {LINE}, %(column)s, %(why)s, false FROM bad",
            {"column": column, "why": reason.code},
        )

    def refuse_repeats(self, *, key: str, differs: Sequence[tuple[str, Reason]], otherwise: Reason) -> int:
        """Of rows with the same key the first stays. An exact repeat is harmless and dropped; another is refused.

        `differs` says the reason when this column is another one; `otherwise` when any other is.
        """
        self.execute("DROP TABLE IF EXISTS import_repeats")
        repeated = self.execute(
            f'CREATE TEMP TABLE import_repeats ON COMMIT DROP AS SELECT "{key}", min({LINE}) AS first_line '
            f'FROM {TABLE} GROUP BY "{key}" HAVING count(*) > 1'
        )
        if not repeated:
            return 0
        others = [name for name in self.columns if name != key]
        joins = f'JOIN import_repeats r ON r."{key}" = s."{key}" JOIN {TABLE} f ON f.{LINE} = r.first_line'
        refused = 0
        for column, reason in differs:
            if self.has(column):
                where = f's.{LINE} <> f.{LINE} AND s."{column}" IS DISTINCT FROM f."{column}"'
                refused += self.refuse(column=key, reason=reason, where=where, joins=joins)
        if others:
            where = f"s.{LINE} <> f.{LINE} AND ({_names('s.', others)}) IS DISTINCT FROM ({_names('f.', others)})"
            refused += self.refuse(column=key, reason=otherwise, where=where, joins=joins)
        self.repeats += self.execute(
            f'DELETE FROM {TABLE} s USING import_repeats r WHERE r."{key}" = s."{key}" AND s.{LINE} <> r.first_line'
        )
        return refused

    def upsert(
        self,
        *,
        table: str,
        key: Mapping[str, str],
        values: Mapping[str, str],
        joins: str = "",
        on_insert: Mapping[str, str] | None = None,
        on_update: Mapping[str, str] | None = None,
        collect: str = "",
    ) -> Merged:
        """Write every staged row `s` that is new or differs; `key` and `values` map columns of `table` to SQL.

        `on_insert` and `on_update` are written along but not compared; in `on_update` the row in the table is `t`,
        the new one `excluded`. The values of `collect`, before and after, are kept for `touched`.
        """
        on_insert, on_update = dict(on_insert or {}), dict(on_update or {})
        same = " AND ".join(f'o."{name}" = {expr}' for name, expr in key.items())
        differ = f"({_names('o.', values)}) IS DISTINCT FROM ({', '.join(values.values())})"
        wanted = f"FROM {TABLE} s {joins} LEFT JOIN {table} o ON o.institution_id = %(institution)s AND {same}"
        if collect:
            self.execute(
                f'INSERT INTO {TOUCHED} SELECT DISTINCT o."{collect}" {wanted} '
                f'WHERE o.id IS NOT NULL AND o."{collect}" IS DISTINCT FROM {values[collect]}'
            )
        names = ["id", "institution_id", *key, *values, *on_insert]
        exprs = [self.new_id(), "%(institution)s", *key.values(), *values.values(), *on_insert.values()]
        sets = [f'"{n}" = excluded."{n}"' for n in values] + [f'"{n}" = {expr}' for n, expr in on_update.items()]
        target = ", ".join(f'"{name}"' for name in ("institution_id", *key))
        returned = f't."{collect}", ' if collect else ""
        kept = f'SELECT DISTINCT "{collect}" FROM written' if collect else "SELECT id FROM written WHERE false"
        write = (
            f"WITH written AS (INSERT INTO {table} AS t ({_names('', names)}) "
            f"SELECT {', '.join(exprs)} {wanted} "
            f"WHERE s.{LINE} BETWEEN %(first)s AND %(last)s AND (o.id IS NULL OR {differ}) ORDER BY s.{LINE} "
            f"ON CONFLICT ({target}) DO UPDATE SET {', '.join(sets)} "
            # Only a row that this statement inserted has no earlier version.
            f"RETURNING t.id, {returned}(t.xmax = 0) AS is_new), "
            f"kept AS (INSERT INTO {TOUCHED} {kept}) "
            "SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM written"
        )
        created = updated = 0
        for first in range(1, self._last_line + 1, WRITE_ROWS):
            [(new, changed)] = self.rows(write, {"first": first, "last": first + WRITE_ROWS - 1})
            created, updated = created + new, updated + changed
            self._progress(min(1.0, (first + WRITE_ROWS) / self._last_line))
        return Merged(created, updated)

    def touched(self) -> list[Any]:
        """The distinct values that `upsert` collected."""
        return [value for (value,) in self.rows(f"SELECT DISTINCT id FROM {TOUCHED}")]


def _names(prefix: str, names: Iterable[str]) -> str:
    return ", ".join(f'{prefix}"{name}"' for name in names)


def _copy(table: str, frame: pl.DataFrame) -> None:
    buffer = io.BytesIO()
    frame.write_csv(buffer, include_header=False, null_value="", quote_style="necessary", date_format="%Y-%m-%d")
    columns = ", ".join(f'"{name}"' for name in frame.columns)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN (FORMAT csv)") as copy:
        copy.write(buffer.getbuffer())
