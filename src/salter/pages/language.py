"""Which language a page is in: the reader's choice, else what his browser asks for, else the institution's.

Browsers of Serbian readers send `sr` or `sr-RS` and mean either script; Django would take it as Cyrillic. Here such a
wish is answered in the script that the institution writes by default.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation.trans_real import parse_accept_lang_header

if TYPE_CHECKING:
    from salter.institutions.models import Institution

__all__ = ["LANGUAGES", "Language", "choose_language", "html_lang", "offered_languages", "remember_language"]

_COOKIE_AGE_S = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the counter by its own name; `tag` stands in `<html lang>`, `short` on the phone."""

    code: str
    name: str
    short: str
    tag: str


# Names and abbreviations are each language's own and are never translated.
LANGUAGES = {
    language.code: language
    for language in (
        Language("sr-latn", "Srpski (latinica)", "SR", "sr-Latn"),
        Language("sr", "Српски (ћирилица)", "СР", "sr-Cyrl"),
        Language("en", "English", "EN", "en"),
        Language("ro", "Română", "RO", "ro"),
        Language("pl", "Polski", "PL", "pl"),
        Language("mk", "Македонски", "MK", "mk"),
    )
}


def offered_languages(institution: "Institution | None") -> list[Language]:
    """Return the languages of this counter in its own order, all of them on platform pages."""
    codes = institution.languages if institution is not None else []
    found = [LANGUAGES[code] for code in codes if code in LANGUAGES]
    return found or list(LANGUAGES.values())


def html_lang(code: str) -> str:
    """Return the tag for the `lang` attribute; screen readers and Cyrillic letter forms depend on it."""
    return LANGUAGES[code].tag if code in LANGUAGES else code


def choose_language(*, chosen: str, accepted: str, institution: "Institution | None") -> str:
    """Return the code of the language to answer in.

    `chosen` is what the reader picked before (may be empty or nonsense), `accepted` the Accept-Language header.
    """
    offered = [language.code for language in offered_languages(institution)]
    default = institution.default_language if institution is not None else settings.LANGUAGE_CODE
    if default not in offered:
        default = offered[0]
    if chosen in offered:
        return chosen
    for tag, _quality in parse_accept_lang_header(accepted[:500].lower()):
        if tag == "*":
            return default
        if found := _match(tag, offered, default):
            return found
    return default


def _match(tag: str, offered: list[str], default: str) -> str | None:
    if tag.startswith(("sr-cyrl", "sr-latn")):
        wanted = ["sr-latn" if tag.startswith("sr-latn") else "sr"]
    elif tag.split("-", maxsplit=1)[0] in ("sr", "sh", "bs", "hr", "cnr"):
        # The script is open for `sr`; the neighbours' languages are read in Latin.
        first = default if tag.split("-", maxsplit=1)[0] == "sr" and default in ("sr", "sr-latn") else "sr-latn"
        wanted = [first, "sr-latn", "sr"]
    else:
        wanted = [tag, tag.split("-", maxsplit=1)[0]]
    return next((code for code in wanted if code in offered), None)


def remember_language(response: HttpResponse, code: str) -> None:
    """Keep the reader's language in his browser for a year."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        code,
        max_age=_COOKIE_AGE_S,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def chosen_language(request: HttpRequest) -> str:
    """Return what the reader picked before, as his browser tells it."""
    return request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
