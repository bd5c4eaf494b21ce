"""The page of a case at the desk and every act on it.

Each act carries the version of the case that its page showed. When a colleague was quicker, the page comes back with
what he wrote above what was typed here, and with the new version, so that it can be sent again.
"""

import copy
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from salter.cases import selectors as cases
from salter.cases import services
from salter.cases.registry import about_kinds
from salter.cases.types import CaseRefused, StaleCase
from salter.desk.forms import AnswerForm, AssignForm, ExtendForm, NoteForm, StepForm
from salter.desk.purposes import record_look
from salter.desk.showing import change_rows, deadline_rows, language_name, thread_rows
from salter.documents import services as documents
from salter.documents.types import FileMissing
from salter.institutions.selectors import today
from salter.lib.texts import pick
from salter.pages.forms import add_refusal, once
from salter.pages.shortcuts import page, reverse
from salter.staff import selectors as staff
from salter.staff.access import staff_page
from salter.staff.rules import may

__all__ = ["answer_case", "assign", "attachment", "case", "extend", "note", "receipt", "step", "take"]

Handler = Callable[[HttpRequest, Any], HttpResponse]


def _find(request: HttpRequest, number: str) -> Any:
    # No number of ours holds a NUL, and the database can't even be asked for one.
    found = cases.find_case_visible_to_staff(request.membership, number) if "\x00" not in number else None
    if found is None:
        raise Http404
    return found


def _to_case(request: HttpRequest, found: Any) -> HttpResponse:
    return redirect(reverse(request, "desk:case", number=found.number))


# ------------------------------------------------------------------ the page


@require_safe
@staff_page("desk.see")
def case(request: HttpRequest, number: str) -> HttpResponse:
    """Show a case with all that belongs to it; the look is recorded."""
    return _show(request, _find(request, number))


def _show(
    request: HttpRequest,
    found: Any,
    *,
    answer_form: AnswerForm | None = None,
    note_form: NoteForm | None = None,
    refused: Any = None,
    stale: StaleCase | None = None,
) -> HttpResponse:
    """Answer with the page of a case; a form that is given replaces the empty one."""
    now = timezone.now()
    role = request.membership.role
    record_look(
        request,
        kind="case",
        subject_id=found.pk,
        ref=found.number,
        party_id=found.party_id,
        purpose=_("Work on case %(number)s") % {"number": found.number},
        now=now,
    )
    # What assigning does by itself isn't a step of its own.
    steps = [one for one in cases.transitions_for(found, role) if not one.on_assign]
    may_handle = may(role, "cases.handle")
    writes_note = note_form is not None or (answer_form is None and request.GET.get("write") == "note")
    deadline = cases.deadline_of(found, now)
    about = about_kinds.get(found.about_kind)
    context = {
        "case": found,
        "rows": thread_rows(request, found, cases.thread(found, for_staff=True)),
        "steps": steps if may_handle else [],
        "chosen_step": request.GET.get("then", ""),
        "deadline": deadline,
        "deadline_sum": deadline_rows(deadline),
        "about": (about.label, found.about_ref) if about else None,
        "own_rows": [(pick(value.label), value.text) for value in cases.own_values(found)],
        "applicant_language": language_name(found.applicant_language),
        "others": _others(request, found),
        "may_handle": may_handle,
        "may_extend": may(role, "cases.assign_others") and found.due_on is not None and found.is_open,
        "may_open_file": may(role, "customers.open"),
        "is_mine": found.assignee_id == request.membership.pk,
        "is_new": "new" in request.GET,
        "writes_note": writes_note,
        "answer_form": answer_form or (_empty_answer(request, found, steps) if may_handle else None),
        "note_form": note_form or NoteForm(initial={"version": found.version}),
        "refused_form": refused,
        "stale": stale,
        "changes": change_rows(stale.changes) if stale else (),
    }
    return page(request, "desk/case.html", context, status=422 if refused is not None or stale is not None else 200)


