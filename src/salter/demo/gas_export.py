"""Writes what a gas distributor's back office hands over: customers, bills, payments, as three CSV files.

The same `today` gives the same files. Windows-1250, semicolons, decimal commas, Serbian column names, amounts in RSD.
All people are invented; their numbers belong to people born in the 1890s (valid check digits, nobody living).
"""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from random import Random

from stdnum.iso7064 import mod_97_10

__all__ = ["COMPANY_NUMBER", "PERSON_NUMBER", "SPARE_NUMBER", "write_export"]

# Customers whom the demo's people act for; they come first in the file.
PERSON_NUMBER = "204118"
COMPANY_NUMBER = "204125"
FATHER_NUMBER = "204132"
SPARE_NUMBER = "204139"

_NAMES = json.loads(Path(__file__).with_name("names.json").read_text(encoding="utf-8"))
_PLACES = (("21999", "Ravnica"), ("21000", "Novi Sad"), ("21220", "Bečej"), ("21208", "Sremska Kamenica"))
_COMPANIES = ("Apoteka", "Pekara", "Elektroservis", "Mlin", "Štamparija", "Vrtić", "Autoservis", "Hotel")
_PLANTS = ("Ljiljan", "Bršljan", "Lipa", "Žito", "Đurđevak", "Hrast", "Čempres")
_METHODS = ("Banka", "Pošta", "IPS QR", "Šalter")

_KWH_PER_M3 = Decimal("10.28")
_PRICE_KWH = Decimal("5.21")
_FIXED = Decimal("61.02")
# Share of the yearly use per calendar month.
_MONTHS = (0.17, 0.15, 0.12, 0.08, 0.04, 0.02, 0.02, 0.02, 0.03, 0.08, 0.12, 0.15)


@dataclass(frozen=True, slots=True)
class _Customer:
    number: str
    name: str
    company: bool
    pib: str
    jmbg: str
    street: str
    postcode: str
    city: str
    mobile: str
    email: str
    meter: str
    yearly_m3: int


def _jmbg(born: date, serial: int) -> str | None:
    body = f"{born:%d%m}{born.year % 1000:03d}80{serial:03d}"
    weights = (7, 6, 5, 4, 3, 2) * 2
    rest = sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11
    check = 11 - rest
    if check == 10:
        return None
    return body + str(check % 11 if check < 10 else 0)


def _pib(body: int) -> str:
    product = 10
    for digit in f"{body:08d}":
        total = (product + int(digit)) % 10 or 10
        product = total * 2 % 11
    return f"{body:08d}{(11 - product) % 10}"


def _customers(count: int) -> Iterator[_Customer]:
    random = Random(1969)
    for index in range(count):
        number = str(204118 + 7 * index)
        company = number == COMPANY_NUMBER or (index > 3 and index % 9 == 4)
        name = f"{random.choice(_NAMES['first'])} {random.choice(_NAMES['last'])}"
        street = f"{random.choice(_NAMES['streets'])} {random.randint(1, 90)}"
        postcode, city = random.choice(_PLACES)
        jmbg = None
        while jmbg is None:
            jmbg = _jmbg(date(1890, 1, 1) + timedelta(days=random.randrange(3500)), random.randrange(1000))
        if company:
            name = f"{random.choice(_COMPANIES)} {random.choice(_PLANTS)} {index} d.o.o."
        match number:
            case "204118":
                name, street, postcode, city = "Milica Jovanović", "Lipova 14", "21999", "Ravnica"
            case "204125":
                name, street, postcode, city = "Apoteka Ljiljan d.o.o.", "Kralja Petra 2", "21999", "Ravnica"
            case "204132":
                name, street, postcode, city = "Petar Jovanović", "Njegoševa 7", "21999", "Ravnica"
            case "204139":
                name, street, postcode, city = "Đorđe Živković", "Šumadijska 3", "21999", "Ravnica"
            case _:
                pass
        yield _Customer(
            number=number,
            name=name,
            company=company,
            pib=_pib(34_000_000 + 13 * index) if company else "",
            jmbg="" if company else jmbg,
            street=street,
            postcode=postcode,
            city=city,
            mobile=f"060/555{index:04d}" if index % 3 else "",
            email=f"kupac{number}@primer.example" if index % 4 else "",
            meter=f"G{700000 + 37 * index}",
            yearly_m3=random.randint(2500, 9000) if company else random.randint(500, 2200),
        )


def _day(value: date) -> str:
    return f"{value:%d.%m.%Y}."


def _amount(value: Decimal) -> str:
    return f"{value:.2f}".replace(".", ",")


