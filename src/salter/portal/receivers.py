"""Takes the codes and notices of `accounts`, and new links of `parties`, to the outbox."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver
from django.urls import reverse
from django.utils import timezone

from salter.accounts import events as accounts
from salter.notifications import services as notifications
from salter.parties import events as parties
from salter.portal.messages import CODES, NOTICES

__all__: list[str] = []


@receiver(accounts.code_requested, dispatch_uid="portal.code_requested")
def send_code(
    *,
    user: Any,
    channel: str,
    address: str,
    purpose: str,
    code: str,
    expires_at: datetime,
    language: str,
    institution: Any,
    now: datetime,
    **_rest: Any,
) -> None:
    """Send a code to the address that is to be proved; it is never stored readable."""
    notifications.send_to_address(
        institution=institution,
        template=CODES[purpose],
        channel=channel,
        address=address,
        language=language,
        context={"until": expires_at},
        secret=code,
        user=user,
        now=now,
    )


@receiver(accounts.security_notice, dispatch_uid="portal.security_notice")
def send_notice(
    *,
    user: Any,
    kind: str,
    channel: str,
    address: str,
    language: str,
    institution: Any,
    now: datetime,
    context: dict[str, str],
    **_rest: Any,
) -> None:
    """Tell the holder of an account what happened to it; after a change of address at the old one."""
    values: dict[str, Any] = {"at": now}
    if "new" in context:
        values["new"] = context["new"]
    notifications.send_to_address(
        institution=institution,
        template=NOTICES[kind],
        channel=channel,
        address=address,
        language=language,
        context=values,
        user=user,
        now=now,
    )


@receiver(parties.party_linked, dispatch_uid="portal.party_linked")
def tell_linked(*, representation: Any, **_rest: Any) -> None:
    """Tell the person, so that he notices a link that he didn't make."""
    party = representation.party
    institution = representation.institution
    number = party.customers.order_by("number").values_list("number", flat=True).first() or ""
    notifications.notify(
        institution=institution,
        template="portal.party_linked",
        user=representation.user,
        party=party,
        context={"number": number, "party": party.name},
        about=("party", number),
        path=reverse("portal:home", kwargs={"institution_slug": institution.slug}),
        now=timezone.now(),
    )
