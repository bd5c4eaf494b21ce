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

__all__ = [
    "Interval", "add_closure", "change_institution", "check_setting", "open_institution", "remove_closure",
    "remove_working_week", "set_working_week",
]  # fmt: skip

_LONGEST_TEXT = 500


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
    if "currency" in fields and fields["currency"] not in rules.CURRENCIES.values():
        raise WrongSetting("currency", _("Choose one of the offered currencies."))
    if "icon" in fields and fields["icon"] not in rules.ICONS:
        raise WrongSetting("icon", _("Choose one of the offered pictures."))
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
        check_setting(key, value)
    wrong_contacts = set(fields.get("contacts", ())) - {*rules.CONTACT_KEYS, *rules.CONTACT_TEXTS}
    if wrong_contacts:
        raise WrongSetting("contacts", _("Unknown contact: %(code)s.") % {"code": ", ".join(sorted(wrong_contacts))})
    for name in ("name", "counter_name"):
        if any(len(text) > _LONGEST_TEXT for text in fields.get(name, {}).values()):
            raise WrongSetting(name, _("This is too long. At most %(limit)s characters.") % {"limit": _LONGEST_TEXT})


def _check_names(row: Institution) -> None:
    """**Raises** WrongSetting when a reader of the first language would find no name."""
    for name in ("name", "counter_name"):
        texts = getattr(row, name)
        if texts and not texts.get(row.default_language, "").strip():
            raise WrongSetting(
                f"{name}_{row.default_language}",
                _("Write the name in the first language; it stands in for the others."),
            )


def check_setting(key: str, value: Any) -> None:
    """**Raises** WrongSetting when the value of a declared setting can't be taken."""
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
    if declared.kind == "text" and (not isinstance(value, str) or len(value) > _LONGEST_TEXT):
        raise WrongSetting(key, _("This is too long. At most %(limit)s characters.") % {"limit": _LONGEST_TEXT})
    if declared.kind == "boolean" and not isinstance(value, bool):
        raise WrongSetting(key, _("Choose yes or no."))
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
    """Change names, languages, theme, modules, contacts or settings. **Raises** WrongSetting.

    Of `settings` and `contacts` only the given keys change, so two forms never undo each other.
    """
    row = Institution.objects.select_for_update().get(pk=institution.pk)
    if "languages" in fields or "default_language" in fields:
        fields.setdefault("languages", row.languages)
        fields.setdefault("default_language", row.default_language)
    _check(fields)
    for name in ("settings", "contacts"):
        if name in fields:
            fields[name] = getattr(row, name) | fields[name]
    changed = {name: [getattr(row, name), value] for name, value in fields.items() if getattr(row, name) != value}
    if not changed:
        return row
    for name, (_old, value) in changed.items():
        setattr(row, name, value)
    if {"name", "counter_name", "default_language"} & set(changed):
        _check_names(row)
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
    """Set the working week that is in force from a day on. **Raises** WrongSetting: none given, or they overlap."""
    if not intervals:
        raise WrongSetting("day0", _("Give the hours of at least one day."))
    for weekday in range(7):
        day = sorted((i for i in intervals if i.weekday == weekday), key=lambda i: i.opens_at)
        for one in day:
            if one.closes_at <= one.opens_at:
                raise WrongSetting(f"day{weekday}", _("The end must be later than the beginning."))
        for one, following in itertools.pairwise(day):
            if following.opens_at < one.closes_at:
                raise WrongSetting(f"day{weekday}", _("The intervals of a day must not overlap."))
    _hold(institution)
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


def _hold(institution: Institution) -> None:
    """One change of a calendar at a time: two sent at once must not leave half of each."""
    Institution.objects.select_for_update().only("pk").get(pk=institution.pk)


@transaction.atomic
def remove_working_week(*, actor: Actor, institution: Institution, valid_from: date) -> None:
    """Take back a week; the one before is in force again. **Raises** WrongSetting for the only one, or for none."""
    _hold(institution)
    weeks = set(WorkingInterval.objects.filter(institution=institution).values_list("valid_from", flat=True))
    if valid_from not in weeks:
        raise WrongSetting("valid_from", _("There is no working week from this day on."))
    if len(weeks) == 1:
        raise WrongSetting("valid_from", _("This is the only working week. Change it instead."))
    WorkingInterval.objects.filter(institution=institution, valid_from=valid_from).delete()
    audit.record(
        actor=actor,
        action="institutions.remove_working_week",
        institution_id=institution.id,
        subject_kind="institution",
        subject_id=institution.id,
        subject_ref=institution.slug,
        payload={"valid_from": valid_from},
    )
    events.institution_changed.send(sender=Institution, institution=institution, changed=["calendar"])


@transaction.atomic
def add_closure(
    *, actor: Actor, institution: Institution, starts_on: date, ends_on: date, reason: dict[str, str]
) -> Closure:
    """Close for some days, both included. **Raises** WrongSetting."""
    if ends_on < starts_on:
        raise WrongSetting("ends_on", _("The last day must not be before the first."))
    if (ends_on - starts_on).days >= rules.LONGEST_CLOSURE_DAYS:
        raise WrongSetting(
            "ends_on", _("At most %(days)s days at once. Check the year.") % {"days": rules.LONGEST_CLOSURE_DAYS}
        )
    _hold(institution)
    if Closure.objects.filter(institution=institution, starts_on__lte=starts_on, ends_on__gte=ends_on).exists():
        raise WrongSetting("starts_on", _("These days are closed already."))
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
