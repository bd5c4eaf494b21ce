"""The administration of the counter in the browser: names, look, contacts, modules and settings, calendar.

Every page reads the row anew: another process may remember it for some seconds, and an administrator who saved must
see what he saved.
"""

import copy
from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from salter.desk.institution_forms import THEMES, ClosureForm, ContactsForm, LookForm, ModulesForm, NamesForm, WeekForm
from salter.institutions import rules, selectors, services
from salter.institutions.types import WrongSetting
from salter.lib.dates import parse_date
from salter.lib.refusals import Refused
from salter.lib.texts import pick
from salter.pages.forms import add_refusal, once
from salter.pages.shortcuts import page, reverse
from salter.staff.access import staff_page

__all__ = [
    "add_closure", "contacts", "hours", "look", "modules", "names", "remove_closure", "remove_week", "week",
]  # fmt: skip

View = Callable[..., HttpResponse]


def _admin_page(view: View) -> View:
    """A page of the administration, with the institution as it is stored now."""

    @staff_page("institution.edit")
    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.institution = selectors.get_institution_by_id(request.institution.pk)
        return view(request, *args, **kwargs)

    return inner


def _tabs(request: HttpRequest, current: str) -> list[tuple[Any, ...]]:
    pages = (
        ("institution", _("Names and languages")),
        ("look", _("Look")),
        ("contacts", _("Contacts")),
        ("modules", _("Parts and settings")),
        ("hours", _("Working hours")),
    )
    return [(label, reverse(request, f"desk:{name}"), name == current) for name, label in pages]


def _page(
    request: HttpRequest, template: str, current: str, form: forms.Form | None, context: dict[str, Any] | None = None
) -> HttpResponse:
    refused = form is not None and form.is_bound
    shown = {"form": form, "tabs": _tabs(request, current), **(context or {})}
    return page(request, template, shown, status=422 if refused else 200)


def _settle(
    request: HttpRequest,
    form: Any,
    show: Callable[[Any], HttpResponse],
    values: Callable[[], dict[str, Any]],
    name: str,
) -> HttpResponse:
    """Change the institution by a form; what is refused stands beside its field, and nothing typed is lost."""

    def act() -> HttpResponse:
        if form.is_valid():
            try:
                services.change_institution(actor=request.actor, institution=request.institution, **values())
            except WrongSetting as refusal:
                add_refusal(form, refusal.field, refusal)
            else:
                messages.success(request, _("Saved."))
                return redirect(reverse(request, f"desk:{name}"))
        return show(form)

    return once(request, act)


@require_http_methods(["GET", "HEAD", "POST"])
@_admin_page
def names(request: HttpRequest) -> HttpResponse:
    """Names, languages, country, currency, time zone."""
    form = NamesForm(request.POST if request.method == "POST" else None, institution=request.institution)

    def show(shown: NamesForm) -> HttpResponse:
        return _page(request, "desk/institution/form.html", "institution", shown)

    return _settle(request, form, show, form.values, "institution")


@require_http_methods(["GET", "HEAD", "POST"])
@_admin_page
def look(request: HttpRequest) -> HttpResponse:
    """Theme and picture; `?theme=` shows this page in a theme before it is chosen."""
    institution = request.institution
    tried = request.GET.get("theme", "")
    tried = tried if tried in rules.THEMES and tried != institution.theme else ""
    initial = {"theme": tried or institution.theme, "icon": institution.icon}
    form = LookForm(request.POST if request.method == "POST" else None, initial=initial)

    def show(shown: LookForm) -> HttpResponse:
        if tried:
            # A copy, and only for this answer: everybody else goes on with what is saved.
            request.institution = copy.copy(institution)
            request.institution.theme = tried
        context = {"themes": THEMES, "present": tried or institution.theme, "tried": THEMES.get(tried, "")}
        return _page(request, "desk/institution/look.html", "look", shown, context)

    return _settle(request, form, show, lambda: form.cleaned_data, "look")


@require_http_methods(["GET", "HEAD", "POST"])
@_admin_page
def contacts(request: HttpRequest) -> HttpResponse:
    """Address, phones, e-mail, the emergency number and its words, opening hours in words."""
    form = ContactsForm(request.POST if request.method == "POST" else None, institution=request.institution)

    def show(shown: ContactsForm) -> HttpResponse:
        return _page(request, "desk/institution/form.html", "contacts", shown)

    return (
        _settle(request, form, show, lambda: {"contacts": form.values()}, "contacts") if form.is_bound else show(form)
    )


@require_http_methods(["GET", "HEAD", "POST"])
@_admin_page
def modules(request: HttpRequest) -> HttpResponse:
    """What the counter has, and the settings of all its parts."""
    form = ModulesForm(request.POST if request.method == "POST" else None, institution=request.institution)

    def show(shown: ModulesForm) -> HttpResponse:
        return _page(request, "desk/institution/form.html", "modules", shown)

    return _settle(request, form, show, form.values, "modules")


