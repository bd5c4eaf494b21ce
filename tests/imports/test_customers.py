"""The register of customers: whose data a row holds."""

from __future__ import annotations

import pytest

from salter.institutions.models import Institution
from salter.parties.models import Customer, Party, PartyIdentifier
from tests.cast import make_institution, make_party
from tests.imports.conftest import JMBG, PIB, Load, counts, customer, refused


def test_a_new_customer_has_a_party_with_keys_and_identifier(load: Load, gas: Institution) -> None:
    job = load("customers", [customer(7, "Đorđe Žižić", JMBG=JMBG[0], Mesto="Čačak", Mobilni="060/847-23-57")])
    assert counts(job) == {"created": 1, "updated": 0, "unchanged": 0, "refused": 0}
    found = Customer.objects.get(number="7")
    assert (found.party.name, found.party.kind, found.party.city) == ("Đorđe Žižić", "person", "Čačak")
    assert (found.party.search_key, found.party.mobile) == ("dorde zizic", "+381608472357")
    assert found.party.sort_key
    assert list(found.party.identifiers.values_list("kind", "value")) == [("jmbg", JMBG[0])]
    assert found.id.version == 7
    assert found.institution_id == gas.id


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ({"Vrsta": "P"}, "company"),
        ({"Vrsta": "pravno lice"}, "company"),
        ({"Vrsta": "Физичко лице"}, "person"),
        ({"Vrsta": "", "PIB": PIB[0]}, "company"),
        ({"Vrsta": "", "JMBG": JMBG[0]}, "person"),
        ({"Vrsta": ""}, "person"),
    ],
)
def test_kind_of_party(cells: dict[str, str], kind: str, load: Load) -> None:
    load("customers", [customer(7, **cells)])
    assert Customer.objects.get(number="7").party.kind == kind


def test_the_same_file_twice_changes_nothing_and_one_edited_row_changes_one(load: Load) -> None:
    rows = [customer(n, f"Kupac {n}", JMBG=JMBG[0] if n == 1 else "") for n in range(1, 9)]
    assert counts(load("customers", rows))["created"] == 8
    before = set(Party.objects.values_list("id", "changed_at"))
    assert counts(load("customers", rows)) == {"created": 0, "updated": 0, "unchanged": 8, "refused": 0}
    assert set(Party.objects.values_list("id", "changed_at")) == before
    rows[3] = customer(4, "Kupac 4", **{"Ulica i broj": "Lipova 14"})
    assert counts(load("customers", rows)) == {"created": 0, "updated": 1, "unchanged": 7, "refused": 0}
    assert Customer.objects.get(number="4").party.address == "Lipova 14"
    assert Party.objects.count() == 8


def test_one_person_with_three_supply_points_is_one_party(load: Load) -> None:
    rows = [customer(n, "Ana Anić", JMBG=JMBG[0], **{"Ulica i broj": f"Lipova {n}"}) for n in (3, 1, 2)]
    for expected in ("created", "unchanged"):
        assert counts(load("customers", rows))[expected] == 3
        (party,) = Party.objects.all()
        # The lowest number tells, so that the order of the file decides nothing.
        assert (party.address, party.customers.count()) == ("Lipova 1", 3)
    assert PartyIdentifier.objects.count() == 1


def test_a_further_number_goes_to_the_party_that_is_known(load: Load) -> None:
    load("customers", [customer(1, "Ana Anić", JMBG=JMBG[0])])
    load("customers", [customer(2, "Ana Anić", JMBG=JMBG[0])])
    assert Party.objects.get().customers.count() == 2


def test_people_without_identifier_are_never_made_one(load: Load) -> None:
    load("customers", [customer(1, "Ana Anić"), customer(2, "Ana Anić")])
    assert Party.objects.count() == 2


def test_another_holder_of_a_number_gets_a_party_of_his_own(load: Load) -> None:
    """Whoever acted for the former holder must not see the bills of the new one."""
    load("customers", [customer(1, "Ana Anić", JMBG=JMBG[0])])
    former = Party.objects.get()
    job = load("customers", [customer(1, "Boris Borić", JMBG=JMBG[1])])
    assert counts(job)["updated"] == 1
    assert Customer.objects.get().party.name == "Boris Borić"
    former.refresh_from_db()
    assert (former.name, former.customers.count()) == ("Ana Anić", 0)


