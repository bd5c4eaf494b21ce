"""Spreadsheets and Parquet, read as text.

The line of a spreadsheet row is its row in the sheet. Parquet has no lines: its rows are counted as if the column names
were the first, so that the same data gives the same numbers in every format.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import fastexcel
import polars as pl

from salter.imports.reading.tables import HEADER_SEARCH, LINE, Batch, Hints, best_header, blank_rows, names_of

__all__ = ["ParquetTable", "SpreadsheetTable", "open_parquet", "open_spreadsheet"]

ROWS = 100_000


@dataclass
class SpreadsheetTable:
    """One sheet, already read as text: a spreadsheet can't be opened in part, so it is opened once."""

    path: Path
    sheet: str
    header: list[str]
    header_line: int
    cells: pl.DataFrame
    format: str = "xlsx"
    encoding: str = ""
    separator: str = ""

    def batches(self) -> Iterator[Batch]:
        height = self.cells.height
        for offset in range(self.header_line, height, ROWS):
            part = _named(self.cells.slice(offset, ROWS), len(self.header)).with_row_index(LINE, offset=offset + 1)
            part = part.with_columns(pl.col(LINE).cast(pl.Int64))
            yield Batch(blank_rows(part), [], min(1.0, (offset + ROWS) / height))


@dataclass
class ParquetTable:
    path: Path
    header: list[str]
    header_line: int = 1
    format: str = "parquet"
    encoding: str = ""
    separator: str = ""
    names: list[str] = field(default_factory=list)

    def batches(self) -> Iterator[Batch]:
        lazy = pl.scan_parquet(self.path)
        count = lazy.select(pl.len()).collect().item()
        as_text = [
            _as_text(name, dtype).alias(f"c{i}") for i, (name, dtype) in enumerate(lazy.collect_schema().items())
        ]
        for offset in range(0, count, ROWS):
            part = lazy.slice(offset, ROWS).select(as_text).collect().with_row_index(LINE, offset=2 + offset)
            part = part.with_columns(pl.col(LINE).cast(pl.Int64))
            yield Batch(blank_rows(part), [], min(1.0, (offset + ROWS) / count))


def _as_text(name: str, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if isinstance(dtype, pl.Datetime):
        return column.dt.strftime("%Y-%m-%d %H:%M:%S")
    if dtype.is_nested() or dtype in (pl.Binary, pl.Object):
        return pl.lit(None, dtype=pl.String)
    if dtype.is_float():
        # 0.1 + 0.2 is no amount of seventeen decimals.
        column = column.cast(pl.Float64).round(6)
    return column.cast(pl.String)


def _named(frame: pl.DataFrame, width: int) -> pl.DataFrame:
    frame = frame[:, :width]
    frame.columns = names_of(frame.width)
    missing = names_of(width)[frame.width :]
    return frame.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in missing)


def open_spreadsheet(path: Path, hints: Hints) -> SpreadsheetTable | None:
    """Open the sheet whose header fits best, or None when the file can't be read."""
    best: tuple[float, SpreadsheetTable] | None = None
    try:
        reader = fastexcel.read_excel(str(path))
        for name in reader.sheet_names:
            sheet = reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
            cells = sheet.to_polars().cast(pl.String)
            del sheet
            head = cells.head(HEADER_SEARCH).iter_rows()
            rows = [(i + 1, [cell or "" for cell in row]) for i, row in enumerate(head)]
            if not rows:
                continue
            line, header = rows[best_header(rows, hints)]
            while len(header) > 1 and not header[-1].strip():
                header.pop()
            quality = hints.score(header)
            if best is None or quality > best[0]:
                best = (quality, SpreadsheetTable(path, name, [cell.strip() for cell in header], line, cells))
    except (fastexcel.FastExcelError, OSError, ValueError):
        return None
    return best[1] if best else None


def open_parquet(path: Path, hints: Hints) -> ParquetTable | None:
    try:
        names = pl.scan_parquet(path).collect_schema().names()
    except (pl.exceptions.PolarsError, OSError):
        return None
    return ParquetTable(path, [name.strip() for name in names]) if names else None
