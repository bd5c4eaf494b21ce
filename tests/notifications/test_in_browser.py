"""The person's messages, the mailbox and the phone in a real browser: readable for all, at every width."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from salter.mail.models import StoredMail
from salter.notifications import links, services
from salter.notifications.worker import deliver_due
from tests.browser.axe import assert_accessible
from tests.cast import SYSTEM, Cast, make_cast

pytestmark = [pytest.mark.journey, pytest.mark.peer("chromium", "axe")]

WINDOWS = [(1280, "light"), (1280, "dark"), (320, "light")]


@pytest.fixture
def people(scratch_db: Any, templates: None, settings: Any) -> Cast:
    settings.SALTER_DEMO = True
    settings.SALTER_SMTP_URL = ""
    cast = make_cast()
    cast.ana.phone, cast.ana.phone_verified = "+38164123000", True
    cast.ana.save()
    return cast


def tell(cast: Cast) -> list[Any]:
    return services.notify(
        institution=cast.gas, template="test.answered", user=cast.ana, party=cast.ljiljan,
        context={"number": "P-77", "amount": "5"}, path="/gas/messages/", now=timezone.now(),
    )  # fmt: skip


def signed_in(page: Any, cast: Cast) -> Any:
    client = Client()
    client.force_login(cast.ana)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "domain": "127.0.0.1", "path": "/"}]
    )
    return page


def look(page: Any, name: str) -> None:
    """Keep a picture where somebody asked for them."""
    if folder := os.environ.get("SALTER_PICTURES"):
        size = page.viewport_size["width"]
        page.screenshot(path=Path(folder) / f"{name}-{size}.png", full_page=True)


@pytest.mark.parametrize(("width", "scheme"), WINDOWS)
def test_pages_are_accessible(new_page: Callable[..., Any], people: Cast, width: int, scheme: str) -> None:
    message = tell(people)[0]
    deliver_due()
    tell(people)
    services.set_preference(actor=SYSTEM, user=people.ana, email=False, sms=True, sms_letters=False, now=timezone.now())
    page = signed_in(new_page(viewport={"width": width, "height": 900}, color_scheme=scheme, locale="en-GB"), people)
    mail = StoredMail.objects.get()
    unsubscribe = links.unsubscribe_url(people.gas, address="ana@example.rs", user_id=people.ana.pk)
    for name, path in {
        "messages": "/gas/messages/",
        "message": f"/gas/messages/{message.pk}",
        "preferences": "/gas/messages/preferences",
        "unsubscribe": "/" + unsubscribe.split("/", 3)[3],
        "mailbox": "/_mailbox/",
        "mail": f"/_mailbox/{mail.pk}",
        "letter": f"/_mailbox/{mail.pk}/letter",
        "phone": "/_phone/",
    }.items():
        page.goto(path)
        look(page, f"{name}-{scheme}")
        assert_accessible(page)


def test_phone_is_accessible_and_answers(new_page: Callable[..., Any], people: Cast) -> None:
    people.ana.phone = "+381641234567"
    people.ana.save()
    tell(people)
    deliver_due()
    page = new_page(viewport={"width": 320, "height": 700}, locale="en-GB")
    page.goto("/_phone/")
    page.get_by_role("link", name="+381641234567").click()
    assert_accessible(page)
    page.get_by_label("Answer from this phone").fill("STANJE")
    page.get_by_role("button", name="Send").click()
    page.get_by_text("STANJE").wait_for()
    look(page, "phone-number")


def test_failed_sms_leads_to_the_cure_without_script(new_page: Callable[..., Any], people: Cast) -> None:
    tell(people)
    deliver_due()
    page = signed_in(new_page(java_script_enabled=False, locale="en-GB"), people)
    page.goto("/gas/messages/")
    page.get_by_role("link", name="P-77: we have answered").click()
    page.get_by_text("SMS: not delivered. Wrong number.").wait_for()
    assert page.get_by_role("link", name="Correct the number").get_attribute("href") == "/account/mobile"
    page.get_by_role("button", name="This number is right").click()
    page.get_by_text("We will write to this address again.").wait_for()


def test_preferences_are_kept(new_page: Callable[..., Any], people: Cast) -> None:
    page = signed_in(new_page(locale="en-GB"), people)
    page.goto("/gas/messages/preferences")
    page.get_by_label("By SMS").uncheck()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Your choice is saved.").wait_for()
    assert not page.get_by_label("By SMS").is_checked()
    assert page.get_by_label("By e-mail").is_checked()
