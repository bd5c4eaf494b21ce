"""What the console phone holds, as a table."""

from django.utils.translation import gettext_lazy as _

from salter.pages.shortcuts import reverse
from salter.pages.tables import Column, Table
from salter.sms.models import StoredSms

__all__ = ["SmsTable"]


def _other_side(row: StoredSms) -> str:
    return row.to if row.direction == StoredSms.OUT else row.sender


class SmsTable(Table):
    name = "texts"
    title = _("Text messages")
    default_sort = "-stored_at"
    placeholder = _("number, text…")
    empty_title = _("No text messages yet")
    empty_text = _("Whatever this installation sends by SMS appears here within a few seconds.")
    columns = [
        Column("stored_at", _("Sent"), kind="datetime", nowrap=True),
        Column(
            "to",
            _("Number"),
            value=_other_side,
            second="sender",
            link=lambda row: reverse(None, "sms:number", number=_other_side(row)),
            search=("to__icontains", "sender__icontains"),
            lead=True,
        ),
        Column("text", _("Text"), sort=None, search="text__icontains"),
        Column("encoding", _("Letters"), search=(), opt=True),
        Column("parts", _("Parts"), kind="number", search=(), opt=True),
    ]
