"""Customers at the desk: finding the right one, and his file, which opens only with a purpose."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from salter.accounts.selectors import find_user
from salter.audit import selectors as trail
from salter.audit import services as audit
from salter.billing import selectors as billing
from salter.cases import selectors as cases
from salter.desk.forms import LinkForm, PurposeForm
from salter.desk.purposes import open_file, purpose_of
from salter.desk.showing import bill_rows, look_rows, message_rows, payment_rows
from salter.desk.tables import CustomerTable, TrailTable
from salter.institutions.selectors import has_module, today
from salter.lib import identifiers
from salter.notifications import selectors as notifications
from salter.pages.forms import add_refusal, answer, once
from salter.pages.shortcuts import page, reverse
from salter.parties import selectors as parties
from salter.parties import services as party_services
from salter.parties.types import AlreadyLinked, Ground
from salter.staff.access import staff_page
from salter.staff.rules import may

__all__ = ["activation_code", "customer", "customers", "link_person", "trail_list", "unlink_person"]


def _looked_for(request: HttpRequest) -> str:
    # The trail's payload is JSON, which holds no NUL.
    return " ".join(request.GET.get("q", "").replace("\x00", " ").split())[:200]


@require_safe
@staff_page("customers.open")
def customers(request: HttpRequest) -> HttpResponse:
    """Find a customer. Each look at the list is recorded with what was looked for: names are personal data too."""
    table = CustomerTable(parties.list_customers(request.institution).select_related("institution"))
    audit.record(
        actor=request.actor,
        action="desk.customers_read",
        institution_id=request.institution.pk,
        subject_kind="customers",
        payload={"looked_for": _looked_for(request)},
    )
    return table.respond(request, "desk/customers.html")


def _find(request: HttpRequest, party: UUID) -> Any:
    found = parties.find_party(institution=request.institution, party_id=party)
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
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
        "people": list(parties.representatives_of(party, day)),
        "cases": list(cases.cases_of_party(request.institution, party.pk)[:10]),
        "messages_sent": message_rows(notifications.list_messages_to_party(request.institution, party.pk)[:10]),
        "look_rows": look_rows(
            trail.entries_about_party(request.institution.pk, party.pk).filter(action__endswith="_read")[:10]
        ),
        "may_link": may(request.membership.role, "customers.link"),
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
        return _to_file(request, found)
    number = next((one for one in parties.customers_of(found) if one.pk == customer), None)
    if number is None:
        raise Http404

    # Not guarded by `once`: the code is on this page alone, so the second click must get one as well; the last counts.
    code = party_services.issue_activation_code(actor=request.actor, customer=number, now=now)
    return page(request, "desk/activation_code.html", {"party": found, "number": number, "code": code})


def _to_file(request: HttpRequest, party: Any) -> HttpResponse:
    return redirect(reverse(request, "desk:customer", party=party.pk))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("customers.link")
def link_person(request: HttpRequest, party: UUID) -> HttpResponse:
    """Let a person who has shown who he is act for this customer."""
    found = _find(request, party)
    if not purpose_of(request, found.pk, timezone.now()):
        return _to_file(request, found)
    if request.method == "POST":
        return once(request, lambda: _link(request, found))
    return page(request, "desk/link_person.html", {"party": found, "form": LinkForm()})


def _link(request: HttpRequest, party: Any) -> HttpResponse:
    form, now = LinkForm(request.POST), timezone.now()
    if form.is_valid():
        data = form.cleaned_data
        user = find_user(email=data["email"])
        if user is None:
            add_refusal(form, "email", _("No account has this address. The person opens one first."))
        elif user.pk == request.user.pk:
            add_refusal(form, "email", _("This is your own account. A colleague must link it."))
        elif data["ends_on"] and data["ends_on"] < today(request.institution, now):
            add_refusal(form, "ends_on", _("This day is over. Choose a later one or leave it empty."))
        else:
            try:
                with transaction.atomic():
                    _grant(request, party, user, data, now)
            except AlreadyLinked:
                add_refusal(form, "email", _("This person acts for the customer already."))
            else:
                messages.success(request, _("%(name)s may act from now on.") % {"name": user.name})
                return _to_file(request, party)
    return answer(request, "desk/link_person.html", {"party": party}, form)


def _grant(request: HttpRequest, party: Any, user: Any, data: dict[str, Any], now: datetime) -> None:
    representation = party_services.grant_representation(
        actor=request.actor,
        party=party,
        user=user,
        scope=data["scope"],
        ground=Ground.STAFF,
        now=now,
        ends_on=data["ends_on"],
    )
    audit.record(
        actor=request.actor,
        action="desk.check_identity",
        institution_id=request.institution.pk,
        subject_kind="representation",
        subject_id=representation.pk,
        subject_ref=user.name,
        party_id=party.pk,
        purpose=data["document"],
        now=now,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("customers.link")
def unlink_person(request: HttpRequest, party: UUID, representation: UUID) -> HttpResponse:
    """End somebody's right to act for this customer, after one question."""
    found, now = _find(request, party), timezone.now()
    day = today(request.institution, now)
    row = next((one for one in parties.representatives_of(found, day) if one.pk == representation), None)
    if row is None:
        raise Http404
    if not purpose_of(request, found.pk, now):
        return _to_file(request, found)
    if request.method != "POST":
        return page(request, "desk/unlink_person.html", {"party": found, "row": row})

    def act() -> HttpResponse:
        # Yesterday was the last day, so that it is over at once; parties keeps it from ending before it began.
        party_services.end_representation(
            actor=request.actor, representation=row, ends_on=day - timedelta(days=1), now=now
        )
        # Days are whole: what began today lasts until midnight.
        said = _("%(name)s no longer acts for this customer.")
        if row.starts_on == day:
            said = _("%(name)s acts for this customer until the end of today, then no longer.")
        messages.success(request, said % {"name": row.user.name})
        return _to_file(request, found)

    return once(request, act)


@require_safe
@staff_page("audit.see")
def trail_list(request: HttpRequest) -> HttpResponse:
    """Show the trail of this institution; looking at it is recorded as well."""
    audit.record(
        actor=request.actor,
        action="desk.trail_read",
        institution_id=request.institution.pk,
        subject_kind="trail",
        payload={"looked_for": _looked_for(request)},
    )
    return TrailTable(trail.entries_of_institution(request.institution.pk)).respond(request, "desk/trail.html")
