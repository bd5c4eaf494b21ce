"""From the text of a file to typed columns, all rows at once, with a reason for each field that can't be taken.

Polars expressions do what can be said of a column as a whole; check digits of people and companies are computed in
Python once for each distinct value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import polars as pl
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from salter.imports.reading.delimited import QUOTE_OPEN, WRONG_WIDTH
from salter.imports.reading.headers import fold
from salter.imports.reading.tables import LINE, Batch
from salter.imports.types import Column, ColumnType, Context, Reason, Register
from salter.lib import identifiers, phones, references
from salter.lib.refusals import Refused

__all__ = [
    "REASONS",
    "Found",
    "Options",
    "Parsed",
    "Parser",
    "control_number_is_right",
    "find_decimal_mark",
    "reason_of",
]

MISSING = Reason("missing value", _("This field must not be empty."))
NOT_AN_AMOUNT = Reason("not an amount", _("This is not an amount of money."))
NOT_A_NUMBER = Reason("not a number", _("This is not a number."))
NO_SUCH_DATE = Reason("no such date", _("There is no such date."))
TOO_LONG = Reason("too long", _("This text is too long."))
TOO_SMALL = Reason("too small", _("This number is too small."))
UNKNOWN_VALUE = Reason("unknown value", _("This is not one of the values that we know."))
CHECK_DIGIT = Reason("check digit wrong", _("The check digit of this number is wrong."))
CONTROL_NUMBER = Reason("control number wrong", _("The control number of this payment reference is wrong."))
NOT_AN_EMAIL = Reason("not an e-mail address", _("This is not an e-mail address; it was left out."))
UNREADABLE = Reason("unreadable character", _("This row holds characters that can't be read."))

REASONS = {
    reason.code: reason
    for reason in (
        MISSING,
        NOT_AN_AMOUNT,
        NOT_A_NUMBER,
        NO_SUCH_DATE,
        TOO_LONG,
        TOO_SMALL,
        UNKNOWN_VALUE,
        CHECK_DIGIT,
        CONTROL_NUMBER,
        NOT_AN_EMAIL,
        UNREADABLE,
        Reason(WRONG_WIDTH, _("This row doesn't have as many fields as the column names.")),
        Reason(QUOTE_OPEN, _("A quotation mark was opened in this row and never closed.")),
    )
}

# Serbian model 97 (RL-50 and following); a payment reference of another country that begins with 97 means nothing.
MODEL_97_COUNTRIES = frozenset({"RS", "ME"})
LARGEST_INTEGER_DIGITS = 11
EARLIEST_YEAR, LATEST_YEAR = 1900, 2200


def reason_of(register: Register, code: str) -> Reason:
    """The reason of this code, of the register or of all registers."""
    own = {reason.code: reason for reason in register.reasons}
    for column in register.columns:
        for reason in (column.missing, column.too_small):
            if reason is not None:
                own[reason.code] = reason
    for check in register.row_checks:
        own[check.reason.code] = check.reason
    return own.get(code) or REASONS.get(code) or Reason(code, code)


@dataclass(frozen=True, slots=True)
class Options:
    """How a file is to be read; empty means: find out."""

    encoding: str = ""
    separator: str = ""
    decimal_mark: str = ""
    wrong_check_digit: Literal["refuse", "warn"] = "refuse"

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Options:
        known = {key: str(value) for key, value in data.items() if key in cls.__dataclass_fields__}
        if known.get("wrong_check_digit") not in ("refuse", "warn"):
            known["wrong_check_digit"] = "refuse"
        return cls(**known)  # type: ignore[arg-type]

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Found:
    """Something wrong with a row: at which column of the register, why, and the row's own text."""

    line: int
    column: str
    why: str
    is_warning: bool
    fields: str  # JSON list


@dataclass(frozen=True, slots=True)
class Parsed:
    """The good rows of a batch, typed, and what was found in the others."""

    frame: pl.DataFrame
    found: list[Found] = field(default_factory=list)
    rows: int = 0
    refused: int = 0


# ----------------------------------------------------------------------------------------------------------- columns

_ODD = r"[\x00-\x1f\x7f\u00a0\u2007\u202f\u200b\ufeff]"
_GROUP_SPACES = r"[ '’\u00a0\u2009\u202f]"
_CURRENCY = r"(?i)^(?:rsd|ron|pln|mkd|eur|€)|(?:rsd|ron|pln|mkd|eur|€|din\.?|дин\.?|lei|leu|zł|zl|ден\.?|den\.?)$"


def clean(texts: pl.Series) -> pl.Series:
    """Text without the blanks that nobody sees; empty is null."""
    if texts.str.contains(_ODD).any():
        texts = texts.str.replace_all(_ODD, " ").str.replace_all(r" {2,}", " ")
    texts = texts.str.strip_chars()
    return texts.set(texts == "", None)


