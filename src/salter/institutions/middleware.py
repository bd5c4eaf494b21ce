"""Sets `request.institution` from the first path segment and takes the slug out of the view's arguments.

Here, once for the whole product, the pages of a module that the institution has switched off cease to exist (VC-38).
"""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone, translation

from salter.institutions.selectors import find_institution, has_closed_module


class InstitutionMiddleware:
    """Find the institution, its time zone and, when the reader chose none, its language.

    **Raises** Http404 for an unknown slug, so that nobody learns which institutions exist by another answer, and for
    pages of a module that is off.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.institution = None  # type: ignore[attr-defined]
        try:
            return self.get_response(request)
        finally:
            timezone.deactivate()

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        slug = kwargs.pop("institution_slug", None)
        if slug is None:
            return
        institution = find_institution(slug)
        if institution is None:
            raise Http404
        request.institution = institution  # type: ignore[attr-defined]
        match = request.resolver_match
        if match is not None and has_closed_module(institution, match.namespaces):
            raise Http404
        timezone.activate(institution.time_zone)
        if getattr(request, "language_is_default", False):
            translation.activate(institution.default_language)
            request.LANGUAGE_CODE = institution.default_language  # type: ignore[attr-defined]
