"""The work list: what waits, for whom, until when; and the next case in one click."""

from typing import Any

from django.contrib import messages
from django.db.models import F, Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from salter.cases import selectors as cases
from salter.cases import services
from salter.cases.types import CaseRefused, StaleCase
from salter.desk.menu import counts_of
from salter.desk.tables import WorkTable
from salter.institutions.selectors import today
from salter.pages.forms import once
from salter.pages.shortcuts import reverse
from salter.staff.access import staff_page
from salter.staff.rules import may

__all__ = ["take_next", "work_list"]

# Enough for as many clerks as press the button in the same moment.
TRIES = 10


def _labels() -> dict[str, str]:
    soon = cases.DUE_SOON_DAYS
    return {
        "mine": _("Mine"),
        "unit": _("My unit's"),
        "unassigned": _("Unassigned"),
        "due_soon": ngettext("Due within %(num)s day", "Due within %(num)s days", soon) % {"num": soon},
        "overdue": _("Overdue"),
        "waiting": _("Waiting for the customer"),
        "reopened": _("Opened again"),
        "all": _("All open"),
    }


@require_safe
@staff_page("desk.see")
def work_list(request: HttpRequest) -> HttpResponse:
    """Show one list of open cases with the counts of all."""
    now = timezone.now()
    day = today(request.institution, now)
    labels = _labels()
    may_handle = may(request.membership.role, "cases.handle")
    usual = "mine" if may_handle else "all"
    name = request.GET.get("list", usual)
    name = name if name in labels else usual
    counts = counts_of(request)
    rows = cases.queue(request.membership, name, day).annotate(institution_today=Value(day))
    table = WorkTable(rows, institution=request.institution, title=labels[name], now=now)
    here = reverse(request, "desk:work_list")
    tabs = [
        (label, f"{here}?list={code}", code == name, counts[code], code == "overdue" and counts[code] > 0)
        for code, label in labels.items()
    ]
    return table.respond(request, "desk/work_list.html", {"tabs": tabs, "may_handle": may_handle, "now": now})


@require_POST
@staff_page("cases.handle")
def take_next(request: HttpRequest) -> HttpResponse:
    """Take the most urgent case that nobody has, the own unit's first."""
    return once(request, lambda: _take_next(request))


def _take_next(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    free = cases.queue(request.membership, "unassigned", today(request.institution, now))
    free = free.order_by(F("due_on").asc(nulls_last=True), "opened_at", "id")
    own = [*free.filter(unit_id=request.membership.unit_id)[:TRIES]] if request.membership.unit_id else []
    for case in [*own, *free[:TRIES]]:
        if _take(request, case, now):
            return redirect(reverse(request, "desk:case", number=case.number))
    messages.info(request, _("Nothing is left to take: every open case has somebody."))
    return redirect(reverse(request, "desk:work_list"))


def _take(request: HttpRequest, case: Any, now: Any) -> bool:
    try:
        services.assign_case(
            actor=request.actor, case=case, assignee=request.membership, unit=case.unit,
            expected_version=case.version, now=now,
        )  # fmt: skip
    except (StaleCase, CaseRefused):
        # A colleague was quicker; the next one is tried.
        return False
    messages.success(request, _("Case %(number)s is yours.") % {"number": case.number})
    return True
