"""`import_register`, which `salter import` calls."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from salter.imports.models import Job
from salter.institutions.models import Institution
from salter.parties.models import Customer
from tests.imports.conftest import CUSTOMER_HEAD, INVOICE_HEAD, Write, customer, invoice


def run(capsys: pytest.CaptureFixture[str], *args: Any, **options: Any) -> tuple[int, dict[str, Any]]:
    code = 0
    try:
        call_command("import_register", *map(str, args), institution="gas", **options)
    except SystemExit as end:
        code = int(str(end.code))
    return code, json.loads(capsys.readouterr().out)


@pytest.mark.usefixtures("gas")
def test_everything_in(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    path = write([CUSTOMER_HEAD, customer(1), customer(2)])
    code, result = run(capsys, "customers", path)
    assert code == 0
    told = {name: result[name] for name in ("rows_read", "created", "updated", "unchanged", "refused", "dry_run")}
    assert told == {"rows_read": 2, "created": 2, "updated": 0, "unchanged": 0, "refused": 0, "dry_run": False}
    assert (result["encoding"], result["separator"], result["refused_file"]) == ("Windows-1250", ";", None)
    assert result["columns"]["name"] == "Naziv kupca"
    assert not path.with_name("file.refused.csv").exists()


@pytest.mark.usefixtures("gas")
def test_refused_rows_stand_beside_the_file_and_can_be_corrected_there(
    write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write([CUSTOMER_HEAD, customer(1), customer(2, PIB="123", JMBG="5"), customer("", "=HYPERLINK(1)")])
    code, result = run(capsys, "customers", path)
    assert (code, result["created"], result["refused"]) == (1, 1, 2)
    beside = path.with_name("file.refused.csv")
    assert result["refused_file"] == str(beside)
    with beside.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))
    assert rows[0] == ["line", "column", "reason", "code", *CUSTOMER_HEAD]
    assert [(row[0], row[1], row[3]) for row in rows[1:]] == [
        ("3", "PIB", "check digit wrong"),
        ("4", "Šifra kupca", "missing customer number"),
    ]
    assert rows[1][4:] == customer(2, PIB="123", JMBG="5")
    assert "JMBG: The check digit" in rows[1][2]
    # No spreadsheet may take a cell for a formula.
    assert rows[2][5] == "'=HYPERLINK(1)"
    # Corrected, the report itself is a file to load.
    text = beside.read_text("utf-8-sig").replace(";123;5;", ";;;").replace(";;'=HYP", ";9;'=HYP")
    beside.write_text(text, "utf-8-sig")
    code, result = run(capsys, "customers", beside)
    assert (code, result["created"]) == (0, 2)


@pytest.mark.usefixtures("gas")
def test_the_reasons_are_told_in_the_language_asked_for(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    path = write([INVOICE_HEAD, invoice("R-1", 404)])
    _code, result = run(capsys, "invoices", path, language="en")
    (finding,) = result["findings"]
    assert finding["reason"].startswith("Unknown customer")
    assert (finding["line"], finding["column"], finding["code"]) == (2, "Šifra kupca", "unknown customer")


@pytest.mark.usefixtures("gas")
def test_import_is_its_name_on_the_command_line(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import", "customers", str(write([CUSTOMER_HEAD, customer(1)])), institution="gas")
    assert json.loads(capsys.readouterr().out)["created"] == 1


@pytest.mark.usefixtures("gas")
def test_a_dry_run_keeps_nothing(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    code, result = run(capsys, "customers", write([CUSTOMER_HEAD, customer(1)]), dry_run=True)
    assert (code, result["created"], result["dry_run"]) == (0, 1, True)
    assert not Customer.objects.exists()
    assert Job.objects.get().dry_run


@pytest.mark.parametrize(
    ("args", "options", "words"),
    [
        (("taxes", "FILE"), {}, "no register “taxes”"),
        (("customers", "FILE"), {"profile": "nema"}, "no profile “nema”"),
        (("customers", "missing.csv"), {}, "no file"),
        (("customers", "FILE"), {"institution": "nowhere"}, "no institution “nowhere”"),
        (("invoices", "FILE"), {}, "Invoice number"),
    ],
)
def test_what_cannot_begin_is_said_in_one_sentence(
    args: tuple[str, str], options: dict[str, str], words: str, gas: Institution, write: Write
) -> None:
    path = write([CUSTOMER_HEAD, customer(1)])
    given = [str(path) if arg == "FILE" else arg for arg in args]
    with pytest.raises(CommandError, match=words) as refusal:
        call_command("import_register", *given, **{"institution": gas.slug} | options)
    assert refusal.value.returncode == 2
    assert not Customer.objects.exists()


@pytest.mark.usefixtures("gas")
def test_a_folder_closed_to_us_gets_its_report_where_we_stand(
    write: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write([CUSTOMER_HEAD, customer("")])
    # A folder of that name keeps root from writing there, too.
    path.with_name("file.refused.csv").mkdir()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    _code, result = run(capsys, "customers", path)
    assert Path(result["refused_file"]) == elsewhere / "file.refused.csv"
