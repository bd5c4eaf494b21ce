"""The customer's pages: his cases, a new one, the page of one with its conversation, receipt and files."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from salter.cases import registry, selectors, services
from salter.cases.forms import KindForm, ReplyForm, size_text
from salter.cases.models import Case, Kind
from salter.cases.tables import CaseTable, case_band
from salter.cases.types import Author, CaseRefused, Channel, FieldErrors, WaitsFor
from salter.documents import services as documents
from salter.documents.types import FileMissing
from salter.institutions import selectors as institutions
from salter.lib.dates import format_date, format_datetime, format_weekday, relative_days
from salter.lib.texts import pick
from salter.pages.forms import add_refusal, once
from salter.pages.shortcuts import page, reverse
from salter.parties.access import customer_page

__all__ = ["attachment", "case", "case_list", "choose", "new_case", "receipt", "reply", "withdraw"]


@require_safe
@customer_page("see")
def case_list(request: HttpRequest) -> HttpResponse:
    """Every case of the one for whom the reader acts (EK-25)."""
    rows = selectors.list_cases_of_party(request.acting.party)
    return CaseTable(rows, institution=request.institution, now=timezone.now()).respond(
        request, "cases/list.html", {"may_act": request.acting.may("act")}
    )


@require_safe
@customer_page("act")
def choose(request: HttpRequest) -> HttpResponse:
    """Which kind it is. Another page that knows already sends on: `?kind=complaint&about=invoice:2026-02-1`."""
    kinds = list(selectors.kinds_for_customers(request.institution))
    about = request.GET.get("about", "")
    wanted = next((kind for kind in kinds if kind.code == request.GET.get("kind", "")), None)
    about_kind = about.partition(":")[0]
    if about_kind and (wanted is None or about_kind not in wanted.about_kinds):
        wanted = next((kind for kind in kinds if about_kind in kind.about_kinds), wanted)
    if wanted is not None:
        known = {name: request.GET[name] for name in ("about", "customer") if request.GET.get(name)}
        query = f"?{urlencode(known)}" if known else ""
        return redirect(reverse(request, "cases:new", kind=wanted.code) + query)
    return page(request, "cases/choose.html", {"kinds": kinds, "emergency": _emergency(request)})


def _emergency(request: HttpRequest) -> dict[str, Any] | None:
    contacts = request.institution.contacts
    phone = contacts.get("emergency_phone", "")
    if not phone:
        return None
    default = request.institution.default_language
    return {
        "phone": phone,
        "text": pick(contacts.get("emergency_text"), default=default) or _("Leave the place and call us at once."),
        "note": pick(contacts.get("emergency_note"), default=default),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page("act")
def new_case(request: HttpRequest, kind: str) -> HttpResponse:
    """The form of a kind; of a fault, first the number to call when somebody is in danger."""
    found = selectors.find_kind(request.institution, kind)
    if found is None or not found.is_offered:
        raise Http404
    if request.method == "POST":
        return once(request, lambda: _open(request, found))
    emergency = _emergency(request) if found.emergency_first else None
    if emergency and "no-danger" not in request.GET:
        return page(request, "cases/danger.html", {"kind": found, "emergency": emergency})
    initial = {"about": request.GET.get("about", ""), "customer": request.GET.get("customer", "")}
    return _form_page(request, found, _kind_form(request, found, initial=initial))


def _kind_form(request: HttpRequest, kind: Kind, **kwargs: Any) -> KindForm:
    now = timezone.now()
    acting = request.acting
    return KindForm(
        request, now, kind=kind, party=acting.party, customers=acting.customers,
        today=institutions.today(request.institution, now), **kwargs,
    )  # fmt: skip


def _form_page(request: HttpRequest, kind: Kind, form: KindForm) -> HttpResponse:
    context = {
        "form": form,
        "kind": kind,
        "emergency": _emergency(request) if kind.emergency_first else None,
        "promise": pick(kind.deadline_texts, default=request.institution.default_language),
    }
    return page(request, "cases/new.html", context, status=422 if form.is_bound else 200)


def _open(request: HttpRequest, kind: Kind) -> HttpResponse:
    form = _kind_form(request, kind)
    if not form.is_valid():
        return _form_page(request, kind, form)
    try:
        opened = services.open_case(
            actor=request.actor,
            institution=request.institution,
            kind=kind,
            party=request.acting.party,
            customer=form.customer,
            subject=form.cleaned_data.get("subject", ""),
            text=form.cleaned_data["text"],
            fields=form.values,
            files=form.files_of("files"),
            field_files=form.own_files,
            about=form.about,
            channel=Channel.WEB,
            now=form.now,
        )
    except FieldErrors as refusal:
        for name, sentence in refusal.errors.items():
            add_refusal(form, f"own_{name}", sentence)
        return _form_page(request, kind, form)
    except CaseRefused as refusal:
        add_refusal(form, "text", refusal)
        return _form_page(request, kind, form)
    messages.success(request, _("We have received it. The number is %(number)s.") % {"number": opened.number})
    return redirect(reverse(request, "cases:case", number=opened.number))


# ------------------------------------------------------------------ one case


def _find(request: HttpRequest, number: str) -> Case:
    found = selectors.find_case_visible_to_party(request.acting.party, number)
    if found is None:
        raise Http404
    return found


@require_safe
@customer_page("see")
def case(request: HttpRequest, number: str) -> HttpResponse:
    """How far a case has come, what was said, until when, and what the reader can do."""
    found = _find(request, number)
    return _case_page(request, found, ReplyForm(request, timezone.now()))


@require_POST
@customer_page("act")
def reply(request: HttpRequest, number: str) -> HttpResponse:
    """The customer's words in his case."""
    found = _find(request, number)
    return once(request, lambda: _reply(request, found))


