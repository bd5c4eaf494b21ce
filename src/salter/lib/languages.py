"""The six languages of the product and what Babel and Unicode call them."""

from functools import cache

from babel import Locale
from django.utils import translation

__all__ = ["LANGUAGES", "active_language", "known_language", "locale_of"]

LANGUAGES: tuple[str, ...] = ("en", "sr-latn", "sr", "ro", "pl", "mk")

# British English: the day stands before the month, as in all other languages of the product (RL-103).
_LOCALES = {"en": "en_GB", "sr-latn": "sr_Latn", "sr": "sr_Cyrl", "ro": "ro", "pl": "pl", "mk": "mk"}


def known_language(language: str | None) -> str:
    """Return the code of ours for what a browser, a user or Django names; English when nothing fits.

    `sr` is Cyrillic here, as in Django; which script a browser's `sr-RS` means is the institution's matter.
    """
    code = (language or "").replace("_", "-").lower()
    while code:
        if code in _LOCALES:
            return code
        if code in ("sr-cyrl", "sr-cyrl-rs"):
            return "sr"
        code = code.rpartition("-")[0]
    return "en"


def active_language() -> str:
    """Return the language that texts are being translated into now."""
    return known_language(translation.get_language())


@cache
def _locale(code: str) -> Locale:
    return Locale.parse(_LOCALES[code])


def locale_of(language: str | None) -> Locale:
    """Return Babel's locale of a language; without one, that of the active language."""
    return _locale(known_language(language) if language else active_language())
