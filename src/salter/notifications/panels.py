"""What the outbox puts on the home page: the latest notices to the reader (VC-8)."""

from typing import Any

from django.http import HttpRequest

from salter.notifications import selectors
from salter.pages import registry

__all__ = ["declare"]

SHOWN = 3


def declare() -> None:
    registry.register_panel(registry.Panel("notices", "notifications/panel.html", _latest, place="main", order=60))


def _latest(request: HttpRequest) -> dict[str, Any] | None:
    """The newest notices, read or not; nothing for somebody who never got one."""
    person: Any = request.user
    institution = getattr(request, "institution", None)
    if institution is None or not person.is_authenticated:
        return None
    found = selectors.latest_to(person, institution, SHOWN)
    return {"messages": found} if found else None
