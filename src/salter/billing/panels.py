"""What billing puts on pages that it doesn't own: a counter in the menu, what needs attention, panels of the home page.

Everything of one request shares the same two reads: the balance (on the home page with what stands beside it), and the
open bills.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from salter.institutions.selectors import has_module, today
from salter.lib.dates import format_date
from salter.pages.counts import counted
from salter.pages.registry import AttentionItem
from salter.pages.shortcuts import reverse
from salter.parties.access import acting_of

from . import papers, rules, selectors, tables
from .models import Invoice
from .types import Balance, Overview

__all__ = [
    "attention",
    "balance",
    "balance_panel",
    "is_customer",
    "open_bills_panel",
    "overdue",
    "overdue_count",
    "overview",
]

# The home page lists so many open bills; the rest stands behind "all bills".
SHOWN = 3


def is_customer(request: HttpRequest) -> bool:
    """Whether the reader acts for anybody here."""
    return acting_of(request) is not None


def balance(request: HttpRequest) -> Balance | None:
    """The balance of the party for whom the reader acts, read once a request."""
    if not hasattr(request, "billing_balance"):
        acting = acting_of(request)
        request.billing_balance = acting and selectors.balance_of(  # type: ignore[attr-defined]
            institution=request.institution,  # type: ignore[attr-defined]
            customers=acting.customers,
            now=timezone.now(),
        )
    return request.billing_balance  # type: ignore[attr-defined]


def overview(request: HttpRequest) -> Overview | None:
    """What the home page says of the money, read once for its three places; the balance is part of it."""
    if not hasattr(request, "billing_overview"):
        acting = acting_of(request)
        found = acting and selectors.overview_of(
            institution=request.institution,  # type: ignore[attr-defined]
            customers=acting.customers,
            now=timezone.now(),
        )
        request.billing_overview = found  # type: ignore[attr-defined]
        request.billing_balance = found and found.balance  # type: ignore[attr-defined]
    return request.billing_overview  # type: ignore[attr-defined]


def overdue(request: HttpRequest) -> QuerySet[Invoice] | None:
    """The overdue bills, to be counted with the other numbers of the frame."""
    acting = acting_of(request)
    # Where bills are switched off nothing of them is read, and a page that read the balance knows the number.
    if acting is None or not has_module(request.institution, "billing") or hasattr(request, "billing_balance"):  # type: ignore[attr-defined]
        return None
    return selectors.overdue_of_party(
        institution=request.institution,  # type: ignore[attr-defined]
        party=acting.party,
        now=timezone.now(),
    )


def overdue_count(request: HttpRequest) -> int:
    """How many bills are overdue; for the menu."""
    if hasattr(request, "billing_balance"):
        found = balance(request)
        return found.overdue_count if found else 0
    return counted(request, "billing.overdue")


def _open_bills(request: HttpRequest) -> Sequence[Invoice]:
    found = balance(request)
    if not found or not found.open_count:
        return ()
    if not hasattr(request, "billing_open"):
        rows = selectors.list_open_invoices(
            institution=request.institution,  # type: ignore[attr-defined]
            customers=acting_of(request).customers,  # type: ignore[union-attr]
        )
        request.billing_open = list(rows[:SHOWN])  # type: ignore[attr-defined]
    return request.billing_open  # type: ignore[attr-defined]


def attention(request: HttpRequest) -> Iterable[AttentionItem]:
    """The oldest overdue bill, or the one that is due next; one item however many there are."""
    seen, bills = overview(request), _open_bills(request)
    if not seen or not bills:
        return
    found = seen.balance
    bill, day = bills[0], today(request.institution, timezone.now())  # type: ignore[attr-defined]
    bill_page = reverse(request, "billing:invoice", invoice_id=bill.pk)
    all_bills = reverse(request, "billing:bills")
    if found.overdue_count:
        several = found.overdue_count > 1
        yield AttentionItem(
            title=ngettext(
                "%(num)s overdue bill waits for payment", "%(num)s overdue bills wait for payment", found.overdue_count
            )
            % {"num": found.overdue_count}
            if several
            else _("%(bill)s waits for payment") % {"bill": papers.bill_title(bill)},
            text=_("The oldest was due on %(day)s") % {"day": format_date(bill.due_on)}
            if several
            else _("It was due on %(day)s") % {"day": format_date(bill.due_on)},
            band=tables.overdue_words(rules.days_overdue(bill.due_on, day)),
            amount=(found.overdue_minor, found.currency),
            action=_("See the bills") if several else _("Pay by scanning"),
            url=all_bills if several else bill_page,
            icon="bill",
            order=10,
        )
    else:
        yield AttentionItem(
            title=_("%(bill)s waits for payment") % {"bill": papers.bill_title(bill)},
            text=_("Please pay by %(day)s") % {"day": format_date(bill.due_on)},
            amount=(bill.open_minor, found.currency),
            action=_("Pay by scanning"),
            url=bill_page,
            icon="bill",
            order=60,
        )


def balance_panel(request: HttpRequest) -> dict[str, Any] | None:
    """Balance with "as of", last payment, last reading (VC-8)."""
    found, acting = overview(request), acting_of(request)
    if found is None or acting is None:
        return None
    return {
        "balance": found.balance,
        "last_payment": found.last_payment,
        "last_reading": found.last_reading,
        "numbers": [customer.number for customer in acting.customers],
    }


def open_bills_panel(request: HttpRequest) -> dict[str, Any] | None:
    """The first open bills; nothing when all are paid."""
    found, bills = balance(request), _open_bills(request)
    if not found or not bills:
        return None
    day = today(request.institution, timezone.now())  # type: ignore[attr-defined]
    return {
        "count": found.open_count,
        "rows": [
            {"invoice": bill, "title": papers.bill_title(bill), "band": tables.state_band(bill, day)} for bill in bills
        ],
    }
