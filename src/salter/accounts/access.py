"""Door: what a view asks for before it works. Each sends the reader to the page that helps and brings him back."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from salter.accounts.rules import RECENT_PROOF
from salter.accounts.selectors import has_second_factor

__all__ = [
    "enrolment_redirect",
    "proved_recently",
    "recent_proof",
    "second_factor_required",
    "sign_in_redirect",
    "signed_in",
]

View = Callable[..., HttpResponse]


def sign_in_redirect(request: HttpRequest) -> HttpResponse:
    """Send somebody signed out to the sign-in page, which brings him back. His typed form is kept by `KeepPost`."""
    return _detour(request, "accounts:sign_in")


def enrolment_redirect(request: HttpRequest) -> HttpResponse:
    """Send somebody who needs a second factor to where he switches it on; from there he returns."""
    return _detour(request, "accounts:second_factor_on")


def _detour(request: HttpRequest, name: str) -> HttpResponse:
    if "HX-Request" not in request.headers:
        return HttpResponseRedirect(f"{reverse(name)}?{urlencode({'next': request.get_full_path()})}")
    # htmx would follow a redirect and swap the sign-in page into a part of this one; the whole page must go there.
    try:
        page = urlsplit(request.headers.get("HX-Current-URL", ""))
        back = f"{page.path}?{page.query}" if page.query else page.path
    except ValueError:
        back = ""
    response = HttpResponse()
    response.headers["HX-Redirect"] = f"{reverse(name)}?{urlencode({'next': back or request.get_full_path()})}"
    return response


def signed_in(view: View) -> View:
    """Let only signed-in people in."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return sign_in_redirect(request)
        return view(request, *args, **kwargs)

    return wrapped


def second_factor_required(view: View) -> View:
    """Let only people in who signed in with a second factor: staff pages (issue: staff must have one)."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return sign_in_redirect(request)
        if not has_second_factor(request.user):
            return enrolment_redirect(request)
        return view(request, *args, **kwargs)

    return wrapped


def proved_recently(request: HttpRequest) -> bool:
    """Say whether the person showed a password or code within the last quarter of an hour."""
    records = get_authentication_records(request, request.user)  # type: ignore[arg-type]
    return bool(records) and time.time() - records[-1]["at"] < RECENT_PROOF.total_seconds()


def recent_proof(view: View) -> View:
    """Ask for the password again before the security settings change, unless it was shown a moment ago."""

    @signed_in
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not proved_recently(request):
            return _detour(request, "accounts:prove")
        return view(request, *args, **kwargs)

    return wrapped
