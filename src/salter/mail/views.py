"""The local mailbox: everybody's mail in one place, for a demo on this machine."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from csp.decorators import csp_replace
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.html import urlize
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from salter.mail.models import StoredMail
from salter.mail.selectors import mailbox_is_shown
from salter.mail.tables import MailTable
from salter.pages.shortcuts import page

__all__ = ["letter", "mail", "mailbox"]

View = Callable[..., HttpResponse]


def _in_demo(view: View) -> View:
    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not mailbox_is_shown():
            raise Http404
        return view(request, *args, **kwargs)

    return inner


@require_safe
@_in_demo
def mailbox(request: HttpRequest) -> HttpResponse:
    """List the mails, newest first."""
    return MailTable(StoredMail.objects.defer("text", "html", "headers")).respond(request, "mail/mailbox.html")


@require_safe
@_in_demo
def mail(request: HttpRequest, mail_id: UUID) -> HttpResponse:
    """Show a mail as text, its links to be followed."""
    found = get_object_or_404(StoredMail, pk=mail_id)
    text = urlize(found.text, autoescape=True)
    return page(request, "mail/mail.html", {"mail": found, "text": mark_safe(text)})  # noqa: S308  urlize escapes


# A mail brings its own styles; it runs no script and loads nothing.
@csp_replace({"style-src": ["'unsafe-inline'"], "script-src": ["'none'"], "img-src": ["'none'"]})
@require_safe
@_in_demo
def letter(request: HttpRequest, mail_id: UUID) -> HttpResponse:
    """Show a mail as a mail program would."""
    found = get_object_or_404(StoredMail, pk=mail_id)
    if not found.html:
        raise Http404
    return HttpResponse(found.html)
