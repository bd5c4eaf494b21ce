"""Door: reads of invoices, payments and balances, each scoped to one institution and to customers of it.

"Customers" are the customer numbers of the party for whom the viewer acts (``request.acting.customers``) or whose
file a clerk has opened (``parties.selectors.customers_of``). A row of another institution is never found.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet, Subquery

from salter.institutions.selectors import setting, today
from salter.lib import ips

from . import rules
from .models import Allocation, Invoice, Ledger, Payment
from .types import Balance, LastPayment, LastReading, Overview, PaymentOrder

if TYPE_CHECKING:
    from salter.institutions.models import Institution

__all__ = [
    "as_of",
    "balance_of",
    "find_invoice_by_number",
    "get_invoice",
    "invoices_since",
    "list_invoices",
    "list_open_invoices",
    "list_payments",
    "list_payments_of_invoice",
    "overdue_of_party",
    "overview_of",
    "payment_order",
    "payments_since",
]


class _Customer(Protocol):
    """What is needed of a customer of parties."""

    @property
    def pk(self) -> UUID: ...


def _ids(customers: Iterable[_Customer]) -> list[UUID]:
    return [customer.pk for customer in customers]


_BALANCE = """
SELECT coalesce(sum(open_minor), 0)::bigint,
    coalesce(sum(open_minor) FILTER (WHERE due_on < %(today)s), 0)::bigint,
    count(*), count(*) FILTER (WHERE due_on < %(today)s),
    (SELECT coalesce(sum(amount_minor - allocated_minor), 0)::bigint FROM billing_payment
        WHERE institution_id = %(institution)s AND customer_id = ANY(%(customers)s) AND allocated_minor < amount_minor),
    (SELECT as_of FROM billing_ledger WHERE institution_id = %(institution)s)
FROM billing_invoice
WHERE institution_id = %(institution)s AND customer_id = ANY(%(customers)s) AND paid_minor < total_minor
"""


def balance_of(*, institution: Institution, customers: Iterable[_Customer], now: datetime.datetime) -> Balance:
    """What the customers owe together, in one query over open rows only.

    Units: minor units of the institution's currency.
    """
    with connection.cursor() as cursor:
        cursor.execute(_BALANCE, _asked(institution, customers, now))
        return _balance(cursor.fetchone(), institution)


def _asked(institution: Institution, customers: Iterable[_Customer], now: datetime.datetime) -> dict[str, Any]:
    return {"institution": institution.pk, "customers": _ids(customers), "today": today(institution, now)}


def _balance(row: Sequence[Any], institution: Institution) -> Balance:
    due, overdue, open_count, overdue_count, credit, loaded_at = row
    return Balance(due, overdue, credit, open_count, overdue_count, institution.currency, loaded_at)


# A bill without a meter state, such as a fee, is no reading.
_OVERVIEW = f"""
SELECT balance.*, payment.*, reading.*
FROM ({_BALANCE}) AS balance
LEFT JOIN LATERAL (
    SELECT amount_minor, paid_on, method FROM billing_payment
    WHERE institution_id = %(institution)s AND customer_id = ANY(%(customers)s)
    ORDER BY paid_on DESC, external_ref DESC LIMIT 1
) AS payment ON true
LEFT JOIN LATERAL (
    SELECT current_state, period_to, customer_id, number FROM billing_invoice
    WHERE institution_id = %(institution)s AND customer_id = ANY(%(customers)s)
        AND current_state IS NOT NULL AND period_to IS NOT NULL
    ORDER BY issued_on DESC, number DESC LIMIT 1
) AS reading ON true
"""  # noqa: S608  (put together of constants)


def overview_of(*, institution: Institution, customers: Iterable[_Customer], now: datetime.datetime) -> Overview:
    """The balance, the latest payment and the meter state of the latest bill that has one, however old; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_OVERVIEW, _asked(institution, customers, now))
        row = cursor.fetchone()
    balance, payment, reading = row[:6], row[6:9], row[9:]
    return Overview(
        _balance(balance, institution),
        LastPayment(*payment) if payment[0] is not None else None,
        LastReading(*reading) if reading[0] is not None else None,
    )


def overdue_of_party(*, institution: Institution, party: Any, now: datetime.datetime) -> QuerySet[Invoice]:
    """The overdue invoices of all customer numbers of a party, to be counted."""
    rows: QuerySet[Invoice] = Invoice.objects.filter(
        institution=institution, customer__party=party, due_on__lt=today(institution, now)
    ).open()  # type: ignore[attr-defined]
    return rows