def _where_needed(
    texts: pl.Series, usual: str, quick: Callable[[pl.Series], pl.Series], thorough: Callable[[pl.Series], pl.Series]
) -> pl.Series:
    """Convert the texts that look as usual by `quick`, which is ten times as fast, and only the rest by `thorough`."""
    matches = texts.str.contains(usual)
    result = quick(texts.set(~matches, None))
    rest = (~matches).fill_null(False).arg_true()
    if rest.len():
        result = result.scatter(rest, thorough(texts.gather(rest)))
    return result


def _number(texts: pl.Series, decimal: str) -> pl.Series:
    """`-1234.50` for every spelling that can mean one number only, else null. `decimal` is the file's own mark."""
    group = "." if decimal == "," else ","
    d, g = rf"\{decimal}", rf"\{group}"
    plain = (
        texts.str.replace_all(_GROUP_SPACES, "")
        .str.replace("\u2212", "-", literal=True)
        .str.replace(_CURRENCY, "")
        .str.replace(r"^\((.+)\)$", "-$1")
        .str.replace(r"^([0-9][^-]*)-$", "-$1")
        .str.strip_prefix("+")
    )
    usual = plain.str.contains(rf"^-?(?:[1-9]\d{{0,2}}(?:{g}\d{{3}})+|\d+)(?:{d}\d+)?$")
    # The other mark at the end with one or two digits is a decimal mark too, whatever the rest of the file uses.
    other = plain.str.contains(rf"^-?(?:[1-9]\d{{0,2}}(?:{d}\d{{3}})+|\d+){g}\d{{1,2}}$")
    as_usual = plain.str.replace_all(group, "", literal=True).str.replace(decimal, ".", literal=True)
    as_other = plain.str.replace_all(decimal, "", literal=True).str.replace(group, ".", literal=True)
    return as_usual.zip_with(usual.fill_null(False), as_other.set(~other.fill_null(False), None))


def amount(texts: pl.Series, decimal: str) -> pl.Series:
    """Minor units; null when it isn't an amount of at most two decimals."""

    def quick(found: pl.Series) -> pl.Series:
        return found.str.replace(decimal, "", literal=True).cast(pl.Int64)

    def thorough(found: pl.Series) -> pl.Series:
        number = _number(found, decimal).str.replace(r"(\.\d\d)0+$", "$1")
        number = number.str.replace(r"^(-?\d+)$", "$1.00").str.replace(r"(\.\d)$", "${1}0")
        minor = number.set(~number.str.contains(r"^-?\d{1,13}\.\d\d$"), None)
        return minor.str.replace(".", "", literal=True).cast(pl.Int64, strict=False)

    return _where_needed(texts, rf"^-?\d{{1,13}}\{decimal}\d\d$", quick, thorough)


def decimal_number(texts: pl.Series, decimal: str) -> pl.Series:
    """Canonical text of a number of at most eleven digits before the mark."""

    def quick(found: pl.Series) -> pl.Series:
        return found.str.replace(decimal, ".", literal=True)

    def thorough(found: pl.Series) -> pl.Series:
        number = _number(found, decimal)
        return number.set(~number.str.contains(rf"^-?\d{{1,{LARGEST_INTEGER_DIGITS}}}(?:\.\d+)?$"), None)

    return _where_needed(texts, rf"^-?\d{{1,{LARGEST_INTEGER_DIGITS}}}(?:\{decimal}\d{{1,3}})?$", quick, thorough)


def integer(texts: pl.Series, decimal: str) -> pl.Series:
    def quick(found: pl.Series) -> pl.Series:
        return found.cast(pl.Int64)

    def thorough(found: pl.Series) -> pl.Series:
        number = _number(found, decimal).str.replace(r"\.0+$", "")
        return number.set(~number.str.contains(r"^-?\d{1,18}$"), None).cast(pl.Int64, strict=False)

    return _where_needed(texts, r"^-?\d{1,18}$", quick, thorough)


def date(texts: pl.Series) -> pl.Series:
    """A day, written day first with dots, slashes or dashes, or as ISO; a time behind it is cut off."""
    day_first = r"^(\d{1,2})\s*[./-]\s*(\d{1,2})\s*[./-]\s*(\d{4})\s*\.?(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?$"
    year_first = r"^(\d{4})[./-](\d{1,2})[./-](\d{1,2})\.?(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)?$"
    # Even a million rows have few different days.
    days = pl.DataFrame({"text": texts.unique()})
    iso = (
        pl.when(pl.col("text").str.contains(day_first))
        .then(pl.col("text").str.replace(day_first, "$3-$2-$1"))
        .when(pl.col("text").str.contains(year_first))
        .then(pl.col("text").str.replace(year_first, "$1-$2-$3"))
        .when(pl.col("text").str.contains(r"^(?:19|20)\d{6}$"))
        .then(pl.col("text").str.replace(r"^(\d{4})(\d\d)(\d\d)$", "$1-$2-$3"))
        .otherwise(None)
    )
    days = days.with_columns(iso.str.to_date("%Y-%m-%d", strict=False, exact=True).alias("day"))
    days = days.filter(pl.col("day").dt.year().is_between(EARLIEST_YEAR, LATEST_YEAR))
    return texts.replace_strict(days["text"], days["day"], default=None, return_dtype=pl.Date)


