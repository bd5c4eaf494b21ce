"""Door: writing parties and customers, linking them to people, ending that."""

import hmac
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import transaction

from salter.audit import services as audit
from salter.audit.types import Actor
from salter.institutions.models import Institution
from salter.institutions.selectors import today
from salter.lib import codes, identifiers
from salter.lib.searchkeys import search_key, sort_key
from salter.parties import events
from salter.parties.models import Customer, LinkAttempt, Party, PartyIdentifier, Representation
from salter.parties.selectors import find_customer
from salter.parties.types import AlreadyLinked, Ground, LinkRefused, PartyKind, Scope, TooManyAttempts

__all__ = [
    "count_link_attempt",
    "create_customer",
    "create_party",
    "end_representation",
    "ensure_link_attempts_left",
    "grant_representation",
    "issue_activation_code",
    "link_customer_by_code",
    "party_keys",
    "record_link_attempt",
]

_WINDOW = timedelta(hours=1)
_PER_PERSON = 5
_PER_NUMBER = 10


def party_keys(institution: Institution, name: str) -> dict[str, str]:
    """Return the stored keys that go with a name: `sort_key` by the institution's alphabet, `search_key`."""
    return {"sort_key": sort_key(name, institution.alphabet)[:400], "search_key": search_key(name)[:600]}


@transaction.atomic
def create_party(
    *,
    actor: Actor,
    institution: Institution,
    kind: PartyKind | str,
    name: str,
    parent: Party | None = None,
    identifiers_by_kind: dict[str, str] | None = None,
    **contact: str,
) -> Party:
    """Add a person, company or branch. **Raises** identifiers.WrongIdentifier."""
    checked = {k: identifiers.check(k, v) for k, v in (identifiers_by_kind or {}).items() if v}
    party = Party.objects.create(
        institution=institution,
        kind=kind,
        name=name,
        parent=parent,
        **party_keys(institution, name),
        **contact,
    )
    PartyIdentifier.objects.bulk_create(
        PartyIdentifier(institution=institution, party=party, kind=k, value=v) for k, v in checked.items()
    )
    audit.record(
        actor=actor,
        action="parties.create_party",
        institution_id=institution.id,
        subject_kind="party",
        subject_id=party.id,
        subject_ref=name,
        party_id=party.id,
    )
    return party


@transaction.atomic
def create_customer(*, actor: Actor, institution: Institution, party: Party, number: str, **supply: str) -> Customer:
    """Give a party a customer number."""
    customer = Customer.objects.create(institution=institution, party=party, number=number, **supply)
    audit.record(
        actor=actor,
        action="parties.create_customer",
        institution_id=institution.id,
        subject_kind="customer",
        subject_id=customer.id,
        subject_ref=number,
        party_id=party.id,
    )
    return customer


def _activation_digest(customer: Customer, code: str) -> str:
    message = f"{customer.id}|{codes.normalise_code(code)}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), message, sha256).hexdigest()


@transaction.atomic
def issue_activation_code(*, actor: Actor, customer: Customer, now: datetime, days: int = 90) -> str:
    """Make a new activation code to print on the customer's next bill and return it; the old one ends."""
    code = codes.make_code()
    customer.activation_digest = _activation_digest(customer, code)
    customer.activation_expires_at = now + timedelta(days=days)
    customer.save(update_fields=["activation_digest", "activation_expires_at", "changed_at"])
    audit.record(
        actor=actor,
        action="parties.issue_activation_code",
        institution_id=customer.institution_id,
        subject_kind="customer",
        subject_id=customer.id,
        subject_ref=customer.number,
        party_id=customer.party_id,
        now=now,
    )
    return code


def ensure_link_attempts_left(*, user: Any, institution: Institution, customer_number: str, now: datetime) -> None:
    """**Raises** TooManyAttempts when this person, or all people for this number, failed too often within the hour."""
    failed = LinkAttempt.objects.filter(institution=institution, succeeded=False, at__gt=now - _WINDOW)
    if (
        failed.filter(user=user).count() >= _PER_PERSON
        or failed.filter(customer_number=customer_number[:30]).count() >= _PER_NUMBER
    ):
        raise TooManyAttempts


def record_link_attempt(
    *,
    actor: Actor,
    user: Any,
    institution: Institution,
    customer_number: str,
    ground: Ground | str,
    succeeded: bool,
    now: datetime,
) -> None:
    """Append a try and put it into the trail. Must be committed also when the link is refused."""
    LinkAttempt.objects.create(
        institution=institution,
        user=user,
        customer_number=customer_number[:30],
        ground=ground,
        succeeded=succeeded,
        address=actor.ip[:64],
        at=now,
    )
    audit.record(
        actor=actor,
        action="parties.link_attempt",
        institution_id=institution.id,
        subject_kind="customer",
        subject_ref=customer_number,
        payload={"ground": str(ground), "succeeded": succeeded},
        now=now,
    )


