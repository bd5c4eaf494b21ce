"""Sending by a real mail server: the line is kept open, and each answer is read for what it means."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from salter.mail.checks import check_mail
from salter.mail.gateways import smtp
from salter.mail.gateways.smtp import SmtpGateway
from salter.mail.types import MailError, OutgoingMail
from tests.mail.server import Mailserver, free_port


def mail(number: int = 1, **changes: object) -> OutgoingMail:
    fields = {
        "message_id": f"<{number}@example.rs>",
        "sender": "salter@example.rs",
        "sender_name": "Мој гас",
        "to": "ana@example.rs",
        "subject": "Odgovorili smo: žuto\r\nBcc: victim@example.rs",
        "text": "Ţară, źdźbło, љубав.\n.\nЛиније са тачком.",
        "html": "<p>љубав</p>",
    }
    return OutgoingMail(**fields | changes)  # type: ignore[arg-type]


@pytest.fixture
def server() -> Iterator[Mailserver]:
    with Mailserver() as running:
        yield running


@pytest.fixture
def gateway(server: Mailserver) -> Iterator[SmtpGateway]:
    found = SmtpGateway.from_url(server.url)
    yield found
    found.close()


def test_letters_arrive_as_written(server: Mailserver, gateway: SmtpGateway) -> None:
    assert "2.0.0" in gateway.send(mail())
    (received,) = server.received
    assert received["Message-ID"] == "<1@example.rs>"
    assert received["From"].addresses[0].display_name == "Мој гас"
    assert received["Subject"] == "Odgovorili smo: žuto Bcc: victim@example.rs"
    assert received["Bcc"] is None
    assert received["Auto-Submitted"] == "auto-generated"
    text = received.get_body(("plain",))
    assert text is not None
    assert text.get_content_charset() == "utf-8"
    assert text.get_content().replace("\r\n", "\n").strip() == mail().text
    html = received.get_body(("html",))
    assert html is not None
    assert "љубав" in html.get_content()
    assert server.recipients == ["ana@example.rs"]


def test_one_connection_for_many_mails(server: Mailserver, gateway: SmtpGateway) -> None:
    for number in range(20):
        gateway.send(mail(number))
    assert len(server.received) == 20
    assert server.connections == 1


@pytest.mark.parametrize("fresh_s", [20, -1], ids=["sent at once", "asked first"])
def test_server_restarts_between_two_mails(monkeypatch: pytest.MonkeyPatch, fresh_s: int) -> None:
    monkeypatch.setattr(smtp, "_FRESH_S", fresh_s)
    server = Mailserver().start()
    gateway = SmtpGateway.from_url(server.url)
    gateway.send(mail(1))
    server.stop()
    server.start()
    gateway.send(mail(2))
    assert server.message_ids() == ["<1@example.rs>", "<2@example.rs>"]
    gateway.close()
    server.stop()


@pytest.mark.parametrize(
    ("answer", "code", "permanent", "down"),
    [
        ("550 5.1.1 no such user", "no_such_address", True, False),
        ("550 5.1.10 null MX", "no_such_address", True, False),
        ("553 5.1.3 bad syntax", "bad_address", True, False),
        ("550 5.7.1 policy", "refused", True, False),
        ("550 no", "refused", True, False),
        ("552 5.2.2 over quota", "mailbox_full", True, False),
        ("452 4.2.2 over quota", "mailbox_full", False, False),
        ("451 4.7.1 greylisted", "postponed", False, False),
        ("450 later", "postponed", False, False),
        ("421 4.3.2 closing", "unreachable", False, True),
    ],
)
def test_answers_to_the_recipient(
    server: Mailserver, gateway: SmtpGateway, answer: str, code: str, permanent: bool, down: bool
) -> None:
    server.rcpt_answers = [answer]
    with pytest.raises(MailError) as refused:
        gateway.send(mail())
    error = refused.value
    assert (error.code, error.permanent, error.gateway_down, error.uncertain) == (code, permanent, down, False)
    assert error.detail.startswith(answer[:3])
    # The line is good for the next one.
    gateway.send(mail(2))
    assert server.message_ids() == ["<2@example.rs>"]


@pytest.mark.parametrize(
    ("answer", "code", "permanent"),
    [
        ("554 5.6.0 spam", "refused", True),
        ("451 4.3.0 later", "postponed", False),
        ("552 5.3.4 big", "mailbox_full", True),
    ],
)
def test_answers_to_the_mail(server: Mailserver, gateway: SmtpGateway, answer: str, code: str, permanent: bool) -> None:
    server.data_answers = [answer]
    with pytest.raises(MailError) as refused:
        gateway.send(mail())
    assert (refused.value.code, refused.value.permanent, refused.value.uncertain) == (code, permanent, False)
    gateway.send(mail(2))
    assert server.message_ids() == ["<2@example.rs>"]


def test_nobody_there() -> None:
    with pytest.raises(MailError) as refused:
        SmtpGateway.from_url(f"smtp://127.0.0.1:{free_port()}").send(mail())
    assert (refused.value.code, refused.value.permanent, refused.value.gateway_down) == ("unreachable", False, True)


def test_silence_after_the_whole_mail_is_uncertain(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that takes the mail and never says so: we can't know."""
    monkeypatch.setattr(smtp, "_TIMEOUT_S", 1)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _address = listener.accept()
        with connection, connection.makefile("rwb") as line:

            def say(text: bytes) -> None:
                line.write(text + b"\r\n")
                line.flush()

            say(b"220 hello")
            while True:
                command = line.readline()[:4].upper()
                if command == b"DATA":
                    say(b"354 go on")
                    while line.readline().strip() != b".":
                        pass
                    line.readline()  # until the client hangs up
                    return
                say(b"250 fine")

    thread = threading.Thread(target=serve)
    thread.start()
    gateway = SmtpGateway.from_url(f"smtp://127.0.0.1:{listener.getsockname()[1]}")
    with pytest.raises(MailError) as lost:
        gateway.send(mail())
    assert (lost.value.code, lost.value.permanent, lost.value.uncertain) == ("unreachable", False, True)
    thread.join()
    listener.close()


