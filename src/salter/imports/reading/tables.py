"""What every reader gives: a header and batches of text, each row with the line on which it begins."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import polars as pl

__all__ = ["LINE", "Batch", "Damaged", "Hints", "Table", "best_header", "blank_rows", "names_of"]

# Name of the column of line numbers in a batch; the others are called c0, c1… in the order of the file.
LINE = "line"

HEADER_SEARCH = 30


@dataclass(frozen=True, slots=True)
class Hints:
    """What a reader may know beforehand.

    `score` says how well a row would do as the header; `known` are column names with their accents. `encoding` and
    `separator` are given by a profile, or empty: found in the file.
    """

    score: Callable[[Sequence[str]], float]
    known: Collection[str] = ()
    languages: Collection[str] = ()
    encoding: str = ""
    separator: str = ""


@dataclass(frozen=True, slots=True)
class Damaged:
    """A row that can't be divided into the columns of the header. `why` is a code of `parsing.REASONS`."""

    line: int
    why: str
    fields: list[str]


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows, all as text, blank fields null. `share` says how much of the file is read by now, of 1."""

    frame: pl.DataFrame
    damaged: list[Damaged] = field(default_factory=list)
    share: float = 0.0


class Table(Protocol):
    """A file opened as a table. `batches` may be walked any number of times."""

    @property
    def path(self) -> Path: ...
    @property
    def format(self) -> str: ...
    @property
    def encoding(self) -> str: ...
    @property
    def separator(self) -> str: ...
    @property
    def header(self) -> list[str]: ...
    @property
    def header_line(self) -> int: ...

    def batches(self) -> Iterator[Batch]: ...


def names_of(count: int) -> list[str]:
    return [f"c{index}" for index in range(count)]


def best_header(rows: Sequence[tuple[int, Sequence[str]]], hints: Hints) -> int:
    """Index of the row that does best as header; the first one with a word in it when none is known."""
    scores = [hints.score(fields) for _line, fields in rows]
    if scores and max(scores) > 0:
        return scores.index(max(scores))
    return next((i for i, (_line, fields) in enumerate(rows) if any(f.strip() for f in fields)), 0)


def blank_rows(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with blank fields as null and without rows that are blank altogether."""
    names = [name for name in frame.columns if name != LINE]
    frame = frame.with_columns(pl.col(names).replace("", None))
    return frame.filter(pl.any_horizontal(pl.col(names).str.strip_chars().fill_null("") != ""))