def _empty_answer(request: HttpRequest, found: Any, steps: list[Any]) -> AnswerForm:
    # The form fills itself from a POST; the page that refuses another form's POST needs it empty.
    as_get = copy.copy(request)
    as_get.method = "GET"
    initial = {"version": found.version, "to_status": request.GET.get("then", "")}
    return AnswerForm(as_get, timezone.now(), steps=steps, initial=initial)


def _others(request: HttpRequest, found: Any) -> list[Any]:
    if found.party_id is None:
        return []
    return list(cases.cases_of_party(request.institution, found.party_id).exclude(pk=found.pk)[:5])


# ------------------------------------------------------------------ acts


def _renewed(form: Any, stale: StaleCase) -> None:
    """Let the form be sent again: it carries the version that its writer sees now."""
    form.data = form.data.copy()
    form.data["version"] = str(stale.version)


def _act(
    request: HttpRequest, number: str, form_of: Callable[[Any], Any], do: Callable[[Any, Any], None], field: str = ""
) -> HttpResponse:
    """Find, parse, act, answer: the course of every act that comes from a form on the page of a case.

    `field` names the form among the arguments of `_show`; a step without words has none. A refused act is shown at its
    own address, so that is where a reader comes back to who switches the language there: he is led to the case.
    """
    found = _find(request, number)
    if request.method != "POST":
        return _to_case(request, found)

    def act() -> HttpResponse:
        form = form_of(found)
        shown = {field: form} if field else {}
        if not form.is_valid():
            return _show(request, found, refused=form, **shown)
        try:
            do(found, form)
        except StaleCase as stale:
            _renewed(form, stale)
            return _show(request, _find(request, found.number), stale=stale, **shown)
        except CaseRefused as refusal:
            add_refusal(form, "text" if field else None, refusal)
            return _show(request, _find(request, found.number), refused=form, **shown)
        return _to_case(request, found)

    return once(request, act)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("cases.handle")
def answer_case(request: HttpRequest, number: str) -> HttpResponse:
    """Write to the customer, with or without a step."""
    now = timezone.now()

    def do(found: Any, form: AnswerForm) -> None:
        services.answer(
            actor=request.actor,
            case=found,
            text=form.cleaned_data["text"],
            to_status=form.cleaned_data["to_status"],
            files=form.files_of("files"),
            expected_version=form.cleaned_data["version"],
            now=now,
        )
        messages.success(request, _("The answer is sent."))

    def form_of(found: Any) -> AnswerForm:
        return AnswerForm(request, now, steps=cases.transitions_for(found, request.membership.role))

    return _act(request, number, form_of, do, "answer_form")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("cases.handle")
def note(request: HttpRequest, number: str) -> HttpResponse:
    """Write a note that the customer doesn't see."""

    def do(found: Any, form: NoteForm) -> None:
        services.add_note(
            actor=request.actor,
            case=found,
            text=form.cleaned_data["text"],
            expected_version=form.cleaned_data["version"],
            now=timezone.now(),
        )

    return _act(request, number, lambda _found: NoteForm(request.POST), do, "note_form")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("cases.handle")
def step(request: HttpRequest, number: str) -> HttpResponse:
    """Take a declared step without words."""

    def do(found: Any, form: StepForm) -> None:
        services.change_status(
            actor=request.actor,
            case=found,
            to_status=form.cleaned_data["to_status"],
            expected_version=form.cleaned_data["version"],
            now=timezone.now(),
        )

    return _act(request, number, lambda _found: StepForm(request.POST), do)


@require_POST
@staff_page("cases.handle")
def take(request: HttpRequest, number: str) -> HttpResponse:
    """Take the case oneself, in one click."""
    found = _find(request, number)
    try:
        services.assign_case(
            actor=request.actor, case=found, assignee=request.membership, unit=found.unit, now=timezone.now()
        )
    except CaseRefused as refusal:
        messages.error(request, str(refusal))
    return _to_case(request, found)


# ------------------------------------------------------------------ acts with a page of their own


