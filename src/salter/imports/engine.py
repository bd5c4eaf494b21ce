"""One file into one register: read, check, merge, within the caller's transaction."""

# ruff: noqa: S608 - what is put together are names declared in code; values of files go in as data.

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import polars as pl
from django.db import connection, transaction

from salter.imports.parsing import Options, Parser, find_decimal_mark
from salter.imports.reading import Hints, Table, open_table
from salter.imports.reading.headers import known_names, match, score
from salter.imports.reading.tables import LINE, names_of
from salter.imports.staging import FOUND, TemporaryStage
from salter.imports.types import ColumnsMissing, ColumnType, Context, Counts, EmptyTable, Phase, Register

__all__ = ["Loaded", "find_columns", "hold_lock", "load", "open_for", "preview"]

Progress = Callable[[Phase, float, int, int], None]
"""Called with the phase, its share done (of 1), rows read and rows refused so far."""

PREVIEW_ROWS = 5


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did, and how the file was read."""

    counts: Counts
    table: Table
    decimal_mark: str
    mapping: dict[str, str]
    # How many findings there are of each code.
    reasons: dict[str, int]


def open_for(
    path: Path, register: Register, *, mapping: Mapping[str, str], options: Options, languages: tuple[str, ...]
) -> Table:
    """Open a file as this register's. Raises `CannotRead`."""
    hints = Hints(
        score=lambda header: score(register, header, mapping),
        known=known_names(register),
        languages=languages,
        encoding=options.encoding,
        separator=options.separator,
    )
    return open_table(path, hints)


def find_columns(register: Register, table: Table, mapping: Mapping[str, str]) -> dict[str, int]:
    """Place of each column in the file. Raises `ColumnsMissing` when a required one isn't there."""
    positions = match(register, table.header, mapping)
    missing = [column.label for column in register.columns if column.required and column.code not in positions]
    if missing:
        raise ColumnsMissing(missing)
    return positions


def preview(table: Table) -> list[tuple[int, list[str]]]:
    """The first rows with their lines."""
    for batch in table.batches():
        if batch.frame.height:
            return [(row[0], [cell or "" for cell in row[1:]]) for row in batch.frame.head(PREVIEW_ROWS).iter_rows()]
    return []


def hold_lock(institution_id: UUID) -> None:
    """Wait until no other load of this institution runs, and keep the next one out until the transaction ends.

    One lock for all registers: payments and invoices meet in the same allocations.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"imports:{institution_id}"])


def load(
    *,
    path: Path,
    register: Register,
    context: Context,
    mapping: Mapping[str, str],
    options: Options,
    languages: tuple[str, ...],
    job_id: UUID,
    dry_run: bool,
    progress: Progress,
) -> Loaded:
    """Load a file in the caller's transaction and write its findings; a dry run leaves nothing but the findings.

    Raises: `ImportRefused` when the file as a whole can't be loaded.
    """
    table = open_for(path, register, mapping=mapping, options=options, languages=languages)
    positions = find_columns(register, table, mapping)
    decimal_mark = options.decimal_mark or _decimal_mark(register, table, positions)
    parser = Parser(register=register, positions=positions, context=context, options=options, decimal_mark=decimal_mark)
    rows = refused = 0
    stage = TemporaryStage(
        register=register,
        columns=parser.columns,
        context=context,
        progress=lambda share: progress(Phase.WRITING, share, rows, refused),
    )
    stage.create()
    for batch in table.batches():
        parsed = parser.parse(batch)
        rows, refused = rows + parsed.rows, refused + parsed.refused
        stage.add(parsed.frame, parsed.found)
        progress(Phase.READING, batch.share, rows, refused)
    if not rows:
        raise EmptyTable
    progress(Phase.CHECKING, 0.0, rows, refused)
    stage.analyze()
    before = transaction.savepoint()
    merged = register.merge(stage)
    if dry_run:
        kept = _take_findings()
        transaction.savepoint_rollback(before)
        stage.execute(f"DELETE FROM {FOUND}")
        _give_findings(kept)
    else:
        transaction.savepoint_commit(before)
    _fill_texts(stage, table)
    _keep_findings(stage, register, table, positions, job_id)
    [(refused, warnings)] = stage.rows(
        f"SELECT count(DISTINCT line) FILTER (WHERE NOT is_warning), count(*) FILTER (WHERE is_warning) FROM {FOUND}"
    )
    counts = Counts(
        rows=rows,
        created=merged.created,
        updated=merged.updated,
        unchanged=rows - refused - merged.created - merged.updated,
        refused=refused,
        warnings=warnings,
    )
    reasons = dict(stage.rows(f"SELECT why, count(*) FROM {FOUND} GROUP BY why ORDER BY why"))
    mapped = {code: table.header[place] for code, place in positions.items()}
    return Loaded(counts, table, decimal_mark, mapped, reasons)


def _decimal_mark(register: Register, table: Table, positions: Mapping[str, int]) -> str:
    """The file's decimal mark, from its first rows; cells that a program wrote as numbers have a dot."""
    default = "," if table.format == "csv" else "."
    numeric = [
        f"c{positions[column.code]}"
        for column in register.columns
        if column.code in positions and column.type in (ColumnType.AMOUNT, ColumnType.DECIMAL)
    ]
    for batch in table.batches():
        return find_decimal_mark((batch.frame[name] for name in numeric), default)
    return default


