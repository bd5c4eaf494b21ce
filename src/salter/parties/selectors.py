"""Door: reads of parties, customers and representations, each scoped to an institution."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from salter.institutions.models import Institution
from salter.lib import identifiers
from salter.lib.searchkeys import search_key
from salter.parties.models import Customer, Party, PartyIdentifier, Representation

__all__ = [
    "customers_of",
    "find_customer",
    "find_party",
    "list_customers",
    "list_representations",
    "list_representations_of_person",
    "masked_identifiers",
    "representatives_of",
    "search_parties",
]


def _in_force(today: date) -> Q:
    return Q(starts_on__lte=today) & (Q(ends_on__isnull=True) | Q(ends_on__gte=today))


def list_representations(*, user_id: UUID, institution: Institution, today: date) -> QuerySet[Representation]:
    """Return what the person may act for here today, with parties, by name."""
    return (
        Representation.objects.filter(_in_force(today), user_id=user_id, institution=institution)
        .select_related("party")
        .order_by("party__sort_key", "id")
    )


def list_representations_of_person(*, user_id: UUID, today: date) -> QuerySet[Representation]:
    """Return what the person may act for anywhere. Spans institutions: the page of one's own counters needs it."""
    return (
        Representation.objects.filter(_in_force(today), user_id=user_id)
        .select_related("party", "institution")
        .order_by("institution__slug", "party__sort_key", "id")
    )


def representatives_of(party: Party, today: date) -> QuerySet[Representation]:
    """Return who acts for the party today, with their users."""
    return (
        Representation.objects.filter(_in_force(today), party=party, user__is_active=True)
        .select_related("user")
        .order_by("created_at", "id")
    )


def find_party(*, institution: Institution, party_id: UUID) -> Party | None:
    return Party.objects.filter(institution=institution, pk=party_id).select_related("parent").first()


def customers_of(party: Party) -> QuerySet[Customer]:
    return Customer.objects.filter(institution_id=party.institution_id, party=party).order_by("number")


def find_customer(*, institution: Institution, number: str) -> Customer | None:
    """Return the customer with this number, spaces and dashes ignored."""
    plain = "".join(c for c in number if c.isalnum())
    return Customer.objects.filter(institution=institution, number=plain).select_related("party").first()


def list_customers(institution: Institution) -> QuerySet[Customer]:
    """Return every customer of the institution with its party."""
    return Customer.objects.filter(institution=institution).select_related("party")


def search_parties(*, institution: Institution, text: str) -> QuerySet[Party]:
    """Return parties whose name, customer number or identifier fits the text, blind to case, accents and script."""
    key = search_key(text)
    plain = "".join(c for c in text if c.isalnum())
    found = Q(search_key__contains=key)
    if plain.isdigit() and len(plain) >= 3:
        found |= Q(customers__number__startswith=plain)
        found |= Q(pk__in=PartyIdentifier.objects.filter(institution=institution, value=plain).values("party_id"))
    return Party.objects.filter(found, institution=institution).distinct().order_by("sort_key", "id")


def masked_identifiers(parties: Iterable[Party]) -> dict[UUID, list[tuple[str, str]]]:
    """Return (kind, masked value) of each party, for pages (RL-84)."""
    found: dict[UUID, list[tuple[str, str]]] = {}
    rows: Any = PartyIdentifier.objects.filter(party__in=list(parties)).order_by("kind")
    for row in rows:
        found.setdefault(row.party_id, []).append((row.kind, identifiers.mask(row.kind, row.value)))
    return found
