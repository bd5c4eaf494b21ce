"""The console phone: what was sent to a number, and an answer from it (VC-13)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from salter.sms import events, services
from salter.sms.gateways.console import ConsoleGateway
from salter.sms.models import StoredSms
from salter.sms.types import OutgoingSms

pytestmark = pytest.mark.django_db
NUMBER = "+381641234567"
NOW = datetime(2026, 3, 5, 9, 30, tzinfo=UTC)


@pytest.fixture
def sent(settings: Any) -> None:
    settings.SALTER_DEMO = True
    ConsoleGateway().send(OutgoingSms("r", "Moj gas", NUMBER, "Racun <b>je</b> stigao"))


@pytest.fixture
def heard() -> Iterator[list[dict[str, Any]]]:
    found: list[dict[str, Any]] = []

    def listen(**announced: Any) -> None:
        found.append(announced)

    events.message_received.connect(listen)
    yield found
    events.message_received.disconnect(listen)


@pytest.mark.usefixtures("sent")
def test_phone_lists_and_shows(client: Client) -> None:
    text = client.get("/_phone/").content.decode()
    assert NUMBER in text
    assert "Racun &lt;b&gt;je&lt;/b&gt; stigao" in text
    assert "Moj gas" in client.get(f"/_phone/{NUMBER}").content.decode()


@pytest.mark.usefixtures("sent")
def test_answer_comes_in_and_is_announced(client: Client, heard: list[dict[str, Any]]) -> None:
    response = client.post(f"/_phone/{NUMBER}", {"text": "STANJE"})
    assert response.status_code == 302
    row = StoredSms.objects.get(direction="in")
    assert (row.sender, row.to, row.text, row.parts) == (NUMBER, "Moj gas", "STANJE", 1)
    assert [(one["from_number"], one["text"]) for one in heard] == [(NUMBER, "STANJE")]
    assert "STANJE" in client.get(f"/_phone/{NUMBER}").content.decode()


@pytest.mark.usefixtures("sent")
@pytest.mark.parametrize("text", ["", "   ", "x" * 919])
def test_bad_answer_is_refused(client: Client, text: str) -> None:
    response = client.post(f"/_phone/{NUMBER}", {"text": text})
    assert response.status_code == 422
    assert not StoredSms.objects.filter(direction="in").exists()


def test_receive(heard: list[dict[str, Any]]) -> None:
    row = services.receive(sender=NUMBER, to="3333", text="ОЧИТАЊЕ 123", now=NOW)
    assert (row.encoding, row.parts) == ("ucs2", 1)
    assert heard[0]["message"] == row


@pytest.mark.usefixtures("sent")
def test_unknown_number_and_wrong_method(client: Client) -> None:
    assert client.get("/_phone/+38160000").status_code == 404
    assert client.delete(f"/_phone/{NUMBER}").status_code == 405
    assert client.post("/_phone/").status_code == 405


def test_hidden_outside_a_demo(client: Client, sent: None, settings: Any) -> None:
    settings.SALTER_DEMO = False
    for path in ("/_phone/", f"/_phone/{NUMBER}"):
        assert client.get(path).status_code == 404
        assert client.post(path, {"text": "x"}).status_code == 404 if path.endswith(NUMBER) else True
