"""The customer's pages in a real browser: readable for all, at every width; a case handed in without JavaScript."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from salter.cases import presets, services
from salter.cases.models import Attachment, Case
from salter.documents import services as documents
from salter.staff.models import Membership
from tests.browser.axe import assert_accessible
from tests.cast import SYSTEM, Cast, make_cast

pytestmark = [pytest.mark.journey, pytest.mark.peer("chromium", "axe")]

WINDOWS = [(1280, "light"), (1280, "dark"), (320, "light")]


@pytest.fixture
def people(scratch_db: Any) -> Cast:
    cast = make_cast()
    presets.install_presets(actor=SYSTEM, institution=cast.gas, now=timezone.now())
    return cast


def waiting_case(cast: Cast) -> Case:
    """A complaint of Ana's that waits for her, with a file, an answer and its delivery."""
    now = timezone.now()
    file = documents.store_file(
        actor=cast.actor(cast.ana), institution=cast.gas, name="račun-2025-12.txt", content=b"Bill", now=now
    )
    case = services.open_case(
        actor=cast.actor(cast.ana), institution=cast.gas, kind=cast_kind(cast, "complaint_bill"), party=cast.ana_party,
        customer=cast.ana_party.customers.get(), subject="Bill of December",
        text="The bill says 4,702 m³, and the meter said 4,680.\n\nPlease correct it.", fields={"meter_state": "4680"},
        files=[file], now=now - timedelta(days=3),
    )  # fmt: skip
    clerk = cast.actor(cast.dragan, "staff")
    member = Membership.objects.get(user=cast.dragan)
    services.assign_case(actor=clerk, case=case, assignee=member, now=now - timedelta(days=2))
    services.answer(
        actor=clerk, case=case, text="Please send us a photo of the meter on which its number can be seen.",
        to_status="waiting", now=now - timedelta(days=1),
    )  # fmt: skip
    return case


def cast_kind(cast: Cast, code: str) -> Any:
    from salter.cases.selectors import find_kind

    return find_kind(cast.gas, code)


def signed_in(page: Any, user: Any) -> Any:
    client = Client()
    client.force_login(user)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "domain": "127.0.0.1", "path": "/"}]
    )
    return page


def look(page: Any, name: str) -> None:
    """Keep a picture where somebody asked for them."""
    if folder := os.environ.get("SALTER_PICTURES"):
        size = page.viewport_size["width"]
        page.screenshot(path=Path(folder) / f"cases-{name}-{size}.png", full_page=True)


@pytest.mark.parametrize(("width", "scheme"), WINDOWS)
def test_pages_are_accessible(new_page: Callable[..., Any], people: Cast, width: int, scheme: str) -> None:
    case = waiting_case(people)
    page = signed_in(new_page(viewport={"width": width, "height": 800}, color_scheme=scheme), people.ana)
    for name, path in (
        ("list", "/gas/cases/"),
        ("choose", "/gas/cases/new"),
        ("danger", "/gas/cases/new/fault"),
        ("fault", "/gas/cases/new/fault?no-danger"),
        ("complaint", "/gas/cases/new/complaint_bill"),
        ("case", f"/gas/cases/{case.number}"),
        ("withdraw", f"/gas/cases/{case.number}/withdraw"),
    ):
        page.goto(path)
        look(page, f"{name}-{scheme}")
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{name} scrolls sideways"


def test_case_is_handed_in_and_answered_without_javascript(new_page: Callable[..., Any], people: Cast) -> None:
    photo = Path(__file__).parent.parent / "documents" / "files" / "photo.heic"
    page = signed_in(new_page(java_script_enabled=False), people.ana)
    page.goto("/gas/cases/new")
    page.get_by_role("link", name="Fault report").click()
    page.get_by_role("link", name="Nobody is in danger").click()
    page.get_by_label("Photo").set_input_files(photo)
    page.get_by_label("What is wrong?").fill("It hisses.")
    page.get_by_role("button", name="Send").click()
    # Refused: what and where are missing; the words and the photo are still there.
    assert page.get_by_role("alert").is_visible()
    assert page.get_by_label("What is wrong?").input_value() == "It hisses."
    assert page.get_by_label("photo.jpg").is_checked()
    look(page, "refused")
    page.get_by_label("Something leaks").check()
    page.get_by_label("Where is it?").fill("Lipova 14")
    page.get_by_role("button", name="Send").click()
    case = Case.objects.get()
    assert page.url.endswith(f"/gas/cases/{case.number}")
    assert page.get_by_role("heading", name="It hisses.").is_visible()
    assert Attachment.objects.get().file.name == "photo.jpg"

    services.answer(
        actor=people.actor(people.dragan, "staff"), case=case, text="Which floor?", to_status="waiting",
        now=timezone.now(),
    )  # fmt: skip
    page.goto("/gas/cases/")
    assert page.get_by_text("Waiting for your answer").first.is_visible()
    page.get_by_role("link", name=case.number).click()
    page.get_by_label("Your answer").fill("The second.")
    page.get_by_role("button", name="Send the answer").click()
    assert page.get_by_text("The second.").is_visible()
    assert Case.objects.get().status.code == "in_progress"
