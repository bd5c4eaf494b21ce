"""Door: reads of cases, each scoped to its viewer.

Customers see the cases of the party they act for, without notes; staff see all cases of their institution. Lists are
querysets for the one table; a case's page gets prefetched dataclasses.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from django.core.cache import cache
from django.db import connection
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from salter.audit import selectors as audit
from salter.cases import deadlines, rules
from salter.cases.models import Attachment, Case, CaseMessage, CaseQuerySet, HistoryEntry, Kind, Status, Transition
from salter.cases.types import Author, CaseChange, Counting, FieldType, WaitsFor, What
from salter.institutions import selectors as institutions
from salter.institutions.models import Institution
from salter.lib.dates import format_date
from salter.lib.searchkeys import search_key
from salter.lib.texts import pick
from salter.notifications import selectors as notifications
from salter.notifications.types import Channel, DeliveryLine

__all__ = [
    "QUEUES",
    "CaseStep",
    "DeadlineView",
    "Offer",
    "Overview",
    "OwnValue",
    "ThreadItem",
    "cases_of_party",
    "cases_visible_to_party",
    "cases_visible_to_staff",
    "changes_since",
    "deadline_of",
    "due_soon_until",
    "excerpt",
    "find_attachment_visible_to_party",
    "find_attachment_visible_to_staff",
    "find_case_visible_to_party",
    "find_case_visible_to_staff",
    "find_kind",
    "forget_offers",
    "is_reopened_by_reply",
    "kinds_for_customers",
    "kinds_for_staff",
    "list_cases_of_party",
    "looks_at",
    "offers",
    "overview_of_party",
    "own_values",
    "queue",
    "queue_counts",
    "search_cases",
    "steps_of",
    "text_of_change",
    "thread",
    "transitions_for",
    "usual_days",
    "waiting_for_party",
]

QUEUES = ("all", "overdue", "due_soon", "mine", "unit", "unassigned", "waiting", "reopened")
DUE_SOON_DAYS = 2
# Enough to tell what is usual, few enough to be counted at each showing.
LIKE_CASES = 200


# ------------------------------------------------------------------ kinds


def kinds_for_customers(institution: Institution) -> QuerySet[Kind]:
    """The kinds that a customer may open himself, faults with an emergency number first."""
    return Kind.objects.filter(institution=institution, is_active=True, is_offered=True).order_by(
        "-emergency_first", "position", "code"
    )


@dataclass(frozen=True, slots=True)
class Offer:
    """A kind as the home page offers it."""

    code: str
    icon: str
    names: Mapping[str, str]
    hints: Mapping[str, str]


# Every home page shows them and hardly anybody changes them; another process sees a change within this time.
_OFFERS_S = 10


def offers(institution: Institution) -> list[Offer]:
    """The kinds that a customer may open himself, from this process's memory when they were read a moment ago."""
    key = _offers_key(institution.pk)
    found: list[Offer] | None = cache.get(key)
    if found is None:
        found = [Offer(*row) for row in kinds_for_customers(institution).values_list("code", "icon", "names", "hints")]
        cache.set(key, found, _OFFERS_S)
    return found


def forget_offers(institution_id: UUID) -> None:
    """Drop what is remembered after a change."""
    cache.delete(_offers_key(institution_id))


def _offers_key(institution_id: UUID) -> str:
    return f"cases.offers:{institution_id}"


def kinds_for_staff(institution: Institution) -> QuerySet[Kind]:
    return Kind.objects.filter(institution=institution, is_active=True)


def find_kind(institution: Institution, code: str) -> Kind | None:
    return Kind.objects.filter(institution=institution, code=code, is_active=True).select_related("unit").first()


# ------------------------------------------------------------------ who sees which cases


def cases_visible_to_party(party: Any) -> CaseQuerySet:
    """All cases of the party, newest first; the caller has found that his reader acts for it."""
    return _cases(party.institution_id).filter(party=party).order_by("-opened_at", "-id")


def list_cases_of_party(party: Any) -> CaseQuerySet:
    """The same cases, only with what a line of his list shows."""
    return (
        Case.objects.filter(institution_id=party.institution_id, party=party).with_state().order_by("-opened_at", "-id")
    )


def waiting_for_party(party: Any) -> CaseQuerySet:
    """The open cases that wait for the customer, newest first."""
    return list_cases_of_party(party).waiting_for_customer()


