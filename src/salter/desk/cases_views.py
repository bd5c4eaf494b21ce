"""The clerk's cases: work list, the page of a case, a case opened for somebody at the window."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Value
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from salter.cases import selectors as cases
from salter.cases import services
from salter.cases.types import CaseRefused, Channel, FieldErrors, StaleCase
from salter.desk.forms import AnswerForm, AssignForm, ExtendForm, NoteForm, StepForm, WalkInForm
from salter.desk.purposes import record_look
from salter.desk.showing import deadline_rows, language_name, look_rows, thread_rows
from salter.desk.tables import WorkTable
from salter.documents import services as documents
from salter.documents.types import FileRefused
from salter.institutions.selectors import today
from salter.lib.texts import pick
from salter.pages.forms import add_refusal, answer, once
from salter.pages.shortcuts import page, reverse
from salter.parties import selectors as parties
from salter.staff import rules as staff_rules
from salter.staff import selectors as staff
from salter.staff.access import staff_page

__all__ = [
    "answer_case", "assign", "attachment", "case", "extend", "new_case", "note", "receipt", "step", "take", "work_list",
]  # fmt: skip


def _queue_labels() -> dict[str, str]:
    return {
        "mine": _("Mine"),
        "unit": _("My unit's"),
        "unassigned": _("Unassigned"),
        "due_soon": _("Due soon"),
        "overdue": _("Overdue"),
        "waiting": _("Waiting for the customer"),
        "all": _("All open"),
    }


@require_GET
@staff_page("desk.see")
def work_list(request: HttpRequest) -> HttpResponse:
    """Show one list of open cases with the counts of all."""
    day = today(request.institution, timezone.now())
    labels = _queue_labels()
    name = request.GET.get("list", "mine")
    name = name if name in labels else "mine"
    counts = cases.queue_counts(request.membership, day)
    table = WorkTable(
        cases.queue(request.membership, name, day).with_names().annotate(institution_today=Value(day)),
        title=labels[name],
    )
    here = reverse(request, "desk:work_list")
    tabs = [
        (label, f"{here}?list={code}", code == name, counts[code], code == "overdue") for code, label in labels.items()
    ]
    return table.respond(request, "desk/work_list.html", {"tabs": tabs, "list": name})


def _find(request: HttpRequest, number: str) -> Any:
    found = cases.find_case_visible_to_staff(request.membership, number)
    if found is None:
        raise Http404
    return found


def _show(request: HttpRequest, case: Any, *, status: int = 200, **forms: Any) -> HttpResponse:
    """Answer with the page of a case; `forms` replace the empty ones after a refusal."""
    now = timezone.now()
    steps = cases.transitions_for(case, request.membership.role)
    may_handle = staff_rules.may(request.membership.role, "cases.handle")
    items = cases.thread(case, for_staff=True)
    deadline = cases.deadline_of(case, now)
    colleagues = [
        m
        for m in staff.list_colleagues(institution=request.institution, today=today(request.institution, now))
        if staff_rules.may(m.role, "cases.handle")
    ]
    fresh = {"version": case.version}
    context = {
        "case": case,
        "rows": thread_rows(request, case, items),
        "steps": steps,
        "plain_steps": [one for one in steps if not one.asks_answer],
        "deadline": deadline,
        "own_rows": [(pick(value.label), value.text) for value in cases.own_values(case)],
        "look_rows": look_rows(cases.looks_at(case)),
        "applicant_language": language_name(case.applicant_language),
        "deadline_sum": deadline_rows(deadline),
        "others": _others(request, case),
        "may_handle": may_handle,
        "may_extend": staff_rules.may(request.membership.role, "cases.assign_others") and case.due_on and case.is_open,
        "is_mine": case.assignee_id == request.membership.pk,
        "answer_form": AnswerForm(steps=steps, initial=fresh),
        "note_form": NoteForm(initial=fresh),
        "assign_form": AssignForm(
            colleagues=colleagues,
            units=list(staff.list_units(request.institution)),
            initial=fresh | {"assignee": str(case.assignee_id or ""), "unit": str(case.unit_id or "")},
        ),
        "extend_form": ExtendForm(initial=fresh),
        "changes": (),
    } | forms
    return page(request, "desk/case.html", context, status=status)


def _others(request: HttpRequest, case: Any) -> list[Any]:
    if case.party_id is None:
        return []
    found = cases.cases_of_party(request.institution, case.party_id).with_names().exclude(pk=case.pk)
    return list(found.order_by("-opened_at")[:5])


@require_GET
@staff_page("desk.see")
def case(request: HttpRequest, number: str) -> HttpResponse:
    """Show a case with all that belongs to it; the look is recorded."""
    found = _find(request, number)
    record_look(
        request,
        kind="case",
        subject_id=found.pk,
        ref=found.number,
        party_id=found.party_id,
        purpose=_("Work on case %(number)s") % {"number": found.number},
        now=timezone.now(),
    )
    return _show(request, found)


def _refuse(request: HttpRequest, found: Any, name: str, form: Any, refusal: Exception) -> HttpResponse:
    """Show the page again with what was typed; a second clerk sees what the first one wrote, and may send again."""
    context: dict[str, Any] = {name: form}
    if isinstance(refusal, StaleCase):
        form.data = form.data.copy()
        form.data["version"] = str(refusal.version)
        found = _find(request, found.number)
        context["changes"] = refusal.changes
        context["stale"] = str(refusal)
    field = "text" if "text" in form.fields else next(iter(form.visible_fields()), None)
    add_refusal(form, field if isinstance(field, str) else (field.name if field else None), refusal)
    context["refused_form"] = form
    return _show(request, found, status=422, **context)


def _act(request: HttpRequest, number: str, name: str, form_of: Any, do: Any) -> HttpResponse:
    """Find, parse, act, answer: the course of every act on the page of a case."""
    found = _find(request, number)
    form = form_of(found)
    if not form.is_valid():
        return _show(request, found, status=422, **{name: form, "refused_form": form})

    def act() -> HttpResponse:
        try:
            do(found, form.cleaned_data)
        except (CaseRefused, FileRefused) as refusal:
            return _refuse(request, found, name, form, refusal)
        return redirect(reverse(request, "desk:case", number=found.number))

    return once(request, act)


@require_POST
@staff_page("cases.handle")
def answer_case(request: HttpRequest, number: str) -> HttpResponse:
    """Write to the customer, with or without a step."""
    now = timezone.now()

    def do(found: Any, data: dict[str, Any]) -> None:
        files = [
            documents.store_file(
                actor=request.actor, institution=request.institution, name=file.name, content=file, now=now
            )
            for file in request.FILES.getlist("files")
        ]
        services.answer(
            actor=request.actor,
            case=found,
            text=data["text"],
            to_status=data["to_status"],
            files=files,
            expected_version=data["version"],
            now=now,
        )
        messages.success(request, _("Sent. The customer has been told."))

    return _act(
        request,
        number,
        "answer_form",
        lambda found: AnswerForm(
            request.POST, request.FILES, steps=cases.transitions_for(found, request.membership.role)
        ),
        do,
    )


@require_POST
@staff_page("cases.handle")
def note(request: HttpRequest, number: str) -> HttpResponse:
    """Write a note that the customer doesn't see."""

    def do(found: Any, data: dict[str, Any]) -> None:
        services.add_note(
            actor=request.actor, case=found, text=data["text"], expected_version=data["version"], now=timezone.now()
        )

    return _act(request, number, "note_form", lambda _found: NoteForm(request.POST), do)


