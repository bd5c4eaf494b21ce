"""The elements in a real browser: readable for all, focus where one goes on, the table as one types."""

import re
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from tests.browser.axe import assert_accessible
from tests.cast import make_institution

pytestmark = [pytest.mark.journey, pytest.mark.peer("chromium", "axe")]

WIDTHS = (1280, 360, 320)
SCHEMES = ("light", "dark")
THEMES = ("gas", "grad", "saobracaj", "toplota")


@pytest.fixture(autouse=True)
def _counters(settings, scratch_db) -> None:
    settings.ROOT_URLCONF = "tests.pages.urls"
    for theme in THEMES:
        make_institution(theme, theme=theme)


@pytest.mark.parametrize("layout", ["_look", "_desk", "_plain"])
def test_every_element_is_accessible(new_page: Callable[..., Any], layout: str):
    for width, scheme in product(WIDTHS, SCHEMES):
        page = new_page(viewport={"width": width, "height": 900}, color_scheme=scheme, locale="en-GB")
        page.goto(f"/gas/{layout}/")
        assert_accessible(page)


@pytest.mark.parametrize("theme", THEMES)
def test_every_theme_has_contrast(new_page: Callable[..., Any], theme: str):
    for scheme in SCHEMES:
        page = new_page(viewport={"width": 1280, "height": 900}, color_scheme=scheme)
        page.goto(f"/{theme}/_look/?refused=1")
        assert_accessible(page)


@pytest.mark.parametrize("kind", ["403", "500"])
def test_failures_are_accessible(new_page: Callable[..., Any], kind: str):
    # The browser reports the status as an error of its own, which is what is tried here.
    page = new_page(viewport={"width": 320, "height": 700}, color_scheme="dark")
    page.route("**/_fail/**", _as_good)
    page.goto(f"/gas/_fail/{kind}/")
    assert_accessible(page)


def _as_good(route: Any) -> None:
    route.fulfill(response=route.fetch(), status=200)


class TestTable:
    def first(self, page: Any) -> str:
        return page.locator("#samples-part tbody th").first.inner_text()

    def test_it_narrows_as_one_types_and_keeps_the_focus(self, page: Any):
        page.goto("/gas/_look/")
        box = page.get_by_role("searchbox")
        box.press_sequentially("djordje", delay=20)
        page.wait_for_url(re.compile("q=djordje"))
        page.locator("#said", has_text=re.compile("of 20$")).wait_for(state="attached")
        # Đorđe and Ђорђевић, each ten times.
        assert page.locator("#samples-part tbody tr").count() == 20
        assert page.evaluate("document.activeElement.id") == "samples-find"
        box.press_sequentially(" 02-", delay=20)
        page.wait_for_url(re.compile(r"q=djordje(\+|%20)02-"))
        box.fill("")
        page.locator("#said", has_text="1–25 of 60").wait_for(state="attached")

    def test_a_header_sorts_again_reverses_and_keeps_the_focus_and_the_search(self, page: Any):
        page.goto("/gas/_look/?q=lipova")
        for expected in ("ascending", "descending", "ascending"):
            page.locator("#samples-by-total_minor").click()
            header = page.locator(f"th[aria-sort={expected}]")
            header.wait_for()
            assert header.inner_text().strip() == "Amount"
            amounts = [
                int(re.sub(r"[^\d]", "", text)) * (-1 if "−" in text else 1)
                for text in page.locator('#samples-part tbody td[data-label="Amount"]').all_inner_texts()
            ]
            assert amounts == sorted(amounts, reverse=expected == "descending")
            assert page.evaluate("document.activeElement.id") == "samples-by-total_minor"
        assert "q=lipova" in page.url
        assert "sort=total_minor" in page.url

    def test_search_after_sorting_keeps_the_order(self, page: Any):
        page.goto("/gas/_look/")
        page.locator("#samples-by-number").click()
        page.wait_for_url(re.compile("sort=number"))
        page.get_by_role("searchbox").press_sequentially("ana", delay=10)
        page.wait_for_url(re.compile("q=ana"))
        assert "sort=number" in page.url

    def test_where_a_link_of_the_pager_is_gone_the_focus_stays_in_the_table(self, page: Any):
        page.goto("/gas/_look/?page=2")
        page.locator("#samples-part-next").focus()
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("page=3"))
        page.locator("#said", has_text="51–60 of 60").wait_for(state="attached")
        assert page.locator("#samples-part-next").count() == 0
        assert page.evaluate("document.querySelector('#samples-part').contains(document.activeElement)")

    def test_back_shows_what_was_there(self, page: Any):
        page.goto("/gas/_look/?sort=number")
        before = self.first(page)
        page.locator("#samples-part-next").click()
        page.wait_for_url(re.compile("page=2"))
        page.go_back()
        page.wait_for_url(re.compile(r"sort=number$"))
        page.locator("#samples-part tbody th", has_text=before).first.wait_for()

    def test_a_failed_request_is_told_and_the_list_stays(self, page: Any):
        page.goto("/gas/_look/")
        # htmx writes the failure that is tried here to the console, which counts as trouble elsewhere.
        page.evaluate("console.error = () => {}")
        page.route("**/_look/?*", lambda route: route.fulfill(status=404, body="gone"))
        page.locator("#samples-by-number").click()
        page.locator(".toast", has_text="The connection was interrupted").wait_for()
        assert page.locator("#samples-part tbody tr").count() == 25

    def test_a_part_that_leads_to_the_sign_in_is_not_put_into_the_table(self, page: Any):
        page.goto("/gas/_look/")
        page.route(
            "**/_look/?*",
            lambda route: (
                route.fulfill(status=302, headers={"Location": "/gas/_plain/"})
                if "hx-request" in route.request.headers
                else route.continue_()
            ),
        )
        with page.expect_navigation():
            page.locator("#samples-by-number").click()
        assert page.locator("#samples-part h1").count() == 0
        assert page.locator("h1").count() == 1

    def test_all_of_it_works_without_javascript(self, new_page: Callable[..., Any]):
        page = new_page(java_script_enabled=False, viewport={"width": 1280, "height": 900})
        page.goto("/gas/_look/")
        box = page.get_by_role("searchbox")
        box.fill("живковић")
        box.press("Enter")
        page.wait_for_url(re.compile("q="))
        assert page.locator("#samples-part tbody tr").count() == 10
        page.locator("#samples-by-number").click()
        page.wait_for_url(re.compile("sort=number"))
        assert page.get_by_role("searchbox").input_value() == "живковић"
        with page.expect_download() as download:
            page.get_by_role("link", name="CSV").click()
        assert download.value.suggested_filename.endswith(".csv")

    def test_a_phone_gets_cards_with_the_names_of_the_columns(self, new_page: Callable[..., Any]):
        page = new_page(viewport={"width": 360, "height": 800})
        page.goto("/gas/_look/")
        cell = page.locator('#samples-part td[data-label="Amount"]').first
        assert cell.evaluate("cell => getComputedStyle(cell, '::after').content") == '"Amount"'
        assert not page.locator('#samples-part td[data-label="State"]').first.is_visible()
        rows = page.get_by_role("row")
        assert rows.count() >= 26


