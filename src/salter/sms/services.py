"""Door: a text message comes in (VC-13)."""

from datetime import datetime

from django.db import transaction

from salter.sms.events import message_received
from salter.sms.models import StoredSms
from salter.sms.rules import parts

__all__ = ["receive"]


def receive(*, sender: str, to: str, text: str, now: datetime, reference: str = "") -> StoredSms:
    """Store a message that somebody sent us and announce it. A supplier's gateway calls this for each one."""
    counted = parts(text)
    with transaction.atomic():
        row = StoredSms.objects.create(
            direction=StoredSms.IN,
            reference=reference[:80],
            sender=sender[:30],
            to=to[:30],
            text=text,
            encoding=counted.encoding,
            parts=counted.count,
        )
        message_received.send(StoredSms, message=row, from_number=sender, to_number=to, text=text, now=now)
    return row
