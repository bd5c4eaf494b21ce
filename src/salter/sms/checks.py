"""System check: an SMS supplier that we don't have is told at the start."""

from typing import Any

from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured

from salter.sms import gateways

__all__ = ["check_sms"]


def check_sms(**kwargs: Any) -> list[CheckMessage]:
    try:
        gateways.current()
    except ImproperlyConfigured as wrong:
        return [Error(str(wrong), hint="Leave it empty for the console phone.", id="salter.sms.E001")]
    return []
