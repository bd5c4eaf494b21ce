"""Kinds of cases that a utility starts with: VC-9, VC-10, EK-14, EK-15, EK-23, EK-24.

They are data: an institution changes them afterwards. Deadlines come from `lib.deadlines.PRESETS` by country where a
law or a regulator's rule gives one, else they are a promise of the institution's own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from django.db import transaction
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from salter.audit import services as audit
from salter.audit.types import Actor
from salter.cases import rules
from salter.cases.models import Kind, Status, Transition
from salter.cases.rules import KindField
from salter.cases.types import Counting, FieldType, Tone, WaitsFor
from salter.institutions.models import Institution
from salter.lib.deadlines import PRESETS as LEGAL
from salter.lib.languages import LANGUAGES
from salter.lib.texts import in_all_languages

__all__ = ["install_presets"]

Text = Promise | str
Utility = Literal["gas", "heat", "electricity"]
OFFICE = ("clerk", "supervisor")


@dataclass(frozen=True)
class _Status:
    code: str
    label: Text
    hint: Text
    tone: Tone = Tone.INFO
    is_open: bool = True
    on_path: bool = True
    waits_for: WaitsFor = WaitsFor.OFFICE


@dataclass(frozen=True)
class _Step:
    start: str
    end: str
    label: Text
    roles: tuple[str, ...] = OFFICE
    asks_answer: bool = False
    on_reply: bool = False
    on_assign: bool = False


@dataclass(frozen=True)
class _Flow:
    """The first status is the one in which a case begins."""

    statuses: tuple[_Status, ...]
    steps: tuple[_Step, ...]


@dataclass(frozen=True)
class _Promise:
    """A deadline of the institution's own."""

    amount: int
    counting: Counting


@dataclass(frozen=True)
class _Kind:
    code: str
    icon: str
    name: Text
    hint: Text
    prefix: str
    text_label: Text
    flow: _Flow
    subject_label: Text = ""
    fields: Sequence[KindField] = ()
    promise: _Promise | None = None
    # Country to a code of `lib.deadlines.PRESETS`; "RS.gas" for one utility only.
    legal: Mapping[str, str] = field(default_factory=dict)
    about_kinds: tuple[str, ...] = ()
    emergency_first: bool = False


# ------------------------------------------------------------------ how cases go

RECEIVED = _Status("received", _("Received"), _("We have it. Somebody will take it over soon."))
ASSIGNED = _Status("assigned", _("Assigned"), _("Somebody of our staff has it."))
IN_PROGRESS = _Status("in_progress", _("In progress"), _("We are working on it."))
WAITING = _Status(
    "waiting", _("Waiting for the customer"), _("We need an answer from you to go on."),
    Tone.WARNING, on_path=False, waits_for=WaitsFor.CUSTOMER,
)  # fmt: skip
REJECTED = _Status(
    "rejected", _("Rejected"), _("We could not agree. The answer tells why, and where you can turn."),
    Tone.DANGER, is_open=False, on_path=False, waits_for=WaitsFor.NONE,
)  # fmt: skip
WITHDRAWN = _Status(
    "withdrawn", _("Withdrawn"), _("You took it back."),
    Tone.NEUTRAL, is_open=False, on_path=False, waits_for=WaitsFor.NONE,
)  # fmt: skip


def _flow(done: _Status, done_step: Text, *, rejected: bool = False, asks_answer: bool = True) -> _Flow:
    """The usual way: received, assigned, in progress, done; a wait for the customer in between; back when he writes."""
    working = (RECEIVED, ASSIGNED, IN_PROGRESS)
    ends = (done, *((REJECTED,) if rejected else ()))
    steps = [
        _Step("received", "assigned", _("Assign"), on_assign=True),
        _Step("received", "in_progress", _("Start work")),
        _Step("assigned", "in_progress", _("Start work")),
        _Step("waiting", "in_progress", _("Go on"), roles=("customer", *OFFICE), on_reply=True),
    ]
    steps += [_Step(status.code, "waiting", _("Ask the customer"), asks_answer=True) for status in working]
    for status in (*working, WAITING):
        steps.append(_Step(status.code, done.code, done_step, asks_answer=asks_answer))
        if rejected:
            steps.append(_Step(status.code, "rejected", _("Reject, with advice on rights"), asks_answer=True))
        steps.append(_Step(status.code, "withdrawn", _("Withdraw"), roles=("customer", *OFFICE)))
    # Closed but not settled: his next words open it again and don't go nowhere.
    steps += [
        _Step(status.code, "in_progress", _("Open again"), roles=("customer", *OFFICE), on_reply=True)
        for status in ends
    ]
    return _Flow((RECEIVED, ASSIGNED, IN_PROGRESS, WAITING, *ends, WITHDRAWN), tuple(steps))


