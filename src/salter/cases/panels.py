"""What cases puts on pages of others: the menu's counter, what needs the reader's attention, the home page's panel."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from salter.cases import selectors
from salter.pages import registry
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
    registry.register_attention(_attention)
    registry.register_panel(registry.Panel("cases", "cases/panel.html", _open_cases, place="main", order=40))


def _acts(request: HttpRequest) -> bool:
    return acting_of(request) is not None


def _waiting(request: HttpRequest) -> list[Any]:
    """The cases that wait for the reader, read once per request; at most as many as anybody would look at."""
    acting = acting_of(request)
    if acting is None:
        return []
    if not hasattr(request, "cases_waiting"):
        found = selectors.cases_visible_to_party(acting.party).waiting_for_customer()
        request.cases_waiting = list(found[:100])  # type: ignore[attr-defined]
    return request.cases_waiting  # type: ignore[attr-defined]


def _waiting_count(request: HttpRequest) -> int:
    return len(_waiting(request))


def _attention(request: HttpRequest) -> list[registry.AttentionItem]:
    waiting = _waiting(request)
    asked = selectors.last_words(waiting[:SHOWN])
    return [
        registry.AttentionItem(
            title=_("We need your answer: %(subject)s") % {"subject": case.subject},
            text=selectors.excerpt(asked[case.pk]) if case.pk in asked else "",
            action=_("Answer"),
            url=reverse(request, "cases:case", number=case.number) + "#reply",
            tone="warning",
            order=30,
            icon="chat",
            band=case.number,
        )
        for case in waiting[:SHOWN]
    ]


def _open_cases(request: HttpRequest) -> dict[str, Any] | None:
    acting = acting_of(request)
    if acting is None:
        return None
    found = list(selectors.cases_visible_to_party(acting.party).open()[: SHOWN + 1])
    return {"cases": found[:SHOWN], "more": len(found) > SHOWN}
