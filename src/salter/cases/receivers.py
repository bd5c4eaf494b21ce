"""Tells people about their cases: what this app announces becomes messages in the outbox.

Every representative of the party is told, each in his language; without a party the applicant's own address. One act
gives one message: an answer with a new status isn't told twice. Besides, a changed kind is no longer remembered.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from salter.audit.types import Actor
from salter.cases import events, selectors
from salter.cases.models import Case, CaseMessage, HistoryEntry, Kind
from salter.cases.receipts import case_path
from salter.cases.types import Author
from salter.institutions import selectors as institutions
from salter.notifications import registry
from salter.notifications import services as notifications
from salter.parties import selectors as parties

__all__: list[str] = []


@receiver([post_save, post_delete], sender=Kind)
def forget_offers(*, instance: Kind, **_: Any) -> None:
    selectors.forget_offers(instance.institution_id)


@receiver(events.case_opened)
def confirm_receipt(*, case: Case, now: datetime, **_: Any) -> None:
    template = "cases.opened" if case.due_on else "cases.opened_undated"
    _tell_applicant(case, template, {"due": case.due_on} if case.due_on else {}, now)


@receiver(events.message_added)
def tell_of_message(*, case: Case, message: CaseMessage, actor: Actor, now: datetime, **_: Any) -> None:
    if message.author == Author.STAFF:
        _tell_applicant(case, "cases.answered", {"status": case.status.labels}, now)
    elif case.assignee is not None and case.assignee.user_id != actor.user_id:
        # For the clerk the case stands at the desk; the inbox carries him there.
        notifications.notify(
            institution=case.institution,
            template="cases.customer_wrote",
            user=case.assignee.user,
            context={"number": case.number, "applicant": case.applicant_name},
            about=("case", case.number),
            path=case_path(case).replace("/cases/", "/desk/cases/", 1),
            now=now,
        )


@receiver(events.status_changed)
def tell_of_status(*, case: Case, message: CaseMessage | None, now: datetime, **_: Any) -> None:
    if message is None:
        _tell_applicant(case, "cases.status_changed", {"status": case.status.labels}, now)


@receiver(events.deadline_extended)
def tell_of_extension(*, case: Case, reason: str, now: datetime, **_: Any) -> None:
    _tell_applicant(case, "cases.deadline_extended", {"due": case.due_on, "reason": reason}, now)


@receiver(events.case_assigned)
def tell_assignee(*, case: Case, entry: HistoryEntry, actor: Actor, now: datetime, **_: Any) -> None:
    if case.assignee is None or case.assignee.user_id == actor.user_id:
        return
    notifications.notify(
        institution=case.institution,
        template="cases.assigned_to_you",
        user=case.assignee.user,
        context={"number": case.number, "clerk": entry.actor_name},
        about=("case", case.number),
        path=case_path(case).replace("/cases/", "/desk/cases/", 1),
        now=now,
    )


def _tell_applicant(case: Case, template: str, context: Mapping[str, Any], now: datetime) -> None:
    values = {"number": case.number, "kind": case.kind.names, **context}
    if case.party is not None:
        today = institutions.today(case.institution, now)
        people = [row.user for row in parties.representatives_of(case.party, today)]
        if people:
            notifications.notify_all(
                institution=case.institution, template=template, users=people, party=case.party, context=values,
                about=("case", case.number), path=case_path(case), now=now,
            )  # fmt: skip
            return
    _tell_address(case, template, values, now)


def _tell_address(case: Case, template: str, values: Mapping[str, Any], now: datetime) -> None:
    """To somebody without an account: his e-mail, or the number he called from when the template has words for it."""
    email = case.applicant_email or (case.party.email if case.party is not None else "")
    language = case.applicant_language or case.institution.default_language
    if email:
        channel, address = "email", email
    elif case.applicant_phone and registry.get(template).sms and institutions.has_module(case.institution, "sms"):
        channel, address = "sms", case.applicant_phone
    else:
        return
    notifications.send_to_address(
        institution=case.institution, template=template, channel=channel, address=address, language=language,
        context=values, party=case.party, about=("case", case.number), now=now,
    )  # fmt: skip
