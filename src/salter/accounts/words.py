"""Sign-ins and devices as a reader is told of them."""

from django.utils import timezone
from django.utils.translation import gettext as _

from salter.accounts.models import SignInAttempt
from salter.accounts.types import Device
from salter.lib import dates

__all__ = ["attempt_in_words", "device_in_words"]


def device_in_words(device: Device) -> str:
    """Return "Phone: Chrome, Android"."""
    if not device.words:
        return str(device.kind.label)
    return _("%(kind)s: %(browser)s") % {"kind": device.kind.label, "browser": device.words}


def attempt_in_words(attempt: SignInAttempt) -> str:
    """Return time, device and address of an attempt in one phrase."""
    return _("%(when)s, %(device)s, from %(address)s") % {
        "when": dates.format_datetime(timezone.localtime(attempt.at)),
        "device": device_in_words(attempt.seen_with),
        "address": attempt.address or "–",
    }
