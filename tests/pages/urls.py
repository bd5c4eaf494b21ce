"""All addresses of the product, the page of elements, and pages that fail on purpose."""

from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from salter.config.urls import handler400, handler403, handler404, handler500
from salter.config.urls import urlpatterns as product
from salter.pages.errors import unprocessable
from salter.pages.styleguide import answer_look

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

FAILURES: dict[str, Exception] = {
    "400": BadRequest("the secret detail"),
    "403": PermissionDenied("the secret detail"),
    "500": RuntimeError("the secret detail"),
    "503": OperationalError("the secret detail"),
}


def fail(request: HttpRequest, kind: str, **_kwargs: Any) -> HttpResponse:
    """Fail in the way that is asked for."""
    if kind == "422":
        return unprocessable(request, "That case is closed.")
    raise FAILURES[kind]


def take(request: HttpRequest, **_kwargs: Any) -> HttpResponse:
    """Take a form that is protected against forgery."""
    return HttpResponse("taken")


_pages = [
    path("_look/", answer_look, {"layout": "layout"}, name="look"),
    path("_desk/", answer_look, {"layout": "desk"}),
    path("_plain/", answer_look, {"layout": "plain"}),
    path("_fail/<str:kind>/", fail),
    path("_take/", take),
]
urlpatterns = [*_pages, path("<slug:institution_slug>/", include((_pages, "tried"))), *product]
