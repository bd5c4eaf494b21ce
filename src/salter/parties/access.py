"""Door: decorators of the pages on which a person acts for a party."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from salter.accounts.access import sign_in_redirect
from salter.institutions.selectors import today
from salter.parties import selectors
from salter.parties.types import Acting, ActingChoice, Scope

__all__ = ["acting_of", "choose_party", "customer_page"]

View = Callable[..., HttpResponse]


def _session_key(request: HttpRequest) -> str:
    return f"acting:{request.institution.pk}"


def choose_party(request: HttpRequest, party_id: str) -> bool:
    """Remember for whom the person acts here; False when he may not act for this party."""
    acting = acting_of(request)
    if acting is None or party_id not in {str(choice.party.pk) for choice in acting.choices}:
        return False
    request.session[_session_key(request)] = party_id
    del request.found_acting
    return True


def acting_of(request: HttpRequest) -> Acting | None:
    """Return for whom the signed-in person acts at this institution, read once per request (two queries)."""
    if not hasattr(request, "found_acting"):
        request.found_acting = _find_acting(request)
    return request.found_acting


def _find_acting(request: HttpRequest) -> Acting | None:
    if not request.user.is_authenticated or request.institution is None:
        return None
    day = today(request.institution, timezone.now())
    rows = list(selectors.list_representations(user_id=request.user.pk, institution=request.institution, today=day))
    if not rows:
        return None
    wanted = request.session.get(_session_key(request))
    chosen = next((row for row in rows if str(row.party_id) == wanted), rows[0])
    for row in rows:
        row.party.institution = request.institution
    return Acting(
        party=chosen.party,
        scope=Scope(chosen.scope),
        customers=tuple(selectors.customers_of(chosen.party)),
        choices=tuple(ActingChoice(row.party, Scope(row.scope), row.ends_on, row is chosen) for row in rows),
    )


def customer_page(scope: str = "see") -> Callable[[View], View]:
    """Let only a person who represents somebody here in; sets `request.acting`.

    Signed out: to the sign-in. Nobody to act for: to the page that links a customer number. Lesser scope: 403.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return sign_in_redirect(request)
            acting = acting_of(request)
            if acting is None:
                return redirect(reverse("portal:link", kwargs={"institution_slug": request.institution.slug}))
            if not acting.may(scope):
                raise PermissionDenied
            request.acting = acting
            return view(request, *args, **kwargs)

        inner.access = "customer"  # type: ignore[attr-defined]
        return inner

    return decorate
