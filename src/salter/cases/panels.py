"""What cases puts on pages of others: the menu's counter, what needs the reader's attention, the home page's panel."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from salter.cases import selectors
from salter.pages import registry
from salter.pages.counts import Count, counted, register_count
from salter.pages.shortcuts import reverse
from salter.parties.access import acting_of

__all__ = ["declare"]

SHOWN = 5


def declare() -> None:
    registry.register_menu(
        registry.MenuEntry(
            "portal", "cases", gettext_lazy("Requests"), "cases:list", "chat", order=40, counter=_waiting_count,
            visible=_acts,
        )
    )  # fmt: skip
    register_count(Count("cases.waiting", _waiting, on="citizen"))
    registry.register_attention(_attention)
    registry.register_panel(registry.Panel("cases", "cases/panel.html", _open_cases, place="main", order=40))


def _acts(request: HttpRequest) -> bool:
    return acting_of(request) is not None


def _waiting(request: HttpRequest) -> QuerySet[Any] | None:
    acting = acting_of(request)
    return selectors.waiting_for_party(acting.party) if acting else None


def _waiting_count(request: HttpRequest) -> int:
    return counted(request, "cases.waiting")


def _overview(request: HttpRequest) -> selectors.Overview | None:
    """What the home page shows of the cases, read once for its two places."""
    acting = acting_of(request)
    if acting is None:
        return None
    if not hasattr(request, "cases_overview"):
        request.cases_overview = selectors.overview_of_party(acting.party, SHOWN)  # type: ignore[attr-defined]
    found: selectors.Overview = request.cases_overview  # type: ignore[attr-defined]
    return found


def _attention(request: HttpRequest) -> list[registry.AttentionItem]:
    found = _overview(request)
    return [
        registry.AttentionItem(
            title=_("We need your answer: %(subject)s") % {"subject": case.subject},
            text=selectors.excerpt(asked),
            action=_("Answer"),
            url=reverse(request, "cases:case", number=case.number) + "#reply",
            tone="warning",
            order=30,
            icon="chat",
            band=case.number,
        )
        for case, asked in (found.waiting if found else ())
    ]


def _open_cases(request: HttpRequest) -> dict[str, Any] | None:
    found = _overview(request)
    return {"cases": found.open, "more": found.has_more} if found else None
