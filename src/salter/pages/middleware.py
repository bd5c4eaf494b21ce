"""Sets the language of the page and lets template functions find their request."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from salter.institutions.selectors import find_institution
from salter.pages.current import request_is
from salter.pages.errors import not_allowed
from salter.pages.language import choose_language, chosen_language, html_lang

__all__ = ["LanguageMiddleware"]


class LanguageMiddleware:
    """Answer in the reader's language; it stands before everything that may refuse, so that refusals are read too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # The slug is read here and not from the resolved view: pages that aren't found need a language as well.
        slug = request.path_info.lstrip("/").split("/", 1)[0]
        institution = find_institution(slug) if slug else None
        code = choose_language(
            chosen=chosen_language(request),
            accepted=request.headers.get("Accept-Language", ""),
            institution=institution,
        )
        request.language_is_default = False  # type: ignore[attr-defined]
        request.LANGUAGE_CODE = code
        with translation.override(code), request_is(request):
            response = self.get_response(request)
            if response.status_code == 405 and request.method == "GET" and not response.content:
                # Django's own answer is a blank page.
                response = not_allowed(request, response.headers["Allow"])
        response.headers.setdefault("Content-Language", html_lang(code))
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response