def _done(code: str, label: Text, hint: Text) -> _Status:
    return _Status(code, label, hint, Tone.SUCCESS, is_open=False, waits_for=WaitsFor.NONE)


ANSWERING = _flow(_done("answered", _("Answered"), _("Our answer stands below.")), _("Answer and close"))
COMPLAINT = _flow(
    _done("resolved", _("Resolved"), _("We have settled it. How, the answer tells.")),
    _("Resolve in the customer's favour"),
    rejected=True,
)
FAULT = _flow(_done("mended", _("Mended"), _("The fault is mended.")), _("Mended"), asks_answer=False)
SERVICE = _flow(_done("done", _("Done"), _("The work is done.")), _("Done"), rejected=True)
NOTICE = _flow(_done("noted", _("Noted"), _("We have written it down.")), _("Note"), asks_answer=False)


# ------------------------------------------------------------------ what is asked


def _field(name: str, type_: FieldType, label: Text, hint: Text = "", **more: Any) -> KindField:
    choices = tuple((value, in_all_languages(text)) for value, text in more.pop("choices", ()))
    return KindField(
        name, type_, in_all_languages(label), in_all_languages(hint) if hint else {}, choices=choices, **more
    )


def _kinds() -> tuple[_Kind, ...]:
    in_days = Counting.DAYS
    return (
        _Kind(
            "fault", "wrench", _("Fault report"), _("No supply, a leak, a damaged meter or pipe."), "K",
            _("What is wrong? What do you see, hear or smell?"), FAULT,
            promise=_Promise(24, Counting.HOURS), legal={"PL": "pl.heat_phone"}, emergency_first=True,
            fields=(
                _field(
                    "what", FieldType.CHOICE, _("What kind of fault is it?"), required=True,
                    choices=(
                        ("no_supply", _("There is no supply")),
                        ("weak", _("The supply is weak")),
                        ("leak", _("Something leaks")),
                        ("meter", _("The meter is damaged or stands still")),
                        ("other", _("Something else")),
                    ),
                ),
                _field("place", FieldType.PLACE, _("Where is it?"), _("Street, number, flat or floor."), required=True),
                _field("since", FieldType.DATE, _("Since when?")),
                _field("photo", FieldType.FILE, _("Photo"), _("If you can take one without danger.")),
            ),
        ),
        _Kind(
            "question", "chat", _("Question"), _("About bills, readings, contracts, anything."), "P",
            _("Your question"), ANSWERING, subject_label=_("What is it about?"),
            promise=_Promise(5, Counting.WORKING_DAYS), legal={"RO": "ro.petition_energy"},
        ),
        _Kind(
            "complaint_bill", "bill", _("Complaint about a bill"), _("A wrong amount, reading or period."), "R",
            _("What is wrong with the bill, and what should it say?"), COMPLAINT, subject_label=_("In a few words"),
            promise=_Promise(15, in_days), about_kinds=("invoice",),
            legal={
                "RS.gas": "rs.gas_bill", "RS.electricity": "rs.electricity_bill", "RS": "rs.consumer_answer",
                "RO": "ro.petition_energy", "PL": "pl.heat_written", "MK": "mk.consumer_complaint",
            },
            fields=(
                _field("amount", FieldType.NUMBER, _("Amount that you dispute"), minimum=Decimal(0)),
                _field("meter_state", FieldType.METER_STATE, _("What the meter shows"), _("Only the black digits.")),
                _field("read_on", FieldType.DATE, _("Day on which you read it")),
                _field("photo", FieldType.FILE, _("Photo of the meter"), _("The number of the meter should be seen.")),
            ),
        ),
        _Kind(
            "complaint", "alert", _("Complaint about the service"), _("About work, people, damage, waiting."), "R",
            _("What happened, and what do you ask for?"), COMPLAINT, subject_label=_("In a few words"),
            promise=_Promise(15, in_days),
            legal={
                "RS": "rs.consumer_answer", "RO": "ro.petition_energy", "PL": "pl.consumer_complaint",
                "MK": "mk.consumer_complaint",
            },
            fields=(_field("happened_on", FieldType.DATE, _("When did it happen?")),),
        ),
        _Kind(
            "notice", "bell", _("Notice"), _("An absence, people in the household, a new tenant."), "O",
            _("What should we know?"), NOTICE,
            fields=(
                _field(
                    "what", FieldType.CHOICE, _("What is it about?"), required=True,
                    choices=(
                        ("absence", _("I will be away")),
                        ("household", _("Number of people in the household")),
                        ("tenant", _("A new tenant or owner")),
                        ("other", _("Something else")),
                    ),
                ),
                _field("from_on", FieldType.DATE, _("From which day?")),
            ),
        ),
        _Kind(
            "service", "gear", _("Service request"), _("A check of the meter, a connection, a visit."), "Z",
            _("Describe what you need"), SERVICE, promise=_Promise(15, in_days), legal={"RO": "ro.petition_energy"},
            fields=(
                _field(
                    "what", FieldType.CHOICE, _("What do you need?"), required=True,
                    choices=(
                        ("meter_check", _("Check or replacement of the meter")),
                        ("reading", _("A reading out of turn")),
                        ("connection", _("A new connection")),
                        ("disconnection", _("A disconnection")),
                        ("other", _("Something else")),
                    ),
                ),
                _field("place", FieldType.PLACE, _("Where?"), _("If it isn't your own supply point.")),
                _field("wanted_on", FieldType.DATE, _("Day that suits you")),
            ),
        ),
        _Kind(
            "message", "mail", _("Message to the office"), _("When nothing else here fits."), "P",
            _("Your message"), ANSWERING, subject_label=_("What is it about?"),
            promise=_Promise(5, Counting.WORKING_DAYS), legal={"RO": "ro.petition_energy"},
        ),
        _Kind(
            "data_change", "edit", _("Change of customer data"),
            _("Name, address, who pays. We check it and tell you."), "Z",
            _("What should be changed, and why?"), SERVICE, promise=_Promise(8, in_days),
            fields=(
                _field("new_name", FieldType.TEXT, _("New name"), _("Only if the name changes.")),
                _field("new_address", FieldType.PLACE, _("New address"), _("Only if the address changes.")),
                _field("from_on", FieldType.DATE, _("From which day?")),
                _field("proof", FieldType.FILE, _("Proof"), _("A contract, a decision, a document of the register.")),
            ),
        ),
    )  # fmt: skip


