"""Pages of refusal and failure, in the reader's language, without a trace.

They are drawn by a template that reads neither the database nor the person: either may be what failed. If even that
fails, a fixed page answers.
"""

import logging
import sys
from typing import Any
from uuid import uuid4

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.views.decorators.csrf import requires_csrf_token
from psycopg_pool import PoolTimeout, TooManyRequests

from salter.pages.shortcuts import render

__all__ = [
    "bad_request",
    "csrf_failure",
    "forbidden",
    "not_allowed",
    "not_found",
    "server_error",
    "unavailable",
    "unprocessable",
]

logger = logging.getLogger(__name__)

# What a person typed that must not come back in a page.
_SECRET_FIELDS = ("password", "code", "pin", "secret", "token", "once")
_MOST_KEPT = 100


def _error(
    request: HttpRequest,
    status: int,
    heading: str,
    *sentences: str,
    template: str = "error.html",
    **more: Any,
) -> HttpResponse:
    home = _home(request)
    context = {"heading": heading, "sentences": sentences, "links": [(_("To the front page"), home)], **more}
    try:
        text = render(request, template, context)
    except Exception:  # the last page of all has nothing behind it to catch what it raises
        logger.exception("the page for status %s failed", status)
        text = (
            f"<!doctype html><meta charset=utf-8><title>{escape(heading)}</title>"
            f"<h1>{escape(heading)}</h1>{''.join(f'<p>{escape(line)}</p>' for line in sentences)}"
            f'<p><a href="{escape(home)}">{escape(_("To the front page"))}</a></p>'
        )
    response = HttpResponse(text, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _home(request: HttpRequest) -> str:
    institution = getattr(request, "institution", None)
    return f"/{institution.slug}/" if institution is not None else "/"


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the browser sent something that no page of ours makes."""
    return _error(
        request,
        400,
        _("We could not read this request"),
        _("Your browser sent something that we did not understand. Go back, reload the page and try again."),
        _("If you were sending a file, it may have been too large."),
    )


@requires_csrf_token
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: signed in, but not for this."""
    return _error(
        request,
        403,
        _("This page is not open to you"),
        _("You are signed in, but this page needs a right that you don't have."),
        _("If you should have it, ask the person who manages the access, or call us."),
        symbol="lock",
    )


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: nothing here, or nothing that this reader may know of."""
    return _error(
        request,
        404,
        _("There is no such page"),
        _("The address may be mistyped, the link may be old, or the page may belong to someone else."),
        symbol="find",
    )


def not_allowed(request: HttpRequest, allowed: str) -> HttpResponse:
    """405: an address that only takes a form was opened like a page, from the browser's history say."""
    response = _error(
        request,
        405,
        _("There is no such page"),
        _("The address may be mistyped, the link may be old, or the page may belong to someone else."),
        symbol="find",
    )
    response.headers["Allow"] = allowed
    return response


def unprocessable(request: HttpRequest, sentence: str) -> HttpResponse:
    """422 for a request without a form to show again: a button whose act is no longer possible."""
    return _error(request, 422, _("This can't be done now"), sentence)


def unavailable(request: HttpRequest) -> HttpResponse:
    """503: the database can't be reached, or work is being done on the system."""
    response = _error(
        request,
        503,
        _("The counter is closed for a moment"),
        _("Work is being done on the system. Nothing that you had sent before is lost."),
        _("Please try again in a few minutes."),
        symbol="clock",
    )
    response.headers["Retry-After"] = "30"
    return response


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault. The reference leads to the entry in the log."""
    error = sys.exc_info()[1]
    if isinstance(error, OperationalError | InterfaceError | PoolTimeout | TooManyRequests):
        return unavailable(request)
    reference = uuid4().hex[:8]
    logger.error("request failed, reference %s: %s %s", reference, request.method, request.path)
    return _error(
        request,
        500,
        _("Something went wrong on our side"),
        _("It is not your fault, and we have been told of it. Please try again in a few minutes."),
        reference=reference,
    )


@requires_csrf_token
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 when the token against forgery doesn't fit: most often the page stood open while one signed in or out.

    What was typed is shown and can be sent again, but only if the browser says that our own page sent it: otherwise a
    foreign page could have its request confirmed by one click of the reader.
    """
    kept: list[tuple[str, str]] = []
    if _is_from_here(request):
        kept = [
            (name, value)
            for name, values in request.POST.lists()
            if name != "csrfmiddlewaretoken" and not any(part in name.lower() for part in _SECRET_FIELDS)
            for value in values
        ][:_MOST_KEPT]
    return _error(
        request,
        403,
        _("Please send this once more"),
        _("The page had been open for a long time, or you have signed in or out since. Nothing was changed."),
        template="csrf.html",
        kept=kept,
        had_files=bool(request.FILES) if kept else False,
        links=[(_("Open the page anew"), request.path if kept else _home(request))],
        symbol="clock",
        here=request.get_full_path(),
    )


def _is_from_here(request: HttpRequest) -> bool:
    origin = request.headers.get("Origin")
    if origin:
        return origin == f"{request.scheme}://{request.get_host()}"
    return request.headers.get("Sec-Fetch-Site") == "same-origin"
