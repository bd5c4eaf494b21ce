"""From a row of the outbox to a message on its way, and its end.

A row passes so: `claim` (many rows, one short transaction; other workers skip them) · `_begin` (this row is `sending`
from now on, committed before the first byte leaves) · the gateway, outside any transaction · `_settle`. A worker that
dies leaves claimed rows that were not begun, which are simply taken again, and at most one that was: that one is taken
again marked `maybe_sent`, because nobody can know. `_settle` of one row and `_begin` of the next share a transaction.

`claimed_by` is a number that the worker holds as an advisory lock on a connection of its own. When it dies, PostgreSQL
lets go of the lock, and its rows are free at once; the lease is for workers that hold none (0) or hang.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import partial

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from salter.institutions.selectors import setting
from salter.mail import gateways as mail_gateways
from salter.mail import letters
from salter.mail.types import MailError
from salter.notifications import links
from salter.notifications.models import Attempt, BlockedAddress, Message
from salter.notifications.rules import next_attempt_at
from salter.notifications.secrets import MASK, SecretLost, open_secret
from salter.notifications.types import Channel, Outcome, State
from salter.pages.shortcuts import reverse
from salter.sms import gateways as sms_gateways
from salter.sms.types import OutgoingSms, SmsError

__all__ = ["LEASE", "WORKER_LOCKS", "Gateways", "Result", "deliver_due", "free_rows_of_dead_workers"]

log = structlog.get_logger(__name__)

# Longer than one message can take: a dozen answers of a mail server, 20 s each.
LEASE = timedelta(minutes=5)
# How long a channel rests when its gateway is down.
REST_S = 20
# First key of the advisory locks; the second is the worker's number.
WORKER_LOCKS = 0x5A17
# Failures after which an address takes nothing more until its owner has looked at it.
_BLOCKING = {"no_such_address", "bad_number"}
_GIVE_UP_WRITING_S = 120


@dataclass(frozen=True, slots=True)
class Result:
    """How one attempt ended."""

    message: Message
    outcome: Outcome
    at: datetime
    gateway: str
    code: str = ""
    detail: str = ""
    uncertain: bool = False
    gateway_down: bool = False


class Gateways:
    """The gateways of one worker thread, made when first needed and kept open."""

    def __init__(self) -> None:
        self._mail: mail_gateways.MailGateway | None = None
        self._sms: sms_gateways.SmsGateway | None = None

    @property
    def mail(self) -> mail_gateways.MailGateway:
        if self._mail is None:
            self._mail = mail_gateways.current()
        return self._mail

    @property
    def sms(self) -> sms_gateways.SmsGateway:
        if self._sms is None:
            self._sms = sms_gateways.current()
        return self._sms

    def close(self) -> None:
        for gateway in (self._mail, self._sms):
            if gateway is not None:
                gateway.close()


def deliver_due(
    *,
    channel: Channel,
    clock: Callable[[], datetime],
    limit: int = 50,
    worker: int = 0,
    gateways: Gateways | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> tuple[int, bool]:
    """Send what is due by a channel, at most `limit` messages. Return how many were tried, and whether it is down."""
    own = gateways or Gateways()
    try:
        return _deliver(claim(channel, clock(), limit, worker), clock, worker, own, stop)
    finally:
        if gateways is None:
            own.close()


def claim(channel: Channel, now: datetime, limit: int, worker: int) -> list[Message]:
    """Take due rows that nobody holds, urgent ones first, and hold them for the time of the lease."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                """
                WITH due AS MATERIALIZED (
                    SELECT id, state FROM notifications_message
                    WHERE channel = %(channel)s AND state IN ('queued', 'sending') AND next_attempt_at <= %(now)s
                    ORDER BY urgent DESC, next_attempt_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
                )
                UPDATE notifications_message m
                SET state = 'queued', claimed_by = %(worker)s, next_attempt_at = %(lease)s,
                    maybe_sent = m.maybe_sent OR due.state = 'sending'
                FROM due WHERE m.id = due.id RETURNING m.id, due.state = 'sending', m.attempts
                """,
                {"channel": channel.value, "now": now, "limit": limit, "worker": worker, "lease": now + LEASE},
            )
            found = cursor.fetchall()
        Attempt.objects.bulk_create(
            Attempt(message_id=key, number=attempts, outcome=Outcome.LOST, ended_at=now)
            for key, was_sending, attempts in found
            if was_sending
        )
    rows = Message.objects.select_related("institution", "template").filter(pk__in=[key for key, *_rest in found])
    return sorted(rows, key=lambda row: (not row.urgent, row.created_at))


def free_rows_of_dead_workers(now: datetime) -> int:
    """Let go of what a dead worker held: its number is no longer locked by anybody."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE notifications_message SET claimed_by = NULL, next_attempt_at = %s
            WHERE claimed_by <> 0 AND state IN ('queued', 'sending') AND NOT EXISTS (
                SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2 AND classid = %s::oid
                AND objid = claimed_by::oid
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            )
            """,
            [now, WORKER_LOCKS],
        )
        return cursor.rowcount


def _deliver(
    rows: list[Message], clock: Callable[[], datetime], worker: int, gateways: Gateways, stop: Callable[[], bool]
) -> tuple[int, bool]:
    result: Result | None = None
    tried = 0
    for position, row in enumerate(rows):
        if stop() or (result is not None and result.gateway_down):
            _durably(partial(_settle_and_begin, result, None, worker), clock, stop)
            _durably(partial(_release, rows[position:], worker), clock, stop)
            return tried, result is not None and result.gateway_down
        begun = _durably(partial(_settle_and_begin, result, row, worker), clock, stop)
        result = None
        if begun:
            tried += 1
            row.attempts += 1
            result = _attempt(row, gateways, clock)
    if result is not None:
        _durably(partial(_settle_and_begin, result, None, worker), clock, stop)
    return tried, result is not None and result.gateway_down


def _durably(write: Callable[[datetime], bool], clock: Callable[[], datetime], stop: Callable[[], bool]) -> bool:
    """Write, and again while the database restarts: a message that left must not be forgotten and sent twice.

    **Raises** what the database said, when it stays away.
    """
    until = time.monotonic() + _GIVE_UP_WRITING_S
    pause = 0.1
    while True:
        try:
            return write(clock())
        except (OperationalError, InterfaceError):
            # Within somebody's transaction there is nothing to repeat: it is lost as a whole.
            if connection.in_atomic_block or time.monotonic() > until or stop():
                raise
            connection.close()
            time.sleep(pause)
            pause = min(pause * 2, 2)


def _settle_and_begin(result: Result | None, row: Message | None, worker: int, now: datetime) -> bool:
    """Write the end of one attempt and the beginning of the next. Return whether the next may be sent."""
    with transaction.atomic():
        if result is not None:
            _settle(result, worker)
        return row is not None and _begin(row, worker, now)


def _begin(row: Message, worker: int, now: datetime) -> bool:
    """Mark the row as being sent, if it is still ours; a message that nobody needs any more is given up instead."""
    held = Message.objects.filter(pk=row.pk, claimed_by=worker, state=State.QUEUED, next_attempt_at__gt=now)
    # A code is worth nothing after its time. Anything else is tried at least once, however long we were down.
    if now >= row.expires_at and (row.secret or row.attempts):
        code = row.failure_code if row.failure_code and not row.secret else "too_late" if row.secret else "gave_up"
        held.update(state=State.FAILED, failure_code=code, ended_at=now, secret="", claimed_by=None)
        return False
    return bool(held.update(state=State.SENDING, attempts=row.attempts + 1, next_attempt_at=now + LEASE))


def _settle(result: Result, worker: int) -> None:
    row, now = result.message, result.at
    held = Message.objects.filter(pk=row.pk, claimed_by=worker, state=State.SENDING)
    maybe_sent = {"maybe_sent": True} if result.uncertain else {}
    if result.outcome == Outcome.DELIVERED:
        changed = held.update(state=State.DELIVERED, failure_code="", ended_at=now, secret="", claimed_by=None)
    else:
        again = next_attempt_at(row.attempts, now, row.expires_at) if result.outcome == Outcome.RETRY else None
        if again is None:
            changed = held.update(
                state=State.FAILED, failure_code=result.code, ended_at=now, secret="", claimed_by=None, **maybe_sent
            )
        else:
            changed = held.update(
                state=State.QUEUED, failure_code=result.code, next_attempt_at=again, claimed_by=None, **maybe_sent
            )
    if not changed:
        # It took us longer than the lease and another worker has it now, marked maybe_sent.
        log.warning("outbox_row_taken_over", message=str(row.pk))
    Attempt.objects.create(
        message=row,
        number=row.attempts,
        gateway=result.gateway,
        outcome=result.outcome,
        code=result.code,
        detail=result.detail[:500],
        ended_at=now,
    )
    if result.outcome == Outcome.FAILED and result.code in _BLOCKING:
        BlockedAddress.objects.update_or_create(
            channel=row.channel,
            address=row.address.strip().lower(),
            defaults={"reason": "blocked", "blocked_at": now},
        )


def _release(rows: Iterable[Message], worker: int, now: datetime) -> bool:
    """Put rows back that were claimed and not begun."""
    keys = [row.pk for row in rows]
    held = Message.objects.filter(pk__in=keys, claimed_by=worker, state=State.QUEUED)
    return bool(held.update(claimed_by=None, next_attempt_at=now))


def _attempt(row: Message, gateways: Gateways, clock: Callable[[], datetime]) -> Result:
    """Hand one message over, whatever happens."""
    name = ""
    try:
        if row.channel == Channel.EMAIL:
            name = gateways.mail.name
            detail = gateways.mail.send(letters.compose(_letter(row)))
        else:
            name = gateways.sms.name
            detail = gateways.sms.send(_sms(row))
    except (MailError, SmsError) as error:
        return Result(
            row,
            Outcome.FAILED if error.permanent else Outcome.RETRY,
            clock(),
            name,
            error.code,
            error.detail,
            error.uncertain,
            error.gateway_down,
        )
    except SecretLost:
        return Result(row, Outcome.FAILED, clock(), name, "internal", "the secret's key is gone")
    except (OperationalError, InterfaceError):
        # The local mailbox and the console phone stand in our own database.
        connection.close()
        return Result(row, Outcome.RETRY, clock(), name, "unreachable", "database away", True, True)
    except Exception as error:  # noqa: BLE001  one message that can't be made must not stop the others
        # No values of variables: there may be a code among them.
        log.error("outbox_message_broken", message=str(row.pk), error=traceback.format_exc())
        return Result(row, Outcome.RETRY, clock(), name, "internal", repr(error))
    return Result(row, Outcome.DELIVERED, clock(), name, "", detail)


def _with_secret(row: Message) -> str:
    return row.body.replace(MASK, open_secret(row.secret)) if row.secret else row.body


def _letter(row: Message) -> letters.Letter:
    institution = row.institution
    contacts = institution.contacts if institution else {}
    security = row.urgent
    preferences_url = unsubscribe_url = ""
    if institution and row.recipient_id:
        preferences_url = links.absolute(reverse(None, "notifications:preferences", institution_slug=institution.slug))
    if institution and not security:
        unsubscribe_url = links.unsubscribe_url(institution, address=row.address, user_id=row.recipient_id)
    return letters.Letter(
        reference=str(row.pk),
        to=row.address,
        language=row.language,
        subject=row.subject,
        body=_with_secret(row),
        counter=row.context.get("counter", ""),
        institution=row.context.get("institution", ""),
        theme=institution.theme if institution else "",
        for_whom=row.for_whom,
        note=fallback_note(row.wanted_language),
        action=row.template.texts[row.language]["action"] if row.path else "",
        action_url=links.absolute(row.path) if row.path else "",
        contacts=tuple(str(contacts[key]) for key in ("address", "phone") if contacts.get(key)),
        preferences_url=preferences_url,
        unsubscribe_url=unsubscribe_url,
        reply_to=str(contacts.get("email") or ""),
        headers={"Date": format_datetime(row.created_at)},
    )


def fallback_note(wanted_language: str) -> str:
    """Return, in the language that the reader wanted, that the text comes in another (SD-2); "" if he has his own."""
    if not wanted_language:
        return ""
    with translation.override(wanted_language):
        return _("We don't have this text in your language yet.")


def _sms(row: Message) -> OutgoingSms:
    sender = setting(row.institution, "sms.sender") if row.institution else ""
    return OutgoingSms(reference=str(row.pk), sender=sender or "Salter", to=row.address, text=_with_secret(row))
