from contextlib import suppress
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from salter.lib import dates
from salter.lib.dates import NoSuchDate, format_datetime, parse_date, relative_days
from salter.lib.languages import LANGUAGES, active_language, known_language, locale_of

DAY = date(2026, 3, 5)  # a Thursday


@pytest.mark.parametrize(
    ("language", "short", "padded", "long", "weekday", "month"),
    [
        ("en", "5 Mar 2026", "05/03/2026", "5 March 2026", "Thursday, 5 March 2026", "March 2026"),
        ("sr-latn", "5. 3. 2026.", "05.03.2026.", "5. mart 2026.", "četvrtak, 5. 3. 2026.", "mart 2026."),
        ("sr", "5. 3. 2026.", "05.03.2026.", "5. март 2026.", "четвртак, 5. 3. 2026.", "март 2026."),
        ("ro", "05.03.2026", "05.03.2026", "5 martie 2026", "joi, 5 martie 2026", "martie 2026"),
        ("pl", "05.03.2026", "05.03.2026", "5 marca 2026", "czwartek, 5 marca 2026", "marzec 2026"),
        ("mk", "05.03.2026", "05.03.2026", "5 март 2026 г.", "четврток, 5 март 2026 г.", "март 2026 г."),
    ],
)
def test_days_by_language(language: str, short: str, padded: str, long: str, weekday: str, month: str) -> None:
    assert dates.format_date(DAY, language) == short
    assert dates.format_date(DAY, language, padded=True) == padded
    assert dates.format_long(DAY, language) == long
    assert dates.format_weekday(DAY, language) == weekday
    assert dates.format_month(DAY, language) == month


def test_the_weekday_of_the_look() -> None:
    assert dates.format_weekday(date(2026, 3, 11), "sr-latn") == "sreda, 11. 3. 2026."


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "1 Mar 2026 at 20:10"),
        ("sr-latn", "1. 3. 2026. u 20:10"),
        ("sr", "1. 3. 2026. у 20:10"),
        ("ro", "01.03.2026, 20:10"),
        ("pl", "01.03.2026, 20:10"),
        ("mk", "01.03.2026 во 20:10"),
    ],
)
def test_moments_by_language(language: str, text: str) -> None:
    moment = datetime(2026, 3, 1, 19, 10, tzinfo=UTC)
    assert format_datetime(moment, language, "Europe/Belgrade") == text


@pytest.mark.parametrize(
    ("utc", "zone", "text"),
    [  # RL-92: clocks change on 29 March and 25 October 2026 at 01:00 UTC
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), "Europe/Belgrade", "29. 3. 2026. u 01:59"),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "Europe/Belgrade", "29. 3. 2026. u 03:00"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "Europe/Warsaw", "25. 10. 2026. u 02:30"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "Europe/Warsaw", "25. 10. 2026. u 02:30"),
        (datetime(2026, 12, 31, 22, 30, tzinfo=UTC), "Europe/Bucharest", "1. 1. 2027. u 00:30"),
        (datetime(2026, 12, 31, 22, 30, tzinfo=UTC), "Europe/Skopje", "31. 12. 2026. u 23:30"),
    ],
)
def test_moments_are_shown_by_the_clock_of_their_zone(utc: datetime, zone: str, text: str) -> None:
    assert format_datetime(utc, "sr-latn", zone) == text
    assert format_datetime(utc.astimezone(ZoneInfo(zone)), "sr-latn") == text
    assert dates.format_time(utc, zone) == text[-5:]


def test_a_moment_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        format_datetime(datetime(2026, 3, 1), "en", "Europe/Belgrade")  # noqa: DTZ001


