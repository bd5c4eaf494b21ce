"""A cell of the one table as markup."""

from datetime import date, datetime
from typing import Any

from markupsafe import Markup, escape

from salter.pages.figures import format_date, format_datetime, format_money, icon
from salter.pages.tables.columns import Action, Band, Column

__all__ = ["cell", "total"]

_ICONS = {"danger": "alert", "warning": "clock", "success": "check", "info": "clock"}


def cell(column: Column, row: Any, currency: str) -> Markup:
    """Return what stands in the cell: value, link, second line."""
    value = column.raw(row)
    inner = _value(column, value, column.currency_of(row, currency))
    if (href := column.href(row)) and inner:
        inner = Markup('<a href="{}">{}</a>').format(href, inner)
    small = column.small(row)
    if small:
        return Markup("<span>{}<small>{}</small></span>").format(inner, small)
    return inner or Markup("–")


def total(column: Column, value: Any, currency: str) -> Markup:
    """Return the sum under a column."""
    return _value(column, value, currency)


def _value(column: Column, value: Any, currency: str) -> Markup:
    if value is None or value == "":
        return Markup("")
    if isinstance(value, Band):
        return band(value)
    if isinstance(value, Action):
        return Markup('<a class="ds-button" data-variant="{}" href="{}">{}{}</a>').format(
            value.variant,
            value.url,
            value.label,
            Markup('<span class="ds-sr-only">: {}</span>').format(value.what) if value.what else "",
        )
    if column.kind == "money":
        return format_money(value, currency)
    if column.kind == "datetime" and isinstance(value, datetime):
        return format_datetime(value)
    if isinstance(value, date):
        return format_date(value)
    return value if isinstance(value, Markup) else escape(column.say(value, currency))


def band(value: Band) -> Markup:
    """Return a state as words, shape and colour."""
    return Markup('<span class="band{}" data-color="{}">{}{}</span>').format(
        " solid" if value.solid else "", value.color, icon(value.icon or _ICONS.get(value.color, "check")), value.text
    )
