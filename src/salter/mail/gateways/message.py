"""From our mail to the one that travels: UTF-8, text and HTML, headers that stop automatic answers."""

from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from salter.mail.types import MailError, OutgoingMail

__all__ = ["check_address", "to_message"]


def check_address(address: str) -> Address:
    """Take an address apart. **Raises** MailError (permanent) when it is none."""
    user, _at, domain = address.rpartition("@")
    try:
        # The parser knows no letters beyond ASCII, which RFC 6531 allows.
        parsed = Address(addr_spec=address) if address.isascii() else Address(username=user, domain=domain)
    except (ValueError, IndexError, MessageError) as exc:
        raise MailError("bad_address", str(exc)[:200], permanent=True) from exc
    if not parsed.username or not parsed.domain or any(c.isspace() for c in address):
        raise MailError("bad_address", f"not an address: {address[:200]!r}", permanent=True)
    return parsed


def to_message(mail: OutgoingMail) -> EmailMessage:
    """Build the message. **Raises** MailError (permanent) when the recipient's address is none."""
    message = EmailMessage(policy=SMTP)
    sender = check_address(mail.sender)
    message["From"] = Address(_one_line(mail.sender_name), sender.username, sender.domain)
    message["To"] = check_address(mail.to)
    # A line break in a subject would start a header of its own.
    message["Subject"] = _one_line(mail.subject)
    message["Message-ID"] = mail.message_id
    if mail.reply_to:
        message["Reply-To"] = check_address(mail.reply_to)
    # RFC 3834; the second is what Exchange listens to.
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(mail.text, charset="utf-8", cte="quoted-printable")
    if mail.html:
        message.add_alternative(mail.html, subtype="html", charset="utf-8", cte="quoted-printable")
    # At the end: laying out two versions moves every Content- header into the first of them.
    for name, value in mail.headers.items():
        message[name] = _one_line(value)
    return message


def _one_line(text: str) -> str:
    return " ".join(text.split())
