"""Numbers, own fields and their values. Pure functions.

A kind's own fields are stored as JSON and read here into `KindField`, so that a mistake in them is found when the kind
is saved and not when a citizen opens the form.
"""

import re
import string
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from salter.cases.types import FieldType
from salter.lib.dates import format_date, parse_date
from salter.lib.texts import pick
from salter.lib.translit import to_latin

__all__ = [
    "KindField",
    "WrongKind",
    "check_fields",
    "check_pattern",
    "field_text",
    "number_key",
    "parse_fields",
    "render_number",
    "series_of",
]

PARTS = {"prefix", "unit", "class", "seq", "year", "date"}
MAX_TEXT = 200
MAX_LONGTEXT = 4000
# An own field's name becomes part of a form field's name and of an element's id.
_NAME = re.compile(r"[a-z][a-z0-9_]{0,38}\Z")
# "nr. 40544/30.10.2023", "SC2016-31058/20.12.2016": the date after the number is said or left out (RL-20).
_DATE_TAIL = re.compile(r"[/ ]*\b\d{1,2}\s*\.\s*\d{1,2}\s*\.\s*\d{4}\.?\s*\Z")


class WrongKind(ValueError):
    """A kind's pattern or own fields are written wrongly: a mistake of whoever sets up the institution."""


# ------------------------------------------------------------------ numbers (RL-20 to RL-24)


def check_pattern(pattern: str) -> None:
    """Raises: `WrongKind` unless `pattern` is made of the known parts and counts."""
    try:
        parts = list(string.Formatter().parse(pattern))
    except ValueError as error:
        raise WrongKind(f"The number pattern {pattern!r} can't be read.") from error
    names = [name for _literal, name, _spec, _conversion in parts if name is not None]
    if names.count("seq") != 1 or not set(names) <= PARTS:
        raise WrongKind(f"The number pattern {pattern!r} needs {{seq}} once and of the rest only {sorted(PARTS)}.")
    if any(spec and not (name == "seq" and re.fullmatch(r"0?\d", spec)) for _l, name, spec, _c in parts):
        raise WrongKind(f"In the number pattern {pattern!r} only {{seq:05}} may have a width.")


def series_of(pattern: str, *, prefix: str, unit: str, class_mark: str, today: date) -> tuple[str, int]:
    """The series that a number is drawn from, and the year in which it counts; 0 when it never starts again.

    It is the number without its running part, so two kinds with one prefix share one series and can't collide.
    """
    fixed = re.sub(r"\{seq[^}]*\}", "#", pattern).replace("{date}", "@").replace("{year}", "%")
    name = fixed.format(**{"prefix": prefix, "unit": unit, "class": class_mark})
    dated = "{year}" in pattern or "{date}" in pattern
    return name, today.year if dated else 0


def render_number(pattern: str, *, seq: int, prefix: str, unit: str, class_mark: str, today: date) -> str:
    return pattern.format(
        **{
            "prefix": prefix,
            "unit": unit,
            "class": class_mark,
            "seq": seq,
            "year": today.year,
            "date": f"{today.day:02}.{today.month:02}.{today.year}",
        }
    )


def number_key(number: str) -> str:
    """The same key for every way to write one number: `R-2026-00187`, `r 2026 187`, `Р-2026/187`, `187/05.03.2026.`.

    Cyrillic becomes Latin, a trailing date, case, spaces, separators and leading zeros go. Source: RL-24.
    """
    text = to_latin(unicodedata.normalize("NFKC", number))
    without_date = _DATE_TAIL.sub("", text)
    text = (without_date if re.search(r"\d", without_date) else text).casefold()
    runs = re.findall(r"[^\W\d_]+|\d+", text)
    return "-".join(run.lstrip("0") or "0" if run.isdigit() else run for run in runs)


# ------------------------------------------------------------------ own fields


@dataclass(frozen=True, slots=True)
class KindField:
    """An own field of a kind. `choices` are (value, {language: text}); limits are of numbers and meter states."""

    name: str
    type: FieldType
    labels: Mapping[str, str]
    hints: Mapping[str, str] = field(default_factory=dict)
    required: bool = False
    choices: tuple[tuple[str, Mapping[str, str]], ...] = ()
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    unit: str = ""

    def as_json(self) -> dict[str, Any]:
        """The form in which it is stored; what is left at its default is left out."""
        data: dict[str, Any] = {"name": self.name, "type": str(self.type), "labels": dict(self.labels)}
        if self.hints:
            data["hints"] = dict(self.hints)
        if self.required:
            data["required"] = True
        if self.choices:
            data["choices"] = [{"value": value, "labels": dict(labels)} for value, labels in self.choices]
        for limit in ("minimum", "maximum"):
            if getattr(self, limit) is not None:
                data[limit] = str(getattr(self, limit))
        if self.unit:
            data["unit"] = self.unit
        return data


def parse_fields(stored: Iterable[Mapping[str, Any]]) -> tuple[KindField, ...]:
    """Raises: `WrongKind` when the stored fields can't be shown as a form."""
    fields = tuple(_parse_field(item) for item in stored)
    names = [item.name for item in fields]
    if len(set(names)) != len(names):
        raise WrongKind("Two own fields bear the same name.")
    return fields