@require_POST
@staff_page("cases.handle")
def step(request: HttpRequest, number: str) -> HttpResponse:
    """Take a declared step without words."""

    def do(found: Any, data: dict[str, Any]) -> None:
        services.change_status(
            actor=request.actor,
            case=found,
            to_status=data["to_status"],
            expected_version=data["version"],
            now=timezone.now(),
        )

    return _act(request, number, "step_form", lambda _found: StepForm(request.POST), do)


def _assign_form(request: HttpRequest) -> Any:
    day = today(request.institution, timezone.now())
    colleagues = [
        m
        for m in staff.list_colleagues(institution=request.institution, today=day)
        if staff_rules.may(m.role, "cases.handle")
    ]
    return AssignForm(request.POST, colleagues=colleagues, units=list(staff.list_units(request.institution)))


@require_POST
@staff_page("cases.handle")
def assign(request: HttpRequest, number: str) -> HttpResponse:
    """Give the case to a colleague or a unit."""

    def do(found: Any, data: dict[str, Any]) -> None:
        day = today(request.institution, timezone.now())
        colleagues = {str(m.pk): m for m in staff.list_colleagues(institution=request.institution, today=day)}
        units = {str(u.pk): u for u in staff.list_units(request.institution)}
        services.assign_case(
            actor=request.actor,
            case=found,
            assignee=colleagues.get(data["assignee"]),
            unit=units.get(data["unit"]),
            expected_version=data["version"],
            now=timezone.now(),
        )

    return _act(request, number, "assign_form", lambda _found: _assign_form(request), do)


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
    return redirect(reverse(request, "desk:case", number=found.number))


