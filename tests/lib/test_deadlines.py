"""Deadlines: worked examples written from the rules (RL numbers), counted by hand on a paper calendar."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from salter.lib.deadlines import (
    ALWAYS_OPEN,
    PRESETS,
    STANDARD_WEEK,
    Closure,
    Counting,
    Unit,
    WeeklyHours,
    WorkingCalendar,
    WrongCalendar,
    due,
    holidays_of,
    presets_for,
)

ZONES = {"RS": "Europe/Belgrade", "RO": "Europe/Bucharest", "PL": "Europe/Warsaw", "MK": "Europe/Skopje"}
CALENDARS = {country: WorkingCalendar(country, zone) for country, zone in ZONES.items()}
SUPPORT = WorkingCalendar("RS", ZONES["RS"], (WeeklyHours.monday_to_friday(time(9), time(17)),))


def at(text: str, country: str = "RS") -> datetime:
    """A moment by the country's clock."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONES[country]))


# (rule, preset, received, last day, why)
DAYS = [
    ("RL-1", "ro.petition", "2026-03-02 09:00", "2026-04-01", "30 days, a Wednesday"),
    ("RL-1", "ro.petition", "2026-03-05 10:00", "2026-04-06", "Saturday 4 April moves to Monday"),
    ("RL-1", "ro.petition", "2026-03-11 10:00", "2026-04-14", "Good Friday, weekend, Easter Monday"),
    ("RL-1", "ro.petition", "2026-05-01 12:00", "2026-06-02", "Pentecost Sunday, then its Monday"),
    ("RL-1", "ro.petition", "2026-07-16 08:00", "2026-08-17", "15 August is a Saturday and a holiday"),
    ("RL-1", "ro.petition", "2026-10-31 08:00", "2026-12-02", "Saint Andrew on Monday, National Day on Tuesday"),
    ("RL-1", "ro.petition", "2026-11-25 08:00", "2026-12-28", "Christmas on Friday, then the weekend"),
    ("RL-1", "ro.petition", "2026-12-03 08:00", "2027-01-04", "2 January is a Saturday"),
    ("RL-3", "ro.forwarding", "2026-03-02 08:00", "2026-03-09", "Saturday 7 March"),
    ("RL-3", "ro.forwarding", "2026-03-04 08:00", "2026-03-09", "a Monday"),
    ("RL-3", "ro.forwarding", "2026-04-07 08:00", "2026-04-14", "Easter Sunday and Monday"),
    ("RL-3", "ro.forwarding", "2026-10-26 08:00", "2026-11-02", "Saturday 31 October"),
    ("RL-9", "ro.forwarding", "2026-03-05 23:59", "2026-03-10", "the day of registration isn't counted, at any hour"),
    ("RL-9", "ro.forwarding", "2026-03-06 00:01", "2026-03-11", "a minute after midnight is the next day"),
    ("RL-8", "ro.public_information", "2026-03-06 08:00", "2026-03-16", "a Monday"),
    ("RL-10", "rs.consumer_answer", "2026-03-02 08:00", "2026-03-10", "a Tuesday"),
    ("RL-10", "rs.consumer_answer", "2026-03-06 08:00", "2026-03-16", "Saturday 14 March"),
    ("RL-10", "rs.consumer_answer", "2026-04-02 08:00", "2026-04-14", "Good Friday to Easter Monday"),
    ("RL-10", "rs.consumer_answer", "2026-02-07 08:00", "2026-02-18", "Statehood Day, Sunday, moves to Tuesday"),
    ("RL-10", "rs.consumer_answer", "2026-04-23 08:00", "2026-05-04", "1 and 2 May, then Sunday"),
    ("RL-10", "rs.consumer_answer", "2026-11-03 08:00", "2026-11-12", "Armistice Day"),
    ("RL-10", "rs.consumer_answer", "2025-12-24 08:00", "2026-01-05", "New Year, two days, and a weekend"),
    ("RL-10", "rs.consumer_answer", "2025-12-30 08:00", "2026-01-08", "Orthodox Christmas"),
    ("RL-11", "rs.consumer_settlement", "2026-03-02 08:00", "2026-03-17", "a Tuesday"),
    ("RL-11", "rs.consumer_settlement", "2026-03-26 08:00", "2026-04-14", "Good Friday to Easter Monday"),
    ("RL-11", "rs.consumer_settlement_goods", "2026-03-02 08:00", "2026-04-01", "a Wednesday"),
    ("RL-11", "rs.consumer_settlement_goods", "2026-01-17 08:00", "2026-02-18", "Statehood Day, Monday and Tuesday"),
    ("RL-12", "rs.electricity_bill", "2026-07-01 08:00", "2026-07-09", "a Thursday"),
    ("RL-12", "rs.gas_bill", "2026-07-01 08:00", "2026-07-16", "a Thursday"),
    ("RL-12", "rs.gas_bill", "2026-04-17 08:00", "2026-05-04", "2 May, a Saturday and a holiday"),
    ("RL-13", "rs.decision", "2026-06-01 08:00", "2026-07-01", "a Wednesday"),
    ("RL-13", "rs.decision_inquiry", "2026-06-01 08:00", "2026-07-31", "a Friday"),
    ("RL-13", "rs.completion", "2026-03-10 08:00", "2026-03-18", "a Wednesday"),
    ("RL-13", "rs.inspection", "2026-03-06 08:00", "2026-03-23", "Saturday 21 March"),
    ("RL-14", "pl.heat_written", "2026-03-02 08:00", "2026-03-16", "a Monday"),
    ("RL-14", "pl.heat_written", "2026-04-19 08:00", "2026-05-04", "3 May, a Sunday and a holiday"),
    ("RL-14", "pl.heat_written", "2026-05-21 08:00", "2026-06-05", "Corpus Christi"),
    ("RL-14", "pl.heat_written", "2026-12-10 08:00", "2026-12-28", "Christmas Eve is a holiday since 2025"),
    ("RL-14", "pl.heat_written", "2024-12-10 08:00", "2024-12-24", "in 2024 it wasn't"),
    ("RL-14", "pl.heat_inquiry", "2026-10-02 08:00", "2026-11-02", "All Saints on Sunday"),
    ("RL-14", "pl.heat_inquiry", "2026-10-12 08:00", "2026-11-12", "Independence Day"),
    ("RL-16", "pl.public_complaint", "2026-03-02 08:00", "2026-04-02", "same number, a Thursday"),
    ("RL-16", "pl.public_complaint", "2026-01-31 08:00", "2026-03-02", "28 February is a Saturday"),
    ("RL-16", "pl.public_complaint", "2026-03-31 08:00", "2026-04-30", "the last day of a shorter month"),
    ("RL-16", "pl.public_complaint", "2028-01-31 08:00", "2028-02-29", "a leap year"),
    ("RL-16", "pl.public_complaint", "2026-12-06 08:00", "2027-01-07", "Epiphany"),
    ("RL-16", "pl.public_complaint", "2026-11-24 08:00", "2026-12-28", "Christmas Eve on Thursday"),
    ("RL-17", "pl.administrative_case", "2026-01-15 08:00", "2026-02-16", "Sunday 15 February"),
    ("RL-17", "pl.consumer_complaint", "2026-03-18 08:00", "2026-04-01", "a Wednesday"),
    ("RL-17", "pl.consumer_complaint", "2026-03-22 08:00", "2026-04-07", "Easter Sunday and Monday"),
    ("RL-18", "mk.petition", "2026-04-18 08:00", "2026-05-18", "a Monday"),
    ("RL-18", "mk.petition", "2026-04-23 08:00", "2026-05-26", "Saturday, Cyril and Methodius on Sunday and observed"),
    ("RL-18", "mk.consumer_complaint", "2026-08-31 08:00", "2026-09-09", "Independence Day"),
    ("RL-18", "mk.consumer_complaint", "2026-10-04 08:00", "2026-10-13", "National Uprising Day observed on Monday"),
    ("RL-18", "mk.consumer_complaint", "2026-10-15 08:00", "2026-10-26", "23 October and the weekend"),
    ("RL-18", "mk.consumer_complaint", "2026-07-26 08:00", "2026-08-04", "Republic Day observed on Monday"),
    ("RL-18", "mk.consumer_complaint", "2026-11-30 08:00", "2026-12-09", "Saint Clement of Ohrid"),
    ("RL-18", "mk.consumer_complaint", "2026-03-12 08:00", "2026-03-23", "Eid al-Fitr, estimated"),
    ("RL-19", "support.normal", "2026-03-06 10:00", "2026-03-09", "one working day after Friday"),
    ("RL-19", "support.normal", "2026-04-09 10:00", "2026-04-14", "Easter lies between"),
    ("RL-19", "support.low", "2026-03-02 10:00", "2026-03-05", "Tuesday, Wednesday, Thursday"),
    ("RL-19", "support.low", "2026-03-07 10:00", "2026-03-11", "Saturday counts for nothing"),
    ("RL-19", "support.low", "2026-02-13 10:00", "2026-02-20", "Statehood Day lies between"),
]

