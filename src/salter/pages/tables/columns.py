"""A column: what it shows, how it sorts, how the search finds it, how it is exported."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from markupsafe import Markup

from salter.lib import dates, money

__all__ = ["Action", "Band", "Column", "Kind"]

Text = Promise | str
Kind = Literal["text", "number", "money", "date", "datetime", "boolean", "band", "action"]
SearchFunction = Callable[[str], Q | None]


@dataclass(frozen=True, slots=True)
class Band:
    """A state in a cell: words, shape, colour. `color`: neutral, white, info, success, warning, danger."""

    text: Text
    color: str = "neutral"
    icon: str = ""
    solid: bool = False

    def __str__(self) -> str:
        return str(self.text)


@dataclass(frozen=True, slots=True)
class Action:
    """A link in the last column. `label` says what happens, `what` to which row (read aloud, not shown)."""

    label: Text
    url: str
    what: str = ""
    variant: str = "secondary"

    def __str__(self) -> str:
        return str(self.label)


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    `value`: path of attributes (`party.name`) or function of the row; the column's name unless given.
    `second`: small line under the value. `link`: function of the row that returns an address, or nothing.
    `sort`: model field (or several) to order by; True for the column's own name, None for a header without sorting.
        Text sorts by a stored key (`lib.searchkeys.sort_key`). In a list of objects: function of the row, or True.
    `search`: where the search looks. A field that holds `lib.searchkeys.search_key` of what is shown; or a field with a
        lookup (`number__istartswith`) that gets what was typed; or a function from a word to a Q; or several of these.
        Dates, numbers and amounts are found as they are displayed, without being told. `()` for never.
    `choices`: code to label; the search then finds the label. `total`: sum in the last row (number, money).
    `opt`: drops out on phones. `lead`: title of the row's card on phones, else the first column. `nowrap`: one line.
    `currency`: path or function of the row's currency, else the institution's. `decimals`, `unit`: of a number.
    """

    name: str
    label: Text
    kind: Kind = "text"
    value: str | Callable[[Any], Any] = ""
    second: str | Callable[[Any], Any] = ""
    link: Callable[[Any], str | None] | None = None
    sort: Any = True
    search: str | SearchFunction | tuple[str | SearchFunction, ...] | None = None
    choices: Mapping[str, Text] | None = None
    total: bool = False
    opt: bool = False
    lead: bool = False
    nowrap: bool = False
    export: bool = True
    currency: str | Callable[[Any], str] = ""
    decimals: int | None = None
    unit: str = ""

    def __post_init__(self) -> None:
        if self.total and self.kind not in ("number", "money"):
            raise ImproperlyConfigured(f"column {self.name}: only numbers and amounts have a total")

    # ------------------------------------------------------------------ values

    @property
    def is_right(self) -> bool:
        """Say whether the column is set flush right: figures and days."""
        return self.kind in ("number", "money", "date", "datetime")

    @property
    def sorts(self) -> bool:
        return self.kind != "action" and self.sort not in (None, False)

    @property
    def order_fields(self) -> tuple[str, ...]:
        """The model fields to order by."""
        if self.sort is True:
            return (self.name,)
        return (self.sort,) if isinstance(self.sort, str) else tuple(self.sort)

    def raw(self, row: Any) -> Any:
        """Return the value as the row has it."""
        return _read(row, self.value or self.name)

    def small(self, row: Any) -> Any:
        """Return what stands under the value."""
        return _read(row, self.second) if self.second else ""

    def href(self, row: Any) -> str:
        return (self.link(row) or "") if self.link is not None else ""

    def currency_of(self, row: Any, otherwise: str) -> str:
        if not self.currency:
            return otherwise
        return str(_read(row, self.currency) or otherwise)

    def text(self, row: Any, currency: str = "RSD") -> str:
        """Return the cell as the reader sees it, without markup: for search in lists and for CSV."""
        return self.say(self.raw(row), self.currency_of(row, currency))

    def say(self, value: Any, currency: str = "RSD") -> str:
        """Return a value of this column as words."""
        if value is None or value == "":
            return ""
        if self.kind == "money":
            return money.format_money(value, currency)
        if self.kind == "number":
            return money.format_number(value, decimals=self.decimals) + (f" {self.unit}" if self.unit else "")
        if self.kind == "datetime" and isinstance(value, datetime):
            return dates.format_datetime(timezone.localtime(value))
        if isinstance(value, datetime):
            return dates.format_date(timezone.localtime(value).date())
        if isinstance(value, date):
            return dates.format_date(value)
        if self.kind == "boolean":
            return _("yes") if value else _("no")
        if self.choices is not None and value in self.choices:
            return str(self.choices[value])
        return value.striptags() if isinstance(value, Markup) else str(value)

    def typed(self, row: Any) -> Any:
        """Return the value for a spreadsheet: number, day, moment or text."""
        value = self.raw(row)
        if value is None:
            return None
        if self.kind == "money":
            return money.from_minor(value)
        if self.kind == "number" and isinstance(value, int | float | Decimal):
            return value
        if isinstance(value, datetime):
            local = timezone.localtime(value).replace(tzinfo=None)
            return local if self.kind == "datetime" else local.date()
        if isinstance(value, date):
            return value
        return self.say(value)


def _read(row: Any, what: str | Callable[[Any], Any]) -> Any:
    if callable(what):
        return what(row)
    found = row
    for part in what.split("."):
        if found is None:
            return None
        found = found[part] if isinstance(found, Mapping) else getattr(found, part)
    return found
