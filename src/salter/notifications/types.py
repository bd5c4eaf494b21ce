"""Words of the outbox: channels, states, reasons of failure, values that a template takes, refusals."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

__all__ = [
    "CHANNEL_LABELS",
    "DELIVERABLE",
    "FAILURES",
    "OPEN_STATES",
    "About",
    "Amount",
    "BadLink",
    "Channel",
    "DeliveryLine",
    "Failure",
    "MessageNotFound",
    "Outcome",
    "State",
    "TemplateError",
]


class Channel(StrEnum):
    PORTAL = "portal"
    EMAIL = "email"
    SMS = "sms"


CHANNEL_LABELS: dict[Channel, Promise] = {
    Channel.PORTAL: _("Inbox here"),
    Channel.EMAIL: _("E-mail"),
    Channel.SMS: _("SMS"),
}


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
    "no_address": Failure(_("No e-mail address is known."), _("Add an e-mail address")),
    "blocked": Failure(_("This address refused our messages before."), _("Correct the address")),
    "unsubscribed": Failure(_("The owner of this address wants no more messages."), _("Switch messages on again")),
    "muted": Failure(_("This way is switched off."), _("Choose how we write to you")),
    "no_such_address": Failure(_("There is no such address."), _("Correct the address")),
    "bad_address": Failure(_("The address is written wrongly."), _("Correct the address")),
    "bad_number": Failure(_("Wrong number."), _("Correct the number")),
    "mailbox_full": Failure(_("The mailbox is full."), _("Use another address")),
    "refused": Failure(_("The recipient's server refused the message."), _("Use another address")),
    "unreachable": Failure(_("The recipient could not be reached."), _("Check the address")),
    "postponed": Failure(_("The recipient's server asked us to try later."), _("Check the address")),
    "too_late": Failure(_("It could not be delivered in time."), _("Check the address")),
    "gave_up": Failure(_("It could not be delivered for a whole day."), _("Check the address")),
    "internal": Failure(_("Something went wrong on our side."), _("Check the address")),
}


class DeliveryLine(NamedTuple):
    """One line under a message: icon, words, whether it failed, when it ended, to which address."""

    icon: str
    words: str
    failed: bool
    at: datetime | None
    address: str


class MessageNotFound(LookupError):
    """There is no such message for this person at this counter."""


class TemplateError(ValueError):
    """A template and what it was given don't fit together: a mistake of the program, never of its user."""


class BadLink(ValueError):
    """A signed link is false or too old."""

    def __init__(self) -> None:
        super().__init__(_("This link is no longer valid. Sign in to change what we send you."))