EXTENDED = [
    ("RL-2", "ro.petition", "2026-03-05 10:00", "2026-04-20", "45 days: Sunday 19 April"),
    ("RL-2", "ro.petition", "2026-02-02 10:00", "2026-03-19", "45 days: a Thursday"),
    ("RL-2", "ro.petition_energy", "2026-03-05 10:00", "2026-05-04", "60 days: a Monday"),
    ("RL-2", "ro.petition_energy", "2026-04-01 10:00", "2026-06-02", "60 days: Pentecost Sunday, then its Monday"),
    ("RL-8", "ro.public_information", "2026-03-06 08:00", "2026-04-06", "30 days: Sunday 5 April"),
    ("RL-17", "pl.administrative_case", "2026-01-15 08:00", "2026-03-16", "two months: Sunday 15 March"),
    ("RL-17", "pl.administrative_case", "2025-12-31 08:00", "2026-03-02", "two months: Saturday 28 February"),
    ("RL-18", "mk.petition", "2026-07-01 08:00", "2026-08-31", "60 days: Sunday 30 August"),
]

# (rule, preset, received, due), to the minute
HOURS = [
    ("RL-13", "rs.city_first_answer", "2026-03-06 14:20", "2026-03-09 14:20", "hours run through the weekend"),
    (
        "RL-13",
        "rs.city_first_answer",
        "2026-10-23 10:00",
        "2026-10-26 09:00",
        "the night of 25 October has an hour more",
    ),
    ("RL-13", "rs.municipal_first_answer", "2026-03-06 16:00", "2026-03-08 16:00", "on a Sunday"),
    ("RL-13", "rs.municipal_first_answer", "2026-03-28 12:00", "2026-03-30 13:00", "29 March has an hour less"),
    ("RL-14", "pl.heat_phone", "2026-03-02 20:00", "2026-03-03 08:00", "through the night"),
    ("RL-14", "pl.heat_phone", "2026-12-24 23:30", "2026-12-25 11:30", "through Christmas"),
    ("RL-15", "pl.heat_start", "2026-03-28 20:00", "2026-03-29 09:00", "a night of 23 hours"),
    ("RL-19", "support.urgent", "2026-03-08 03:10", "2026-03-08 03:40", "half an hour, Sunday night"),
    ("RL-19", "support.high", "2026-03-06 16:30", "2026-03-09 10:30", "half an hour on Friday, the rest on Monday"),
    ("RL-19", "support.high", "2026-03-07 12:00", "2026-03-09 11:00", "the clock starts on Monday at nine"),
    ("RL-19", "support.high", "2026-03-02 07:15", "2026-03-02 11:00", "before opening"),
    ("RL-19", "support.high", "2026-03-02 15:00", "2026-03-02 17:00", "ends with the day, not on the next morning"),
    ("RL-19", "support.high", "2026-03-02 17:00", "2026-03-03 11:00", "closing time is closed"),
    ("RL-19", "support.high", "2026-04-09 16:00", "2026-04-14 10:00", "Easter lies between"),
]


