"""Who works here: taking people on, roles, units, the last day. An account is the person's own; none is made here."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from salter.accounts.selectors import find_user, has_second_factor
from salter.cases import selectors as cases
from salter.desk.staff_forms import EmployForm, EndForm, RoleForm, UnitForm
from salter.desk.tables import StaffTable
from salter.institutions.selectors import today
from salter.pages.forms import add_refusal, answer, once
from salter.pages.shortcuts import page, reverse
from salter.staff import selectors, services
from salter.staff.access import staff_page
from salter.staff.types import StaffRefused

__all__ = ["employ", "end", "membership", "people", "unit", "units"]


def _tabs(request: HttpRequest, current: str) -> list[tuple[Any, ...]]:
    pages = (("staff", _("People")), ("units", _("Units")))
    return [(label, reverse(request, f"desk:{name}"), name == current) for name, label in pages]


@require_safe
@staff_page("staff.edit")
def people(request: HttpRequest) -> HttpResponse:
    """Everybody who works here."""
    now = timezone.now()
    rows = selectors.list_memberships(request.institution, today=today(request.institution, now))
    return StaffTable(rows, now=now).respond(request, "desk/staff/people.html", {"tabs": _tabs(request, "staff")})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("staff.edit")
def employ(request: HttpRequest) -> HttpResponse:
    """Take on a person who has an account."""
    units = list(selectors.list_units(request.institution))
    if request.method != "POST":
        return page(request, "desk/staff/employ.html", {"form": EmployForm(units=units)})
    return once(request, lambda: _employ(request, EmployForm(request.POST, units=units)))


def _employ(request: HttpRequest, form: EmployForm) -> HttpResponse:
    if form.is_valid():
        user = find_user(email=form.cleaned_data["email"])
        if user is None:
            add_refusal(form, "email", _("No account has this address. The person opens one first."))
        else:
            try:
                services.employ(
                    actor=request.actor,
                    institution=request.institution,
                    user=user,
                    role=form.cleaned_data["role"],
                    unit=form.chosen_unit,
                    starts_on=today(request.institution, timezone.now()),
                )
            except StaffRefused as refusal:
                add_refusal(form, "email", refusal)
            else:
                messages.success(request, _("%(name)s works here from today.") % {"name": user.name})
                return redirect(reverse(request, "desk:staff"))
    return answer(request, "desk/staff/employ.html", {}, form)


def _find(request: HttpRequest, membership: UUID) -> Any:
    found = selectors.find_membership_by_id(request.institution, membership)
    day = today(request.institution, timezone.now())
    if found is None or (found.ends_on is not None and found.ends_on < day):
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("staff.edit")
def membership(request: HttpRequest, membership: UUID) -> HttpResponse:
    """One person's role and unit."""
    found = _find(request, membership)
    if request.method != "POST":
        return _show(request, found)

    def act() -> HttpResponse:
        form = RoleForm(request.POST, units=list(selectors.list_units(request.institution)))
        if form.is_valid():
            try:
                services.change_membership(
                    actor=request.actor,
                    membership=found,
                    role=form.cleaned_data["role"],
                    unit=form.chosen_unit,
                    today=today(request.institution, timezone.now()),
                )
            except StaffRefused as refusal:
                add_refusal(form, "role", refusal)
            else:
                messages.success(request, _("Saved."))
                return redirect(reverse(request, "desk:staff"))
        return _show(request, found, role_form=form)

    return once(request, act)


def _show(request: HttpRequest, found: Any, *, role_form: Any = None, end_form: Any = None) -> HttpResponse:
    day = today(request.institution, timezone.now())
    refused = next((form for form in (role_form, end_form) if form is not None), None)
    initial = {"role": found.role, "unit": str(found.unit_id or "")}
    context = {
        "membership": found,
        "refused": refused,
        "has_second_factor": has_second_factor(found.user),
        "open_cases": cases.cases_visible_to_staff(found).open().filter(assignee=found).count(),
        "role_form": role_form or RoleForm(initial=initial, units=list(selectors.list_units(request.institution))),
        "end_form": end_form or EndForm(initial={"ends_on": found.ends_on or day}),
    }
    return page(request, "desk/staff/membership.html", context, status=422 if refused is not None else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("staff.edit")
def end(request: HttpRequest, membership: UUID) -> HttpResponse:
    """Set a person's last day here."""
    found = _find(request, membership)
    if request.method != "POST":
        return redirect(reverse(request, "desk:membership", membership=found.pk))

    def act() -> HttpResponse:
        form = EndForm(request.POST)
        if form.is_valid():
            try:
                services.end_membership(actor=request.actor, membership=found, ends_on=form.cleaned_data["ends_on"])
            except StaffRefused as refusal:
                add_refusal(form, "ends_on", refusal)
            else:
                messages.success(request, _("The last day of %(name)s is set.") % {"name": found.user.name})
                return redirect(reverse(request, "desk:staff"))
        return _show(request, found, end_form=form)

    return once(request, act)


# ------------------------------------------------------------------ units


def _show_units(request: HttpRequest, form: UnitForm) -> HttpResponse:
    context = {
        "tabs": _tabs(request, "units"),
        "units": list(selectors.list_units(request.institution)),
    }
    return answer(request, "desk/staff/units.html", context, form)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("staff.edit")
def units(request: HttpRequest) -> HttpResponse:
    """The units, and a new one."""
    if request.method != "POST":
        return _show_units(request, UnitForm(institution=request.institution))

    def act() -> HttpResponse:
        form = UnitForm(request.POST, institution=request.institution)
        if form.is_valid():
            try:
                services.add_unit(
                    actor=request.actor,
                    institution=request.institution,
                    code=form.cleaned_data["code"],
                    name=form.texts("name", {}),
                )
            except StaffRefused as refusal:
                add_refusal(form, "code", refusal)
            else:
                messages.success(request, _("Saved."))
                return redirect(reverse(request, "desk:units"))
        return _show_units(request, form)

    return once(request, act)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("staff.edit")
def unit(request: HttpRequest, unit: UUID) -> HttpResponse:
    """Rename a unit."""
    found = selectors.find_unit(request.institution, unit)
    if found is None:
        raise Http404

    def form_of(*data: Any) -> UnitForm:
        return UnitForm(*data, institution=request.institution, unit=found)

    if request.method != "POST":
        return page(request, "desk/staff/unit.html", {"unit": found, "form": form_of()})

    def act() -> HttpResponse:
        form = form_of(request.POST)
        if form.is_valid():
            services.rename_unit(actor=request.actor, unit=found, name=form.texts("name", found.name))
            messages.success(request, _("Saved."))
            return redirect(reverse(request, "desk:units"))
        return answer(request, "desk/staff/unit.html", {"unit": found}, form)

    return once(request, act)
