"""Door: writes a message into the outbox, in the transaction of its cause.

    services.notify(institution=…, template="cases.answered", user=person, party=party,
                    context={"number": case.number}, about=("case", case.number), path=reverse(…), now=now)

Nothing here waits for another machine: the worker sends. Values of the context may be text, whole numbers, days,
moments, `types.Amount`, lazy translations, or `{language: text}`; each is written in the recipient's way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import connection, transaction

from salter.audit.services import record
from salter.audit.types import Actor
from salter.institutions.selectors import has_module
from salter.lib.ids import uuid7
from salter.lib.texts import pick
from salter.notifications import registry
from salter.notifications.models import BlockedAddress, Message, Preference
from salter.notifications.rules import company_name_for_sms, first_failure
from salter.notifications.secrets import seal_secret
from salter.notifications.selectors import unread_of
from salter.notifications.texts import choose_language, current_version, localise, render
from salter.notifications.types import About, Channel, State, TemplateError
from salter.sms import rules as sms_rules

if TYPE_CHECKING:
    from salter.accounts.models import User
    from salter.institutions.models import Institution
    from salter.parties.models import Party

__all__ = [
    "WAKE_CHANNEL",
    "mark_all_read",
    "mark_read",
    "notify",
    "notify_all",
    "send_to_address",
    "set_preference",
    "try_address_again",
    "unsubscribe",
    "wake_worker",
]

WAKE_CHANNEL = "salter_outbox"


def notify(
    *,
    institution: Institution | None,
    template: str,
    user: User,
    party: Party | None = None,
    context: Mapping[str, Any],
    about: About | tuple[str, str] | None = None,
    path: str = "",
    secret: str | None = None,
    now: datetime,
) -> list[Message]:
    """Tell one person: always in his inbox, by e-mail, and by SMS where the template, the institution and he want it.

    `path` is an absolute path on this site ("/gas/cases/R-2026-1"). Return the rows, the inbox first.
    **Raises** TemplateError when template and context don't fit, KeyError for an undeclared template.
    """
    return notify_all(
        institution=institution,
        template=template,
        users=[user],
        party=party,
        context=context,
        about=about,
        path=path,
        secret=secret,
        now=now,
    )


def notify_all(
    *,
    institution: Institution | None,
    template: str,
    users: Iterable[User],
    party: Party | None = None,
    context: Mapping[str, Any],
    about: About | tuple[str, str] | None = None,
    path: str = "",
    secret: str | None = None,
    now: datetime,
) -> list[Message]:
    """Tell several people the same, each in his language: the representatives of a party, say.

    **Raises** as `notify`.
    """
    people = list(users)
    if not people:
        return []
    declared = registry.get(template)
    preferences = {row.user_id: row for row in Preference.objects.filter(user__in=people)}
    blocked = _blocked([person.email for person in people] + [person.phone for person in people])
    letter = _Letter(institution, declared, party, context, about, path, secret, now)
    rows: list[Message] = []
    for person in people:
        letters = letter.written_for(person.language, person.name, person)
        rows += _rows_for_person(letters, person, preferences.get(person.pk), blocked)
    with transaction.atomic():
        Message.objects.bulk_create(rows)
        wake_worker()
    return rows


def send_to_address(
    *,
    institution: Institution | None,
    template: str,
    channel: Channel | str,
    address: str,
    language: str,
    context: Mapping[str, Any],
    secret: str | None = None,
    now: datetime,
    user: User | None = None,
    party: Party | None = None,
    about: About | tuple[str, str] | None = None,
    path: str = "",
) -> Message:
    """Write to one address, whoever it belongs to: a code to a new e-mail or mobile, a notice to the old one.

    With `user` the message also stands in his list of what was sent to him. **Raises** as `notify`.
    """
    declared = registry.get(template)
    letter = _Letter(institution, declared, party, context, about, path, secret, now)
    written = letter.written_for(language, user.name if user else "", user)
    channel = Channel(channel)
    row = written.row(channel, address=address, is_head=True)
    blocked = _blocked([address])
    if (channel, _folded(address)) in blocked and not declared.security:
        _suppress(row, blocked[channel, _folded(address)], now)
    with transaction.atomic():
        row.save(force_insert=True)
        wake_worker()
    return row


def mark_read(*, user: User, message: Message, now: datetime) -> None:
    """The person has opened a message of his."""
    Message.objects.sent_to(user).filter(pk=message.pk, read_at=None).update(read_at=now)


def mark_all_read(*, user: User, institution: Institution, now: datetime) -> int:
    """The person has seen all that there is at a counter. Return how many were new."""
    return unread_of(user, institution).update(read_at=now)


def set_preference(*, actor: Actor, user: User, email: bool, sms: bool, sms_letters: bool, now: datetime) -> Preference:
    """Choose by which channels the person is told. His inbox and messages about security stay on."""
    with transaction.atomic():
        row, _created = Preference.objects.update_or_create(
            user=user, defaults={"email": email, "sms": sms, "sms_letters": sms_letters, "changed_at": now}
        )
        record(
            actor=actor,
            action="notifications.set_preference",
            subject_kind="user",
            subject_id=user.pk,
            payload={"email": email, "sms": sms, "sms_letters": sms_letters},
            now=now,
        )
    return row


def unsubscribe(*, actor: Actor, address: str, user_id: UUID | None, institution: Institution, now: datetime) -> None:
    """Send no more mails: to the person, if the link was his, else to the address. Security still goes through."""
    with transaction.atomic():
        user = get_user_model().objects.filter(pk=user_id).first() if user_id else None
        if user is not None:
            kept = Preference.objects.filter(user=user).first()
            set_preference(
                actor=actor,
                user=user,
                email=False,
                sms=kept.sms if kept else True,
                sms_letters=kept.sms_letters if kept else False,
                now=now,
            )
        else:
            BlockedAddress.objects.update_or_create(
                channel=Channel.EMAIL,
                address=_folded(address),
                defaults={"reason": "unsubscribed", "blocked_at": now},
            )
        record(
            actor=actor,
            action="notifications.unsubscribe",
            institution_id=institution.pk,
            subject_kind="address",
            payload={"address": address},
            now=now,
        )


def try_address_again(*, actor: Actor, channel: Channel | str, address: str, now: datetime) -> bool:
    """Lift the block from an address. Return whether there was one."""
    with transaction.atomic():
        count, _rows = BlockedAddress.objects.filter(channel=Channel(channel), address=_folded(address)).delete()
        if count:
            record(
                actor=actor,
                action="notifications.try_address_again",
                subject_kind="address",
                payload={"channel": str(channel), "address": address},
                now=now,
            )
    return count > 0


def wake_worker() -> None:
    """Wake the worker once this transaction is committed.

    One coarse wake-up per transaction: NOTIFY serialises commits, and the worker finds by itself what is due. It is
    sent after the commit, so that the lock it takes is not held by the work. A lost one is made good by polling.
    """
    # Django keeps (savepoint ids, function, robust) per waiting call.
    if not any(entry[1] is _send_wake_up for entry in connection.run_on_commit):
        transaction.on_commit(_send_wake_up, robust=True)


def _send_wake_up() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {WAKE_CHANNEL}")


class _Letter:
    """What is to be said, before it is known to whom."""

    def __init__(
        self,
        institution: Institution | None,
        template: registry.Template,
        party: Party | None,
        context: Mapping[str, Any],
        about: About | tuple[str, str] | None,
        path: str,
        secret: str | None,
        now: datetime,
    ) -> None:
        if registry.GIVEN & context.keys() or registry.SECRET in context:
            raise TemplateError("institution, counter, person and secret are not given in the context.")
        if path and (not path.startswith("/") or path.startswith("//")):
            raise TemplateError(f"Not a path on this site: {path!r}")
        self.institution = institution
        self.template = template
        self.version = current_version(template)
        self.party = party
        self.context = context
        self.about = About(*about) if about else About("", "")
        self.path = path
        self.secret = seal_secret(secret) if secret is not None else ""
        self.now = now

    def written_for(self, wanted: str, person: str, recipient: User | None) -> _Written:
        return _Written(self, wanted, person, recipient)


class _Written:
    """The same in the language of one recipient."""

    def __init__(self, letter: _Letter, wanted: str, person: str, recipient: User | None) -> None:
        institution = letter.institution
        self.letter = letter
        self.recipient = recipient
        self.language = choose_language(letter.version, wanted, institution)
        self.wanted_language = "" if self.language == wanted else wanted
        zone = institution.time_zone if institution else "Europe/Belgrade"
        self.context = {name: localise(value, self.language, zone) for name, value in letter.context.items()}
        self.context |= {
            "institution": pick(institution.name, self.language) if institution else "Šalter",
            "counter": pick(institution.counter_name, self.language) if institution else "Šalter",
            "person": person,
        }
        self.words = render(letter.version, self.language, self.context)
        self.notice_id: UUID = uuid7()

    def row(self, channel: Channel, *, address: str = "", is_head: bool = False, letters: bool = False) -> Message:
        letter = self.letter
        is_sms = channel == Channel.SMS
        if is_sms and not self.words.sms:
            raise TemplateError(f"{letter.template.code} has no text for SMS.")
        return Message(
            institution=letter.institution,
            notice_id=self.notice_id,
            is_head=is_head,
            recipient=self.recipient,
            party=letter.party,
            for_whom=letter.party.name if letter.party else "",
            channel=channel,
            address=address,
            language=self.language,
            wanted_language=self.wanted_language,
            template=letter.version,
            context=self.context,
            subject=self.words.subject[:300],
            body=self._sms_text(letters=letters) if is_sms else self.words.body,
            secret="" if channel == Channel.PORTAL else letter.secret,
            about_kind=letter.about.kind,
            about_ref=letter.about.ref,
            path=letter.path,
            urgent=letter.template.security,
            state=State.QUEUED,
            next_attempt_at=letter.now,
            created_at=letter.now,
            expires_at=letter.now + letter.template.lifetime,
        )

    def _sms_text(self, *, letters: bool) -> str:
        company = company_name_for_sms(self.letter.party)
        text = f"{company}: {self.words.sms}" if company else self.words.sms
        return text if letters else sms_rules.plain(text)


def _rows_for_person(
    written: _Written, person: User, preference: Preference | None, blocked: dict[tuple[str, str], str]
) -> list[Message]:
    letter, now = written.letter, written.letter.now
    security = letter.template.security
    inbox = written.row(Channel.PORTAL, is_head=True)
    inbox.state, inbox.ended_at = State.DELIVERED, now
    rows = [inbox]

    address = person.email or ""
    mail = written.row(Channel.EMAIL, address=address)
    mail_failure = first_failure(
        no_address=not address,
        muted=preference is not None and not preference.email and not security,
        blocked="" if security else blocked.get((Channel.EMAIL, _folded(address)), ""),
    )
    if mail_failure:
        _suppress(mail, mail_failure, now)
    rows.append(mail)

    number = person.phone if person.phone and person.phone_verified else ""
    if number and written.words.sms and (letter.institution is None or has_module(letter.institution, "sms")):
        # Of a message about security at least one way out of the house stays open, and one is enough.
        needed = security and mail_failure == "no_address"
        text = written.row(Channel.SMS, address=number, letters=preference is not None and preference.sms_letters)
        sms_failure = first_failure(
            no_address=False,
            muted=preference is not None and not preference.sms and not needed,
            blocked="" if security else blocked.get((Channel.SMS, _folded(number)), ""),
        )
        if sms_failure:
            _suppress(text, sms_failure, now)
        rows.append(text)
    return rows


def _suppress(row: Message, code: str, now: datetime) -> None:
    row.state, row.failure_code, row.ended_at, row.secret = State.SUPPRESSED, code, now, ""


def _folded(address: str) -> str:
    return address.strip().lower()


def _blocked(addresses: Iterable[str | None]) -> dict[tuple[str, str], str]:
    wanted = {_folded(address) for address in addresses if address}
    rows = BlockedAddress.objects.filter(address__in=wanted).values_list("channel", "address", "reason")
    return {(channel, address): reason for channel, address, reason in rows}