def _reply(request: HttpRequest, found: Case) -> HttpResponse:
    form = ReplyForm(request, timezone.now())
    if form.is_valid():
        try:
            services.add_message(
                actor=request.actor,
                case=found,
                text=form.cleaned_data["text"],
                files=form.files_of("files"),
                now=form.now,
            )
        except CaseRefused as refusal:
            add_refusal(form, "text", refusal)
        else:
            messages.success(request, _("Your answer is sent."))
            return redirect(reverse(request, "cases:case", number=found.number))
    return _case_page(request, found, form)


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page("act")
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """Take a case back, after one question. Only where its kind lets the customer do it."""
    found = _find(request, number)
    step = _withdrawal(found)
    if step is None:
        raise Http404
    if request.method != "POST":
        return page(request, "cases/withdraw.html", {"case": found})
    return once(request, lambda: _withdraw(request, found, step.to_status.code))


def _withdrawal(found: Case) -> Any:
    steps = selectors.transitions_for(found, "customer")
    return next((step for step in steps if not step.to_status.is_open and not step.on_reply), None)


def _withdraw(request: HttpRequest, found: Case, to_status: str) -> HttpResponse:
    try:
        services.change_status(actor=request.actor, case=found, to_status=to_status, now=timezone.now())
        messages.success(request, _("The request %(number)s is withdrawn.") % {"number": found.number})
    except CaseRefused as refusal:
        messages.error(request, str(refusal))
    return redirect(reverse(request, "cases:case", number=found.number))


@require_safe
@customer_page("see")
def receipt(request: HttpRequest, number: str) -> HttpResponse:
    """The receipt as PDF, in the reader's language."""
    found = _find(request, number)
    content = services.receipt_pdf(found, get_language() or request.institution.default_language)
    return documents.generated(content, f"{found.number}.pdf".replace("/", "-"))


@require_safe
@customer_page("see")
def attachment(request: HttpRequest, number: str, attachment: Any) -> HttpResponse:
    """A file of the case, as a download."""
    found = selectors.find_attachment_visible_to_party(request.acting.party, number, attachment)
    if found is None:
        raise Http404
    try:
        return documents.response(found.file)  # type: ignore[return-value]
    except FileMissing:
        raise Http404 from None


# ------------------------------------------------------------------ what the page shows


def _case_page(request: HttpRequest, found: Case, form: ReplyForm) -> HttpResponse:
    now = timezone.now()
    items = selectors.thread(found, user_id=request.user.pk)
    may_act = request.acting.may("act")
    waits = found.is_open and found.status.waits_for == WaitsFor.CUSTOMER
    asked = [item.message for item in items if item.message and item.message.author == Author.STAFF]
    can_write = found.is_open or selectors.is_reopened_by_reply(found)
    context = {
        "case": found,
        "band": case_band(found),
        # A refused form is shown in any case, with the words that were typed.
        "form": form if (may_act and can_write) or form.is_bound else None,
        "may_act": may_act,
        "waits": waits,
        "asked": selectors.excerpt(asked[-1].text) if waits and asked else "",
        "steps": [_step(step, waits) for step in selectors.steps_of(found, items)],
        "thread": [_item(request, found, item) for item in _told(items)],
        "files": [_file(request, found, one) for item in items for one in item.attachments],
        "deadline": _deadline(found, now),
        "facts": _facts(request, found),
        "looks": [(look.actor_name, _joined(_moment(look.at), look.purpose)) for look in selectors.looks_at(found)],
        "can_withdraw": may_act and _withdrawal(found) is not None,
    }
    return page(request, "cases/case.html", context, status=422 if form.is_bound else 200)


