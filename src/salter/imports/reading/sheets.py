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
    path: Path
    sheet: str
    header: list[str]
    header_line: int
    format: str = "xlsx"
    encoding: str = ""
    separator: str = ""

    def batches(self) -> Iterator[Batch]:
        width = len(self.header)
        reader = fastexcel.read_excel(str(self.path))
        sheet = reader.load_sheet(
            self.sheet, header_row=None, skip_rows=self.header_line, dtypes="string", use_columns=list(range(width))
        )
        frame = _named(sheet.to_polars(), width)
        del sheet, reader
        for offset in range(0, frame.height, ROWS):
            part = frame.slice(offset, ROWS).with_row_index(LINE, offset=self.header_line + 1 + offset)
            part = part.with_columns(pl.col(LINE).cast(pl.Int64))
            yield Batch(blank_rows(part), [], min(1.0, (offset + ROWS) / max(1, frame.height)))


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
    frame = frame.cast(pl.String)
    frame.columns = names_of(frame.width)
    missing = names_of(width)[frame.width :]
    return frame.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in missing)


def open_spreadsheet(path: Path, hints: Hints) -> SpreadsheetTable | None:
    """Open the sheet whose header fits best, or None when the file can't be read."""
    try:
        reader = fastexcel.read_excel(str(path))
        best: tuple[float, SpreadsheetTable] | None = None
        for name in reader.sheet_names:
            head = reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string", n_rows=HEADER_SEARCH)
            rows = [(i + 1, [cell or "" for cell in row]) for i, row in enumerate(head.to_polars().iter_rows())]
            if not rows:
                continue
            line, header = rows[best_header(rows, hints)]
            while len(header) > 1 and not header[-1].strip():
                header.pop()
            quality = hints.score(header)
            if best is None or quality > best[0]:
                best = (quality, SpreadsheetTable(path, name, [cell.strip() for cell in header], line))
    except (fastexcel.FastExcelError, OSError, ValueError):
        return None
    return best[1] if best else None


def open_parquet(path: Path, hints: Hints) -> ParquetTable | None:
    try:
        names = pl.scan_parquet(path).collect_schema().names()
    except (pl.exceptions.PolarsError, OSError):
        return None
    return ParquetTable(path, [name.strip() for name in names]) if names else None