def _calendar(preset: str) -> WorkingCalendar:
    country = PRESETS[preset].country
    return CALENDARS[country] if country else SUPPORT


def test_there_are_enough_examples_for_every_rule() -> None:
    examples = [*DAYS, *EXTENDED, *HOURS]
    assert len(examples) >= 60
    told = {preset for _rule, preset, *_rest in examples}
    assert told == set(PRESETS)
    # RL-9 tells how all of them count.
    assert all(rule in (*PRESETS[preset].source.split(", "), "RL-9") for rule, preset, *_rest in examples)


@pytest.mark.parametrize(("rule", "preset", "received", "last_day", "why"), DAYS)
def test_days_working_days_and_months(rule: str, preset: str, received: str, last_day: str, why: str) -> None:
    calendar = _calendar(preset)
    moment = at(received, PRESETS[preset].country or "RS")
    deadline = PRESETS[preset].due(moment, calendar)
    assert deadline.due_on == date.fromisoformat(last_day), why
    # Late from the midnight after the last day on, by the clock of the institution.
    midnight = datetime.combine(deadline.due_on + timedelta(days=1), time(0), tzinfo=calendar.zone)
    assert deadline.due_at == midnight
    assert not deadline.is_late(midnight - timedelta(seconds=1))
    assert deadline.is_late(midnight)


