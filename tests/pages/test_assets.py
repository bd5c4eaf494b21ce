"""Vendored files are what their digests say; pages are light and carry nothing inline."""

import gzip
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.contrib.staticfiles import finders
from django.test import Client

import salter.pages
from tests.cast import make_institution

STATIC = Path(salter.pages.__file__).parent / "static" / "pages"
BUDGET = 100_000


def test_digests():
    listed = dict(reversed(line.split(maxsplit=1)) for line in (STATIC / "SHA256SUMS").read_text().splitlines())
    for name, digest in listed.items():
        assert hashlib.sha256((STATIC / name).read_bytes()).hexdigest() == digest, name
    found = {
        str(path.relative_to(STATIC))
        for folder in ("vendor", "themes", "fonts")
        for path in (STATIC / folder).iterdir()
        if path.suffix != ".LICENSE"
    }
    assert found == set(listed)


@pytest.mark.parametrize("part", ["vendor/designsystemet", "vendor/htmx", "fonts/source-sans-3"])
def test_licences_travel_with_the_files(part: str):
    assert len((STATIC / f"{part}.LICENSE").read_text()) > 300


def test_every_icon_that_templates_and_code_name_is_drawn():
    drawn = set(re.findall(r'id="i-([a-z]+)"', (STATIC / "icons.svg").read_text()))
    source = Path(salter.pages.__file__).parent.parent
    named = set()
    for path in source.rglob("*.html"):
        named |= set(re.findall(r'\bicon\("([a-z]+)"', path.read_text()))
    assert named
    assert named - drawn == set()


def test_every_template_can_be_read_and_names_elements_that_there_are():
    from django.template import engines

    environment = engines["jinja2"].env  # type: ignore[attr-defined]
    elements = environment.get_template("elements.html").module
    names = environment.list_templates(filter_func=lambda name: name.endswith(".html"))
    assert len(names) > 30
    for name in names:
        text = environment.loader.get_source(environment, name)[0]
        environment.parse(text)
        named = set(re.findall(r"(?<![\w.])el\.(\w+)\(", text))
        assert {element for element in named if not hasattr(elements, element)} == set(), name


def test_the_letters_of_our_languages_are_in_the_fonts():
    from fontTools.ttLib import TTFont

    letters: set[int] = set()
    for path in (STATIC / "fonts").glob("*.woff2"):
        letters |= set(TTFont(path).getBestCmap())
    wanted = "ĄąĆćĘęŁłŃńÓóŚśŹźŻż ĂăÂâÎîȘșȚț ČčĐđŠšŽž ЂђЈјЉљЊњЋћЏџ ЃѓЌќЅѕ „”“’–—−€№"
    assert {sign for sign in wanted if ord(sign) not in letters} <= {"№"}


class Inside(HTMLParser):
    """Collects what a page loads and what it carries inline."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.inline: list[str] = []
        self._script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "script":
            self._script = "src" not in given
            self.loads += [given["src"] or ""] if "src" in given else []
        if tag == "link" and given.get("rel") in ("stylesheet", "icon"):
            self.loads.append(given["href"] or "")
        if tag == "use":
            self.loads.append((given["href"] or "").split("#")[0])
        if tag == "style" or self._script:
            self.inline.append(tag)
        self.inline += [name for name in given if name == "style" or name.startswith("on")]

    def handle_endtag(self, tag: str) -> None:
        self._script = False


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/gas/_look/", "/gas/_desk/", "/_plain/", "/gas/_look/?refused=1", "/gas/_fail/500/"])
def test_a_page_is_light_and_carries_nothing_inline(settings, path: str):
    settings.ROOT_URLCONF = "tests.pages.urls"
    make_institution()
    answer = Client(raise_request_exception=False).get(path)
    page = answer.content
    inside = Inside()
    inside.feed(page.decode())
    assert inside.inline == []
    weight = len(gzip.compress(page))
    for address in set(inside.loads):
        assert address.startswith(django_settings.STATIC_URL), address
        found = finders.find(address.removeprefix(django_settings.STATIC_URL))
        assert isinstance(found, str), address
        weight += len(gzip.compress(Path(found).read_bytes()))
    assert weight < BUDGET
    policy = answer["Content-Security-Policy"]
    assert "unsafe" not in policy


def test_our_script_is_sound():
    """No eval, no markup made from strings: the policy would refuse it only in the browser."""
    text = (STATIC / "pages.js").read_text()
    assert not re.search(r"\beval\(|innerHTML|outerHTML|document\.write|new Function", text)
