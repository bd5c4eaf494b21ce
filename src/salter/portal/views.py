"""Pages that combine the apps for the citizen."""

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from salter.billing import services as billing
from salter.institutions import selectors as institutions
from salter.pages.forms import add_problem
from salter.pages.registry import attention_for, panels_for
from salter.pages.shortcuts import page, reverse, safe_next
from salter.parties import selectors as parties
from salter.parties import services as linking
from salter.parties.access import acting_of, choose_party, customer_page
from salter.parties.types import AlreadyLinked, LinkRefused, TooManyAttempts
from salter.portal.forms import LinkByBillForm, LinkByCodeForm
from salter.portal.selectors import opening_hours, own_counters
from salter.staff.access import membership_of

__all__ = ["accessibility", "contact", "counters", "details", "help_page", "home", "link", "privacy", "switch"]


@require_GET
def counters(request: HttpRequest) -> HttpResponse:
    """List one's own counters with what waits there, then every other one."""
    own = own_counters(request.user.pk, timezone.now()) if request.user.is_authenticated else []
    known = {row.institution.pk for row in own}
    others = [i for i in institutions.list_institutions() if i.pk not in known]
    return page(request, "portal/counters.html", {"own": own, "others": others})


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Show what needs the reader first; to a stranger, what this counter is; to the staff, their desk."""
    if not request.user.is_authenticated:
        return page(request, "portal/welcome.html", {"hours": opening_hours(request.institution, timezone.now())})
    acting = acting_of(request)
    if acting is None:
        if membership_of(request) is not None:
            return redirect(reverse(request, "desk:work_list"))
        return page(request, "portal/nobody.html")
    request.acting = acting
    first, *rest = attention_for(request) or [None]
    return page(
        request,
        "portal/home.html",
        {
            "first": first,
            "rest": rest,
            "main": panels_for(request, "main"),
            "side": panels_for(request, "side"),
            "now": timezone.now(),
        },
    )


_WAYS = {"code": LinkByCodeForm, "bill": LinkByBillForm}


@login_required
@require_http_methods(["GET", "POST"])
def link(request: HttpRequest) -> HttpResponse:
    """Link a customer number to the signed-in person, by code or by facts of a bill."""
    way = request.POST.get("way") or request.GET.get("way") or "code"
    if way not in _WAYS:
        way = "code"
    form: Any = _WAYS[way](request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        common: dict[str, Any] = {
            "actor": request.actor,
            "user": request.user,
            "institution": request.institution,
            "customer_number": form.cleaned_data["number"],
            "now": timezone.now(),
        }
        try:
            if way == "code":
                made = linking.link_customer_by_code(code=form.cleaned_data["code"], **common)
            else:
                made = billing.link_customer_by_invoice(
                    invoice_number=form.cleaned_data["bill"], amount_minor=form.cleaned_data["amount"], **common
                )
        except (LinkRefused, TooManyAttempts, AlreadyLinked) as refusal:
            add_problem(form, "number", str(refusal))
        else:
            choose_party(request, str(made.party_id))
            return redirect(reverse(request, "portal:home"))
    status = 422 if form.is_bound else 200
    return page(request, "portal/link.html", {"form": form, "way": way}, status=status)


@login_required
@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Act for another party from now on; an unknown one changes nothing."""
    choose_party(request, request.POST.get("party", ""))
    return redirect(safe_next(request, request.POST.get("next"), reverse(request, "portal:home")))


@require_GET
@customer_page("see")
def details(request: HttpRequest) -> HttpResponse:
    """Show customer number, name and address, read-only; a change is asked for by a request (EK-14, EK-15)."""
    acting = request.acting
    return page(
        request,
        "portal/details.html",
        {
            "acting": acting,
            "identifiers": parties.masked_identifiers([acting.party]).get(acting.party.pk, []),
            "representatives": parties.representatives_of(
                acting.party, institutions.today(request.institution, timezone.now())
            ),
        },
    )


@require_GET
def contact(request: HttpRequest) -> HttpResponse:
    """Show address, phones and opening hours, with the closures to come."""
    now = timezone.now()
    return page(
        request,
        "portal/contact.html",
        {
            "hours": opening_hours(request.institution, now),
            "closures": institutions.list_closures(request.institution).filter(
                ends_on__gte=now.astimezone(ZoneInfo(request.institution.time_zone)).date()
            ),
        },
    )


def _text_page(request: HttpRequest, title: str, template: str) -> HttpResponse:
    return page(request, template, {"title": title})


@require_GET
def help_page(request: HttpRequest) -> HttpResponse:
    """Answer the questions that people ask first."""
    return _text_page(request, _("Help"), "portal/help.html")


@require_GET
def privacy(request: HttpRequest) -> HttpResponse:
    """Say what is kept, who sees it and for how long."""
    return _text_page(request, _("Personal data"), "portal/privacy.html")


@require_GET
def accessibility(request: HttpRequest) -> HttpResponse:
    """Say how accessible the counter is and whom to tell when it isn't."""
    return _text_page(request, _("Accessibility"), "portal/accessibility.html")
