"""Deadlines and the calendars that they run on: from when, how long, until when, and why.

Rules (defaults, each institution may set its own; RL numbers are those of the rules of the field):
- The day of registration isn't counted (RL-9).
- Hours run through nights and holidays; working hours run only while the office is open (RL-19).
- Working days are the days on which the office works by its week, without public holidays and its own closures (RL-90).
- A deadline in days or months that ends on another day moves to the next working day (RL-90).
- A month ends on the day of the same number, or the last day of a shorter month (RL-90).

Nothing here reads a clock or a database.
"""

import calendar as _calendar
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from salter.lib.dates import format_weekday
from salter.lib.languages import active_language
from salter.lib.refusals import Refused
from salter.lib.texts import pick
from salter.lib.translit import to_latin

__all__ = [
    "PRESETS",
    "Closure",
    "Counting",
    "Deadline",
    "Preset",
    "Step",
    "Unit",
    "WeeklyHours",
    "WorkingCalendar",
    "WrongCalendar",
    "due",
    "holidays_of",
    "presets_for",
]

Interval = tuple[time, time]
_LONGEST_CLOSURE_DAYS = 400
_LONGEST_AMOUNT = 10_000


class WrongCalendar(Refused):
    """A working calendar that can't be kept to."""


class Unit(StrEnum):
    """What a deadline is counted in."""

    HOURS = "hours"
    WORKING_HOURS = "working_hours"
    DAYS = "days"
    WORKING_DAYS = "working_days"
    MONTHS = "months"


# ------------------------------------------------------------------------------------------------------------ calendar


@lru_cache(maxsize=512)
def holidays_of(country: str, year: int, language: str = "en") -> Mapping[date, str]:
    """Return the public non-working days of a country in a year, with their names (RL-93).

    Names are in the language when the country speaks it, else in English.

    Raises: WrongCalendar for an unknown country.
    """
    spoken = language.partition("-")[0]
    try:
        supported = holidays.country_holidays(country).supported_languages
        named = holidays.country_holidays(
            country, years=year, language=spoken if spoken in supported and spoken != "en" else "en_US"
        )
    except NotImplementedError:
        raise WrongCalendar(_("No public holidays are known for the country %(country)s."), country=country) from None
    return {day: to_latin(name) if language == "sr-latn" else name for day, name in sorted(named.items())}


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """The opening hours of a week, Monday first, from a day on. An end of 00:00 is midnight at the end of the day."""

    valid_from: date
    week: tuple[tuple[Interval, ...], ...]

    def __post_init__(self) -> None:
        if len(self.week) != 7:
            raise WrongCalendar(_("A week has seven days."))
        for intervals in self.week:
            before: time | None = time(0)
            for opens, closes in intervals:
                if before is None or opens < before:
                    raise WrongCalendar(_("Opening hours of one day overlap or stand in the wrong order."))
                if closes != time(0) and closes <= opens:
                    raise WrongCalendar(_("A closing time stands before its opening time."))
                before = closes if closes != time(0) else None

    @classmethod
    def monday_to_friday(cls, opens: time, closes: time, valid_from: date = date.min) -> "WeeklyHours":
        """Return the same hours for Monday to Friday."""
        return cls(valid_from, (((opens, closes),),) * 5 + ((), ()))


STANDARD_WEEK = WeeklyHours.monday_to_friday(time(8), time(16))
ALWAYS_OPEN = WeeklyHours(date.min, (((time(0), time(0)),),) * 7)


@dataclass(frozen=True, slots=True)
class Closure:
    """Days on which the institution doesn't work, both included, beside public holidays (RL-91)."""

    first_on: date
    last_on: date
    title: Mapping[str, str] | str = ""

    def __post_init__(self) -> None:
        if self.last_on < self.first_on:
            raise WrongCalendar(_("A closure ends before it begins."))


