"""Dates and times as each language writes them, and back.

The day always stands before the month and the year has four digits (RL-103). Times of day are local times of a named
zone: who shows a moment says in which zone. Sources: RL-100, RL-103.
"""

import re
from datetime import date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from babel.dates import format_date as _babel_date
from babel.dates import format_timedelta
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from salter.lib.languages import active_language, known_language, locale_of
from salter.lib.refusals import Refused

__all__ = [
    "NoSuchDate",
    "format_date",
    "format_datetime",
    "format_long",
    "format_month",
    "format_time",
    "format_weekday",
    "parse_date",
    "relative_days",
]

_SHORT = {
    "en": "d MMM y",
    "sr-latn": "d. M. y.",
    "sr": "d. M. y.",
    "ro": "dd.MM.y",
    "pl": "dd.MM.y",
    "mk": "dd.MM.y",
}
_PADDED = {"en": "dd/MM/y", "sr-latn": "dd.MM.y.", "sr": "dd.MM.y.", "ro": "dd.MM.y", "pl": "dd.MM.y", "mk": "dd.MM.y"}
_LONG = {
    "en": "d MMMM y",
    "sr-latn": "d. MMMM y.",
    "sr": "d. MMMM y.",
    "ro": "d MMMM y",
    "pl": "d MMMM y",
    "mk": "d MMMM y 'г'.",
}
_WEEKDAY = {
    "en": "EEEE, d MMMM y",
    "sr-latn": "EEEE, d. M. y.",
    "sr": "EEEE, d. M. y.",
    "ro": "EEEE, d MMMM y",
    "pl": "EEEE, d MMMM y",
    "mk": "EEEE, d MMMM y 'г'.",
}
_MONTH = {
    "en": "LLLL y",
    "sr-latn": "LLLL y.",
    "sr": "LLLL y.",
    "ro": "LLLL y",
    "pl": "LLLL y",
    "mk": "LLLL y 'г'.",
}
_AT = {"en": " at ", "sr-latn": " u ", "sr": " у ", "ro": ", ", "pl": ", ", "mk": " во "}


class NoSuchDate(Refused):
    """The text isn't a day of the calendar."""


def _code(language: str | None) -> str:
    return known_language(language) if language else active_language()


def _format(day: date, patterns: dict[str, str], language: str | None) -> str:
    return _babel_date(day, patterns[_code(language)], locale=locale_of(language))


def format_date(day: date, language: str | None = None, *, padded: bool = False) -> str:
    """Return `5. 3. 2026.`, `05.03.2026`, `5 Mar 2026`; with `padded`, leading zeros in every language."""
    return _format(day, _PADDED if padded else _SHORT, language)


def format_long(day: date, language: str | None = None) -> str:
    """Return the day with the month in words: `5. mart 2026.`, `5 marca 2026`."""
    return _format(day, _LONG, language)


def format_weekday(day: date, language: str | None = None) -> str:
    """Return the day with its weekday: `sreda, 11. 3. 2026.`"""
    return _format(day, _WEEKDAY, language)


def format_month(day: date, language: str | None = None) -> str:
    """Return the month in words: `mart 2026.`, `marzec 2026`."""
    return _format(day, _MONTH, language)


def _local(moment: datetime, zone: str | tzinfo | None) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("A moment must be aware of its zone.")
    if zone is None:
        return moment
    return moment.astimezone(ZoneInfo(zone) if isinstance(zone, str) else zone)


def format_time(moment: datetime, zone: str | tzinfo | None = None) -> str:
    """Return `14:07` in the given zone; all six languages write it so."""
    return f"{_local(moment, zone):%H:%M}"


def format_datetime(
    moment: datetime, language: str | None = None, zone: str | tzinfo | None = None, *, padded: bool = False
) -> str:
    """Return day and time, `1. 3. 2026. u 20:10`, in the zone; without a zone, in the moment's own."""
    local = _local(moment, zone)
    return f"{format_date(local.date(), language, padded=padded)}{_AT[_code(language)]}{local:%H:%M}"


def relative_days(days: int, language: str | None = None) -> str:
    """Return `za 5 dana`, `pre 2 dana`, `danas`, `sutra`, `juče`.

    Plurals come from CLDR, which knows `peste 20 de zile` and `за 21 ден`.
    """
    code = _code(language)
    if -1 <= days <= 1:
        with translation.override(code):
            return {0: gettext("today"), 1: gettext("tomorrow"), -1: gettext("yesterday")}[days]
    return format_timedelta(
        timedelta(days=days), granularity="day", threshold=10**9, add_direction=True, locale=locale_of(code)
    )


_DAY_FIRST = re.compile(r"([0-9]{1,2})\s*([./-])\s*([0-9]{1,2})\s*\2\s*([0-9]{4})\.?\s*(?:г|r|god|год)?\.?")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]00:00(?::00(?:\.0+)?)?Z?)?")


def parse_date(text: str) -> date:
    """Return the day written as `05.03.2026.`, `5. 3. 2026.`, `5/3/2026`, `5-3-2026` or `2026-03-05`.

    The day always comes first; a year of two digits is refused, because nobody can tell its century.

    Raises: NoSuchDate.
    """
    plain = " ".join(str(text).split())
    if not plain:
        raise NoSuchDate(_("Write a date, for example 31.12.2026."))
    if match := _DAY_FIRST.fullmatch(plain):
        day, _mark, month, year = match.groups()
    elif match := _ISO.fullmatch(plain):
        year, month, day = match.groups()
    else:
        raise NoSuchDate(_("“%(text)s” is not a date. Write it like 31.12.2026."), text=plain[:40])
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        raise NoSuchDate(_("There is no such day: %(text)s."), text=plain[:40].rstrip(".")) from None
    if not 1800 <= found.year <= 2200:
        raise NoSuchDate(_("Check the year of the date %(text)s."), text=plain[:40].rstrip("."))
    return found
