"""The console phone: every number's messages, and an answer typed on it, for a demo on this machine."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from salter.pages.forms import answer, once
from salter.pages.shortcuts import reverse
from salter.sms import services
from salter.sms.forms import AnswerForm
from salter.sms.models import StoredSms
from salter.sms.selectors import list_messages_of, phone_is_shown
from salter.sms.tables import SmsTable

__all__ = ["number", "phone"]

# A phone shows the last ones; the table has them all.
_SHOWN = 50


def _in_demo(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not phone_is_shown():
            raise Http404
        return view(request, *args, **kwargs)

    return inner


@require_safe
@_in_demo
def phone(request: HttpRequest) -> HttpResponse:
    """List all messages of all numbers, newest first."""
    return SmsTable(StoredSms.objects.all()).respond(request, "sms/phone.html")


@require_http_methods(["GET", "HEAD", "POST"])
@_in_demo
def number(request: HttpRequest, number: str) -> HttpResponse:
    """Show one phone, and send from it."""
    rows = list(list_messages_of(number).reverse()[:_SHOWN])[::-1]
    if not rows:
        raise Http404
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        # The last one that wrote to this phone is the one that is answered.
        partner = next((row.sender for row in reversed(rows) if row.direction == StoredSms.OUT), rows[-1].to)
        return once(request, lambda: _receive(request, number, partner, form.cleaned_data["text"]))
    return answer(request, "sms/number.html", {"number": number, "messages": rows}, form)


def _receive(request: HttpRequest, number: str, partner: str, text: str) -> HttpResponse:
    services.receive(sender=number, to=partner, text=text, now=timezone.now())
    return redirect(reverse(request, "sms:number", number=number))