@dataclass(frozen=True)
class WorkingCalendar:
    """When an institution works.

    `hours` hold from their `valid_from` on, the earliest also before; `closures` are its own; `open_on` are single
    days on which it works although they are holidays or weekends, with the hours of a Monday.
    """

    country: str
    time_zone: str
    hours: tuple[WeeklyHours, ...] = (STANDARD_WEEK,)
    closures: tuple[Closure, ...] = ()
    open_on: frozenset[date] = frozenset()
    _zone: ZoneInfo = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        try:
            zone = ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            raise WrongCalendar(_("There is no time zone %(zone)s."), zone=self.time_zone) from None
        if not self.hours:
            raise WrongCalendar(_("Give the opening hours of a week."))
        if len({week.valid_from for week in self.hours}) != len(self.hours):
            raise WrongCalendar(_("Two weeks of opening hours begin on the same day."))
        holidays_of(self.country, 2026)
        object.__setattr__(self, "hours", tuple(sorted(self.hours, key=lambda week: week.valid_from)))
        object.__setattr__(self, "_zone", zone)

    @classmethod
    def build(
        cls,
        *,
        country: str,
        time_zone: str,
        intervals: Iterable[tuple[date, int, time, time]] = (),
        closures: Iterable[tuple[date, date] | tuple[date, date, Mapping[str, str] | str]] = (),
        open_on: Iterable[date] = (),
    ) -> "WorkingCalendar":
        """Return the calendar of rows as they are stored.

        `intervals` are (valid_from, weekday with Monday 0, opens, closes): those of one `valid_from` are a whole
        week, in which a weekday without interval isn't worked. Without any, the standard week holds. `closures` are
        (first day, last day, title), both days included.

        Raises: WrongCalendar.
        """
        weeks: dict[date, list[list[Interval]]] = {}
        for valid_from, weekday, opens, closes in sorted(intervals):
            weeks.setdefault(valid_from, [[] for _day in range(7)])[weekday].append((opens, closes))
        hours = tuple(WeeklyHours(first, tuple(map(tuple, week))) for first, week in weeks.items())
        return cls(
            country,
            time_zone,
            hours or (STANDARD_WEEK,),
            tuple(Closure(*closure) for closure in closures),
            frozenset(open_on),
        )

    @property
    def zone(self) -> ZoneInfo:
        """The time zone as an object."""
        return self._zone

    def local(self, moment: datetime) -> datetime:
        """Return the moment by the institution's clock. Raises: ValueError for a moment without zone."""
        if moment.tzinfo is None:
            raise ValueError("A moment must be aware of its zone.")
        return moment.astimezone(self._zone)

    def week_on(self, day: date) -> WeeklyHours:
        """Return the weekly hours that hold on a day."""
        holding = [week for week in self.hours if week.valid_from <= day]
        return holding[-1] if holding else self.hours[0]

    def holiday(self, day: date, language: str | None = None) -> str:
        """Return the name of the public holiday on a day; empty when there is none."""
        return holidays_of(self.country, day.year, language or active_language()).get(day, "")

    def closure(self, day: date) -> Closure | None:
        """Return the institution's own closure on a day."""
        return next((closure for closure in self.closures if closure.first_on <= day <= closure.last_on), None)

    def is_working_day(self, day: date) -> bool:
        """Tell whether the office works on a day."""
        if day in self.open_on:
            return True
        return bool(self.week_on(day).week[day.weekday()]) and not self.holiday(day, "en") and not self.closure(day)

    def next_working_day(self, day: date) -> date:
        """Return the day itself when it is a working day, else the next one that is.

        Raises: WrongCalendar when there is none for more than a year.
        """
        for distance in range(_LONGEST_CLOSURE_DAYS):
            found = day + timedelta(days=distance)
            if self.is_working_day(found):
                return found
        raise WrongCalendar(_("The working calendar has no working day for more than a year."))

    def intervals_on(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """Return the opening hours of a day as moments in UTC, end exclusive; none on a day off."""
        if not self.is_working_day(day):
            return ()
        week = self.week_on(day).week
        return tuple(
            (self._at(day, opens), self._at(day + timedelta(days=1) if closes == time(0) else day, closes))
            for opens, closes in week[day.weekday()] or week[0]
        )

    def is_open(self, moment: datetime) -> bool:
        """Tell whether the office is open at a moment."""
        return any(opens <= moment < closes for opens, closes in self.intervals_on(self.local(moment).date()))

    def end_of_day(self, day: date) -> datetime:
        """Return the first moment after a day, in UTC."""
        return self._at(day + timedelta(days=1), time(0))

    def _at(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, tzinfo=self._zone).astimezone(UTC)


# ------------------------------------------------------------------------------------------------------------ deadline


@dataclass(frozen=True, slots=True)
class Counting:
    """How days are counted; the default is the usual rule of all four countries (RL-9, RL-90)."""

    first_day_counts: bool = False
    roll: bool = True
    """Move an end on a day off to the next working day."""
    after_hours_next_day: bool = False
    """What arrives after closing time, or on a day off, counts as received on the next working day."""
    source: str = "RL-90"


USUAL = Counting()


class Step(NamedTuple):
    """One line of the derivation: what, and the day or moment that follows from it."""

    label: str
    value: date | datetime


@dataclass(frozen=True, slots=True)
class Deadline:
    """When something must be done.

    `due_on` is the last day by the institution's calendar; `due_at` the first moment at which it is late: for days
    and months the midnight after `due_on`, for hours the moment itself. `steps` explain it in the language that was
    active when it was computed.
    """

    due_on: date
    due_at: datetime
    steps: tuple[Step, ...]

    def is_late(self, now: datetime) -> bool:
        """Tell whether the deadline has passed."""
        return now >= self.due_at


Pause = tuple[datetime, datetime]


def due(
    anchor_at: datetime,
    amount: float,
    unit: Unit | str,
    calendar: WorkingCalendar,
    counting: Counting = USUAL,
    pauses: Sequence[Pause] = (),
) -> Deadline:
    """Return the deadline that `amount` of `unit` after the anchor makes.

    `amount` may have a fraction for hours only. `pauses` are periods, end exclusive, in which the clock stands still
    ("waiting for the client"); they are for hours and working hours.

    Raises: ValueError for a negative or absurd amount, a fraction of a day, a naive anchor, pauses in days.
    """
    unit = Unit(unit)
    received = calendar.local(anchor_at)
    if not 0 <= amount <= _LONGEST_AMOUNT:
        raise ValueError("A deadline lies after its beginning, and within sight.")
    if unit in (Unit.HOURS, Unit.WORKING_HOURS):
        return _due_in_hours(received, amount, unit, calendar, pauses)
    if amount != int(amount):
        raise ValueError("Days and months are counted whole.")
    if pauses:
        raise ValueError("Only hours can pause.")
    return _due_in_days(received, int(amount), unit, calendar, counting)


def _due_in_days(
    received: datetime, amount: int, unit: Unit, calendar: WorkingCalendar, counting: Counting
) -> Deadline:
    steps = [Step(gettext("Received"), received)]
    anchor = received.date()
    if counting.after_hours_next_day and (arrived := _counts_as_received_on(received, calendar)) != anchor:
        steps.append(Step(gettext("Received after working hours, so it counts from"), arrived))
        anchor = arrived
    one_less = 1 if counting.first_day_counts and amount > 0 else 0
    if unit is Unit.MONTHS:
        end = _months_later(anchor, amount) - timedelta(days=one_less)
        steps.append(Step(ngettext("%(num)s month", "%(num)s months", amount) % {"num": amount}, end))
    elif unit is Unit.DAYS:
        first = anchor + timedelta(days=1 - one_less)
        if amount:
            steps.append(Step(_first_day_label(counting), first))
        end = anchor + timedelta(days=amount - one_less)
        steps.append(Step(ngettext("%(num)s day", "%(num)s days", amount) % {"num": amount}, end))
    else:
        end = _working_days_later(anchor, amount, calendar, counting, steps)
    if counting.roll:
        end = _rolled(end, calendar, steps)
    steps.append(Step(gettext("Last day"), end))
    return Deadline(end, calendar.end_of_day(end), tuple(steps))


def _first_day_label(counting: Counting) -> str:
    if counting.first_day_counts:
        return gettext("Counting begins on the day itself")
    return gettext("Counting begins on the next day")


def _counts_as_received_on(received: datetime, calendar: WorkingCalendar) -> date:
    day = received.date()
    intervals = calendar.intervals_on(day)
    if intervals and received < intervals[-1][1]:
        return day
    return calendar.next_working_day(day + timedelta(days=1))


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, _calendar.monthrange(year, month + 1)[1]))


