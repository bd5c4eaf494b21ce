"""Invoices and payments: what gets in, what is refused, and that money follows."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from salter.billing.models import Invoice, Ledger, Payment
from salter.institutions.models import Institution
from tests.imports.conftest import (
    INVOICE_HEAD,
    Load,
    Write,
    counts,
    customer,
    invoice,
    load_into,
    payment,
    reference,
    refused,
)


@pytest.fixture
def people(load: Load) -> None:
    load("customers", [customer(n, f"Kupac {n}") for n in (1, 2, 3)])


@pytest.mark.usefixtures("people")
def test_an_invoice_as_the_file_has_it(gas: Institution, write: Write) -> None:
    head = [
        "Broj računa", "Šifra kupca", "Datum izdavanja", "Rok plaćanja", "Period od", "Period do", "Staro stanje",
        "Novo stanje", "Potrošnja m3", "Energija kWh", "Osnovica", "PDV", "Ukupno", "Poziv na broj",
    ]  # fmt: skip
    row = [
        "R-1", "1", "05.10.2024.", "21.10.2024.", "01.09.2024.", "30.09.2024.", "98507", "727", "2220", "22821,600",
        "10.025,08", "1002,51", "11.027,59", reference("1202409"),
    ]  # fmt: skip
    job = load_into(gas, "invoices", write([head, row]))
    assert counts(job) == {"created": 1, "updated": 0, "unchanged": 0, "refused": 0}
    one = Invoice.objects.get()
    # The dial went over its end: right as it is.
    assert (one.previous_state, one.current_state, one.consumption_m3) == (98507, 727, 2220)
    assert (str(one.energy_kwh), one.net_minor, one.vat_minor, one.total_minor) == (
        "22821.600",
        1002508,
        100251,
        1102759,
    )
    assert (one.issued_on, one.period_to) == (date(2024, 10, 5), date(2024, 9, 30))
    assert one.payment_reference == reference("1202409")


@pytest.mark.usefixtures("people")
def test_the_same_file_twice_changes_nothing_and_one_edited_row_changes_one(load: Load) -> None:
    rows = [invoice(f"R-{i}", i % 3 + 1) for i in range(20)]
    assert counts(load("invoices", rows))["created"] == 20
    assert counts(load("invoices", rows)) == {"created": 0, "updated": 0, "unchanged": 20, "refused": 0}
    rows[7] = invoice("R-7", 7 % 3 + 1, "2.000,00")
    assert counts(load("invoices", rows)) == {"created": 0, "updated": 1, "unchanged": 19, "refused": 0}
    assert Invoice.objects.get(number="R-7").total_minor == 200000


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (invoice("", 1), "Broj računa", "missing invoice number"),
        (invoice("X", ""), "Šifra kupca", "missing customer"),
        (invoice("X", 99), "Šifra kupca", "unknown customer"),
        (invoice("X", 1, ""), "Ukupno", "missing amount"),
        (invoice("X", 1, "12.34x,00"), "Ukupno", "not an amount"),
        (invoice("X", 1, "-5,00"), "Ukupno", "below zero"),
        (invoice("X", 1, **{"Datum izdavanja": "31.02.2026."}), "Datum izdavanja", "no such date"),
        (invoice("X", 1, **{"Datum izdavanja": ""}), "Datum izdavanja", "missing date of issue"),
        (invoice("X", 1, **{"Rok plaćanja": ""}), "Rok plaćanja", "missing due date"),
        (invoice("X", 1, **{"Period do": "01.01.2020."}), "Period do", "period ends before it starts"),
        (invoice("X", 1, **{"Poziv na broj": "97 00 123"}), "Poziv na broj", "control number wrong"),
        (invoice("R-1", 1, "5,00"), "Broj računa", "same number, another amount"),
        (invoice("R-1", 2), "Broj računa", "same number, other data"),
    ],
)
def test_a_refused_invoice_stops_nobody(row: list[str], column: str, code: str, load: Load) -> None:
    job = load("invoices", [invoice("R-1", 1), invoice("R-2", 2), row, invoice("R-3", 3)])
    assert refused(job) == [(4, column, code)]
    assert counts(job) == {"created": 3, "updated": 0, "unchanged": 0, "refused": 1}
    # The row comes back as it stood in the file.
    assert job.findings.get().fields == row


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (payment(9, 1, ""), "Iznos", "missing amount"),
        (payment(9, 1, "-5,00-"), "Iznos", "not an amount"),
        (payment(9, 1, "0,00"), "Iznos", "not above zero"),
        (payment(9, ""), "Šifra kupca", "missing customer"),
        (payment(9, 1, **{"Datum uplate": ""}), "Datum uplate", "missing date of payment"),
        (payment(9, 1, **{"Poziv na broj": "97 00 123"}), "Poziv na broj", "control number wrong"),
        (payment(1, 1, "7,00"), "Rb", "same number, another amount"),
    ],
)
def test_a_refused_payment_stops_nobody(row: list[str], column: str, code: str, load: Load) -> None:
    job = load("payments", [payment(1, 1), row, payment(2, 2)])
    assert refused(job) == [(3, column, code)]
    assert Payment.objects.count() == 2


@pytest.mark.usefixtures("people")
def test_a_file_that_counts_from_one_again_overwrites_no_payment(load: Load) -> None:
    load("payments", [payment(1, 1), payment(2, 2)])
    job = load("payments", [payment(1, 2, **{"Datum uplate": "06.11.2025."}), payment(3, 3)])
    assert refused(job) == [(2, "Rb", "number taken")]
    assert [row.customer.number for row in Payment.objects.order_by("external_ref")] == ["1", "2", "3"]


@pytest.mark.usefixtures("people")
def test_a_row_with_several_faults_tells_them_all_and_counts_once(load: Load) -> None:
    job = load("invoices", [invoice("X", 1, "abc", **{"Rok plaćanja": "", "Datum izdavanja": "x"})])
    assert [code for _line, _column, code in refused(job)] == ["no such date", "missing due date", "not an amount"]
    assert counts(job)["refused"] == 1


@pytest.mark.usefixtures("people")
def test_payments_are_booked_to_invoices_by_the_load(load: Load, gas: Institution) -> None:
    load("invoices", [invoice("R-1", 1, "300,00"), invoice("R-2", 2, "300,00")])
    job = load("payments", [payment(1, 1, "100,00"), payment(2, 1, "50,00")])
    assert list(Invoice.objects.order_by("number").values_list("paid_minor", flat=True)) == [15000, 0]
    assert Ledger.objects.get(institution=gas).as_of == job.finished_at
    # A corrected payment, and an invoice that now is less than what was paid for it.
    load("payments", [payment(1, 2, "100,00"), payment(2, 1, "50,00")])
    assert list(Invoice.objects.order_by("number").values_list("paid_minor", flat=True)) == [5000, 10000]
    load("invoices", [invoice("R-1", 1, "20,00")])
    assert Invoice.objects.get(number="R-1").paid_minor == 2000
    assert Payment.objects.get(external_ref="2").allocated_minor == 2000


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("word", "method"),
    [("Banka", "bank"), ("пошта", "post"), ("ŠALTER", "counter"), ("IPS QR", "ips"), ("Golub", "other"), ("", "other")],
)
def test_how_it_was_paid(word: str, method: str, load: Load) -> None:
    load("payments", [payment(1, 1, Način=word)])
    assert Payment.objects.get().method == method


@pytest.mark.usefixtures("people")
def test_a_wrong_control_number_may_only_warn(load: Load) -> None:
    job = load("payments", [payment(1, 1, **{"Poziv na broj": "97 00 123"})], options={"wrong_check_digit": "warn"})
    assert (counts(job)["created"], job.result["warnings"]) == (1, 1)
    assert Payment.objects.get().payment_reference == "97 00 123"


@pytest.mark.usefixtures("people")
def test_a_reference_that_begins_with_97_means_nothing_in_another_country(load: Load, gas: Institution) -> None:
    gas.country = "PL"
    gas.save()
    assert counts(load("payments", [payment(1, 1, **{"Poziv na broj": "97 00 123"})]))["created"] == 1


def test_the_customers_of_another_institution_are_unknown_here(load: Load) -> None:
    from tests.cast import make_institution

    load("customers", [customer(1)], institution=make_institution("heat"))
    assert refused(load("invoices", [invoice("R-1", 1)])) == [(2, "Šifra kupca", "unknown customer")]


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("form", ["csv", "quoted", "xlsx", "xlsx with numbers", "parquet"])
def test_every_kind_of_file_gives_the_same(form: str, gas: Institution, tmp_path: Path) -> None:
    rows = [invoice("R-1", 1), invoice("R-2", 2, "0,30"), invoice("R-3", 99), invoice("R-4", 3, "abc")]
    job = load_into(gas, "invoices", _write_as(form, tmp_path, [INVOICE_HEAD, *rows]))
    assert refused(job) == [(4, "Šifra kupca", "unknown customer"), (5, "Ukupno", "not an amount")]
    loaded = Invoice.objects.order_by("number").values_list("number", "total_minor", "issued_on", "customer__number")
    assert list(loaded) == [
        ("R-1", 112759, date(2025, 10, 5), "1"),
        ("R-2", 30, date(2025, 10, 5), "2"),
    ]


def _write_as(form: str, folder: Path, rows: list[list[str]]) -> Path:
    path = folder / f"file.{form.split(maxsplit=1)[0]}"
    if form in ("csv", "quoted"):
        with path.open("w", encoding="utf-16", newline="") as file:
            how = csv.QUOTE_ALL if form == "quoted" else csv.QUOTE_MINIMAL
            csv.writer(file, delimiter="\t", quoting=how).writerows(rows)
    elif form == "parquet":
        frame = pl.DataFrame(rows[1:], schema=rows[0], orient="row")
        day = pl.col("Datum izdavanja").str.to_date("%d.%m.%Y.")
        # The amount that is none keeps its column text.
        frame.with_columns(day).write_parquet(path)
    else:
        book = xlsxwriter.Workbook(str(path))
        sheet, day_format = book.add_worksheet(), book.add_format({"num_format": "dd.mm.yyyy"})
        for y, row in enumerate(rows):
            for x, cell in enumerate(row):
                if form == "xlsx with numbers" and y and rows[0][x] == "Ukupno" and cell != "abc":
                    sheet.write_number(y, x, float(cell.replace(".", "").replace(",", ".")))
                elif form == "xlsx with numbers" and y and rows[0][x] == "Datum izdavanja":
                    sheet.write_datetime(y, x, date(*map(int, cell.rstrip(".").split(".")[::-1])), day_format)
                elif form == "xlsx with numbers" and y and rows[0][x] == "Šifra kupca":
                    sheet.write_number(y, x, int(cell))
                else:
                    sheet.write_string(y, x, cell)
        book.close()
    return path