def count_link_attempt(
    *,
    actor: Actor,
    user: Any,
    institution: Institution,
    customer_number: str,
    ground: Ground | str,
    customer: Customer | None,
    now: datetime,
) -> Representation:
    """Judge one try to link: `customer` is the one that the proof fits, or None.

    A refused try is committed before LinkRefused is raised, so don't call this inside another transaction.
    **Raises** TooManyAttempts, LinkRefused, AlreadyLinked.
    """
    ensure_link_attempts_left(user=user, institution=institution, customer_number=customer_number, now=now)
    if customer is None:
        with transaction.atomic():
            record_link_attempt(
                actor=actor,
                user=user,
                institution=institution,
                customer_number=customer_number,
                ground=ground,
                succeeded=False,
                now=now,
            )
        raise LinkRefused
    with transaction.atomic():
        record_link_attempt(
            actor=actor,
            user=user,
            institution=institution,
            customer_number=customer_number,
            ground=ground,
            succeeded=True,
            now=now,
        )
        return grant_representation(
            actor=actor, party=customer.party, user=user, scope=Scope.MANAGE, ground=ground, now=now
        )


def link_customer_by_code(
    *, actor: Actor, user: Any, institution: Institution, customer_number: str, code: str, now: datetime
) -> Representation:
    """Link a customer number to a person by the code printed on his last bill; the code is spent by it.

    **Raises** TooManyAttempts, LinkRefused, AlreadyLinked.
    """
    ensure_link_attempts_left(user=user, institution=institution, customer_number=customer_number, now=now)
    attempt: dict[str, Any] = {
        "actor": actor,
        "user": user,
        "institution": institution,
        "customer_number": customer_number,
        "ground": Ground.ACTIVATION_CODE,
        "now": now,
    }
    # The code is spent together with what it opens, or not at all.
    with transaction.atomic():
        customer = find_customer(institution=institution, number=customer_number)
        if customer is not None:
            customer = Customer.objects.select_for_update().select_related("party").get(pk=customer.pk)
            if _fits(customer, code, now):
                customer.activation_digest = ""
                customer.save(update_fields=["activation_digest", "changed_at"])
                return count_link_attempt(customer=customer, **attempt)
    return count_link_attempt(customer=None, **attempt)


def _fits(customer: Customer, code: str, now: datetime) -> bool:
    if not customer.activation_digest:
        return False
    if customer.activation_expires_at is not None and customer.activation_expires_at <= now:
        return False
    return hmac.compare_digest(customer.activation_digest, _activation_digest(customer, code))


@transaction.atomic
def grant_representation(
    *,
    actor: Actor,
    party: Party,
    user: Any,
    scope: Scope | str,
    ground: Ground | str,
    now: datetime,
    ends_on: date | None = None,
) -> Representation:
    """Let a person act for a party from today on. **Raises** AlreadyLinked."""
    # Locks the party, so that a double click can't pass the check twice.
    party = Party.objects.select_for_update().get(pk=party.pk)
    starts_on = today(party.institution, now)
    if Representation.objects.filter(party=party, user=user, ends_on=None).exists():
        raise AlreadyLinked
    representation = Representation.objects.create(
        institution_id=party.institution_id,
        party=party,
        user=user,
        scope=scope,
        ground=ground,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    audit.record(
        actor=actor,
        action="parties.grant_representation",
        institution_id=party.institution_id,
        subject_kind="representation",
        subject_id=representation.id,
        subject_ref=party.name,
        party_id=party.id,
        payload={"user": user.pk, "scope": str(scope), "ground": str(ground)},
        now=now,
    )
    events.party_linked.send(sender=Representation, representation=representation)
    return representation


@transaction.atomic
def end_representation(*, actor: Actor, representation: Representation, ends_on: date, now: datetime) -> None:
    """End a representation; `ends_on` is its last day, never before its first."""
    representation.ends_on = max(ends_on, representation.starts_on)
    representation.save(update_fields=["ends_on"])
    audit.record(
        actor=actor,
        action="parties.end_representation",
        institution_id=representation.institution_id,
        subject_kind="representation",
        subject_id=representation.id,
        party_id=representation.party_id,
        payload={"ends_on": representation.ends_on},
        now=now,
    )
    events.representation_ended.send(sender=Representation, representation=representation)
