"""Linking a customer number to a person: proof, limits, the trail."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from salter.audit.models import Entry
from salter.parties import services
from salter.parties.models import Customer, LinkAttempt, Party, PartyIdentifier, Representation
from salter.parties.selectors import find_customer, masked_identifiers, representatives_of, search_parties
from salter.parties.types import AlreadyLinked, LinkRefused, Scope, TooManyAttempts
from tests.cast import NOW, SYSTEM, TODAY, make_party


@pytest.fixture
def spare(cast):
    party = make_party(cast.gas, "Đorđe Živković", "204139")
    customer = party.customers.get()
    return customer, services.issue_activation_code(actor=SYSTEM, customer=customer, now=NOW)


def _link(cast, code, number="204139", user=None, now=NOW):
    user = user or cast.nobody
    return services.link_customer_by_code(
        actor=cast.actor(user), user=user, institution=cast.gas, customer_number=number, code=code, now=now
    )


def test_the_code_of_the_last_bill_links_once(cast, spare):
    customer, code = spare
    made = _link(cast, code)
    assert (made.party, made.user, made.scope, made.ends_on) == (customer.party, cast.nobody, Scope.MANAGE, None)
    with pytest.raises(LinkRefused):
        _link(cast, code, user=cast.boris)
    assert list(LinkAttempt.objects.order_by("at", "id").values_list("succeeded", flat=True)) == [True, False]


@pytest.mark.parametrize("way", [str.lower, lambda c: c.replace("-", " "), lambda c: f"  {c} "])
def test_the_code_may_be_typed_as_people_type(cast, spare, way):
    assert _link(cast, way(spare[1]))


def test_the_code_itself_is_kept_nowhere(cast, spare):
    customer, code = spare
    with connection.cursor() as cursor:
        cursor.execute("SELECT c::text FROM parties_customer c WHERE number = %s", [customer.number])
        row = cursor.fetchone()[0]
    assert code not in row
    assert code.replace("-", "") not in row


def test_an_expired_code_is_refused(cast, spare):
    with pytest.raises(LinkRefused):
        _link(cast, spare[1], now=NOW + timedelta(days=91))


def test_a_wrong_number_and_a_wrong_code_are_refused_alike(cast, spare):
    with pytest.raises(LinkRefused) as unknown:
        _link(cast, spare[1], number="999999")
    with pytest.raises(LinkRefused) as wrong:
        _link(cast, "AAAA-BBBB-CCCC")
    assert str(unknown.value) == str(wrong.value)


def test_five_wrong_tries_pause_the_person_for_an_hour(cast, spare):
    for _ in range(5):
        with pytest.raises(LinkRefused):
            _link(cast, "wrong")
    with pytest.raises(TooManyAttempts):
        _link(cast, spare[1])
    assert _link(cast, spare[1], now=NOW + timedelta(minutes=61))
    assert Entry.objects.filter(action="parties.link_attempt").count() == 6


def test_a_number_is_paused_for_everybody_after_ten_wrong_tries(cast, spare):
    for user in (cast.nobody, cast.boris):
        for _ in range(5):
            with pytest.raises(LinkRefused):
                _link(cast, "wrong", user=user)
    with pytest.raises(TooManyAttempts):
        _link(cast, spare[1], user=cast.ceca)


def test_a_party_is_linked_to_a_person_only_once(cast):
    with pytest.raises(AlreadyLinked):
        services.grant_representation(
            actor=SYSTEM, party=cast.ana_party, user=cast.ana, scope="see", ground="staff", now=NOW
        )


def test_an_ended_representation_is_over_the_day_after(cast):
    representation = Representation.objects.get(party=cast.ana_party, user=cast.ana)
    services.end_representation(actor=SYSTEM, representation=representation, ends_on=TODAY, now=NOW)
    assert [r.user for r in representatives_of(cast.ana_party, TODAY)] == [cast.ana]
    assert not representatives_of(cast.ana_party, TODAY + timedelta(days=1))


def test_tries_can_not_be_changed_or_removed(cast, spare):
    _link(cast, spare[1])
    with pytest.raises(Exception, match="permission denied"), transaction.atomic():
        LinkAttempt.objects.update(succeeded=False)


@pytest.mark.parametrize(
    ("model", "field"), [(Customer, "party"), (PartyIdentifier, "party"), (Representation, "party"), (Party, "parent")]
)
def test_no_row_crosses_institutions(cast, model, field):
    row = model.objects.filter(institution=cast.gas).first()
    if model is Party:
        row.kind = "branch"
    setattr(row, field, cast.ceca_party)
    with pytest.raises(IntegrityError, match="institution_fk"), transaction.atomic():
        row.save()


@pytest.mark.parametrize("text", ["djordje", "ĐORĐE", "Ђорђе", "zivkovic", "живковић", "204139", "2041"])
def test_people_are_found_however_one_types(cast, spare, text):
    assert [p.name for p in search_parties(institution=cast.gas, text=text)] == ["Đorđe Živković"]


def test_search_stays_within_the_institution(cast):
    assert [p.institution for p in search_parties(institution=cast.gas, text="100001")] == [cast.gas]
    assert not search_parties(institution=cast.gas, text="Ceca")


def test_identifiers_are_shown_masked(cast):
    shown = masked_identifiers([cast.ana_party])[cast.ana_party.pk]
    assert shown[0][0] == "jmbg"
    assert shown[0][1].endswith("0059")
    assert "0101895" not in shown[0][1]


def test_spaces_in_a_customer_number_are_ignored(cast):
    assert find_customer(institution=cast.gas, number="100 001").party == cast.ana_party


def test_a_wrong_identifier_is_refused(cast):
    from salter.lib.identifiers import WrongIdentifier

    with pytest.raises(WrongIdentifier):
        services.create_party(
            actor=SYSTEM, institution=cast.gas, kind="company", name="Mlin", identifiers_by_kind={"pib": "199999998"}
        )
    assert not Party.objects.filter(name="Mlin").exists()


def test_names_stand_in_the_order_of_the_alphabet(cast):
    for number, name in enumerate(["Šarić", "Sarić", "Zorić", "Ćirić", "Čolić", "Cvetić", "Đurić", "Džodan", "Dunjić"]):
        make_party(cast.gas, name, f"30000{number}")
    names = Party.objects.filter(institution=cast.gas, customers__number__startswith="30000").order_by("sort_key")
    assert [p.name for p in names] == [
        "Cvetić", "Čolić", "Ćirić", "Dunjić", "Džodan", "Đurić", "Sarić", "Šarić", "Zorić",
    ]  # fmt: skip


def test_today_is_the_day_at_the_institution(cast):
    # Half past eleven in the evening UTC is tomorrow in Belgrade.
    made = services.grant_representation(
        actor=SYSTEM, party=cast.ana_party, user=cast.nobody, scope="see", ground="staff",
        now=NOW.replace(hour=23, minute=30),
    )  # fmt: skip
    assert made.starts_on == date(2026, 3, 6)