def _told(items: list[selectors.ThreadItem]) -> list[selectors.ThreadItem]:
    """What a customer needs to read: a step that came with words or with a new clerk is told by those already."""
    other = {item.at for item in items if item.message is not None or (item.entry and item.entry.to_status is None)}
    return [item for item in items if item.entry is None or item.entry.to_status is None or item.at not in other]


def _step(step: selectors.CaseStep, waits: bool) -> tuple[str, str, str]:
    label = _("Waiting for your answer") if step.state == "now" and waits else pick(step.label)
    if step.state == "todo":
        small = _("by %(day)s") % {"day": format_date(step.until)} if step.until else ""
        return label, small, "next"
    small = _moment(step.at) if step.at else ""
    return label, _joined(small, step.who), step.state


def _item(request: HttpRequest, found: Case, item: selectors.ThreadItem) -> dict[str, Any]:
    if item.message is None:
        return {"event": _joined(_moment(item.at), _event(item.entry))}
    message = item.message
    is_me = message.author_user_id == request.user.pk and message.author == Author.CUSTOMER
    failed = any(line.failed for line in item.deliveries)
    return {
        "name": _("You") if is_me else message.author_name,
        "person": message.author_name,
        "when": _moment(message.created_at),
        "kind": "mine" if item.is_mine else "theirs",
        "note": "" if message.channel == Channel.WEB else message.get_channel_display(),
        "text": message.text,
        "files": [_file(request, found, one) for one in item.attachments],
        "delivery": [(line.icon, line.words, line.failed) for line in item.deliveries],
        "cure": (_("Check your e-mail and phone"), reverse(request, "accounts:security")) if failed else None,
    }


def _event(entry: Any) -> str:
    """What happened, for the customer: the new state, who has it, the new day; never what staff remarked."""
    if entry.what == "assigned":
        name, unit = entry.details.get("to", ""), pick(entry.details.get("unit_name") or {})
        if name:
            return _("%(name)s has your request now") % {"name": name}
        return _("passed on to %(unit)s") % {"unit": unit} if unit else _("waits to be taken over")
    if entry.what == "deadline":
        return selectors.text_of_change(entry)
    return pick(entry.to_status.labels)


def _file(request: HttpRequest, found: Case, attached: Any) -> tuple[str, str, str]:
    address = reverse(request, "cases:attachment", number=found.number, attachment=attached.pk)
    return attached.file.name, size_text(attached.file.size), address


def _moment(at: datetime) -> str:
    return format_datetime(timezone.localtime(at))


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _deadline(found: Case, now: datetime) -> dict[str, Any] | None:
    view = selectors.deadline_of(found, now)
    if view is None:
        return None
    when = _moment(view.due_at) if view.due_at else format_weekday(view.due_on)
    left = "" if not found.is_open else relative_days(view.days_left)
    usual = selectors.usual_days(found.kind)
    return {
        "when": when,
        "left": left,
        "late": view.is_over,
        "sum": [
            (step.label, _moment(step.at) if step.at else format_date(step.on) if step.on else "")
            for step in view.steps
        ],
        "usual": usual,
    }


def _facts(request: HttpRequest, found: Case) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = [
        (_("Kind"), pick(found.kind.names)),
        (_("For"), found.applicant_name),
    ]
    if found.customer is not None:
        rows.append((_("Customer number"), found.customer.number))
    about = registry.about_kinds.get(found.about_kind)
    if about is not None:
        rows.append((about.label, found.about_ref, about.url(request, found.about_ref)))
    rows += [(pick(value.label), value.text) for value in selectors.own_values(found)]
    rows.append((_("Handled by"), found.assignee.user.name if found.assignee else ""))
    if found.unit is not None:
        rows.append((_("Office"), pick(found.unit.name)))
    return rows
