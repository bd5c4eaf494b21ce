"""Reads that combine several apps for the citizen's pages."""

from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING
from uuid import UUID

from salter.institutions.models import Institution
from salter.institutions.selectors import list_working_intervals, today
from salter.parties.selectors import list_representations_of_person
from salter.staff.selectors import memberships_of

if TYPE_CHECKING:
    from salter.parties.models import Party

__all__ = ["DayHours", "OwnCounter", "opening_hours", "own_counters"]


@dataclass(frozen=True, slots=True)
class OwnCounter:
    """A counter where the person is known: whom he acts for there, and whether he works there."""

    institution: Institution
    parties: "tuple[Party, ...]"
    works_here: bool


@dataclass(frozen=True, slots=True)
class DayHours:
    """The opening hours of one weekday (0 is Monday); empty when closed."""

    weekday: int
    intervals: tuple[tuple[time, time], ...]


def own_counters(user_id: UUID, now: datetime) -> list[OwnCounter]:
    """Return every counter where the person acts for somebody or works, by address."""
    parties: dict[UUID, list[Party]] = {}
    institutions: dict[UUID, Institution] = {}
    # The widest calendar day of our time zones; the exact one is checked when the counter is opened.
    for representation in list_representations_of_person(user_id=user_id, today=now.date()):
        institutions[representation.institution_id] = representation.institution
        parties.setdefault(representation.institution_id, []).append(representation.party)
    works = set()
    for membership in memberships_of(user_id=user_id, today=now.date()):
        institutions[membership.institution_id] = membership.institution
        works.add(membership.institution_id)
    return [
        OwnCounter(institution, tuple(parties.get(key, ())), key in works)
        for key, institution in sorted(institutions.items(), key=lambda item: item[1].slug)
    ]


def opening_hours(institution: Institution, now: datetime) -> list[DayHours]:
    """Return the week in force today, Monday first; empty when none was entered."""
    day = today(institution, now)
    rows = [row for row in list_working_intervals(institution) if row.valid_from <= day]
    if not rows:
        return []
    newest = max(row.valid_from for row in rows)
    week: dict[int, list[tuple[time, time]]] = {weekday: [] for weekday in range(7)}
    for row in rows:
        if row.valid_from == newest:
            week[row.weekday].append((row.opens_at, row.closes_at))
    return [DayHours(weekday, tuple(intervals)) for weekday, intervals in week.items()]
