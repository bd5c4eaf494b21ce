"""From the text of a file to typed columns, all rows at once, with a reason for each field that can't be taken.

Polars expressions do what can be said of a column as a whole; check digits of people and companies are computed in
Python once for each distinct value.
"""

from __future__ import annotations

import json
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
from salter.lib import identifiers, phones
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


# ------------------------------------------------------------------------------------------------------ expressions


def _clean(name: str) -> pl.Expr:
    """Text without the blanks that nobody sees; empty is null."""
    text = pl.col(name)
    odd = text.str.contains(r"[\x00-\x1f\x7f\u00a0\u2007\u202f\u200b\ufeff]")
    spaced = (
        pl.when(odd).then(text.str.replace_all(r"[\x00-\x1f\x7f\u00a0\u2007\u202f\u200b\ufeff ]+", " ")).otherwise(text)
    )
    return spaced.str.strip_chars().replace("", None)


def _number(text: pl.Expr, decimal: str) -> pl.Expr:
    """`-1234.50` for every spelling that can mean one number only, null for the rest. `decimal` is the file's own mark."""
    group = "." if decimal == "," else ","
    d, g = rf"\{decimal}", rf"\{group}"
    plain = (
        text.str.replace_all(r"[ '’\u00a0\u2009\u202f]", "")
        .str.replace("\u2212", "-", literal=True)
        .str.replace(
            r"(?i)^(?:rsd|ron|pln|mkd|eur|€)|(?:rsd|ron|pln|mkd|eur|€|din\.?|дин\.?|lei|leu|zł|zl|ден\.?|den\.?)$", ""
        )
        .str.replace(r"^\((.+)\)$", "-$1")
        .str.replace(r"^([0-9][^-]*)-$", "-$1")
        .str.strip_prefix("+")
    )
    usual = plain.str.contains(rf"^-?(?:[1-9]\d{{0,2}}(?:{g}\d{{3}})+|\d+)(?:{d}\d+)?$")
    # The other mark at the end with one or two digits is a decimal mark too, whatever the rest of the file uses.
    other = plain.str.contains(rf"^-?(?:[1-9]\d{{0,2}}(?:{d}\d{{3}})+|\d+){g}\d{{1,2}}$")
    as_usual = plain.str.replace_all(group, "", literal=True).str.replace(decimal, ".", literal=True)
    as_other = plain.str.replace_all(decimal, "", literal=True).str.replace(group, ".", literal=True)
    return pl.when(usual).then(as_usual).when(other).then(as_other).otherwise(None)


def amount(text: pl.Expr, decimal: str) -> pl.Expr:
    """Minor units; null when it isn't an amount of at most two decimals."""
    number = _number(text, decimal).str.replace(r"(\.\d\d)0+$", "$1")
    minor = (
        pl.when(number.str.contains(r"\.\d\d$"))
        .then(number)
        .when(number.str.contains(r"\.\d$"))
        .then(number + "0")
        .when(~number.str.contains(".", literal=True))
        .then(number + ".00")
        .otherwise(None)
        .str.replace(".", "", literal=True)
    )
    return pl.when(minor.str.len_chars() <= 16).then(minor).otherwise(None).cast(pl.Int64, strict=False)


def decimal_number(text: pl.Expr, decimal: str) -> pl.Expr:
    """Canonical text of a number of at most eleven digits before the mark."""
    number = _number(text, decimal)
    fits = number.str.contains(rf"^-?\d{{1,{LARGEST_INTEGER_DIGITS}}}(?:\.\d+)?$")
    return pl.when(fits).then(number).otherwise(None)


def integer(text: pl.Expr, decimal: str) -> pl.Expr:
    number = _number(text, decimal).str.replace(r"\.0+$", "")
    whole = number.str.contains(r"^-?\d{1,18}$")
    return pl.when(whole).then(number).otherwise(None).cast(pl.Int64, strict=False)


def date(text: pl.Expr) -> pl.Expr:
    """A day, written day first with dots, slashes or dashes, or as ISO; a time behind it is cut off."""
    day_first = r"^(\d{1,2})\s*[./-]\s*(\d{1,2})\s*[./-]\s*(\d{4})\s*\.?(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?$"
    year_first = r"^(\d{4})[./-](\d{1,2})[./-](\d{1,2})\.?(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)?$"
    iso = (
        pl.when(text.str.contains(day_first))
        .then(text.str.replace(day_first, "$3-$2-$1"))
        .when(text.str.contains(year_first))
        .then(text.str.replace(year_first, "$1-$2-$3"))
        .when(text.str.contains(r"^(?:19|20)\d{6}$"))
        .then(text.str.replace(r"^(\d{4})(\d\d)(\d\d)$", "$1-$2-$3"))
        .otherwise(None)
    )
    day = iso.str.to_date("%Y-%m-%d", strict=False, exact=True)
    return pl.when(day.dt.year().is_between(EARLIEST_YEAR, LATEST_YEAR)).then(day).otherwise(None)


