"""The channels that a page may follow, and who may follow them.

    inbox:SLUG          a person's messages at an institution
    import:SLUG:ID      the progress of a load that he started, or may watch by his role

A change is announced by NOTIFY `salter_live` with `{"kind": "inbox", "id": USER}` or `{"kind": "import", "id": JOB}`.
"""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from salter.imports import selectors as imports
from salter.institutions import selectors as institutions
from salter.notifications import selectors as notifications
from salter.staff import rules as staff_rules
from salter.staff import selectors as staff

if TYPE_CHECKING:
    from salter.accounts.models import User

__all__ = ["MOST_CHANNELS", "NOTIFY_CHANNEL", "announced", "state", "topic"]

NOTIFY_CHANNEL = "salter_live"  # also in the trigger of migrations/0001
MOST_CHANNELS = 10  # on one page


def announced(payload: str) -> str | None:
    """The topic that a NOTIFY speaks of; None when it isn't understood. `*` is everybody's."""
    if payload == "*":
        return payload
    try:
        message = json.loads(payload)
        return f"{message['kind']}:{message['id']}"
    except (ValueError, KeyError, TypeError):
        return None


def topic(user: User, channel: str) -> str | None:
    """What the channel is called in announcements, or None when `user` may not follow it or there is none such."""
    kind, institution, rest = _parts(channel)
    if institution is None:
        return None
    if kind == "inbox" and not rest:
        return f"inbox:{user.pk}"
    job = _job(user, institution, rest) if kind == "import" else None
    return f"import:{job.pk}" if job else None


def state(user: User, channel: str) -> str | None:
    """A word that differs whenever the channel would have woken; None as for `topic`."""
    kind, institution, rest = _parts(channel)
    if institution is None:
        return None
    if kind == "inbox" and not rest:
        return str(notifications.count_unread(user, institution))
    job = _job(user, institution, rest) if kind == "import" else None
    return f"{job.state}-{job.phase}-{job.permille}" if job else None


def _parts(channel: str) -> tuple[str, Any | None, str]:
    kind, _, rest = channel.partition(":")
    slug, _, rest = rest.partition(":")
    return kind, institutions.find_institution(slug), rest


def _job(user: User, institution: Any, text: str) -> Any | None:
    try:
        job = imports.find_job(institution, uuid.UUID(text))
    except ValueError:
        return None
    if job is None or job.started_by_id == user.pk:
        return job
    today = institutions.today(institution, timezone.now())
    membership = staff.find_membership(user_id=user.pk, institution=institution, today=today)
    return job if membership and staff_rules.may(membership.role, "imports.run") else None
