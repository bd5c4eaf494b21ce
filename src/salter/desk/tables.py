"""The lists of the desk."""

from typing import Any, ClassVar

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from salter.audit import services as audit
from salter.cases.selectors import DUE_SOON_DAYS
from salter.cases.types import Priority
from salter.lib.dates import relative_days
from salter.lib.searchkeys import search_key
from salter.lib.texts import pick
from salter.pages.shortcuts import reverse
from salter.pages.tables import Band, Column, Table

__all__ = ["CustomerTable", "TrailTable", "WorkTable"]


def _find_status(word: str) -> Q:
    """Statuses are named per language in JSON; the word is looked for in every language."""
    return Q(status__labels__icontains=word)


def _find_kind(word: str) -> Q:
    return Q(kind__names__icontains=word)


def _case_keys(word: str) -> Q:
    return Q(search_key__contains=search_key(word))


def _left(row: Any) -> str:
    return relative_days((row.due_on - row.institution_today).days) if row.due_on and row.is_open else ""


class WorkTable(Table):
    """Cases to work on, the most urgent first. Rows carry `institution_today`, the day at the institution."""

    name = "work"
    title = _("Cases")
    default_sort = "due"
    dense = True
    empty_title = _("Nothing waits here")
    empty_text = _("Choose another list, or search in all cases.")
    columns: ClassVar = [
        Column(
            "number",
            _("Number"),
            lead=True,
            nowrap=True,
            search=_case_keys,
            link=lambda row: reverse(None, "desk:case", institution_slug=row.institution.slug, number=row.number),
        ),
        Column("subject", _("Subject"), sort="subject_sort", search=_case_keys, second="applicant_name"),
        Column(
            "kind",
            _("Kind"),
            value=lambda row: pick(row.kind.names),
            sort="kind__code",
            search=_find_kind,
            opt=True,
        ),
        Column(
            "status",
            _("Status"),
            kind="band",
            value=lambda row: Band(pick(row.status.labels), row.status.tone),
            sort="status__position",
            search=_find_status,
        ),
        Column("priority", _("Priority"), choices=dict(Priority.choices), opt=True),
        Column("due", _("Deadline"), kind="date", value="due_on", sort="due_on", second=_left),
        Column(
            "assignee",
            _("Handled by"),
            value=lambda row: row.assignee.user.name if row.assignee else "",
            sort="assignee__user__name",
            search="assignee__user__name__icontains",
        ),
        Column("opened", _("Opened"), kind="date", value="opened_at", sort="opened_at", opt=True),
    ]

    def tone(self, row: Any) -> str:
        if row.due_on is None or not row.is_open:
            return ""
        left = (row.due_on - row.institution_today).days
        return "danger" if left < 0 else "warning" if left <= DUE_SOON_DAYS else ""


class CustomerTable(Table):
    """Customers of the institution: enough to find the right one, no more."""

    name = "customers"
    title = _("Customers")
    default_sort = "name"
    dense = True
    exports = ()
    empty_title = _("Nobody found")
    empty_text = _("Try another spelling, the customer number, the street or the meter.")
    columns: ClassVar = [
        Column(
            "name",
            _("Name"),
            value="party.name",
            sort="party__sort_key",
            search="party__search_key",
            lead=True,
            link=lambda row: reverse(None, "desk:customer", institution_slug=row.institution.slug, party=row.party_id),
        ),
        Column("number", _("Customer number"), search="number__startswith", nowrap=True),
        Column(
            "kind",
            _("Kind"),
            value=lambda row: row.party.get_kind_display(),
            sort="party__kind",
            search=(),
            opt=True,
        ),
        Column(
            "address",
            _("Address"),
            value="party.address",
            sort="party__address",
            search="party__address__icontains",
        ),
        Column("city", _("Place"), value="party.city", sort="party__city", search="party__city__icontains", opt=True),
        Column("meter_serial", _("Meter"), search="meter_serial__istartswith", opt=True),
    ]


class TrailTable(Table):
    """The trail: who looked at or changed what, when, from where and why."""

    name = "trail"
    title = _("Trail")
    default_sort = "-at"
    dense = True
    empty_title = _("No entry")
    columns: ClassVar = [
        Column("at", _("Time"), kind="datetime", lead=True),
        Column("actor_name", _("Who"), search="actor_name__icontains", second="actor_role"),
        Column("action", _("What"), search="action__icontains"),
        Column("subject_ref", _("Concerning"), search="subject_ref__icontains", second="subject_kind"),
        Column("purpose", _("Purpose"), search="purpose__icontains"),
        Column("channel", _("Channel"), search="channel", opt=True),
        Column("address", _("Network address"), search="address__startswith", opt=True),
    ]

    def exported(self, request: HttpRequest, kind: str) -> None:
        audit.record(
            actor=request.actor,
            action="desk.trail_export",
            institution_id=request.institution.pk,
            subject_kind="trail",
            payload={"kind": kind},
        )
