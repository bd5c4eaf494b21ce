"""How a mail leaves: by the mail server of `SALTER_SMTP_URL`, else into the local mailbox.

To add a supplier: a class with the three members below, a scheme of its address in `current`, and an entry in
`tests/contracts/test_mail_gateways.py`, which holds every gateway to the same suite.
"""

from typing import Protocol, runtime_checkable

from django.conf import settings

from salter.mail.types import OutgoingMail

__all__ = ["MailGateway", "current"]


@runtime_checkable
class MailGateway(Protocol):
    """Takes mails, one at a time."""

    name: str

    def send(self, mail: OutgoingMail) -> str:
        """Hand one mail over and return what the other side said. **Raises** MailError."""
        ...

    def close(self) -> None:
        """Let go of any connection. The next `send` opens one again."""
        ...


def current() -> MailGateway:
    """Make the gateway of this installation. **Raises** ImproperlyConfigured for an address that is none."""
    from salter.mail.gateways.mailbox import MailboxGateway
    from salter.mail.gateways.smtp import SmtpGateway

    if settings.SALTER_SMTP_URL:
        return SmtpGateway.from_url(settings.SALTER_SMTP_URL)
    return MailboxGateway()
