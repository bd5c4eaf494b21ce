"""Staff administration: people by their own account, roles, units, the last day; and the last administrator stays."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from salter.audit.models import Entry
from salter.staff.models import Membership, Unit
from tests.cast import NOW, Cast, employ, make_user
from tests.desk.conftest import Browser, error_at, words

HERE = "/gas/desk/staff/"


@pytest.fixture
def admin(cast: Cast, browser: Browser) -> Any:
    return browser(cast.admir)


def membership_of(user: Any) -> Membership:
    return Membership.objects.get(user=user)


def test_the_list_tells_who_works_here_and_who_lacks_the_second_factor(cast: Cast, admin: Any) -> None:
    cast.dragan.second_factor_at = None
    cast.dragan.save()
    text = words(admin.get(HERE))
    assert "Dragan Dragić dragan@example.rs Clerk Customer office not yet, no access" in text
    assert "Sanja Sanić sanja@example.rs Supervisor Customer office on" in text
    assert "Heda" not in text
    assert "Ana" not in text


def test_a_person_with_an_account_is_taken_on(cast: Cast, admin: Any, browser: Browser) -> None:
    data = {"email": "Nikola@example.rs", "role": "clerk", "unit": cast.office.pk}
    assert admin.post(HERE + "new", data).status_code == 302
    row = membership_of(cast.nobody)
    assert (row.institution, row.role, row.unit, row.starts_on) == (cast.gas, "clerk", cast.office, NOW.date())
    assert Entry.objects.filter(action="staff.join", subject_id=row.pk).exists()
    # Until the second factor is on, the desk stays closed.
    answer = browser(cast.nobody).get("/gas/desk/")
    assert answer.status_code == 302
    assert "second" in answer.headers["Location"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"email": ""}, "email"),
        ({"email": "nikola"}, "email"),
        ({"email": "unknown@example.rs"}, "email"),
        ({"email": "dragan@example.rs"}, "email"),
        ({"role": "king"}, ""),
        ({"role": ""}, ""),
        ({"unit": "not-a-unit"}, "unit"),
    ],
)
def test_nobody_is_taken_on_by_wrong_facts(cast: Cast, admin: Any, wrong: dict[str, str], field: str) -> None:
    before = Membership.objects.count()
    data = {"email": "nikola@example.rs", "role": "clerk", "unit": ""} | wrong
    answer = admin.post(HERE + "new", data)
    assert answer.status_code == 422
    assert "There is a problem" in words(answer)
    if field:
        assert error_at(answer, field)
    assert Membership.objects.count() == before


def test_a_unit_of_another_institution_isnt_offered_and_isnt_taken(cast: Cast, admin: Any) -> None:
    theirs = Unit.objects.create(institution=cast.heat, code="office", name={"en": "Heat office"})
    assert "Heat office" not in words(admin.get(HERE + "new"))
    answer = admin.post(HERE + "new", {"email": "nikola@example.rs", "role": "clerk", "unit": theirs.pk})
    assert (answer.status_code, bool(error_at(answer, "unit"))) == (422, True)


def test_a_role_is_changed_and_holds_at_once(cast: Cast, admin: Any, browser: Browser) -> None:
    row = membership_of(cast.dragan)
    client = browser(cast.dragan)
    assert client.get("/gas/desk/trail/").status_code == 403
    assert admin.post(f"{HERE}{row.pk}", {"role": "auditor", "unit": ""}).status_code == 302
    assert client.get("/gas/desk/trail/").status_code == 200
    assert client.get("/gas/desk/customers/").status_code == 403
    entry = Entry.objects.get(action="staff.change_membership")
    assert (entry.actor_name, entry.subject_ref) == ("Admir Admić", "Dragan Dragić")


@pytest.mark.parametrize("data", [{"role": "king", "unit": ""}, {"role": "clerk", "unit": "x"}, {}])
def test_a_wrong_role_is_refused(cast: Cast, admin: Any, data: dict[str, str]) -> None:
    answer = admin.post(f"{HERE}{membership_of(cast.dragan).pk}", data)
    assert answer.status_code == 422
    assert membership_of(cast.dragan).role == "clerk"


def test_the_only_administrator_can_neither_be_ended_nor_changed(cast: Cast, admin: Any) -> None:
    row = membership_of(cast.admir)
    changed = admin.post(f"{HERE}{row.pk}", {"role": "clerk", "unit": ""})
    assert changed.status_code == 422
    ended = admin.post(f"{HERE}{row.pk}/end", {"ends_on": "5. 3. 2026."})
    assert ended.status_code == 422
    assert "only administrator" in error_at(ended, "ends_on")
    assert (membership_of(cast.admir).role, membership_of(cast.admir).ends_on) == ("administrator", None)


def test_with_a_second_administrator_the_first_may_go(cast: Cast, admin: Any) -> None:
    second = make_user("Ava Avić", "ava@example.rs")
    employ(cast.gas, second, "administrator")
    row = membership_of(cast.admir)
    assert admin.post(f"{HERE}{row.pk}/end", {"ends_on": "31. 3. 2026."}).status_code == 302
    # The second one stays now: the first's last day is known.
    other = membership_of(second)
    assert admin.post(f"{HERE}{other.pk}/end", {"ends_on": "31. 3. 2026."}).status_code == 422


def test_a_last_day_closes_the_desk_the_day_after(cast: Cast, admin: Any, browser: Browser, time_machine: Any) -> None:
    row = membership_of(cast.dragan)
    assert admin.post(f"{HERE}{row.pk}/end", {"ends_on": "5. 3. 2026."}).status_code == 302
    row.refresh_from_db()
    assert row.ends_on == date(2026, 3, 5)
    client = browser(cast.dragan)
    assert client.get("/gas/desk/").status_code == 200
    time_machine.move_to(NOW + timedelta(days=1), tick=False)
    assert client.get("/gas/desk/").status_code == 404
    admin.get(HERE)
    assert "Dragan" not in words(admin.get(HERE)), "the second look has no message of the act"
    assert admin.get(f"{HERE}{row.pk}").status_code == 404


@pytest.mark.parametrize("typed", ["", "soon", "30. 2. 2026."])
def test_a_wrong_last_day_is_refused(cast: Cast, admin: Any, typed: str) -> None:
    answer = admin.post(f"{HERE}{membership_of(cast.dragan).pk}/end", {"ends_on": typed})
    assert (answer.status_code, bool(error_at(answer, "ends_on"))) == (422, True)


def test_units_are_added_and_renamed(cast: Cast, admin: Any) -> None:
    assert admin.post(HERE + "units", {"code": "Dispatch", "name_en": "Dispatch"}).status_code == 302
    unit = Unit.objects.get(code="dispatch")
    assert (unit.institution, unit.name) == (cast.gas, {"en": "Dispatch"})
    admin.post(f"{HERE}units/{unit.pk}", {"name_en": "Dispatch and faults", "name_sr-latn": "Dispečeri"})
    unit.refresh_from_db()
    assert (unit.code, unit.name) == ("dispatch", {"en": "Dispatch and faults", "sr-latn": "Dispečeri"})
    assert Entry.objects.filter(subject_id=unit.pk).count() == 2


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"code": "office", "name_en": "Again"}, "code"),
        ({"code": "OFFICE", "name_en": "Again"}, "code"),
        ({"code": "", "name_en": "Without"}, "code"),
        ({"code": "two words", "name_en": "Two"}, "code"),
        ({"code": "служба", "name_en": "Cyrillic"}, "code"),
        ({"code": "x" * 41, "name_en": "Long"}, "code"),
        ({"code": "new", "name_en": ""}, "name_en"),
        ({"code": "new", "name_en": "x" * 501}, "name_en"),
    ],
)
def test_a_wrong_unit_is_refused(cast: Cast, admin: Any, data: dict[str, str], field: str) -> None:
    answer = admin.post(HERE + "units", data)
    assert (answer.status_code, bool(error_at(answer, field))) == (422, True)
    assert Unit.objects.filter(institution=cast.gas).count() == 1