def control_number_is_right(texts: pl.Series) -> pl.Series:
    """Whether a reference of model 97 has the control number 98 − (rest·100 mod 97); true for every other model."""

    def quick(found: pl.Series) -> pl.Series:
        digits = found.str.replace_all("[ -]", "")
        # Two pieces that an Int64 holds; the remainder of the first goes into the second.
        rest = (digits.str.slice(4) + "00").str.zfill(24)
        first, second = rest.str.slice(0, 12).cast(pl.Int64), rest.str.slice(12).cast(pl.Int64)
        remainder = (first % 97 * 1_000_000_000_000 + second) % 97
        return digits.str.slice(2, 2).cast(pl.Int64) == 98 - remainder

    def thorough(found: pl.Series) -> pl.Series:
        judged = {
            text: not re.sub(r"\W", "", text).startswith("97") or references.is_model_97(text)
            for text in found.unique()
        }
        return found.replace_strict(list(judged), list(judged.values()), return_dtype=pl.Boolean)

    return _where_needed(texts, r"^97[ -]?\d\d[ -]?\d{1,20}$", quick, thorough)


def find_decimal_mark(texts: Iterable[pl.Series], default: str) -> str:
    """The mark before the last one or two digits in most of the texts."""
    comma = dot = 0
    for series in texts:
        stripped = series.str.strip_chars()
        comma += int(stripped.str.contains(r",\d{1,2}$").sum() or 0)
        dot += int(stripped.str.contains(r"\.\d{1,2}$").sum() or 0)
    if comma == dot:
        return default
    return "," if comma > dot else "."


# ------------------------------------------------------------------------------------------------- distinct values


def _by_value(series: pl.Series, convert: Callable[[str], str | None]) -> pl.Series:
    """Each value converted by Python, once for each distinct one; what converts to None becomes null."""
    distinct = series.drop_nulls().unique().to_list()
    converted = [convert(value) for value in distinct]
    return series.replace_strict(
        pl.Series(distinct, dtype=pl.String),
        pl.Series(converted, dtype=pl.String),
        default=None,
        return_dtype=pl.String,
    )


def _identifier(kind: str) -> Callable[[str], str | None]:
    def convert(value: str) -> str | None:
        # Spreadsheets drop the leading nought of a number of thirteen digits.
        tries = [value, "0" + value] if kind in ("jmbg", "embg") and len(value) == 12 else [value]
        for text in tries:
            try:
                return str(identifiers.check(kind, text))
            except Refused:
                continue
        return None

    return convert


def _phone(country: str) -> Callable[[str], str | None]:
    def convert(value: str) -> str | None:
        try:
            return str(phones.normalise(value, country))
        except Refused:
            # An extension, a note: what the back office wrote is better than nothing.
            return value[:30]

    return convert


def _email(value: str) -> str | None:
    try:
        validate_email(value)
    except ValidationError:
        return None
    return value


def _choice(column: Column) -> Callable[[str], str | None]:
    spellings = {fold(value): value for value in column.choices}
    for value, names in column.choices.items():
        spellings.update({fold(name): value for name in names})
    return lambda text: spellings.get(fold(text), column.otherwise)


# ----------------------------------------------------------------------------------------------------------- parser


@dataclass(frozen=True, slots=True)
class _Fault:
    """Rows of a batch at which a column is wrong."""

    column: str
    why: str
    rows: pl.Series
    is_warning: bool = False