def control_number_is_right(text: pl.Expr) -> pl.Expr:
    """Whether a reference of model 97 has the control number 98 − (rest·100 mod 97); true for every other model.

    Letters count as A = 10 … Z = 35.
    """
    compact = text.str.replace_all(r"[^0-9A-Za-z]", "").str.to_uppercase()
    rest = compact.str.slice(4)
    letters = {chr(code): str(code - 55) for code in range(ord("A"), ord("Z") + 1)}
    digits = (
        pl.when(rest.str.contains("[A-Z]"))
        .then(rest.str.replace_many(list(letters), list(letters.values())))
        .otherwise(rest)
    )
    # Sixty digits in pieces that an Int64 holds: the remainder goes from piece to piece.
    padded = (digits + "00").str.zfill(60)
    remainder = pl.lit(0, dtype=pl.Int64)
    for start in range(0, 60, 12):
        remainder = (remainder * 1_000_000_000_000 + padded.str.slice(start, 12).cast(pl.Int64, strict=False)) % 97
    control = compact.str.slice(2, 2).cast(pl.Int64, strict=False)
    right = (control == 98 - remainder) & (digits.str.len_chars() >= 1) & (digits.str.len_chars() <= 58)
    return pl.when(compact.str.starts_with("97")).then(right.fill_null(False)).otherwise(True)


