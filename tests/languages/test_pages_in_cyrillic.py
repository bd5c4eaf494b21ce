"""Whole pages in Cyrillic: apart from what people and registers wrote, no Latin word stands on them."""

import html
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from salter.accounts.models import User
from salter.demo.load import load
from salter.institutions.models import Institution
from salter.notifications import worker
from tests.journeys.test_every_page import PAGES, Addresses
from tests.languages.test_catalogues import IN_LATIN, LATIN_WORD

# Browsers and the trail's own codes; names of languages are written in their own.
ALSO = {"Gas", "Srpski", "latinica", "English", "Română", "Polski", "SR", "EN", "RO", "PL", "MK", "Unknown"}
# Lists of codes, settings in every language, and letters, which stay in the language that they were sent in.
SKIPPED = {
    "desk:trail",
    "desk:imports",
    "desk:import_job",
    "desk:look",
    "desk:modules",
    "desk:hours",
    "desk:contacts",
    "desk:institution",
    "accounts:sign_ins",
    "accounts:security",
    "desk:import_new",
    "notifications:message",
}


def _words(answer: Any) -> Iterator[str]:
    text = answer.content.decode()
    text = re.sub(r"(?s)<(script|style|svg).*?</\1>|<title>.*?</title>|<!--.*?-->", " ", text)
    # What has a language of its own is meant to stand in it.
    text = re.sub(r'(?s)<(\w+)[^>]*\blang="[^"]*"[^>]*>.*?</\1>', " ", re.split(r"<body[^>]*>", text, maxsplit=1)[1])
    text = re.sub(r'(?s)<textarea.*?</textarea>|<span class="face".*?</span>', " ", text)
    text = html.unescape(re.sub(r"<[^>]+>", " ", text))
    text = re.sub(r"\S+@\S+|https?://\S+|/[a-z_/]+/", " ", text)
    return iter(LATIN_WORD.findall(text))


def _written_by_people() -> set[str]:
    """Every Latin word in the demonstration's data."""
    from django.apps import apps
    from django.db.models import CharField, EmailField, JSONField, TextField

    words: set[str] = set()
    for model in apps.get_models():
        if not model.__module__.startswith("salter."):
            continue
        names = [
            f.name for f in model._meta.concrete_fields if isinstance(f, CharField | TextField | EmailField | JSONField)
        ]
        if model._meta.app_label in ("parties", "accounts", "cases", "billing", "staff", "notifications") and names:
            for row in model.objects.values_list(*names)[:3000]:
                for value in row:
                    if isinstance(value, str):
                        words |= set(LATIN_WORD.findall(value))
    return words


@pytest.mark.parametrize("language", ["sr", "mk"])
def test_pages_hold_no_latin_words(scratch_db: Any, settings: Any, tmp_path: Any, language: str) -> None:
    settings.SALTER_AUDIT_HEADS = str(tmp_path / "heads.jsonl")
    load(now=timezone.now(), say=lambda _line: None)
    gas = Institution.objects.get(slug="gas")
    User.objects.update(language=language)
    worker.deliver_due(now=timezone.now(), limit=500)
    written = _written_by_people()
    found: dict[str, set[str]] = {}
    for who, names in PAGES.items():
        client = Client(headers={"accept-language": "sr-Cyrl" if language == "sr" else "mk"})
        if who != "-":
            client.force_login(User.objects.get(email__startswith=f"{who}@"))
        client.cookies["salter_language"] = language
        addresses = Addresses(gas, who)
        for name in names.split():
            if name in SKIPPED:
                continue
            answer = client.get(addresses.of(name))
            if answer.status_code != 200:
                continue
            strange = {w for w in _words(answer) if w not in IN_LATIN | ALSO and w not in written}
            if strange:
                found[name] = strange
    assert not found
