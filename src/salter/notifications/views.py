"""What was sent to a person and whether it arrived; how he wants to be told; the link that stops mails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages as flash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from salter.accounts.access import signed_in
from salter.notifications import links, selectors, services
from salter.notifications.delivery import fallback_note
from salter.notifications.forms import PreferenceForm
from salter.notifications.menu import unread
from salter.notifications.models import Message
from salter.notifications.secrets import MASK
from salter.notifications.tables import MessageTable
from salter.notifications.types import CHANNEL_LABELS, BadLink, Channel, MessageNotFound, State
from salter.pages.forms import answer, once
from salter.pages.shortcuts import page, reverse

if TYPE_CHECKING:
    from salter.accounts.models import User
    from salter.audit.types import Actor
    from salter.institutions.models import Institution

    class CounterRequest(HttpRequest):
        """What the middlewares have made of a request to a counter; here always of somebody signed in."""

        institution: Institution
        actor: Actor
        user: User


__all__ = ["message", "messages", "preferences", "read_all", "try_again", "unsubscribe"]

# Where the cause of a failure is mended.
_PREFERENCE_CODES = {"muted", "unsubscribed"}
_CORRECTION = {Channel.EMAIL: "accounts:email", Channel.SMS: "accounts:mobile"}


@require_safe
@signed_in
def messages(request: CounterRequest) -> HttpResponse:
    """List everything that was sent to the reader at this counter."""
    table = MessageTable(selectors.messages_visible_to(request.user, request.institution))
    return table.respond(
        request,
        "notifications/messages.html",
        {"unread": unread(request)},
    )


@require_safe
@signed_in
def message(request: CounterRequest, message_id: UUID) -> HttpResponse:
    """Show one message and by which ways it went."""
    found = _find(request, message_id)
    services.mark_read(user=request.user, message=found, now=timezone.now())
    rows = selectors.list_deliveries(found)
    return page(
        request,
        "notifications/message.html",
        {
            "message": found,
            "note": fallback_note(found.wanted_language),
            "action": found.template.texts[found.language]["action"] if found.path else "",
            "deliveries": [_delivery(request, row) for row in rows],
            # The reader wonders about the asterisks.
            "had_secret": MASK in found.body,
        },
    )


def _delivery(request: CounterRequest, row: Message) -> dict[str, Any]:
    line = selectors.delivery_line(row)
    cure = _cure(request, row) if row.state in (State.FAILED, State.SUPPRESSED) else None
    again = (
        reverse(request, "notifications:try_again", message_id=row.pk)
        if cure and row.address and selectors.is_blocked(row.channel, [row.address])
        else ""
    )
    return {"row": row, "line": line, "label": CHANNEL_LABELS[Channel(row.channel)], "cure": cure, "again": again}


def _cure(request: CounterRequest, row: Message) -> tuple[str, str] | None:
    failure = row.failure
    if failure is None:
        return None
    if row.failure_code in _PREFERENCE_CODES:
        return str(failure.cure), reverse(request, "notifications:preferences")
    name = _CORRECTION.get(Channel(row.channel))
    return (str(failure.cure), reverse(request, name)) if name else None


@require_POST
@signed_in
def read_all(request: CounterRequest) -> HttpResponse:
    """Mark everything as read."""
    services.mark_all_read(user=request.user, institution=request.institution, now=timezone.now())
    return redirect(reverse(request, "notifications:list"))


@require_POST
@signed_in
def try_again(request: CounterRequest, message_id: UUID) -> HttpResponse:
    """Lift the block from the address of one's own message, because it works again."""
    row = Message.objects.sent_to(request.user).filter(pk=message_id).first()
    if row is None or not row.address or row.institution_id not in (None, request.institution.pk):
        raise Http404
    if services.try_address_again(actor=request.actor, channel=row.channel, address=row.address, now=timezone.now()):
        flash.success(request, _("We will write to this address again."))
    head = Message.objects.sent_to(request.user).heads().get(notice_id=row.notice_id)
    return redirect(reverse(request, "notifications:message", message_id=head.pk))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def preferences(request: CounterRequest) -> HttpResponse:
    """Choose by which ways one is told."""
    kept = selectors.preference_of(request.user)
    initial = {
        "email": kept.email if kept else True,
        "sms": kept.sms if kept else True,
        "sms_letters": kept.sms_letters if kept else False,
    }
    form = PreferenceForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        return once(request, lambda: _set_preference(request, form))
    return answer(request, "notifications/preferences.html", {}, form)


def _set_preference(request: CounterRequest, form: PreferenceForm) -> HttpResponse:
    services.set_preference(actor=request.actor, user=request.user, now=timezone.now(), **form.cleaned_data)
    flash.success(request, _("Your choice is saved."))
    return redirect(reverse(request, "notifications:preferences"))


# A mail program posts here by itself (RFC 8058) and has no token of ours; the signed link is what it shows instead.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: CounterRequest, token: str) -> HttpResponse:
    """Stop mails. Opening the link changes nothing: programs that look for bad mail open every link."""
    try:
        address, user_id = links.read_unsubscribe(token, request.institution)
    except BadLink as bad:
        return page(request, "notifications/unsubscribe.html", {"refusal": str(bad)}, status=404)
    if request.method == "POST":
        services.unsubscribe(
            actor=request.actor,
            address=address,
            user_id=user_id,
            institution=request.institution,
            now=timezone.now(),
        )
        return page(request, "notifications/unsubscribe.html", {"address": address, "done": True})
    return page(request, "notifications/unsubscribe.html", {"address": address, "done": False})


def _find(request: CounterRequest, message_id: UUID) -> Message:
    try:
        return selectors.get_message(user=request.user, institution=request.institution, message_id=message_id)
    except MessageNotFound:
        raise Http404 from None
