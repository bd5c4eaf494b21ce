"""The local mailbox: readable in a demo without mail server, otherwise not there at all."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from salter.mail import letters
from salter.mail.gateways.mailbox import MailboxGateway
from salter.mail.models import StoredMail

pytestmark = pytest.mark.django_db


@pytest.fixture
def mail() -> StoredMail:
    letter = letters.Letter(
        reference="r1",
        to="ana@example.rs",
        language="sr",
        subject="Račun <b>",
        body="Први ред\nдруги ред\n\nhttps://example.rs/?a=1&b=2 <script>alert(1)</script>",
        counter="Мој гас",
        institution="Гас Равница",
        theme="gas",
        for_whom="Apoteka Ljiljan",
        action="Отвори",
        action_url="https://example.rs/gas/",
        contacts=("Kralja Petra 18", "021 555 018"),
        unsubscribe_url="https://example.rs/u",
    )
    MailboxGateway().send(letters.compose(letter))
    return StoredMail.objects.get()


@pytest.fixture
def demo(settings: Any) -> None:
    settings.SALTER_DEMO = True
    settings.SALTER_SMTP_URL = ""


@pytest.mark.usefixtures("demo")
def test_mailbox_and_mail(client: Client, mail: StoredMail) -> None:
    text = client.get("/_mailbox/").content.decode()
    assert "ana@example.rs" in text
    assert "Račun &lt;b&gt;" in text
    page = client.get(f"/_mailbox/{mail.pk}").content.decode()
    assert 'href="https://example.rs/?a=1&amp;b=2"' in page
    assert "<script>alert" not in page


@pytest.mark.usefixtures("demo")
def test_letter_as_a_mail_program_shows_it(client: Client, mail: StoredMail) -> None:
    response = client.get(f"/_mailbox/{mail.pk}/letter")
    html = response.content.decode()
    assert 'lang="sr-Cyrl"' in html
    assert "Први ред<br>други ред" in html
    assert "<script>alert" not in html
    policy = response["Content-Security-Policy"]
    assert "'unsafe-inline'" in policy
    assert "script-src 'none'" in policy


def test_letter_says_the_same_in_text_and_html(mail: StoredMail) -> None:
    for wanted in (
        "Apoteka Ljiljan",
        "Први ред",
        "Отвори",
        "https://example.rs/gas/",
        "021 555 018",
        "https://example.rs/u",
    ):
        assert wanted in mail.text
        assert wanted in mail.html
    assert mail.headers["Content-Language"] == "sr-Cyrl"
    assert mail.headers["List-Unsubscribe"] == "<https://example.rs/u>"


@pytest.mark.usefixtures("demo")
def test_not_there(client: Client, mail: StoredMail) -> None:
    for path in (f"/_mailbox/{uuid4()}", f"/_mailbox/{uuid4()}/letter", "/_mailbox/x"):
        assert client.get(path).status_code == 404
    assert client.post("/_mailbox/").status_code == 405


@pytest.mark.parametrize(("is_demo", "smtp"), [(False, ""), (True, "smtp://127.0.0.1"), (False, "smtp://127.0.0.1")])
def test_hidden_outside_a_demo_and_beside_a_mail_server(
    client: Client, mail: StoredMail, settings: Any, is_demo: bool, smtp: str
) -> None:
    settings.SALTER_DEMO, settings.SALTER_SMTP_URL = is_demo, smtp
    for path in ("/_mailbox/", f"/_mailbox/{mail.pk}", f"/_mailbox/{mail.pk}/letter"):
        assert client.get(path).status_code == 404
