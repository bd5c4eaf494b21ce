import pytest
from django.utils import translation
from django.utils.functional import lazystr

from salter.lib.languages import LANGUAGES
from salter.lib.texts import in_all_languages, pick, pick_with_language

ALL = {"en": "Gas", "sr-latn": "Gas lat", "sr": "Гас", "ro": "Gaz", "pl": "Gaz pl", "mk": "Гас мк"}


@pytest.mark.parametrize(
    ("texts", "language", "default", "text", "found"),
    [
        (ALL, "ro", None, "Gaz", "ro"),
        (ALL, "sr", None, "Гас", "sr"),
        ({"sr-latn": "a", "en": "b"}, "sr", None, "a", "sr-latn"),  # the same language in the other script
        ({"sr": "a", "en": "b"}, "sr-latn", None, "a", "sr"),
        ({"sr-latn": "a", "en": "b"}, "ro", "sr-latn", "a", "sr-latn"),  # the institution's own language
        ({"sr": "a", "en": "b"}, "ro", "sr-latn", "a", "sr"),
        ({"pl": "a", "en": "b"}, "ro", "sr-latn", "b", "en"),
        ({"pl": "a"}, "ro", "sr-latn", "a", "pl"),
        ({"ro": "", "en": "b"}, "ro", None, "b", "en"),  # an empty text is a missing one
        ({"ro": "  ", "en": "b"}, "ro", None, "b", "en"),
        ({}, "ro", "ro", "", ""),
        (None, "ro", None, "", ""),
        ({"ro": ""}, "ro", None, "", ""),
        (ALL, "de", "ro", "Gas", "en"),
    ],
)
def test_the_best_text_for_a_reader(
    texts: dict[str, str] | None, language: str, default: str | None, text: str, found: str
) -> None:
    assert pick_with_language(texts, language, default) == (text, found)
    assert pick(texts, language, default) == text


def test_without_a_language_the_active_one_counts() -> None:
    with translation.override("mk"):
        assert pick(ALL) == "Гас мк"


def test_a_text_of_the_catalogues_in_all_languages() -> None:
    class Word:
        def __str__(self) -> str:
            return f"word {translation.get_language()}"

    with translation.override("pl"):
        texts = in_all_languages(lazystr(Word()))
        assert translation.get_language() == "pl"
    assert texts == {code: f"word {code}" for code in LANGUAGES}
    assert set(in_all_languages(lazystr(Word()), ["ro", "en"])) == {"ro", "en"}