def find_decimal_mark(texts: Iterable[pl.Series], default: str) -> str:
    """The mark before the last one or two digits in most of the texts."""
    comma = dot = 0
    for series in texts:
        clean = series.str.strip_chars()
        comma += int(clean.str.contains(r",\d{1,2}$").sum() or 0)
        dot += int(clean.str.contains(r"\.\d{1,2}$").sum() or 0)
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
        text = batch.frame.select(
            LINE, *(_clean(f"c{self.positions[column.code]}").alias(column.code) for column in self.columns)
        )
        typed = self._by_python(text)
        typed = typed.select(LINE, *(expr for column in self.columns for expr in self._expressions(column)))
        typed = typed.with_columns(self._row_checks())
        faults = [name for name in typed.columns if name.startswith("!")]
        unreadable = pl.any_horizontal(
            pl.col(f"c{position}").str.contains("[\x00\ufffd]") for position in sorted(set(self.positions.values()))
        )
        broken = batch.frame.select(unreadable.fill_null(False).alias("broken"))["broken"]
        is_bad = typed.select(pl.any_horizontal(pl.col(faults).is_not_null()).alias("bad"))["bad"] | broken
        found = [Found(damaged.line, "", damaged.why, False, _as_json(damaged.fields)) for damaged in batch.damaged]
        found += self._collect(typed.filter(is_bad), batch.frame.filter(is_bad), broken.filter(is_bad), faults)
        good = typed.filter(~is_bad)
        warnings = [name for name in typed.columns if name.startswith("?")]
        if warnings:
            warned = good.select(pl.any_horizontal(pl.col(warnings).is_not_null()).alias("w"))["w"]
            if warned.any():
                found += self._warnings(good.filter(warned), batch.frame.filter(~is_bad).filter(warned), warnings)
        good = good.drop(faults + warnings)
        if self.register.derive is not None:
            good = self.register.derive(good, self.context)
        height = batch.frame.height
        return Parsed(good, found, height + len(batch.damaged), int(is_bad.sum()) + len(batch.damaged))

    def _by_python(self, text: pl.DataFrame) -> pl.DataFrame:
        """Convert what no expression can; the text stays under `=code`."""
        for column in self.columns:
            if convert := self._converter(column):
                converted = _by_value(text[column.code], convert)
                text = text.rename({column.code: f"={column.code}"}).with_columns(converted.alias(column.code))
        return text

    def _converter(self, column: Column) -> Callable[[str], str | None] | None:
        match column.type:
            case ColumnType.IDENTIFIER:
                return _identifier(column.identifier)
            case ColumnType.PHONE:
                return _phone(self.context.country)
            case ColumnType.EMAIL:
                return _email
            case ColumnType.CHOICE:
                return _choice(column)
        return None

    def _expressions(self, column: Column) -> list[pl.Expr]:
        """The value, then its fault as `!code` and its warning as `?code`."""
        code = column.code
        value, text, why = pl.col(code), pl.col(code), None
        warning: pl.Expr | None = None
        match column.type:
            case ColumnType.AMOUNT:
                value, why = amount(text, self.decimal), NOT_AN_AMOUNT
            case ColumnType.DATE:
                value, why = date(text), NO_SUCH_DATE
            case ColumnType.INTEGER:
                value, why = integer(text, self.decimal), NOT_A_NUMBER
            case ColumnType.DECIMAL:
                value, why = decimal_number(text, self.decimal), NOT_A_NUMBER
            case ColumnType.CHOICE:
                text, why = pl.col(f"={code}"), UNKNOWN_VALUE
            case ColumnType.IDENTIFIER:
                text = pl.col(f"={code}")
                if self.lenient:
                    warning = text.is_not_null() & value.is_null()
                else:
                    why = CHECK_DIGIT
            case ColumnType.EMAIL:
                text = pl.col(f"={code}")
                warning = text.is_not_null() & value.is_null()
            case ColumnType.PHONE:
                text = pl.col(f"={code}")
        fault = (
            pl.when(text.is_not_null() & value.is_null()).then(pl.lit(why.code))
            if why
            else pl.when(False).then(pl.lit(""))
        )
        if column.required:
            fault = fault.when(text.is_null()).then(pl.lit((column.missing or MISSING).code))
        if column.max_length is not None:
            fault = fault.when(value.cast(pl.String).str.len_chars() > column.max_length).then(pl.lit(TOO_LONG.code))
        if column.minimum is not None:
            fault = fault.when(value < column.minimum).then(pl.lit((column.too_small or TOO_SMALL).code))
        if column.type is ColumnType.REFERENCE and self.context.country in MODEL_97_COUNTRIES:
            wrong = text.is_not_null() & ~control_number_is_right(text)
            if self.lenient:
                warning = wrong
            else:
                fault = fault.when(wrong).then(pl.lit(CONTROL_NUMBER.code))
        expressions = [value.alias(code), fault.otherwise(None).alias(f"!{code}")]
        if warning is not None:
            said = {ColumnType.EMAIL: NOT_AN_EMAIL, ColumnType.REFERENCE: CONTROL_NUMBER}.get(column.type, CHECK_DIGIT)
            expressions.append(pl.when(warning).then(pl.lit(said.code)).otherwise(None).alias(f"?{code}"))
        return expressions

    def _row_checks(self) -> list[pl.Expr]:
        """Rules over several columns, told at a column that has no fault of its own."""
        faults: dict[str, pl.Expr] = {}
        for check in self.register.row_checks:
            if not all(name in self.positions for name in (*check.needs, check.column)):
                continue
            wrong = check.wrong().fill_null(False)
            before = faults.get(check.column, pl.col(f"!{check.column}"))
            faults[check.column] = pl.when(before.is_null() & wrong).then(pl.lit(check.reason.code)).otherwise(before)
        return [expr.alias(f"!{column}") for column, expr in faults.items()]

    def _collect(self, bad: pl.DataFrame, rows: pl.DataFrame, broken: pl.Series, faults: Sequence[str]) -> list[Found]:
        found = []
        table = zip(bad[LINE], bad.select(faults).iter_rows(), rows.drop(LINE).iter_rows(), broken, strict=True)
        for line, whys, fields, is_broken in table:
            text = _as_json(fields)
            if is_broken:
                found.append(Found(line, "", UNREADABLE.code, False, text))
                continue
            found += [
                Found(line, name[1:], why, False, text)
                for name, why in zip(faults, whys, strict=True)
                if why is not None
            ]
        return found

    def _warnings(self, good: pl.DataFrame, rows: pl.DataFrame, warnings: Sequence[str]) -> list[Found]:
        found = []
        for line, whys, fields in zip(
            good[LINE], good.select(warnings).iter_rows(), rows.drop(LINE).iter_rows(), strict=True
        ):
            text = _as_json(fields)
            found += [
                Found(line, name[1:], why, True, text)
                for name, why in zip(warnings, whys, strict=True)
                if why is not None
            ]
        return found


def _as_json(fields: Iterable[str | None]) -> str:
    # PostgreSQL's JSON holds no NUL.
    return json.dumps([(value or "").replace("\0", "\ufffd") for value in fields], ensure_ascii=False)
