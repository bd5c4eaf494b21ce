"""Customers at the desk: finding the right one, and his file, which opens only with a purpose."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from salter.audit import selectors as trail
from salter.audit import services as audit
from salter.billing import selectors as billing
from salter.cases import selectors as cases
from salter.desk.forms import PurposeForm
from salter.desk.purposes import open_file, purpose_of
from salter.desk.showing import bill_rows, message_rows, payment_rows
from salter.desk.tables import CustomerTable, TrailTable
from salter.institutions.selectors import has_module, today
from salter.lib import identifiers
from salter.notifications import selectors as notifications
from salter.pages.forms import answer, once
from salter.pages.shortcuts import page, reverse
from salter.parties import selectors as parties
from salter.parties import services as party_services
from salter.staff.access import staff_page

__all__ = ["activation_code", "customer", "customers", "trail_list"]


@require_GET
@staff_page("customers.open")
def customers(request: HttpRequest) -> HttpResponse:
    """Find a customer. What was looked for is recorded: a list of names is personal data too."""
    table = CustomerTable(parties.list_customers(request.institution).select_related("institution"))
    if looked_for := request.GET.get("q", "").strip():
        audit.record(
            actor=request.actor,
            action="desk.customers_read",
            institution_id=request.institution.pk,
            subject_kind="customers",
            payload={"looked_for": looked_for[:200]},
        )
    return table.respond(request, "desk/customers.html")


def _find(request: HttpRequest, party: UUID) -> Any:
    found = parties.find_party(institution=request.institution, party_id=party)
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "POST"])
@staff_page("customers.open")
def customer(request: HttpRequest, party: UUID) -> HttpResponse:
    """Ask for the purpose, then show everything about one customer in one place."""
    found, now = _find(request, party), timezone.now()
    if request.method == "POST":
        form = PurposeForm(request.POST)
        if not form.is_valid():
            return answer(request, "desk/purpose.html", {"party": found}, form)
        open_file(
            request,
            kind="party",
            subject_id=found.pk,
            ref=found.name,
            party_id=found.pk,
            purpose=form.purpose(),
            now=now,
        )
        return redirect(reverse(request, "desk:customer", party=found.pk))
    purpose = purpose_of(request, found.pk, now)
    if not purpose:
        return page(request, "desk/purpose.html", {"party": found, "form": PurposeForm()})
    return page(request, "desk/customer.html", _file(request, found) | {"purpose": purpose})


def _file(request: HttpRequest, party: Any) -> dict[str, Any]:
    now = timezone.now()
    day = today(request.institution, now)
    numbers = list(parties.customers_of(party))
    context: dict[str, Any] = {
        "party": party,
        "numbers": numbers,
        "identifiers": [
            (identifiers.label(kind), masked) for kind, masked in parties.masked_identifiers([party]).get(party.pk, [])
        ],
        "people": [(row.user.name, row.get_scope_display()) for row in parties.representatives_of(party, day)],
        "cases": list(cases.cases_of_party(request.institution, party.pk).with_names().order_by("-opened_at")[:10]),
        "messages_sent": message_rows(notifications.list_messages_to_party(request.institution, party.pk)[:10]),
        "look_rows": look_rows(
            trail.entries_about_party(request.institution.pk, party.pk).filter(action__endswith="_read")[:10]
        ),
        "may_link": staff_rules.may(request.membership.role, "customers.link"),
        "billing": None,
    }
    if has_module(request.institution, "billing"):
        context["billing"] = {
            "balance": billing.balance_of(institution=request.institution, customers=numbers, now=now),
            "currency": request.institution.currency,
            "open": bill_rows(
                billing.list_open_invoices(institution=request.institution, customers=numbers)[:12],
                request.institution.currency,
            ),
            "payments": payment_rows(
                billing.list_payments(
                    institution=request.institution,
                    customers=numbers,
                    since=billing.payments_since(request.institution, now),
                )[:6],
                request.institution.currency,
            ),
        }
    return context


@require_POST
@staff_page("customers.link")
def activation_code(request: HttpRequest, party: UUID, customer: UUID) -> HttpResponse:
    """Make a new activation code for somebody who stands at the window, and show it once."""
    found, now = _find(request, party), timezone.now()
    if not purpose_of(request, found.pk, now):
        return redirect(reverse(request, "desk:customer", party=found.pk))
    number = next((one for one in parties.customers_of(found) if one.pk == customer), None)
    if number is None:
        raise Http404

    def act() -> HttpResponse:
        code = party_services.issue_activation_code(actor=request.actor, customer=number, now=now)
        return page(request, "desk/activation_code.html", {"party": found, "number": number, "code": code})

    return once(request, act)


@require_GET
@staff_page("audit.see")
def trail_list(request: HttpRequest) -> HttpResponse:
    """Show the trail of this institution; looking at it is recorded as well."""
    audit.record(
        actor=request.actor,
        action="desk.trail_read",
        institution_id=request.institution.pk,
        subject_kind="trail",
        payload={"looked_for": request.GET.get("q", "")[:200]},
    )
    return TrailTable(trail.entries_of_institution(request.institution.pk)).respond(request, "desk/trail.html")
