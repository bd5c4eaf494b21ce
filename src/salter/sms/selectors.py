"""Door: whether the console phone is shown, and what stands on it."""

from django.conf import settings
from django.db.models import Q, QuerySet

from salter.sms.models import StoredSms

__all__ = ["list_messages_of", "phone_is_shown"]


def phone_is_shown() -> bool:
    """Only in a demo, and only while no supplier takes the messages: there are codes in them."""
    return bool(settings.SALTER_DEMO and (getattr(settings, "SALTER_SMS_GATEWAY", "") or "console") == "console")


def list_messages_of(number: str) -> QuerySet[StoredSms]:
    """Return what one phone has received and sent, oldest first."""
    return StoredSms.objects.filter(Q(to=number) | Q(sender=number)).order_by("stored_at", "id")