# ------------------------------------------------------------------------------------------------------------ findings


def _take_findings() -> bytes:
    with connection.cursor() as cursor, cursor.copy(f"COPY {FOUND} TO STDOUT") as copy:
        return b"".join(bytes(part) for part in copy)


def _give_findings(kept: bytes) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {FOUND} FROM STDIN") as copy:
        copy.write(kept)


def _fill_texts(stage: TemporaryStage, table: Table) -> None:
    """Add the text of the rows that the database refused, by reading the file once more."""
    lines = [line for (line,) in stage.rows(f"SELECT DISTINCT line FROM {FOUND} WHERE fields IS NULL")]
    if not lines:
        return
    stage.execute("DROP TABLE IF EXISTS import_texts")
    stage.execute("CREATE TEMP TABLE import_texts (line bigint NOT NULL, fields jsonb NOT NULL) ON COMMIT DROP")
    wanted = pl.DataFrame({LINE: lines}, schema={LINE: pl.Int64})
    names = names_of(len(table.header))
    for batch in table.batches():
        hit = batch.frame.join(wanted, on=LINE, how="semi")
        if hit.height:
            as_list = pl.concat_list(pl.col(names).fill_null("")).alias("fields")
            encoded = hit.select(LINE, pl.struct(as_list).struct.json_encode().alias("fields"))
            with connection.cursor() as cursor, cursor.copy("COPY import_texts FROM STDIN (FORMAT csv)") as copy:
                copy.write(encoded.write_csv(include_header=False))
    stage.execute(
        f"UPDATE {FOUND} f SET fields = t.fields -> 'fields' FROM import_texts t "
        "WHERE t.line = f.line AND f.fields IS NULL"
    )


def _keep_findings(
    stage: TemporaryStage, register: Register, table: Table, positions: Mapping[str, int], job_id: UUID
) -> None:
    """Write the findings to their lasting table, with the file's own names of columns."""
    codes = [column.code for column in register.columns if column.code in positions]
    stage.execute(
        f'INSERT INTO imports_finding (id, institution_id, job_id, line, "column", code, is_warning, fields) '
        f"SELECT {stage.new_id('row_number() OVER ()')}, %(institution)s, %(job)s, line, coalesce(name, ''), why, "
        "is_warning, coalesce(fields, '[]') FROM (SELECT f.*, n.name FROM import_found f "
        "LEFT JOIN unnest(%(codes)s::text[], %(names)s::text[]) WITH ORDINALITY AS n(code, name, place) "
        "ON n.code = f.col ORDER BY f.line, n.place) f",
        {"job": job_id, "codes": codes, "names": [table.header[positions[code]][:200] for code in codes]},
    )