def _reference(number: str, month: date) -> str:
    body = f"{number}{month:%Y%m}"
    return f"97 {mod_97_10.calc_check_digits(body)} {body}"


def _months(today: date, count: int) -> list[date]:
    """The first days of the `count` billed months; the last one is billed by `today`."""
    month = today.replace(day=1)
    found: list[date] = []
    while len(found) < count:
        month = (month - timedelta(days=1)).replace(day=1)
        if _issued(month) <= today:
            found.append(month)
    return sorted(found)


def _issued(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=5)


def write_export(folder: Path, *, today: date, customers: int = 240, months: int = 14) -> dict[str, Path]:
    """Write kupci.csv, racuni.csv and uplate.csv into `folder`; return the file of each register."""
    random = Random(5)
    people = list(_customers(customers))
    bills: list[list[str]] = []
    payments: list[tuple[date, str, Decimal, str, str]] = []
    for person in people:
        state = random.randrange(500, 90000)
        for month in _months(today, months):
            m3 = round(person.yearly_m3 * _MONTHS[month.month - 1] * random.uniform(0.8, 1.2))
            kwh = (m3 * _KWH_PER_M3).quantize(Decimal("0.01"))
            net = (kwh * _PRICE_KWH + _FIXED).quantize(Decimal("0.01"), ROUND_HALF_UP)
            vat = (net * Decimal("0.1")).quantize(Decimal("0.01"), ROUND_HALF_UP)
            issued, reference = _issued(month), _reference(person.number, month)
            due = issued + timedelta(days=16)
            last = (month + timedelta(days=32)).replace(day=1) - timedelta(days=1)
            bills.append(
                [f"{month:%Y-%m}-{person.number}", person.number, _day(issued), _day(due), _day(month), _day(last),
                 str(state), str(state + m3), str(m3), _amount(kwh), _amount(net), _amount(vat), _amount(net + vat),
                 reference]
            )  # fmt: skip
            state += m3
            payments.extend(_paid(person, random, month, issued, net + vat, reference, today))
    return {
        "customers": _write(
            folder / "kupci.csv",
            ["Šifra kupca", "Naziv kupca", "Vrsta", "PIB", "JMBG", "Ulica i broj", "Poštanski broj", "Mesto", "Telefon",
             "Mobilni", "E-pošta", "Merno mesto", "Broj merača", "Tarifna grupa"],
            [[p.number, p.name, "P" if p.company else "F", p.pib, p.jmbg, p.street, p.postcode, p.city, "", p.mobile,
              p.email, f"RS-RA-{p.number}", p.meter, "Široka potrošnja" if p.company else "Mala potrošnja"]
             for p in people],
        ),
        "invoices": _write(
            folder / "racuni.csv",
            ["Broj računa", "Šifra kupca", "Datum izdavanja", "Rok plaćanja", "Period od", "Period do", "Staro stanje",
             "Novo stanje", "Potrošnja m3", "Energija kWh", "Osnovica", "PDV", "Ukupno", "Poziv na broj"],
            bills,
        ),
        "payments": _write(
            folder / "uplate.csv",
            ["Rb", "Datum uplate", "Šifra kupca", "Iznos", "Način", "Poziv na broj"],
            [[str(line), _day(paid), number, _amount(amount), method, reference]
             for line, (paid, number, amount, method, reference) in enumerate(sorted(payments), 1)],
        ),
    }  # fmt: skip


def _paid(
    person: _Customer, random: Random, month: date, issued: date, total: Decimal, reference: str, today: date
) -> Iterator[tuple[date, str, Decimal, str, str]]:
    """Most people pay within a month; the demo's own people leave their newest bills open."""
    age = (today.replace(day=1) - month).days
    if person.number in (PERSON_NUMBER, COMPANY_NUMBER) and age < 70:
        if person.number == COMPANY_NUMBER and age > 40:
            yield issued + timedelta(days=9), person.number, (total / 2).quantize(Decimal("0.01")), "Banka", reference
        return
    # The demo's own people owe for nothing older: their story is told by the newest bills.
    skips = random.random() < (0.25 if age < 40 else 0.03)
    if skips and person.number not in (PERSON_NUMBER, COMPANY_NUMBER, FATHER_NUMBER):
        return
    paid = issued + timedelta(days=random.randint(1, 25))
    if paid <= today:
        yield paid, person.number, total, random.choice(_METHODS), reference


def _write(path: Path, header: list[str], rows: list[list[str]]) -> Path:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.getvalue().encode("cp1250"))
    return path
