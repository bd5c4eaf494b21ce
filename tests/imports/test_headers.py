"""Column names in the languages of our offices."""

from __future__ import annotations

import pytest

from salter.imports import registry
from salter.imports.reading.headers import fold, match

HEADERS = {
    "customers": [
        ["Šifra kupca", "Naziv kupca", "Poštanski broj", "Mesto", "Broj merača"],
        ["SIFRA KUPCA", "Ime i prezime", "PTT", "Grad", "Broj brojila"],
        ["Шифра купца", "Назив купца", "Поштански број", "Место", "Број мерача"],
        ["Cod client", "Denumire", "Cod poștal", "Localitate", "Serie contor"],
        ["Nr klienta", "Imię i nazwisko", "Kod pocztowy", "Miejscowość", "Numer licznika"],
        ["Шифра на купувач", "Име и презиме", "Поштенски број", "Град", "Број на броило"],
        ["customer_no", "full-name", "postcode", "city", "meter serial"],
    ],
    "invoices": [
        ["Broj računa", "Šifra kupca", "Datum izdavanja", "Rok plaćanja", "Ukupno"],
        ["Број рачуна", "Шифра купца", "Датум издавања", "Рок плаћања", "Укупно"],
        ["Număr factură", "Cod client", "Data emiterii", "Data scadenței", "Total de plată"],
        ["Numer faktury", "Numer klienta", "Data wystawienia", "Termin płatności", "Kwota brutto"],
        ["Број на фактура", "Шифра на купувач", "Датум на издавање", "Рок за плаќање", "Вкупно"],
        ["Invoice no", "Customer number", "Issue date", "Due date", "Total"],
    ],
    "payments": [
        ["Rb", "Datum uplate", "Šifra kupca", "Iznos", "Način"],
        ["Рб", "Датум уплате", "Шифра купца", "Износ", "Начин"],
        ["Nr. crt.", "Data plății", "Cod client", "Sumă", "Mod de plată"],
        ["Lp", "Data wpłaty", "Nr klienta", "Kwota", "Sposób płatności"],
        ["Реден број", "Датум на уплата", "Шифра на купувач", "Износ", "Начин"],
        ["Payment ID", "Payment date", "Customer ID", "Amount", "Method"],
    ],
}
CODES = {
    "customers": ["number", "name", "postcode", "city", "meter_serial"],
    "invoices": ["number", "customer", "issued_on", "due_on", "total"],
    "payments": ["external_ref", "paid_on", "customer", "amount", "method"],
}


@pytest.mark.parametrize(
    ("register", "header"), [(register, header) for register, headers in HEADERS.items() for header in headers]
)
def test_names_in_six_languages(register: str, header: list[str]) -> None:
    assert match(registry.get(register), header) == {code: i for i, code in enumerate(CODES[register])}


@pytest.mark.parametrize("register", sorted(HEADERS))
def test_no_name_means_two_columns(register: str) -> None:
    seen: dict[str, str] = {}
    for column in registry.get(register).columns:
        for name in {fold(alias) for alias in (*column.aliases, column.code)}:
            assert seen.setdefault(name, column.code) == column.code, name


def test_a_stored_mapping_comes_before_the_names() -> None:
    header = ["Iznos", "Iznos sa popustom", "Broj", "Kupac"]
    wanted = {"amount": "Iznos sa popustom", "external_ref": "Broj", "method": ""}
    found = match(registry.get("payments"), [*header, "Način"], wanted)
    assert (found["amount"], found["external_ref"], "method" in found) == (1, 2, False)


def test_the_order_of_columns_does_not_matter() -> None:
    register = registry.get("payments")
    header = ["Iznos", "Nešto", "Šifra kupca", "Rb", "Datum uplate"]
    assert match(register, header) == {"external_ref": 3, "paid_on": 4, "customer": 2, "amount": 0}
