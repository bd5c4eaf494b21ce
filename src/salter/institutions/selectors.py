"""Door: reads of institutions, their settings and calendars."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.cache import cache
from django.db.models import QuerySet

from salter.institutions import models, registry, rules
from salter.institutions.models import Institution, WorkingInterval
from salter.institutions.types import UnknownInstitution
from salter.lib.deadlines import Closure, WeeklyHours, WorkingCalendar, holidays_of

__all__ = [
    "find_closure",
    "find_institution",
    "get_institution",
    "get_institution_by_id",
    "has_closed_module",
    "has_module",
    "holidays_of_year",
    "list_closures",
    "list_institutions",
    "list_working_intervals",
    "setting",
    "today",
    "working_calendar",
    "working_weeks",
]

# Every page needs its institution; a changed one is seen by the other processes within this time.
_CACHE_S = 10


def find_institution(slug: str) -> Institution | None:
    """Return the institution at /slug/, from this process's memory when it was read a moment ago."""
    if len(slug) > 40 or "\x00" in slug or slug in rules.RESERVED_SLUGS:
        # No slug of ours, and neither a key of the cache nor a text of the database. Platform pages such as /healthz
        # must answer while the database is away.
        return None
    key = f"institution:{slug}"
    found = cache.get(key)
    if found is None:
        found = Institution.objects.filter(slug=slug).first()
        if found is not None:
            cache.set(key, found, _CACHE_S)
    return found


def forget_institution(slug: str) -> None:
    """Drop the remembered row after a change."""
    cache.delete(f"institution:{slug}")


def get_institution(slug: str) -> Institution:
    """Return the institution with this slug. **Raises** UnknownInstitution."""
    found = find_institution(slug)
    if found is None:
        raise UnknownInstitution(slug)
    return found


def get_institution_by_id(institution_id: UUID) -> Institution:
    """Return the institution with this key. **Raises** UnknownInstitution."""
    found = Institution.objects.filter(pk=institution_id).first()
    if found is None:
        raise UnknownInstitution(str(institution_id))
    return found


def list_institutions() -> QuerySet[Institution]:
    return Institution.objects.order_by("slug")


def has_module(institution: Institution, code: str) -> bool:
    """Say whether the institution has this module; a code that no app declared is always on."""
    return code not in registry.modules or code in institution.modules


def has_closed_module(institution: Institution, namespaces: Iterable[str]) -> bool:
    """Say whether pages in one of these URL namespaces belong to a module that the institution has switched off."""
    wanted = set(namespaces)
    return any(
        module.owned_namespaces & wanted and not has_module(institution, module.code)
        for module in registry.modules.values()
    )


def setting(institution: Institution, key: str) -> Any:
    """Return the institution's value of a declared setting, else its default. **Raises** KeyError if undeclared."""
    declared = registry.settings[key]
    return institution.settings.get(key, declared.default)


def today(institution: Institution, now: datetime) -> date:
    """Return the calendar day at the institution."""
    return now.astimezone(ZoneInfo(institution.time_zone)).date()


def list_working_intervals(institution: Institution) -> QuerySet[WorkingInterval]:
    return WorkingInterval.objects.filter(institution=institution)


def list_closures(institution: Institution) -> QuerySet[models.Closure]:
    return models.Closure.objects.filter(institution=institution)


def find_closure(institution: Institution, closure_id: UUID) -> models.Closure | None:
    return models.Closure.objects.filter(institution=institution, pk=closure_id).first()


def holidays_of_year(institution: Institution, year: int, language: str) -> list[tuple[date, str]]:
    """Return the public holidays of the institution's country in a year, with their names."""
    return list(holidays_of(institution.country, year, language).items())


def working_weeks(institution: Institution) -> dict[date, list[list[tuple[time, time]]]]:
    """Return each working week by the day it is in force from: for Monday to Sunday its intervals, in order."""
    weeks: dict[date, list[list[tuple[time, time]]]] = {}
    for row in list_working_intervals(institution):
        weeks.setdefault(row.valid_from, [[] for _weekday in range(7)])[row.weekday].append(
            (row.opens_at, row.closes_at)
        )
    return weeks


def working_calendar(institution: Institution) -> WorkingCalendar:
    """Return the calendar that deadlines count by: weekly intervals, public holidays, own closures."""
    hours = tuple(
        WeeklyHours(valid_from, tuple(tuple(day) for day in week))
        for valid_from, week in sorted(working_weeks(institution).items())
    )
    closures = tuple(Closure(row.starts_on, row.ends_on, row.reason) for row in list_closures(institution))
    calendar = WorkingCalendar(country=institution.country, time_zone=institution.time_zone, closures=closures)
    # An institution that entered no week works as most offices do.
    return replace(calendar, hours=hours) if hours else calendar
