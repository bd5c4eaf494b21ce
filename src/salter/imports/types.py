"""What a register declares, what a load answers, and the refusals."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

import polars as pl
from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

__all__ = [
    "CannotRead",
    "Column",
    "ColumnType",
    "ColumnsMissing",
    "Context",
    "Counts",
    "EmptyTable",
    "FileGone",
    "JobState",
    "Merged",
    "Phase",
    "ProfileUnknown",
    "Reason",
    "Register",
    "RegisterUnknown",
    "RowCheck",
    "Stage",
]

Text = str | Promise


class ColumnType(StrEnum):
    """How the text of a column is read, and what it becomes in the staging table."""

    TEXT = "text"
    AMOUNT = "amount"  # minor units
    DATE = "date"
    INTEGER = "integer"
    DECIMAL = "decimal"  # at most three places
    IDENTIFIER = "identifier"
    REFERENCE = "reference"
    CHOICE = "choice"
    EMAIL = "email"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a row is refused or warned about: a code that never changes and a sentence for people."""

    code: str
    text: Text


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a register.

    `aliases` are the names under which files of our countries know it; case, accents, script and punctuation don't
    matter. `choices` maps a stored value to the spellings that mean it; `otherwise` takes what none of them is.
    """

    code: str
    label: Text
    type: ColumnType = ColumnType.TEXT
    aliases: tuple[str, ...] = ()
    required: bool = False
    missing: Reason | None = None
    max_length: int | None = None
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    otherwise: str | None = None
    identifier: str = ""
    minimum: int | None = None
    too_small: Reason | None = None


@dataclass(frozen=True, slots=True)
class RowCheck:
    """A rule over several columns: `wrong` is true on the rows that break it; reported at `column`."""

    column: str
    reason: Reason
    needs: tuple[str, ...]
    wrong: Callable[[], pl.Expr]


@dataclass(frozen=True, slots=True)
class Context:
    """For whom rows are read."""

    institution_id: uuid.UUID
    country: str
    currency: str
    alphabet: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Merged:
    """What an upsert did; unchanged rows are the rest."""

    created: int
    updated: int


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the rows of a file; `rows` is the sum of the other four."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    warnings: int = 0

    def as_dict(self) -> dict[str, int]:
        return {
            "rows_read": self.rows,
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "refused": self.refused,
            "warnings": self.warnings,
        }


class Stage(Protocol):
    """The rows of one file in a temporary table, as `Register.merge` gets them; see `imports.staging`."""

    context: Context
    table: str

    def has(self, column: str) -> bool: ...
    def execute(self, sql: str, params: Mapping[str, Any] | None = None) -> int: ...
    def rows(self, sql: str, params: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]: ...
    def new_id(self, line: str = "s.line") -> str: ...
    def refuse(self, *, column: str, reason: Reason, where: str, joins: str = "") -> int: ...
    def refuse_repeats(self, *, key: str, differs: Sequence[tuple[str, Reason]], otherwise: Reason) -> int: ...
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
    ) -> Merged: ...
    def touched(self) -> list[Any]: ...


@dataclass(frozen=True, slots=True)
class Register:
    """A register that can be loaded in bulk.

    `derive` adds columns that SQL can't compute (`derived` gives their SQL types); `merge` brings the staged rows into
    the register's own tables and says how many rows are new and changed; `module` must be on at the institution.
    """

    code: str
    label: Text
    columns: tuple[Column, ...]
    merge: Callable[[Stage], Merged]
    module: str | None = None
    row_checks: tuple[RowCheck, ...] = ()
    reasons: tuple[Reason, ...] = ()
    derive: Callable[[pl.DataFrame, Context], pl.DataFrame] | None = None
    derived: Mapping[str, str] = field(default_factory=dict)

    def column(self, code: str) -> Column:
        return next(column for column in self.columns if column.code == code)


class JobState(TextChoices):
    PREPARING = "preparing", _("Waiting for your columns")
    QUEUED = "queued", _("In the queue")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Stopped")


class Phase(TextChoices):
    READING = "reading", _("Reading the file")
    CHECKING = "checking", _("Checking against the register")
    WRITING = "writing", _("Writing")


class ImportRefused(Exception):
    """A load that can't begin. `str()` is a sentence for the person who started it."""


class RegisterUnknown(ImportRefused):
    def __init__(self, code: str, known: Sequence[str]) -> None:
        super().__init__(
            _("There is no register “%(code)s”. Choose one of: %(known)s.") % {"code": code, "known": ", ".join(known)}
        )


class ProfileUnknown(ImportRefused):
    def __init__(self, name: str) -> None:
        super().__init__(_("There is no profile “%(name)s” for this register.") % {"name": name})


class CannotRead(ImportRefused):
    def __init__(self) -> None:
        super().__init__(_("This file isn't a table that we can read. Send CSV, XLSX or Parquet."))


class EmptyTable(ImportRefused):
    def __init__(self) -> None:
        super().__init__(_("This file has no rows below the column names."))


class ColumnsMissing(ImportRefused):
    """Required columns that no column of the file was matched to."""

    def __init__(self, labels: Sequence[Text]) -> None:
        self.labels = tuple(labels)
        super().__init__(
            _("These columns weren't found in the file: %(labels)s. Say which columns of the file they are.")
            % {"labels": ", ".join(str(label) for label in labels)}
        )


class FileGone(ImportRefused):
    def __init__(self) -> None:
        super().__init__(_("The file of this load is no longer kept. Send it again."))
