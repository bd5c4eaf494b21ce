"""Words of the outbox: channels, states, reasons of failure, values that a template takes, refusals."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

__all__ = [
    "DELIVERABLE",
    "FAILURES",
    "OPEN_STATES",
    "About",
    "Amount",
    "BadLink",
    "Channel",
    "Failure",
    "Outcome",
    "State",
    "TemplateError",
]


class Channel(StrEnum):
    PORTAL = "portal"
    EMAIL = "email"
    SMS = "sms"


class State(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    DELIVERED = "delivered"
    FAILED = "failed"
    SUPPRESSED = "suppressed"


OPEN_STATES = (State.QUEUED, State.SENDING)
DELIVERABLE = (Channel.EMAIL, Channel.SMS)


class Outcome(StrEnum):
    """How one attempt ended. `lost`: the worker died in it, so nobody knows."""

    DELIVERED = "delivered"
    RETRY = "retry"
    FAILED = "failed"
    LOST = "lost"


class About(NamedTuple):
    """What a message is about: the kind of thing and its public reference, such as ("case", "R-2026-00187")."""

    kind: str
    ref: str


@dataclass(frozen=True, slots=True)
class Amount:
    """Money in a template's context; it is written in the way of the recipient's language."""

    minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a message did not arrive, and what the recipient can do about it."""

    reason: Promise
    cure: Promise


FAILURES: dict[str, Failure] = {
    "no_address": Failure(_("You have no e-mail address here."), _("Add an e-mail address.")),
    "blocked": Failure(_("This address refused our messages before."), _("Correct the address, or try it again.")),
    "unsubscribed": Failure(_("This address asked us to send nothing more."), _("Switch e-mail on again.")),
    "muted": Failure(_("You switched this channel off."), _("Switch it on again.")),
    "no_such_address": Failure(_("There is no such address."), _("Correct the address.")),
    "bad_address": Failure(_("The address is written wrongly."), _("Correct the address.")),
    "bad_number": Failure(_("The number is wrong."), _("Correct the number.")),
    "mailbox_full": Failure(_("The mailbox is full."), _("Make room in your mailbox.")),
    "refused": Failure(_("The recipient's server refused the message."), _("Use another address.")),
    "unreachable": Failure(_("The recipient's server could not be reached."), _("We keep trying for a day.")),
    "postponed": Failure(_("The recipient's server asked us to try later."), _("We keep trying for a day.")),
    "too_late": Failure(_("It could not be delivered in time."), _("Ask for it again.")),
    "gave_up": Failure(_("It could not be delivered for a whole day."), _("Check the address, or use another one.")),
    "internal": Failure(_("Something went wrong on our side."), _("We have been told about it.")),
}


class TemplateError(ValueError):
    """A template and what it was given don't fit together: a mistake of the program, never of its user."""


class BadLink(ValueError):
    """A signed link is false or too old."""

    def __init__(self) -> None:
        super().__init__(_("This link is no longer valid. Sign in to change what we send you."))
