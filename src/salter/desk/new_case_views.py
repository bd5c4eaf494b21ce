"""A case opened for somebody who stands at the window, calls or writes (VC-16): first the kind, then its own form."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from salter.cases import selectors as cases
from salter.cases import services
from salter.cases.types import CaseRefused, Channel, FieldErrors
from salter.desk.forms import WalkInForm
from salter.desk.purposes import open_file, purpose_of
from salter.institutions.selectors import today
from salter.lib.texts import pick
from salter.pages.forms import add_refusal, once
from salter.pages.shortcuts import page, reverse
from salter.parties import selectors as parties
from salter.staff.access import staff_page

__all__ = ["choose", "new_case"]


def _whose(request: HttpRequest, party: UUID | None) -> Any:
    """Return the customer, or None for somebody whom the register doesn't know."""
    if party is None:
        return None
    found = parties.find_party(institution=request.institution, party_id=party)
    if found is None:
        raise Http404
    return found


def _gate(request: HttpRequest, whose: Any) -> HttpResponse | None:
    """A customer's data stand on the form as well, so the file is opened first, with its purpose."""
    if whose is None or purpose_of(request, whose.pk, timezone.now()):
        return None
    return redirect(reverse(request, "desk:customer", party=whose.pk))


def _frame(whose: Any) -> dict[str, Any]:
    return {"party": whose, "of_party": {"party": whose.pk} if whose else {}}


@require_safe
@staff_page("cases.handle")
def choose(request: HttpRequest, party: UUID | None = None) -> HttpResponse:
    """Which kind it is."""
    whose = _whose(request, party)
    kinds = cases.kinds_for_staff(request.institution)
    return _gate(request, whose) or page(request, "desk/choose_kind.html", {"kinds": kinds, **_frame(whose)})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("cases.handle")
def new_case(request: HttpRequest, kind: str, party: UUID | None = None) -> HttpResponse:
    """The form of a kind, as customers have it, with the way it came in."""
    whose = _whose(request, party)
    found = cases.find_kind(request.institution, kind)
    if found is None:
        raise Http404
    if closed := _gate(request, whose):
        return closed
    if request.method == "POST":
        return once(request, lambda: _open(request, found, whose))
    return _form_page(request, found, whose, _form(request, found, whose))


def _form(request: HttpRequest, kind: Any, whose: Any) -> WalkInForm:
    now = timezone.now()
    return WalkInForm(
        request,
        now,
        kind=kind,
        party=whose,
        customers=list(parties.customers_of(whose)) if whose else [],
        today=today(request.institution, now),
    )


def _form_page(request: HttpRequest, kind: Any, whose: Any, form: WalkInForm) -> HttpResponse:
    contacts = request.institution.contacts
    context = {
        "form": form,
        "kind": kind,
        "promise": pick(kind.deadline_texts, default=request.institution.default_language),
        "emergency": contacts.get("emergency_phone", "") if kind.emergency_first else "",
        "emergency_text": pick(contacts.get("emergency_text"), default=request.institution.default_language),
        **_frame(whose),
    }
    return page(request, "desk/new_case.html", context, status=422 if form.is_bound else 200)


def _open(request: HttpRequest, kind: Any, whose: Any) -> HttpResponse:
    form = _form(request, kind, whose)
    if not form.is_valid():
        return _form_page(request, kind, whose, form)
    channel = Channel(form.cleaned_data["channel"])
    try:
        opened = services.open_case(
            actor=request.actor.as_role("staff", channel.value),
            institution=request.institution,
            kind=kind,
            party=whose,
            customer=form.customer,
            applicant=form.applicant,
            subject=form.cleaned_data.get("subject", ""),
            text=form.cleaned_data["text"],
            fields=form.values,
            files=form.files_of("files"),
            field_files=form.own_files,
            about=form.about,
            channel=channel,
            priority=form.cleaned_data["priority"],
            now=form.now,
        )
    except FieldErrors as refusal:
        for name, sentence in refusal.errors.items():
            add_refusal(form, f"own_{name}", sentence)
        return _form_page(request, kind, whose, form)
    except CaseRefused as refusal:
        add_refusal(form, "text", refusal)
        return _form_page(request, kind, whose, form)
    # Who opens a case has seen it; its page shall not ask or record a second look.
    open_file(
        request,
        kind="case",
        subject_id=opened.pk,
        ref=opened.number,
        party_id=opened.party_id,
        purpose=_("Work on case %(number)s") % {"number": opened.number},
        now=form.now,
    )
    messages.success(request, _("Case %(number)s is open.") % {"number": opened.number})
    return redirect(reverse(request, "desk:case", number=opened.number) + "?new")