def as_of(institution: Institution) -> datetime.datetime | None:
    """When the books of the institution were last loaded; None before the first load."""
    return Ledger.objects.filter(institution=institution).values_list("as_of", flat=True).first()


def invoices_since(institution: Institution, now: datetime.datetime) -> datetime.date:
    """The first day of the window in which issued invoices are shown. Source: EK-31."""
    return rules.months_before(today(institution, now), setting(institution, "billing.invoice_months"))


def payments_since(institution: Institution, now: datetime.datetime) -> datetime.date:
    """The first day of the window in which payments are shown. Source: EK-33."""
    return rules.months_before(today(institution, now), setting(institution, "billing.payment_months"))


def _invoices(institution: Institution, customers: Iterable[_Customer]) -> QuerySet[Invoice]:
    return Invoice.objects.filter(institution=institution, customer_id__in=_ids(customers)).select_related("customer")


def list_open_invoices(*, institution: Institution, customers: Iterable[_Customer]) -> QuerySet[Invoice]:
    """Every invoice that isn't paid in full, however old, oldest due date first. Source: EK-32."""
    found: QuerySet[Invoice] = _invoices(institution, customers).open().oldest_due_first()  # type: ignore[attr-defined]
    return found


def list_invoices(
    *, institution: Institution, customers: Iterable[_Customer], since: datetime.date
) -> QuerySet[Invoice]:
    """Invoices issued on ``since`` or later, newest first. Source: EK-31."""
    found: QuerySet[Invoice] = _invoices(institution, customers).filter(issued_on__gte=since).newest_first()  # type: ignore[attr-defined]
    return found


def list_payments(
    *, institution: Institution, customers: Iterable[_Customer], since: datetime.date
) -> QuerySet[Payment]:
    """Payments booked on ``since`` or later, newest first. Source: EK-33."""
    return (
        Payment.objects.filter(institution=institution, customer_id__in=_ids(customers), paid_on__gte=since)
        .select_related("customer")
        .order_by("-paid_on", "-external_ref")
    )


def get_invoice(*, institution: Institution, customers: Iterable[_Customer], invoice_id: UUID) -> Invoice:
    """One invoice of these customers, of any age, with `loaded_at`: when the books were last loaded.

    Raises: ``Invoice.DoesNotExist``, also for somebody else's.
    """
    loaded_at = Ledger.objects.filter(institution=institution).values("as_of")
    return _invoices(institution, customers).annotate(loaded_at=Subquery(loaded_at[:1])).get(pk=invoice_id)


def find_invoice_by_number(*, institution: Institution, customers: Iterable[_Customer], number: str) -> Invoice | None:
    """The invoice of these customers with this number."""
    return _invoices(institution, customers).filter(number=number).first()


def list_payments_of_invoice(invoice: Invoice) -> list[Allocation]:
    """What was booked to the invoice, each with its payment, oldest first."""
    return list(
        Allocation.objects.filter(institution_id=invoice.institution_id, invoice=invoice)
        .select_related("payment")
        .order_by("payment__paid_on", "payment__external_ref")
    )


def payment_order(institution: Institution, invoice: Invoice) -> PaymentOrder | None:
    """How to pay what is still open of an invoice; None when it is paid, or the institution takes no such payments.

    The amount is always the open balance, never the total: a part that was paid must not be paid twice.
    """
    amount = rules.open_amount(invoice.total_minor, invoice.paid_minor)
    if institution.country != "RS" or not amount:
        return None
    account, payee = setting(institution, "billing.payee_account"), setting(institution, "billing.payee_name")
    if not account or not payee:
        return None
    code = setting(institution, "billing.payment_code")
    try:
        payload = ips.payload(
            account=account,
            payee=payee,
            amount_minor=amount,
            purpose_code=code,
            purpose=rules.purpose(invoice.number),
            reference=rules.payable_reference(invoice.payment_reference),
        )
    except ips.WrongPayment:
        # The account is checked when it is set, so the invoice itself can't be written as a code: show it without one.
        return None
    return PaymentOrder(
        account=ips.format_account(account),
        payee=payee,
        reference=invoice.payment_reference,
        code=code,
        amount_minor=amount,
        payload=payload,
    )
