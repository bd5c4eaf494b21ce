"""The receipt of a case as PDF: proof that it was handed in, when, and until when an answer is due."""

from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from salter.cases import rules
from salter.cases.models import Attachment, Case, CaseMessage
from salter.cases.types import Channel
from salter.documents import pdf
from salter.lib import qr
from salter.lib.dates import format_datetime, format_weekday
from salter.lib.texts import pick

__all__ = ["case_path", "render", "url_number"]


def url_number(number: str) -> str:
    """A number as it stands in an address: `351-123/2026` keeps to one segment as `351-123~2026`."""
    return number.replace("/", "~")


def case_path(case: Case) -> str:
    """Where its applicant finds the case, below the site's own address."""
    return f"/{case.institution.slug}/cases/{quote(url_number(case.number))}"


def render(case: Case, language: str) -> bytes:
    """The receipt in `language`. Made anew each time from what is stored, so it always tells the present deadline."""
    with translation.override(language):
        return pdf.render("receipt", _data(case, language), language)


def _data(case: Case, language: str) -> dict[str, Any]:
    institution = case.institution
    default = institution.default_language
    zone = institution.time_zone
    opening = CaseMessage.objects.filter(case=case).order_by("created_at", "id").first()
    names = list(
        Attachment.objects.filter(case=case, message=opening).values_list("file__name", flat=True) if opening else []
    )
    address = f"{settings.SALTER_BASE_URL.rstrip('/')}{case_path(case)}"
    rows: list[list[Any]] = [
        [_("Kind"), pick(case.kind.names, language, default)],
        [_("Received"), format_datetime(case.opened_at, language, zone)],
        [_("How it came in"), str(Channel(case.channel).label)],
        [_("Applicant"), case.applicant_name],
    ]
    if case.customer is not None:
        rows.append([_("Customer number"), case.customer.number])
    if case.about_ref:
        rows.append([_("It is about"), case.about_ref])
    rows += [
        [pick(item.labels, language, default), rules.field_text(item, case.fields[item.name], language)]
        for item in rules.parse_fields(case.kind.fields)
        if item.name in case.fields
    ]
    if case.due_on is not None:
        rule = pick(case.kind.deadline_texts, language, default)
        rows.append([_("We answer by"), format_weekday(case.due_on, language), rule, True])
    paragraphs = [part for part in (opening.text if opening else "").split("\n") if part.strip()]
    if names:
        paragraphs.append(
            ngettext("%(num)s file attached: %(names)s", "%(num)s files attached: %(names)s", len(names))
            % {"num": len(names), "names": ", ".join(names)}
        )
    return {
        "title": _("Receipt"),
        "subtitle": case.subject,
        "head": pdf.letterhead(institution, language),
        "follow": {
            "label": _("Number of your case"),
            "number": case.number,
            "note": _("Scan the code to see how far it has come, or give this number when you call."),
            "qr_svg": qr.svg(address).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1),
            "qr_alt": _("Code with the address of the case: %(address)s") % {"address": address},
        },
        "parts": [
            {"kind": "facts", "heading": _("What we have registered"), "rows": rows},
            {"kind": "text", "heading": _("What you wrote"), "paragraphs": paragraphs or ["–"]},
        ],
        "note": _("Keep this receipt. It proves that your request was handed in at the time above."),
    }
