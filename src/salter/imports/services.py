"""Door: preparing, starting and running bulk loads.

A load is one transaction: its rows, its findings, its audit entry and the job's end are there together or not at all.
What is seen while it runs is written by a connection of its own.
"""

from __future__ import annotations

import datetime
import logging
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path, PurePath
from typing import Any
from uuid import UUID

from django.core.files import File
from django.db import OperationalError, transaction
from django.db.models import Q

from salter.audit import services as audit
from salter.audit.types import Actor
from salter.imports import engine, events, registry
from salter.imports.models import Finding, Job, Profile
from salter.imports.parsing import Options
from salter.imports.progress import Progress
from salter.imports.reading.headers import match
from salter.imports.types import (
    CannotRead,
    ColumnsMissing,
    Context,
    EmptyTable,
    FileGone,
    ImportRefused,
    JobState,
    Phase,
    ProfileUnknown,
    Register,
)
from salter.institutions.models import Institution
from salter.institutions.selectors import get_institution_by_id, has_module
from salter.lib.ids import uuid7

__all__ = ["again", "forget_old_files", "give_up", "load_file", "prepare", "run", "save_profile", "start"]

log = logging.getLogger(__name__)

KEEP_FILES_FOR = datetime.timedelta(days=30)
_REFUSALS: dict[str, type[ImportRefused]] = {c.__name__: c for c in (CannotRead, EmptyTable, FileGone, ColumnsMissing)}


# ------------------------------------------------------------------------------------------------------------- starting


def prepare(*, actor: Actor, institution: Institution, register: str, file: File, now: datetime.datetime) -> Job:
    """Keep a file for a load that a person will map and start. Raises `RegisterUnknown`, `CannotRead`."""
    declared = _register_of(institution, register)
    job = Job(
        institution=institution,
        register=declared.code,
        file_name=PurePath(file.name or "file").name[:200],
        file_size=file.size,
        started_by_id=actor.user_id,
        started_by_name=actor.name[:200],
        created_at=now,
    )
    job.file.save(job.file_name, file, save=False)
    try:
        with local_path(job) as path:
            engine.open_for(path, declared, mapping={}, options=Options(), languages=_languages(institution))
    except ImportRefused:
        job.file.delete(save=False)
        raise
    with transaction.atomic():
        job.save(force_insert=True)
        audit.record(
            actor=actor,
            action="imports.prepare",
            institution_id=institution.id,
            subject_kind="import_job",
            subject_id=job.id,
            subject_ref=job.file_name,
            payload={"register": job.register, "bytes": job.file_size},
            now=now,
        )
    return job


def start(
    *,
    actor: Actor,
    job: Job,
    mapping: Mapping[str, str],
    options: Mapping[str, str],
    profile_name: str,
    dry_run: bool,
    now: datetime.datetime,
) -> Job:
    """Put a prepared job into the queue and keep its mapping as a profile. Raises `ColumnsMissing`, `FileGone`.

    A second start of the same job (a double click) changes nothing.
    """
    from salter.imports.tasks import run_job

    declared = registry.get(job.register)
    with local_path(job) as path:
        languages = _languages(job.institution)
        parsed = Options.from_dict(options)
        table = engine.open_for(path, declared, mapping=mapping, options=parsed, languages=languages)
        engine.find_columns(declared, table, mapping)
    with transaction.atomic():
        locked = Job.objects.select_for_update().get(pk=job.pk)
        if locked.state != JobState.PREPARING:
            return locked
        if profile_name.strip():
            locked.profile = save_profile(
                institution=locked.institution,
                register=locked.register,
                name=profile_name,
                mapping=mapping,
                options=parsed,
                now=now,
            )
        locked.mapping, locked.options, locked.dry_run = dict(mapping), parsed.as_dict(), dry_run
        locked.state = JobState.QUEUED
        locked.save()
        audit.record(
            actor=actor,
            action="imports.start",
            institution_id=locked.institution_id,
            subject_kind="import_job",
            subject_id=locked.id,
            subject_ref=locked.file_name,
            payload={"register": locked.register, "dry_run": dry_run},
            now=now,
        )
        # In the same transaction: a job that is seen as queued is in the queue.
        run_job.defer(job_id=str(locked.id))
    return locked


def again(*, actor: Actor, job: Job, now: datetime.datetime) -> Job:
    """A new job with the same file and mapping, to be started: after a dry run, or after a fault."""
    if not job.file:
        raise FileGone
    return Job.objects.create(
        institution_id=job.institution_id,
        register=job.register,
        file=job.file.name,
        file_name=job.file_name,
        file_size=job.file_size,
        profile=job.profile,
        mapping=job.mapping,
        options=job.options,
        started_by_id=actor.user_id,
        started_by_name=actor.name[:200],
        created_at=now,
    )


