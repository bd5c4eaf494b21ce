"""What accounts speak in: outcomes, purposes, and the refusals a person may read."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

__all__ = [
    "AccountProblem",
    "Channel",
    "CodeExpired",
    "CodeWrong",
    "Device",
    "DeviceKind",
    "FieldProblem",
    "NoticeKind",
    "Outcome",
    "Paused",
    "Purpose",
    "Reason",
    "SignInMethod",
    "SignInRefused",
    "SignUpDone",
    "WrongPassword",
]


class Outcome(TextChoices):
    """How an attempt to sign in ended."""

    SUCCESS = "success", _("Signed in")
    FAILED = "failed", _("Refused")


class SignInMethod(TextChoices):
    """What the person showed."""

    PASSWORD = "password", _("Password")
    PASSWORD_AND_CODE = "password_totp", _("Password and code from the app")
    PASSWORD_AND_RECOVERY = "password_recovery", _("Password and recovery code")
    RESET = "reset", _("New password by code")
    SIGN_UP = "sign_up", _("Account opened")


class Reason(TextChoices):
    """Why an attempt was refused."""

    NONE = "", "–"
    WRONG_PASSWORD = "wrong_password", _("Wrong password")
    UNKNOWN = "unknown", _("No such account")
    PAUSED = "paused", _("Too many attempts")
    INACTIVE = "inactive", _("Account closed")
    WRONG_SECOND_FACTOR = "wrong_second_factor", _("Wrong code from the app")


class Channel(TextChoices):
    """Where a code or a notice goes."""

    EMAIL = "email", _("E-mail")
    SMS = "sms", _("SMS")


class Purpose(TextChoices):
    """What a code is for."""

    SIGN_UP = "sign_up", _("Open an account")
    RESET = "reset", _("Set a new password")
    CHANGE_EMAIL = "change_email", _("Confirm an e-mail address")
    CHANGE_PHONE = "change_phone", _("Confirm a mobile number")


class NoticeKind(TextChoices):
    """What the holder of an account is told, so that he notices when it wasn't he."""

    PASSWORD_CHANGED = "password_changed", _("The password was changed")
    EMAIL_CHANGED = "email_changed", _("The e-mail address was changed")
    PHONE_CHANGED = "phone_changed", _("The mobile number was changed")
    SECOND_FACTOR_ON = "second_factor_on", _("Codes from an app were switched on")
    SECOND_FACTOR_OFF = "second_factor_off", _("Codes from an app were switched off")
    RECOVERY_CODES_MADE = "recovery_codes_made", _("New recovery codes were made")
    ACCOUNT_EXISTS = "account_exists", _("There is already an account with this address")
    NO_ACCOUNT = "no_account", _("There is no account with this address")
    MANY_ATTEMPTS = "many_attempts", _("Somebody tried to sign in many times")


class DeviceKind(TextChoices):
    """What the person holds in his hands, as far as his browser tells."""

    PHONE = "phone", _("Phone")
    TABLET = "tablet", _("Tablet")
    COMPUTER = "computer", _("Computer")
    UNKNOWN = "unknown", _("Unknown device")


@dataclass(frozen=True, slots=True)
class Device:
    """A browser in words: its kind, and "Chrome, Android" in proper names that need no translation."""

    kind: DeviceKind
    words: str


@dataclass(frozen=True, slots=True)
class SignUpDone:
    """A new account, and the code that confirms its second address, when one was given."""

    user_id: UUID
    next_code_id: UUID | None


class AccountProblem(Exception):
    """A refusal whose text may be shown to the person."""

    def __init__(self, sentence: object) -> None:
        super().__init__(sentence)
        self.sentence = sentence

    def __str__(self) -> str:
        return str(self.sentence)


class FieldProblem(AccountProblem):
    """A refusal that belongs beside one field."""

    def __init__(self, field: str, sentence: object) -> None:
        super().__init__(sentence)
        self.field = field


class SignInRefused(AccountProblem):
    """Login and password don't fit; says nothing about which of the two, nor whether there is such an account."""

    def __init__(self, left: int) -> None:
        self.left = left
        if left:
            sentence: object = ngettext(
                "The e-mail, phone number or password is not right. You have %(num)s more try.",
                "The e-mail, phone number or password is not right. You have %(num)s more tries.",
                left,
            ) % {"num": left}
        else:
            sentence = _("The e-mail, phone number or password is not right.")
        super().__init__(sentence)


class Paused(AccountProblem):
    """Too many attempts; nothing is checked until the pause is over."""

    def __init__(self, until: datetime, now: datetime) -> None:
        self.until = until
        minutes = max(1, -(-int((until - now).total_seconds()) // 60))
        super().__init__(
            ngettext(
                "There were too many attempts. Wait %(num)s minute, then try again.",
                "There were too many attempts. Wait %(num)s minutes, then try again.",
                minutes,
            )
            % {"num": minutes}
        )


class WrongPassword(AccountProblem):
    """The present password, asked again before a change, doesn't fit."""

    def __init__(self) -> None:
        super().__init__(_("This is not your present password. Type it again."))


class CodeWrong(AccountProblem):
    """The typed code differs; the person may try again `left` times."""

    def __init__(self, left: int) -> None:
        self.left = left
        super().__init__(
            ngettext(
                "The code is not right. You have %(num)s more try.",
                "The code is not right. You have %(num)s more tries.",
                left,
            )
            % {"num": left}
        )


class CodeExpired(AccountProblem):
    """The code is too old, was used, or was tried too often."""

    def __init__(self) -> None:
        super().__init__(_("This code is no longer valid. Ask for a new one."))
