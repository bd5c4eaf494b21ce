"""Bills and statements on paper: the data of the PDFs, with texts in the reader's language."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from salter.documents import pdf
from salter.lib import qr
from salter.lib.dates import format_date, format_datetime, format_month
from salter.lib.money import format_money, format_number, split_money
from salter.lib.references import format_reference

from . import rules
from .models import Allocation, Invoice, Payment
from .types import Balance, Method, PaymentOrder, State

if TYPE_CHECKING:
    from salter.institutions.models import Institution
    from salter.parties.models import Customer, Party

__all__ = ["bill_pdf", "bill_title", "meter_rows", "statement_pdf"]

# A tagged table costs the PDF maker a third of a millisecond a row; nobody reads more of it on paper.
MOST_ROWS = 1000


def bill_title(invoice: Invoice, language: str | None = None) -> str:
    """ "Bill for January 2026", or its number when it isn't for one month."""
    month = rules.billed_month(invoice.period_from, invoice.period_to)
    if month is None:
        return _("Bill %(number)s") % {"number": invoice.number}
    return _("Bill for %(month)s") % {"month": format_month(month, language)}


def meter_rows(invoice: Invoice, language: str | None = None) -> list[tuple[str, str, str, bool]]:
    """From the states of the meter to the energy: label, value, hint, is it the result. Empty without a meter."""
    rows: list[tuple[str, str, str, bool]] = []

    def add(label: str, value: Any, unit: str, hint: str = "", result: bool = False) -> None:
        if value is not None:
            rows.append((label, f"{format_number(value.normalize(), language)}\u00a0{unit}", hint, result))

    def on(label: str, day: datetime.date | None) -> str:
        return f"{label}, {format_date(day, language)}" if day else label

    add(on(_("Meter reading"), invoice.period_to), invoice.current_state, "m³")
    add(on(_("Reading before"), invoice.period_from), invoice.previous_state, "m³")
    rolled = None not in (invoice.current_state, invoice.previous_state) and (
        invoice.current_state < invoice.previous_state  # type: ignore[operator]
    )
    hint = _("The meter's dial passed its highest number and began again at zero.") if rolled else ""
    add(_("Volume used"), invoice.consumption_m3, "m³", hint)
    if invoice.consumption_m3 and invoice.energy_kwh is not None:
        factor = (invoice.energy_kwh / invoice.consumption_m3).quantize(invoice.energy_kwh)
        value = f"× {format_number(factor.normalize(), language)}\u00a0kWh/m³"
        rows.append((_("Energy in one cubic metre"), value, _("kilowatt-hours charged for each m³, rounded"), False))
    add(_("Energy charged"), invoice.energy_kwh, "kWh", result=True)
    return rows


def bill_pdf(
    *,
    institution: Institution,
    party: Party,
    invoice: Invoice,
    order: PaymentOrder | None,
    booked: Sequence[Allocation],
    loaded_at: datetime.datetime | None,
    today: datetime.date,
    language: str,
) -> bytes:
    """The bill on paper, with what is open of it now."""
    with translation.override(language):
        money = _money(institution, language)
        state = rules.state_of(invoice, today)
        parts: list[dict[str, Any]] = [
            {"kind": "facts", "heading": _("Customer"), "rows": _customer_rows(party, invoice.customer)},
        ]
        if meter := meter_rows(invoice, language):
            parts.append({"kind": "facts", "heading": _("From the meter to the bill"), "rows": meter})
        parts.append(
            {
                "kind": "facts",
                "heading": _("Amount"),
                "rows": [
                    [_("Without tax"), money(invoice.net_minor)],
                    [_("Value added tax"), money(invoice.vat_minor)],
                    [_("Total"), money(invoice.total_minor), "", True],
                ],
            }
        )
        if booked:
            parts.append(_booked_part(booked, money, language))
        band = State(state).label if state != State.OVERDUE else _overdue(invoice, today)
        data = {
            "title": bill_title(invoice, language),
            "subtitle": _subtitle(invoice, language),
            "band": str(band),
            "head": pdf.letterhead(institution, language),
            "pay": _pay(institution, invoice, order, loaded_at, language) if state != State.PAID else None,
            "parts": parts,
        }
        return pdf.render("invoice", data, language)


def statement_pdf(
    *,
    institution: Institution,
    party: Party,
    customers: Sequence[Customer],
    balance: Balance,
    invoices: Sequence[Invoice],
    payments: Sequence[Payment],
    payments_since: datetime.date,
    now: datetime.datetime,
    today: datetime.date,
    language: str,
) -> bytes:
    """What is owed, bill by bill, and what was paid lately."""
    with translation.override(language):
        money = _money(institution, language)
        as_of = format_datetime(balance.as_of or now, language, institution.time_zone)
        several = len(customers) > 1
        parts: list[dict[str, Any]] = [
            {
                "kind": "facts",
                "heading": party.name,
                "rows": [
                    [_("Customer number"), ", ".join(customer.number for customer in customers)],
                    [_("Open bills"), money(balance.due_minor)],
                    [_("Paid in advance"), money(-balance.credit_minor)],
                    [_("Balance"), money(balance.balance_minor), "", True],
                ],
            },
            _open_part(invoices, money, today, several, language),
            _payments_part(payments, payments_since, money, language),
        ]
        data = {
            "title": _("Statement of balance"),
            "subtitle": _("as of %(moment)s") % {"moment": as_of},
            "head": pdf.letterhead(institution, language),
            "parts": parts,
            "note": _left_out(max(0, len(invoices) - MOST_ROWS) + max(0, len(payments) - MOST_ROWS)),
        }
        return pdf.render("sheet", data, language)


