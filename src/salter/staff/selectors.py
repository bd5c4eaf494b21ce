"""Door: reads of units and memberships."""

from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from salter.institutions.models import Institution
from salter.staff.models import Membership, Unit

__all__ = ["find_membership", "list_colleagues", "list_units", "memberships_of"]


def _in_force(today: date) -> Q:
    return Q(starts_on__lte=today) & (Q(ends_on__isnull=True) | Q(ends_on__gte=today))


def find_membership(*, user_id: UUID, institution: Institution, today: date) -> Membership | None:
    """Return the person's membership in force at the institution, with unit and user."""
    return (
        Membership.objects.filter(_in_force(today), user_id=user_id, institution=institution, user__is_active=True)
        .select_related("unit", "user")
        .order_by("-starts_on")
        .first()
    )


def memberships_of(*, user_id: UUID, today: date) -> QuerySet[Membership]:
    """Return where the person works today, whichever institution."""
    return Membership.objects.filter(_in_force(today), user_id=user_id).select_related("institution", "unit")


def list_colleagues(*, institution: Institution, today: date) -> QuerySet[Membership]:
    """Return everybody who works at the institution today, by name."""
    return (
        Membership.objects.filter(_in_force(today), institution=institution, user__is_active=True)
        .select_related("user", "unit")
        .order_by("user__name", "id")
    )


def list_units(institution: Institution) -> QuerySet[Unit]:
    return Unit.objects.filter(institution=institution)