# ------------------------------------------------------------------ installing


@transaction.atomic
def install_presets(*, actor: Actor, institution: Institution, now: datetime, utility: Utility = "gas") -> list[Kind]:
    """Give an institution the kinds that it hasn't got yet, with statuses and transitions; return all of them.

    A kind that is there already stays as the institution made it; only texts of languages that it lacks are added, so
    that a new translation arrives without overwriting anybody's words.
    """
    kinds = []
    for position, preset in enumerate(_kinds()):
        found = Kind.objects.filter(institution=institution, code=preset.code).first()
        if found is not None:
            _add_texts(found, preset)
        kinds.append(found or _install(actor, institution, preset, position, utility, now))
    return kinds


def _install(
    actor: Actor, institution: Institution, preset: _Kind, position: int, utility: Utility, now: datetime
) -> Kind:
    amount, counting, rule, texts = _deadline(preset, institution.country, utility)
    fields = [item.as_json() for item in preset.fields]
    rules.parse_fields(fields)
    kind = Kind.objects.create(
        institution=institution, code=preset.code, position=position, icon=preset.icon,
        names=in_all_languages(preset.name), hints=in_all_languages(preset.hint),
        subject_labels=in_all_languages(preset.subject_label) if preset.subject_label else {},
        text_labels=in_all_languages(preset.text_label), prefix=preset.prefix, fields=fields,
        deadline_amount=amount, deadline_counting=counting, deadline_rule=rule, deadline_texts=texts,
        about_kinds=list(preset.about_kinds), emergency_first=preset.emergency_first,
    )  # fmt: skip
    made = Status.objects.bulk_create(
        Status(
            institution=institution, kind=kind, code=status.code, position=place, labels=in_all_languages(status.label),
            hints=in_all_languages(status.hint), tone=status.tone, is_open=status.is_open, is_on_path=status.on_path,
            waits_for=status.waits_for,
        )
        for place, status in enumerate(preset.flow.statuses)
    )  # fmt: skip
    statuses = {status.code: status for status in made}
    first = statuses[preset.flow.statuses[0].code]
    Transition.objects.create(
        institution=institution, kind=kind, from_status=first, to_status=first, is_opening=True,
        labels=in_all_languages(_("Open")), roles=["customer", "guest", "system", *OFFICE],
    )  # fmt: skip
    Transition.objects.bulk_create(
        Transition(
            institution=institution, kind=kind, from_status=statuses[step.start], to_status=statuses[step.end],
            position=place, labels=in_all_languages(step.label), roles=list(step.roles), asks_answer=step.asks_answer,
            on_reply=step.on_reply, on_assign=step.on_assign,
        )
        for place, step in enumerate(preset.flow.steps, start=1)
    )  # fmt: skip
    audit.record(
        actor=actor, action="cases.install_presets", institution_id=institution.id, subject_kind="kind",
        subject_id=kind.id, subject_ref=kind.code, now=now,
    )  # fmt: skip
    return kind


