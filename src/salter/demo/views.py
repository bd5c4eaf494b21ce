"""Who can sign in to the demonstration, with the codes that the staff's apps would show now."""

import time

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from salter.demo.sign_ins import PASSWORD, PEOPLE
from salter.pages.shortcuts import page

__all__ = ["people"]

_STEP_S = 30


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """List the demo's people; a code is valid for half a minute, so the page says for how long."""
    now = time.time()
    rows = [
        (person, format_hotp_value(hotp_value(person.secret, int(now) // _STEP_S)) if person.secret else "")
        for person in PEOPLE
    ]
    return page(request, "demo/people.html", {"rows": rows, "password": PASSWORD, "left": _STEP_S - int(now) % _STEP_S})
