"""A customer's bills: what is to be paid, what was issued, what was paid; one bill on screen, on paper, as a code."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from markupsafe import Markup

from salter.institutions.selectors import today
from salter.lib import qr
from salter.pages.shortcuts import page, reverse
from salter.parties.access import customer_page
from salter.parties.types import Scope

from . import panels, papers, selectors, tables
from .models import Invoice

__all__ = ["bill_paper", "bills", "code_png", "code_svg", "invoice", "invoices", "payments", "statement"]

View = Callable[..., HttpResponse]

# Made from the open balance of this moment: a stored copy would be paid twice.
_FRESH = {"Cache-Control": "private, no-store"}


def _bills_page(view: View) -> View:
    """A page that a customer reads; where bills are switched off, the middleware has answered already."""
    return require_safe(customer_page("see")(view))


def _whose(request: HttpRequest) -> dict[str, Any]:
    return {"institution": request.institution, "customers": request.acting.customers}  # type: ignore[attr-defined]


def _frame(request: HttpRequest, current: str) -> dict[str, Any]:
    """What the three lists share: tabs and balance."""
    balance = panels.balance(request)
    tabs = [
        ("bills", _("To pay"), balance.open_count if balance else None),
        ("invoices", _("Bills"), None),
        ("payments", _("Payments"), None),
    ]
    return {
        "balance": balance,
        "tabs": [(label, reverse(request, f"billing:{name}"), name == current, count) for name, label, count in tabs],
    }


@_bills_page
def bills(request: HttpRequest) -> HttpResponse:
    """Show every bill that isn't paid in full, however old (EK-32)."""
    table = tables.OpenTable.of(request, selectors.list_open_invoices(**_whose(request)), timezone.now())
    return table.respond(request, "billing/bills.html", _frame(request, "bills"))


@_bills_page
def invoices(request: HttpRequest) -> HttpResponse:
    """Show the bills of the window (EK-31)."""
    now = timezone.now()
    since = selectors.invoices_since(request.institution, now)  # type: ignore[attr-defined]
    table = tables.InvoiceTable.of(request, selectors.list_invoices(**_whose(request), since=since), now)
    return table.respond(request, "billing/invoices.html", {**_frame(request, "invoices"), "since": since})


@_bills_page
def payments(request: HttpRequest) -> HttpResponse:
    """Show the payments of the window (EK-33)."""
    now = timezone.now()
    since = selectors.payments_since(request.institution, now)  # type: ignore[attr-defined]
    table = tables.PaymentTable.of(request, selectors.list_payments(**_whose(request), since=since), now)
    return table.respond(request, "billing/payments.html", {**_frame(request, "payments"), "since": since})


@_bills_page
def statement(request: HttpRequest) -> HttpResponse:
    """Hand out what is owed and what was paid lately, as PDF."""
    now, whose = timezone.now(), _whose(request)
    since = selectors.payments_since(request.institution, now)  # type: ignore[attr-defined]
    content = papers.statement_pdf(
        institution=request.institution,  # type: ignore[attr-defined]
        party=request.acting.party,  # type: ignore[attr-defined]
        customers=request.acting.customers,  # type: ignore[attr-defined]
        balance=selectors.balance_of(**whose, now=now),
        invoices=list(selectors.list_open_invoices(**whose)),
        payments=list(selectors.list_payments(**whose, since=since)),
        payments_since=since,
        now=now,
        today=_day(request, now),
        language=get_language() or "en",
    )
    return _file(content, "application/pdf", f"{_('statement')}-{_day(request, now):%Y-%m-%d}.pdf")


@_bills_page
def invoice(request: HttpRequest, invoice_id: UUID) -> HttpResponse:
    """Show one bill: what to pay and how, how the sum came about, what was paid of it."""
    bill = _find(request, invoice_id)
    order = selectors.payment_order(request.institution, bill)  # type: ignore[attr-defined]
    code = qr.svg(order.payload, label=_("Code for payment by your bank's app, NBS IPS QR")) if order else ""
    return page(
        request,
        "billing/invoice.html",
        {
            "bill": bill,
            "bill_title": papers.bill_title(bill),
            "band": tables.state_band(bill, _day(request, timezone.now())),
            "order": order,
            "payment_rows": papers.payment_rows(order) if order else [],
            # The frame around it carries the class.
            "code": Markup(code.replace(' class="qr"', "", 1)),  # noqa: S704 - drawn by us
            "meter": papers.meter_rows(bill),
            "booked": selectors.list_payments_of_invoice(bill),
            "loaded_at": bill.loaded_at,  # type: ignore[attr-defined]
            "complain": _complaint(request, bill),
        },
    )


@_bills_page
def bill_paper(request: HttpRequest, invoice_id: UUID) -> HttpResponse:
    """Hand out one bill as PDF."""
    bill = _find(request, invoice_id)
    content = papers.bill_pdf(
        institution=request.institution,  # type: ignore[attr-defined]
        party=request.acting.party,  # type: ignore[attr-defined]
        invoice=bill,
        order=selectors.payment_order(request.institution, bill),  # type: ignore[attr-defined]
        booked=selectors.list_payments_of_invoice(bill),
        loaded_at=bill.loaded_at,  # type: ignore[attr-defined]
        today=_day(request, timezone.now()),
        language=get_language() or "en",
    )
    return _file(content, "application/pdf", f"{_safe(bill.number)}.pdf")


@_bills_page
def code_png(request: HttpRequest, invoice_id: UUID) -> HttpResponse:
    """Hand out the payment code as a picture: nobody can scan the screen of the phone he holds."""
    bill, payload = _payload(request, invoice_id)
    return _file(qr.png(payload, scale=12), "image/png", f"qr-{_safe(bill.number)}.png", download=True)


@_bills_page
def code_svg(request: HttpRequest, invoice_id: UUID) -> HttpResponse:
    """Hand out the payment code as a drawing."""
    bill, payload = _payload(request, invoice_id)
    drawing = qr.svg(payload).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return _file(drawing.encode(), "image/svg+xml", f"qr-{_safe(bill.number)}.svg", download=True)


def _find(request: HttpRequest, invoice_id: UUID) -> Invoice:
    try:
        return selectors.get_invoice(**_whose(request), invoice_id=invoice_id)
    except Invoice.DoesNotExist:
        raise Http404 from None


def _payload(request: HttpRequest, invoice_id: UUID) -> tuple[Invoice, str]:
    bill = _find(request, invoice_id)
    order = selectors.payment_order(request.institution, bill)  # type: ignore[attr-defined]
    if order is None:
        raise Http404
    return bill, order.payload


def _day(request: HttpRequest, now: datetime.datetime) -> datetime.date:
    return today(request.institution, now)  # type: ignore[attr-defined]


def _complaint(request: HttpRequest, bill: Invoice) -> str:
    """Where a complaint about this bill begins; empty for a reader who may only see."""
    if not request.acting.may(Scope.ACT):  # type: ignore[attr-defined]
        return ""
    address = reverse(request, "cases:new")
    query = {"kind": "complaint", "about": f"invoice:{bill.number}", "customer": str(bill.customer_id)}
    return f"{address}?{urlencode(query)}"


def _safe(name: str) -> str:
    return re.sub(r"[^0-9A-Za-z-]+", "-", name).strip("-") or "bill"


def _file(content: bytes, kind: str, name: str, *, download: bool = False) -> HttpResponse:
    response = HttpResponse(content, content_type=kind, headers=_FRESH)
    response.headers["Content-Disposition"] = f'{"attachment" if download else "inline"}; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
