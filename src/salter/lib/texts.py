"""Texts of an institution: one JSON object `{language: text}` for each, read with a fallback.

Order: the reader's language, the same language in the other script, the institution's default, English, whatever
there is. `pick_with_language` says which one it was, so that a page can tell the reader and set `lang` (SD-2).
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.utils import translation

from salter.lib.languages import LANGUAGES, active_language, known_language

__all__ = ["Picked", "in_all_languages", "pick", "pick_with_language"]

_OTHER_SCRIPT = {"sr": "sr-latn", "sr-latn": "sr"}


class Picked(NamedTuple):
    """A text and the language that it is in; `language` is empty when there is no text at all."""

    text: str
    language: str


def pick_with_language(
    texts: Mapping[str, str] | None, language: str | None = None, default: str | None = None
) -> Picked:
    """Return the best text for a reader of `language`; `default` is the institution's language."""
    if not texts:
        return Picked("", "")
    wanted = known_language(language) if language else active_language()
    order = [wanted, _OTHER_SCRIPT.get(wanted), default, _OTHER_SCRIPT.get(default or ""), "en", *texts]
    for code in order:
        if code and (text := texts.get(code)) and text.strip():
            return Picked(text, code)
    return Picked("", "")


def pick(texts: Mapping[str, str] | None, language: str | None = None, default: str | None = None) -> str:
    """Return the best text for a reader of `language`; empty when there is none."""
    return pick_with_language(texts, language, default).text


def in_all_languages(lazy: Any, languages: Iterable[str] = LANGUAGES) -> dict[str, str]:
    """Return `{language: text}` of a lazily translated text of the catalogues."""
    texts = {}
    for code in languages:
        with translation.override(code):
            texts[code] = str(lazy)
    return texts
