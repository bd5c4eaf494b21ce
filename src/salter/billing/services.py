"""Door: writes of billing.

Invoices and payments come by bulk load only; what is written here follows from them: which payment paid which invoice,
since when the figures hold, who is told of a new bill, and who may see a customer number because he knows a bill of it.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.urls import reverse

from salter.audit import services as audit
from salter.audit.types import Actor
from salter.institutions.selectors import today
from salter.notifications import services as notifications
from salter.notifications.types import About, Amount
from salter.parties import selectors as parties
from salter.parties import services as party_services
from salter.parties.types import Ground

from . import allocation, selectors
from .models import Invoice, Ledger

if TYPE_CHECKING:
    from salter.accounts.models import User
    from salter.institutions.models import Institution
    from salter.parties.models import Representation

__all__ = ["announce_invoices", "link_customer_by_invoice", "reallocate"]

# Nobody wants a message about each bill of the past years when a register is loaded for the first time.
ANNOUNCE_DAYS = 31
_BATCH = 500


def reallocate(
    institution_id: UUID, customer_ids: Collection[UUID] | None = None, *, as_of: datetime.datetime | None = None
) -> int:
    """Work out anew which payment paid which invoice, for these customers or for all; see ``allocation``.

    To be called in the transaction that has written invoices or payments, with the customers of every row written, and
    with the time of the load as ``as_of``: all figures of money are shown "as of" it. May be repeated at will.

    Returns: how many allocations changed.
    """
    with transaction.atomic():
        changed = 0
        if customer_ids is None or customer_ids:
            changed = allocation.allocate(institution_id, customer_ids)
        if as_of is not None:
            Ledger.objects.update_or_create(institution_id=institution_id, defaults={"as_of": as_of})
    return changed


def link_customer_by_invoice(
    *,
    actor: Actor,
    user: User,
    institution: Institution,
    customer_number: str,
    invoice_number: str,
    amount_minor: int,
    now: datetime.datetime,
) -> Representation:
    """Let a person act for the party of a customer number, because he knows number and total of a recent bill of it.

    Recent are the invoices that the counter shows (``billing.invoice_months``). Every try is counted and recorded;
    a refused one is committed by itself, so this isn't called inside another transaction.

    Raises: ``parties.types.TooManyAttempts``, ``AlreadyLinked``, ``LinkRefused`` (the same for any wrong fact).
    """
    customer = parties.find_customer(institution=institution, number=customer_number)
    if customer is not None:
        known = Invoice.objects.filter(
            institution=institution,
            customer=customer,
            number=invoice_number.strip(),
            total_minor=amount_minor,
            issued_on__gte=selectors.invoices_since(institution, now),
        ).exists()
        customer = customer if known else None
    return party_services.count_link_attempt(
        actor=actor,
        user=user,
        institution=institution,
        customer_number=customer_number,
        ground=Ground.INVOICE_FACTS,
        customer=customer,
        now=now,
    )


def announce_invoices(*, institution: Institution, now: datetime.datetime, since: datetime.date | None = None) -> int:
    """Tell the representatives of each customer of the bills issued since ``since``, once a bill. Source: EK-26.

    Bills older than a month are never announced, whatever ``since`` says. A bill that nobody may see yet counts as
    announced: whoever is linked later finds it at the counter.

    Returns: how many bills were announced to somebody.
    """
    day = today(institution, now)
    first = max(since or datetime.date.min, day - datetime.timedelta(days=ANNOUNCE_DAYS))
    told = 0
    with transaction.atomic():
        # Marked first: two loads at once then never announce the same bill.
        new = Invoice.objects.select_for_update(skip_locked=True).filter(
            institution=institution, announced_at__isnull=True, issued_on__gte=first
        )
        marked = list(new.order_by("id").values_list("id", flat=True))
        Invoice.objects.filter(pk__in=marked).update(announced_at=now)
        for start in range(0, len(marked), _BATCH):
            told += _announce(institution, marked[start : start + _BATCH], day, now)
        if told:
            audit.record(
                actor=Actor.system("billing"),
                action="billing.announce_invoices",
                institution_id=institution.pk,
                subject_kind="institution",
                subject_id=institution.pk,
                subject_ref=institution.slug,
                payload={"bills": told},
            )
    return told


def _announce(institution: Institution, ids: list[UUID], day: datetime.date, now: datetime.datetime) -> int:
    """Announce one batch; only bills with somebody to tell cost more than their share of one query."""
    told = 0
    invoices = (
        Invoice.objects.filter(pk__in=ids, customer__party__representations__starts_on__lte=day)
        .select_related("customer__party")
        .distinct()
        .order_by("customer_id", "issued_on", "number")
    )
    for invoice in invoices:
        users = [held.user for held in parties.representatives_of(invoice.customer.party, day)]
        if not users:
            continue
        notifications.notify_all(
            institution=institution,
            template="billing.new_invoice",
            users=users,
            party=invoice.customer.party,
            context={
                "number": invoice.number,
                "amount": Amount(invoice.total_minor, institution.currency),
                "due": invoice.due_on,
            },
            about=About("invoice", invoice.number),
            path=reverse("billing:invoice", kwargs={"institution_slug": institution.slug, "invoice_id": invoice.pk}),
            now=now,
        )
        told += 1
    return told
