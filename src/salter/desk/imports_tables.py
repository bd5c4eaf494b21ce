"""The lists of bulk loads: loads, the rows that a file didn't get in, its first rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from salter.audit import services as audit
from salter.imports import registry, selectors
from salter.imports.types import JobState
from salter.lib import identifiers
from salter.pages.shortcuts import reverse
from salter.pages.tables import Band, Column, Table

__all__ = ["FindingTable", "JobTable", "finding_table", "job_band", "preview_table"]

_TONES = {
    JobState.QUEUED: "info",
    JobState.RUNNING: "info",
    JobState.DONE: "success",
    JobState.FAILED: "danger",
    JobState.PREPARING: "neutral",
}


def job_band(job: Any) -> Band:
    """The state of a load in words and colour; a load with refused rows isn't simply done."""
    if job.state == JobState.DONE and job.rows_refused:
        return Band(_("Done, rows refused"), "warning", "alert")
    return Band(JobState(job.state).label, _TONES[JobState(job.state)])


def _register_name(job: Any) -> str:
    declared = registry.find(job.register)
    return str(declared.label) if declared else job.register


class JobTable(Table):
    """What was loaded, by whom, and how it ended."""

    name = "loads"
    title = _("Loads")
    default_sort = "-created_at"
    dense = True
    empty_title = _("Nothing was loaded yet")
    empty_text = _("Choose a file that the back office has handed over.")
    columns: ClassVar = [
        Column(
            "file_name",
            _("File"),
            search="file_name__icontains",
            second=_register_name,
            lead=True,
            link=lambda row: reverse(None, "desk:import_job", institution_slug=row.institution.slug, job=row.pk),
        ),
        Column("state", _("State"), kind="band", value=job_band, choices=dict(JobState.choices)),
        Column(
            "dry_run",
            _("How"),
            value=lambda row: _("tried only") if row.dry_run else pgettext_lazy("load", "for real"),
            search=(),
            opt=True,
        ),
        Column("rows_read", _("Rows"), kind="number"),
        Column("rows_refused", _("Refused"), kind="number"),
        Column("started_by_name", _("By"), search="started_by_name__icontains", opt=True),
        Column("created_at", _("When"), kind="datetime"),
    ]

    def tone(self, row: Any) -> str:
        if row.state == JobState.FAILED:
            return "danger"
        return "warning" if row.rows_refused else ""


class FindingTable(Table):
    """Rows that were refused, or warned about, with the line on which each begins."""

    name = "refused"
    title = _("Rows that need your eye")
    default_sort = "line"
    dense = True
    empty_title = _("No row was refused")

    def exported(self, request: HttpRequest, kind: str) -> None:
        audit.record(
            actor=request.actor,  # type: ignore[attr-defined]
            action="desk.refused_rows_export",
            institution_id=request.institution.pk,  # type: ignore[attr-defined]
            subject_kind="import_job",
            payload={"kind": kind},
        )


def finding_table(job: Any) -> FindingTable:
    """The findings of a job; which sentences there are depends on its register."""
    sentences = {code: selectors.reason(job, code).text for code in job.result.get("reasons", ())}

    personal = selectors.personal_places(job)

    def in_row(word: str) -> Q:
        return Q(fields__icontains=word)

    def row_text(row: Any) -> str:
        return " · ".join(cell for cell in masked(row.fields, personal) if cell)

    class Findings(FindingTable):
        columns: ClassVar = [
            Column("line", _("Line"), kind="number", lead=True),
            Column("column", _("Column"), search="column__icontains"),
            Column("code", _("Reason"), choices=sentences),
            Column(
                "is_warning",
                _("What happened"),
                kind="band",
                value=lambda row: (
                    Band(_("loaded"), "info", "check") if row.is_warning else Band(_("refused"), "warning", "alert")
                ),
                search=(),
                opt=True,
            ),
            Column("fields", _("The row"), value=row_text, sort=None, search=in_row),
        ]

    return Findings(selectors.list_findings(job))


def masked(cells: Sequence[str], personal: Mapping[int, str]) -> list[str]:
    """The cells of a row as a list may show them: of personal numbers the last four digits (RL-84)."""
    return [
        identifiers.mask(personal[place], cell) if place in personal and cell else cell
        for place, cell in enumerate(cells)
    ]


def _cell(place: int, row: tuple[int, Sequence[str]]) -> str:
    return row[1][place] if place < len(row[1]) else ""


def preview_table(
    header: Sequence[str], rows: Sequence[tuple[int, Sequence[str]]], personal: Mapping[int, str]
) -> Table:
    """The first rows of a file under its own column names."""

    class Preview(Table):
        name = "preview"
        title = _("The first rows")
        searchable = False
        exports = ()
        dense = True
        columns: ClassVar = [
            Column("line", _("Line"), kind="number", value=lambda row: row[0], sort=None, lead=True),
            *(
                Column(
                    f"c{place}",
                    name or "–",
                    value=partial(_cell, place),
                    sort=None,
                    search=(),
                )
                for place, name in enumerate(header)
            ),
        ]

        def row_id(self, row: Any) -> str:
            return str(row[0])

    return Preview([(line, masked(cells, personal)) for line, cells in rows])
