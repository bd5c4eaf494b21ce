"""System checks: a wrong mail address of the installation is told at the start, not by the first mail."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured

from salter.mail import gateways
from salter.mail.gateways.message import check_address
from salter.mail.types import MailError

__all__ = ["check_mail"]


def check_mail(**kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    try:
        gateways.current()
    except ImproperlyConfigured as wrong:
        found.append(
            Error(str(wrong), hint="Leave SALTER_SMTP_URL empty for the local mailbox.", id="salter.mail.E001")
        )
    try:
        check_address(settings.SALTER_MAIL_FROM)
    except MailError:
        found.append(
            Error(
                f"SALTER_MAIL_FROM is not an e-mail address: {settings.SALTER_MAIL_FROM!r}.",
                hint="Give the bare address, such as counter@example.rs; the counter's name is put before it.",
                id="salter.mail.E002",
            )
        )
    return found