@pytest.mark.parametrize(("rule", "preset", "received", "last_day", "why"), EXTENDED)
def test_with_the_extension_granted(rule: str, preset: str, received: str, last_day: str, why: str) -> None:
    deadline = PRESETS[preset].due(at(received, PRESETS[preset].country), _calendar(preset), extended=True)
    assert deadline.due_on == date.fromisoformat(last_day), why


@pytest.mark.parametrize(("rule", "preset", "received", "due_at", "why"), HOURS)
def test_hours_and_working_hours(rule: str, preset: str, received: str, due_at: str, why: str) -> None:
    country = PRESETS[preset].country or "RS"
    deadline = PRESETS[preset].due(at(received, country), _calendar(preset))
    assert deadline.due_at == at(due_at, country), why
    assert deadline.due_on == date.fromisoformat(due_at[:10])


# ------------------------------------------------------------------------------------------------- counting otherwise


@pytest.mark.parametrize(
    ("received", "amount", "unit", "counting", "last_day"),
    [
        ("2026-03-02 08:00", 8, Unit.DAYS, Counting(first_day_counts=True), "2026-03-09"),
        ("2026-03-02 08:00", 1, Unit.MONTHS, Counting(first_day_counts=True), "2026-04-01"),
        ("2026-03-02 08:00", 3, Unit.WORKING_DAYS, Counting(first_day_counts=True), "2026-03-04"),
        ("2026-03-07 08:00", 3, Unit.WORKING_DAYS, Counting(first_day_counts=True), "2026-03-11"),
        ("2026-03-06 08:00", 8, Unit.DAYS, Counting(roll=False), "2026-03-14"),
        ("2026-01-31 08:00", 1, Unit.MONTHS, Counting(roll=False), "2026-02-28"),
        ("2026-03-06 18:00", 8, Unit.DAYS, Counting(after_hours_next_day=True), "2026-03-17"),
        ("2026-03-06 15:59", 8, Unit.DAYS, Counting(after_hours_next_day=True), "2026-03-16"),
        ("2026-03-06 07:00", 8, Unit.DAYS, Counting(after_hours_next_day=True), "2026-03-16"),
        ("2026-03-07 10:00", 1, Unit.WORKING_DAYS, Counting(after_hours_next_day=True), "2026-03-10"),
        ("2026-03-02 08:00", 0, Unit.DAYS, Counting(), "2026-03-02"),
        ("2026-03-07 08:00", 0, Unit.DAYS, Counting(), "2026-03-09"),
        ("2026-03-07 08:00", 0, Unit.WORKING_DAYS, Counting(), "2026-03-09"),
        ("2026-03-02 08:00", 0, Unit.DAYS, Counting(first_day_counts=True), "2026-03-02"),
        ("2026-12-31 08:00", 14, Unit.MONTHS, Counting(), "2028-02-29"),
    ],
)
def test_other_ways_of_counting(received: str, amount: int, unit: Unit, counting: Counting, last_day: str) -> None:
    assert due(at(received), amount, unit, CALENDARS["RS"], counting).due_on == date.fromisoformat(last_day)


def test_the_day_of_registration_is_the_institutions_own() -> None:
    moment = datetime(2026, 3, 5, 22, 30, tzinfo=UTC)  # half past midnight in Bucharest, half past eleven in Warsaw
    assert due(moment, 5, "days", CALENDARS["RO"]).due_on == date(2026, 3, 11)
    assert due(moment, 5, "days", CALENDARS["PL"]).due_on == date(2026, 3, 10)