@pytest.mark.parametrize(
    "second",
    [customer(1, "Ana Anić", JMBG=JMBG[1]), customer(1, "Ana Marić", JMBG=JMBG[0]), customer(1, "Ana Marić")],
    ids=["number corrected", "name changed", "name changed, nothing else told"],
)
def test_a_correction_stays_with_the_party(second: list[str], load: Load) -> None:
    load("customers", [customer(1, "Ana Anić", JMBG=JMBG[0])])
    party = Party.objects.get()
    assert counts(load("customers", [second]))["updated"] == 1
    assert Customer.objects.get().party_id == party.id
    assert Party.objects.count() == 1


def test_a_branch_stays_a_branch(load: Load, gas: Institution) -> None:
    company = make_party(gas, "Ljiljan d.o.o.", "1", kind="company", identifier=("pib", PIB[0]))
    branch = make_party(gas, "Ljiljan 5", "2", kind="branch", parent=company, identifier=("pib", PIB[0]))
    load("customers", [customer(2, "Ljiljan pet", Vrsta="P", PIB=PIB[0])])
    branch.refresh_from_db()
    assert (branch.name, branch.kind, branch.parent_id) == ("Ljiljan pet", "branch", company.id)
    assert Customer.objects.get(number="2").party_id == branch.id


def test_a_wrong_check_digit_refuses_by_default_and_only_warns_by_profile(load: Load) -> None:
    rows = [customer(1, JMBG="0101895710008"), customer(2)]
    job = load("customers", rows)
    assert refused(job) == [(2, "JMBG", "check digit wrong")]
    assert counts(job) == {"created": 1, "updated": 0, "unchanged": 0, "refused": 1}
    job = load("customers", rows, options={"wrong_check_digit": "warn"})
    assert counts(job) == {"created": 1, "updated": 0, "unchanged": 1, "refused": 0}
    assert job.result["warnings"] == 1
    assert [(f.line, f.column, f.is_warning) for f in job.findings.all()] == [(2, "JMBG", True)]
    # A number that two people might share by mistake is not kept.
    assert not PartyIdentifier.objects.exists()


def test_a_leading_nought_lost_in_a_spreadsheet_is_put_back(load: Load) -> None:
    load("customers", [customer(1, JMBG=JMBG[0][1:])])
    assert PartyIdentifier.objects.get().value == JMBG[0]


def test_a_wrong_email_costs_the_address_and_not_the_customer(load: Load) -> None:
    job = load("customers", [customer(1, **{"E-pošta": "nema"})])
    assert (counts(job)["created"], job.result["warnings"]) == (1, 1)
    assert Party.objects.get().email == ""


def test_an_exact_repeat_is_harmless_and_another_row_is_not(load: Load) -> None:
    job = load("customers", [customer(1, "Ana"), customer(2, "Boris"), customer(1, "Ana"), customer(2, "Ceca")])
    assert counts(job) == {"created": 2, "updated": 0, "unchanged": 1, "refused": 1}
    assert refused(job) == [(5, "Šifra kupca", "same number, other data")]
    assert Customer.objects.get(number="2").party.name == "Boris"


def test_columns_that_a_file_does_not_have_are_left_alone(load: Load, write: object, gas: Institution) -> None:
    from tests.imports.conftest import load_into

    load("customers", [customer(1, "Ana", Mesto="Pirot", Mobilni="060 847 2357")])
    path = write([["Šifra kupca", "Naziv kupca"], ["1", "Ana"]], "short.csv")  # type: ignore[operator]
    assert counts(load_into(gas, "customers", path))["unchanged"] == 1
    assert Party.objects.get().city == "Pirot"


def test_the_same_numbers_elsewhere_are_other_customers(load: Load, gas: Institution) -> None:
    heat = make_institution("heat")
    load("customers", [customer(1, "Ana Anić", JMBG=JMBG[0])])
    job = load("customers", [customer(1, "Ana Anić", JMBG=JMBG[0])], institution=heat)
    assert counts(job)["created"] == 1
    assert Party.objects.filter(institution=gas).count() == Party.objects.filter(institution=heat).count() == 1


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (customer("", "Ana"), "Šifra kupca", "missing customer number"),
        (customer(1, ""), "Naziv kupca", "missing name"),
        (customer("1" * 31), "Šifra kupca", "too long"),
        (customer(1, Vrsta="vanzemaljac"), "Vrsta", "unknown value"),
        (customer(1, PIB="123"), "PIB", "check digit wrong"),
    ],
)
def test_refusals(row: list[str], column: str, code: str, load: Load) -> None:
    job = load("customers", [customer(8), row, customer(9)])
    assert refused(job) == [(3, column, code)]
    assert counts(job)["created"] == 2