def test_address_beyond_ascii(server: Mailserver, gateway: SmtpGateway) -> None:
    gateway.send(mail(to="љуба@example.rs"))
    assert server.recipients == ["љуба@example.rs"]
    with Mailserver(utf8=False) as plain:
        other = SmtpGateway.from_url(plain.url)
        with pytest.raises(MailError) as refused:
            other.send(mail(to="љуба@example.rs"))
        assert (refused.value.code, refused.value.permanent) == ("bad_address", True)
        other.close()


def test_tls_required_but_not_offered(server: Mailserver) -> None:
    gateway = SmtpGateway.from_url(f"{server.url}?tls=required")
    with pytest.raises(MailError) as refused:
        gateway.send(mail())
    assert (refused.value.gateway_down, refused.value.permanent) == (True, False)
    assert server.received == []


def test_wrong_password_blames_no_recipient(server: Mailserver) -> None:
    gateway = SmtpGateway.from_url(f"smtp://user:secret@127.0.0.1:{server.port}?tls=off")
    with pytest.raises(MailError) as refused:
        gateway.send(mail())
    assert (refused.value.code, refused.value.gateway_down, refused.value.permanent) == ("internal", True, False)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "url", ["http://x", "smtp://", "smtp://host:x", "smtp://host?tls=maybe", "host:25", "smtp://u:pass@host:99999"]
)
def test_wrong_addresses_of_the_server(url: str) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        SmtpGateway.from_url(url)
    assert "pass@" not in str(refused.value).replace("password@", "")


@pytest.mark.parametrize(
    ("url", "port", "tls"),
    [
        ("smtp://host", 25, "offered"),
        ("smtp://user:p%40ss@host", 587, "required"),
        ("smtps://user:pass@host", 465, "required"),
        ("smtp://host:2525?tls=off", 2525, "off"),
    ],
)
def test_addresses_of_the_server(url: str, port: int, tls: str) -> None:
    found = SmtpGateway.from_url(url)._server
    assert (found.port, found.tls) == (port, tls)
    if "%40" in url:
        assert found.password == "p@ss"


@pytest.mark.parametrize(
    ("url", "sender", "ids"),
    [
        ("", "salter@example.rs", []),
        ("smtp://127.0.0.1", "salter@example.rs", []),
        ("http://127.0.0.1", "salter@example.rs", ["salter.mail.E001"]),
        ("", "Šalter <salter@example.rs>", ["salter.mail.E002"]),
    ],
)
def test_wrong_settings_are_told_at_the_start(settings: Any, url: str, sender: str, ids: list[str]) -> None:
    settings.SALTER_SMTP_URL, settings.SALTER_MAIL_FROM = url, sender
    assert [found.id for found in check_mail()] == ids
