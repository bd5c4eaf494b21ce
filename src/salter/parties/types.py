"""Kinds, scopes and refusals of parties."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from salter.parties.models import Customer, Party

__all__ = [
    "Acting",
    "ActingChoice",
    "AlreadyLinked",
    "Ground",
    "LinkRefused",
    "PartyKind",
    "Scope",
    "TooManyAttempts",
]


class PartyKind(TextChoices):
    PERSON = "person", _("Natural person")
    COMPANY = "company", _("Company")
    BRANCH = "branch", _("Branch")


class Scope(TextChoices):
    """What a representative may do; each includes the one before."""

    SEE = "see", _("may see")
    ACT = "act", _("may act")
    MANAGE = "manage", _("may manage")

    def includes(self, other: "Scope | str") -> bool:
        order = list(Scope)
        return order.index(self) >= order.index(Scope(other))


class Ground(TextChoices):
    """On what a representation rests."""

    ACTIVATION_CODE = "activation_code", _("activation code from the bill")
    INVOICE_FACTS = "invoice_facts", _("number and amount of a bill")
    STAFF = "staff", _("entered at the counter")
    INVITATION = "invitation", _("invitation")


class LinkRefused(Exception):
    """The customer number and its proof don't fit. Says nothing about which of them is wrong."""

    def __init__(self) -> None:
        super().__init__(_("These details don't match. Check them against your bill and try again."))


class TooManyAttempts(Exception):
    """Too many wrong tries; the reader must wait or come to the counter."""

    def __init__(self) -> None:
        super().__init__(_("Too many attempts. Please try again in an hour, or call us."))


class AlreadyLinked(Exception):
    """The person acts for this party already."""

    def __init__(self) -> None:
        super().__init__(_("This customer number is already in your account."))


@dataclass(frozen=True, slots=True)
class ActingChoice:
    """One party that the person may act for, as the chips at the top of a page show it."""

    party: "Party"
    scope: Scope
    ends_on: date | None
    chosen: bool


@dataclass(frozen=True, slots=True)
class Acting:
    """For whom the signed-in person acts in this request, and whom else he could choose."""

    party: "Party"
    scope: Scope
    customers: tuple["Customer", ...]
    choices: tuple[ActingChoice, ...]

    def may(self, scope: Scope | str) -> bool:
        return self.scope.includes(scope)