def _working_days_later(
    anchor: date, amount: int, calendar: WorkingCalendar, counting: Counting, steps: list[Step]
) -> date:
    if amount == 0:
        return anchor
    day = calendar.next_working_day(anchor if counting.first_day_counts else anchor + timedelta(days=1))
    steps.append(Step(gettext("First working day"), day))
    counted = 1
    idle = 0
    while counted < amount:
        day += timedelta(days=1)
        if calendar.is_working_day(day):
            counted += 1
            idle = 0
            continue
        idle += 1
        if idle > _LONGEST_CLOSURE_DAYS:
            raise WrongCalendar(_("The working calendar has no working day for more than a year."))
        if calendar.week_on(day).week[day.weekday()]:
            steps.append(Step(gettext("Not counted: %(why)s") % {"why": _why_off(day, calendar)}, day))
    steps.append(Step(ngettext("%(num)s working day", "%(num)s working days", amount) % {"num": amount}, day))
    return day


def _rolled(end: date, calendar: WorkingCalendar, steps: list[Step]) -> date:
    last = calendar.next_working_day(end)
    day = end
    while day < last:
        steps.append(Step(gettext("Not a working day: %(why)s") % {"why": _why_off(day, calendar)}, day))
        day += timedelta(days=1)
    return last


def _why_off(day: date, calendar: WorkingCalendar) -> str:
    if name := calendar.holiday(day):
        return name
    if closure := calendar.closure(day):
        title = closure.title if isinstance(closure.title, str) else pick(closure.title)
        return title or gettext("closed")
    return format_weekday(day).partition(",")[0]