@dataclass(frozen=True, slots=True)
class Overview:
    """What the home page shows: the newest cases that wait for the customer, with what he is asked; the newest open."""

    waiting: tuple[tuple[Case, str], ...]
    open: tuple[Case, ...]
    has_more: bool


def overview_of_party(party: Any, shown: int) -> Overview:
    """Read at most `shown` of each in one query; a case may stand in both."""
    cases = list_cases_of_party(party)
    newest, waiting = cases.open()[: shown + 1], waiting_for_party(party)[:shown]
    last_words = CaseMessage.objects.filter(case=OuterRef("pk"), author=Author.STAFF, is_note=False)
    found = cases.filter(Q(pk__in=newest.values("pk")) | Q(pk__in=waiting.values("pk"))).annotate(
        asked=Subquery(last_words.order_by("-created_at", "-id").values("text")[:1])
    )
    rows: list[Any] = list(found)
    return Overview(
        tuple((row, row.asked or "") for row in rows if row.status.waits_for == WaitsFor.CUSTOMER)[:shown],
        tuple(rows[:shown]),
        len(rows) > shown,
    )


def cases_visible_to_staff(membership: Any) -> CaseQuerySet:
    """All cases of the institution that the membership works at, most urgent deadline first."""
    return _cases(membership.institution_id).order_by("due_on", "id")


def cases_of_party(institution: Institution, party_id: UUID) -> CaseQuerySet:
    """The cases of one party, for its file at the desk, newest first."""
    return _cases(institution.id).filter(party_id=party_id).order_by("-opened_at", "-id")


def _cases(institution_id: UUID) -> CaseQuerySet:
    return Case.objects.filter(institution_id=institution_id).with_names()


def find_case_visible_to_party(party: Any, number: str) -> Case | None:
    return _by_number(cases_visible_to_party(party), number)


def find_case_visible_to_staff(membership: Any, number: str) -> Case | None:
    """The case with this number, however it was typed: without zeros, with its date, in Cyrillic (RL-24)."""
    return _by_number(cases_visible_to_staff(membership), number)


def _by_number(cases: CaseQuerySet, number: str) -> Case | None:
    cases = cases.select_related("institution", "customer")
    exact = cases.filter(number=number).first()
    if exact is not None or not number.strip():
        return exact
    fitting = list(cases.filter(number_key=rules.number_key(number))[:2])
    return fitting[0] if len(fitting) == 1 else None


def search_cases(cases: CaseQuerySet, text: str) -> CaseQuerySet:
    """Narrow a list to the cases whose number, subject or applicant holds every word of `text`."""
    found = Q()
    for word in search_key(text).split():
        found &= Q(search_key__contains=word)
    key = rules.number_key(text) if any(letter.isdigit() for letter in text) else ""
    return cases.filter(found | Q(number_key=key) if key else found)


# ------------------------------------------------------------------ the desk's queues


def due_soon_until(today: date) -> date:
    return today + timedelta(days=DUE_SOON_DAYS)


def _queue_filter(name: str, membership: Any, today: date) -> Q:
    match name:
        case "overdue":
            return Q(due_on__lt=today)
        case "due_soon":
            return Q(due_on__gte=today, due_on__lte=due_soon_until(today))
        case "mine":
            return Q(assignee__user_id=membership.user_id)
        case "unit":
            return Q(unit_id=membership.unit_id) if membership.unit_id else Q(pk__isnull=True)
        case "unassigned":
            return Q(assignee__isnull=True)
        case "waiting":
            return Q(status__waits_for=WaitsFor.CUSTOMER)
        case "reopened":
            # Opened again: some line of history led back out of a closed status.
            return Q(history__from_status__is_open=False)
        case _:
            return Q()


def queue(membership: Any, name: str, today: date) -> CaseQuerySet:
    """The open cases of one of `QUEUES`, most urgent first. Raises: `KeyError` for an unknown name."""
    if name not in QUEUES:
        raise KeyError(name)
    cases = cases_visible_to_staff(membership).open().filter(_queue_filter(name, membership, today))
    return cases.distinct() if name == "reopened" else cases


def queue_counts(membership: Any, today: date) -> dict[str, int]:
    """How many open cases stand in each of `QUEUES`, in one query."""
    opened = Case.objects.filter(institution_id=membership.institution_id).open()
    return opened.aggregate(
        **{name: Count("pk", filter=_queue_filter(name, membership, today) or None, distinct=True) for name in QUEUES}
    )


