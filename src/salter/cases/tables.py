"""The customer's list of his cases."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from salter.cases import rules
from salter.cases.models import Case, Status
from salter.cases.types import WaitsFor
from salter.institutions.models import Institution
from salter.lib.searchkeys import search_key
from salter.lib.texts import pick
from salter.pages.shortcuts import reverse
from salter.pages.tables import Band, Column, Table

__all__ = ["CaseTable", "case_band", "find_by_label", "find_by_number"]


def find_by_number(word: str) -> Q | None:
    """The number however it was typed: without zeros, in Cyrillic, with spaces for dashes (RL-24)."""
    key = rules.number_key(word)
    return Q(number_key__startswith=key) if any(letter.isdigit() for letter in key) else None


def find_by_label(institution: Institution, labels: Callable[[Any], Any], field: str) -> Callable[[str], Q | None]:
    """A search by the words of kinds or statuses, in the reader's language; their rows are read when first needed."""
    read: list[Status] = []

    def find(word: str) -> Q | None:
        if not read:
            read.extend(Status.objects.filter(institution=institution).select_related("kind"))
        wanted = search_key(word)
        ids = {
            row.kind_id if field == "kind" else row.pk
            for row in read
            if wanted and wanted in search_key(pick(labels(row), default=institution.default_language))
        }
        return Q(**{f"{field}__in": ids}) if ids else None

    return find


def case_band(case: Case) -> Band:
    """The state of a case in the words of its customer."""
    if case.is_open and case.status.waits_for == WaitsFor.CUSTOMER:
        return Band(_("Waiting for your answer"), "warning", "pause")
    return Band(pick(case.status.labels), case.status.tone)


class CaseTable(Table):
    """Number, what it is, where it stands, until when."""

    name = "cases"
    title = _("All requests")
    default_sort = "-opened_at"
    placeholder = _("number, word…")
    empty_title = _("You have no requests here yet")
    empty_text = _("Questions, complaints, faults: what you hand in stands here, with every answer.")

    def __init__(self, rows: Iterable[Case], *, institution: Institution, **kwargs: Any) -> None:
        request_url = kwargs.pop("url", reverse)
        self.columns = [  # type: ignore[misc]  # labels of kinds and statuses are the institution's
            Column(
                "number", _("Number"), search=find_by_number, lead=True, nowrap=True,
                link=lambda row: request_url(self.request, "cases:case", number=row.number),
            ),
            Column("subject", _("Subject"), sort="subject_sort", search="search_key"),
            Column(
                "kind", _("Kind"), value=lambda row: pick(row.kind.names), sort="kind__position", opt=True,
                search=find_by_label(institution, lambda row: row.kind.names, "kind"),
            ),
            Column(
                "status", _("State"), kind="band", value=case_band, sort="status__position",
                search=find_by_label(institution, lambda row: row.labels, "status"),
            ),
            Column("opened_at", _("Handed in"), kind="datetime", opt=True),
            Column("due_on", _("Answer by"), kind="date"),
        ]  # fmt: skip
        super().__init__(rows, **kwargs)

    def tone(self, row: Case) -> str:
        return "warning" if row.is_open and row.status.waits_for == WaitsFor.CUSTOMER else ""