class Parser:
    """Reads batches of one file for one register. `positions` gives the place of each column in the file."""

    def __init__(
        self,
        *,
        register: Register,
        positions: Mapping[str, int],
        context: Context,
        options: Options,
        decimal_mark: str,
    ) -> None:
        self.register = register
        self.columns = [column for column in register.columns if column.code in positions]
        self.positions = positions
        self.context = context
        self.decimal = decimal_mark
        self.lenient = options.wrong_check_digit == "warn"

    def parse(self, batch: Batch) -> Parsed:
        """Split a batch into good rows and findings; a row with several faults gives several findings."""
        frame, faults = batch.frame, self._unreadable(batch.frame)
        typed = {LINE: frame[LINE]}
        for column in self.columns:
            value, wrong = self._column(column, clean(frame[f"c{self.positions[column.code]}"]))
            typed[column.code] = value
            faults += wrong
        table = pl.DataFrame(typed)
        faults += self._row_checks(table, faults)
        is_bad = _any(frame.height, (fault.rows for fault in faults if not fault.is_warning))
        found = [Found(damaged.line, "", damaged.why, False, _as_json(damaged.fields)) for damaged in batch.damaged]
        for fault in faults:
            # A row that is refused tells of its faults alone.
            found += self._tell(frame, fault, fault.rows & ~is_bad if fault.is_warning else fault.rows)
        good = table.filter(~is_bad) if is_bad.any() else table
        if self.register.derive is not None:
            good = self.register.derive(good, self.context)
        return Parsed(good, found, frame.height + len(batch.damaged), int(is_bad.sum() or 0) + len(batch.damaged))

    def _unreadable(self, frame: pl.DataFrame) -> list[_Fault]:
        """Rows with bytes that are no character, or with a NUL, which the database can't hold."""
        used = [frame[f"c{position}"].str.contains("[\x00\ufffd]") for position in sorted(set(self.positions.values()))]
        rows = _any(frame.height, used)
        return [_Fault("", UNREADABLE.code, rows)] if rows.any() else []

    def _column(self, column: Column, text: pl.Series) -> tuple[pl.Series, list[_Fault]]:
        """The typed values of a column, and where they are wrong: one fault a row at most."""
        value, wrong = self._convert(column, text)
        given = text.is_not_null()
        seen: list[tuple[Reason, pl.Series]] = []
        if column.required:
            seen.append((column.missing or MISSING, ~given))
        if column.max_length is not None:
            seen.append((TOO_LONG, value.str.len_chars() > column.max_length))
        if wrong is not None:
            seen.append((wrong, given & value.is_null()))
        if column.minimum is not None:
            seen.append((column.too_small or TOO_SMALL, value < column.minimum))
        if column.type is ColumnType.REFERENCE and self.context.country in MODEL_97_COUNTRIES:
            seen.append((CONTROL_NUMBER, ~control_number_is_right(text)))
        faults = []
        for reason, rows in seen:
            rows = rows.fill_null(False)
            if rows.any():
                lenient = self.lenient and reason in (CHECK_DIGIT, CONTROL_NUMBER)
                faults.append(_Fault(column.code, reason.code, rows, lenient or reason is NOT_AN_EMAIL))
        return value, faults

    def _convert(self, column: Column, text: pl.Series) -> tuple[pl.Series, Reason | None]:
        """The values, null where the text isn't one, and the reason to tell then."""
        match column.type:
            case ColumnType.AMOUNT:
                return amount(text, self.decimal), NOT_AN_AMOUNT
            case ColumnType.DATE:
                return date(text), NO_SUCH_DATE
            case ColumnType.INTEGER:
                return integer(text, self.decimal), NOT_A_NUMBER
            case ColumnType.DECIMAL:
                return decimal_number(text, self.decimal), NOT_A_NUMBER
            case ColumnType.CHOICE:
                return _by_value(text, _choice(column)), UNKNOWN_VALUE
            case ColumnType.IDENTIFIER:
                return _by_value(text, _identifier(column.identifier)), CHECK_DIGIT
            case ColumnType.EMAIL:
                return _by_value(text, _email), NOT_AN_EMAIL
            case ColumnType.PHONE:
                return _by_value(text, _phone(self.context.country)), None
        return text, None

    def _row_checks(self, table: pl.DataFrame, faults: Sequence[_Fault]) -> list[_Fault]:
        """Rules over several columns, told at a column that has no fault of its own."""
        found = []
        for check in self.register.row_checks:
            if not all(name in self.positions for name in (*check.needs, check.column)):
                continue
            own = _any(table.height, (fault.rows for fault in faults if fault.column == check.column))
            rows = table.select(check.wrong().fill_null(False).alias("wrong"))["wrong"] & ~own
            if rows.any():
                found.append(_Fault(check.column, check.reason.code, rows))
        return found

    def _tell(self, frame: pl.DataFrame, fault: _Fault, rows: pl.Series) -> list[Found]:
        hit = frame.filter(rows)
        return [
            Found(line, fault.column, fault.why, fault.is_warning, _as_json(fields))
            for line, fields in zip(hit[LINE], hit.drop(LINE).iter_rows(), strict=True)
        ]


def _any(height: int, masks: Iterable[pl.Series]) -> pl.Series:
    result = pl.repeat(False, height, dtype=pl.Boolean, eager=True)
    for mask in masks:
        result = result | mask.fill_null(False)
    return result


def _as_json(fields: Iterable[str | None]) -> str:
    # PostgreSQL's JSON holds no NUL.
    return json.dumps([(value or "").replace("\0", "\ufffd") for value in fields], ensure_ascii=False)
