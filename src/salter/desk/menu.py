"""The menu of the desk: each entry for those whose role may open it."""

from collections.abc import Callable

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from salter.cases.selectors import queue_counts
from salter.institutions.selectors import today
from salter.pages.registry import MenuEntry, register_menu
from salter.staff.access import membership_of
from salter.staff.rules import may

__all__ = ["register"]


def _with(permission: str) -> Callable[[HttpRequest], bool]:
    def visible(request: HttpRequest) -> bool:
        membership = membership_of(request)
        return membership is not None and may(membership.role, permission)

    return visible


def _mine(request: HttpRequest) -> int:
    membership = membership_of(request)
    if membership is None:
        return 0
    return queue_counts(membership, today(request.institution, timezone.now()))["mine"]


def register() -> None:
    """Add the entries; called once when the apps are ready."""
    register_menu(
        MenuEntry(
            "desk", "work", _("Work list"), "desk:work_list", "list", 10, counter=_mine, visible=_with("desk.see")
        )
    )
    register_menu(
        MenuEntry("desk", "customers", _("Customers"), "desk:customers", "users", 20, visible=_with("customers.open"))
    )
    register_menu(MenuEntry("desk", "trail", _("Trail"), "desk:trail", "eye", 60, visible=_with("audit.see")))
    register_menu(
        MenuEntry("person", "desk", _("Work at the desk"), "desk:work_list", "list", 5, visible=_with("desk.see"))
    )
