"""Bills as what a case can be about: the complaint against one knows which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from salter.institutions.selectors import has_module
from salter.lib.money import format_money
from salter.pages.shortcuts import reverse
from salter.parties import selectors as parties
from salter.parties.access import acting_of

from . import papers, selectors

if TYPE_CHECKING:
    from salter.parties.models import Party

__all__ = ["belongs", "choices", "url"]

# A list to choose from; whoever complains of an older bill comes from its page, which names it.
MOST = 200


def choices(party: Party) -> Sequence[tuple[str, str]]:
    """Number and words of the bills that the party can name: of the window or still open, newest first."""
    institution = party.institution
    if not has_module(institution, "billing"):
        return []
    customers = list(parties.customers_of(party))
    since = selectors.invoices_since(institution, timezone.now())
    recent = selectors.list_invoices(institution=institution, customers=customers, since=since)[:MOST]
    still_open = selectors.list_open_invoices(institution=institution, customers=customers)[:MOST]
    found = {bill.pk: bill for bill in (*recent, *still_open)}
    newest_first = sorted(found.values(), key=lambda bill: (bill.issued_on, bill.number), reverse=True)
    return [
        (
            bill.number,
            _("%(bill)s, number %(number)s, %(amount)s")
            % {
                "bill": papers.bill_title(bill),
                "number": bill.number,
                "amount": format_money(bill.total_minor, institution.currency),
            },
        )
        for bill in newest_first
    ]


def belongs(party: Party, ref: str) -> bool:
    """Whether a bill with this number is the party's, of whatever age."""
    found = selectors.find_invoice_by_number(
        institution=party.institution, customers=parties.customers_of(party), number=ref
    )
    return found is not None


def url(request: HttpRequest, ref: str) -> str:
    """The bill's page, for the customer who reads; empty for the staff, who have the customer's file."""
    acting = acting_of(request)
    if acting is None:
        return ""
    bill = selectors.find_invoice_by_number(
        institution=request.institution,  # type: ignore[attr-defined]
        customers=acting.customers,
        number=ref,
    )
    return reverse(request, "billing:invoice", invoice_id=bill.pk) if bill else ""
