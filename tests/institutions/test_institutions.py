"""Institutions: wrong settings are refused with the reason, modules and calendars are per institution."""

from datetime import date, time

import pytest
from django.db import IntegrityError, transaction

from salter.audit.models import Entry
from salter.institutions import registry, rules, selectors, services
from salter.institutions.models import Institution
from salter.institutions.services import Interval
from salter.institutions.types import WrongSetting
from tests.cast import SYSTEM, make_institution


@pytest.fixture
def gas(db):
    return make_institution()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"slug": "api"}, "slug"),
        ({"slug": "static"}, "slug"),
        ({"slug": "Gas"}, "slug"),
        ({"slug": "g"}, "slug"),
        ({"slug": "gas works"}, "slug"),
        ({"slug": "ok-one", "time_zone": "Europe/Novi_Sad"}, "time_zone"),
        ({"slug": "ok-one", "languages": []}, "languages"),
        ({"slug": "ok-one", "languages": ["de"]}, "languages"),
        ({"slug": "ok-one", "languages": ["ro"], "default_language": "pl"}, "default_language"),
        ({"slug": "ok-one", "theme": "pink"}, "theme"),
        ({"slug": "ok-one", "country": "XX"}, "country"),
        ({"slug": "ok-one", "modules": ["teleport"]}, "modules"),
        ({"slug": "ok-one", "settings": {"no.such": 1}}, "no.such"),
    ],
)
def test_wrong_settings_are_refused_with_the_field(db, fields, field):
    with pytest.raises(WrongSetting) as refusal:
        services.open_institution(actor=SYSTEM, **fields)
    assert refusal.value.field == field
    assert str(refusal.value)
    assert not Institution.objects.exists()


def test_a_taken_address_is_refused(gas):
    with pytest.raises(WrongSetting) as refusal:
        services.open_institution(actor=SYSTEM, slug="gas")
    assert refusal.value.field == "slug"


@pytest.mark.parametrize("slug", [*sorted(rules.RESERVED_SLUGS)[:3], "UPPER", "-x-"])
def test_the_database_refuses_such_slugs_too(db, slug):
    with pytest.raises(IntegrityError), transaction.atomic():
        Institution.objects.create(slug=slug)


def test_integer_settings_have_limits(gas):
    declared = next(s for s in registry.settings.values() if s.kind == "integer" and s.maximum is not None)
    with pytest.raises(WrongSetting) as refusal:
        services.change_institution(actor=SYSTEM, institution=gas, settings={declared.key: declared.maximum + 1})
    assert str(declared.maximum) in str(refusal.value)
    assert selectors.setting(gas, declared.key) == declared.default


def test_a_change_is_recorded_with_old_and_new(gas):
    services.change_institution(actor=SYSTEM, institution=gas, theme="grad")
    gas.refresh_from_db()
    assert gas.theme == "grad"
    assert Entry.objects.filter(action="institutions.change_institution").count() == 1
    services.change_institution(actor=SYSTEM, institution=gas, theme="grad")
    assert Entry.objects.filter(action="institutions.change_institution").count() == 1


def test_a_switched_off_module_is_off_for_this_institution_only(gas):
    other = make_institution("heat")
    code = sorted(registry.modules)[0]
    services.change_institution(
        actor=SYSTEM, institution=gas, modules=[m for m in sorted(registry.modules) if m != code]
    )
    gas.refresh_from_db()
    assert not selectors.has_module(gas, code)
    assert selectors.has_module(other, code)


def test_overlapping_intervals_are_refused(gas):
    with pytest.raises(WrongSetting) as refusal:
        services.set_working_week(
            actor=SYSTEM, institution=gas, valid_from=date(2026, 1, 1),
            intervals=[Interval(0, time(8), time(12)), Interval(0, time(11), time(15))],
        )  # fmt: skip
    assert refusal.value.field == "day0"


