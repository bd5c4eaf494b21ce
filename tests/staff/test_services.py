"""Who works at an institution: taking on, changing, ending; at least one administrator stays."""

from __future__ import annotations

import threading
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from salter.audit.models import Entry
from salter.staff import rules, selectors, services
from salter.staff.models import Membership, Unit
from salter.staff.types import AlreadyWorksHere, LastAdministrator, Role, UnitTaken
from tests.cast import SYSTEM, TODAY, Cast, employ, make_cast, make_user

LATER = date(2026, 12, 31)


def of(user: Any) -> Membership:
    return Membership.objects.select_related("institution", "user", "unit").get(user=user)


def test_somebody_is_taken_on_once(cast: Cast) -> None:
    row = services.employ(actor=SYSTEM, institution=cast.gas, user=cast.nobody, role="clerk", starts_on=TODAY)
    assert (row.role, row.starts_on, row.ends_on) == ("clerk", TODAY, None)
    with pytest.raises(AlreadyWorksHere):
        services.employ(actor=SYSTEM, institution=cast.gas, user=cast.nobody, role="auditor", starts_on=TODAY)
    services.employ(actor=SYSTEM, institution=cast.heat, user=cast.nobody, role="auditor", starts_on=TODAY)
    assert selectors.memberships_of(user_id=cast.nobody.pk, today=TODAY).count() == 2


def test_somebody_who_left_may_come_back(cast: Cast) -> None:
    services.end_membership(actor=SYSTEM, membership=of(cast.dragan), ends_on=date(2026, 3, 1))
    services.employ(actor=SYSTEM, institution=cast.gas, user=cast.dragan, role="auditor", starts_on=TODAY)
    found = selectors.find_membership(user_id=cast.dragan.pk, institution=cast.gas, today=TODAY)
    assert found is not None
    assert found.role == "auditor"


def test_a_change_is_recorded_with_old_and_new_and_no_change_isnt(cast: Cast) -> None:
    change = {"actor": SYSTEM, "membership": of(cast.dragan), "today": TODAY}
    services.change_membership(**change, role="supervisor", unit=cast.office)
    services.change_membership(**change, role="supervisor", unit=cast.office)
    assert of(cast.dragan).role == "supervisor"
    assert Entry.objects.filter(action="staff.change_membership").count() == 1


def test_the_last_administrator_stays(cast: Cast) -> None:
    with pytest.raises(LastAdministrator):
        services.end_membership(actor=SYSTEM, membership=of(cast.admir), ends_on=TODAY)
    with pytest.raises(LastAdministrator):
        services.change_membership(actor=SYSTEM, membership=of(cast.admir), role="auditor", today=TODAY)
    assert (of(cast.admir).role, of(cast.admir).ends_on) == ("administrator", None)


def test_an_administrator_without_access_doesnt_count(cast: Cast) -> None:
    other = make_user("Ava Avić", "ava@example.rs")
    employ(cast.gas, other, "administrator")
    other.is_active = False
    other.save()
    with pytest.raises(LastAdministrator):
        services.end_membership(actor=SYSTEM, membership=of(cast.admir), ends_on=TODAY)


def test_an_end_before_the_beginning_is_the_first_day(cast: Cast) -> None:
    row = of(cast.dragan)
    services.end_membership(actor=SYSTEM, membership=row, ends_on=date(2020, 1, 1))
    assert of(cast.dragan).ends_on == row.starts_on


def test_those_who_left_are_not_listed_and_those_to_come_are(cast: Cast) -> None:
    services.end_membership(actor=SYSTEM, membership=of(cast.dragan), ends_on=date(2026, 3, 4))
    services.employ(actor=SYSTEM, institution=cast.gas, user=cast.nobody, role="clerk", starts_on=LATER)
    listed = {row.user for row in selectors.list_memberships(cast.gas, today=TODAY)}
    assert listed == {cast.sanja, cast.admir, cast.nobody}
    assert {row.user for row in selectors.list_colleagues(institution=cast.gas, today=TODAY)} == {
        cast.sanja, cast.admir,
    }  # fmt: skip


def test_units_are_found_in_their_institution_only(cast: Cast) -> None:
    assert selectors.find_unit(cast.gas, cast.office.pk) == cast.office
    assert selectors.find_unit(cast.heat, cast.office.pk) is None
    assert selectors.find_membership_by_id(cast.heat, of(cast.dragan).pk) is None


def test_a_short_name_is_taken_once(cast: Cast) -> None:
    with pytest.raises(UnitTaken):
        services.add_unit(actor=SYSTEM, institution=cast.gas, code="office", name={"en": "Again"})
    services.add_unit(actor=SYSTEM, institution=cast.heat, code="office", name={"en": "Heat office"})
    services.rename_unit(actor=SYSTEM, unit=cast.office, name={"en": "Front office"})
    assert Unit.objects.get(pk=cast.office.pk).name == {"en": "Front office"}


def test_the_database_refuses_a_unit_of_another_institution(cast: Cast) -> None:
    theirs = Unit.objects.create(institution=cast.heat, code="office", name={})
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.filter(user=cast.dragan).update(unit=theirs)


@pytest.mark.parametrize("permission", sorted(rules.PERMISSIONS))
def test_permissions_belong_to_known_roles(permission: str) -> None:
    assert rules.PERMISSIONS[permission] <= set(Role.values)
    assert not rules.may("customer", permission)
    assert not rules.may("", permission)


def test_nobody_has_a_permission_that_isnt_declared() -> None:
    assert not any(rules.may(role, "everything") for role in Role.values)


def test_two_administrators_cant_end_each_other_at_once(scratch_db: None) -> None:
    cast = make_cast()
    other = make_user("Ava Avić", "ava@example.rs")
    employ(cast.gas, other, "administrator")
    rows, refused, start = [of(cast.admir), of(other)], [], threading.Barrier(2)

    def end(row: Membership) -> None:
        start.wait()
        try:
            services.end_membership(actor=SYSTEM, membership=row, ends_on=TODAY)
        except LastAdministrator:
            refused.append(row)
        finally:
            connection.close()

    threads = [threading.Thread(target=end, args=(row,)) for row in rows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert Membership.objects.filter(institution=cast.gas, role="administrator", ends_on=None).count() == 1
