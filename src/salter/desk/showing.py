"""Turns what the apps know into rows that the desk's templates print."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from salter.cases import selectors as cases
from salter.cases.forms import size_text
from salter.cases.types import CaseChange, Priority
from salter.lib.dates import format_date, format_datetime, format_weekday
from salter.lib.money import format_money
from salter.notifications.selectors import delivery_line
from salter.pages.language import LANGUAGES
from salter.pages.shortcuts import reverse

__all__ = [
    "bill_rows", "change_rows", "deadline_rows", "language_name", "look_rows", "message_rows", "payment_rows",
    "thread_rows",
]  # fmt: skip


def language_name(code: str) -> str:
    """Return a language's own name."""
    return LANGUAGES[code].name if code in LANGUAGES else ""


def look_rows(looks: Any) -> list[tuple[str, str, str]]:
    """Return who opened a file: name, time, purpose."""
    return [(look.actor_name, _moment(look.at), look.purpose) for look in looks]


def _moment(at: Any) -> str:
    """Day and time by the institution's clock."""
    return format_datetime(timezone.localtime(at))


def _happened(what: str, text: str) -> str:
    """Say what kind of change it was; the text alone would leave it open whether a name is a colleague or a status."""
    sentences = {
        "assigned": _("Given to: %(text)s"),
        "priority": _("Priority: %(text)s"),
        "deadline": _("Deadline: %(text)s"),
        "status": _("Status: %(text)s"),
        "opened": _("Opened: %(text)s"),
    }
    if what == "priority" and text in Priority.values:
        text = str(Priority(text).label)
    return sentences[what] % {"text": text or _("nobody yet")} if what in sentences else text


def change_rows(changes: tuple[CaseChange, ...]) -> list[dict[str, Any]]:
    """Return what happened meanwhile, for the one who came second: who, when, and the whole of what was written."""
    return [
        {
            "who": change.who,
            "when": _moment(change.at),
            "kind": "note" if change.is_note else "theirs",
            "text": _happened(change.what, change.text),
            "is_words": change.what in ("message", "note"),
        }
        for change in changes
    ]


def thread_rows(request: Any, case: Any, items: Any) -> list[dict[str, Any]]:
    """Return the conversation: messages with files and deliveries, and what happened between them."""
    rows: list[dict[str, Any]] = []
    for item in items:
        if item.message is None:
            who = item.entry.actor_name if item.entry.actor_role != "system" else ""
            what = _happened(item.entry.what, cases.text_of_change(item.entry))
            rows.append({"event": " · ".join(part for part in (_moment(item.at), who, what) if part)})
            continue
        message = item.message
        notes = [_moment(message.created_at)]
        notes.append(_("note, the customer doesn't see it") if message.is_note else message.get_channel_display())
        rows.append(
            {
                "name": message.author_name,
                "when": " · ".join(str(part) for part in notes),
                "kind": "note" if message.is_note else "mine" if message.author == "customer" else "theirs",
                "text": message.text,
                "files": [
                    (
                        one.file.name,
                        size_text(one.file.size),
                        reverse(request, "desk:attachment", number=case.number, attachment=one.pk),
                    )
                    for one in item.attachments
                ],
                "delivery": [(line.icon, line.words, line.failed) for line in item.deliveries],
            }
        )
    return rows


def message_rows(messages: Any) -> list[dict[str, Any]]:
    """Return what was sent: subject, to whom and when, whether it arrived."""
    rows = []
    for message in messages:
        line = delivery_line(message)
        rows.append(
            {
                "subject": message.subject,
                "about": " · ".join(
                    part
                    for part in (
                        message.recipient.name if message.recipient else message.address,
                        _moment(message.created_at),
                    )
                    if part
                ),
                "words": line.words,
                "tone": "danger" if line.failed else "neutral",
            }
        )
    return rows


def bill_rows(invoices: Any, currency: str) -> list[tuple[str, str, str]]:
    """Return open bills: number, open amount, due date."""
    return [
        (row.number, format_money(row.total_minor - row.paid_minor, currency), format_date(row.due_on))
        for row in invoices
    ]


def payment_rows(payments: Any, currency: str) -> list[tuple[str, str, str]]:
    """Return payments: day, amount, way."""
    return [
        (format_date(row.paid_on), format_money(row.amount_minor, currency), str(row.get_method_display()))
        for row in payments
    ]


def deadline_rows(deadline: Any) -> list[tuple[str, str]]:
    """Return how a deadline came about: what counts, and the day or hour that it leads to."""
    if deadline is None:
        return []
    return [
        (step.label, format_weekday(step.on) if step.on else _moment(step.at) if step.at else "")
        for step in deadline.steps
    ]