def save_profile(
    *,
    institution: Institution,
    register: str,
    name: str,
    mapping: Mapping[str, str],
    options: Options,
    now: datetime.datetime,
) -> Profile:
    """Keep a mapping under a name; the one that had the name is replaced."""
    profile, _created = Profile.objects.update_or_create(
        institution=institution,
        register=register,
        name=" ".join(name.split())[:80],
        defaults={"mapping": dict(mapping), "options": options.as_dict(), "used_at": now},
    )
    return profile


# -------------------------------------------------------------------------------------------------------------- running


def load_file(
    *,
    actor: Actor,
    institution: Institution,
    register: str,
    path: Path,
    now: datetime.datetime,
    profile: str = "",
    dry_run: bool = False,
    options: Mapping[str, str] | None = None,
    show: Callable[[Phase, float, int, int], None] | None = None,
) -> Job:
    """Load a file that lies on this machine, now, and return the finished job.

    Without a profile, columns are matched by name, and by the last used profile where names alone don't suffice.
    Raises: `ImportRefused` when the file as a whole can't be loaded; the job tells of it as well.
    """
    declared = _register_of(institution, register)
    given = _profile(institution, declared, profile)
    chosen = given
    languages = _languages(institution)
    if given is None:
        table = engine.open_for(path, declared, mapping={}, options=Options(), languages=languages)
        try:
            engine.find_columns(declared, table, {})
        except ColumnsMissing:
            chosen = fitting_profile(institution, declared, table.header)
    job = Job.objects.create(
        id=uuid7(),
        institution=institution,
        register=declared.code,
        file_name=path.name[:200],
        file_size=path.stat().st_size,
        profile=chosen,
        mapping=chosen.mapping if chosen else {},
        options=Options.from_dict({**(chosen.options if chosen else {}), **(options or {})}).as_dict(),
        dry_run=dry_run,
        state=JobState.QUEUED,
        started_by_id=actor.user_id,
        started_by_name=actor.name[:200],
        created_at=now,
    )
    return _run(job, path=path, actor=actor, now=now, show=show)


def run(*, job_id: UUID, now: datetime.datetime) -> None:
    """Run a queued job; safe to call again for a job whose worker was killed. Never raises `ImportRefused`."""
    job = Job.objects.select_related("institution").filter(pk=job_id).first()
    if job is None or job.is_finished or job.state == JobState.PREPARING:
        return
    actor = _starter_of(job)
    try:
        with local_path(job) as path:
            _run(job, path=path, actor=actor, now=now)
    except FileGone as refusal:
        _fail(job, actor, refusal, now)
    except OperationalError:
        raise
    except Exception:  # noqa: BLE001 - the job tells of it already
        return


def give_up(*, job_id: UUID, fault: Exception, now: datetime.datetime) -> None:
    """End a job that the queue will not try again. Nothing of its file was kept."""
    job = Job.objects.filter(pk=job_id).first()
    if job is not None and not job.is_finished:
        _fail(job, _starter_of(job), fault, now)


def _starter_of(job: Job) -> Actor:
    return Actor(user_id=job.started_by_id, name=job.started_by_name, role="staff")


def _run(
    job: Job,
    *,
    path: Path,
    actor: Actor,
    now: datetime.datetime,
    show: Callable[[Phase, float, int, int], None] | None = None,
) -> Job:
    register = registry.get(job.register)
    institution = get_institution_by_id(job.institution_id)
    context = Context(
        institution_id=institution.id,
        country=institution.country,
        currency=institution.currency,
        alphabet=institution.alphabet,
        now=now,
    )
    with Progress(job, show) as progress:
        progress.started(now)
        try:
            with transaction.atomic():
                engine.hold_lock(institution.id)
                job.refresh_from_db()
                if job.is_finished:
                    # Another worker took this job for dead's and finished it while we waited.
                    return job
                loaded = engine.load(
                    path=path,
                    register=register,
                    context=context,
                    mapping=job.mapping,
                    options=Options.from_dict(job.options),
                    languages=_languages(institution),
                    job_id=job.id,
                    dry_run=job.dry_run,
                    progress=progress,
                )
                _finish(job, loaded, started_at=now)
                audit.record(
                    actor=actor,
                    action="imports.try_load" if job.dry_run else "imports.load",
                    institution_id=institution.id,
                    subject_kind="import_job",
                    subject_id=job.id,
                    subject_ref=job.file_name,
                    payload={"register": job.register} | loaded.counts.as_dict(),
                )
                if not job.dry_run:
                    events.loaded.send(
                        sender=None, institution=institution, register=job.register, job=job, counts=loaded.counts
                    )
        except ImportRefused as refusal:
            _fail(job, actor, refusal, now)
            raise
        except OperationalError:
            # The database went away or ended our session: the queue tries again, from the start.
            raise
        except Exception as fault:
            log.exception("load %s stopped", job.id)
            _fail(job, actor, fault, now)
            raise
        progress.finished()
    return job


