"""What every page's frame needs, worked out only when the template asks for it."""

from functools import cached_property
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.template import engines
from django.template.backends.jinja2 import Jinja2

from salter.lib import texts
from salter.pages import registry
from salter.pages.language import LANGUAGES, Language, offered_languages

__all__ = ["Frame", "page"]

# The fifth of more entries would be hidden behind the fourth's elbow on a phone.
BOTTOM_BAR = 5
THEMES = frozenset({"gas", "grad", "saobracaj", "toplota", "salter"})


class Frame:
    """The frame of a page: whose counter, which menu, who reads, in which language."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self.institution = getattr(request, "institution", None)

    @property
    def language(self) -> Language:
        return LANGUAGES.get(getattr(self._request, "LANGUAGE_CODE", "en"), LANGUAGES["en"])

    @property
    def languages(self) -> list[Language]:
        return offered_languages(self.institution)

    @property
    def theme(self) -> str:
        theme = self.institution.theme if self.institution is not None else "salter"
        return theme if theme in THEMES else "salter"

    @property
    def icon(self) -> str:
        return (self.institution.icon if self.institution is not None else "") or "home"

    @cached_property
    def counter_name(self) -> str:
        """The counter's own name (VC-1); the product's where there is no institution."""
        if self.institution is None:
            return "Šalter"
        return texts.pick(self.institution.counter_name, None, self.institution.default_language) or self.name

    @cached_property
    def name(self) -> str:
        if self.institution is None:
            return ""
        return texts.pick(self.institution.name, None, self.institution.default_language)

    @property
    def contacts(self) -> dict[str, Any]:
        return self.institution.contacts if self.institution is not None else {}

    @property
    def home(self) -> str:
        return f"/{self.institution.slug}/" if self.institution is not None else "/"

    @property
    def here(self) -> str:
        """The address to come back to after the language is switched; a page that answered a form has none."""
        return self._request.get_full_path()

    @cached_property
    def person(self) -> Any:
        user = getattr(self._request, "user", None)
        return user if user is not None and user.is_authenticated else None

    @cached_property
    def acting(self) -> Any:
        return getattr(self._request, "acting", None)

    def menu(self, area: str, section: str = "") -> list[registry.MenuItem]:
        return registry.menu_for(self._request, area, section)  # type: ignore[arg-type]

    @property
    def bottom_bar(self) -> int:
        return BOTTOM_BAR

    @cached_property
    def said(self) -> list[Any]:
        """Messages for the reader left by the view before (`django.contrib.messages`)."""
        return list(messages.get_messages(self._request))

    @property
    def demo(self) -> bool:
        return bool(settings.SALTER_DEMO)


def page(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `frame`, `institution` for short, and `el`, the elements."""
    frame = Frame(request)
    # A part of a page is rendered without the imports at the top of its template, so the elements are always there.
    elements = cast("Jinja2", engines["jinja2"]).env.get_template("elements.html").module
    return {"frame": frame, "institution": frame.institution, "el": elements}
