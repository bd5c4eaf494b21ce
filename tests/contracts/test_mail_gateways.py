"""Every mail gateway keeps the same promises."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from salter.mail.gateways import MailGateway
from salter.mail.gateways.console import ConsoleGateway
from salter.mail.gateways.mailbox import MailboxGateway
from salter.mail.gateways.smtp import SmtpGateway
from salter.mail.models import StoredMail
from salter.mail.types import MailError, OutgoingMail
from tests.mail.server import Mailserver

pytestmark = pytest.mark.django_db

MAIL = OutgoingMail(
    message_id="<1@example.rs>",
    sender="salter@example.rs",
    sender_name="Мој гас, „Равница”",
    to="ana@example.rs",
    subject="Račun",
    text="Ţară",
    html="<p>Ţară</p>",
    headers={"List-Unsubscribe": "<https://example.rs/x>"},
)
Ids = Callable[[], list[str]]


@pytest.fixture(params=["console", "mailbox", "smtp"])
def gateway(request: pytest.FixtureRequest) -> Iterator[tuple[MailGateway, Ids]]:
    if request.param == "console":
        console = ConsoleGateway()
        yield console, lambda: [sent.message_id for sent in console.sent]
    elif request.param == "mailbox":
        yield MailboxGateway(), lambda: list(StoredMail.objects.order_by("id").values_list("message_id", flat=True))
    else:
        with Mailserver() as server:
            found = SmtpGateway.from_url(server.url)
            yield found, server.message_ids
            found.close()


def test_is_a_gateway(gateway: tuple[MailGateway, Ids]) -> None:
    assert isinstance(gateway[0], MailGateway)
    assert gateway[0].name


def test_sends(gateway: tuple[MailGateway, Ids]) -> None:
    assert gateway[0].send(MAIL)
    assert gateway[1]() == ["<1@example.rs>"]


def test_sent_twice_keeps_its_message_id(gateway: tuple[MailGateway, Ids]) -> None:
    gateway[0].send(MAIL)
    gateway[0].send(MAIL)
    assert gateway[1]() == ["<1@example.rs>"] * 2


@pytest.mark.parametrize("address", ["", "ana", "@example.rs", "ana@", "a b@example.rs", "ana@example.rs\nBcc: x@y.rs"])
def test_wrong_address_is_refused_for_good(gateway: tuple[MailGateway, Ids], address: str) -> None:
    with pytest.raises(MailError) as refused:
        gateway[0].send(replace(MAIL, to=address))
    assert refused.value.permanent
    assert refused.value.code == "bad_address"
    gateway[0].send(MAIL)
    assert len(gateway[1]()) == 1


def test_close_is_not_the_end(gateway: tuple[MailGateway, Ids]) -> None:
    gateway[0].close()
    gateway[0].send(MAIL)
    gateway[0].close()
    gateway[0].close()
    gateway[0].send(replace(MAIL, message_id="<2@example.rs>"))
    assert gateway[1]() == ["<1@example.rs>", "<2@example.rs>"]


def test_console_fails_when_told() -> None:
    console = ConsoleGateway()
    console.fail_next(MailError("postponed"))
    with pytest.raises(MailError):
        console.send(MAIL)
    console.send(MAIL)
    assert len(console.sent) == 1


@pytest.mark.parametrize(
    ("user", "code", "permanent", "down"),
    [
        ("bounce", "no_such_address", True, False),
        ("full", "mailbox_full", False, False),
        ("later", "postponed", False, False),
        ("down", "unreachable", False, True),
    ],
)
def test_mailbox_plays_bad_days(user: str, code: str, permanent: bool, down: bool) -> None:
    with pytest.raises(MailError) as refused:
        MailboxGateway().send(replace(MAIL, to=f"{user}@example.rs"))
    assert (refused.value.code, refused.value.permanent, refused.value.gateway_down) == (code, permanent, down)