def test_the_calendar_knows_holidays_own_closures_and_a_later_week(gas):
    services.set_working_week(
        actor=SYSTEM, institution=gas, valid_from=date(2026, 6, 1),
        intervals=[Interval(5, time(8), time(12))],
    )  # fmt: skip
    services.add_closure(
        actor=SYSTEM, institution=gas, starts_on=date(2026, 3, 9), ends_on=date(2026, 3, 10), reason={"en": "Inventory"}
    )
    calendar = selectors.working_calendar(gas)
    assert calendar.is_working_day(date(2026, 3, 6))
    assert not calendar.is_working_day(date(2026, 3, 7))
    assert not calendar.is_working_day(date(2026, 3, 9))
    assert not calendar.is_working_day(date(2026, 2, 16))
    assert calendar.is_working_day(date(2026, 6, 6))
    assert not calendar.is_working_day(date(2026, 6, 8))


def test_a_closure_that_ends_before_it_begins_is_refused(gas):
    with pytest.raises(WrongSetting):
        services.add_closure(
            actor=SYSTEM, institution=gas, starts_on=date(2026, 3, 9), ends_on=date(2026, 3, 8), reason={}
        )


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"currency": "DIN"}, "currency"),
        ({"icon": "skull"}, "icon"),
        ({"contacts": {"fax": "1"}}, "contacts"),
        ({"name": {"en": "x" * 501}}, "name"),
        ({"name": {"sr-latn": "Only here"}}, "name_en"),
        ({"counter_name": {"en": "  ", "sr": "Мој гас"}}, "counter_name_en"),
        ({"default_language": "de"}, "default_language"),
        ({"settings": {"billing.payee_name": 7}}, "billing.payee_name"),
        ({"settings": {"documents.max_file_mb": True}}, "documents.max_file_mb"),
    ],
)
def test_a_wrong_change_is_refused_and_changes_nothing(gas, fields, field):
    before = gas.changed_at
    with pytest.raises(WrongSetting) as refusal:
        services.change_institution(actor=SYSTEM, institution=gas, **fields)
    assert refusal.value.field == field
    gas.refresh_from_db()
    assert gas.changed_at == before


def test_a_change_touches_only_the_settings_and_contacts_that_it_names(gas):
    services.change_institution(actor=SYSTEM, institution=gas, settings={"documents.max_file_mb": 5})
    services.change_institution(
        actor=SYSTEM, institution=gas, settings={"billing.invoice_months": 6}, contacts={"phone": "1"}
    )
    gas.refresh_from_db()
    assert gas.settings == {"documents.max_file_mb": 5, "billing.invoice_months": 6}
    assert (gas.contacts["phone"], gas.contacts["email"]) == ("1", "office@example.rs")


def test_a_week_without_hours_and_the_removal_of_the_only_one_are_refused(gas):
    with pytest.raises(WrongSetting):
        services.set_working_week(actor=SYSTEM, institution=gas, valid_from=date(2026, 6, 1), intervals=[])
    with pytest.raises(WrongSetting):
        services.remove_working_week(actor=SYSTEM, institution=gas, valid_from=date(2020, 1, 1))
    services.set_working_week(
        actor=SYSTEM, institution=gas, valid_from=date(2026, 6, 1), intervals=[Interval(0, time(8), time(12))]
    )
    services.remove_working_week(actor=SYSTEM, institution=gas, valid_from=date(2026, 6, 1))
    assert list(selectors.working_weeks(gas)) == [date(2020, 1, 1)]


@pytest.mark.parametrize(("starts", "ends"), [((2026, 3, 9), (2027, 3, 9)), ((2026, 3, 9), (2026, 3, 8))])
def test_closures_of_impossible_length_are_refused(gas, starts, ends):
    with pytest.raises(WrongSetting) as refusal:
        services.add_closure(
            actor=SYSTEM, institution=gas, starts_on=date(*starts), ends_on=date(*ends), reason={"en": "x"}
        )
    assert refusal.value.field == "ends_on"
