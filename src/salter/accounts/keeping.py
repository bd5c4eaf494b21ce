"""Keeping a form for half an hour while its writer signs in again.

The text lies encrypted on the server and its key only in the writer's cookie; it is shown to nobody but the person who
last signed in with that browser.
"""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

from salter.accounts import limits, vault
from salter.accounts.filling import fill_form
from salter.accounts.models import KeptPost
from salter.accounts.network import client_address
from salter.accounts.rules import KEPT_POST_LIFETIME, KEPT_POST_MAX_BYTES
from salter.accounts.types import Paused

__all__ = ["COOKIE", "HOLDER_COOKIE", "Kept", "fill_response", "find", "forget", "keep", "name_holder"]

COOKIE = "salter_kept"
HOLDER_COOKIE = "salter_holder"
_LEFT_OUT = ("csrfmiddlewaretoken", "once")


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept form: the page that shows it, the address it goes to, what was typed."""

    page: str
    target: str
    fields: dict[str, list[str]]
    had_files: bool


def name_holder(response: HttpResponse, user_id: UUID) -> None:
    """Mark the browser with who signed in, so that a kept form is shown to nobody else."""
    response.set_cookie(
        HOLDER_COOKIE,
        vault.digest(str(user_id), label="holder"),
        max_age=settings.SESSION_COOKIE_AGE,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )


def keep(request: HttpRequest, response: HttpResponse, *, now: datetime) -> None:
    """Store what was sent and let the reader come back to the page that shows the form."""
    fields = {
        name: values
        for name, values in request.POST.lists()
        if name not in _LEFT_OUT and "password" not in name.lower()
    }
    body = json.dumps(fields).encode()
    # The pages of accounts carry passwords and codes; they are typed again.
    if request.path_info.startswith("/account/") or not fields or len(body) > KEPT_POST_MAX_BYTES:
        return
    try:
        limits.take("kept_post", client_address(request), now)
    except Paused:
        return
    page = _page_of(request)
    if acting_for := request.POST.get("acting_for", ""):
        # A new session doesn't know for whom its person acted in the old one.
        page += f"{'&' if '?' in page else '?'}{urlencode({'acting_for': acting_for[:40]})}"
    key = secrets.token_urlsafe(32)
    user = request.user
    kept = KeptPost.objects.create(
        page=urlsplit(page).path[:2000],
        target=request.path[:2000],
        body=vault.seal_with(key, body),
        holder=vault.digest(str(user.pk), label="holder")
        if user.is_authenticated
        else request.COOKIES.get(HOLDER_COOKIE, "")[:64],
        had_files=bool(request.FILES),
        expires_at=now + KEPT_POST_LIFETIME,
    )
    response.set_cookie(
        COOKIE,
        f"{kept.pk}.{key}",
        max_age=int(KEPT_POST_LIFETIME.total_seconds()),
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
    header = "HX-Redirect" if "HX-Redirect" in response.headers else "Location"
    response.headers[header] = f"{urlsplit(response.headers[header]).path}?{urlencode({'next': page})}"


def _page_of(request: HttpRequest) -> str:
    """Return the page on which the form stood: some forms go to addresses that show nothing."""
    try:
        before = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer", ""))
    except ValueError:
        return request.get_full_path()
    if before.netloc == request.get_host() and before.path and not before.path.startswith("/account/"):
        return f"{before.path}?{before.query}" if before.query else before.path
    return request.get_full_path()


def find(request: HttpRequest, *, now: datetime) -> Kept | None:
    """Return the form kept for this browser and this person."""
    key_id, _, key = request.COOKIES.get(COOKIE, "").partition(".")
    try:
        row = KeptPost.objects.filter(pk=UUID(key_id), expires_at__gt=now).first()
    except ValueError:
        return None
    if row is None or (row.holder and row.holder != vault.digest(str(request.user.pk), label="holder")):
        return None
    content = vault.open_with(key, bytes(row.body))
    if content is None:
        return None
    return Kept(row.page, row.target, json.loads(content), row.had_files)


def forget(request: HttpRequest, response: HttpResponse) -> None:
    """Remove the kept form once it was sent."""
    key_id, _, _key = request.COOKIES.get(COOKIE, "").partition(".")
    try:
        removed, _details = KeptPost.objects.filter(pk=UUID(key_id), target=request.path).delete()
    except (ValueError, DatabaseError):
        return
    if removed:
        response.delete_cookie(COOKIE, samesite="Lax")


def fill_response(response: HttpResponse, kept: Kept) -> None:
    """Put what was typed into the page's own form."""
    if response.status_code != 200 or response.streaming:
        return
    if not response.headers.get("Content-Type", "").startswith("text/html"):
        return
    text = response.content.decode(response.charset)
    response.content = fill_form(text, page=kept.page, target=kept.target, fields=kept.fields).encode(response.charset)
