"""The local mailbox as a table."""

from django.utils.translation import gettext_lazy as _

from salter.pages.shortcuts import reverse
from salter.pages.tables import Column, Table

__all__ = ["MailTable"]


class MailTable(Table):
    name = "mails"
    title = _("Mails")
    default_sort = "-stored_at"
    placeholder = _("address, subject, text…")
    empty_title = _("No mails yet")
    empty_text = _("Whatever this installation sends by e-mail appears here within a few seconds.")
    columns = [
        Column("stored_at", _("Sent"), kind="datetime", nowrap=True),
        Column("to", _("To"), search="to__icontains"),
        Column(
            "subject",
            _("Subject"),
            second="sender",
            link=lambda row: reverse(None, "mail:mail", mail_id=row.pk),
            search=("subject__icontains", "text__icontains"),
            lead=True,
        ),
    ]
