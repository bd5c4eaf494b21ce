"""Words and refusals of cases."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

__all__ = [
    "About",
    "Applicant",
    "Author",
    "CaseChange",
    "CaseRefused",
    "Channel",
    "Counting",
    "FieldErrors",
    "FieldType",
    "KindNotOffered",
    "NeedsText",
    "NotYourAct",
    "Priority",
    "StaleCase",
    "Tone",
    "TooManyFiles",
    "TransitionNotAllowed",
    "WaitsFor",
    "What",
]


class Channel(TextChoices):
    """How a contact came in (VC-16)."""

    WEB = "web", _("online")
    IN_PERSON = "in_person", _("in person")
    PHONE = "phone", _("by phone")
    EMAIL = "email", _("by e-mail")
    SMS = "sms", _("by text message")


class Priority(TextChoices):
    LOW = "low", _("low")
    NORMAL = "normal", _("normal")
    HIGH = "high", _("high")
    URGENT = "urgent", _("urgent")


class WaitsFor(TextChoices):
    """Whose turn it is in a status."""

    NONE = "none", _("nobody")
    CUSTOMER = "customer", _("the customer")
    OFFICE = "office", _("the office")


class Tone(TextChoices):
    """Colour role of a status' band; the words stand beside it."""

    NEUTRAL = "neutral"
    INFO = "info"
    SUCCESS = "success"
    WARNING = "warning"
    DANGER = "danger"


class Author(TextChoices):
    CUSTOMER = "customer"
    STAFF = "staff"
    SYSTEM = "system"


class What(TextChoices):
    """What a line of the history tells."""

    OPENED = "opened"
    STATUS = "status"
    ASSIGNED = "assigned"
    PRIORITY = "priority"
    DEADLINE = "deadline"


class Counting(TextChoices):
    """The unit of a deadline (RL-90)."""

    HOURS = "hours", _("hours")
    WORKING_HOURS = "working_hours", _("working hours")
    DAYS = "days", _("calendar days")
    WORKING_DAYS = "working_days", _("working days")
    MONTHS = "months", _("months")


class FieldType(TextChoices):
    """What a kind's own field takes."""

    TEXT = "text"
    LONGTEXT = "longtext"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    FILE = "file"
    PLACE = "place"
    METER_STATE = "meter_state"


@dataclass(frozen=True, slots=True)
class About:
    """What a case is about: a kind declared in `registry` and its public reference."""

    kind: str
    ref: str


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who brings a case that isn't tied to a party: a caller, a walk-in. Each address may be empty."""

    name: str
    email: str = ""
    phone: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class CaseChange:
    """One thing that happened to a case: who, when, what, and the words written, for the one who came second."""

    at: datetime
    who: str
    what: str
    text: str
    is_note: bool = False


class CaseRefused(Exception):
    """An act on a case that can't be done. `str()` is a sentence for the person who tried."""

    sentence: str | Promise = _("This can't be done with this case.")

    def __init__(self, sentence: str | Promise | None = None) -> None:
        self.sentence = sentence if sentence is not None else type(self).sentence
        super().__init__(self.sentence)

    def __str__(self) -> str:
        return str(self.sentence)


class KindNotOffered(CaseRefused):
    sentence = _("This kind of request isn't offered here. Choose another one.")


class TransitionNotAllowed(CaseRefused):
    sentence = _("The case can't take this step from where it stands. Load the page again to see its steps.")


class NotYourAct(CaseRefused):
    sentence = _("Your role doesn't allow this step. Ask a colleague who may do it.")


class NeedsText(CaseRefused):
    sentence = _("Write what you want to say.")


class TooManyFiles(CaseRefused):
    def __init__(self, limit: int) -> None:
        super().__init__(_("At most %(limit)s files can be sent at once.") % {"limit": limit})


class FieldErrors(CaseRefused):
    """Values of own fields that can't be taken: `errors` maps the field's name to a sentence."""

    sentence = _("Some answers are missing or wrong.")

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__()
        self.errors = errors


class StaleCase(CaseRefused):
    """Somebody else changed the case after this page was opened. `changes` tells who, when, and what was written."""

    sentence = _("Somebody changed this case while you were writing. Read what is new, then send again.")

    def __init__(self, changes: tuple[CaseChange, ...], version: int) -> None:
        super().__init__()
        self.changes = changes
        self.version = version
