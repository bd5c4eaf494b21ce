"""Every SMS gateway keeps the same promises. A new supplier is added to the parameters of `gateway`."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.core.exceptions import ImproperlyConfigured

from salter.sms import gateways
from salter.sms.checks import check_sms
from salter.sms.gateways import SmsGateway
from salter.sms.gateways.console import ConsoleGateway
from salter.sms.models import StoredSms
from salter.sms.types import OutgoingSms, SmsError

pytestmark = pytest.mark.django_db

SMS = OutgoingSms(reference="r-1", sender="Moj gas", to="+381641234567", text="Račun је стигао")
Texts = Callable[[], list[str]]


@pytest.fixture(params=["console"])
def gateway(request: pytest.FixtureRequest) -> tuple[SmsGateway, Texts]:
    return ConsoleGateway(), lambda: list(StoredSms.objects.order_by("id").values_list("text", flat=True))


def test_is_a_gateway(gateway: tuple[SmsGateway, Texts]) -> None:
    assert isinstance(gateway[0], SmsGateway)
    assert gateway[0].name


def test_sends_the_very_text(gateway: tuple[SmsGateway, Texts]) -> None:
    assert gateway[0].send(SMS)
    assert gateway[1]() == [SMS.text]


@pytest.mark.parametrize("number", ["", "12", "+38164abc", "+3816412345678901", "0641234567; DROP"])
def test_wrong_number_is_refused_for_good(gateway: tuple[SmsGateway, Texts], number: str) -> None:
    with pytest.raises(SmsError) as refused:
        gateway[0].send(replace(SMS, to=number))
    assert refused.value.permanent
    assert refused.value.code == "bad_number"
    assert gateway[1]() == []


def test_close_is_not_the_end(gateway: tuple[SmsGateway, Texts]) -> None:
    gateway[0].close()
    gateway[0].send(SMS)
    gateway[0].close()
    gateway[0].close()
    gateway[0].send(SMS)
    assert len(gateway[1]()) == 2


@pytest.mark.parametrize(
    ("end", "permanent", "down"), [("000", True, False), ("001", False, False), ("002", False, True)]
)
def test_console_plays_bad_days(end: str, permanent: bool, down: bool) -> None:
    with pytest.raises(SmsError) as refused:
        ConsoleGateway().send(replace(SMS, to=f"+3816412345{end}"))
    assert (refused.value.permanent, refused.value.gateway_down) == (permanent, down)


def test_console_counts_parts() -> None:
    ConsoleGateway().send(replace(SMS, text="Ж" * 71))
    row = StoredSms.objects.get()
    assert (row.encoding, row.parts, row.direction) == ("ucs2", 2, "out")


def test_unknown_gateway(settings: object) -> None:
    settings.SALTER_SMS_GATEWAY = "pigeon"  # type: ignore[attr-defined]
    with pytest.raises(ImproperlyConfigured):
        gateways.current()
    assert [found.id for found in check_sms()] == ["salter.sms.E001"]
    settings.SALTER_SMS_GATEWAY = ""  # type: ignore[attr-defined]
    assert check_sms() == []