def _finish(job: Job, loaded: engine.Loaded, *, started_at: datetime.datetime) -> None:
    counts = loaded.counts
    job.state, job.phase, job.permille = JobState.DONE, "", 1000
    job.rows_read, job.rows_refused = counts.rows, counts.refused
    job.mapping = loaded.mapping
    job.started_at, job.finished_at = started_at, _clock()
    job.error = {}
    job.result = counts.as_dict() | {
        "format": loaded.table.format,
        "encoding": loaded.table.encoding,
        "separator": loaded.table.separator,
        "decimal_mark": loaded.decimal_mark,
        "header": loaded.table.header,
        "header_line": loaded.table.header_line,
        "reasons": loaded.reasons,
    }
    job.save()


def _fail(job: Job, actor: Actor, fault: Exception, now: datetime.datetime) -> None:
    error: dict[str, Any] = {"code": type(fault).__name__}
    if isinstance(fault, ColumnsMissing):
        declared = registry.get(job.register)
        error["columns"] = [c.code for c in declared.columns if c.label in fault.labels]
    with transaction.atomic():
        job.state, job.error, job.started_at, job.finished_at = JobState.FAILED, error, now, _clock()
        job.save()
        audit.record(
            actor=actor,
            action="imports.fail",
            institution_id=job.institution_id,
            subject_kind="import_job",
            subject_id=job.id,
            subject_ref=job.file_name,
            payload={"register": job.register, "error": error["code"]},
        )


def refusal_of(job: Job) -> ImportRefused | None:
    """The refusal that ended a job, in the reader's language; None for a fault of ours or a job that went well."""
    kind = _REFUSALS.get(job.error.get("code", ""))
    if kind is None:
        return None
    if kind is ColumnsMissing:
        declared = registry.get(job.register)
        return ColumnsMissing([declared.column(code).label for code in job.error.get("columns", [])])
    return kind()  # type: ignore[call-arg]


# --------------------------------------------------------------------------------------------------------- housekeeping


def forget_old_files(*, now: datetime.datetime) -> int:
    """Delete files and refused rows that nobody needs any more: they hold personal data. Returns how many jobs."""
    old = Job.objects.filter(created_at__lt=now - KEEP_FILES_FOR)
    forgotten = 0
    for job in old.filter(~Q(file="") | Q(pk__in=Finding.objects.values("job_id"))):
        with transaction.atomic():
            name, storage = job.file.name, job.file.storage
            Finding.objects.filter(job=job).delete()
            job.file = ""
            job.save(update_fields=["file"])
            if name and not Job.objects.filter(file=name).exists():
                transaction.on_commit(partial(storage.delete, name))
        forgotten += 1
    old.filter(state=JobState.PREPARING).delete()
    return forgotten


# -------------------------------------------------------------------------------------------------------------- helpers


def _register_of(institution: Institution, code: str) -> Register:
    declared = registry.get(code)
    if declared.module and not has_module(institution, declared.module):
        from salter.imports.types import RegisterUnknown

        on = [r.code for r in registry.list_registers() if not r.module or has_module(institution, r.module)]
        raise RegisterUnknown(code, on)
    return declared


def _profile(institution: Institution, register: Register, name: str) -> Profile | None:
    if not name:
        return None
    found = Profile.objects.filter(institution=institution, register=register.code, name__iexact=name.strip()).first()
    if found is None:
        raise ProfileUnknown(name)
    return found


def fitting_profile(institution: Institution, register: Register, header: list[str]) -> Profile | None:
    """The profile used last that finds every required column in this header."""
    required = {column.code for column in register.columns if column.required}
    for profile in Profile.objects.filter(institution=institution, register=register.code).order_by("-used_at"):
        if required <= set(match(register, header, profile.mapping)):
            return profile
    return None


def _languages(institution: Institution) -> tuple[str, ...]:
    return tuple(institution.languages) or (institution.default_language,)


def _clock() -> datetime.datetime:
    # How long a load takes is not known when it begins: the only clock read inside.
    return datetime.datetime.now(datetime.UTC)


@contextmanager
def local_path(job: Job) -> Iterator[Path]:
    """The job's file on this machine, copied when its storage is elsewhere. Raises `FileGone`."""
    name = job.file.name or ""
    if not name or not job.file.storage.exists(name):
        raise FileGone
    try:
        yield Path(job.file.path)
        return
    except NotImplementedError:
        pass
    with tempfile.NamedTemporaryFile(suffix=PurePath(name).suffix) as copy:
        with job.file.open("rb") as source:
            shutil.copyfileobj(source, copy)
        copy.flush()
        yield Path(copy.name)
