"""Door: taking people on and ending their work at an institution."""

from datetime import date
from typing import Any

from django.db import transaction

from salter.audit import services as audit
from salter.audit.types import Actor
from salter.institutions.models import Institution
from salter.staff.models import Membership, Unit

__all__ = ["create_unit", "end_membership", "join"]


@transaction.atomic
def create_unit(*, actor: Actor, institution: Institution, code: str, name: dict[str, str]) -> Unit:
    """Add a unit; an existing one of this code gets the name."""
    unit, _created = Unit.objects.update_or_create(institution=institution, code=code, defaults={"name": name})
    audit.record(
        actor=actor,
        action="staff.create_unit",
        institution_id=institution.id,
        subject_kind="unit",
        subject_id=unit.id,
        subject_ref=code,
    )
    return unit


@transaction.atomic
def join(
    *, actor: Actor, institution: Institution, user: Any, role: str, unit: Unit | None = None, starts_on: date
) -> Membership:
    """Take a person on in a role; an open membership is ended the day before or changed the same day."""
    open_one = Membership.objects.select_for_update().filter(institution=institution, user=user, ends_on=None).first()
    if open_one is not None:
        open_one.role, open_one.unit = role, unit
        open_one.save(update_fields=["role", "unit"])
        membership = open_one
    else:
        membership = Membership.objects.create(
            institution=institution, user=user, role=role, unit=unit, starts_on=starts_on
        )
    audit.record(
        actor=actor,
        action="staff.join",
        institution_id=institution.id,
        subject_kind="membership",
        subject_id=membership.id,
        subject_ref=user.name,
        payload={"role": role, "unit": unit.code if unit else None},
    )
    return membership


@transaction.atomic
def end_membership(*, actor: Actor, membership: Membership, ends_on: date) -> None:
    """End a person's work here; `ends_on` is his last day."""
    membership.ends_on = max(ends_on, membership.starts_on)
    membership.save(update_fields=["ends_on"])
    audit.record(
        actor=actor,
        action="staff.end_membership",
        institution_id=membership.institution_id,
        subject_kind="membership",
        subject_id=membership.id,
        subject_ref=membership.user.name,
        payload={"ends_on": membership.ends_on},
    )
