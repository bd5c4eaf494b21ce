"""The double of a supplier: messages go to the console phone, `/_phone/` in a demo.

Numbers that end so behave like a supplier's bad days, for demos and tests:
000 is refused for good, 001 is a phone that is switched off, 002 stands for a supplier that is down.
"""

import re

from salter.sms.models import StoredSms
from salter.sms.rules import parts
from salter.sms.types import OutgoingSms, SmsError

__all__ = ["ConsoleGateway"]

_NUMBER = re.compile(r"^\+?[0-9]{6,15}$")


class ConsoleGateway:
    name = "console"

    def send(self, sms: OutgoingSms) -> str:
        if not _NUMBER.match(sms.to):
            raise SmsError("bad_number", f"not a number: {sms.to!r}", permanent=True)
        if sms.to.endswith("000"):
            raise SmsError("bad_number", "console: no such subscriber", permanent=True)
        if sms.to.endswith("001"):
            raise SmsError("unreachable", "console: phone switched off")
        if sms.to.endswith("002"):
            raise SmsError("unreachable", "console: no connection", gateway_down=True)
        counted = parts(sms.text)
        row = StoredSms.objects.create(
            reference=sms.reference,
            sender=sms.sender,
            to=sms.to,
            text=sms.text,
            encoding=counted.encoding,
            parts=counted.count,
        )
        return str(row.pk)

    def close(self) -> None:
        """Nothing is held open."""
