"""Which language a page is in."""

import pytest
from django.test import Client

from salter.institutions.models import Institution
from salter.pages import events
from salter.pages.language import LANGUAGES, choose_language, html_lang, offered_languages

ALL = ["en", "sr-latn", "sr", "ro", "pl", "mk"]


@pytest.mark.parametrize(
    ("accepted", "default", "expected"),
    [
        ("sr", "sr-latn", "sr-latn"),
        ("sr-RS", "sr-latn", "sr-latn"),
        ("sr", "sr", "sr"),
        ("sr-RS,sr;q=0.9,en;q=0.8", "sr", "sr"),
        ("sr-Latn-RS", "sr", "sr-latn"),
        ("sr-Cyrl-RS", "sr-latn", "sr"),
        ("sr", "pl", "sr-latn"),
        ("hr-HR", "sr", "sr-latn"),
        ("bs", "sr", "sr-latn"),
        ("pl-PL,pl;q=0.9", "sr-latn", "pl"),
        ("mk", "sr-latn", "mk"),
        ("de-DE,ro;q=0.5", "sr-latn", "ro"),
        ("en-US", "sr-latn", "en"),
        ("de", "sr", "sr"),
        ("*", "ro", "ro"),
        ("", "pl", "pl"),
        (";;;,,", "pl", "pl"),
        ("x" * 5000, "pl", "pl"),
    ],
)
def test_what_the_browser_asks_for(accepted: str, default: str, expected: str):
    institution = Institution(languages=ALL, default_language=default)
    assert choose_language(chosen="", accepted=accepted, institution=institution) == expected


def test_a_choice_stands_before_the_browser_and_nonsense_counts_for_nothing():
    institution = Institution(languages=["sr", "en"], default_language="sr")
    assert choose_language(chosen="en", accepted="sr", institution=institution) == "en"
    assert choose_language(chosen="pl", accepted="en", institution=institution) == "en"
    assert choose_language(chosen="<script>", accepted="", institution=institution) == "sr"


def test_a_platform_page_offers_all_languages():
    assert [language.code for language in offered_languages(None)] == list(LANGUAGES)


@pytest.mark.parametrize(("code", "tag"), [("sr", "sr-Cyrl"), ("sr-latn", "sr-Latn"), ("pl", "pl")])
def test_the_tag_for_screen_readers(code: str, tag: str):
    assert html_lang(code) == tag


@pytest.mark.django_db
class TestSwitch:
    def test_keeps_the_choice_and_comes_back(self, client: Client):
        told = []
        receiver = lambda **kwargs: told.append(kwargs["language"])  # noqa: E731
        events.language_chosen.connect(receiver)
        answer = client.post("/language", {"language": "pl", "next": "/gas/bills/?sort=-total"})
        events.language_chosen.disconnect(receiver)
        assert (answer.status_code, answer["Location"]) == (302, "/gas/bills/?sort=-total")
        assert client.cookies["salter_language"].value == "pl"
        assert told == ["pl"]

    @pytest.mark.parametrize(
        "target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "", "\\\\evil"]
    )
    def test_leads_nowhere_else(self, client: Client, target: str):
        answer = client.post("/language", {"language": "pl", "next": target})
        assert answer["Location"] == "/"

    def test_an_unknown_language_changes_nothing(self, client: Client):
        answer = client.post("/language", {"language": "tlh", "next": "/"})
        assert answer.status_code == 302
        assert "salter_language" not in client.cookies

    def test_a_link_can_not_switch(self, client: Client):
        assert client.get("/language?language=pl").status_code == 405

    def test_a_foreign_page_can_not_switch(self):
        assert Client(enforce_csrf_checks=True).post("/language", {"language": "pl"}).status_code == 403
