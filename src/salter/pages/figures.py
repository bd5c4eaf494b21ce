"""Figures, days and drawings as markup, for templates and for the cells of tables."""

from datetime import date, datetime

from django.templatetags.static import static
from django.utils import timezone
from django.utils.functional import Promise
from markupsafe import Markup

from salter.lib import dates, money, texts
from salter.pages.current import current_request
from salter.pages.language import html_lang

__all__ = [
    "format_date",
    "format_datetime",
    "format_money",
    "format_time",
    "icon",
    "initials",
    "long_date",
    "pick",
    "weekday_date",
]


def icon(name: str, title: str = "") -> Markup:
    """Return a drawing of the sprite. Without a title it is decoration beside words."""
    if not name:
        return Markup("")
    href = f"{static('pages/icons.svg')}#i-{name}"
    if title:
        return Markup('<svg class="icon" role="img" aria-label="{}"><use href="{}"/></svg>').format(title, href)
    return Markup('<svg class="icon" aria-hidden="true"><use href="{}"/></svg>').format(href)


def format_money(minor: int | None, currency: str = "", size: str = "") -> Markup:
    """Return an amount with a thin currency beside it; the currency is the institution's unless given.

    `size`: big, mid or nothing.
    """
    if minor is None:
        return Markup("–")
    if not currency:
        institution = getattr(current_request(), "institution", None)
        currency = institution.currency if institution is not None else "RSD"
    parts = money.split_money(minor, currency)
    symbol = Markup("<abbr>{}</abbr>").format(parts.currency)
    classes = f"money {size}".strip()
    order = (symbol, parts.amount) if parts.currency_first else (parts.amount, symbol)
    return Markup('<span class="{}">{}&nbsp;{}</span>').format(classes, *order)


def _day(value: date | datetime) -> date:
    return timezone.localtime(value).date() if isinstance(value, datetime) else value


def _time_tag(value: date | datetime, text: str) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(value.isoformat(), text)


def format_date(value: date | datetime | None) -> Markup:
    """Return a day, short: `5. 3. 2026.`"""
    return Markup("–") if value is None else _time_tag(value, dates.format_date(_day(value)))


def long_date(value: date | datetime | None) -> Markup:
    return Markup("–") if value is None else _time_tag(value, dates.format_long(_day(value)))


def weekday_date(value: date | datetime | None) -> Markup:
    return Markup("–") if value is None else _time_tag(value, dates.format_weekday(_day(value)))


def format_time(value: datetime | None) -> Markup:
    return Markup("–") if value is None else _time_tag(value, dates.format_time(timezone.localtime(value)))


def format_datetime(value: datetime | None) -> Markup:
    """Return a moment in the institution's time zone: `5. 3. 2026. u 8:15`."""
    return Markup("–") if value is None else _time_tag(value, dates.format_datetime(timezone.localtime(value)))


def pick(value: dict[str, str] | str | Promise | None) -> str | Markup:
    """Return the text of an institution for this reader; one in another language is marked with its `lang`."""
    if not isinstance(value, dict):
        return str(value or "")
    request = current_request()
    institution = getattr(request, "institution", None)
    found = texts.pick_with_language(value, None, institution.default_language if institution else None)
    if found.language and request is not None and found.language != getattr(request, "LANGUAGE_CODE", ""):
        return Markup('<span lang="{}">{}</span>').format(html_lang(found.language), found.text)
    return found.text


def initials(name: str) -> str:
    """Return at most two letters for the round face of a person or company."""
    words = [word for word in str(name).replace(".", " ").split() if word[:1].isalpha()]
    if not words:
        return "?"
    chosen = [words[0], words[-1]] if len(words) > 1 else words[:1]
    return "".join(word[0] for word in chosen).upper()
