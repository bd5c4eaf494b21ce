"""The double for tests and for trying out: keeps what it was given in memory and fails when it is told to."""

from salter.mail.gateways.message import to_message
from salter.mail.types import MailError, OutgoingMail

__all__ = ["ConsoleGateway"]


class ConsoleGateway:
    name = "console"

    def __init__(self) -> None:
        self.sent: list[OutgoingMail] = []
        self.failures: list[MailError] = []

    def fail_next(self, error: MailError) -> None:
        """Let the next mail fail in this way."""
        self.failures.append(error)

    def send(self, mail: OutgoingMail) -> str:
        to_message(mail)
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(mail)
        return f"console {len(self.sent)}"

    def close(self) -> None:
        """Nothing is held open."""
