"""What the apps put on pages that they don't own: menu entries, items that need attention, panels of the home page.

Filled in `AppConfig.ready`. A module that an institution has switched off leaves nothing behind: entries and providers
that name it are skipped.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from django.http import HttpRequest
from django.urls import NoReverseMatch
from django.utils.functional import Promise

from salter.institutions.selectors import has_module
from salter.pages.shortcuts import reverse

__all__ = [
    "AttentionItem",
    "MenuEntry",
    "MenuItem",
    "Panel",
    "attention",
    "attention_for",
    "menu",
    "menu_for",
    "panels",
    "panels_for",
    "register_attention",
    "register_menu",
    "register_panel",
]

Text = Promise | str
Area = Literal["portal", "desk", "admin", "person", "head"]
Tone = Literal["accent", "warning", "danger"]


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """An entry of a menu.

    `area`: portal (citizen), desk, admin (both at the desk), person (behind the name), head (an icon beside it).
    `counter` returns what waits there; `visible` says whether this reader sees the entry. Both may use
    `request.acting` and `request.membership` where the page has set them.
    """

    area: Area
    code: str
    label: Text
    url: str
    icon: str
    order: int = 100
    module: str = ""
    counter: Callable[[HttpRequest], int] | None = None
    visible: Callable[[HttpRequest], bool] | None = None


@dataclass(frozen=True, slots=True)
class MenuItem:
    """An entry as one reader sees it."""

    code: str
    label: Text
    href: str
    icon: str
    count: int
    current: bool


@dataclass(frozen=True, slots=True)
class AttentionItem:
    """Something that waits for the reader. The first by `order` becomes the attention card, the others rows below it.

    `text` is one or two sentences, `amount` an optional (minor units, currency), `band` what is said above the title.
    """

    title: Text
    action: Text
    url: str
    text: Text = ""
    tone: Tone = "accent"
    order: int = 100
    icon: str = "alert"
    amount: tuple[int, str] | None = None
    band: Text = ""
    second_action: Text = ""
    second_url: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of the home page: a template that is included with what `context(request)` returns.

    `context` returns None when there is nothing to show. `place`: main column or side.
    """

    code: str
    template: str
    context: Callable[[HttpRequest], dict[str, Any] | None]
    place: Literal["main", "side"] = "main"
    order: int = 100
    module: str = ""


AttentionProvider = Callable[[HttpRequest], Iterable[AttentionItem]]

menu: list[MenuEntry] = []
attention: list[tuple[AttentionProvider, str]] = []
panels: list[Panel] = []


def register_menu(entry: MenuEntry) -> None:
    """Add an entry. **Raises** ValueError when its code is taken in this area."""
    if any(known.code == entry.code and known.area == entry.area for known in menu):
        raise ValueError(f"menu entry {entry.area}:{entry.code} is registered twice")
    menu.append(entry)


def register_attention(provider: AttentionProvider, *, module: str = "") -> None:
    """Add a function that tells what waits for the reader of the home page."""
    attention.append((provider, module))


def register_panel(panel: Panel) -> None:
    """Add a panel of the home page. **Raises** ValueError when its code is taken."""
    if any(known.code == panel.code for known in panels):
        raise ValueError(f"panel {panel.code} is registered twice")
    panels.append(panel)


def _is_on(request: HttpRequest, module: str) -> bool:
    institution = getattr(request, "institution", None)
    return not module or (institution is not None and has_module(institution, module))


def menu_for(request: HttpRequest, area: Area, section: str = "") -> list[MenuItem]:
    """Return the entries of an area that this reader sees, the one he stands in marked.

    `section` is the code of that entry; without it, the entry with the longest matching address is taken.
    """
    rows: list[tuple[MenuEntry, str, int]] = []
    for entry in sorted((known for known in menu if known.area == area), key=lambda known: (known.order, known.code)):
        if not _is_on(request, entry.module) or (entry.visible is not None and not entry.visible(request)):
            continue
        try:
            href = reverse(request, entry.url)
        except NoReverseMatch:
            if getattr(request, "institution", None) is not None:
                raise
            # On a page of the platform there is no counter to lead to.
            continue
        rows.append((entry, href, entry.counter(request) if entry.counter else 0))
    if not section:
        fitting = [(len(href), entry.code) for entry, href, _count in rows if _stands_in(request.path, href)]
        section = max(fitting)[1] if fitting else ""
    return [
        MenuItem(entry.code, entry.label, href, entry.icon, count, entry.code == section) for entry, href, count in rows
    ]


def _stands_in(path: str, href: str) -> bool:
    # The front page of a counter is a prefix of every page there, so it counts only as itself.
    depth = len(href.strip("/").split("/"))
    return path == href or (depth > 1 and path.startswith(href.rstrip("/") + "/"))


def attention_for(request: HttpRequest) -> list[AttentionItem]:
    """Return everything that waits for the reader, the most pressing first."""
    items = [item for provider, module in attention if _is_on(request, module) for item in provider(request)]
    return sorted(items, key=lambda item: item.order)


def panels_for(request: HttpRequest, place: str) -> list[tuple[Panel, dict[str, Any]]]:
    """Return the panels of a place of the home page, each with its data."""
    wanted = sorted((known for known in panels if known.place == place), key=lambda known: known.order)
    return [
        (panel, data)
        for panel in wanted
        if _is_on(request, panel.module) and (data := panel.context(request)) is not None
    ]
