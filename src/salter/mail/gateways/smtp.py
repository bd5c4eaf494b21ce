"""Any mail server by SMTP, over one connection that stays open from mail to mail.

Address: `smtp://user:password@host:587`, `smtps://…:465`; `?tls=required|offered|off`. By default TLS is required when
a password would travel, and taken when offered otherwise. Source: RFC 5321, RFC 3463 (codes), RFC 6531 (SMTPUTF8).
"""

from __future__ import annotations

import re
import smtplib
import ssl
import time
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from salter.mail.gateways.message import to_message
from salter.mail.types import MailError, OutgoingMail

__all__ = ["SmtpGateway"]

# For each answer of the server. A mail takes at most a dozen of them, which must fit the worker's lease.
_TIMEOUT_S = 20
# Servers hang up on silence after a minute or more; a connection younger than this needs no question first.
_FRESH_S = 20
_ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")


@dataclass(frozen=True, slots=True)
class _Server:
    host: str
    port: int
    user: str
    password: str
    implicit_tls: bool
    tls: str


class SmtpGateway:
    name = "smtp"

    def __init__(self, server: _Server) -> None:
        self._server = server
        self._connection: smtplib.SMTP | None = None
        self._used_at = 0.0

    @classmethod
    def from_url(cls, url: str) -> SmtpGateway:
        """Read the address of a mail server. **Raises** ImproperlyConfigured, without the password in the text."""
        parts = urlsplit(url)
        options = parse_qs(parts.query)
        tls = options.get("tls", ["required" if parts.password else "offered"])[0]
        try:
            port = parts.port
        except ValueError:
            port = -1
        if (
            parts.scheme not in ("smtp", "smtps")
            or not parts.hostname
            or port == -1
            or tls not in ("required", "offered", "off")
        ):
            raise ImproperlyConfigured(
                "SALTER_SMTP_URL must look like smtp://user:password@host:587 or smtps://user:password@host:465, "
                "with ?tls=required, offered or off if need be."
            )
        implicit = parts.scheme == "smtps"
        return cls(
            _Server(
                host=parts.hostname,
                port=port or (465 if implicit else 587 if parts.username else 25),
                user=unquote(parts.username or ""),
                password=unquote(parts.password or ""),
                implicit_tls=implicit,
                tls=tls,
            )
        )

    def send(self, mail: OutgoingMail) -> str:
        message = to_message(mail)
        fresh = self._connection is None
        try:
            connection = self._open()
            try:
                self._envelope(connection, mail)
            except smtplib.SMTPServerDisconnected as exc:
                # A server may hang up between two mails; nothing of this one has been said yet.
                if fresh:
                    raise _down(exc) from exc
                self.close()
                connection = self._open()
                try:
                    self._envelope(connection, mail)
                except smtplib.SMTPServerDisconnected as again:
                    raise _down(again) from again
            answer = self._content(connection, message)
        except MailError:
            self._reset()
            raise
        except OSError as exc:
            # smtplib's own errors are OSErrors too: whatever is left is the server's or the line's.
            self.close()
            raise _down(exc) from exc
        self._used_at = time.monotonic()
        return answer

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.quit()
            except OSError:
                connection.close()

    def _open(self) -> smtplib.SMTP:
        if self._connection is not None:
            if time.monotonic() - self._used_at < _FRESH_S:
                return self._connection
            try:
                if self._connection.noop()[0] == 250:
                    return self._connection
            except OSError:
                pass
            self.close()
        server = self._server
        try:
            if server.implicit_tls:
                connection: smtplib.SMTP = smtplib.SMTP_SSL(
                    server.host, server.port, timeout=_TIMEOUT_S, context=ssl.create_default_context()
                )
            else:
                connection = smtplib.SMTP(server.host, server.port, timeout=_TIMEOUT_S)
        except OSError as exc:
            raise _down(exc) from exc
        try:
            connection.ehlo_or_helo_if_needed()
            if not server.implicit_tls and server.tls != "off":
                if connection.has_extn("starttls"):
                    connection.starttls(context=_starttls_context(server.tls))
                    connection.ehlo()
                elif server.tls == "required":
                    raise MailError("internal", "the mail server offers no TLS", gateway_down=True)
            if server.user:
                connection.login(server.user, server.password)
        except MailError:
            connection.close()
            raise
        except OSError as exc:
            connection.close()
            # A wrong password is ours to mend, not a fault of this mail.
            raise MailError("internal", _said(exc), gateway_down=True) from exc
        self._connection, self._used_at = connection, time.monotonic()
        return connection

    def _envelope(self, connection: smtplib.SMTP, mail: OutgoingMail) -> None:
        options = []
        if not (mail.to.isascii() and mail.sender.isascii()):
            if not connection.has_extn("smtputf8"):
                raise MailError("bad_address", "the mail server takes no addresses beyond ASCII", permanent=True)
            options = ["SMTPUTF8", "BODY=8BITMIME"]
        code, text = connection.mail(mail.sender, options)
        if code != 250:
            # Our own address was refused, or the server has no time: every mail would fare alike.
            raise MailError("internal" if code >= 500 else "unreachable", _answer(code, text), gateway_down=True)
        code, text = connection.rcpt(mail.to)
        if code not in (250, 251):
            raise _refusal(code, text)

    def _content(self, connection: smtplib.SMTP, message: EmailMessage) -> str:
        # Encoded words keep names within ASCII; only an address itself may need more.
        data = message.as_bytes(policy=SMTP if _ascii_addresses(message) else SMTPUTF8)
        try:
            code, text = connection.data(data)
        except smtplib.SMTPDataError as exc:
            raise _refusal(exc.smtp_code, exc.smtp_error) from exc
        except OSError as exc:
            self.close()
            raise MailError("unreachable", _said(exc), uncertain=True) from exc
        if code != 250:
            raise _refusal(code, text)
        return _answer(code, text)

    def _reset(self) -> None:
        """After a refusal the connection is still good, unless it isn't."""
        if self._connection is not None:
            try:
                self._connection.rset()
                self._used_at = time.monotonic()
            except OSError:
                self.close()


def _ascii_addresses(message: EmailMessage) -> bool:
    return all(address.addr_spec.isascii() for name in ("From", "To") for address in message[name].addresses)


def _starttls_context(tls: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if tls == "offered":
        # Taken when offered, as between mail servers: it guards against listeners only, not against impostors.
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _down(exc: Exception) -> MailError:
    return MailError("unreachable", _said(exc), gateway_down=True)


def _said(exc: Exception) -> str:
    if isinstance(exc, smtplib.SMTPResponseException):
        return _answer(exc.smtp_code, exc.smtp_error)
    return f"{type(exc).__name__}: {exc}"[:400]


def _answer(code: int, text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code} {' '.join(words.split())}"[:400]


def _refusal(code: int, text: bytes | str) -> MailError:
    """Read the answer to a recipient or to a mail."""
    said = _answer(code, text)
    found = _ENHANCED.search(said)
    subject, detail = (found.group(2), found.group(3)) if found else ("", "")
    if code == 421:
        return MailError("unreachable", said, gateway_down=True)
    permanent = code >= 500
    if (subject, detail) == ("2", "2") or code in (452, 552):
        return MailError("mailbox_full", said, permanent=permanent)
    if permanent and (subject, detail) in (("1", "1"), ("1", "2"), ("1", "6"), ("1", "10"), ("2", "1")):
        return MailError("no_such_address", said, permanent=True)
    if permanent and ((subject, detail) == ("1", "3") or code in (501, 553)):
        return MailError("bad_address", said, permanent=True)
    return MailError("refused" if permanent else "postponed", said, permanent=permanent)
