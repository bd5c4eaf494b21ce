"""How a text message leaves. A supplier is one module here; `SALTER_SMS_GATEWAY` names the one in use.

To add a supplier: a class with the three members below, its name in `_GATEWAYS`, and its entry in
`tests/contracts/test_sms_gateways.py`, which holds every gateway to the same suite.
"""

from importlib import import_module
from typing import Protocol, runtime_checkable

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from salter.sms.types import OutgoingSms

__all__ = ["SmsGateway", "current"]

_GATEWAYS = {"console": "salter.sms.gateways.console.ConsoleGateway"}


@runtime_checkable
class SmsGateway(Protocol):
    """Takes messages, one at a time."""

    name: str

    def send(self, sms: OutgoingSms) -> str:
        """Hand one message over and return the supplier's reference. **Raises** SmsError."""
        ...

    def close(self) -> None:
        """Let go of any connection. The next `send` opens one again."""
        ...


def current() -> SmsGateway:
    """Make the gateway of this installation. **Raises** ImproperlyConfigured for a name that is none."""
    name = getattr(settings, "SALTER_SMS_GATEWAY", "") or "console"
    if name not in _GATEWAYS:
        raise ImproperlyConfigured(f"SALTER_SMS_GATEWAY is {name!r}; known are {', '.join(sorted(_GATEWAYS))}.")
    module, _dot, class_name = _GATEWAYS[name].rpartition(".")
    gateway: SmsGateway = getattr(import_module(module), class_name)()
    return gateway
