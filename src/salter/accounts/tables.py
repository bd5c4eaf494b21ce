"""The history of sign-ins in the one table (EK-27)."""

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from salter.accounts import selectors
from salter.accounts.models import SignInAttempt
from salter.accounts.requests import MemberRequest
from salter.accounts.types import DeviceKind, Outcome, Reason, SignInMethod
from salter.pages.tables import Band, Column, Table

__all__ = ["SignInsTable", "sign_ins_table"]

# The empty reason of a success is no label to search for.
_REASONS = {code: label for code, label in Reason.choices if code}


def _outcome(row: SignInAttempt) -> Band:
    if row.outcome == Outcome.SUCCESS:
        return Band(Outcome.SUCCESS.label, "success", "check")
    return Band(Outcome.FAILED.label, "warning", "alert")


class SignInsTable(Table):
    name = "sign-ins"
    title = _("Sign-ins")
    default_sort = "-at"
    placeholder = _("time, device, address…")
    empty_title = _("No sign-ins yet")
    columns = [
        Column("at", _("When"), kind="datetime", lead=True),
        Column("outcome", _("Outcome"), kind="band", value=_outcome, choices=dict(Outcome.choices)),
        Column("reason", _("Why refused"), choices=_REASONS, opt=True),
        Column("method", _("How"), choices=dict(SignInMethod.choices), opt=True),
        Column("device_kind", _("Device"), choices=dict(DeviceKind.choices)),
        Column("device", _("Browser"), search="device__icontains", opt=True),
        Column("address", _("Network address"), search="address__istartswith"),
    ]

    def tone(self, row: SignInAttempt) -> str:
        return "warning" if row.outcome == Outcome.FAILED else ""


def sign_ins_table(request: MemberRequest) -> HttpResponse:
    """Answer with the reader's own history."""
    return SignInsTable(selectors.list_attempts(request.user)).respond(request, "accounts/sign_ins.html")