@pytest.mark.parametrize(
    ("language", "days", "text"),
    [
        ("en", 5, "in 5 days"),
        ("en", -1, "yesterday"),
        ("en", 0, "today"),
        ("en", 1, "tomorrow"),
        ("sr-latn", 2, "za 2 dana"),
        ("sr-latn", 5, "za 5 dana"),
        ("sr-latn", 21, "za 21 dan"),
        ("sr-latn", -3, "pre 3 dana"),
        ("sr", 5, "за 5 дана"),
        ("sr", -21, "пре 21 дана"),
        ("ro", 5, "peste 5 zile"),
        ("ro", 20, "peste 20 de zile"),
        ("ro", 101, "peste 101 zile"),
        ("ro", -2, "acum 2 zile"),
        ("pl", 2, "za 2 dni"),
        ("pl", 22, "za 22 dni"),
        ("pl", -5, "5 dni temu"),
        ("mk", 2, "за 2 дена"),
        ("mk", 21, "за 21 ден"),
        ("mk", 11, "за 11 дена"),
        ("en", 1000, "in 1000 days"),
    ],
)
def test_days_from_today(language: str, days: int, text: str) -> None:
    assert relative_days(days, language).replace(",", "") == text


@pytest.mark.parametrize(
    "text",
    [
        "05.03.2026.",
        "05.03.2026",
        "5.3.2026.",
        "5.3.2026",
        "5. 3. 2026.",
        " 5. 3. 2026. ",
        "5.\u00a03.\u00a02026.",
        "05/03/2026",
        "5/3/2026",
        "05-03-2026",
        "2026-03-05",
        "2026-03-05 00:00:00",
        "2026-03-05T00:00:00",
        "05.03.2026 г.",
        "05.03.2026 r.",
        "05.03.2026. god.",
    ],
)
def test_dates_are_read_as_people_write_them(text: str) -> None:
    assert parse_date(text) == DAY


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Write a date"),
        ("  ", "Write a date"),
        ("yesterday", "is not a date"),
        ("05.03.26", "is not a date"),  # nobody can tell the century
        ("2026/03/05", "is not a date"),
        ("5.3/2026", "is not a date"),
        ("2026-3-5", "is not a date"),
        ("05032026", "is not a date"),
        ("2026-03-05 14:07", "is not a date"),
        ("31.02.2026.", "no such day"),
        ("29.02.2026", "no such day"),
        ("2026-13-01", "no such day"),
        ("03/25/2026", "no such day"),  # the day comes first, always (RL-103)
        ("00.01.2026", "no such day"),
        ("01.01.0000", "no such day"),
        ("05.03.0206.", "Check the year"),
        ("05.03.9999.", "Check the year"),
    ],
)
def test_anything_else_is_refused_with_a_sentence(text: str, says: str) -> None:
    with pytest.raises(NoSuchDate, match=says):
        parse_date(text)


def test_the_29th_of_february_of_a_leap_year_exists() -> None:
    assert parse_date("29.02.2028.") == date(2028, 2, 29)


@given(st.dates(date(1800, 1, 1), date(2200, 12, 31)), st.sampled_from(LANGUAGES))
def test_what_is_shown_can_be_typed_back(day: date, language: str) -> None:
    assert parse_date(dates.format_date(day, language, padded=True)) == day
    if language != "en":
        assert parse_date(dates.format_date(day, language)) == day
    assert parse_date(day.isoformat()) == day


@given(st.text(max_size=20))
def test_no_text_breaks_the_parser(text: str) -> None:
    with suppress(NoSuchDate):
        assert isinstance(parse_date(text), date)


@pytest.mark.parametrize(
    ("given_code", "code"),
    [
        ("sr", "sr"),
        ("sr-RS", "sr"),
        ("sr-Cyrl-RS", "sr"),
        ("sr_Latn", "sr-latn"),
        ("sr-Latn-RS", "sr-latn"),
        ("en-us", "en"),
        ("pl", "pl"),
        ("de", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_which_language_a_browser_means(given_code: str | None, code: str) -> None:
    assert known_language(given_code) == code


def test_the_active_language_is_one_of_ours() -> None:
    with translation.override("sr-latn"):
        assert active_language() == "sr-latn"
        assert locale_of(None) == Locale.parse("sr_Latn")
    with translation.override("de"):
        assert active_language() == "en"
    with translation.override(None):
        assert active_language() == "en"