class TestKeyboard:
    def test_the_first_stop_leads_past_the_head(self, page: Any):
        page.goto("/gas/_look/")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        assert page.evaluate("location.hash") == "#main"

    def test_a_menu_opens_and_escape_leads_back(self, page: Any):
        page.goto("/gas/_look/")
        summary = page.locator("details.pop > summary").first
        summary.focus()
        page.keyboard.press("Enter")
        assert page.get_by_role("button", name="Polski").is_visible()
        page.keyboard.press("Tab")
        page.keyboard.press("Escape")
        assert not page.get_by_role("button", name="Polski").is_visible()
        assert page.evaluate("document.activeElement.tagName") == "SUMMARY"

    def test_the_language_is_switched_and_one_stays(self, page: Any):
        page.goto("/gas/_look/?sort=number")
        page.locator("details.pop > summary").first.click()
        page.get_by_role("button", name="Српски (ћирилица)").click()
        page.wait_for_load_state()
        assert page.evaluate("document.documentElement.lang") == "sr-Cyrl"
        assert page.url.endswith("/gas/_look/?sort=number")

    @pytest.mark.parametrize("scripted", [True, False])
    def test_a_refused_form_puts_the_focus_on_its_summary(self, new_page: Callable[..., Any], scripted: bool):
        page = new_page(java_script_enabled=scripted, viewport={"width": 1280, "height": 900})
        page.goto("/gas/_look/?refused=1")
        summary = page.locator(".errors")
        assert summary.evaluate("element => element === document.activeElement")
        summary.get_by_role("link").first.click()
        assert page.locator("#id_name").evaluate("element => element === document.activeElement")


def test_a_double_click_sends_once(page: Any):
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method) if request.method == "POST" else None)
    page.goto("/gas/_look/")
    page.route("**/_look/**", lambda route: route.fulfill(status=204))
    page.get_by_role("button", name="Send", exact=True).dblclick()
    page.wait_for_timeout(300)
    assert sent == ["POST"]
