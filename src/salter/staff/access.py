"""Door: decorators of the staff's pages."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from salter.accounts.access import enrolment_redirect, sign_in_redirect
from salter.accounts.selectors import has_second_factor
from salter.institutions.selectors import today
from salter.pages.counts import counted
from salter.staff import rules, selectors

__all__ = ["membership_of", "memberships_here", "staff_page"]

View = Callable[..., HttpResponse]


def memberships_here(request: HttpRequest) -> QuerySet[Any] | None:
    """Return the rows that `membership_of` would look at."""
    if not request.user.is_authenticated or request.institution is None:
        return None
    return selectors.memberships_in_force(
        user_id=request.user.pk, institution=request.institution, today=today(request.institution, timezone.now())
    )


def membership_of(request: HttpRequest) -> Any:
    """Return the signed-in person's membership here, read once per request, else None.

    Every page asks, for its menu, and hardly any reader works here: so it is counted with the frame's other numbers
    and read only where there is one.
    """
    if not hasattr(request, "found_membership"):
        found = None
        if request.user.is_authenticated and request.institution is not None and counted(request, "staff.memberships"):
            found = selectors.find_membership(
                user_id=request.user.pk,
                institution=request.institution,
                today=today(request.institution, timezone.now()),
            )
        request.found_membership = found
    return request.found_membership


def staff_page(permission: str) -> Callable[[View], View]:
    """Let only staff with this permission in; sets `request.membership` and the actor's role.

    Signed out: to the sign-in. No membership: 404, as if the page didn't exist. Without a second factor: to its
    enrolment, and back. Lacking the permission: 403.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return sign_in_redirect(request)
            membership = membership_of(request)
            if membership is None:
                raise Http404
            if not has_second_factor(request.user):
                return enrolment_redirect(request)
            if not rules.may(membership.role, permission):
                raise PermissionDenied
            request.membership = membership
            request.actor = request.actor.as_role("staff")
            return view(request, *args, **kwargs)

        inner.access = "staff"  # type: ignore[attr-defined]
        return inner

    return decorate
