"""What the search box finds: words, days, numbers, each by a condition that an index can answer."""

from datetime import date

import pytest
from django.db.models import Q
from django.utils import translation

from salter.pages.tables import Column
from salter.pages.tables.search import condition, words

TODAY = date(2026, 3, 5)
NAME = Column("name", "Name", search="search_key")
NUMBER = Column("number", "Number", search="number__istartswith")
DAY = Column("issued_on", "Issued", kind="date")
MOMENT = Column("sent_at", "Sent", kind="datetime")
AMOUNT = Column("total_minor", "Amount", kind="money")
COUNT = Column("days", "Days", kind="number")
STATE = Column("state", "State", kind="band", choices={"open": "Otvoren", "done": "Rešen", "wait": "Čeka"})


@pytest.mark.parametrize(
    ("language", "query", "expected"),
    [
        ("en", "  ana   marija ", ["ana", "marija"]),
        ("en", "5. 3. 2026.", ["5.3.2026"]),
        ("en", "ana 5. 3. 2026 done", ["ana", "5.3.2026", "done"]),
        ("en", "5. 3.", ["5.3."]),
        ("en", "5 Mar 2026", ["5.3.2026"]),
        ("en", "March 2026", ["03.2026"]),
        ("sr-latn", "5. mart 2026.", ["5.3.2026"]),
        ("sr", "5. март 2026", ["5.3.2026"]),
        ("pl", "5 marca 2026", ["5.3.2026"]),
        ("ro", "5 martie 2026", ["5.3.2026"]),
        ("mk", "5 март 2026", ["5.3.2026"]),
        ("en", "Lipova 2026", ["Lipova", "2026"]),
        ("en", "a b c d e f g h", ["a", "b", "c", "d", "e", "f"]),
        ("en", "\x00", []),
        ("en", "", []),
    ],
)
def test_words(language: str, query: str, expected: list[str]):
    with translation.override(language):
        assert words(query) == expected


def found(column: Column, word: str, language: str = "sr-latn") -> Q:
    with translation.override(language):
        return condition([column], word, TODAY)


def span(field: str, first: tuple[int, int, int], last: tuple[int, int, int]) -> Q:
    return Q(**{f"{field}__range": (date(*first), date(*last))})


NOTHING = Q(pk__in=())


@pytest.mark.parametrize(
    ("column", "word", "expected"),
    [
        (NAME, "Đorđević", Q(search_key__contains="dordevic")),
        (NAME, "ЂОРЂЕВИЋ", Q(search_key__contains="dordevic")),
        (NAME, "djordjevic", Q(search_key__contains="dordevic")),
        (NAME, "Ži", Q(search_key__startswith="zi") | Q(search_key__contains=" zi")),
        (NAME, "---", NOTHING),
        (NUMBER, "R-2026", Q(number__istartswith="R-2026")),
        (DAY, "5.3.2026.", Q(issued_on=date(2026, 3, 5))),
        (DAY, "05/03/2026", Q(issued_on=date(2026, 3, 5))),
        (DAY, "2026-03-05", Q(issued_on=date(2026, 3, 5))),
        (DAY, "3.2026", span("issued_on", (2026, 3, 1), (2026, 3, 31))),
        (DAY, "2026-12", span("issued_on", (2026, 12, 1), (2026, 12, 31))),
        (DAY, "2024", span("issued_on", (2024, 1, 1), (2024, 12, 31))),
        (DAY, "31.2.2026", NOTHING),
        (DAY, "0.0.0000", NOTHING),
        (DAY, "ana", NOTHING),
        (STATE, "otv", Q(state__in=["open"])),
        (STATE, "ОТВОРЕН", Q(state__in=["open"])),
        (STATE, "e", Q(state__in=["open", "done", "wait"])),
        (STATE, "xyz", NOTHING),
        (COUNT, "x12", NOTHING),
    ],
)
def test_one_word_in_one_column(column: Column, word: str, expected: Q):
    assert found(column, word) == expected


