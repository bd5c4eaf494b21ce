"""Signing in and the security page in a real browser: readable for all, at every width, also without scripts."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.utils import timezone

from salter.accounts import services
from salter.accounts.models import SignInAttempt, User
from tests.accounts.conftest import Letters
from tests.browser.axe import assert_accessible
from tests.cast import PASSWORD, SYSTEM, Cast, make_cast

pytestmark = [pytest.mark.journey, pytest.mark.peer("chromium", "axe")]

WINDOWS = [(1280, "light"), (1280, "dark"), (320, "light")]
OUTSIDE = ["sign-in", "sign-up", "forgotten"]
INSIDE = [
    "security", "sign-ins", "password", "email", "mobile", "landline", "prove", "not-me", "second-factor/on",
    "sign-out",
]  # fmt: skip


@pytest.fixture
def people(scratch_db: Any) -> Cast:
    return make_cast()


def look(page: Any, name: str) -> None:
    """Keep a picture where somebody asked for them."""
    if folder := os.environ.get("SALTER_PICTURES"):
        size = page.viewport_size["width"]
        page.screenshot(path=Path(folder) / f"{name.replace('/', '-')}-{size}.png", full_page=True)


def enter(page: Any, login: str = "ana@example.rs", password: str = PASSWORD, next_url: str = "/gas/") -> None:
    page.goto(f"/account/sign-in?next={next_url}")
    page.get_by_label("E-mail or phone number").fill(login)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


@pytest.mark.parametrize(("width", "scheme"), WINDOWS)
def test_pages_are_accessible(new_page: Callable[..., Any], people: Cast, width: int, scheme: str) -> None:
    page = new_page(viewport={"width": width, "height": 900}, color_scheme=scheme, locale="en-GB")
    for name in OUTSIDE:
        page.goto(f"/account/{name}?next=/gas/")
        look(page, f"{name}-{scheme}")
        assert_accessible(page)
    enter(page, password="wrong")
    assert page.locator(".errors").is_visible()
    look(page, f"refused-{scheme}")
    assert_accessible(page)
    page.goto("/account/forgotten?next=/gas/")
    page.get_by_label("E-mail or mobile number").fill("ana@example.rs")
    page.get_by_role("button", name="Send me a code").click()
    look(page, f"code-{scheme}")
    assert_accessible(page)
    enter(page, next_url="/account/security?next=/gas/")
    look(page, f"inside-{scheme}")
    assert "One was refused before" in page.locator(".banner").inner_text()
    for name in INSIDE:
        page.goto(f"/account/{name}")
        look(page, f"{name}-{scheme}")
        assert_accessible(page)


@pytest.mark.parametrize("scripts", [True, False])
def test_from_opening_an_account_to_codes_from_an_app(
    new_page: Callable[..., Any], people: Cast, letters: Letters, scripts: bool
) -> None:
    page = new_page(viewport={"width": 360, "height": 800}, java_script_enabled=scripts, locale="en-GB")
    page.goto("/account/sign-in?next=/account/security")
    page.get_by_role("link", name="Open an account").click()
    page.get_by_label("First and last name").fill("Vera Verić")
    page.get_by_label("E-mail").fill("vera@example.rs")
    page.get_by_label("Mobile number").fill("064 123 4567")
    page.get_by_label("Password").fill("Plava-lampa-7")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Code", exact=True).fill(letters.code)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Code", exact=True).fill(letters.code)
    page.get_by_role("button", name="Continue").click()
    assert page.url.endswith("/account/security")
    assert page.get_by_text("064 1234567").is_visible()
    page.get_by_role("link", name="Switch on codes from an app").click()
    look(page, f"second-factor-on-{'scripts' if scripts else 'plain'}")
    secret = page.locator("code").inner_text().replace(" ", "")
    page.get_by_label("Code", exact=True).fill(
        format_hotp_value(hotp_value(secret, int(datetime.now(UTC).timestamp()) // 30))
    )
    page.get_by_role("button", name="Switch on").click()
    codes = [code.replace(" ", "") for code in page.locator("li code").all_inner_texts()]
    assert len(codes) == 10
    look(page, f"recovery-codes-{'scripts' if scripts else 'plain'}")
    page.goto("/account/sign-out")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    enter(page, "064 123 4567", "Plava-lampa-7", "/account/security")
    page.get_by_label("Code", exact=True).fill(codes[0])
    page.get_by_role("button", name="Sign in").click()
    assert page.get_by_text("9 are left").is_visible()
    vera = User.objects.get(email="vera@example.rs")
    assert SignInAttempt.objects.filter(user=vera, outcome="success").count() == 2


def test_signing_in_by_keyboard_alone(page: Any, people: Cast) -> None:
    page.goto("/account/sign-in?next=/account/security")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.get_by_label("E-mail or phone number").focus()
    page.keyboard.type("ana@example.rs")
    page.keyboard.press("Tab")
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    page.wait_for_selector(".errors")
    # The summary takes the focus and leads to the field.
    page.wait_for_function("document.activeElement.classList.contains('errors')")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "id_password"
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/account/security")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_form_sent_after_the_session_ended_comes_back(
    new_page: Callable[..., Any], people: Cast, settings: Any, scripts: bool
) -> None:
    settings.ROOT_URLCONF = "tests.accounts.test_keep_post"
    page = new_page(viewport={"width": 1280, "height": 900}, java_script_enabled=scripts, locale="en-GB")
    enter(page, next_url="/kept/write")
    text = "Why is it & how <much>?\n\nЂ"
    page.locator("input[name=subject]").fill("My bill")
    page.locator("textarea").fill(text)
    services.end_other_sessions(actor=SYSTEM, user=people.ana, session_key=None, now=timezone.now())
    page.get_by_role("button", name="Send").click()
    page.wait_for_url("**/account/sign-in**")
    page.get_by_label("E-mail or phone number").fill("ana@example.rs")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/kept/write")
    assert page.locator("input[name=subject]").input_value() == "My bill"
    assert page.locator("textarea").input_value() == text
    assert page.get_by_text("We kept what you wrote.").is_visible()
