"""Jobs: prepared, started, run by a worker, tried, repeated, forgotten."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import OperationalError
from procrastinate.contrib.django.models import ProcrastinateJob

from salter.audit.models import Entry
from salter.imports import engine, events, selectors, services
from salter.imports.models import Finding, Job, Profile
from salter.imports.types import (
    CannotRead,
    ColumnsMissing,
    EmptyTable,
    FileGone,
    ImportRefused,
    ProfileUnknown,
    RegisterUnknown,
)
from salter.institutions.models import Institution
from salter.parties.models import Customer
from tests.cast import NOW, SYSTEM
from tests.imports.conftest import CUSTOMER_HEAD, Load, Write, counts, customer, load_into, text_of


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Path) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "files")},
        },
    }


def prepared(gas: Institution, rows: list[list[str]] | None = None, **more: Any) -> Job:
    text = text_of([CUSTOMER_HEAD, *(rows if rows is not None else [customer(1), customer(2)])])
    file = ContentFile(text.encode("cp1250"), name="../kupci oktobar.csv")
    return services.prepare(actor=SYSTEM, institution=gas, register="customers", file=file, now=NOW, **more)


def started(job: Job, **more: Any) -> Job:
    given = {"mapping": {}, "options": {}, "profile_name": "", "dry_run": False} | more
    return services.start(actor=SYSTEM, job=job, now=NOW, **given)


def test_a_job_waits_in_the_queue_from_the_transaction_that_started_it(gas: Institution) -> None:
    job = started(prepared(gas))
    (queued,) = ProcrastinateJob.objects.filter(task_name="imports.run_job")
    assert (queued.queue_name, queued.args) == ("imports", {"job_id": str(job.pk)})
    assert (job.state, job.file_name) == ("queued", "kupci oktobar.csv")
    assert "kupci" not in job.file.name


def test_a_double_click_starts_it_once(gas: Institution) -> None:
    job = prepared(gas)
    started(job)
    started(job)
    assert ProcrastinateJob.objects.filter(task_name="imports.run_job").count() == 1


def test_a_worker_runs_it_and_may_run_it_again(gas: Institution) -> None:
    job = started(prepared(gas))
    services.run(job_id=job.pk, now=NOW)
    job.refresh_from_db()
    assert (job.state, job.permille, job.rows_read) == ("done", 1000, 2)
    assert Customer.objects.count() == 2
    services.run(job_id=job.pk, now=NOW)
    assert Entry.objects.filter(action="imports.load").count() == 1


def test_a_try_keeps_nothing_but_what_it_found(gas: Institution) -> None:
    job = started(prepared(gas, [customer(1), customer(2, PIB="123"), customer(1, "Drugi")]), dry_run=True)
    services.run(job_id=job.pk, now=NOW)
    job.refresh_from_db()
    assert counts(job) == {"created": 1, "updated": 0, "unchanged": 0, "refused": 2}
    assert not Customer.objects.exists()
    assert list(job.findings.order_by("line").values_list("line", "code")) == [
        (3, "check digit wrong"),
        (4, "same number, other data"),
    ]
    assert Entry.objects.filter(action="imports.try_load").count() == 1


def test_after_a_try_the_same_file_is_loaded_for_real(gas: Institution) -> None:
    tried = started(prepared(gas), dry_run=True)
    services.run(job_id=tried.pk, now=NOW)
    tried.refresh_from_db()
    job = started(services.again(actor=SYSTEM, job=tried, now=NOW), mapping=tried.mapping)
    services.run(job_id=job.pk, now=NOW)
    job.refresh_from_db()
    assert counts(job)["created"] == 2


def test_each_load_is_told_once_with_its_counts(gas: Institution, load: Load) -> None:
    heard: list[dict[str, Any]] = []

    def listen(**payload: Any) -> None:
        heard.append(payload)

    events.loaded.connect(listen)
    try:
        load("customers", [customer(1), customer(2)], dry_run=True)
        job = load("customers", [customer(1), customer(2)])
    finally:
        events.loaded.disconnect(listen)
    (told,) = heard
    assert (told["institution"], told["register"], told["job"].pk) == (gas, "customers", job.pk)
    assert told["counts"].created == 2
    entry = Entry.objects.get(action="imports.load")
    assert (entry.subject_id, entry.institution_id) == (job.pk, gas.pk)


# --------------------------------------------------------------------------------------------------------- mapping

STRANGE = [["ID", "Ko", "Gde"], ["1", "Ana", "Pirot"], ["2", "Boris", "Niš"]]
STRANGE_MAPPING = {"number": "ID", "name": "Ko", "city": "Gde"}


def test_unknown_columns_are_asked_for(gas: Institution, write: Write) -> None:
    with pytest.raises(ColumnsMissing) as refusal:
        load_into(gas, "customers", write(STRANGE))
    assert [str(label) for label in refusal.value.labels] == ["Customer number", "Name"]
    job = Job.objects.get()
    assert job.state == "failed"
    assert "Customer number, Name" in str(selectors.refusal(job))
    assert not Customer.objects.exists()


def test_a_mapping_is_kept_as_a_profile_and_found_again(gas: Institution, write: Write) -> None:
    file = ContentFile(text_of(STRANGE).encode(), name="a.csv")
    job = services.prepare(actor=SYSTEM, institution=gas, register="customers", file=file, now=NOW)
    started(job, mapping=STRANGE_MAPPING, profile_name="  Back   office ", options={"wrong_check_digit": "warn"})
    profile = Profile.objects.get()
    assert (profile.name, profile.mapping) == ("Back office", STRANGE_MAPPING)
    assert profile.options["wrong_check_digit"] == "warn"
    done = load_into(gas, "customers", write(STRANGE))
    assert (counts(done)["created"], done.profile) == (2, profile)
    assert counts(load_into(gas, "customers", write(STRANGE), profile="back office"))["unchanged"] == 2
    again = services.prepare(actor=SYSTEM, institution=gas, register="customers", file=file, now=NOW)
    sight = selectors.look_at(again)
    assert (sight.positions, sight.profile) == ({"number": 0, "name": 1, "city": 2}, profile)
    assert sight.rows == [(2, ["1", "Ana", "Pirot"]), (3, ["2", "Boris", "Niš"])]


def test_a_start_without_the_required_columns_is_refused(gas: Institution) -> None:
    file = ContentFile(text_of(STRANGE).encode(), name="a.csv")
    job = services.prepare(actor=SYSTEM, institution=gas, register="customers", file=file, now=NOW)
    with pytest.raises(ColumnsMissing):
        started(job, mapping={"number": "ID"})
    job.refresh_from_db()
    assert job.state == "preparing"


# --------------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("name", "data", "refusal"),
    [("a.csv", b"", CannotRead), ("a.pdf", b"%PDF-1.4\n" + bytes(range(32)) * 50, CannotRead)],
)
def test_a_file_that_is_no_table_is_not_kept(
    name: str, data: bytes, refusal: type[ImportRefused], gas: Institution, tmp_path: Path
) -> None:
    with pytest.raises(refusal):
        services.prepare(
            actor=SYSTEM, institution=gas, register="customers", file=ContentFile(data, name=name), now=NOW
        )
    assert not Job.objects.exists()
    assert not [path for path in (tmp_path / "files").rglob("*") if path.is_file()]


def test_a_header_alone_is_refused(gas: Institution, write: Write) -> None:
    with pytest.raises(EmptyTable):
        load_into(gas, "customers", write([CUSTOMER_HEAD]))


def test_unknown_names_are_refused(gas: Institution, write: Write) -> None:
    path = write([CUSTOMER_HEAD, customer(1)])
    with pytest.raises(RegisterUnknown, match="customers, invoices, payments"):
        load_into(gas, "taxes", path)
    with pytest.raises(ProfileUnknown):
        load_into(gas, "customers", path, profile="nema")


def test_a_module_that_is_off_takes_its_registers_along(gas: Institution, write: Write) -> None:
    gas.modules = []
    gas.save()
    with pytest.raises(RegisterUnknown):
        load_into(gas, "invoices", write([CUSTOMER_HEAD, customer(1)]))
    assert [register.code for register in selectors.list_registers(gas)] == ["customers"]


def test_a_file_that_is_gone_ends_the_job_with_a_reason(gas: Institution) -> None:
    job = started(prepared(gas))
    job.file.storage.delete(job.file.name)
    services.run(job_id=job.pk, now=NOW)
    job.refresh_from_db()
    assert job.state == "failed"
    assert isinstance(selectors.refusal(job), FileGone)


def test_a_fault_of_ours_keeps_nothing_and_is_told(gas: Institution, monkeypatch: pytest.MonkeyPatch) -> None:
    job = started(prepared(gas))

    def broken(*_args: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(engine, "_keep_findings", broken)
    services.run(job_id=job.pk, now=NOW)
    job.refresh_from_db()
    assert (job.state, job.error) == ("failed", {"code": "ZeroDivisionError"})
    assert selectors.refusal(job) is None
    assert not Customer.objects.exists()


def test_a_database_that_went_away_leaves_the_job_to_the_queue(
    gas: Institution, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = started(prepared(gas))

    def gone(*_args: Any) -> None:
        raise OperationalError("the connection is closed")

    with monkeypatch.context() as patch:
        patch.setattr(engine, "_keep_findings", gone)
        with pytest.raises(OperationalError):
            services.run(job_id=job.pk, now=NOW)
    job.refresh_from_db()
    assert not job.is_finished
    services.run(job_id=job.pk, now=NOW)
    job.refresh_from_db()
    assert (job.state, Customer.objects.count()) == ("done", 2)


def test_the_queue_gives_up_in_the_end(gas: Institution) -> None:
    job = started(prepared(gas))
    services.give_up(job_id=job.pk, fault=OperationalError("gone"), now=NOW)
    job.refresh_from_db()
    assert (job.state, job.error) == ("failed", {"code": "OperationalError"})


# ------------------------------------------------------------------------------------------------------- housekeeping


def test_old_files_and_their_refused_rows_are_forgotten(gas: Institution, tmp_path: Path) -> None:
    old = started(prepared(gas, [customer(1), customer(2, PIB="123")]))
    services.run(job_id=old.pk, now=NOW)
    prepared(gas)
    later = NOW + services.KEEP_FILES_FOR + timedelta(days=1)
    recent = services.prepare(
        actor=SYSTEM,
        institution=gas,
        register="customers",
        file=ContentFile(text_of([CUSTOMER_HEAD, customer(5)]).encode(), name="new.csv"),
        now=later,
    )
    assert services.forget_old_files(now=NOW) == 0
    assert services.forget_old_files(now=later) == 2
    old.refresh_from_db()
    assert (old.state, old.rows_refused, old.file.name) == ("done", 1, "")
    assert not Finding.objects.exists()
    assert set(Job.objects.values_list("pk", flat=True)) == {old.pk, recent.pk}
    with pytest.raises(FileGone):
        services.again(actor=SYSTEM, job=old, now=later)


def test_the_jobs_of_another_institution_are_not_found(gas: Institution, load: Load) -> None:
    from tests.cast import make_institution

    job = load("customers", [customer(1)])
    heat = make_institution("heat")
    assert selectors.find_job(gas, job.pk) == job
    assert selectors.find_job(heat, job.pk) is None
    assert not selectors.list_jobs(heat).exists()
