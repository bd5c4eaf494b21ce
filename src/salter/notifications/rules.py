"""Pure decisions of the outbox: pauses between attempts, when to give up, why a channel is left out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from salter.parties.models import Party

__all__ = ["PAUSES_MIN", "company_name_for_sms", "first_failure", "next_attempt_at"]

# Pause after the first, second… failed attempt, in minutes; the last one repeats until the message expires. The
# first is none because most refusals of mail servers are greylisting or a dropped connection.
PAUSES_MIN = (0, 1, 5, 15, 60, 120, 240, 480)

SMS_NAME_LENGTH = 30


def next_attempt_at(attempts: int, now: datetime, expires_at: datetime) -> datetime | None:
    """Return when to try again after so many attempts, or None when the message is not worth it any more."""
    pause = timedelta(minutes=PAUSES_MIN[min(max(attempts, 1), len(PAUSES_MIN)) - 1])
    again = now + pause
    return again if again < expires_at else None


def first_failure(*, no_address: bool, muted: bool, blocked: str) -> str:
    """Return the code of the reason why a channel is left out, or "" when it is not."""
    if no_address:
        return "no_address"
    if muted:
        return "muted"
    return blocked


def company_name_for_sms(party: Party | None) -> str:
    """Return for which company an SMS is, short. A natural person's name never goes by SMS (RL-116)."""
    if party is None or party.kind == "person":
        return ""
    return party.name[:SMS_NAME_LENGTH].strip()
