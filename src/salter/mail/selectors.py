"""Door: whether the local mailbox is shown."""

from django.conf import settings

__all__ = ["mailbox_is_shown"]


def mailbox_is_shown() -> bool:
    """Only in a demo, and only while no mail server takes the mails: there are codes in them."""
    return bool(settings.SALTER_DEMO and not settings.SALTER_SMTP_URL)