@pytest.mark.parametrize(
    ("closures", "received", "amount", "last_day"),
    [  # RL-91: closures that are no holidays
        ([(date(2025, 12, 29), date(2026, 1, 18))], "2025-12-02 08:00", 30, "2026-01-19"),
        ([(date(2011, 12, 24), date(2012, 1, 2))], "2011-12-20 08:00", 5, "2012-01-03"),
        ([(date(2026, 3, 10), date(2026, 3, 10))], "2026-03-02 08:00", 8, "2026-03-11"),
        (
            [(date(2026, 3, 10), date(2026, 3, 10)), (date(2026, 3, 11), date(2026, 3, 13))],
            "2026-03-02 08:00",
            8,
            "2026-03-16",
        ),
    ],
)
def test_own_closures_move_a_deadline(
    closures: list[tuple[date, date]], received: str, amount: int, last_day: str
) -> None:
    calendar = WorkingCalendar.build(country="RO", time_zone=ZONES["RO"], closures=closures)
    assert due(at(received, "RO"), amount, "days", calendar).due_on == date.fromisoformat(last_day)


def test_opening_hours_change_from_a_day_on() -> None:
    six_days = WeeklyHours(date(2026, 6, 1), (((time(8), time(16)),),) * 6 + ((),))
    calendar = WorkingCalendar("RS", ZONES["RS"], (six_days, STANDARD_WEEK))
    assert due(at("2026-05-15 08:00"), 8, "days", calendar).due_on == date(2026, 5, 25)  # Saturday was off then
    assert due(at("2026-05-29 08:00"), 8, "days", calendar).due_on == date(2026, 6, 6)  # and is worked now


def test_a_holiday_that_is_worked_by_order() -> None:
    calendar = WorkingCalendar("RS", ZONES["RS"], open_on=frozenset({date(2026, 3, 14), date(2026, 5, 1)}))
    assert due(at("2026-03-06 08:00"), 8, "days", calendar).due_on == date(2026, 3, 14)
    assert due(at("2026-04-30 15:00"), 2, "working_hours", calendar).due_at == at("2026-05-01 09:00")
    assert calendar.is_open(at("2026-03-14 10:00"))


@pytest.mark.parametrize(
    ("received", "amount", "pauses", "due_at"),
    [  # RL-19: the clock stops in "waiting for client"
        ("2026-03-02 10:00", 2, [("2026-03-02 11:00", "2026-03-03 14:00")], "2026-03-03 15:00"),
        ("2026-03-02 10:00", 2, [("2026-03-02 18:00", "2026-03-02 20:00")], "2026-03-02 12:00"),
        ("2026-03-02 16:00", 2, [("2026-03-02 18:00", "2026-03-03 09:30")], "2026-03-03 10:30"),
        ("2026-03-02 10:00", 2, [("2026-03-02 09:00", "2026-03-02 12:00")], "2026-03-02 14:00"),
        ("2026-03-02 10:00", 2, [("2026-03-02 13:00", "2026-03-02 15:00")], "2026-03-02 12:00"),
        (
            "2026-03-02 10:00",
            3,
            [("2026-03-02 11:00", "2026-03-02 12:00"), ("2026-03-02 11:30", "2026-03-02 13:00")],
            "2026-03-02 15:00",
        ),
        (
            "2026-03-02 10:00",
            3,
            [("2026-03-02 14:00", "2026-03-02 15:00"), ("2026-03-02 11:00", "2026-03-02 12:00")],
            "2026-03-02 14:00",
        ),
    ],
)
def test_the_clock_stands_still_while_the_client_is_asked(
    received: str, amount: int, pauses: list[tuple[str, str]], due_at: str
) -> None:
    stops = [(at(begins), at(ends)) for begins, ends in pauses]
    assert due(at(received), amount, Unit.WORKING_HOURS, SUPPORT, pauses=stops).due_at == at(due_at)


def test_plain_hours_pause_too() -> None:
    pause = (at("2026-03-07 00:00"), at("2026-03-08 00:00"))
    assert due(at("2026-03-06 12:00"), 48, "hours", SUPPORT, pauses=[pause]).due_at == at("2026-03-09 12:00")


def test_an_office_that_never_closes() -> None:
    calendar = WorkingCalendar("RS", ZONES["RS"], (ALWAYS_OPEN,))
    assert due(at("2026-03-06 22:00"), 5, "working_hours", calendar).due_at == at("2026-03-07 03:00")
    assert calendar.is_open(at("2026-03-07 23:59"))
    assert not calendar.is_open(at("2026-05-01 12:00"))  # but for holidays


