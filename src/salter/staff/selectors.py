"""Door: reads of units and memberships."""

from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from salter.institutions.models import Institution
from salter.staff.models import Membership, Unit

__all__ = [
    "find_membership", "find_membership_by_id", "find_unit", "in_force", "list_colleagues", "list_memberships",
    "list_units", "memberships_in_force", "memberships_of",
]  # fmt: skip


def in_force(today: date) -> Q:
    """Return the condition of a membership that holds on a day."""
    return Q(starts_on__lte=today) & (Q(ends_on__isnull=True) | Q(ends_on__gte=today))


def memberships_in_force(*, user_id: UUID, institution: Institution, today: date) -> QuerySet[Membership]:
    """Return the person's memberships that hold at the institution today, at most one unless days overlap."""
    return Membership.objects.filter(in_force(today), user_id=user_id, institution=institution, user__is_active=True)


def find_membership(*, user_id: UUID, institution: Institution, today: date) -> Membership | None:
    """Return the person's membership in force at the institution, with unit and user."""
    rows = memberships_in_force(user_id=user_id, institution=institution, today=today)
    return rows.select_related("unit", "user").order_by("-starts_on").first()


def memberships_of(*, user_id: UUID, today: date) -> QuerySet[Membership]:
    """Return where the person works today, whichever institution."""
    return Membership.objects.filter(in_force(today), user_id=user_id).select_related("institution", "unit")


def list_colleagues(*, institution: Institution, today: date) -> QuerySet[Membership]:
    """Return everybody who works at the institution today, by name."""
    return (
        Membership.objects.filter(in_force(today), institution=institution, user__is_active=True)
        .select_related("user", "unit")
        .order_by("user__name", "id")
    )


def list_memberships(institution: Institution, *, today: date) -> QuerySet[Membership]:
    """Return everybody who works here or will, by name; those who have left are not among them."""
    return (
        Membership.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today), institution=institution)
        .select_related("user", "unit")
        .order_by("user__name", "id")
    )


def find_membership_by_id(institution: Institution, membership_id: UUID) -> Membership | None:
    return (
        Membership.objects.filter(institution=institution, pk=membership_id)
        .select_related("user", "unit", "institution")
        .first()
    )


def find_unit(institution: Institution, unit_id: UUID) -> Unit | None:
    return Unit.objects.filter(institution=institution, pk=unit_id).first()


def list_units(institution: Institution) -> QuerySet[Unit]:
    return Unit.objects.filter(institution=institution)