def _due_in_hours(
    received: datetime, amount: float, unit: Unit, calendar: WorkingCalendar, pauses: Sequence[Pause]
) -> Deadline:
    begun = received.astimezone(UTC)
    left = timedelta(hours=amount)
    spans = (
        _running(begun, calendar) if unit is Unit.WORKING_HOURS else iter([(begun, datetime.max.replace(tzinfo=UTC))])
    )
    steps = [Step(gettext("Received"), received)]
    end = begun
    started = False
    for opens, closes in _without(spans, sorted(pauses)):
        if left <= timedelta(0):
            break
        if not started:
            started = True
            if opens > begun:
                steps.append(Step(gettext("The clock starts"), calendar.local(opens)))
        taken = min(left, closes - opens)
        left -= taken
        end = opens + taken
    for pause_begins, pause_ends in sorted(pauses):
        if begun < pause_ends and pause_begins < end:
            steps.append(Step(gettext("The clock stands still from"), calendar.local(max(pause_begins, begun))))
            steps.append(Step(gettext("The clock runs again from"), calendar.local(pause_ends)))
    local = calendar.local(end)
    steps.append(Step(gettext("Deadline"), local))
    return Deadline(local.date(), end, tuple(steps))


def _running(begun: datetime, calendar: WorkingCalendar) -> Iterator[tuple[datetime, datetime]]:
    """Yield the opening hours from a moment on, without end."""
    day = calendar.local(begun).date()
    while True:
        for opens, closes in calendar.intervals_on(day):
            if closes > begun:
                yield max(opens, begun), closes
        day = calendar.next_working_day(day + timedelta(days=1))


def _without(
    spans: Iterator[tuple[datetime, datetime]], pauses: Sequence[Pause]
) -> Iterator[tuple[datetime, datetime]]:
    for opens, closes in spans:
        at = opens
        for pause_begins, pause_ends in pauses:
            if pause_ends <= at or pause_begins >= closes:
                continue
            if pause_begins > at:
                yield at, pause_begins
            at = max(at, pause_ends)
        if at < closes:
            yield at, closes


# ------------------------------------------------------------------------------------------------------------- presets


