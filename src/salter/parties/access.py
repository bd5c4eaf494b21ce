"""Door: decorators of the pages on which a person acts for a party.

For whom he acts stands in his session, so that one click changes it for every page. Two windows share that session: a
form therefore says itself for whom it was filled in (`acting_for`, beside its key), and is taken for no other.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from salter.accounts.access import sign_in_redirect
from salter.institutions.selectors import today
from salter.parties import selectors
from salter.parties.models import Customer
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
    if party_id != str(acting.party.pk):
        request.session[_session_key(request)] = party_id
        del request.found_acting
    return True


def acting_of(request: HttpRequest) -> Acting | None:
    """Return for whom the signed-in person acts at this institution, read once per request.

    The customer numbers are read when they are first asked for: hardly half of the pages need them.
    """
    if not hasattr(request, "found_acting"):
        request.found_acting = _find_acting(request, request.session.get(_session_key(request)))
    return request.found_acting


def _find_acting(request: HttpRequest, wanted: str | None) -> Acting | None:
    if not request.user.is_authenticated or request.institution is None:
        return None
    day = today(request.institution, timezone.now())
    rows = list(selectors.list_representations(user_id=request.user.pk, institution=request.institution, today=day))
    if not rows:
        return None
    chosen = next((row for row in rows if str(row.party_id) == wanted), rows[0])
    for row in rows:
        row.party.institution = request.institution
    return Acting(
        party=chosen.party,
        scope=Scope(chosen.scope),
        customers=cast("tuple[Customer, ...]", SimpleLazyObject(lambda: tuple(selectors.customers_of(chosen.party)))),
        choices=tuple(ActingChoice(row.party, Scope(row.scope), row.ends_on, row is chosen) for row in rows),
    )


def _follow_form(request: HttpRequest) -> None:
    """Act for the one whom a form was filled in for. **Raises** PermissionDenied when that is over."""
    posted = request.POST.get("acting_for")
    if posted is not None and not choose_party(request, posted):
        raise PermissionDenied
    # A form that was kept while its writer signed in again comes back with the address of its page.
    if posted is None and (wanted := request.GET.get("acting_for")):
        choose_party(request, wanted)


def _as_another(request: HttpRequest, scope: str, show: Callable[[], HttpResponse]) -> HttpResponse:
    """Show a page for the first of the other parties who has it. **Raises** Http404 when none of them has."""
    before = request.acting
    for choice in before.choices:
        if choice.chosen or not choice.scope.includes(scope):
            continue
        request.acting = request.found_acting = _find_acting(request, str(choice.party.pk))
        try:
            response = show()
        except Http404:
            continue
        request.session[_session_key(request)] = str(choice.party.pk)
        return response
    request.acting = request.found_acting = before
    raise Http404


def customer_page(scope: str = "see") -> Callable[[View], View]:
    """Let only a person who represents somebody here in; sets `request.acting`.

    Signed out: to the sign-in. Nobody to act for: to the page that links a customer number. Lesser scope: 403; so is a
    form for somebody for whom the person acts no longer. What belongs to another of those for whom he acts (a link from
    a message, say) is shown as theirs, and from then on he acts for them.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return sign_in_redirect(request)
            if acting_of(request) is None:
                return redirect(reverse("portal:link", kwargs={"institution_slug": request.institution.slug}))
            _follow_form(request)
            acting = acting_of(request)
            if acting is None or not acting.may(scope):
                raise PermissionDenied
            request.acting = acting
            try:
                return view(request, *args, **kwargs)
            except Http404:
                if request.method == "POST":
                    raise
                return _as_another(request, scope, lambda: view(request, *args, **kwargs))

        inner.access = "customer"  # type: ignore[attr-defined]
        return inner

    return decorate
