"""What the pages of accounts share: where to go on to, which code is waited for, letting somebody in."""

from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from allauth.account.internal.flows.login import (
    clear_authentication_records,
    perform_login,
    record_authentication,
)
from allauth.account.models import Login
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse

from salter.accounts.models import User
from salter.accounts.types import AccountProblem, FieldProblem, Purpose, SignInMethod
from salter.pages.forms import add_refusal
from salter.pages.shortcuts import safe_next

__all__ = ["code_id", "drop_code", "go", "home_of", "let_in", "next_of", "refuse", "sent", "wait_for"]

_CODES = "accounts_codes"


def sent(request: HttpRequest) -> QueryDict | None:
    """Return what was posted. An empty post is a post as well: its form is refused and not just shown again."""
    return request.POST if request.method == "POST" else None


def home_of(request: HttpRequest) -> str:
    """Return the front page of the reader's counter."""
    institution = getattr(request, "institution", None)
    return f"/{institution.slug}/" if institution is not None else "/"


def next_of(request: HttpRequest, otherwise: str | None = None) -> str:
    """Return where the reader wants to go on to: an address of ours that isn't a page of entering, else his counter."""
    otherwise = home_of(request) if otherwise is None else otherwise
    target = safe_next(request, request.POST.get("next") or request.GET.get("next"), otherwise)
    entering = {reverse(f"accounts:{name}") for name in ("sign_in", "sign_out", "second_factor")}
    return otherwise if urlsplit(target).path in entering else target


def go(name: str, next_url: str = "") -> HttpResponse:
    """Send the reader on to a page of accounts, and from there to `next_url`."""
    address = reverse(f"accounts:{name}")
    return HttpResponseRedirect(f"{address}?{urlencode({'next': next_url})}" if next_url else address)


def refuse(form: BaseForm, problem: AccountProblem, field: str | None = None) -> None:
    """Put what a service refused beside its field."""
    add_refusal(form, problem.field if isinstance(problem, FieldProblem) else field, problem)


def wait_for(request: HttpRequest, purpose: Purpose, waited: UUID) -> None:
    """Remember in the session which code the reader was sent; its key is no secret, its digits are."""
    waiting: dict[str, Any] = request.session.get(_CODES, {})
    request.session[_CODES] = {**waiting, purpose.value: str(waited)}


def code_id(request: HttpRequest, purpose: Purpose) -> UUID | None:
    """Return the key of the code that the reader was sent for this purpose."""
    found = request.session.get(_CODES, {}).get(purpose.value)
    return UUID(found) if found else None


def drop_code(request: HttpRequest, purpose: Purpose) -> None:
    """Forget the code: it did its work."""
    waiting = dict(request.session.get(_CODES, {}))
    waiting.pop(purpose.value, None)
    request.session[_CODES] = waiting


def let_in(request: HttpRequest, user: User, method: SignInMethod, next_url: str) -> HttpResponse:
    """Hand the person to allauth's pipeline: it asks for the second factor, then signs him in under a new key."""
    clear_authentication_records(request)
    record_authentication(request, user, method.value)
    return perform_login(request, Login(user=user, redirect_url=next_url))