@dataclass(frozen=True)
class Preset:
    """A usual deadline of a country, to start from. `known` tells whether a page was found that says so.

    `extension` is what may be added once, in the same unit, counted from the same anchor.
    """

    code: str
    country: str
    title: Any
    amount: float
    unit: Unit
    source: str
    extension: int = 0
    known: bool = True
    counting: Counting = USUAL

    def due(self, anchor_at: datetime, calendar: WorkingCalendar, *, extended: bool = False) -> Deadline:
        """Return the deadline by this preset, with the extension when it was granted."""
        return due(anchor_at, self.amount + (self.extension if extended else 0), self.unit, calendar, self.counting)


_H, _WH, _D, _WD, _M = Unit.HOURS, Unit.WORKING_HOURS, Unit.DAYS, Unit.WORKING_DAYS, Unit.MONTHS

PRESETS: dict[str, Preset] = {
    preset.code: preset
    for preset in (
        Preset("ro.petition", "RO", _("Petition"), 30, _D, "RL-1, RL-2", extension=15),
        Preset("ro.petition_energy", "RO", _("Petition about energy or gas"), 30, _D, "RL-1, RL-2", extension=30),
        Preset("ro.forwarding", "RO", _("Forwarding to the competent body"), 5, _D, "RL-3"),
        Preset("ro.public_information", "RO", _("Public information"), 10, _D, "RL-8", extension=20, known=False),
        Preset("rs.consumer_answer", "RS", _("Complaint: answer"), 8, _D, "RL-10"),
        Preset("rs.consumer_settlement", "RS", _("Complaint: settlement"), 15, _D, "RL-11"),
        Preset("rs.consumer_settlement_goods", "RS", _("Complaint about technical goods: settlement"), 30, _D, "RL-11"),
        Preset("rs.electricity_bill", "RS", _("Complaint about an electricity bill"), 8, _D, "RL-12"),
        Preset("rs.gas_bill", "RS", _("Complaint about a gas bill"), 15, _D, "RL-12"),
        Preset("rs.decision", "RS", _("Administrative decision"), 30, _D, "RL-13", known=False),
        Preset("rs.decision_inquiry", "RS", _("Administrative decision with inquiry"), 60, _D, "RL-13", known=False),
        Preset("rs.completion", "RS", _("Completing a submission"), 8, _D, "RL-13"),
        Preset("rs.inspection", "RS", _("Information from the inspection"), 15, _D, "RL-13"),
        Preset("rs.city_first_answer", "RS", _("First answer of a city centre"), 72, _H, "RL-13"),
        Preset("rs.municipal_first_answer", "RS", _("First answer of municipal services"), 48, _H, "RL-13"),
        Preset("pl.heat_phone", "PL", _("Heat: complaint by phone"), 12, _H, "RL-14"),
        Preset("pl.heat_written", "PL", _("Heat: written complaint"), 14, _D, "RL-14"),
        Preset("pl.heat_inquiry", "PL", _("Heat: complaint with inquiry"), 30, _D, "RL-14"),
        Preset("pl.heat_start", "PL", _("Starting or stopping the heating"), 12, _H, "RL-15"),
        Preset("pl.public_complaint", "PL", _("Complaint about a public body"), 1, _M, "RL-16"),
        Preset("pl.administrative_case", "PL", _("Administrative case"), 1, _M, "RL-17", extension=1, known=False),
        Preset("pl.consumer_complaint", "PL", _("Consumer complaint"), 14, _D, "RL-17", known=False),
        Preset("mk.petition", "MK", _("Petition"), 30, _D, "RL-18", extension=30, known=False),
        Preset("mk.consumer_complaint", "MK", _("Consumer complaint"), 8, _D, "RL-18", known=False),
        Preset("support.urgent", "", _("Support: urgent"), 0.5, _H, "RL-19", known=False),
        Preset("support.high", "", _("Support: high"), 2, _WH, "RL-19", known=False),
        Preset("support.normal", "", _("Support: normal"), 1, _WD, "RL-19", known=False),
        Preset("support.low", "", _("Support: low"), 3, _WD, "RL-19", known=False),
    )
}


def presets_for(country: str) -> tuple[Preset, ...]:
    """Return the presets of a country and those of no country."""
    return tuple(preset for preset in PRESETS.values() if preset.country in (country, ""))
