"""Codes: made, sent by signal, kept as digests, checked once."""

import hmac
import secrets
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from salter.accounts import events, limits, vault
from salter.accounts.models import Code, User
from salter.accounts.rules import CODE_DIGITS, CODE_LIFETIME, CODE_TRIES, digits_of
from salter.accounts.types import Channel, CodeExpired, CodeWrong, Purpose
from salter.audit.types import Actor

__all__ = ["admit", "confirm", "find", "issue", "resend", "use"]


def _digest(code_id: UUID, typed: str) -> str:
    return vault.digest(f"{code_id}:{typed}", label="code")


def _send(code: Code, language: str, institution: Any, now: datetime) -> None:
    if code.is_decoy:
        return
    digits = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    code.digest = _digest(code.id, digits)
    code.save(update_fields=["digest"])
    events.code_requested.send(
        sender=Code,
        user=code.user,
        channel=Channel(code.channel),
        address=code.address,
        purpose=Purpose(code.purpose),
        code=digits,
        expires_at=code.expires_at,
        language=language,
        institution=institution,
        now=now,
    )


def admit(*, actor: Actor, channel: Channel, address: str, now: datetime) -> None:
    """Count a code that is asked for, outside the transaction that makes it: a refusal must not undo the counting.

    **Raises** Paused when too many were asked for.
    """
    limits.take("send_address", actor.ip, now)
    limits.take("send", f"{channel}:{address}", now)


def issue(
    *,
    purpose: Purpose,
    channel: Channel,
    address: str,
    user: User | None,
    payload: dict[str, Any],
    is_decoy: bool,
    language: str,
    institution: Any,
    now: datetime,
) -> Code:
    """Make a code and send it in the caller's transaction; a decoy is only made. `admit` comes first."""
    # A newer code makes the older ones of its kind worthless.
    if user is not None:
        Code.objects.filter(user=user, purpose=purpose, used_at=None).update(expires_at=now)
    code = Code.objects.create(
        user=user,
        purpose=purpose,
        channel=channel,
        address=address,
        payload=payload,
        is_decoy=is_decoy,
        tries_left=CODE_TRIES,
        sent_at=now,
        expires_at=now + CODE_LIFETIME,
        created_at=now,
    )
    _send(code, language, institution, now)
    return code


def resend(*, actor: Actor, code: Code, language: str, institution: Any, now: datetime) -> None:
    """Replace the digits and send them again. **Raises** Paused, CodeExpired for one that did its work."""
    if code.used_at or code.confirmed_at:
        raise CodeExpired
    admit(actor=actor, channel=Channel(code.channel), address=code.address, now=now)
    with transaction.atomic():
        code.tries_left = CODE_TRIES
        code.sent_at = now
        code.expires_at = now + CODE_LIFETIME
        code.save(update_fields=["tries_left", "sent_at", "expires_at"])
        _send(code, language, institution, now)


def find(code_id: UUID, purpose: Purpose) -> Code | None:
    """Return a code that wasn't used yet, whether or not it is still valid."""
    return Code.objects.select_related("user").filter(pk=code_id, purpose=purpose, used_at=None).first()


def confirm(code_id: UUID, typed: str, now: datetime) -> Code:
    """Check what was typed and mark the code as confirmed. **Raises** CodeWrong, CodeExpired.

    A try is spent before the comparison is told, in a transaction of its own: a refusal never gives it back.
    """
    digits = digits_of(typed)
    with transaction.atomic():
        code = Code.objects.select_for_update().filter(pk=code_id).first()
        if code is None or code.used_at or code.confirmed_at or code.expires_at <= now or code.tries_left <= 0:
            raise CodeExpired
        fits = not code.is_decoy and hmac.compare_digest(code.digest, _digest(code.id, digits))
        if fits:
            code.confirmed_at = now
        else:
            code.tries_left -= 1
        code.save(update_fields=["confirmed_at", "tries_left"])
    if not fits:
        raise CodeWrong(code.tries_left) if code.tries_left else CodeExpired
    return code


def use(code_id: UUID, purpose: Purpose, now: datetime) -> Code:
    """Spend a confirmed code inside the caller's transaction; a second time it is refused. **Raises** CodeExpired."""
    code = Code.objects.select_for_update().filter(pk=code_id, purpose=purpose).first()
    if code is None or code.used_at or not code.confirmed_at or now - code.confirmed_at > CODE_LIFETIME:
        raise CodeExpired
    code.used_at = now
    code.save(update_fields=["used_at"])
    return code