def test_two_intervals_a_day() -> None:
    calendar = WorkingCalendar.build(
        country="MK",
        time_zone=ZONES["MK"],
        intervals=[
            (date(2026, 1, 1), 0, time(13), time(16)),
            (date(2026, 1, 1), 0, time(8), time(12)),
            (date(2026, 1, 1), 2, time(8), time(12)),
        ],
    )
    assert due(at("2026-03-02 11:00", "MK"), 2, "working_hours", calendar).due_at == at("2026-03-02 14:00", "MK")
    assert due(at("2026-03-02 15:00", "MK"), 2, "working_hours", calendar).due_at == at("2026-03-04 09:00", "MK")
    assert due(at("2026-03-02 15:00", "MK"), 2, "working_days", calendar).due_on == date(2026, 3, 9)
    hours = {"07:59": False, "08:00": True, "12:00": False, "13:00": True, "16:00": False}
    assert {hour: calendar.is_open(at(f"2026-03-02 {hour}", "MK")) for hour in hours} == hours


# --------------------------------------------------------------------------------------------------------- explanation


def test_the_derivation_can_be_followed() -> None:
    with translation.override("en"):
        deadline = due(at("2026-05-01 12:00", "RO"), 30, "days", CALENDARS["RO"])
    assert deadline.steps == (
        ("Received", at("2026-05-01 12:00", "RO")),
        ("Counting begins on the next day", date(2026, 5, 2)),
        ("30 days", date(2026, 5, 31)),
        ("Not a working day: Pentecost", date(2026, 5, 31)),
        ("Not a working day: Children's Day; Pentecost", date(2026, 6, 1)),
        ("Last day", date(2026, 6, 2)),
    )


def test_weekends_and_closures_are_named() -> None:
    calendar = WorkingCalendar.build(
        country="RS",
        time_zone=ZONES["RS"],
        closures=[
            (date(2026, 3, 16), date(2026, 3, 16), {"en": "Stocktaking"}),
            (date(2026, 3, 17), date(2026, 3, 17)),
        ],
    )
    with translation.override("en"):
        labels = [label for label, _day in due(at("2026-03-06 12:00"), 8, "days", calendar).steps]
    assert labels[3:] == [
        "Not a working day: Saturday",
        "Not a working day: Sunday",
        "Not a working day: Stocktaking",
        "Not a working day: closed",
        "Last day",
    ]


def test_working_days_name_the_holidays_that_were_passed_over() -> None:
    with translation.override("en"):
        deadline = due(at("2026-02-13 10:00"), 3, "working_days", CALENDARS["RS"])
    assert [step for step in deadline.steps if step.label.startswith("Not")] == []
    with translation.override("en"):
        deadline = due(at("2026-02-12 10:00"), 2, "working_days", CALENDARS["RS"])
    assert deadline.steps[1:] == (
        ("First working day", date(2026, 2, 13)),
        ("Not counted: Statehood Day", date(2026, 2, 16)),
        ("Not counted: Statehood Day (observed)", date(2026, 2, 17)),
        ("2 working days", date(2026, 2, 18)),
        ("Last day", date(2026, 2, 18)),
    )


def test_hours_tell_when_the_clock_ran() -> None:
    pause = (at("2026-03-09 10:00"), at("2026-03-09 11:30"))
    with translation.override("en"):
        deadline = due(at("2026-03-07 12:00"), 2, "working_hours", SUPPORT, pauses=[pause])
    assert deadline.steps == (
        ("Received", at("2026-03-07 12:00")),
        ("The clock starts", at("2026-03-09 09:00")),
        ("The clock stands still from", at("2026-03-09 10:00")),
        ("The clock runs again from", at("2026-03-09 11:30")),
        ("Deadline", at("2026-03-09 12:30")),
    )
    assert all(step.value.tzinfo == SUPPORT.zone for step in deadline.steps)  # type: ignore[union-attr]


def test_late_arrival_is_explained() -> None:
    with translation.override("en"):
        steps = due(at("2026-03-06 18:00"), 8, "days", CALENDARS["RS"], Counting(after_hours_next_day=True)).steps
    assert steps[1] == ("Received after working hours, so it counts from", date(2026, 3, 9))


# ------------------------------------------------------------------------------------------------------------ calendar

HOLIDAYS_2026 = {  # RL-93
    "RS": "01-01 01-02 01-07 02-15 02-16 02-17 04-10 04-11 04-12 04-13 05-01 05-02 11-11",
    "RO": "01-01 01-02 01-06 01-07 01-24 04-10 04-12 04-13 05-01 05-31 06-01 08-15 11-30 12-01 12-25 12-26",
    "PL": "01-01 01-06 04-05 04-06 05-01 05-03 05-24 06-04 08-15 11-01 11-11 12-24 12-25 12-26",
    "MK": "01-01 01-07 03-20 04-13 05-01 05-24 05-25 08-02 08-03 09-08 10-11 10-12 10-23 12-08",
}


