"""The export of a real gas distributor's back office, made for trying the product on; it isn't part of the project."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from django.db.models import F, Sum

from salter.billing.models import Invoice, Payment
from salter.institutions.models import Institution
from tests.imports.conftest import counts, load_into, refused

ROOT = Path(__file__).resolve().parents[2]
FOLDER = (ROOT / os.environ.get("SALTER_EXTERNAL_DATA", "../shared/data") / "gas-export").resolve()
FILES = {"kupci": "customers", "racuni": "invoices", "uplate": "payments"}

pytestmark = [
    pytest.mark.external,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="the gas export isn't here; SALTER_EXTERNAL_DATA names its folder"),
]


def test_the_export_loads_with_exactly_the_refusals_expected(gas: Institution, tmp_path: Path) -> None:
    expected = json.loads((FOLDER / "expected.json").read_text())
    found, jobs = [], {}
    for file, register in FILES.items():
        path = shutil.copy(FOLDER / f"{file}.csv", tmp_path)
        jobs[file] = load_into(gas, register, Path(path))
        found += [(file, line, column, code) for line, column, code in refused(jobs[file])]
    assert sorted(found) == sorted((e["file"], e["line"], e["column"], e["why"]) for e in expected["refused"])
    assert {file: job.result["rows_read"] for file, job in jobs.items()} == expected["rows"]
    assert {job.result["warnings"] for job in jobs.values()} == {0}
    # One exact repeat of a customer; twelve dials that went over their end are in.
    assert counts(jobs["kupci"])["unchanged"] == 1
    assert Invoice.objects.filter(current_state__lt=F("previous_state")).count() == 12
    # What was paid and booked never exceeds what came in.
    paid, came_in = (
        Invoice.objects.aggregate(s=Sum("paid_minor"))["s"],
        Payment.objects.aggregate(s=Sum("amount_minor"))["s"],
    )
    assert 0 < paid <= came_in
    for file, register in FILES.items():
        again = counts(load_into(gas, register, tmp_path / f"{file}.csv"))
        assert (again["created"], again["updated"]) == (0, 0)