def test_a_day_without_a_year_is_looked_for_in_each_of_the_last_years():
    days = {value for _field, value in found(DAY, "5.3.").children}
    assert date(2026, 3, 5) in days
    assert date(2015, 3, 5) in days
    assert len(days) == 14
    # 29 February is there in 2016, 2020 and 2024.
    assert len(found(DAY, "29.2.").children) == 3


def test_a_moment_is_found_by_the_day_at_the_institution():
    from zoneinfo import ZoneInfo

    from django.utils import timezone

    with timezone.override(ZoneInfo("Europe/Belgrade")):
        (lower, upper) = found(MOMENT, "5.3.2026").children
    assert lower[1].isoformat() == "2026-03-05T00:00:00+01:00"
    assert upper[1].isoformat() == "2026-03-06T00:00:00+01:00"


def holds(part: Q, value: int) -> bool:
    """Evaluate an alternative of ranges on one value."""
    checks = {
        "gte": lambda limit: value >= limit,
        "lt": lambda limit: value < limit,
        "gt": lambda limit: value > limit,
        "lte": lambda limit: value <= limit,
    }

    def one(child: object) -> bool:
        if isinstance(child, Q):
            return holds(child, value)
        name, limit = child  # type: ignore[misc]
        return checks[name.rsplit("__", 1)[1]](limit)

    return (all if part.connector == Q.AND else any)(one(child) for child in part.children)


@pytest.mark.parametrize(
    ("language", "word", "hits", "misses"),
    [
        ("sr-latn", "86", [864217, 8600, 86000000], [186400, 85999, 8700]),
        ("sr-latn", "8.642,17", [864217], [864218, 86421700]),
        ("sr-latn", "8642,1", [864210, 864219], [864220, 864209]),
        ("sr-latn", "8642.17", [864217], [864216]),
        ("sr-latn", "8.642", [864200, 864299, 8642000], [864300]),
        ("en", "8,642.17", [864217], [864216]),
        ("pl", "8642,17", [864217], [864216]),
        ("sr-latn", "-20", [-2000, -2099, -20000], [2000, -1999, -2100]),
        ("sr-latn", "0", [0, 99], [100]),
    ],
)
def test_an_amount_is_found_by_its_first_digits(language: str, word: str, hits: list[int], misses: list[int]):
    part = found(AMOUNT, word, language)
    assert [value for value in hits if not holds(part, value)] == []
    assert [value for value in misses if holds(part, value)] == []


@pytest.mark.parametrize("word", ["9" * 60, "1,2,3", "...", "-", "−", "1e5", "٣٤"])
def test_odd_figures_raise_nothing(word: str):
    assert isinstance(found(AMOUNT, word), Q)
    assert isinstance(found(COUNT, word), Q)


def test_every_word_must_be_found_in_some_column():
    both = found(NAME, "ana marija")
    assert both == Q(search_key__contains="ana") & Q(search_key__contains="marija")


def test_a_column_may_look_in_several_places_and_ask_a_function():
    column = Column("a", "A", search=("key", "number__iexact", lambda word: Q(x=word) if word == "1" else None))
    assert found(column, "1") == Q(key__startswith="1") | Q(key__contains=" 1") | Q(number__iexact="1") | Q(x="1")
    assert found(column, "22") == Q(key__startswith="22") | Q(key__contains=" 22") | Q(number__iexact="22")


@pytest.mark.parametrize(
    "query", ["31.12.9999", "9999-12-31", "12.9999", "9999-12", "1.1.0001", "0001-01-01", "0000-01"]
)
def test_the_ends_of_the_calendar_find_nothing(query: str) -> None:
    """Only the columns of days answer here: a moment has a day after it, which the last one has not."""
    assert condition([MOMENT], query, TODAY) == condition([DAY], query, TODAY) == Q(pk__in=())
