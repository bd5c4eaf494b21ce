"""Door: reads of the outbox, for the person it was written to and for the staff behind a case."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from salter.notifications.models import BlockedAddress, Message, MessageQuerySet, Preference
from salter.notifications.types import (
    CHANNEL_LABELS,
    FAILURES,
    OPEN_STATES,
    Channel,
    DeliveryLine,
    MessageNotFound,
    State,
)

if TYPE_CHECKING:
    from salter.accounts.models import User
    from salter.institutions.models import Institution

__all__ = [
    "count_unread",
    "delivery_line",
    "delivery_lines_about",
    "get_message",
    "is_blocked",
    "latest_to",
    "list_deliveries",
    "list_messages_about",
    "list_messages_to_party",
    "messages_visible_to",
    "preference_of",
    "unread_of",
]


def _at(institution: Institution) -> Q:
    # What the platform itself writes, a code or a notice of security, is shown at every counter.
    return Q(institution=institution) | Q(institution=None)


def messages_visible_to(user: User, institution: Institution) -> MessageQuerySet:
    """Everything that was sent to a person at a counter, one row a notice.

    `outcome` is failed, waiting or delivered, over all channels; `channels` are those by which it went.
    """
    siblings = Message.objects.filter(notice_id=OuterRef("notice_id"))
    return (
        Message.objects.sent_to(user)
        .heads()
        .filter(_at(institution))
        .annotate(
            outcome=Case(
                When(Exists(siblings.filter(state=State.FAILED)), then=Value("failed")),
                When(Exists(siblings.filter(state__in=OPEN_STATES)), then=Value("waiting")),
                When(state=State.SUPPRESSED, then=Value("failed")),
                default=Value("delivered"),
                output_field=CharField(),
            ),
            channels=ArraySubquery(
                siblings.exclude(state=State.SUPPRESSED).order_by("created_at", "id").values("channel")
            ),
        )
    )


def latest_to(user: User, institution: Institution, number: int) -> list[Message]:
    """Return the newest notices to a person at a counter, only what a line of the home page shows."""
    rows = Message.objects.sent_to(user).heads().filter(_at(institution)).order_by("-created_at", "-id")
    return list(rows.only("id", "subject", "created_at", "read_at")[:number])


def get_message(*, user: User, institution: Institution, message_id: UUID) -> Message:
    """Return a message of the person. **Raises** MessageNotFound for one that isn't his or stands elsewhere."""
    found = messages_visible_to(user, institution).select_related("template").filter(pk=message_id).first()
    if found is None:
        raise MessageNotFound
    return found


def list_deliveries(message: Message) -> list[Message]:
    """Return the message by each channel, the inbox first."""
    rows = Message.objects.filter(notice_id=message.notice_id).defer("secret")
    order = list(Channel)
    return sorted(rows, key=lambda row: order.index(Channel(row.channel)))


def unread_of(user: User, institution: Institution) -> QuerySet[Message]:
    return Message.objects.sent_to(user).heads().filter(_at(institution), read_at=None)


def count_unread(user: User, institution: Institution) -> int:
    return unread_of(user, institution).count()


def list_messages_about(institution: Institution, kind: str, ref: str) -> QuerySet[Message]:
    """Return all that was sent about a thing, newest first, every channel a row of its own; for the staff."""
    return (
        Message.objects.filter(institution=institution, about_kind=kind, about_ref=ref)
        .select_related("recipient", "template")
        .defer("secret")
        .order_by("-created_at", "-id")
    )


def list_messages_to_party(institution: Institution, party_id: UUID) -> QuerySet[Message]:
    """Return all that left the house for a party, newest first, every channel a row of its own; for the staff."""
    return (
        Message.objects.filter(institution=institution, party_id=party_id)
        .exclude(channel=Channel.PORTAL)
        .select_related("recipient")
        .defer("secret")
        .order_by("-created_at", "-id")
    )


def delivery_lines_about(institution: Institution, kind: str, ref: str) -> list[DeliveryLine]:
    """Return what is to be said under a conversation about each message that left the house."""
    return [delivery_line(row) for row in list_messages_about(institution, kind, ref).exclude(channel=Channel.PORTAL)]


def delivery_line(message: Message) -> DeliveryLine:
    """Say by which channel a message went and whether it arrived, in the reader's language."""
    channel = CHANNEL_LABELS[Channel(message.channel)]
    icon = {"portal": "bell", "email": "mail", "sms": "sms"}[message.channel]
    failure = FAILURES.get(message.failure_code)
    reason = failure.reason if failure else ""
    match message.state:
        case State.DELIVERED:
            words = _("%(channel)s: delivered") % {"channel": channel}
        case State.FAILED:
            words = _("%(channel)s: not delivered. %(reason)s") % {"channel": channel, "reason": reason}
        case State.SUPPRESSED:
            words = _("%(channel)s: not sent. %(reason)s") % {"channel": channel, "reason": reason}
        case _ if reason:
            words = _("%(channel)s: not yet delivered, we keep trying. %(reason)s") % {
                "channel": channel,
                "reason": reason,
            }
        case _:
            words = _("%(channel)s: on its way") % {"channel": channel}
    return DeliveryLine(icon, words, message.state == State.FAILED, message.ended_at, message.address)


def preference_of(user: User) -> Preference | None:
    return Preference.objects.filter(user=user).first()


def is_blocked(channel: str, addresses: Iterable[str]) -> bool:
    folded = [address.strip().lower() for address in addresses if address]
    return BlockedAddress.objects.filter(channel=channel, address__in=folded).exists()
