"""What a text message is to this app, and how sending one can fail."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Encoding", "OutgoingSms", "Parts", "SmsError"]


class Encoding(StrEnum):
    GSM7 = "gsm7"
    UCS2 = "ucs2"


@dataclass(frozen=True, slots=True)
class Parts:
    """How a text will travel. `units` are septets or 16-bit units; `left` is the room in the last part."""

    encoding: Encoding
    units: int
    count: int
    left: int


@dataclass(frozen=True, slots=True)
class OutgoingSms:
    """One message as a gateway takes it. `reference` is ours and stays the same when it is sent again."""

    reference: str
    sender: str
    to: str
    text: str


class SmsError(Exception):
    """A message was not taken. `code` is one of `notifications.types.FAILURES`, `detail` what the supplier said.

    `permanent`: trying again is of no use. `gateway_down`: the fault is not this message's, others would fail alike.
    `uncertain`: the supplier went silent after it had the whole message, so it may have taken it.
    """

    def __init__(
        self,
        code: str,
        detail: str = "",
        *,
        permanent: bool = False,
        gateway_down: bool = False,
        uncertain: bool = False,
    ) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.permanent = permanent
        self.gateway_down = gateway_down
        self.uncertain = uncertain
