"""Loads at the same time, and loads that are killed: on committed data, by several processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.cache import cache

from salter.billing.models import Invoice
from salter.imports.models import Finding, Job
from salter.parties.models import Customer, Party
from tests.cast import make_institution
from tests.imports.conftest import CUSTOMER_HEAD, INVOICE_HEAD, JMBG, customer, invoice, text_of

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def elsewhere(scratch_db: Any) -> dict[str, str]:
    """The environment of another process on the same database."""
    cache.clear()
    make_institution("gas")
    return {
        **os.environ,
        "DATABASE_URL": str(scratch_db.owner),
        "DATABASE_APP_URL": str(scratch_db.application),
        "PYTHONPATH": str(ROOT / "src"),
    }


def begin(environment: dict[str, str], register: str, path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "django", "import_register", register, str(path), "--institution", "gas"],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def end(process: subprocess.Popen[str]) -> dict[str, Any]:
    out, err = process.communicate(timeout=120)
    assert out, err
    return json.loads(out)  # type: ignore[no-any-return]


def make(folder: Path, name: str, rows: list[list[str]]) -> Path:
    path = folder / name
    path.write_text(text_of(rows), "utf-8")
    return path


def wait_for(owner: psycopg.Connection[Any], sql: str, process: subprocess.Popen[str] | None = None) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process is None or process.poll() is None, process and process.communicate()
        if owner.execute(sql).fetchone()[0]:  # type: ignore[index]
            return
        time.sleep(0.05)
    raise AssertionError(f"never true: {sql}")


def test_two_loads_at_once_give_the_same_as_one_after_the_other(elsewhere: dict[str, str], tmp_path: Path) -> None:
    rows = [customer(n, f"Kupac {n % 50}", JMBG=JMBG[n % 2] if n < 4 else "") for n in range(400)]
    first = make(tmp_path, "a.csv", [CUSTOMER_HEAD, *rows])
    second = make(tmp_path, "b.csv", [CUSTOMER_HEAD, *reversed(rows)])
    results = [end(process) for process in [begin(elsewhere, "customers", path) for path in (first, second)]]
    assert sorted(result["created"] for result in results) == [0, 400]
    assert sorted(result["unchanged"] for result in results) == [0, 400]
    assert Customer.objects.count() == 400
    # Four rows are about two people; all others are strangers to one another.
    assert Party.objects.count() == 398


LOADING = (
    "SELECT count(*) > 0 FROM pg_stat_activity "
    "WHERE wait_event_type = 'Lock' AND query ILIKE '%INSERT INTO billing_invoice%'"
)


@pytest.fixture
def watcher(scratch_db: Any) -> Iterator[psycopg.Connection[Any]]:
    """A connection as the role that loads: a role sees what its own sessions do, and no other's."""
    with psycopg.connect(**scratch_db.application.libpq(), autocommit=True) as connection:
        yield connection


def test_a_load_killed_in_the_middle_leaves_nothing_and_can_be_repeated(
    elsewhere: dict[str, str], tmp_path: Path, watcher: psycopg.Connection[Any]
) -> None:
    people = make(tmp_path, "kupci.csv", [CUSTOMER_HEAD, *(customer(n) for n in range(50))])
    assert end(begin(elsewhere, "customers", people))["created"] == 50
    bills = make(
        tmp_path,
        "racuni.csv",
        [INVOICE_HEAD, *(invoice(f"R-{i}", i % 50) for i in range(2000)), invoice("X", 99)],
    )
    # Another session holds an invoice number that the load wants: the load stops there, half written.
    with psycopg.connect(watcher.info.dsn + " password=" + watcher.info.password) as other:
        other.execute(
            "INSERT INTO billing_invoice (id, institution_id, customer_id, number, issued_on, due_on, total_minor) "
            "SELECT gen_random_uuid(), institution_id, id, 'R-1500', now(), now(), 1 FROM parties_customer LIMIT 1"
        )
        process = begin(elsewhere, "invoices", bills)
        wait_for(watcher, LOADING, process)
        # What others see meanwhile: a job that runs, and no row of it.
        job = Job.objects.get(register="invoices")
        assert (job.state, job.phase, job.rows_read) == ("running", "reading", 2001)
        assert not Invoice.objects.exists()
        process.send_signal(signal.SIGKILL)
        process.communicate()
        other.rollback()
    wait_for(
        watcher,
        "SELECT count(*) = 0 FROM pg_stat_activity WHERE query ILIKE '%INSERT INTO billing_invoice%' "
        "AND pid <> pg_backend_pid()",
    )
    assert not Invoice.objects.exists()
    assert not Finding.objects.exists()
    # The queue gives a killed worker's job to another one.
    result = end(begin(elsewhere, "invoices", bills))
    assert (result["created"], result["refused"]) == (2000, 1)


def test_a_killed_workers_job_starts_again_from_the_beginning(elsewhere: dict[str, str], tmp_path: Path) -> None:
    from django.core.files.base import ContentFile
    from django.test import override_settings

    from salter.imports import services
    from salter.institutions.models import Institution
    from tests.cast import NOW, SYSTEM

    with override_settings(
        STORAGES={
            "default": {
                "BACKEND": "django.core.files.storage.FileSystemStorage",
                "OPTIONS": {"location": str(tmp_path)},
            },
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        }
    ):
        file = ContentFile(text_of([CUSTOMER_HEAD, customer(1), customer(2)]).encode(), name="kupci.csv")
        gas = Institution.objects.get(slug="gas")
        job = services.prepare(actor=SYSTEM, institution=gas, register="customers", file=file, now=NOW)
        services.start(actor=SYSTEM, job=job, mapping={}, options={}, profile_name="", dry_run=False, now=NOW)
        # As a worker leaves it that was killed while it ran.
        Job.objects.update(state="running", phase="writing", permille=700, rows_read=2)
        services.run(job_id=job.pk, now=NOW)
    job.refresh_from_db()
    assert (job.state, job.permille, job.result["created"]) == ("done", 1000, 2)
    assert Customer.objects.count() == 2
