"""Door: reads of jobs, their findings and the profiles."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from salter.imports import engine, registry
from salter.imports.models import Finding, Job, Profile
from salter.imports.parsing import Options, reason_of
from salter.imports.reading.headers import match
from salter.imports.services import fitting_profile, local_path, refusal_of
from salter.imports.types import ImportRefused, JobState, Reason, Register
from salter.institutions.models import Institution
from salter.institutions.selectors import has_module
from salter.lib import identifiers

__all__ = [
    "Sight",
    "find_job",
    "list_findings",
    "list_jobs",
    "list_profiles",
    "list_registers",
    "look_at",
    "personal_places",
    "reason",
    "refusal",
    "refused_csv",
]

# What separates the columns of a report when the file itself had no separator.
REPORT_SEPARATOR = ";"
CSV_HEAD = ("line", "column", "reason", "code")


@dataclass(frozen=True, slots=True)
class Sight:
    """A file as the mapping page shows it."""

    header: list[str]
    header_line: int
    format: str
    encoding: str
    separator: str
    rows: list[tuple[int, list[str]]]
    positions: dict[str, int]
    # Places of columns that hold numbers of human beings, with their kind: shown masked.
    personal: dict[int, str]
    profile: Profile | None


def list_registers(institution: Institution) -> list[Register]:
    """The registers that this institution may load."""
    return [r for r in registry.list_registers() if not r.module or has_module(institution, r.module)]


def list_jobs(institution: Institution) -> QuerySet[Job]:
    """Jobs that were started, the newest first."""
    return Job.objects.filter(institution=institution).exclude(state=JobState.PREPARING).order_by("-created_at")


def find_job(institution: Institution, job_id: UUID) -> Job | None:
    return Job.objects.filter(institution=institution, pk=job_id).first()


def list_profiles(institution: Institution, register: str) -> QuerySet[Profile]:
    return Profile.objects.filter(institution=institution, register=register).order_by("name")


def list_findings(job: Job) -> QuerySet[Finding]:
    return Finding.objects.filter(institution_id=job.institution_id, job=job).order_by("line", "id")


def reason(job: Job, code: str) -> Reason:
    """Why a row was refused, with the sentence in the reader's language."""
    declared = registry.find(job.register)
    return reason_of(declared, code) if declared else Reason(code, code)


def refusal(job: Job) -> ImportRefused | None:
    """Why the job as a whole was refused; None when it was not, or by a fault of ours."""
    return refusal_of(job)


def look_at(job: Job, profile: Profile | None = None) -> Sight:
    """Open a prepared file: its columns, first rows, and what each column is taken for. Raises `ImportRefused`."""
    declared = registry.get(job.register)
    institution = job.institution
    languages = tuple(institution.languages)
    with local_path(job) as path:
        given = profile or job.profile
        mapping = given.mapping if given else job.mapping
        options = Options.from_dict(given.options if given else job.options)
        table = engine.open_for(path, declared, mapping=mapping, options=options, languages=languages)
        chosen = given or fitting_profile(institution, declared, table.header)
        positions = match(declared, table.header, chosen.mapping if chosen else mapping)
        return Sight(
            table.header,
            table.header_line,
            table.format,
            table.encoding,
            table.separator,
            engine.preview(table),
            positions,
            _personal(declared, positions),
            chosen,
        )


def personal_places(job: Job) -> dict[int, str]:
    """Places in the rows of a job that hold numbers of human beings, with the kind of number."""
    declared = registry.find(job.register)
    header = job.result.get("header", [])
    if declared is None:
        return {}
    return _personal(declared, {code: header.index(name) for code, name in job.mapping.items() if name in header})


def _personal(register: Register, positions: Mapping[str, int]) -> dict[int, str]:
    return {
        positions[column.code]: column.identifier
        for column in register.columns
        if column.code in positions and column.identifier and identifiers.KINDS[column.identifier].personal
    }


def refused_csv(job: Job) -> Iterator[str]:
    """The refused rows as CSV text, piece by piece, in the active language.

    One row a refused row: line, column, reason and code, then the row as it stands in the file, under the file's own
    names: corrected, it can be loaded as it is. Several faults of a row stand in one cell.
    """
    buffer = io.StringIO()
    separator = job.result.get("separator") or REPORT_SEPARATOR
    writer = csv.writer(buffer, delimiter=separator, lineterminator="\r\n")
    # Excel takes a file for UTF-8 only with this mark.
    buffer.write("\ufeff")
    writer.writerow([*CSV_HEAD, *job.result.get("header", [])])
    sentences: dict[str, str] = {}

    def sentence(code: str) -> str:
        if code not in sentences:
            sentences[code] = str(reason(job, code).text)
        return sentences[code]

    def write(group: list[Finding]) -> None:
        first, *others = group
        told = [sentence(first.code), *(f"{o.column}: {sentence(o.code)}" for o in others)]
        cells = [str(first.line), first.column, " ".join(told), first.code, *first.fields]
        writer.writerow([_harmless(cell) for cell in cells])

    group: list[Finding] = []
    findings = list_findings(job).filter(is_warning=False)
    for finding in findings.iterator(chunk_size=5000):
        if group and finding.line != group[0].line:
            write(group)
            group = []
            if buffer.tell() > 1 << 16:
                yield buffer.getvalue()
                buffer.seek(0)
                buffer.truncate()
        group.append(finding)
    if group:
        write(group)
    yield buffer.getvalue()


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula; amounts such as -5,00 stay as they are."""
    if cell[:1] in ("=", "@", "\t", "\r") or (cell[:1] in ("+", "-") and not cell[1:2].isdigit()):
        return "'" + cell
    return cell
