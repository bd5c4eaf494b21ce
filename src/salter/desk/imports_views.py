"""Bulk loads at the desk: hand over a file, say which column is which, try, load, see what was refused."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from salter.audit import services as audit
from salter.desk.imports_forms import ColumnsForm, FileForm
from salter.desk.imports_tables import JobTable, finding_table, job_band, preview_table
from salter.imports import registry, selectors, services
from salter.imports.types import ColumnsMissing, ImportRefused, JobState, Phase
from salter.pages.forms import add_refusal, answer, once
from salter.pages.shortcuts import fragment, page, reverse
from salter.staff.access import staff_page

__all__ = ["import_again", "import_columns", "import_job", "import_new", "imports", "refused_rows"]


@require_safe
@staff_page("imports.run")
def imports(request: HttpRequest) -> HttpResponse:
    """List what was loaded."""
    table = JobTable(selectors.list_jobs(request.institution).select_related("institution"))
    return table.respond(request, "desk/imports/list.html")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("imports.run")
def import_new(request: HttpRequest) -> HttpResponse:
    """Take a file; nothing is loaded by it."""
    registers = selectors.list_registers(request.institution)
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = FileForm(*sent, registers=registers)
    if sent and form.is_valid():
        return once(request, lambda: _prepare(request, form))
    return answer(request, "desk/imports/new.html", {}, form)


def _prepare(request: HttpRequest, form: FileForm) -> HttpResponse:
    try:
        job = services.prepare(
            actor=request.actor,
            institution=request.institution,
            register=form.cleaned_data["register"],
            file=form.cleaned_data["file"],
            now=timezone.now(),
        )
    except ImportRefused as refusal:
        add_refusal(form, "file", refusal)
        return answer(request, "desk/imports/new.html", {}, form)
    return redirect(reverse(request, "desk:import_columns", job=job.pk))


def _find(request: HttpRequest, job: UUID) -> Any:
    found = selectors.find_job(request.institution, job)
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("imports.run")
def import_columns(request: HttpRequest, job: UUID) -> HttpResponse:
    """Show the file's columns and first rows, take the mapping, and put the load into the queue."""
    found = _find(request, job)
    if found.state != JobState.PREPARING:
        return redirect(reverse(request, "desk:import_job", job=found.pk))
    profiles = list(selectors.list_profiles(request.institution, found.register))
    chosen = next((p for p in profiles if str(p.pk) == request.GET.get("profile")), None)
    try:
        sight = selectors.look_at(found, chosen)
    except ImportRefused as refusal:
        return page(request, "desk/imports/unreadable.html", {"job": found, "refusal": str(refusal)}, status=422)
    declared = registry.get(found.register)
    profile = sight.profile
    first = ColumnsForm.first_choices(
        sight.positions, profile.options if profile else found.options, profile.name if profile else ""
    )
    sent = (request.POST,) if request.method == "POST" else ()
    form = ColumnsForm(*sent, initial=first, register=declared, header=sight.header)
    context = {
        "job": found,
        "register": declared,
        "sight": sight,
        "profiles": [(p.name, f"?profile={p.pk}", profile is not None and p.pk == profile.pk) for p in profiles],
        "preview": preview_table(sight.header, sight.rows, sight.personal).bind(request),
    }
    if sent and form.is_valid():
        return once(request, lambda: _start(request, found, form, context))
    return answer(request, "desk/imports/columns.html", context, form)


def _start(request: HttpRequest, job: Any, form: ColumnsForm, context: dict[str, Any]) -> HttpResponse:
    try:
        services.start(
            actor=request.actor,
            job=job,
            mapping=form.mapping(),
            options=form.options(),
            profile_name=form.cleaned_data["profile_name"],
            dry_run=request.POST.get("act") != "load",
            now=timezone.now(),
        )
    except ColumnsMissing as refusal:
        form.say_missing(refusal)
        return answer(request, "desk/imports/columns.html", context, form)
    except ImportRefused as refusal:
        add_refusal(form, None, refusal)
        return answer(request, "desk/imports/columns.html", context, form)
    return redirect(reverse(request, "desk:import_job", job=job.pk))


@require_safe
@staff_page("imports.run")
def import_job(request: HttpRequest, job: UUID) -> HttpResponse:
    """Show how far a load is, and in the end what became of it."""
    found = _find(request, job)
    if found.state == JobState.PREPARING:
        return redirect(reverse(request, "desk:import_columns", job=found.pk))
    context = {
        "job": found,
        "register": registry.find(found.register),
        "state": job_band(found),
        "phase": Phase(found.phase).label if found.phase else "",
    }
    if not found.is_finished:
        if request.htmx:  # type: ignore[attr-defined]
            return fragment(request, "desk/imports/job.html", "progress", context)
        return page(request, "desk/imports/job.html", context)
    if request.htmx and request.headers.get("HX-Target") == "progress":  # type: ignore[attr-defined]
        # The bar is at its end: the page as a whole is another one now.
        return HttpResponse(headers={"HX-Refresh": "true"})
    context["refusal"] = selectors.refusal(found)
    table = finding_table(found)
    if found.rows_refused or found.result.get("warnings"):
        audit.record(
            actor=request.actor,
            action="desk.refused_rows_read",
            institution_id=request.institution.pk,
            subject_kind="import_job",
            subject_id=found.pk,
            subject_ref=found.file_name,
        )
    return table.respond(request, "desk/imports/job.html", context)


@require_POST
@staff_page("imports.run")
def import_again(request: HttpRequest, job: UUID) -> HttpResponse:
    """Take the file of an earlier load once more: for real after a try, or with other columns."""
    found = _find(request, job)

    def act() -> HttpResponse:
        now = timezone.now()
        try:
            fresh = services.again(actor=request.actor, job=found, now=now)
            if request.POST.get("act") == "load":
                services.start(
                    actor=request.actor,
                    job=fresh,
                    mapping=fresh.mapping,
                    options=fresh.options,
                    profile_name="",
                    dry_run=False,
                    now=now,
                )
        except ImportRefused as refusal:
            return page(request, "desk/imports/unreadable.html", {"job": found, "refusal": str(refusal)}, status=422)
        return redirect(reverse(request, "desk:import_job", job=fresh.pk))

    return once(request, act)


@require_safe
@staff_page("imports.run")
def refused_rows(request: HttpRequest, job: UUID) -> Any:
    """Hand out the refused rows as CSV, to be corrected and loaded again."""
    found = _find(request, job)
    audit.record(
        actor=request.actor,
        action="desk.refused_rows_export",
        institution_id=request.institution.pk,
        subject_kind="import_job",
        subject_id=found.pk,
        subject_ref=found.file_name,
        payload={"rows": found.rows_refused},
    )
    name = found.file_name.rpartition(".")[0] or found.file_name
    return StreamingHttpResponse(
        (part.encode() for part in selectors.refused_csv(found)),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": content_disposition_header(True, _("%(file)s – refused rows.csv") % {"file": name})
        },
    )
