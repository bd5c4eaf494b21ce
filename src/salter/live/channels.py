"""The channels that a page may follow, and who may follow them.

`me` wakes when a person's inbox changes; `job:<id>` when a load of his, or of the institution he administers, goes on.
"""

from __future__ import annotations

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

__all__ = ["MOST_CHANNELS", "NOTIFY_CHANNEL", "state", "topic"]

NOTIFY_CHANNEL = "salter_live"  # also in the triggers of migrations/0001
MOST_CHANNELS = 10  # on one page


def topic(user: User, channel: str) -> str | None:
    """What NOTIFY calls the channel, or None when `user` may not follow it or there is none of this name."""
    if channel == "me":
        return f"user:{user.pk}"
    job = _job(user, channel)
    return f"job:{job.pk}" if job else None


def state(user: User, channel: str) -> str | None:
    """A word that differs whenever the channel would have woken; None as for `topic`."""
    if channel == "me":
        return str(notifications.count_unread(user))
    job = _job(user, channel)
    return f"{job.state}-{job.permille}" if job else None


def _job(user: User, channel: str) -> Any | None:
    kind, _, text = channel.partition(":")
    if kind != "job":
        return None
    try:
        job_id = uuid.UUID(text)
    except ValueError:
        return None
    job = imports.find_job(job_id)
    if job is None:
        return None
    if job.started_by_id == user.pk:
        return job
    today = institutions.today(job.institution, timezone.now())
    membership = staff.find_membership(user_id=user.pk, institution=job.institution, today=today)
    return job if membership and staff_rules.may(membership.role, "imports.run") else None