@pytest.mark.parametrize("country", HOLIDAYS_2026)
def test_public_holidays_of_2026(country: str) -> None:
    assert [f"{day:%m-%d}" for day in holidays_of(country, 2026)] == HOLIDAYS_2026[country].split()


@pytest.mark.parametrize(
    ("country", "day", "language", "name"),
    [
        ("RS", date(2026, 11, 11), "sr", "Дан примирја у Првом светском рату"),
        ("RS", date(2026, 11, 11), "sr-latn", "Dan primirja u Prvom svetskom ratu"),
        ("RS", date(2026, 11, 11), "en", "Armistice Day"),
        ("RS", date(2026, 11, 11), "pl", "Armistice Day"),
        ("RO", date(2026, 12, 1), "ro", "Ziua Națională a României"),
        ("PL", date(2026, 6, 4), "pl", "Dzień Bożego Ciała"),
        ("MK", date(2026, 9, 8), "mk", "Ден на независноста"),
        ("MK", date(2026, 9, 9), "mk", ""),
    ],
)
def test_holidays_are_named_in_the_language_of_the_country(country: str, day: date, language: str, name: str) -> None:
    assert CALENDARS[country].holiday(day, language) == name


def test_easter_of_both_churches() -> None:
    for year, western, orthodox in [
        (2027, "03-28", "05-02"),
        (2028, "04-16", "04-16"),
        (2029, "04-01", "04-08"),
        (2030, "04-21", "04-28"),
    ]:  # RL-93
        assert CALENDARS["PL"].holiday(date.fromisoformat(f"{year}-{western}"), "en") == "Easter Sunday"
        assert CALENDARS["RS"].holiday(date.fromisoformat(f"{year}-{orthodox}"), "en")


def test_rows_become_weeks_by_their_first_day() -> None:
    calendar = WorkingCalendar.build(
        country="PL",
        time_zone=ZONES["PL"],
        intervals=[
            (date(2026, 7, 1), 0, time(7), time(15)),
            (date(2026, 1, 1), 0, time(8), time(16)),
            (date(2026, 1, 1), 1, time(8), time(16)),
        ],
    )
    assert calendar.is_working_day(date(2026, 6, 30))  # a Tuesday
    assert not calendar.is_working_day(date(2026, 7, 7))
    assert calendar.week_on(date(2025, 5, 5)).valid_from == date(2026, 1, 1)  # the earliest holds also before
    assert calendar.intervals_on(date(2026, 7, 6)) == ((at("2026-07-06 07:00", "PL"), at("2026-07-06 15:00", "PL")),)


def test_without_rows_the_standard_week_holds() -> None:
    assert WorkingCalendar.build(country="PL", time_zone=ZONES["PL"]) == CALENDARS["PL"]


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: WorkingCalendar("RS", "Europe/Novi_Sad"), "time zone Europe/Novi_Sad"),
        (lambda: WorkingCalendar("RS", "../etc/passwd"), "time zone"),
        (lambda: WorkingCalendar("QQ", "Europe/Belgrade"), "country QQ"),
        (lambda: WorkingCalendar("RS", "Europe/Belgrade", ()), "opening hours"),
        (lambda: WorkingCalendar("RS", "Europe/Belgrade", (STANDARD_WEEK, STANDARD_WEEK)), "same day"),
        (lambda: WeeklyHours(date.min, ((),) * 6), "seven days"),
        (lambda: WeeklyHours.monday_to_friday(time(16), time(8)), "before its opening"),
        (lambda: WeeklyHours.monday_to_friday(time(8), time(8)), "before its opening"),
        (lambda: WeeklyHours(date.min, (((time(8), time(12)), (time(11), time(16))),) * 7), "overlap"),
        (lambda: WeeklyHours(date.min, (((time(13), time(16)), (time(8), time(12))),) * 7), "overlap"),
        (lambda: WeeklyHours(date.min, (((time(8), time(0)), (time(13), time(16))),) * 7), "overlap"),
        (lambda: Closure(date(2026, 1, 2), date(2026, 1, 1)), "before it begins"),
    ],
)
def test_a_wrong_calendar_is_refused_with_the_reason(make: object, says: str) -> None:
    with pytest.raises(WrongCalendar, match=says):
        make()  # type: ignore[operator]


