"""What the portal tells people: codes and notices of their account, and a customer number that was linked."""

from django.utils.translation import gettext_lazy as _

from salter.accounts.types import NoticeKind, Purpose
from salter.notifications import registry

__all__ = ["CODES", "NOTICES"]

_CODE_BODY = _(
    "Your code: {secret}\n\nType it into the page where you asked for it. It is valid until {until}.\n\n"
    "If you didn't ask for a code, do nothing and tell nobody the code."
)
_CODE_SMS = _("{counter}: your code is {secret}. Valid until {until}. Tell it to nobody.")

CODES: dict[str, str] = {}
for _purpose, _subject in {
    Purpose.SIGN_UP: _("Code to open your account"),
    Purpose.RESET: _("Code for a new password"),
    Purpose.CHANGE_EMAIL: _("Code to confirm this e-mail address"),
    Purpose.CHANGE_PHONE: _("Code to confirm this mobile number"),
}.items():
    CODES[_purpose] = f"account.code_{_purpose.value}"
    registry.template(CODES[_purpose], subject=_subject, body=_CODE_BODY, sms=_CODE_SMS, security=True)

NOTICES: dict[str, str] = {}
for _kind, _subject, _body in (
    (
        NoticeKind.PASSWORD_CHANGED,
        _("Your password was changed"),
        _(
            "The password of your account was changed on {at}.\n\n"
            "If it wasn't you, set a new password at once and call us."
        ),
    ),
    (
        NoticeKind.EMAIL_CHANGED,
        _("Your e-mail address was changed"),
        _(
            "The e-mail address of your account was changed on {at}. The new one is {new}.\n\n"
            "If it wasn't you, set a new password at once and call us."
        ),
    ),
    (
        NoticeKind.PHONE_CHANGED,
        _("Your mobile number was changed"),
        _(
            "The mobile number of your account was changed on {at}. The new one is {new}.\n\n"
            "If it wasn't you, set a new password at once and call us."
        ),
    ),
    (
        NoticeKind.SECOND_FACTOR_ON,
        _("Codes from an app were switched on"),
        _("Since {at} your account asks for a code from an app at sign-in.\n\nIf it wasn't you, call us."),
    ),
    (
        NoticeKind.SECOND_FACTOR_OFF,
        _("Codes from an app were switched off"),
        _(
            "Since {at} your account no longer asks for a code from an app.\n\n"
            "If it wasn't you, set a new password at once and call us."
        ),
    ),
    (
        NoticeKind.RECOVERY_CODES_MADE,
        _("New recovery codes were made"),
        _(
            "New recovery codes for your account were made on {at}. The old ones no longer work.\n\n"
            "If it wasn't you, call us."
        ),
    ),
    (
        NoticeKind.ACCOUNT_EXISTS,
        _("You already have an account"),
        _(
            "Somebody, probably you, wanted to open an account with this address on {at}. "
            "There is one already: sign in, or ask for a new password.\n\nIf it wasn't you, you need not do anything."
        ),
    ),
    (
        NoticeKind.NO_ACCOUNT,
        _("There is no account with this address"),
        _(
            "Somebody, probably you, asked on {at} for a new password for this address. There is no account with it. "
            "Perhaps you signed up with another address.\n\nIf it wasn't you, you need not do anything."
        ),
    ),
    (
        NoticeKind.MANY_ATTEMPTS,
        _("Many attempts to sign in"),
        _(
            "On {at} somebody tried many times to sign in to your account. We have paused signing in for a while.\n\n"
            "If it wasn't you, set a new password."
        ),
    ),
):
    NOTICES[_kind] = f"account.{_kind.value}"
    registry.template(
        NOTICES[_kind],
        subject=_subject,
        body=_body,
        sms=_("{counter}: there is news about the security of your account. Sign in to read it."),
        security=True,
    )

registry.template(
    "portal.party_linked",
    subject=_("Customer number {number} is now in your account"),
    body=_(
        "You can now see bills and cases of {party} and act at the counter.\n\nIf you didn't do this, call us at once."
    ),
    security=True,
)
