"""The menu of the desk: each entry for those whose role may open it."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from salter.cases.selectors import queue, queue_counts
from salter.institutions.selectors import today
from salter.pages.registry import MenuEntry, register_menu
from salter.staff.access import membership_of
from salter.staff.rules import may

__all__ = ["counts_of", "register"]


def _with(permission: str) -> Callable[[HttpRequest], bool]:
    def visible(request: HttpRequest) -> bool:
        membership = membership_of(request)
        return membership is not None and may(membership.role, permission)

    return visible


def counts_of(request: HttpRequest) -> dict[str, int]:
    """Return how many cases stand in each list, counted once per request."""
    found: Any = getattr(request, "desk_counts", None)
    if found is None:
        found = queue_counts(membership_of(request), today(request.institution, timezone.now()))
        request.desk_counts = found
    return found


def _mine(request: HttpRequest) -> int:
    if hasattr(request, "desk_counts"):
        return counts_of(request)["mine"]
    # Other pages than the work list need this one number, which an index gives.
    return queue(membership_of(request), "mine", today(request.institution, timezone.now())).count()


def register() -> None:
    """Add the entries; called once when the apps are ready."""
    for area, code, label, url, icon, order, permission in (
        ("desk", "work", _("Work list"), "desk:work_list", "list", 10, "desk.see"),
        ("desk", "customers", _("Customers"), "desk:customers", "users", 20, "customers.open"),
        ("desk", "imports", _("Loads"), "desk:imports", "up", 50, "imports.run"),
        ("desk", "trail", _("Trail"), "desk:trail", "eye", 60, "audit.see"),
        ("admin", "institution", _("Institution"), "desk:institution", "gear", 10, "institution.edit"),
        ("admin", "staff", _("Staff"), "desk:staff", "users", 20, "staff.edit"),
        ("person", "desk", _("Work at the desk"), "desk:work_list", "list", 5, "desk.see"),
    ):
        counter = _mine if (area, code) == ("desk", "work") else None
        register_menu(MenuEntry(area, code, label, url, icon, order, counter=counter, visible=_with(permission)))  # type: ignore[arg-type]
