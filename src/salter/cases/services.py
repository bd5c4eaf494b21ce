"""Door: every act on a case that somebody can name.

Each act takes the case's row first, checks the version the actor has read, then writes. A `request_key` makes a double
click one act: the second returns what the first did. The number's counter row is taken after all checks and held until
the commit, which is what keeps numbers without gaps; so no act does file or network work.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _

from salter.audit import services as audit
from salter.audit.types import Actor
from salter.cases import deadlines, events, receipts, rules, selectors
from salter.cases.models import (
    Attachment,
    Case,
    CaseMessage,
    HistoryEntry,
    Kind,
    Transition,
)
from salter.cases.types import (
    About,
    Applicant,
    Author,
    CaseRefused,
    Channel,
    FieldErrors,
    FieldType,
    KindNotOffered,
    NeedsText,
    NotYourAct,
    Priority,
    StaleCase,
    TooManyFiles,
    TransitionNotAllowed,
    What,
)
from salter.documents import services as documents
from salter.institutions import selectors as institutions
from salter.institutions.models import Institution
from salter.lib.ids import uuid7
from salter.lib.searchkeys import search_key, sort_key
from salter.staff import rules as staff_rules
from salter.staff import selectors as staff

__all__ = [
    "add_message",
    "add_note",
    "answer",
    "assign_case",
    "change_status",
    "extend_deadline",
    "open_case",
    "receipt_pdf",
    "set_priority",
]

MAX_TEXT = 20_000
MAX_FILES = 10


def open_case(
    *,
    actor: Actor,
    institution: Institution,
    kind: Kind,
    text: str,
    party: Any = None,
    customer: Any = None,
    applicant: Applicant | None = None,
    subject: str = "",
    fields: Mapping[str, Any] | None = None,
    files: Sequence[Any] = (),
    field_files: Mapping[str, Sequence[Any]] | None = None,
    about: About | None = None,
    channel: Channel | str | None = None,
    priority: Priority | str = Priority.NORMAL,
    unit: Any = None,
    request_key: str = "",
    now: datetime,
) -> Case:
    """Store a new case with its first message, number, deadline and history; tell its applicant (event `case_opened`).

    `files` and `field_files` (own field's name to files) are stored and unclaimed `documents` files. Without `party`
    an `applicant` says who it is. `channel` is the way it came; without it, the actor's.

    Raises: `KindNotOffered`, `NeedsText`, `FieldErrors`, `TooManyFiles`.
    """
    key = _request_key(actor, request_key)
    already = Case.objects.filter(institution=institution, request_key=key) if key else Case.objects.none()
    if found := already.first():
        return found
    text = _clean_text(text)
    if not text:
        raise NeedsText
    by_field = {name: list(some) for name, some in (field_files or {}).items() if some}
    all_files = [*files, *(file for some in by_field.values() for file in some)]
    if len(all_files) > MAX_FILES:
        raise TooManyFiles(MAX_FILES)
    for_actor = kind.is_offered or actor.role not in ("customer", "guest")
    if kind.institution_id != institution.id or not kind.is_active or not for_actor:
        raise KindNotOffered
    today = institutions.today(institution, now)
    own = rules.parse_fields(kind.fields)
    values, errors = rules.check_fields(own, fields or {}, today=today)
    errors |= {
        item.name: str(_("Add a file."))
        for item in own
        if item.type == FieldType.FILE and item.required and not by_field.get(item.name)
    }
    if errors:
        raise FieldErrors(errors)
    opening = Transition.objects.select_related("to_status").filter(kind=kind, is_opening=True, is_active=True).first()
    if opening is None:
        raise KindNotOffered
    name, email, phone, language = _applicant(actor, party, applicant)
    deadline = deadlines.of_kind(kind, institution, now)
    subject = " ".join(_clean_text(subject).split())[:200] or _first_line(text)
    unit = unit or kind.unit
    case = Case(
        institution=institution,
        kind=kind,
        status=opening.to_status,
        party=party,
        customer=customer,
        applicant_name=name,
        applicant_email=email,
        applicant_phone=phone,
        applicant_language=language,
        about_kind=about.kind if about else "",
        about_ref=about.ref if about else "",
        channel=channel or _channel(actor),
        subject=subject,
        fields=values,
        priority=priority,
        unit=unit,
        opened_by_id=actor.user_id,
        opened_at=now,
        changed_at=now,
        status_since=now,
        closed_at=None if opening.to_status.is_open else now,
        due_on=deadline.due_on if deadline else None,
        due_at=deadline.due_at if deadline else None,
        due_steps=deadline.steps if deadline else [],
        request_key=key,
        subject_sort=sort_key(subject, institution.alphabet)[:400],
        applicant_sort=sort_key(name, institution.alphabet)[:400],
    )
    try:
        with transaction.atomic():
            _store_opened(case, actor, text, files, by_field, today, now)
    except IntegrityError:
        # The other click of the two was first and has committed; our number went back with the savepoint.
        if found := already.first():
            return found
        raise
    return case


def _store_opened(
    case: Case,
    actor: Actor,
    text: str,
    files: Sequence[Any],
    by_field: Mapping[str, Sequence[Any]],
    today: date,
    now: datetime,
) -> None:
    documents.claim_files(
        institution=case.institution, files=[*files, *(f for some in by_field.values() for f in some)], now=now
    )
    case.number = _take_number(case.institution_id, case.kind, case.unit, today)
    case.number_key = rules.number_key(case.number)
    case.search_key = search_key(
        f"{case.number} {case.number_key} {case.subject} {case.applicant_name} {case.about_ref}"
    )
    case.save(force_insert=True)
    is_own_words = actor.role in ("customer", "guest")
    message = CaseMessage.objects.create(
        institution_id=case.institution_id,
        case=case,
        version=1,
        author=Author.CUSTOMER,
        author_user_id=actor.user_id if is_own_words else None,
        author_name=actor.name if is_own_words else case.applicant_name,
        channel=case.channel,
        text=text,
        created_at=now,
    )
    HistoryEntry.objects.create(
        institution_id=case.institution_id,
        case=case,
        version=1,
        what=What.OPENED,
        step=1,
        from_status=case.status,
        to_status=case.status,
        at=now,
        actor_user_id=actor.user_id,
        actor_name=actor.name,
        actor_role=actor.role,
        message=message,
    )
    _attach(case, message, files, now)
    for name, some in by_field.items():
        _attach(case, message, some, now, field=name)
    _record(actor, "cases.open_case", case, now, kind=case.kind.code, channel=case.channel, due_on=case.due_on)
    events.case_opened.send(sender=Case, case=case, message=message, actor=actor, now=now)


def add_message(
    *, actor: Actor, case: Case, text: str, files: Sequence[Any] = (), request_key: str = "", now: datetime
) -> CaseMessage:
    """The customer writes in his case; one that waited for him, or was closed, goes on by its declared transition.

    Raises: `NeedsText` when there are neither words nor files, `TooManyFiles`, `CaseRefused` when the case is
    closed and its kind doesn't open it again.
    """
    text = _clean_text(text)
    if not text and not files:
        raise NeedsText
    key = _request_key(actor, request_key)
    with transaction.atomic():
        case = _lock(case)
        if done := _message_done(case, key):
            return done
        step = _find_transition(case, on_reply=True)
        if not case.is_open and step is None:
            raise CaseRefused(_("This case is closed. Please open a new one."))
        case.version += 1
        message = _write_message(case, actor, Author.CUSTOMER, text, files, key, now)
        entry = _move(case, step, actor, now, message=message) if step else None
        _save(case, now)
        _record(actor, "cases.add_message", case, now, files=len(files))
        events.message_added.send(sender=Case, case=case, message=message, actor=actor, now=now, transition=step)
        _announce_move(case, entry, step, actor, now, message)
    return message


def add_note(
    *,
    actor: Actor,
    case: Case,
    text: str,
    files: Sequence[Any] = (),
    expected_version: int | None = None,
    request_key: str = "",
    now: datetime,
) -> CaseMessage:
    """Staff write down something that the customer doesn't see.

    Raises: `NeedsText`, `NotYourAct`, `TooManyFiles`, `StaleCase`.
    """
    text = _clean_text(text)
    if not text and not files:
        raise NeedsText
    key = _request_key(actor, request_key)
    with transaction.atomic():
        case = _lock(case)
        if done := _message_done(case, key):
            return done
        _ensure_handles(actor, case, now)
        _ensure_fresh(case, expected_version)
        case.version += 1
        message = _write_message(case, actor, Author.STAFF, text, files, key, now, is_note=True)
        _save(case, now)
        _record(actor, "cases.add_note", case, now)
    return message


def answer(
    *,
    actor: Actor,
    case: Case,
    text: str,
    to_status: str = "",
    files: Sequence[Any] = (),
    channel: Channel | str | None = None,
    expected_version: int | None = None,
    request_key: str = "",
    now: datetime,
) -> CaseMessage:
    """Staff write to the customer and, with `to_status`, take a step in the same act; he gets one message of both.

    Raises: `NeedsText`, `NotYourAct`, `TransitionNotAllowed`, `TooManyFiles`, `StaleCase`.
    """
    text = _clean_text(text)
    if not text:
        raise NeedsText
    key = _request_key(actor, request_key)
    with transaction.atomic():
        case = _lock(case)
        if done := _message_done(case, key):
            return done
        role = _ensure_handles(actor, case, now)
        _ensure_fresh(case, expected_version)
        step = _step_to(case, to_status, role) if to_status and to_status != case.status.code else None
        case.version += 1
        message = _write_message(case, actor, Author.STAFF, text, files, key, now, channel=channel)
        case.first_answer_at = case.first_answer_at or now
        entry = _move(case, step, actor, now, message=message) if step else None
        _save(case, now)
        _record(actor, "cases.answer", case, now, to_status=to_status, files=len(files))
        events.message_added.send(sender=Case, case=case, message=message, actor=actor, now=now, transition=step)
        _announce_move(case, entry, step, actor, now, message)
    return message


def change_status(
    *,
    actor: Actor,
    case: Case,
    to_status: str,
    note: str = "",
    expected_version: int | None = None,
    request_key: str = "",
    now: datetime,
) -> Case:
    """Take a declared step without words to the customer, who is told of the new status. `note` is for staff.

    Raises: `TransitionNotAllowed`, `NotYourAct`, `NeedsText` when the step asks for an answer, `StaleCase`.
    """
    key = _request_key(actor, request_key)
    with transaction.atomic():
        case = _lock(case)
        if key and HistoryEntry.objects.filter(case=case, request_key=key).exists():
            return case
        role = _role(actor, case, now)
        _ensure_fresh(case, expected_version)
        step = _step_to(case, to_status, role)
        if step.asks_answer:
            raise NeedsText
        case.version += 1
        entry = _move(case, step, actor, now, note=_clean_text(note), key=key)
        _save(case, now)
        _record(actor, "cases.change_status", case, now, to_status=to_status)
        _announce_move(case, entry, step, actor, now, None)
    return case


def assign_case(
    *,
    actor: Actor,
    case: Case,
    assignee: Any = None,
    unit: Any = None,
    note: str = "",
    expected_version: int | None = None,
    now: datetime,
) -> Case:
    """Give the case to a colleague (a `staff` membership), or with `assignee` None to nobody; `unit` forwards it.

    A clerk takes a case himself, gives his own away or forwards it; giving it to others is the supervisor's.

    Raises: `CaseRefused` (closed, or the colleague can't handle cases), `NotYourAct`, `StaleCase`.
    """
    with transaction.atomic():
        case = _lock(case)
        role = _ensure_handles(actor, case, now)
        _ensure_fresh(case, expected_version)
        if not case.is_open:
            raise CaseRefused(_("This case is closed. Open it again before you assign it."))
        unit = unit or (assignee.unit if assignee else None) or case.unit
        if case.assignee_id == (assignee.id if assignee else None) and case.unit_id == (unit.id if unit else None):
            return case
        _ensure_may_assign(actor, case, assignee, role, now)
        before = case.assignee
        case.assignee, case.unit = assignee, unit
        case.version += 1
        entry = _write_history(
            case, actor, What.ASSIGNED, now, note=_clean_text(note),
            details={
                "from": before.user.name if before else "",
                "to": assignee.user.name if assignee else "",
                "unit": unit.code if unit else "",
                "unit_name": unit.name if unit else {},
            },
        )  # fmt: skip
        step = _find_transition(case, on_assign=True) if assignee else None
        moved = _move(case, step, actor, now) if step else None
        _save(case, now)
        _record(
            actor, "cases.assign_case", case, now,
            assignee=str(assignee.user_id) if assignee else None, unit=unit.code if unit else None,
        )  # fmt: skip
        events.case_assigned.send(sender=Case, case=case, entry=entry, actor=actor, now=now)
        _announce_move(case, moved, step, actor, now, None)
    return case


def set_priority(
    *, actor: Actor, case: Case, priority: Priority | str, expected_version: int | None = None, now: datetime
) -> Case:
    """Raises: `NotYourAct`, `StaleCase`."""
    with transaction.atomic():
        case = _lock(case)
        _ensure_handles(actor, case, now)
        _ensure_fresh(case, expected_version)
        if case.priority != priority:
            details = {"from": str(case.priority), "to": str(Priority(priority))}
            case.priority = Priority(priority)
            case.version += 1
            _write_history(case, actor, What.PRIORITY, now, details=details)
            _save(case, now)
            _record(actor, "cases.set_priority", case, now, **details)
    return case


def extend_deadline(
    *, actor: Actor, case: Case, due_on: date, reason: str, expected_version: int | None = None, now: datetime
) -> Case:
    """Move the deadline to a later day with a reason that the customer reads; once, by a supervisor.

    Raises: `NeedsText`, `NotYourAct`, `CaseRefused` when there is no deadline, it isn't later or was extended before,
    `StaleCase`. Source: RL-2.
    """
    reason = _clean_text(reason)
    if not reason:
        raise NeedsText
    with transaction.atomic():
        case = _lock(case)
        role = _ensure_handles(actor, case, now)
        if not staff_rules.may(role, "cases.assign_others"):
            raise NotYourAct
        _ensure_fresh(case, expected_version)
        if not case.is_open or case.due_on is None or due_on <= case.due_on:
            raise CaseRefused(_("Choose a day after the present deadline of an open case."))
        if HistoryEntry.objects.filter(case=case, what=What.DEADLINE).exists():
            raise CaseRefused(_("This deadline was extended before. It can be extended only once."))
        details = {"from": case.due_on.isoformat(), "to": due_on.isoformat()}
        case.due_steps = [*case.due_steps, deadlines.extension_step(due_on)]
        case.due_on = due_on
        case.due_at = institutions.working_calendar(case.institution).end_of_day(due_on)
        case.version += 1
        _write_history(case, actor, What.DEADLINE, now, note=reason, details=details)
        _save(case, now)
        _record(actor, "cases.extend_deadline", case, now, **details)
        events.deadline_extended.send(sender=Case, case=case, reason=reason, actor=actor, now=now)
    return case


def receipt_pdf(case: Case, language: str) -> bytes:
    """The receipt of a case in `language`: number, time, applicant, text, deadline, and a code to follow it by."""
    return receipts.render(case, language)


# ------------------------------------------------------------------ numbers


def _take_number(institution_id: UUID, kind: Kind, unit: Any, today: date) -> str:
    """The next number of the kind's series. Its row stays locked until the commit, and goes back with a rollback."""
    parts = {"prefix": kind.prefix, "unit": (unit.code if unit else "").upper(), "class_mark": kind.class_mark}
    series, year = rules.series_of(kind.number_pattern, today=today, **parts)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cases_numberseries (id, institution_id, series, year, last) VALUES (%s, %s, %s, %s, 1) "
            "ON CONFLICT (institution_id, series, year) DO UPDATE SET last = cases_numberseries.last + 1 "
            "RETURNING last",
            [uuid7(), institution_id, series, year],
        )
        seq = cursor.fetchone()[0]
    return rules.render_number(kind.number_pattern, seq=seq, today=today, **parts)


# ------------------------------------------------------------------ checks


def _lock(case: Case) -> Case:
    found = Case.objects.filter(pk=case.pk, institution_id=case.institution_id)
    # First the row alone. With joins PostgreSQL would look at the row anew after the wait, but at the joined ones as
    # they were before it: a case whose status or clerk has changed meanwhile would not be found at all.
    found.select_for_update().values_list("pk").get()
    return found.select_related("institution", "kind", "status", "party", "unit", "assignee__user").get()


def _ensure_fresh(case: Case, expected_version: int | None) -> None:
    if expected_version is not None and expected_version != case.version:
        raise StaleCase(selectors.changes_since(case, expected_version), case.version)


def _role(actor: Actor, case: Case, now: datetime) -> str:
    """`customer`, `system`, or the actor's role as staff of this institution today; empty for anybody else."""
    if actor.role in ("customer", "system"):
        return actor.role
    if actor.role != "staff" or actor.user_id is None:
        return ""
    membership = staff.find_membership(
        user_id=actor.user_id, institution=case.institution, today=institutions.today(case.institution, now)
    )
    return str(membership.role) if membership else ""


def _ensure_handles(actor: Actor, case: Case, now: datetime) -> str:
    role = _role(actor, case, now)
    if role != "system" and not staff_rules.may(role, "cases.handle"):
        raise NotYourAct
    return role


def _ensure_may_assign(actor: Actor, case: Case, assignee: Any, role: str, now: datetime) -> None:
    if assignee is not None:
        today = institutions.today(case.institution, now)
        works_here = assignee.institution_id == case.institution_id and (
            assignee.ends_on is None or assignee.ends_on >= today
        )
        if not works_here or not staff_rules.may(assignee.role, "cases.handle"):
            raise CaseRefused(_("This colleague can't take cases. Choose another one."))
    if role == "system" or staff_rules.may(role, "cases.assign_others"):
        return
    is_mine = case.assignee is not None and case.assignee.user_id == actor.user_id
    takes_it = assignee is not None and assignee.user_id == actor.user_id
    is_free = case.assignee is None
    if not (takes_it or (assignee is None and (is_mine or is_free))):
        raise NotYourAct


def _step_to(case: Case, to_status: str, role: str) -> Transition:
    step = (
        Transition.objects.select_related("to_status")
        .filter(
            institution_id=case.institution_id,
            from_status=case.status,
            to_status__code=to_status,
            is_active=True,
            is_opening=False,
        )
        .first()
    )
    if step is None:
        raise TransitionNotAllowed
    if role not in step.roles:
        raise NotYourAct
    return step


def _find_transition(case: Case, **flag: bool) -> Transition | None:
    return (
        Transition.objects.select_related("to_status")
        .filter(institution_id=case.institution_id, from_status=case.status, is_active=True, is_opening=False, **flag)
        .first()
    )


# ------------------------------------------------------------------ writing


def _save(case: Case, now: datetime) -> None:
    case.changed_at = now
    case.save(force_update=True)


def _write_message(
    case: Case,
    actor: Actor,
    author: Author,
    text: str,
    files: Sequence[Any],
    key: str,
    now: datetime,
    *,
    is_note: bool = False,
    channel: Channel | str | None = None,
) -> CaseMessage:
    if len(files) > MAX_FILES:
        raise TooManyFiles(MAX_FILES)
    message = CaseMessage.objects.create(
        institution_id=case.institution_id,
        case=case,
        version=case.version,
        author=author,
        author_user_id=actor.user_id,
        author_name=actor.name,
        is_note=is_note,
        channel=channel or _channel(actor),
        text=text,
        created_at=now,
        request_key=key,
    )
    documents.claim_files(institution=case.institution, files=files, now=now)
    _attach(case, message, files, now)
    return message


def _message_done(case: Case, key: str) -> CaseMessage | None:
    return CaseMessage.objects.filter(case=case, request_key=key).first() if key else None


def _attach(case: Case, message: CaseMessage, files: Iterable[Any], now: datetime, field: str = "") -> None:
    Attachment.objects.bulk_create(
        Attachment(
            institution_id=case.institution_id, case=case, message=message, file=file, field=field, created_at=now
        )
        for file in files
    )


def _move(
    case: Case,
    step: Transition,
    actor: Actor,
    now: datetime,
    *,
    message: CaseMessage | None = None,
    note: str = "",
    key: str = "",
) -> HistoryEntry:
    """Take a step: the line of history and the case's status, which the database accepts only together."""
    before = case.status
    case.steps += 1
    case.status = step.to_status
    case.status_since = now
    case.closed_at = None if step.to_status.is_open else (case.closed_at or now)
    return HistoryEntry.objects.create(
        institution_id=case.institution_id,
        case=case,
        version=case.version,
        what=What.STATUS,
        step=case.steps,
        previous_step=case.steps - 1,
        from_status=before,
        to_status=step.to_status,
        at=now,
        actor_user_id=actor.user_id,
        actor_name=actor.name,
        actor_role=actor.role,
        note=note,
        message=message,
        request_key=key,
    )


def _write_history(
    case: Case, actor: Actor, what: What, now: datetime, *, note: str = "", details: Mapping[str, Any]
) -> HistoryEntry:
    return HistoryEntry.objects.create(
        institution_id=case.institution_id,
        case=case,
        version=case.version,
        what=what,
        at=now,
        actor_user_id=actor.user_id,
        actor_name=actor.name,
        actor_role=actor.role,
        note=note,
        details=dict(details),
    )


def _announce_move(
    case: Case,
    entry: HistoryEntry | None,
    step: Transition | None,
    actor: Actor,
    now: datetime,
    message: CaseMessage | None,
) -> None:
    if entry is not None:
        events.status_changed.send(
            sender=Case, case=case, entry=entry, transition=step, actor=actor, now=now, message=message
        )


def _record(actor: Actor, action: str, case: Case, now: datetime, **payload: Any) -> None:
    audit.record(
        actor=actor,
        action=action,
        institution_id=case.institution_id,
        subject_kind="case",
        subject_id=case.id,
        subject_ref=case.number,
        party_id=case.party_id,
        payload={key: value.isoformat() if isinstance(value, date) else value for key, value in payload.items()},
        now=now,
    )


# ------------------------------------------------------------------ small things


def _request_key(actor: Actor, key: str) -> str:
    """Bound to the one who acts, so that nobody can ask for another's case by its key."""
    if not key:
        return ""
    who = actor.user_id or actor.ip
    return hashlib.sha256(f"{who}:{key}".encode()).hexdigest()


def _channel(actor: Actor) -> str:
    return actor.channel if actor.channel in Channel.values else Channel.WEB


def _clean_text(text: str) -> str:
    """Without control and bidi marks that turn the words of others round; line ends become one kind."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = (c for c in text if c in "\n\t" or (c.isprintable() or c == "\u00a0" or c == "\u200d"))
    return "".join(kept).strip()[:MAX_TEXT]


def _first_line(text: str) -> str:
    line = text.split("\n", 1)[0].strip()
    return line if len(line) <= 80 else line[:80].rsplit(" ", 1)[0].rstrip(",;:") + "…"


def _applicant(actor: Actor, party: Any, applicant: Applicant | None) -> tuple[str, str, str, str]:
    if applicant is not None:
        return applicant.name[:200], applicant.email, applicant.phone[:30], applicant.language
    if party is not None:
        return party.name, "", "", ""
    return actor.name[:200], "", "", ""