def _parse_field(item: Mapping[str, Any]) -> KindField:
    unknown = set(item) - {"name", "type", "labels", "hints", "required", "choices", "minimum", "maximum", "unit"}
    name = item.get("name", "")
    if unknown or not _NAME.match(name):
        raise WrongKind(f"The own field {name!r} has a wrong name or unknown parts: {sorted(unknown)}.")
    try:
        parsed = KindField(
            name=name,
            type=FieldType(item["type"]),
            labels=item["labels"],
            hints=item.get("hints", {}),
            required=bool(item.get("required", False)),
            choices=tuple((choice["value"], choice["labels"]) for choice in item.get("choices", ())),
            minimum=Decimal(item["minimum"]) if item.get("minimum") is not None else None,
            maximum=Decimal(item["maximum"]) if item.get("maximum") is not None else None,
            unit=item.get("unit", ""),
        )
    except (KeyError, TypeError, ValueError, InvalidOperation) as error:
        raise WrongKind(f"The own field {name!r} can't be read.") from error
    if not parsed.labels or (parsed.type == FieldType.CHOICE) != bool(parsed.choices):
        raise WrongKind(f"The own field {name!r} lacks labels, or choices where they belong.")
    return parsed


def check_fields(
    fields: Sequence[KindField], values: Mapping[str, Any], *, today: date
) -> tuple[dict[str, Any], dict[str, str]]:
    """Values as they are stored, and a sentence for each that can't be taken.

    Dates become ISO text, numbers plain decimal text. Values of unknown names are dropped; files aren't values.
    """
    stored: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for item in fields:
        if item.type == FieldType.FILE:
            continue
        raw = values.get(item.name)
        text = raw.isoformat() if isinstance(raw, date) else str(raw if raw is not None else "").strip()
        if not text:
            if item.required:
                errors[item.name] = _("Fill in this field.")
            continue
        try:
            stored[item.name] = _check_value(item, text, today)
        except ValueError as error:
            errors[item.name] = str(error)
    return stored, errors


def _check_value(item: KindField, text: str, today: date) -> str:
    if any(unicodedata.category(letter) == "Cc" and letter not in "\r\n\t" for letter in text):
        raise ValueError(_("Remove the invisible characters."))
    if item.type in (FieldType.TEXT, FieldType.PLACE, FieldType.LONGTEXT):
        limit = MAX_LONGTEXT if item.type == FieldType.LONGTEXT else MAX_TEXT
        if len(text) > limit:
            raise ValueError(_("This is too long. At most %(limit)s characters.") % {"limit": limit})
        return text
    if item.type == FieldType.CHOICE:
        if text not in {value for value, _labels in item.choices}:
            raise ValueError(_("Choose one of the answers."))
        return text
    if item.type == FieldType.DATE:
        day = parse_date(text)
        if abs(day.year - today.year) > 150:
            raise ValueError(_("Check the year."))
        return day.isoformat()
    return _check_number(item, text)


def _check_number(item: KindField, text: str) -> str:
    plain = _decimal_form(re.sub(r"[\s\u00a0\u202f]", "", text))
    if not re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,6})?", plain):
        raise ValueError(_("Write a number, such as 4815 or 12,5."))
    number = Decimal(plain)
    minimum = Decimal(0) if item.type == FieldType.METER_STATE and item.minimum is None else item.minimum
    if minimum is not None and number < minimum:
        raise ValueError(_("At least %(limit)s.") % {"limit": minimum})
    if item.maximum is not None and number > item.maximum:
        raise ValueError(_("At most %(limit)s.") % {"limit": item.maximum})
    return plain


def _decimal_form(text: str) -> str:
    """The number without groups and with a decimal point: people copy `82.824` and `1.304,33` from their bill.

    A single comma is the decimal one; a single dot before three digits groups them, as in all our locales.
    """
    whole, mark, rest = text.rpartition("," if text.rfind(",") > text.rfind(".") else ".")
    other = "." if mark == "," else ","
    groups = r"-?[1-9][0-9]{0,2}(?:%s[0-9]{3})+"
    if mark and re.fullmatch(groups % re.escape(other), whole):
        return f"{whole.replace(other, '')}.{rest}"
    if re.fullmatch(groups % re.escape("."), text) or (text.count(",") > 1 and re.fullmatch(groups % ",", text)):
        return re.sub(r"[.,]", "", text)
    return text.replace(",", ".")


def field_text(item: KindField, value: Any, language: str | None = None) -> str:
    """The stored value as a reader of `language` is shown it."""
    if item.type == FieldType.CHOICE:
        return pick(dict(item.choices).get(value, {}), language) or str(value)
    if item.type == FieldType.DATE:
        return format_date(date.fromisoformat(value), language)
    if item.type in (FieldType.NUMBER, FieldType.METER_STATE):
        shown = str(value).replace(".", "," if language != "en" else ".")
        return f"{shown} {item.unit}".strip()
    return str(value)
