"""Who acts, at which counter, when he was last here; and nobody loses what he typed because his session had ended."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from salter.accounts import counters, keeping, touch
from salter.accounts.network import client_address
from salter.audit.types import Actor
from salter.pages.language import choose_language, chosen_language

__all__ = ["ActorMiddleware", "KeepPost", "PersonalPages", "SessionTouch"]

GetResponse = Callable[[HttpRequest], HttpResponse]


class ActorMiddleware:
    """Sets `request.actor`, and on the pages of accounts the counter that the reader comes from."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Lazy: a page that nobody signs in for must not look for a session.
        request.actor = SimpleLazyObject(lambda: _actor_of(request))  # type: ignore[attr-defined]
        response = self.get_response(request)
        if not counters.is_account_page(request):
            # Afterwards, and only of a reader whom the page has loaded anyway.
            counters.remember(request, getattr(request, "_cached_user", None))
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        institution = counters.find(request) if counters.is_account_page(request) else None
        if institution is None:
            return
        request.institution = institution  # type: ignore[attr-defined]
        timezone.activate(institution.time_zone)
        code = choose_language(
            chosen=chosen_language(request),
            accepted=request.headers.get("Accept-Language", ""),
            institution=institution,
        )
        translation.activate(code)
        request.LANGUAGE_CODE = code  # type: ignore[attr-defined]


def _actor_of(request: HttpRequest) -> Actor:
    user = getattr(request, "user", None)
    ip, agent = client_address(request), request.headers.get("User-Agent", "")[:300]
    if user is None or not user.is_authenticated:
        return Actor(user_id=None, name="", role="guest", ip=ip, user_agent=agent)
    return Actor(user_id=user.pk, name=user.name, role="customer", ip=ip, user_agent=agent)


class SessionTouch:
    """Notes when a session was used. Nothing is written within the request, see `touch`."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # Only what the page has loaded anyway is looked at.
        user = getattr(request, "_cached_user", None)
        if user is not None and user.is_authenticated and request.session.session_key:
            touch.note(request.session.session_key, timezone.now(), client_address(request))
        return response


class PersonalPages:
    """Lets no browser and no proxy keep a page of somebody signed in.

    At a computer that several people use, the next one must not find it by going back after the sign-out.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # Only what the page has loaded anyway is looked at: who wasn't looked for isn't on the page.
        user = getattr(request, "_cached_user", None)
        if user is not None and user.is_authenticated:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class KeepPost:
    """Keeps a form that somebody signed out had sent, and shows it filled after he signed in.

    Nothing is sent again by itself: he sees his form and sends it. Works for every form of the product, because the
    page's own answer is filled. Files can't be kept; the page says so.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        has_kept = keeping.COOKIE in request.COOKIES
        kept = None
        if request.method == "GET" and has_kept and request.user.is_authenticated:
            kept = keeping.find(request, now=timezone.now())
            if kept is not None and kept.page == request.path:
                messages.info(request, _said(kept.had_files))
            else:
                kept = None
        response = self.get_response(request)
        if kept is not None:
            keeping.fill_response(response, kept)
        elif request.method == "POST":
            if _leads_to_proof(response):
                keeping.keep(request, response, now=timezone.now())
            elif has_kept and response.status_code < 400 and request.user.is_authenticated:
                keeping.forget(request, response)
        return response


def _said(had_files: bool) -> str:
    if had_files:
        return _("We kept what you wrote. Choose your files again, check everything and send it.")
    return _("We kept what you wrote. Check it and send it.")


def _leads_to_proof(response: HttpResponse) -> bool:
    """Say whether the answer sends the reader away to sign in or to prove himself."""
    target = response.headers.get("HX-Redirect") or response.headers.get("Location")
    if not target or (response.status_code not in (302, 303) and "HX-Redirect" not in response.headers):
        return False
    return urlsplit(target).path in {
        reverse("accounts:sign_in"),
        reverse("accounts:prove"),
        reverse("accounts:second_factor_on"),
    }
