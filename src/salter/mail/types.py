"""What a mail is to this app, and how sending one can fail."""

from dataclasses import dataclass, field

__all__ = ["MailError", "OutgoingMail"]


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """One mail as a gateway takes it. `message_id` is ours, with brackets, and stays the same when it is sent again."""

    message_id: str
    sender: str
    to: str
    subject: str
    text: str
    html: str = ""
    sender_name: str = ""
    reply_to: str = ""
    headers: dict[str, str] = field(default_factory=dict)


class MailError(Exception):
    """A mail was not taken. `code` is one of `notifications.types.FAILURES`, `detail` what the server said.

    `permanent`: trying again is of no use. `gateway_down`: the fault is not this mail's, others would fail alike.
    `uncertain`: the server went silent after it had the whole mail, so it may have taken it.
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
