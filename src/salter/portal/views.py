"""Pages that combine the apps for the citizen."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from salter.accounts.access import signed_in
from salter.billing import services as billing
from salter.cases import selectors as cases
from salter.institutions import selectors as institutions
from salter.institutions.models import Institution
from salter.lib import identifiers
from salter.lib.dates import format_date
from salter.lib.texts import pick
from salter.pages.forms import add_refusal, answer, once
from salter.pages.registry import attention_for, panels_for
from salter.pages.shortcuts import page, reverse, safe_next
from salter.parties import selectors as parties
from salter.parties import services as linking
from salter.parties.access import acting_of, choose_party, customer_page
from salter.parties.types import AlreadyLinked, LinkRefused, TooManyAttempts
from salter.portal.forms import LinkByBillForm, LinkByCodeForm
from salter.portal.requests import change_url
from salter.portal.selectors import opening_hours, own_counters
from salter.staff.access import membership_of

__all__ = ["accessibility", "act_for", "contact", "counters", "details", "help_page", "home", "link", "privacy"]

# As many quick acts as fit into one row on a desk's screen.
_QUICK_ACTS = 4
_WAYS: dict[str, Any] = {"code": LinkByCodeForm, "bill": LinkByBillForm}


@require_safe
def counters(request: HttpRequest) -> HttpResponse:
    """List one's own counters with for whom one acts there, then every other one."""
    own = own_counters(request.user.pk, timezone.now()) if request.user.is_authenticated else []
    known = {row.institution.pk for row in own}
    rows = []
    for row in own:
        lines = [party.name for party in row.parties] + ([_("You work here")] if row.works_here else [])
        rows.append(_window(request, row.institution) | {"lines": lines})
    others = [_window(request, one) for one in institutions.list_institutions() if one.pk not in known]
    return page(request, "portal/counters.html", {"own": rows, "others": others})


def _window(request: HttpRequest, institution: Institution) -> dict[str, Any]:
    return {
        "counter": pick(institution.counter_name, None, institution.default_language),
        "name": pick(institution.name, None, institution.default_language),
        "href": reverse(request, "portal:home", institution_slug=institution.slug),
        "icon": institution.icon,
        "theme": institution.theme,
    }


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show what needs the reader first; to a stranger, what this counter is; to the staff, their desk."""
    if not request.user.is_authenticated:
        return page(request, "portal/welcome.html", {"hours": _hours(request)})
    acting = acting_of(request)
    if acting is None:
        if membership_of(request) is not None:
            return redirect(reverse(request, "desk:work_list"))
        return page(request, "portal/nobody.html", {"hours": _hours(request)})
    request.acting = acting
    waiting = attention_for(request)
    return page(
        request,
        "portal/home.html",
        {
            "greeting": _("Good day, %(name)s") % {"name": request.user.name},
            "first": waiting[0] if waiting else None,
            "rest": waiting[1:],
            "acts": [
                (kind.icon or "chat", pick(kind.names), pick(kind.hints), reverse(request, "cases:new", kind=kind.code))
                for kind in cases.offers(request.institution)[:_QUICK_ACTS]
            ],
            "main": panels_for(request, "main"),
            "side": panels_for(request, "side"),
        },
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest) -> HttpResponse:
    """Link a customer number to the signed-in person, by code or by facts of a bill."""
    way = request.POST.get("way") or request.GET.get("way") or "code"
    way = way if way in _WAYS else "code"
    form = _WAYS[way](request.POST if request.method == "POST" else None)

    def act() -> HttpResponse:
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
            add_refusal(form, "number", refusal)
            return answer(request, "portal/link.html", {"way": way}, form)
        choose_party(request, str(made.party_id))
        return redirect(reverse(request, "portal:home"))

    if form.is_bound and form.is_valid():
        return once(request, act)
    return answer(request, "portal/link.html", {"way": way}, form)


@signed_in
@require_POST
def act_for(request: HttpRequest) -> HttpResponse:
    """Act for another party from now on; one that isn't the reader's changes nothing."""
    choose_party(request, request.POST.get("party", ""))
    # Not `redirect`, which takes a word for the name of a view.
    return HttpResponseRedirect(safe_next(request, request.POST.get("next"), reverse(request, "portal:home")))


@require_safe
@customer_page("see")
def details(request: HttpRequest) -> HttpResponse:
    """Show customer number, name and address, read-only; a change is asked for by a request (EK-14, EK-15)."""
    party = request.acting.party
    today = institutions.today(request.institution, timezone.now())
    return page(
        request,
        "portal/details.html",
        {
            "acting": request.acting,
            "identifiers": [
                (identifiers.label(kind), masked)
                for kind, masked in parties.masked_identifiers([party]).get(party.pk, [])
            ],
            "people": [(row.user.name, row.get_scope_display()) for row in parties.representatives_of(party, today)],
            "change_url": change_url(request),
        },
    )


def _hours(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the opening hours as rows of weekday and times."""
    return [
        (
            str(WEEKDAYS[day.weekday]),
            ", ".join(f"{opens:%H:%M}–{closes:%H:%M}" for opens, closes in day.intervals) or _("closed"),
        )
        for day in opening_hours(request.institution, timezone.now())
    ]


def _days(starts_on: date, ends_on: date) -> str:
    first, last = format_date(starts_on), format_date(ends_on)
    return first if starts_on == ends_on else f"{first} – {last}"


@require_safe
def contact(request: HttpRequest) -> HttpResponse:
    """Show address, phones and opening hours, with the closures to come."""
    today = institutions.today(request.institution, timezone.now())
    closures = institutions.list_closures(request.institution).filter(ends_on__gte=today)
    return page(
        request,
        "portal/contact.html",
        {
            "hours": _hours(request),
            "closures": [(_days(row.starts_on, row.ends_on), pick(row.reason) or _("closed")) for row in closures],
        },
    )


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Answer the questions that people ask first."""
    return page(request, "portal/help.html", {"hours": _hours(request)})


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Say what is kept and who sees it."""
    return page(request, "portal/privacy.html", {"hours": _hours(request)})


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """Say how accessible the counter is and whom to tell when it isn't."""
    return page(request, "portal/accessibility.html", {"hours": _hours(request)})
