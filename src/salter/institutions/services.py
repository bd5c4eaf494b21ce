"""Door: opening and changing institutions, their working week and closures."""

import itertools
import re
from dataclasses import dataclass
from datetime import date, time
from typing import Any
from zoneinfo import available_timezones

from django.db import transaction
from django.utils.translation import gettext as _

from salter.audit import services as audit
from salter.audit.types import Actor
from salter.institutions import events, registry, rules
from salter.institutions.models import Closure, Institution, WorkingInterval
from salter.institutions.selectors import forget_institution
from salter.institutions.types import WrongSetting

__all__ = ["Interval", "add_closure", "change_institution", "open_institution", "remove_closure", "set_working_week"]


@dataclass(frozen=True, slots=True)
class Interval:
    """One interval of the working week; `weekday` 0 is Monday."""

    weekday: int
    opens_at: time
    closes_at: time


def _check(fields: dict[str, Any]) -> None:
    """**Raises** WrongSetting for the first field that can't be right."""
    slug = fields.get("slug")
    if slug is not None:
        if not re.match(rules.SLUG_PATTERN, slug):
            raise WrongSetting("slug", _("Use 3 to 40 small letters, digits and dashes, beginning with a letter."))
        if slug in rules.RESERVED_SLUGS:
            raise WrongSetting("slug", _("This address is used by the platform itself. Choose another one."))
    if "time_zone" in fields and fields["time_zone"] not in available_timezones():
        raise WrongSetting("time_zone", _("There is no such time zone. Write it like Europe/Belgrade."))
    if "country" in fields and fields["country"] not in rules.COUNTRIES:
        raise WrongSetting("country", _("Choose one of the offered countries."))
    languages = fields.get("languages")
    if languages is not None:
        if not languages or set(languages) - set(rules.LANGUAGES):
            raise WrongSetting("languages", _("Choose at least one of the offered languages."))
        if fields.get("default_language", languages[0]) not in languages:
            raise WrongSetting("default_language", _("The first language must be one of the chosen ones."))
    if "theme" in fields and fields["theme"] not in rules.THEMES:
        raise WrongSetting("theme", _("Choose one of the offered themes."))
    unknown = set(fields.get("modules", ())) - set(registry.modules)
    if unknown:
        raise WrongSetting("modules", _("Unknown module: %(code)s.") % {"code": ", ".join(sorted(unknown))})
    for key, value in fields.get("settings", {}).items():
        _check_setting(key, value)


def _check_setting(key: str, value: Any) -> None:
    declared = registry.settings.get(key)
    if declared is None:
        raise WrongSetting(key, _("There is no such setting."))
    if declared.kind == "integer":
        if not isinstance(value, int) or isinstance(value, bool):
            raise WrongSetting(key, _("Enter a whole number."))
        if declared.minimum is not None and value < declared.minimum:
            raise WrongSetting(key, _("The smallest value is %(number)s.") % {"number": declared.minimum})
        if declared.maximum is not None and value > declared.maximum:
            raise WrongSetting(key, _("The largest value is %(number)s.") % {"number": declared.maximum})
    if declared.kind == "choice" and value not in {code for code, _label in declared.choices}:
        raise WrongSetting(key, _("Choose one of the offered values."))
    if declared.check is not None:
        try:
            declared.check(value)
        except ValueError as error:
            raise WrongSetting(key, str(error)) from error


@transaction.atomic
def open_institution(*, actor: Actor, slug: str, **fields: Any) -> Institution:
    """Add an institution. **Raises** WrongSetting, whose `field` names the input."""
    _check({"slug": slug, **fields})
    if Institution.objects.filter(slug=slug).exists():
        raise WrongSetting("slug", _("Another institution has this address already."))
    institution = Institution.objects.create(slug=slug, **fields)
    audit.record(
        actor=actor,
        action="institutions.open_institution",
        institution_id=institution.id,
        subject_kind="institution",
        subject_id=institution.id,
        subject_ref=slug,
    )
    return institution


@transaction.atomic
def change_institution(*, actor: Actor, institution: Institution, **fields: Any) -> Institution:
    """Change names, languages, theme, modules, contacts or settings. **Raises** WrongSetting."""
    row = Institution.objects.select_for_update().get(pk=institution.pk)
    if "languages" in fields:
        fields.setdefault("default_language", row.default_language)
    _check(fields)
    changed = {name: [getattr(row, name), value] for name, value in fields.items() if getattr(row, name) != value}
    if not changed:
        return row
    for name, (_old, value) in changed.items():
        setattr(row, name, value)
    row.save(update_fields=[*changed, "changed_at"])
    audit.record(
        actor=actor,
        action="institutions.change_institution",
        institution_id=row.id,
        subject_kind="institution",
        subject_id=row.id,
        subject_ref=row.slug,
        payload={"changed": changed},
    )
    events.institution_changed.send(sender=Institution, institution=row, changed=list(changed))
    transaction.on_commit(lambda: forget_institution(row.slug))
    return row


@transaction.atomic
def set_working_week(*, actor: Actor, institution: Institution, valid_from: date, intervals: list[Interval]) -> None:
    """Set the working week that is in force from a day on. **Raises** WrongSetting when intervals overlap."""
    for weekday in range(7):
        day = sorted((i for i in intervals if i.weekday == weekday), key=lambda i: i.opens_at)
        for one in day:
            if one.closes_at <= one.opens_at:
                raise WrongSetting(f"day{weekday}", _("The end must be later than the beginning."))
        for one, following in itertools.pairwise(day):
            if following.opens_at < one.closes_at:
                raise WrongSetting(f"day{weekday}", _("The intervals of a day must not overlap."))
    WorkingInterval.objects.filter(institution=institution, valid_from=valid_from).delete()
    WorkingInterval.objects.bulk_create(
        WorkingInterval(
            institution=institution,
            valid_from=valid_from,
            weekday=i.weekday,
            opens_at=i.opens_at,
            closes_at=i.closes_at,
        )
        for i in intervals
    )
    audit.record(
        actor=actor,
        action="institutions.set_working_week",
        institution_id=institution.id,
        subject_kind="institution",
        subject_id=institution.id,
        subject_ref=institution.slug,
        payload={"valid_from": valid_from, "intervals": [[i.weekday, i.opens_at, i.closes_at] for i in intervals]},
    )
    events.institution_changed.send(sender=Institution, institution=institution, changed=["calendar"])


@transaction.atomic
def add_closure(
    *, actor: Actor, institution: Institution, starts_on: date, ends_on: date, reason: dict[str, str]
) -> Closure:
    """Close for some days, both included. **Raises** WrongSetting."""
    if ends_on < starts_on:
        raise WrongSetting("ends_on", _("The last day must not be before the first."))
    closure = Closure.objects.create(institution=institution, starts_on=starts_on, ends_on=ends_on, reason=reason)
    audit.record(
        actor=actor,
        action="institutions.add_closure",
        institution_id=institution.id,
        subject_kind="closure",
        subject_id=closure.id,
        subject_ref=f"{starts_on}/{ends_on}",
    )
    events.institution_changed.send(sender=Institution, institution=institution, changed=["calendar"])
    return closure


@transaction.atomic
def remove_closure(*, actor: Actor, closure: Closure) -> None:
    """Take a closure back."""
    audit.record(
        actor=actor,
        action="institutions.remove_closure",
        institution_id=closure.institution_id,
        subject_kind="closure",
        subject_id=closure.id,
        subject_ref=f"{closure.starts_on}/{closure.ends_on}",
    )
    institution = closure.institution
    closure.delete()
    events.institution_changed.send(sender=Institution, institution=institution, changed=["calendar"])