def _deadline(preset: _Kind, country: str, utility: Utility) -> tuple[int | None, str, str, dict[str, str]]:
    code = preset.legal.get(f"{country}.{utility}") or preset.legal.get(country)
    if code is not None:
        legal = LEGAL[code]
        counting = Counting(str(legal.unit))
        amount = int(legal.amount)
        return amount, counting, legal.source, _deadline_texts(amount, counting, legal.title)
    if preset.promise is None:
        return None, "", "", {}
    promise = preset.promise
    return promise.amount, promise.counting, "", _deadline_texts(promise.amount, promise.counting, _("Our promise"))


def _deadline_texts(amount: int, counting: Counting, title: Text) -> dict[str, str]:
    texts = {}
    for language in LANGUAGES:
        with translation.override(language):
            texts[language] = gettext("%(rule)s: %(time)s from receipt") % {
                "rule": title,
                "time": _time(amount, counting),
            }
    return texts


def _time(amount: int, counting: Counting) -> str:
    match counting:
        case Counting.HOURS:
            text = ngettext("%(num)s hour", "%(num)s hours", amount)
        case Counting.WORKING_HOURS:
            text = ngettext("%(num)s working hour", "%(num)s working hours", amount)
        case Counting.WORKING_DAYS:
            text = ngettext("%(num)s working day", "%(num)s working days", amount)
        case Counting.MONTHS:
            text = ngettext("%(num)s month", "%(num)s months", amount)
        case _:
            text = ngettext("%(num)s day", "%(num)s days", amount)
    return text % {"num": amount}


def _add_texts(kind: Kind, preset: _Kind) -> None:
    wanted = {"names": preset.name, "hints": preset.hint, "text_labels": preset.text_label}
    for name, text in wanted.items():
        setattr(kind, name, _filled(getattr(kind, name), text))
    kind.save(update_fields=list(wanted))
    by_code = {status.code: status for status in preset.flow.statuses}
    for status in Status.objects.filter(kind=kind, code__in=by_code):
        status.labels = _filled(status.labels, by_code[status.code].label)
        status.hints = _filled(status.hints, by_code[status.code].hint)
        status.save(update_fields=["labels", "hints"])


def _filled(texts: Mapping[str, str], source: Text) -> dict[str, str]:
    return in_all_languages(source) | {language: text for language, text in texts.items() if text.strip()}