# ------------------------------------------------------------------ the calendar


def _show_hours(request: HttpRequest, closure_form: ClosureForm | None = None) -> HttpResponse:
    institution, day = request.institution, selectors.today(request.institution, timezone.now())
    weeks = selectors.working_weeks(institution)
    in_force = max((start for start in weeks if start <= day), default=min(weeks, default=None))
    year = _year(request, day)
    context = {
        "weeks": [
            {
                "valid_from": start,
                "state": "now" if start == in_force else "past" if start < day else "planned",
                "hours": [
                    (str(WEEKDAYS[number]), rules.hours_text(intervals) or _("closed"))
                    for number, intervals in enumerate(week)
                ],
            }
            for start, week in sorted(weeks.items(), reverse=True)
        ],
        "closures": list(selectors.list_closures(institution)),
        "holidays": selectors.holidays_of_year(institution, year, request.LANGUAGE_CODE),
        "year": year,
        "closure_form": closure_form or ClosureForm(),
    }
    return _page(request, "desk/institution/hours.html", "hours", closure_form, context)


def _year(request: HttpRequest, day: date) -> int:
    given = request.GET.get("year", "")
    wanted = int(given) if given.isascii() and given.isdigit() and len(given) == 4 else day.year
    return min(max(wanted, day.year - 5), day.year + 5)


@require_safe
@_admin_page
def hours(request: HttpRequest) -> HttpResponse:
    """The working weeks, the closures, and for information the public holidays of a year."""
    return _show_hours(request)


@require_http_methods(["GET", "HEAD", "POST"])
@_admin_page
def week(request: HttpRequest) -> HttpResponse:
    """Set the working week from a day on; `?from=` takes one that is there as the beginning."""
    weeks = selectors.working_weeks(request.institution)
    day = selectors.today(request.institution, timezone.now())
    if request.method != "POST":
        start = _day(request.GET.get("from", ""))
        present = weeks.get(start) if start else None
        if start and present is None:
            raise Http404
        if present is None:
            present = weeks[max((one for one in weeks if one <= day), default=min(weeks))] if weeks else None
        form = WeekForm(week=present, initial={"valid_from": start or day})
        return _page(request, "desk/institution/week.html", "hours", form)

    def act() -> HttpResponse:
        form = WeekForm(request.POST)
        if form.is_valid():
            try:
                services.set_working_week(
                    actor=request.actor,
                    institution=request.institution,
                    valid_from=form.cleaned_data["valid_from"],
                    intervals=form.intervals,
                )
            except WrongSetting as refusal:
                add_refusal(form, refusal.field, refusal)
            else:
                messages.success(request, _("Saved."))
                return redirect(reverse(request, "desk:hours"))
        return _page(request, "desk/institution/week.html", "hours", form)

    return once(request, act)


def _day(text: str) -> date | None:
    try:
        return parse_date(text) if text else None
    except Refused:
        raise Http404 from None


@require_POST
@_admin_page
def remove_week(request: HttpRequest) -> HttpResponse:
    """Take a working week back."""

    def act() -> HttpResponse:
        try:
            start = parse_date(request.POST.get("valid_from", ""))
            services.remove_working_week(actor=request.actor, institution=request.institution, valid_from=start)
        except (WrongSetting, Refused) as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The working week is removed."))
        return redirect(reverse(request, "desk:hours"))

    return once(request, act)


@require_http_methods(["GET", "HEAD", "POST"])
@_admin_page
def add_closure(request: HttpRequest) -> HttpResponse:
    """Close for some days."""
    if request.method != "POST":
        return redirect(reverse(request, "desk:hours"))

    def act() -> HttpResponse:
        form = ClosureForm(request.POST)
        if form.is_valid():
            starts_on, ends_on = form.days()
            try:
                services.add_closure(
                    actor=request.actor,
                    institution=request.institution,
                    starts_on=starts_on,
                    ends_on=ends_on,
                    reason={request.institution.default_language: form.cleaned_data["reason"]},
                )
            except WrongSetting as refusal:
                add_refusal(form, refusal.field, refusal)
            else:
                messages.success(request, _("The closure is added."))
                return redirect(reverse(request, "desk:hours"))
        return _show_hours(request, form)

    return once(request, act)


@require_POST
@_admin_page
def remove_closure(request: HttpRequest, closure: UUID) -> HttpResponse:
    """Open again on days that were closed."""
    found = selectors.find_closure(request.institution, closure)
    if found is None:
        raise Http404

    def act() -> HttpResponse:
        services.remove_closure(actor=request.actor, closure=found)
        said = _("The closure “%(reason)s” is removed.") % {
            "reason": pick(found.reason, default=request.institution.default_language)
        }
        messages.success(request, said)
        return redirect(reverse(request, "desk:hours"))

    return once(request, act)