def _own_page(
    request: HttpRequest,
    found: Any,
    template: str,
    form_of: Callable[..., Any],
    do: Callable[[Any], None],
    context: dict[str, Any],
    *,
    field: str,
) -> HttpResponse:
    """Show a form and act on it; `field` is where a refusal stands."""
    if request.method != "POST":
        return page(request, template, {"case": found, "form": form_of(), **context})

    def act() -> HttpResponse:
        form = form_of(request.POST)
        more: dict[str, Any] = {}
        if form.is_valid():
            try:
                with transaction.atomic():
                    do(form)
            except StaleCase as stale:
                _renewed(form, stale)
                more = {"stale": stale, "changes": change_rows(stale.changes)}
            except CaseRefused as refusal:
                add_refusal(form, field, refusal)
            else:
                return _to_case(request, found)
        return page(request, template, {"case": found, "form": form, **context, **more}, status=422)

    return once(request, act)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("cases.handle")
def assign(request: HttpRequest, number: str) -> HttpResponse:
    """Give the case to a colleague or a unit, or change how pressing it is."""
    found, now = _find(request, number), timezone.now()
    colleagues = _colleagues(request, found, now)
    units = list(staff.list_units(request.institution))

    def form_of(*data: Any) -> AssignForm:
        initial = {
            "version": found.version,
            "assignee": str(found.assignee_id or ""),
            "unit": str(found.unit_id or ""),
            "priority": found.priority,
        }
        return AssignForm(*data, colleagues=colleagues, units=units, initial=initial)

    def do(form: AssignForm) -> None:
        data = form.cleaned_data
        given = services.assign_case(
            actor=request.actor,
            case=found,
            assignee=next((one for one in colleagues if str(one.pk) == data["assignee"]), None),
            unit=next((one for one in units if str(one.pk) == data["unit"]), None),
            note=data["note"],
            expected_version=data["version"],
            now=now,
        )
        services.set_priority(actor=request.actor, case=given, priority=data["priority"], now=now)

    return _own_page(request, found, "desk/assign.html", form_of, do, {}, field="assignee")


def _colleagues(request: HttpRequest, found: Any, now: datetime) -> list[Any]:
    """To whom this clerk may give the case: himself and whoever has it; a supervisor to all who handle cases."""
    everybody = staff.list_colleagues(institution=request.institution, today=today(request.institution, now))
    able = [one for one in everybody if may(one.role, "cases.handle")]
    if may(request.membership.role, "cases.assign_others"):
        return able
    return [one for one in able if one.pk in (request.membership.pk, found.assignee_id)]


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("cases.assign_others")
def extend(request: HttpRequest, number: str) -> HttpResponse:
    """Move the deadline, once, with a reason that the customer reads."""
    found = _find(request, number)

    def do(form: ExtendForm) -> None:
        services.extend_deadline(
            actor=request.actor,
            case=found,
            due_on=form.cleaned_data["due_on"],
            reason=form.cleaned_data["reason"],
            expected_version=form.cleaned_data["version"],
            now=timezone.now(),
        )

    return _own_page(
        request,
        found,
        "desk/extend.html",
        lambda *data: ExtendForm(*data, initial={"version": found.version}),
        do,
        {},
        field="due_on",
    )


# ------------------------------------------------------------------ papers


@require_safe
@staff_page("desk.see")
def attachment(request: HttpRequest, number: str, attachment: UUID) -> HttpResponse:
    """Hand out a file of the case; the look at the case is recorded."""
    found = cases.find_attachment_visible_to_staff(request.membership, _find(request, number).number, attachment)
    if found is None:
        raise Http404
    record_look(
        request,
        kind="case",
        subject_id=found.case.pk,
        ref=found.case.number,
        party_id=found.case.party_id,
        purpose=_("Work on case %(number)s") % {"number": found.case.number},
        now=timezone.now(),
    )
    try:
        return documents.response(found.file)  # type: ignore[return-value]
    except FileMissing:
        raise Http404 from None


@require_safe
@staff_page("desk.see")
def receipt(request: HttpRequest, number: str) -> HttpResponse:
    """Print the receipt for somebody at the window, in his language."""
    found = _find(request, number)
    language = found.applicant_language or request.institution.default_language
    return documents.generated(services.receipt_pdf(found, language), f"{found.number}.pdf".replace("/", "-"))
