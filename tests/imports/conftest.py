"""Files as back offices write them, made small, and an institution to load them into."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from salter.imports import services
from salter.imports.models import Job
from salter.institutions.models import Institution
from tests.cast import NOW, SYSTEM, make_institution

CUSTOMER_HEAD = ["Šifra kupca", "Naziv kupca", "Vrsta", "PIB", "JMBG", "Ulica i broj", "Mesto", "Mobilni", "E-pošta"]
INVOICE_HEAD = [
    "Broj računa",
    "Šifra kupca",
    "Datum izdavanja",
    "Rok plaćanja",
    "Period od",
    "Period do",
    "Ukupno",
    "Poziv na broj",
]
PAYMENT_HEAD = ["Rb", "Datum uplate", "Šifra kupca", "Iznos", "Način", "Poziv na broj"]

# Right check digits (RL-69): born in the 1890s, so that nobody living is meant.
JMBG = ("0101895710009", "0101895800059")
PIB = ("199999999", "999999995")


def reference(base: str) -> str:
    return f"97 {98 - int(base) * 100 % 97:02} {base}"


def customer(number: int | str, name: str = "Đurđa Šarić", **cells: str) -> list[str]:
    row = dict.fromkeys(CUSTOMER_HEAD, "") | {"Šifra kupca": str(number), "Naziv kupca": name, "Vrsta": "F"} | cells
    return list(row.values())


def invoice(number: str, customer_number: int | str, total: str = "1.127,59", **cells: str) -> list[str]:
    row = {
        "Broj računa": number,
        "Šifra kupca": str(customer_number),
        "Datum izdavanja": "05.10.2025.",
        "Rok plaćanja": "21.10.2025.",
        "Period od": "01.09.2025.",
        "Period do": "30.09.2025.",
        "Ukupno": total,
        "Poziv na broj": reference(f"{customer_number}202509"),
    } | cells
    return list(row.values())


def payment(ref: int, customer_number: int | str, amount: str = "100,00", **cells: str) -> list[str]:
    row = {
        "Rb": str(ref),
        "Datum uplate": "06.10.2025.",
        "Šifra kupca": str(customer_number),
        "Iznos": amount,
        "Način": "Pošta",
        "Poziv na broj": reference(f"{customer_number}202509"),
    } | cells
    return list(row.values())


def text_of(rows: Sequence[Sequence[str]], separator: str = ";") -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=separator, lineterminator="\r\n").writerows(rows)
    return buffer.getvalue()


Write = Callable[..., Path]
Load = Callable[..., Job]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """`write(rows, name="a.csv", encoding="cp1250", separator=";")`: a file on the disk."""

    def make(
        rows: Sequence[Sequence[str]], name: str = "file.csv", encoding: str = "cp1250", separator: str = ";"
    ) -> Path:
        path = tmp_path / name
        path.write_bytes(text_of(rows, separator).encode(encoding))
        return path

    return make


def load_into(institution: Institution, register: str, path: Path, **more: Any) -> Job:
    return services.load_file(
        actor=SYSTEM, institution=institution, register=register, path=path, **{"now": NOW} | more
    )


@pytest.fixture
def gas(db: None) -> Institution:
    cache.clear()
    return make_institution("gas", default_language="en")


@pytest.fixture
def load(gas: Institution, write: Write) -> Load:
    """`load("customers", rows)`: writes the rows with their header and loads them into gas."""
    heads = {"customers": CUSTOMER_HEAD, "invoices": INVOICE_HEAD, "payments": PAYMENT_HEAD}

    def run(register: str, rows: Sequence[Sequence[str]], institution: Institution = gas, **more: Any) -> Job:
        return load_into(institution, register, write([heads[register], *rows], f"{register}.csv", "utf-8"), **more)

    return run


def counts(job: Job) -> dict[str, int]:
    return {name: job.result[name] for name in ("created", "updated", "unchanged", "refused")}


def refused(job: Job) -> list[tuple[int, str, str]]:
    return [(f.line, f.column, f.code) for f in job.findings.order_by("line", "id") if not f.is_warning]
