"""Text with separators: CSV and its kin.

polars reads such files fastest, but it fails a whole file on one ragged row and can't say on which line a row begins
once a quoted line break came before. So the lines are walked here: blocks without a quotation mark are divided by
polars expressions, blocks with one go through Python's csv reader, which counts the lines that each row took.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from salter.imports.reading.encodings import LABELS, detect
from salter.imports.reading.tables import (
    HEADER_SEARCH,
    LINE,
    Batch,
    Damaged,
    Hints,
    best_header,
    blank_rows,
    names_of,
)

__all__ = ["SEPARATORS", "DelimitedTable", "open_delimited"]

SEPARATORS = (";", ",", "\t", "|")
BLOCK_CHARACTERS = 12 << 20
# A field that runs over more lines than this has lost its closing quotation mark.
LONGEST_ROW = 100
QUOTE = '"'

WRONG_WIDTH = "wrong number of fields"
QUOTE_OPEN = "quotation mark not closed"


@dataclass
class DelimitedTable:
    path: Path
    encoding_name: str
    separator: str
    newline: str
    header: list[str]
    header_line: int
    # Physical line on which the first row below the header begins.
    first_line: int
    format: str = "csv"

    @property
    def encoding(self) -> str:
        return LABELS.get(self.encoding_name, self.encoding_name)

    def batches(self) -> Iterator[Batch]:
        size = max(1, self.path.stat().st_size)
        with self.path.open("rb") as raw:
            # Undefined bytes become U+FFFD, by which their rows are refused.
            text = io.TextIOWrapper(raw, encoding=self.encoding_name, errors="replace", newline=self.newline)
            line = 1
            while line < self.first_line and text.readline():
                line += 1
            while block := text.readlines(BLOCK_CHARACTERS):
                share = min(1.0, raw.tell() / size)
                if any(QUOTE in part for part in block):
                    batch, taken = self._careful(block, line, text)
                else:
                    batch, taken = self._plain(block, line)
                line += taken
                yield Batch(batch.frame, batch.damaged, share)

    def _plain(self, block: list[str], first: int) -> tuple[Batch, int]:
        """Divide a block in which no field is quoted."""
        width, separator = len(self.header), self.separator
        frame = pl.DataFrame({"text": block}).with_row_index(LINE, offset=first)
        frame = frame.select(pl.col(LINE).cast(pl.Int64), pl.col("text").str.strip_chars_end("\r\n"))
        found = pl.col("text").str.count_matches(separator, literal=True)
        frame = frame.filter(pl.col("text").str.strip_chars(separator + " \t") != "")
        fits = frame.filter(found == width - 1)
        names = names_of(width)
        if width == 1:
            good = fits.rename({"text": names[0]})
        else:
            good = fits.select(
                LINE, pl.col("text").str.split_exact(separator, width - 1).struct.rename_fields(names).struct.unnest()
            )
        damaged, more = [], []
        if fits.height < frame.height:
            for line, text in frame.filter(found != width - 1).iter_rows():
                fields = text.split(separator)
                if _trim(fields, width):
                    more.append((line, *fields))
                else:
                    damaged.append(Damaged(line, WRONG_WIDTH, fields))
        if more:
            extra = pl.DataFrame(more, schema={LINE: pl.Int64, **dict.fromkeys(names, pl.String)}, orient="row")
            good = pl.concat([good, extra]).sort(LINE)
        return Batch(blank_rows(good), damaged), len(block)

    def _careful(self, block: list[str], first: int, text: io.TextIOWrapper) -> tuple[Batch, int]:
        """Divide a block with quoted fields; a row that begins in it is read to its end, if need be beyond."""
        width, names = len(self.header), names_of(len(self.header))
        starts: list[int] = []
        rows: list[list[str]] = []
        damaged: list[Damaged] = []
        planned, at = len(block), 0
        while at < planned:
            reader = csv.reader(_feed(block, at, text), delimiter=self.separator)
            base, taken = at, 0
            while at < planned:
                try:
                    fields = next(reader)
                    span = reader.line_num - taken
                except StopIteration:
                    at = len(block)
                    break
                except csv.Error:
                    fields, span = [], LONGEST_ROW + 1
                fits = _trim(fields, width)
                if span > 1 and (span > LONGEST_ROW or not fits):
                    # The quotation mark that opened here is never closed: refuse this line alone, go on behind it.
                    damaged.append(Damaged(first + at, QUOTE_OPEN, block[at].rstrip("\r\n").split(self.separator)))
                    at += 1
                    break
                if fits:
                    starts.append(first + at)
                    rows.append(fields)
                elif any(field.strip() for field in fields):
                    damaged.append(Damaged(first + at, WRONG_WIDTH, fields))
                taken = reader.line_num
                at = base + taken
        columns = list(zip(*rows, strict=True)) if rows else [()] * width
        frame = pl.DataFrame(
            {LINE: pl.Series(starts, dtype=pl.Int64)}
            | {name: pl.Series(column, dtype=pl.String) for name, column in zip(names, columns, strict=True)}
        )
        return Batch(blank_rows(frame), damaged), at


def _feed(block: list[str], at: int, text: io.TextIOWrapper) -> Iterator[str]:
    """The block's lines from `at` on; then the file's next ones, which become part of the block."""
    while True:
        if at == len(block):
            following = text.readline()
            if not following:
                return
            block.append(following)
        yield block[at]
        at += 1


def _trim(fields: list[str], width: int) -> bool:
    """Cut blank fields behind the last column, which many programs write; say whether the rest fits."""
    while len(fields) > width and not fields[-1].strip():
        fields.pop()
    return len(fields) == width


def open_delimited(path: Path, hints: Hints) -> DelimitedTable | None:
    """Open `path`, or None when it is no table of text."""
    encoding = hints.encoding or detect(path, known=hints.known, languages=hints.languages).encoding
    with path.open("rb") as raw:
        sample = raw.read(1 << 20)
    decoded = sample.decode(encoding, errors="ignore")
    if not decoded.strip() or _is_binary(decoded[:65536]):
        return None
    newline = "\n" if "\n" in decoded else ("\r" if "\r" in decoded else "\n")
    with path.open(encoding=encoding, errors="replace", newline=newline) as text:
        lines = [line for line, _ in zip(text, range(HEADER_SEARCH * 4), strict=False)]
    declared = _declared_separator(lines[0])
    separator = hints.separator or declared or _find_separator(lines, hints)
    rows = _first_rows(lines, separator)
    if declared:
        rows = rows[1:]
    if not rows:
        return None
    chosen = best_header([(line, fields) for line, fields, _next in rows], hints)
    line, header, following = rows[chosen]
    while len(header) > 1 and not header[-1].strip():
        header.pop()
    return DelimitedTable(
        path, encoding, separator, newline, [name.strip().strip("\ufeff") for name in header], line, following
    )


def _is_binary(sample: str) -> bool:
    """Text holds hardly any control characters; programs, pictures and archives are full of them."""
    return sum(sign < " " and sign not in "\t\r\n\f\x1a" for sign in sample) > len(sample) / 100


def _declared_separator(line: str) -> str:
    """Excel writes `sep=;` above the header when told to."""
    head, _, mark = line.strip("\ufeff\r\n").partition("=")
    return mark if head.strip().lower() == "sep" and mark in SEPARATORS else ""


def _first_rows(lines: Sequence[str], separator: str) -> list[tuple[int, list[str], int]]:
    """The first rows as (line, fields, line of the next row)."""
    reader = csv.reader(iter(lines), delimiter=separator)
    rows: list[tuple[int, list[str], int]] = []
    while len(rows) < HEADER_SEARCH:
        begins = reader.line_num + 1
        try:
            fields = next(reader)
        except (StopIteration, csv.Error):
            break
        rows.append((begins, fields, reader.line_num + 1))
    return rows


def _find_separator(lines: Sequence[str], hints: Hints) -> str:
    """The separator that finds most known names, else the one that divides most rows into as many fields."""

    def quality(separator: str) -> tuple[float, float, int]:
        rows = [fields for _line, fields, _next in _first_rows(lines, separator)]
        widths = [len(fields) for fields in rows if fields]
        if not widths:
            return (0, 0, 0)
        usual = max(widths, key=lambda width: (widths.count(width), width))
        alike = widths.count(usual) / len(widths) if usual > 1 else 0
        return (max(hints.score(fields) for fields in rows), alike, usual)

    return max(SEPARATORS, key=quality)
