"""The lists of the desk."""

from collections.abc import Callable
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from salter.accounts.selectors import has_second_factor
from salter.audit import services as audit
from salter.cases.rules import number_key
from salter.cases.selectors import DUE_SOON_DAYS, kinds_for_staff
from salter.cases.types import Channel, WaitsFor
from salter.desk import trail_words
from salter.lib.dates import relative_days
from salter.lib.searchkeys import search_key
from salter.lib.texts import pick
from salter.pages.current import current_request
from salter.pages.shortcuts import reverse
from salter.pages.tables import Band, Column, Table
from salter.staff.types import Role

__all__ = ["CustomerTable", "StaffTable", "TrailTable", "WorkTable"]


def _find_case(word: str) -> Q:
    """Number however it was typed (RL-24), subject and applicant blind to case, accents and script."""
    found = Q(search_key__contains=search_key(word))
    key = number_key(word) if any(letter.isdigit() for letter in word) else ""
    return found | Q(number_key__startswith=key) if key else found


def _left(row: Any) -> Band | str:
    """How long there is still time, as a band: late, today, soon, later, or waiting for the customer."""
    if row.status.waits_for == WaitsFor.CUSTOMER:
        return Band(_("waits for the customer"), "info", "pause")
    if row.due_on is None:
        return ""
    days = (row.due_on - row.institution_today).days
    if days < 0:
        late = ngettext("%(num)s day late", "%(num)s days late", -days) % {"num": -days}
        return Band(late, "danger", solid=True)
    return Band(relative_days(days), "warning" if days <= DUE_SOON_DAYS else "white", "clock")


class WorkTable(Table):
    """Cases to work on, the most urgent first. Rows carry `institution_today`, the day at the institution."""

    name = "work"
    title = _("Cases")
    default_sort = "left"
    dense = True
    placeholder = _("number, name, word…")
    empty_title = _("Nothing waits here")
    empty_text = _("Choose another list, or search in all cases.")

    def __init__(self, rows: Any, *, institution: Any, **kwargs: Any) -> None:
        self.columns = [  # type: ignore[misc]
            Column("left", _("Deadline"), kind="band", value=_left, sort="due_on", search=()),
            Column("due_on", _("Day"), kind="date", opt=True),
            Column(
                "number",
                _("Number"),
                lead=True,
                nowrap=True,
                search=_find_case,
                link=lambda row: reverse(self.request, "desk:case", number=row.number),
            ),
            Column("subject", _("Subject"), sort="subject_sort", search="search_key"),
            Column("applicant_name", _("Applicant"), sort="applicant_sort", search="search_key"),
            Column(
                "kind",
                _("Kind"),
                value=lambda row: pick(row.kind.names, default=institution.default_language),
                sort=("kind__position", "kind__code"),
                search=self._find_kind,
                opt=True,
            ),
            Column("channel", _("Channel"), choices=dict(Channel.choices), opt=True),
            Column(
                "status",
                _("Status"),
                value=lambda row: pick(row.status.labels, default=institution.default_language),
                sort="status__position",
                search=self._find_status,
            ),
            Column(
                "assignee",
                _("Handled by"),
                value=lambda row: row.assignee.user.name if row.assignee else "",
                sort="assignee__user__name",
                search="assignee__user__name__icontains",
            ),
            Column("opened_at", _("Opened"), kind="date", opt=True),
        ]
        self._institution = institution
        super().__init__(rows, **kwargs)

    @cached_property
    def _kinds(self) -> list[Any]:
        return list(kinds_for_staff(self._institution).prefetch_related("statuses"))

    def _find(self, word: str, rows: list[Any], texts: Callable[[Any], Any], lookup: str) -> Q | None:
        wanted, default = search_key(word), self._institution.default_language
        ids = [row.pk for row in rows if wanted and wanted in search_key(pick(texts(row), default=default))]
        return Q(**{f"{lookup}__in": ids}) if ids else None

    def _find_kind(self, word: str) -> Q | None:
        return self._find(word, self._kinds, lambda kind: kind.names, "kind")

    def _find_status(self, word: str) -> Q | None:
        statuses = [status for kind in self._kinds for status in kind.statuses.all()]
        return self._find(word, statuses, lambda status: status.labels, "status")

    def tone(self, row: Any) -> str:
        if row.status.waits_for == WaitsFor.CUSTOMER:
            return "info"
        if row.due_on is None:
            return ""
        left = (row.due_on - row.institution_today).days
        return "danger" if left < 0 else "warning" if left <= DUE_SOON_DAYS else "white"

    def exported(self, request: HttpRequest, kind: str) -> None:
        audit.record(
            actor=request.actor,
            action="desk.work_list_read",
            institution_id=request.institution.pk,
            subject_kind="cases",
            payload={"export": kind},
        )


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
            link=lambda row: reverse(current_request(), "desk:customer", party=row.party_id),
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
        Column(
            "actor_name",
            _("Who"),
            search="actor_name__icontains",
            second=lambda row: trail_words.ROLES.get(row.actor_role, row.actor_role),
        ),
        Column("action", _("What"), choices=trail_words.ACTIONS),
        Column(
            "subject_ref",
            _("Concerning"),
            search="subject_ref__icontains",
            second=lambda row: trail_words.SUBJECTS.get(row.subject_kind, row.subject_kind),
        ),
        Column("purpose", _("Purpose"), search="purpose__icontains"),
        Column("channel", _("Channel"), choices=trail_words.CHANNELS, opt=True),
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


class StaffTable(Table):
    """Who works here, in which role, and whether the sign-in is safe enough to work at all."""

    name = "staff"
    title = _("People")
    default_sort = "name"
    dense = True
    exports = ()
    empty_title = _("Nobody works here yet")
    columns: ClassVar = [
        Column(
            "name",
            _("Name"),
            value="user.name",
            sort="user__name",
            search="user__name__icontains",
            lead=True,
            link=lambda row: reverse(current_request(), "desk:membership", membership=row.pk),
        ),
        Column("email", _("E-mail"), value="user.email", sort="user__email", search="user__email__icontains"),
        Column("role", _("Role"), choices=dict(Role.choices)),
        Column(
            "unit", _("Unit"), value=lambda row: pick(row.unit.name) if row.unit else "", sort="unit__code", search=()
        ),
        Column(
            "second_factor",
            _("Second factor"),
            kind="band",
            value=lambda row: (
                Band(_("on"), "success") if has_second_factor(row.user) else Band(_("not yet, no access"), "warning")
            ),
            sort="user__second_factor_at",
            search=(),
        ),
        Column("starts_on", _("From"), kind="date", opt=True),
        Column("ends_on", _("Last day"), kind="date", opt=True),
    ]
