"""The administration in the browser: every setting is saved, audited, or refused with the reason beside its field."""

from __future__ import annotations

import html
import re
from datetime import date, time
from typing import Any

import pytest
from django.core.cache import cache

from salter.audit.models import Entry
from salter.institutions import registry, selectors
from salter.institutions.models import Closure, Institution, WorkingInterval
from tests.cast import NOW, Cast
from tests.desk.conftest import Browser, error_at, words

HERE = "/gas/desk/institution/"


@pytest.fixture
def admin(cast: Cast, browser: Browser) -> Any:
    return browser(cast.admir)


def filled(response: Any) -> dict[str, Any]:
    """The form of a page as a browser would send it unchanged."""
    page = response.content.decode()
    form = page[page.index("<main") : page.index("</main>")]
    data: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name = re.search(r'name="([^"]+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name is None or name[1] in ("csrfmiddlewaretoken", "once"):
            continue
        kind = re.search(r'type="(\w+)"', tag)
        if kind and kind[1] in ("checkbox", "radio") and "checked" not in tag:
            continue
        data.setdefault(name[1], []).append(html.unescape(value[1]) if value else "")
    for name, text in re.findall(r'<textarea name="([^"]+)"[^>]*>\s*(.*?)</textarea>', form, re.S):
        data[name] = html.unescape(text)
    for name, options in re.findall(r'<select name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        data[name] = chosen[1] if chosen else ""
    return data


def gas() -> Institution:
    return Institution.objects.get(slug="gas")


@pytest.mark.parametrize("page", ["", "look", "contacts", "modules"])
def test_a_form_sent_as_it_came_changes_nothing(cast: Cast, admin: Any, page: str) -> None:
    before = {name: value for name, value in vars(gas()).items() if name not in ("_state", "changed_at")}
    data = filled(admin.get(HERE + page))
    assert data
    answer = admin.post(HERE + page, data)
    assert answer.status_code == 302, words(answer)
    after = {name: value for name, value in vars(gas()).items() if name not in ("_state", "changed_at")}
    for key in ("settings", "contacts"):
        # Defaults are written out; what they mean stays.
        assert before[key].items() <= after[key].items()
        before.pop(key), after.pop(key)
    assert after["languages"] == before["languages"]
    assert after == before


SAVED = [
    ("", {"counter_name_en": "My meter"}, lambda row: row.counter_name["en"], "My meter"),
    ("", {"name_sr": "Предузеће"}, lambda row: row.name["sr"], "Предузеће"),
    ("", {"name_sr-latn": ""}, lambda row: row.name.get("sr-latn"), None),
    ("", {"languages": ["en", "pl"]}, lambda row: row.languages, ["en", "pl"]),
    ("", {"country": "PL"}, lambda row: row.country, "PL"),
    ("", {"currency": "PLN"}, lambda row: row.currency, "PLN"),
    ("", {"time_zone": "Europe/Warsaw"}, lambda row: row.time_zone, "Europe/Warsaw"),
    ("look", {"theme": "grad"}, lambda row: row.theme, "grad"),
    ("look", {"icon": "heat"}, lambda row: row.icon, "heat"),
    ("contacts", {"phone": "021/555-019"}, lambda row: row.contacts["phone"], "021/555-019"),
    ("contacts", {"emergency_phone": "192"}, lambda row: row.contacts["emergency_phone"], "192"),
    ("contacts", {"hours_en": "Weekdays 7 to 15"}, lambda row: row.contacts["hours"], {"en": "Weekdays 7 to 15"}),
    ("modules", {"modules": ["sms"]}, lambda row: row.modules, ["sms"]),
    ("modules", {"documents.max_file_mb": "5"}, lambda row: row.settings["documents.max_file_mb"], 5),
    ("modules", {"billing.payment_code": "289"}, lambda row: row.settings["billing.payment_code"], "289"),
]


@pytest.mark.parametrize(("page", "typed", "read", "expected"), SAVED)
def test_what_is_typed_is_saved_and_audited(
    cast: Cast, admin: Any, page: str, typed: dict[str, Any], read: Any, expected: Any
) -> None:
    answer = admin.post(HERE + page, filled(admin.get(HERE + page)) | typed)
    assert answer.status_code == 302, words(answer)
    assert read(gas()) == expected
    entry = Entry.objects.get(action="institutions.change_institution")
    assert (entry.actor_name, entry.institution_id) == ("Admir Admić", cast.gas.pk)
    assert Institution.objects.get(slug="heat").changed_at == cast.heat.changed_at


REFUSED = [
    ("", {"counter_name_en": ""}, "counter_name_en"),
    ("", {"name_en": "   "}, "name_en"),
    ("", {"name_en": "x" * 501}, "name_en"),
    ("", {"time_zone": "Europe/Novi_Sad"}, "time_zone"),
    ("", {"time_zone": ""}, "time_zone"),
    ("", {"country": "XX"}, "country"),
    ("", {"currency": "DIN"}, "currency"),
    ("", {"languages": []}, ""),
    ("", {"languages": ["de"]}, ""),
    ("", {"languages": ["ro"], "default_language": "pl"}, "default_language"),
    ("", {"default_language": "pl"}, "name_pl"),
    ("look", {"theme": "pink"}, ""),
    ("look", {"icon": "skull"}, ""),
    ("contacts", {"phone": "call us"}, "phone"),
    ("contacts", {"email": "office"}, "email"),
    ("contacts", {"emergency_phone": "192", "emergency_text_en": ""}, "emergency_text_en"),
    ("contacts", {"address": "x" * 501}, "address"),
    ("modules", {"modules": ["teleport"]}, ""),
    ("modules", {"documents.max_file_mb": "0"}, "documents.max_file_mb"),
    ("modules", {"documents.max_file_mb": "101"}, "documents.max_file_mb"),
    ("modules", {"documents.max_file_mb": "many"}, "documents.max_file_mb"),
    ("modules", {"documents.max_file_mb": ""}, "documents.max_file_mb"),
    ("modules", {"billing.payee_account": "840-955845-11"}, "billing.payee_account"),
    ("modules", {"sms.sender": "A name that is too long"}, "sms.sender"),
]


@pytest.mark.parametrize(("page", "typed", "field"), REFUSED)
def test_wrong_settings_are_refused_beside_the_field_and_nothing_typed_is_lost(
    cast: Cast, admin: Any, page: str, typed: dict[str, Any], field: str
) -> None:
    before = gas().changed_at
    data = filled(admin.get(HERE + page)) | typed
    answer = admin.post(HERE + page, data)
    assert answer.status_code == 422
    assert re.search("There is a problem|There are [0-9] problems", words(answer))
    if field:
        assert error_at(answer, field)
    back = filled(answer)
    for name, value in data.items():
        if name not in ("languages", "modules", "theme", "icon", "country", "currency"):
            assert back.get(name) == value or back.get(name) == [value] or (value == [""] and not back.get(name)), name
    assert gas().changed_at == before


def test_several_wrong_settings_are_all_named_at_once(cast: Cast, admin: Any) -> None:
    data = filled(admin.get(HERE + "modules")) | {"documents.max_file_mb": "0", "billing.invoice_months": "999"}
    answer = admin.post(HERE + "modules", data)
    assert error_at(answer, "documents.max_file_mb")
    assert "120" in error_at(answer, "billing.invoice_months")


def test_every_declared_setting_has_its_field(cast: Cast, admin: Any) -> None:
    page = admin.get(HERE + "modules").content.decode()
    for key in registry.settings:
        assert f'name="{key}"' in page


def test_settings_of_a_module_that_is_off_wait_unseen(cast: Cast, admin: Any) -> None:
    cast.gas.modules = ["sms"]
    cast.gas.settings = {"billing.invoice_months": 24}
    cast.gas.save()
    page = admin.get(HERE + "modules")
    assert 'name="billing.invoice_months"' not in page.content.decode()
    admin.post(HERE + "modules", filled(page) | {"modules": ["billing", "sms"]})
    assert gas().settings["billing.invoice_months"] == 24


def test_a_theme_is_tried_on_by_its_administrator_alone(cast: Cast, admin: Any, browser: Browser) -> None:
    assert "themes/grad.css" in admin.get(HERE + "look?theme=grad").content.decode()
    assert gas().theme == "gas"
    assert "themes/grad.css" not in browser(cast.ana).get("/gas/").content.decode()
    assert "themes/gas.css" in admin.get(HERE + "look?theme=../../x").content.decode()


def test_the_page_shows_what_is_stored_although_another_process_remembers_it(cast: Cast, admin: Any) -> None:
    admin.get(HERE)
    Institution.objects.filter(pk=cast.gas.pk).update(counter_name={"en": "Changed elsewhere"})
    assert cache.get("institution:gas").counter_name["en"] == "My gas"
    assert "Changed elsewhere" in admin.get(HERE).content.decode()


# --------------------------------------------------------------------------- the calendar


WEEK = {"valid_from": "1. 6. 2026.", "day0": "7–15", "day1": "7:30-12, 13.00 – 17", "day5": "8-12"}


def test_a_week_with_several_intervals_is_planned(cast: Cast, admin: Any) -> None:
    assert admin.post(HERE + "hours/week", WEEK).status_code == 302
    rows = WorkingInterval.objects.filter(institution=cast.gas, valid_from=date(2026, 6, 1))
    assert [(row.weekday, row.opens_at, row.closes_at) for row in rows] == [
        (0, time(7), time(15)), (1, time(7, 30), time(12)), (1, time(13), time(17)), (5, time(8), time(12)),
    ]  # fmt: skip
    text = words(admin.get(HERE + "hours"))
    assert "planned" in text
    assert "in force" in text
    assert "7:30–12, 13–17" in text
    assert Entry.objects.filter(action="institutions.set_working_week").exists()
    assert not selectors.working_calendar(gas()).is_working_day(date(2026, 6, 3))


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"valid_from": ""}, "valid_from"),
        ({"valid_from": "31. 2. 2026."}, "valid_from"),
        ({"day0": "7 to 15"}, "day0"),
        ({"day0": "15-7"}, "day0"),
        ({"day0": "7-7"}, "day0"),
        ({"day1": "7-12, 11-15"}, "day1"),
        ({"day6": "25-26"}, "day6"),
        ({"day6": "7-24:30"}, "day6"),
        ({"day0": "", "day1": "", "day5": ""}, "day0"),
    ],
)
def test_a_wrong_week_is_refused_beside_the_day(cast: Cast, admin: Any, typed: dict[str, str], field: str) -> None:
    answer = admin.post(HERE + "hours/week", WEEK | typed)
    assert answer.status_code == 422
    assert error_at(answer, field)
    assert WorkingInterval.objects.filter(institution=cast.gas).count() == 5
    if typed.get("day1", WEEK["day1"]):
        assert html.escape(typed.get("day1", WEEK["day1"])) in answer.content.decode()