@require_POST
@staff_page("cases.assign_others")
def extend(request: HttpRequest, number: str) -> HttpResponse:
    """Move the deadline, once, with a reason that the customer reads."""

    def do(found: Any, data: dict[str, Any]) -> None:
        services.extend_deadline(
            actor=request.actor,
            case=found,
            due_on=data["due_on"],
            reason=data["reason"],
            expected_version=data["version"],
            now=timezone.now(),
        )

    return _act(request, number, "extend_form", lambda _found: ExtendForm(request.POST), do)


@require_GET
@staff_page("desk.see")
def attachment(request: HttpRequest, number: str, attachment: UUID) -> HttpResponse:
    """Hand out a file of the case."""
    found = cases.find_attachment_visible_to_staff(request.membership, number, attachment)
    if found is None:
        raise Http404
    return documents.response(found.file)


@require_GET
@staff_page("desk.see")
def receipt(request: HttpRequest, number: str) -> HttpResponse:
    """Print the receipt for somebody at the window, in his language."""
    found = _find(request, number)
    content = services.receipt_pdf(found, found.applicant_language or request.LANGUAGE_CODE)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{found.number.replace("/", "-")}.pdf"'
    return response


@require_http_methods(["GET", "POST"])
@staff_page("cases.handle")
def new_case(request: HttpRequest, party: UUID) -> HttpResponse:
    """Open a case for a customer who stands at the window or calls (VC-16)."""
    whose = parties.find_party(institution=request.institution, party_id=party)
    if whose is None:
        raise Http404
    kinds = list(cases.kinds_for_staff(request.institution))
    form = WalkInForm(request.POST or None, kinds=kinds)

    def act() -> HttpResponse:
        data = form.cleaned_data
        channel = Channel(data["channel"])
        try:
            opened = services.open_case(
                actor=request.actor.as_role("staff", channel.value),
                institution=request.institution,
                kind=next(kind for kind in kinds if kind.code == data["kind"]),
                party=whose,
                customer=parties.customers_of(whose).first(),
                text=data["text"],
                subject=data["subject"],
                channel=channel,
                priority=data["priority"],
                now=timezone.now(),
            )
        except FieldErrors as refusal:
            for sentence in refusal.errors.values():
                add_refusal(form, None, sentence)
            return answer(request, "desk/new_case.html", {"party": whose}, form)
        except CaseRefused as refusal:
            add_refusal(form, "text", refusal)
            return answer(request, "desk/new_case.html", {"party": whose}, form)
        messages.success(request, _("Case %(number)s is open.") % {"number": opened.number})
        return redirect(reverse(request, "desk:case", number=opened.number))

    if form.is_bound and form.is_valid():
        return once(request, act)
    return answer(request, "desk/new_case.html", {"party": whose, "kind_names": [pick(k.names) for k in kinds]}, form)
