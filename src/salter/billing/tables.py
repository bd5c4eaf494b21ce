"""The three lists of bills and payments, as declarations of the one table."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.db.models import DateField, F, Q, QuerySet, Value
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from salter.lib.dates import format_date
from salter.lib.searchkeys import search_key
from salter.pages.shortcuts import reverse
from salter.pages.tables import Band, Column, Table

from . import rules
from .models import Invoice
from .types import Method, State

__all__ = ["InvoiceTable", "OpenTable", "PaymentTable", "state_band"]

_COLORS = {
    State.OPEN: ("info", "clock"),
    State.PARTLY_PAID: ("warning", "clock"),
    State.OVERDUE: ("danger", "alert"),
    State.PAID: ("success", "check"),
}


def overdue_words(days: int) -> str:
    """ "3 days overdue"."""
    return ngettext("%(num)s day overdue", "%(num)s days overdue", days) % {"num": days}


def state_band(invoice: Invoice, today: datetime.date) -> Band:
    """How an invoice stands, in words, shape and colour; an overdue one says for how long."""
    state = rules.state_of(invoice, today)
    color, icon = _COLORS[state]
    text = overdue_words(rules.days_overdue(invoice.due_on, today)) if state == State.OVERDUE else state.label
    return Band(text, color, icon)


def _state_condition(state: State, today: datetime.date) -> Q:
    unpaid = Q(paid_minor__lt=F("total_minor"))
    match state:
        case State.PAID:
            return ~unpaid
        case State.OVERDUE:
            return unpaid & Q(due_on__lt=today)
        case State.PARTLY_PAID:
            return unpaid & Q(due_on__gte=today, paid_minor__gt=0)
        case _:
            return unpaid & Q(due_on__gte=today, paid_minor=0)


def _find_state(word: str) -> Q | None:
    """The invoices whose state is shown with this word."""
    wanted, today = search_key(word), timezone.localdate()
    found = [_state_condition(state, today) for state in State if wanted and wanted in search_key(str(state.label))]
    return _any(found)


def _any(conditions: list[Q]) -> Q | None:
    total = None
    for condition in conditions:
        total = condition if total is None else total | condition
    return total


def _period(invoice: Invoice) -> str:
    if invoice.period_from is None or invoice.period_to is None:
        return ""
    return f"{format_date(invoice.period_from)} – {format_date(invoice.period_to)}"


def _number(**options: Any) -> Column:
    return Column(
        "number",
        _("Bill"),
        search="number__icontains",
        link=lambda row: row.href,
        second=_period,
        nowrap=True,
        lead=True,
        **options,
    )


def _customer() -> Column:
    return Column(
        "customer",
        _("Customer number"),
        value="customer.number",
        sort="customer__number",
        search="customer__number__startswith",
        opt=True,
    )


_STATE = Column(
    "state",
    _("State"),
    kind="band",
    value=lambda row: state_band(row, row.today),
    # By what is open and then by its due date, so that paid bills stand together.
    sort=("open_minor", "due_on"),
    search=_find_state,
)


class _MoneyTable(Table):
    """A table over rows of one party: hides the customer number when there is only one, saves the query for sums."""

    exports = ("csv", "xlsx")

    @classmethod
    def of(cls, request: HttpRequest, rows: QuerySet[Any], now: datetime.datetime) -> _MoneyTable:
        """The table over ``rows`` as this person sees it."""
        hide = ["customer"] if len(request.acting.customers) < 2 else []  # type: ignore[attr-defined]
        today = timezone.localdate(now)
        table = cls(rows.annotate(today=Value(today, output_field=DateField())), now=now, hide=hide)
        table.link_of = lambda row: reverse(request, "billing:invoice", invoice_id=row.pk)
        return table

    link_of: Callable[[Any], str]

    @cached_property
    def rows(self) -> list[Any]:
        found = super().rows
        for row in found:
            row.href = self.link_of(row)
        return found

    @cached_property
    def totals(self) -> dict[str, Any]:
        if self.number == 1 and not self.has_more:
            # All that was found stands on this page.
            names = [column for column in self.shown if column.total]
            return {column.name: sum(column.raw(row) for row in self.rows) for column in names} if self.rows else {}
        return super().totals


class OpenTable(_MoneyTable):
    """What is still to be paid, without limit of time (EK-32)."""

    name = "receivables"
    title = _("Bills to pay")
    default_sort = "due_on"
    empty_title = _("All bills are paid")
    empty_text = _("When a new bill is issued, it appears here.")
    columns = [
        _number(),
        _customer(),
        Column("due_on", _("Due"), kind="date"),
        Column(
            "state",
            _("State"),
            kind="band",
            value=lambda row: state_band(row, row.today),
            sort="due_on",
            search=_find_state,
        ),
        Column("total_minor", _("Amount"), kind="money", total=True, opt=True),
        Column("paid_minor", _("Paid so far"), kind="money", total=True, opt=True),
        Column("open_minor", _("Still to pay"), kind="money", total=True),
    ]

    def tone(self, row: Invoice) -> str:
        return "danger" if rules.state_of(row, row.today) == State.OVERDUE else ""  # type: ignore[attr-defined]


class InvoiceTable(_MoneyTable):
    """What was issued within the window (EK-31)."""

    name = "bills"
    title = _("Bills")
    default_sort = "-issued_on"
    empty_title = _("No bills in this time")
    columns = [
        _number(),
        _customer(),
        Column("issued_on", _("Issued"), kind="date"),
        Column("due_on", _("Due"), kind="date", opt=True),
        _STATE,
        Column("total_minor", _("Amount"), kind="money", total=True),
        Column("open_minor", _("Still to pay"), kind="money", total=True, opt=True),
    ]


class PaymentTable(_MoneyTable):
    """What was paid within the window (EK-33)."""

    name = "payments"
    title = _("Payments")
    default_sort = "-paid_on"
    empty_title = _("No payments in this time")
    empty_text = _("A payment appears here after your bank has sent it to us, usually on the next working day.")
    columns = [
        Column("paid_on", _("Paid on"), kind="date", lead=True),
        _customer(),
        Column("method", _("How"), choices=dict(Method.choices)),
        Column(
            "payment_reference",
            _("Payment reference"),
            search=("payment_reference__icontains", "reference_key__icontains"),
            nowrap=True,
            opt=True,
        ),
        Column("amount_minor", _("Amount"), kind="money", total=True),
    ]