def _left_out(count: int) -> str:
    """What the sums contain and the paper doesn't list."""
    if not count:
        return ""
    words = ngettext(
        "%(num)s more row is in the sums but not listed.", "%(num)s more rows are in the sums but not listed.", count
    )
    return words % {"num": count}


def _money(institution: Institution, language: str) -> Any:
    return lambda minor: format_money(minor, institution.currency, language)


def _overdue(invoice: Invoice, today: datetime.date) -> str:
    days = rules.days_overdue(invoice.due_on, today)
    return ngettext("%(num)s day overdue", "%(num)s days overdue", days) % {"num": days}


def _subtitle(invoice: Invoice, language: str) -> str:
    issued = {"number": invoice.number, "issued": format_date(invoice.issued_on, language)}
    if invoice.period_from is None or invoice.period_to is None:
        return _("Number %(number)s · issued %(issued)s") % issued
    return _("Number %(number)s · issued %(issued)s · for %(start)s – %(end)s") % {
        **issued,
        "start": format_date(invoice.period_from, language),
        "end": format_date(invoice.period_to, language),
    }


def _customer_rows(party: Party, customer: Customer) -> list[list[str]]:
    address = ", ".join(part for part in (party.address, f"{party.postcode} {party.city}".strip()) if part)
    rows = [
        [_("Name"), party.name],
        [_("Address"), address],
        [_("Customer number"), customer.number],
        [_("Metering point"), customer.supply_point],
        [_("Meter"), customer.meter_serial],
    ]
    return [row for row in rows if row[1]]


def _pay(
    institution: Institution,
    invoice: Invoice,
    order: PaymentOrder | None,
    loaded_at: datetime.datetime | None,
    language: str,
) -> dict[str, Any]:
    parts = split_money(rules.open_amount(invoice.total_minor, invoice.paid_minor), institution.currency, language)
    due = {"due": format_date(invoice.due_on, language)}
    if loaded_at is None:
        note = _("due %(due)s") % due
    else:
        moment = format_datetime(loaded_at, language, institution.time_zone)
        note = _("due %(due)s · as of %(moment)s") % {**due, "moment": moment}
    pay: dict[str, Any] = {
        "label": _("To pay"),
        "amount": parts.amount,
        "currency": parts.currency,
        "note": note,
        "rows": [[_("Payment reference"), format_reference(invoice.payment_reference)]]
        if invoice.payment_reference
        else [],
    }
    if order is not None:
        pay |= {
            "qr_svg": qr.svg(order.payload).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1),
            "qr_label": _("Scan and pay"),
            "qr_alt": _("Code for payment by your bank's app, NBS IPS QR"),
            "rows": payment_rows(order),
        }
    return pay


def payment_rows(order: PaymentOrder) -> list[list[str]]:
    """What stands beside the code, for those who type it."""
    rows = [
        [_("Payee"), order.payee],
        [_("Account"), order.account],
        [_("Reference"), format_reference(order.reference)],
        [_("Payment code"), order.code],
    ]
    return [row for row in rows if row[1]]


def _booked_part(booked: Sequence[Allocation], money: Any, language: str) -> dict[str, Any]:
    return {
        "kind": "table",
        "heading": _("Payments booked to this bill"),
        "columns": [{"label": _("Paid on"), "share": 1}, {"label": _("How"), "share": 1}, _right(_("Amount"))],
        "rows": [
            [
                format_date(row.payment.paid_on, language),
                str(Method(row.payment.method).label),
                money(row.amount_minor),
            ]
            for row in booked[:MOST_ROWS]
        ],
        "totals": [_("Total"), "", money(sum(row.amount_minor for row in booked))],
    }


def _open_part(
    invoices: Sequence[Invoice], money: Any, today: datetime.date, several: bool, language: str
) -> dict[str, Any]:
    if not invoices:
        return {"kind": "text", "heading": _("Bills to pay"), "paragraphs": [_("All bills are paid")]}
    number = [{"label": _("Customer number"), "share": 1}] if several else []
    rows = [
        [
            invoice.number,
            *([invoice.customer.number] if several else []),
            format_date(invoice.due_on, language),
            str(State(rules.state_of(invoice, today)).label),
            money(invoice.total_minor),
            money(rules.open_amount(invoice.total_minor, invoice.paid_minor)),
        ]
        for invoice in invoices[:MOST_ROWS]
    ]
    total = sum(rules.open_amount(invoice.total_minor, invoice.paid_minor) for invoice in invoices)
    return {
        "kind": "table",
        "heading": _("Bills to pay"),
        "columns": [
            {"label": _("Bill"), "share": 1},
            *number,
            {"label": _("Due"), "share": 1},
            {"label": _("State"), "share": 1},
            _right(_("Amount")),
            _right(_("Still to pay")),
        ],
        "rows": rows,
        "totals": [_("Total"), *([""] if several else []), "", "", "", money(total)],
    }


def _payments_part(payments: Sequence[Payment], since: datetime.date, money: Any, language: str) -> dict[str, Any]:
    heading = _("Payments since %(day)s") % {"day": format_date(since, language)}
    if not payments:
        return {"kind": "text", "heading": heading, "paragraphs": [_("No payments in this time")]}
    return {
        "kind": "table",
        "heading": heading,
        "columns": [{"label": _("Paid on"), "share": 1}, {"label": _("How"), "share": 1}, _right(_("Amount"))],
        "rows": [
            [format_date(row.paid_on, language), str(Method(row.method).label), money(row.amount_minor)]
            for row in payments[:MOST_ROWS]
        ],
        "totals": [_("Total"), "", money(sum(row.amount_minor for row in payments))],
    }


def _right(label: str) -> dict[str, Any]:
    return {"label": label, "align": "right"}
