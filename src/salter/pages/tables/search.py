"""What the search box finds: every word must stand in some visible column, as it is displayed.

Blind to case, accents and script for text. Days are found as written in any of our languages, a month or a year by
itself too; numbers and amounts by their first digits, so that the list narrows as one types. Each condition is one that
an index can answer (a range, an equality, a trigram match), so that OR between columns stays fast.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache

from django.db.models import Q
from django.utils import timezone

from salter.lib.languages import active_language, locale_of
from salter.lib.searchkeys import search_key
from salter.pages.tables.columns import Column

__all__ = ["condition", "words"]

MAX_LENGTH = 100
MAX_WORDS = 6
# A day without a year is looked for in these many years back and one ahead.
_YEARS_BACK = 12
_MAX_DIGITS = 13
# 86 finds 8642 and 86421 as well, up to figures of this length.
_MAX_LONGER = 10

_SPLIT_DATE = re.compile(r"\b(\d{1,2})([./-])\s+(\d{1,2})\2(?:\s+(\d{4})\b\.?)?")
_NAMED_DATE = re.compile(r"(?:\b(\d{1,2})\.?\s+)?\b([^\W\d_]{3,12})\b\.?\s+(\d{4})\b\.?", re.IGNORECASE)
_DAY = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})[.г]*|(\d{4})-(\d{2})-(\d{2})")
_DAY_AND_MONTH = re.compile(r"(\d{1,2})[./](\d{1,2})\.?")
_MONTH = re.compile(r"(\d{1,2})[./](\d{4})\.?|(\d{4})-(\d{2})")
_YEAR = re.compile(r"((?:19|20)\d{2})\.?")
_NUMBER = re.compile(r"([-−]?)([\d.,\u00a0\u202f]+)")
# LIKE with a trigram index needs three letters to look up.
_TRIGRAM = 3


@cache
def _month_names(language: str) -> dict[str, int]:
    locale = locale_of(language)
    names = {}
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            for number, name in locale.months[context][width].items():
                names[search_key(name)] = number
    return names


def words(query: str) -> list[str]:
    """Return the words to look for; a date written with spaces is one word."""
    query = " ".join(query.replace("\x00", " ").split())[:MAX_LENGTH]
    query = _SPLIT_DATE.sub(lambda m: f"{m[1]}.{m[3]}.{m[4] or ''}", query)
    months = _month_names(active_language())

    def named(match: re.Match[str]) -> str:
        month = months.get(search_key(match[2]))
        if month is None:
            return match[0]
        return f"{match[1]}.{month}.{match[3]}" if match[1] else f"{month:02}.{match[3]}"

    return _NAMED_DATE.sub(named, query).split(" ")[:MAX_WORDS] if query else []


def condition(columns: Sequence[Column], query: str, today: date) -> Q:
    """Return the condition that a row must meet to be found by the query."""
    found = Q()
    for word in words(query):
        alternatives = Q()
        for column in columns:
            for part in _parts(column, word, today):
                alternatives |= part
        # A word that no column can hold finds nothing: pk in () is false without asking the database.
        found &= alternatives if alternatives else Q(pk__in=())
    return found


def _parts(column: Column, word: str, today: date) -> Iterable[Q]:
    if column.search == ():
        return
    if column.choices is not None:
        field = column.search if isinstance(column.search, str) else column.name
        folded = search_key(word)
        codes = [code for code, label in column.choices.items() if folded and folded in search_key(str(label))]
        if codes:
            yield Q(**{f"{field}__in": codes})
        return
    wanted = column.search if isinstance(column.search, tuple) else (column.search,)
    for search in wanted:
        if callable(search):
            if (part := search(word)) is not None:
                yield part
        elif column.kind in ("date", "datetime"):
            yield from _days(search or column.order_fields[0], word, today, moment=column.kind == "datetime")
        elif column.kind in ("number", "money"):
            yield from _numbers(search or column.order_fields[0], word, scale=2 if column.kind == "money" else 0)
        elif search and "__" in search and search.rsplit("__", 1)[1] in _LOOKUPS:
            yield Q(**{search: word})
        elif search and (folded := search_key(word)):
            if len(folded) >= _TRIGRAM:
                yield Q(**{f"{search}__contains": folded})
            else:
                # One or two letters are the beginning of a word: "ana m" on the way to "ana marija".
                yield Q(**{f"{search}__startswith": folded}) | Q(**{f"{search}__contains": f" {folded}"})


_LOOKUPS = frozenset({"exact", "iexact", "contains", "icontains", "startswith", "istartswith", "endswith"})


# ---------------------------------------------------------------------------- days


def _days(field: str, word: str, today: date, *, moment: bool) -> Iterable[Q]:
    for first, last in _spans(word, today):
        if moment:
            zone = timezone.get_current_timezone()
            start = datetime.combine(first, time.min, tzinfo=zone)
            end = datetime.combine(last + timedelta(days=1), time.min, tzinfo=zone)
            yield Q(**{f"{field}__gte": start, f"{field}__lt": end})
        elif first == last:
            yield Q(**{field: first})
        else:
            yield Q(**{f"{field}__range": (first, last)})


def _spans(word: str, today: date) -> list[tuple[date, date]]:
    """Return the stretches of days that a word may mean, both ends included."""
    if match := _DAY.fullmatch(word):
        day, month, year = (match[1], match[2], match[3]) if match[1] else (match[6], match[5], match[4])
        return _span(int(year), int(month), int(day))
    if match := _MONTH.fullmatch(word):
        month, year = (match[1], match[2]) if match[1] else (match[4], match[3])
        return _span(int(year), int(month))
    if match := _DAY_AND_MONTH.fullmatch(word):
        years = range(today.year - _YEARS_BACK, today.year + 2)
        return [span for year in years for span in _span(year, int(match[2]), int(match[1]))]
    if match := _YEAR.fullmatch(word):
        year_number = int(match[1])
        return [(date(year_number, 1, 1), date(year_number, 12, 31))]
    return []


def _span(year: int, month: int, day: int | None = None) -> list[tuple[date, date]]:
    if not date.min.year < year < date.max.year:
        # The day after the last one can't be named, nor the first one's beginning in every time zone.
        return []
    try:
        first = date(year, month, day or 1)
        if day:
            return [(first, first)]
        following = date(year + month // 12, month % 12 + 1, 1)
    except ValueError:
        return []
    return [(first, following - timedelta(days=1))]


# ------------------------------------------------------------------------- numbers


def _numbers(field: str, word: str, *, scale: int) -> Iterable[Q]:
    match = _NUMBER.fullmatch(word)
    if match is None or not any(sign.isdigit() for sign in match[2]):
        return
    whole, decimals = _split(match[2])
    if len(whole) > _MAX_DIGITS or len(decimals) > max(scale, 6):
        return
    for low, high in _prefix_ranges(whole, decimals, scale):
        if match[1]:
            yield Q(**{f"{field}__gt": -high, f"{field}__lte": -low})
        else:
            yield Q(**{f"{field}__gte": low, f"{field}__lt": high})


def _split(text: str) -> tuple[str, str]:
    """Return whole and decimal digits by the reader's marks; the other mark decides when it can't be a thousand."""
    text = re.sub(r"[\s\u00a0\u202f]", "", text)
    decimal_mark = locale_of(None).number_symbols["latn"]["decimal"]
    other = "," if decimal_mark == "." else "."
    if decimal_mark not in text and text.count(other) == 1 and len(text.rpartition(other)[2]) in (1, 2):
        decimal_mark, other = other, decimal_mark
    whole, _mark, decimals = text.partition(decimal_mark)
    return re.sub(r"\D", "", whole), re.sub(r"\D", "", decimals)


def _prefix_ranges(whole: str, decimals: str, scale: int) -> list[tuple[Decimal, Decimal]]:
    """Return the ranges, upper end exclusive, of stored values whose display begins with these digits."""
    unit = Decimal(10) ** scale
    if decimals:
        step = unit / Decimal(10) ** len(decimals)
        low = Decimal(f"{whole or '0'}.{decimals}") * unit
        return [(low, low + step)] if step >= 1 or not scale else []
    number = int(whole)
    if number == 0:
        return [(Decimal(0), unit)]
    longer = range(max(1, _MAX_LONGER - len(str(number)) + 1))
    return [(number * 10**more * unit, (number + 1) * 10**more * unit) for more in longer]
