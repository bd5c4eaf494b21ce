"""The local mailbox: what an installation without a mail server sends can be read at `/_mailbox/` in a demo.

Addresses that begin so behave like a mail server's bad days, for demos and tests:
`bounce@` does not exist, `full@` has no room, `later@` asks to try again, `down@` stands for a server that is down.
"""

from salter.mail.gateways.message import to_message
from salter.mail.models import StoredMail
from salter.mail.types import MailError, OutgoingMail

__all__ = ["MailboxGateway"]


class MailboxGateway:
    name = "mailbox"

    def send(self, mail: OutgoingMail) -> str:
        message = to_message(mail)
        user = mail.to.partition("@")[0].lower()
        if user == "bounce":
            raise MailError("no_such_address", "550 5.1.1 mailbox: no such user", permanent=True)
        if user == "full":
            raise MailError("mailbox_full", "452 4.2.2 mailbox: no room")
        if user == "later":
            raise MailError("postponed", "451 4.7.1 mailbox: greylisted")
        if user == "down":
            raise MailError("unreachable", "mailbox: no connection", gateway_down=True)
        row = StoredMail.objects.create(
            message_id=mail.message_id,
            sender=str(message["From"])[:320],
            to=mail.to,
            subject=str(message["Subject"])[:300],
            text=mail.text,
            html=mail.html,
            headers=dict(message.items()),
        )
        return str(row.pk)

    def close(self) -> None:
        """Nothing is held open."""