@pytest.mark.parametrize("unit", list(Unit))
def test_a_calendar_without_working_days_is_refused(unit: Unit) -> None:
    calendar = WorkingCalendar("RS", ZONES["RS"], (WeeklyHours(date.min, ((),) * 7),))
    if unit is Unit.HOURS:
        assert due(at("2026-03-02 08:00"), 2, unit, calendar).due_at == at("2026-03-02 10:00")
        return
    with pytest.raises(WrongCalendar, match="more than a year"):
        due(at("2026-03-02 08:00"), 2, unit, calendar)


def test_a_calendar_that_closes_for_good_is_refused_too() -> None:
    calendar = WorkingCalendar("RS", ZONES["RS"], closures=(Closure(date(2026, 3, 4), date(2028, 1, 1)),))
    with pytest.raises(WrongCalendar, match="more than a year"):
        due(at("2026-03-02 08:00"), 2, "working_days", calendar)


@pytest.mark.parametrize(
    ("amount", "unit", "more"),
    [
        (-1, "days", {}),
        (10**9, "days", {}),
        (1.5, "days", {}),
        (0.5, "months", {}),
        (1, "weeks", {}),
        (1, "days", {"pauses": [(at("2026-03-02 08:00"), at("2026-03-02 09:00"))]}),
    ],
)
def test_nonsense_is_our_own_mistake(amount: float, unit: str, more: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        due(at("2026-03-02 08:00"), amount, unit, CALENDARS["RS"], **more)  # type: ignore[arg-type]


def test_a_moment_without_zone_is_our_own_mistake() -> None:
    with pytest.raises(ValueError, match="aware"):
        due(datetime(2026, 3, 2, 8), 1, "days", CALENDARS["RS"])  # noqa: DTZ001


def test_presets_of_a_country() -> None:
    codes = {preset.code.partition(".")[0] for preset in presets_for("PL")}
    assert codes == {"pl", "support"}
    assert all(str(preset.title) for preset in PRESETS.values())


# ---------------------------------------------------------------------------------------------------------- properties

MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


@settings(max_examples=200)
@given(
    st.sampled_from(sorted(CALENDARS)),
    MOMENTS,
    st.integers(0, 90),
    st.sampled_from([Unit.DAYS, Unit.WORKING_DAYS, Unit.MONTHS]),
)
def test_a_deadline_ends_on_a_working_day_and_never_before_its_time(
    country: str, moment: datetime, amount: int, unit: Unit
) -> None:
    calendar = CALENDARS[country]
    deadline = due(moment, amount, unit, calendar)
    assert calendar.is_working_day(deadline.due_on)
    assert deadline.due_at > moment
    if unit is Unit.DAYS:
        assert 0 <= (deadline.due_on - calendar.local(moment).date()).days - amount <= 12
    # One more never ends earlier, and what comes in later is never due before.
    assert due(moment, amount + 1, unit, calendar).due_on >= deadline.due_on
    assert due(moment + timedelta(days=1), amount, unit, calendar).due_on >= deadline.due_on
    assert deadline.steps[-1].value == deadline.due_on


@settings(max_examples=200)
@given(MOMENTS, st.integers(1, 400))
def test_working_hours_are_exactly_the_open_ones(moment: datetime, quarters: int) -> None:
    deadline = due(moment, quarters / 4, Unit.WORKING_HOURS, SUPPORT)
    day = SUPPORT.local(moment).date()
    open_time = timedelta()
    while day <= deadline.due_on:
        for opens, closes in SUPPORT.intervals_on(day):
            open_time += max(timedelta(), min(closes, deadline.due_at) - max(opens, moment))
        day += timedelta(days=1)
    assert open_time == timedelta(hours=quarters / 4)


@settings(max_examples=200)
@given(MOMENTS, st.integers(1, 40))
def test_working_days_are_counted_one_by_one(moment: datetime, amount: int) -> None:
    calendar = CALENDARS["MK"]
    deadline = due(moment, amount, Unit.WORKING_DAYS, calendar)
    received = calendar.local(moment).date()
    passed = [received + timedelta(days=n) for n in range(1, (deadline.due_on - received).days + 1)]
    assert sum(map(calendar.is_working_day, passed)) == amount
