"""The person's messages as a table."""

from django.utils.translation import gettext_lazy as _

from salter.notifications.models import Message
from salter.notifications.types import CHANNEL_LABELS, Channel
from salter.pages.current import current_request
from salter.pages.shortcuts import reverse
from salter.pages.tables import Band, Column, Table

__all__ = ["MessageTable"]

_OUTCOMES = {"delivered": _("arrived"), "waiting": _("on its way"), "failed": _("not all arrived")}
_COLORS = {"delivered": "success", "waiting": "info", "failed": "danger"}


class MessageTable(Table):
    name = "messages"
    title = _("Messages")
    default_sort = "-created_at"
    placeholder = _("subject, text…")
    empty_title = _("No messages yet")
    empty_text = _("What we send you, by e-mail or SMS, you will also find here.")
    columns = [
        Column("created_at", _("Sent"), kind="datetime", nowrap=True),
        Column(
            "subject",
            _("Message"),
            value=lambda row: row.subject or row.body[:60],
            second="for_whom",
            link=lambda row: reverse(current_request(), "notifications:message", message_id=row.pk),
            search=("subject__icontains", "body__icontains", "for_whom__icontains"),
            lead=True,
        ),
        Column(
            "channels",
            _("How"),
            value=lambda row: ", ".join(str(CHANNEL_LABELS[Channel(channel)]) for channel in row.channels),
            sort=None,
            search=(),
            opt=True,
        ),
        Column(
            "outcome",
            _("State"),
            kind="band",
            value=lambda row: Band(_OUTCOMES[row.outcome], _COLORS[row.outcome]),
            choices=_OUTCOMES,
        ),
    ]

    def tone(self, row: Message) -> str:
        return "info" if row.read_at is None else ""