# ------------------------------------------------------------------ the page of a case


def transitions_for(case: Case, role: str) -> list[Transition]:
    """The steps that somebody in this role may take from where the case stands."""
    return list(
        Transition.objects.filter(
            institution_id=case.institution_id, from_status=case.status_id, is_active=True, is_opening=False,
            roles__contains=[role],
        ).select_related("to_status")
    )  # fmt: skip


def is_reopened_by_reply(case: Case) -> bool:
    """Whether the customer's words would open a closed case again."""
    return Transition.objects.filter(
        institution_id=case.institution_id, from_status=case.status_id, is_active=True, on_reply=True
    ).exists()


@dataclass(frozen=True, slots=True)
class DeadlineView:
    """A deadline as it is shown. `due_at` is set when it is one of hours; `days_left` is negative when it has passed;
    `steps` tell how it came about."""

    due_on: date
    due_at: datetime | None
    days_left: int
    is_over: bool
    steps: tuple[deadlines.StepView, ...]


def deadline_of(case: Case, now: datetime) -> DeadlineView | None:
    """None for a case without deadline. A closed case is never over."""
    if case.due_on is None or case.due_at is None:
        return None
    in_hours = case.kind.deadline_counting in (Counting.HOURS, Counting.WORKING_HOURS)
    return DeadlineView(
        due_on=case.due_on,
        due_at=case.due_at if in_hours else None,
        days_left=(case.due_on - institutions.today(case.institution, now)).days,
        is_over=case.is_open and now >= case.due_at,
        steps=deadlines.views(case.due_steps, case.kind.deadline_texts),
    )


def usual_days(kind: Kind) -> int | None:
    """In how many days half of the last cases of this kind were closed; None while there are fewer than five."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY days) FROM ("
            "SELECT extract(epoch FROM closed_at - opened_at) / 86400 AS days FROM cases_case "
            "WHERE institution_id = %s AND kind_id = %s AND closed_at IS NOT NULL "
            "ORDER BY opened_at DESC LIMIT %s) AS last",
            [kind.institution_id, kind.id, LIKE_CASES],
        )
        count, median = cursor.fetchone()
    return max(1, round(median)) if count >= 5 else None


@dataclass(frozen=True, slots=True)
class CaseStep:
    """One dot of the line that shows how far a case has come."""

    label: Mapping[str, str]
    state: Literal["done", "now", "todo"]
    at: datetime | None = None
    until: date | None = None
    who: str = ""


def steps_of(case: Case, items: Iterable["ThreadItem"]) -> list[CaseStep]:
    """The statuses gone through, the present one, and those of the usual path that are still to come."""
    moves = [
        (item.entry, item.entry.to_status)
        for item in items
        if item.entry is not None and item.entry.to_status is not None
    ]
    done = [
        CaseStep(status.labels, "done", entry.at, who=entry.actor_name if entry.actor_role == "staff" else "")
        for entry, status in moves[:-1]
    ]
    now = CaseStep(case.status.labels, "now" if case.is_open else "done", at=case.status_since)
    if not case.is_open:
        return [*done, now]
    seen = {status.id for _entry, status in moves}
    ahead = [
        CaseStep(status.labels, "todo", until=case.due_on if not status.is_open else None)
        for status in Status.objects.filter(kind_id=case.kind_id, is_on_path=True, position__gt=case.status.position)
        if status.id not in seen
    ]
    return [*done, now, *ahead]


@dataclass(slots=True)
class ThreadItem:
    """One thing in the conversation: words (`message`) or something that happened (`entry`)."""

    at: datetime
    message: CaseMessage | None = None
    entry: HistoryEntry | None = None
    is_mine: bool = False
    attachments: list[Attachment] = field(default_factory=list)
    deliveries: list[DeliveryLine] = field(default_factory=list)


def thread(case: Case, *, user_id: UUID | None = None, for_staff: bool = False) -> list[ThreadItem]:
    """The conversation, oldest first. Customers don't see notes, staff's remarks on a step, or priorities.

    `is_mine` marks the words of the customer's side. Under words of the office stand the deliveries of the notices
    about them: for a customer his own, for staff everybody's. Four queries.
    """
    messages = CaseMessage.objects.filter(case=case)
    entries = HistoryEntry.objects.filter(case=case).select_related("from_status", "to_status")
    if not for_staff:
        messages = messages.filter(is_note=False)
        entries = entries.exclude(what=What.PRIORITY)
    items = {
        message.id: ThreadItem(message.created_at, message=message, is_mine=message.author == Author.CUSTOMER)
        for message in messages
    }
    for attachment in Attachment.objects.filter(case=case).select_related("file"):
        if attachment.message_id in items:
            items[attachment.message_id].attachments.append(attachment)
    sent = notifications.list_messages_about(case.institution, "case", case.number).exclude(channel=Channel.PORTAL)
    lines: dict[datetime, list[DeliveryLine]] = {}
    for row in sent if for_staff else sent.filter(recipient_id=user_id):
        # The notice of an act bears the act's own time.
        lines.setdefault(row.created_at, []).append(notifications.delivery_line(row))
    for item in items.values():
        if item.message is not None and item.message.author == Author.STAFF and not item.message.is_note:
            item.deliveries = lines.get(item.at, [])
    happened = [ThreadItem(entry.at, entry=entry) for entry in entries]
    # At one moment: the words first, then the step they were said with.
    return sorted([*items.values(), *happened], key=lambda item: (item.at, item.entry is not None, _order(item)))


def _order(item: ThreadItem) -> tuple[int, str]:
    if item.entry is not None:
        return item.entry.step or 0, str(item.entry.id)
    return 0, str(item.message.id) if item.message else ""


def excerpt(text: str, length: int = 200) -> str:
    """The beginning of a message, for a card that says what is asked."""
    text = " ".join(text.split())
    return text if len(text) <= length else text[:length].rsplit(" ", 1)[0].rstrip(",;:") + "…"


@dataclass(frozen=True, slots=True)
class OwnValue:
    """An own field of the kind with its value, ready to be shown."""

    label: Mapping[str, str]
    text: str
    type: FieldType


def own_values(case: Case) -> list[OwnValue]:
    """The answers to the kind's own fields, in their order; files stand among the attachments."""
    return [
        OwnValue(item.labels, rules.field_text(item, case.fields[item.name]), item.type)
        for item in rules.parse_fields(case.kind.fields)
        if item.name in case.fields
    ]


