"""Door: taking people on, changing what they may do, ending their work at an institution; its units.

An institution that has an administrator keeps one: the last can neither be ended nor given another role.
"""

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q

from salter.audit import services as audit
from salter.audit.types import Actor
from salter.institutions.models import Institution
from salter.staff.models import Membership, Unit
from salter.staff.selectors import in_force
from salter.staff.types import AlreadyWorksHere, LastAdministrator, Role, UnitTaken

__all__ = ["add_unit", "change_membership", "create_unit", "employ", "end_membership", "join", "rename_unit"]


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
def add_unit(*, actor: Actor, institution: Institution, code: str, name: dict[str, str]) -> Unit:
    """Add a unit. **Raises** UnitTaken when another has this code."""
    _hold(institution)
    if Unit.objects.filter(institution=institution, code=code).exists():
        raise UnitTaken
    return create_unit(actor=actor, institution=institution, code=code, name=name)


@transaction.atomic
def rename_unit(*, actor: Actor, unit: Unit, name: dict[str, str]) -> Unit:
    """Give a unit another name; its code stands in numbers of cases and stays."""
    before, unit.name = unit.name, name
    if before == name:
        return unit
    unit.save(update_fields=["name"])
    audit.record(
        actor=actor,
        action="staff.rename_unit",
        institution_id=unit.institution_id,
        subject_kind="unit",
        subject_id=unit.id,
        subject_ref=unit.code,
        payload={"from": before, "to": name},
    )
    return unit


def _hold(institution: Institution) -> None:
    """One change of staff at a time, so that two administrators can't remove each other at once."""
    Institution.objects.select_for_update().only("pk").get(pk=institution.pk)


def _ensure_another_administrator(membership: Membership, today: date) -> None:
    if membership.role != Role.ADMINISTRATOR:
        return
    others = Membership.objects.filter(
        in_force(today), institution_id=membership.institution_id, role=Role.ADMINISTRATOR, user__is_active=True
    ).exclude(pk=membership.pk)
    # Somebody whose last day is known doesn't keep the place open.
    if not others.filter(ends_on__isnull=True).exists():
        raise LastAdministrator


@transaction.atomic
def employ(
    *, actor: Actor, institution: Institution, user: Any, role: str, unit: Unit | None = None, starts_on: date
) -> Membership:
    """Take on a person who doesn't work here yet. **Raises** AlreadyWorksHere."""
    _hold(institution)
    ends_later = Q(ends_on__isnull=True) | Q(ends_on__gte=starts_on)
    if Membership.objects.filter(ends_later, institution=institution, user=user).exists():
        raise AlreadyWorksHere
    return join(actor=actor, institution=institution, user=user, role=role, unit=unit, starts_on=starts_on)


@transaction.atomic
def change_membership(
    *, actor: Actor, membership: Membership, role: str, unit: Unit | None = None, today: date
) -> Membership:
    """Give somebody another role or unit from now on. **Raises** LastAdministrator."""
    _hold(membership.institution)
    row = Membership.objects.select_related("user", "unit").get(pk=membership.pk)
    if (row.role, row.unit_id) == (role, unit.pk if unit else None):
        return row
    if role != Role.ADMINISTRATOR:
        _ensure_another_administrator(row, today)
    payload = {"from": [row.role, row.unit.code if row.unit else None], "to": [role, unit.code if unit else None]}
    row.role, row.unit = role, unit
    row.save(update_fields=["role", "unit"])
    audit.record(
        actor=actor,
        action="staff.change_membership",
        institution_id=row.institution_id,
        subject_kind="membership",
        subject_id=row.id,
        subject_ref=row.user.name,
        payload=payload,
    )
    return row


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
    """End a person's work here; `ends_on` is his last day. **Raises** LastAdministrator."""
    _hold(membership.institution)
    _ensure_another_administrator(membership, ends_on)
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
