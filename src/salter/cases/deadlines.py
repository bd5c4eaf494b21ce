"""The deadline of a case and how it came about, kept so that every reader can follow it in his own language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext

from salter.cases.models import Kind
from salter.institutions import selectors as institutions
from salter.institutions.models import Institution
from salter.lib import deadlines
from salter.lib.languages import LANGUAGES
from salter.lib.texts import pick

__all__ = ["CaseDeadline", "StepView", "extension_step", "of_kind", "views"]


@dataclass(frozen=True, slots=True)
class CaseDeadline:
    """`steps` as they are stored: `{"labels": {language: text}, "on": ISO day}` or `"at": ISO moment`."""

    due_on: date
    due_at: datetime
    steps: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class StepView:
    """One line of the derivation. One of `on` and `at` is set, or neither for the rule itself."""

    label: str
    on: date | None = None
    at: datetime | None = None


def of_kind(kind: Kind, institution: Institution, now: datetime) -> CaseDeadline | None:
    """The deadline of a case of this kind that comes in now; None when the kind promises none. Source: RL-90."""
    if kind.deadline_amount is None:
        return None
    calendar = institutions.working_calendar(institution)
    unit = deadlines.Unit(kind.deadline_counting)
    by_language = {}
    for language in LANGUAGES:
        # A derivation is words and days: the days are the same in each language, the words are made once, here.
        with translation.override(language):
            by_language[language] = deadlines.due(now, kind.deadline_amount, unit, calendar)
    found = by_language["en"]
    steps = [
        {"labels": {language: by_language[language].steps[index].label for language in LANGUAGES}, **_value(step.value)}
        for index, step in enumerate(found.steps)
    ]
    return CaseDeadline(found.due_on, found.due_at, steps)


def _value(value: date | datetime) -> dict[str, str]:
    return {"at": value.isoformat()} if isinstance(value, datetime) else {"on": value.isoformat()}


def extension_step(due_on: date) -> dict[str, Any]:
    """The line that an extension adds to the derivation."""
    labels = {}
    for language in LANGUAGES:
        with translation.override(language):
            labels[language] = gettext("Extended until")
    return {"labels": labels, "on": due_on.isoformat()}


def views(steps: Sequence[Mapping[str, Any]], rule: Mapping[str, str]) -> tuple[StepView, ...]:
    """The stored derivation for the reader of the active language, with the rule's own words after the first line."""
    shown = [
        StepView(
            pick(step["labels"]),
            on=date.fromisoformat(step["on"]) if "on" in step else None,
            at=datetime.fromisoformat(step["at"]) if "at" in step else None,
        )
        for step in steps
    ]
    if rule and shown:
        shown.insert(1, StepView(pick(rule)))
    return tuple(shown)