def looks_at(case: Case) -> list[Any]:
    """Who of the staff has opened the case, newest first: entries of the trail with name, time and purpose."""
    return list(audit.entries_about_subject(case.institution_id, case.id).filter(action__endswith="_read")[:20])


def find_attachment_visible_to_party(party: Any, number: str, attachment_id: UUID) -> Attachment | None:
    """An attachment of a case of the party; those of notes are staff's own."""
    return _attachments(party.institution_id, number, attachment_id).filter(
        case__party=party, message__is_note=False
    ).first()  # fmt: skip


def find_attachment_visible_to_staff(membership: Any, number: str, attachment_id: UUID) -> Attachment | None:
    return _attachments(membership.institution_id, number, attachment_id).first()


def _attachments(institution_id: UUID, number: str, attachment_id: UUID) -> QuerySet[Attachment]:
    return Attachment.objects.filter(
        institution_id=institution_id, id=attachment_id, case__number=number
    ).select_related("file", "case")


# ------------------------------------------------------------------ two at once


def changes_since(case: Case, version: int) -> tuple[CaseChange, ...]:
    """What happened to the case after `version`, oldest first, for staff: notes are included."""
    messages = CaseMessage.objects.filter(case=case, version__gt=version)
    entries = HistoryEntry.objects.filter(case=case, version__gt=version).select_related("to_status")
    changes = [
        CaseChange(
            message.created_at, message.author_name, "note" if message.is_note else "message", message.text,
            is_note=message.is_note,
        )
        for message in messages
    ]  # fmt: skip
    changes += [CaseChange(entry.at, entry.actor_name, entry.what, text_of_change(entry)) for entry in entries]
    return tuple(sorted(changes, key=lambda change: change.at))


def text_of_change(entry: HistoryEntry) -> str:
    """What a line of history changed, in words that need no sentence: the new status, who has it, the new day."""
    if entry.to_status is not None:
        return " · ".join(part for part in (pick(entry.to_status.labels), entry.note) if part)
    if entry.what == What.ASSIGNED:
        parts = (entry.details.get("to", ""), pick(entry.details.get("unit_name", {})), entry.note)
        return " · ".join(part for part in parts if part)
    if entry.what == What.DEADLINE:
        return f"{format_date(date.fromisoformat(entry.details['to']))} · {entry.note}"
    return str(entry.details.get("to", ""))
