"""What other apps put on our pages.

Blocks of the security page: customer number and address, who opened my data, who acts for me. Offers of the sign-in
page: what can be done without an account.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.utils.functional import Promise

__all__ = [
    "Fact",
    "GuestOffer",
    "SecurityBlock",
    "blocks_for",
    "guest_offers",
    "offers_for",
    "register_guest_offer",
    "register_security_block",
    "security_blocks",
]

Text = Promise | str


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a block: label, value, a smaller second line, and what one can do about it."""

    label: Text
    value: Text
    note: Text = ""
    action: Text = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class SecurityBlock:
    """A card of the security page: facts, or a template of the app that gets `context`."""

    title: Text
    facts: tuple[Fact, ...] = ()
    note: Text = ""
    action: Text = ""
    url: str = ""
    template: str = ""
    context: dict[str, Any] = field(default_factory=dict)
    wide: bool = False


@dataclass(frozen=True, slots=True)
class GuestOffer:
    """Something that needs no account: a fault report, the state of a case by its number."""

    title: Text
    text: Text
    url: str


Provider = Callable[[HttpRequest], SecurityBlock | None]

OfferProvider = Callable[[HttpRequest], GuestOffer | None]

security_blocks: list[tuple[int, Provider]] = []
guest_offers: list[tuple[int, OfferProvider]] = []


def register_security_block(provider: Provider, *, order: int = 100) -> None:
    """Add a function that returns the block for this reader, or None where it doesn't apply.

    It is called with `request.user` signed in and `request.institution` set when the reader came from a counter.
    """
    security_blocks.append((order, provider))


def blocks_for(request: HttpRequest) -> list[SecurityBlock]:
    """Return the blocks that this reader sees, in order."""
    found = (provider(request) for _order, provider in sorted(security_blocks, key=lambda entry: entry[0]))
    return [block for block in found if block is not None]


def register_guest_offer(provider: OfferProvider, *, order: int = 100) -> None:
    """Add a function that returns what a guest of `request.institution` may do, or None where it doesn't apply."""
    guest_offers.append((order, provider))


def offers_for(request: HttpRequest) -> list[GuestOffer]:
    """Return what can be done without an account at the reader's counter; none where no counter is known."""
    if getattr(request, "institution", None) is None:
        return []
    found = (provider(request) for _order, provider in sorted(guest_offers, key=lambda entry: entry[0]))
    return [offer for offer in found if offer is not None]
