"""Counting uses of limited things in the database, before the thing itself is done."""

from datetime import datetime

from django.db import transaction

from salter.accounts import vault
from salter.accounts.models import Throttle
from salter.accounts.rules import LIMITS, is_forgotten, pause_after
from salter.accounts.types import Paused

__all__ = ["clear", "give_back", "take"]


def _key(kind: str, subject: str) -> str:
    return f"{kind}:{vault.digest(subject, label=kind)}"


def take(kind: str, subject: str, now: datetime) -> int:
    """Count one use and return how many there were within the window. **Raises** Paused, then nothing is counted.

    The row is locked: of many attempts at once each is counted before any of them is checked.
    """
    limit, key = LIMITS[kind], _key(kind, subject)
    with transaction.atomic():
        Throttle.objects.bulk_create([Throttle(key=key, last_used_at=now)], ignore_conflicts=True)
        row = Throttle.objects.select_for_update().get(pk=key)
        if row.paused_until and row.paused_until > now:
            raise Paused(row.paused_until, now)
        row.uses = 1 if is_forgotten(limit, row.last_used_at, now) else row.uses + 1
        pause = pause_after(limit, row.uses)
        row.paused_until = now + pause if pause else None
        row.last_used_at = now
        row.save(update_fields=["uses", "paused_until", "last_used_at"])
        return row.uses


def give_back(kind: str, subject: str) -> None:
    """Undo one use: the attempt was right. Others of the same subject keep counting."""
    with transaction.atomic():
        row = Throttle.objects.select_for_update().filter(pk=_key(kind, subject)).first()
        if row and row.uses:
            row.uses -= 1
            row.paused_until = None
            row.save(update_fields=["uses", "paused_until"])


def clear(kind: str, subject: str) -> None:
    """Forget all uses of a subject."""
    Throttle.objects.filter(pk=_key(kind, subject)).delete()
