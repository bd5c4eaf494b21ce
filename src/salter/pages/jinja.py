"""The template environment: texts by gettext, and the few functions that every template may call.

`url(name, **kw)` with the institution's slug, `url_if` (empty when there is no such view), `static`, `icon`, `money`,
`date`, `long_date`, `weekday_date`, `time`, `datetime`, `days`, `number`, `pick`, `csrf()`, `form_key()`, `initials`.
"""

from pathlib import Path
from typing import Any
from uuid import uuid4

import django.forms
import jinja2
from django.middleware.csrf import get_token
from django.templatetags.static import static
from django.urls import NoReverseMatch
from django.utils.translation import gettext, ngettext, npgettext, pgettext
from markupsafe import Markup

from salter.lib import dates, money
from salter.pages.cells import cell, total
from salter.pages.current import current_request
from salter.pages.figures import (
    format_date,
    format_datetime,
    format_money,
    format_time,
    icon,
    initials,
    long_date,
    pick,
    weekday_date,
)
from salter.pages.forms import kind_of, options_of, widget_of
from salter.pages.language import html_lang
from salter.pages.shortcuts import reverse

__all__ = ["environment"]

_FORM_TEMPLATES = Path(django.forms.__file__).parent / "jinja2"


def environment(**options: Any) -> jinja2.Environment:
    """Return the environment for Django's Jinja2 backend (settings, TEMPLATES)."""
    options["loader"] = jinja2.ChoiceLoader([options["loader"], jinja2.FileSystemLoader(_FORM_TEMPLATES)])
    options["extensions"] = ["jinja2.ext.i18n", "jinja2.ext.do", *options.get("extensions", ())]
    # The same in development: a page must not look right there and print nothing in production.
    options["undefined"] = jinja2.Undefined
    options.setdefault("trim_blocks", True)
    options.setdefault("lstrip_blocks", True)
    env = jinja2.Environment(**options)  # noqa: S701  (autoescape comes with the backend's options)
    env.policies["ext.i18n.trimmed"] = True
    env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext
    )
    env.globals.update(
        url=_url,
        url_if=_url_if,
        static=static,
        icon=icon,
        money=format_money,
        date=format_date,
        long_date=long_date,
        weekday_date=weekday_date,
        time=format_time,
        datetime=format_datetime,
        days=dates.relative_days,
        number=money.format_number,
        pick=pick,
        csrf=_csrf,
        form_key=_form_key,
        initials=initials,
        html_lang=html_lang,
        widget_of=widget_of,
        kind_of=kind_of,
        options_of=options_of,
        cell=cell,
        total=total,
    )
    env.filters.update(initials=initials, str=str)
    return env


def _url(name: str, /, **kwargs: Any) -> str:
    return reverse(current_request(), name, **kwargs)


def _url_if(name: str, /, **kwargs: Any) -> str:
    try:
        return _url(name, **kwargs)
    except NoReverseMatch:
        return ""


def _csrf() -> Markup:
    request = current_request()
    if request is None:
        return Markup("")
    return Markup('<input type="hidden" name="csrfmiddlewaretoken" value="{}">').format(get_token(request))


def _form_key() -> Markup:
    # One key for each time a form is shown; see pages.forms.once.
    key = Markup('<input type="hidden" name="once" value="{}">').format(uuid4().hex)
    # For whom the page is: the reader may act for somebody else in a second window before he sends this form.
    acting = getattr(current_request(), "acting", None)
    if acting is not None:
        key += Markup('<input type="hidden" name="acting_for" value="{}">').format(acting.party.pk)
    return key