def test_a_planned_week_is_taken_back_and_the_only_one_isnt(cast: Cast, admin: Any) -> None:
    admin.post(HERE + "hours/week", WEEK)
    admin.post(HERE + "hours/week/remove", {"valid_from": "2026-06-01"})
    assert WorkingInterval.objects.filter(institution=cast.gas).count() == 5
    text = words(admin.post(HERE + "hours/week/remove", {"valid_from": "2020-01-01"}, follow=True))
    assert "This is the only working week" in text
    for wrong in ("", "soon", "2026-01-01", "\x00"):
        assert admin.post(HERE + "hours/week/remove", {"valid_from": wrong}).status_code == 302
    assert WorkingInterval.objects.filter(institution=cast.gas).count() == 5


def test_an_unknown_week_isnt_changed(cast: Cast, admin: Any) -> None:
    for wrong in ("2021-01-01", "soon"):
        assert admin.get(HERE + "hours/week", {"from": wrong}).status_code == 404


def test_closed_days_are_added_listed_and_removed(cast: Cast, admin: Any) -> None:
    admin.post(HERE + "hours/closures", {"starts_on": "9. 3. 2026.", "ends_on": "10. 3. 2026.", "reason": "Inventory"})
    admin.post(HERE + "hours/closures", {"starts_on": "2026-05-04", "reason": "Moving"})
    assert list(Closure.objects.values_list("starts_on", "ends_on", "reason")) == [
        (date(2026, 3, 9), date(2026, 3, 10), {"en": "Inventory"}),
        (date(2026, 5, 4), date(2026, 5, 4), {"en": "Moving"}),
    ]
    assert not selectors.working_calendar(gas()).is_working_day(date(2026, 3, 10))
    assert "Inventory" in words(admin.get(HERE + "hours"))
    closure = Closure.objects.get(starts_on=date(2026, 3, 9))
    admin.post(f"{HERE}hours/closures/{closure.pk}/remove")
    assert selectors.working_calendar(gas()).is_working_day(date(2026, 3, 10))
    actions = Entry.objects.filter(subject_kind="closure").values_list("action", flat=True)
    assert sorted(actions) == ["institutions.add_closure", "institutions.add_closure", "institutions.remove_closure"]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"starts_on": ""}, "starts_on"),
        ({"starts_on": "never"}, "starts_on"),
        ({"ends_on": "1. 3. 2026."}, "ends_on"),
        ({"ends_on": "9. 3. 2027."}, "ends_on"),
        ({"reason": ""}, "reason"),
        ({"reason": "x" * 201}, "reason"),
    ],
)
def test_wrong_closed_days_are_refused(cast: Cast, admin: Any, typed: dict[str, str], field: str) -> None:
    data = {"starts_on": "9. 3. 2026.", "ends_on": "10. 3. 2026.", "reason": "Inventory"} | typed
    answer = admin.post(HERE + "hours/closures", data)
    assert answer.status_code == 422
    assert error_at(answer, field)
    assert not Closure.objects.exists()


def test_the_same_days_arent_closed_twice(cast: Cast, admin: Any) -> None:
    data = {"starts_on": "9. 3. 2026.", "ends_on": "10. 3. 2026.", "reason": "Inventory"}
    admin.post(HERE + "hours/closures", data)
    answer = admin.post(HERE + "hours/closures", data)
    assert (answer.status_code, Closure.objects.count()) == (422, 1)
    assert error_at(answer, "starts_on")


def test_the_public_holidays_of_a_year_are_shown(cast: Cast, admin: Any) -> None:
    assert NOW.year == 2026
    assert "Statehood Day" in words(admin.get(HERE + "hours"))
    assert "Public holidays 2027" in words(admin.get(HERE + "hours", {"year": "2027"}))
    for strange in ("99999", "x", "-1", "0000"):
        assert admin.get(HERE + "hours", {"year": strange}).status_code == 200
