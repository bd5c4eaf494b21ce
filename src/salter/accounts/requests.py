"""A request as the middleware leaves it, for type checkers and readers."""

from django.http import HttpRequest

from salter.accounts.models import User
from salter.audit.types import Actor
from salter.institutions.models import Institution

__all__ = ["MemberRequest", "Visit"]


class Visit(HttpRequest):
    """Anybody's request: who acts is known, and at which counter, if at one."""

    actor: Actor
    institution: Institution | None
    LANGUAGE_CODE: str


class MemberRequest(Visit):
    """The request of somebody signed in, behind `access.signed_in`."""

    user: User  # type: ignore[assignment]
