"""Acts on cases: what they change, what they refuse, what they tell."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection

from salter.audit import selectors as audit
from salter.audit.types import Actor
from salter.cases import events, selectors, services
from salter.cases.models import Attachment, Case, CaseMessage, HistoryEntry, Kind, NumberSeries
from salter.cases.types import (
    About,
    Applicant,
    CaseRefused,
    FieldErrors,
    KindNotOffered,
    NeedsText,
    NotYourAct,
    StaleCase,
    TooManyFiles,
    TransitionNotAllowed,
)
from salter.documents import services as documents
from salter.documents.models import File
from salter.notifications.models import Message
from salter.staff.models import Membership
from tests.cases.conftest import OpenCase
from tests.cast import NOW, SYSTEM, Cast

LATER = NOW + timedelta(hours=1)


def staff_actor(cast: Cast, user: Any, channel: str = "web") -> Actor:
    return cast.actor(user, "staff").as_role("staff", channel)  # type: ignore[arg-type]


def membership(user: Any) -> Membership:
    return Membership.objects.select_related("unit", "user").get(user=user)


def text_file(cast: Cast, name: str = "note.txt", user: Any = None) -> File:
    return documents.store_file(
        actor=cast.actor(user or cast.ana), institution=cast.gas, name=name, content=name.encode(), now=NOW
    )


def heads(template: str) -> list[Message]:
    return list(Message.objects.filter(is_head=True, template__code=template).order_by("recipient__name"))


# ------------------------------------------------------------------ opening


def test_case_is_opened_with_number_deadline_and_history(cast: Cast, open_case: OpenCase) -> None:
    case = open_case("complaint_bill", about=About("invoice", "2026-02-1"), fields={"meter_state": "4815"})
    case = Case.objects.get(pk=case.pk)
    assert case.number == "R-2026-00001"
    assert (case.status.code, case.steps, case.version) == ("received", 1, 1)
    assert (case.about_kind, case.about_ref, case.fields) == ("invoice", "2026-02-1", {"meter_state": "4815"})
    # RL-12: 15 days from 5 March 2026 is Friday, 20 March.
    assert case.due_on == date(2026, 3, 20)
    assert case.kind.deadline_rule == "RL-12"
    assert case.applicant_name == "Ana Anić"
    entry = HistoryEntry.objects.get(case=case)
    assert (entry.what, entry.step, entry.actor_name) == ("opened", 1, "Ana Anić")
    message = CaseMessage.objects.get(case=case)
    assert (message.author, message.channel, message.author_user_id) == ("customer", "web", cast.ana.pk)
    recorded = audit.entries_about_subject(cast.gas.id, case.id).get()
    assert (recorded.action, recorded.subject_ref, recorded.party_id) == (
        "cases.open_case", "R-2026-00001", cast.ana_party.id,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "country", "utility", "due_on"),
    [
        ("complaint_bill", "RS", "gas", date(2026, 3, 20)),  # RL-12: 15 days
        ("complaint_bill", "RS", "electricity", date(2026, 3, 13)),  # RL-12: 8 days
        ("complaint_bill", "RS", "heat", date(2026, 3, 13)),  # RL-10: 8 days
        ("complaint", "RS", "gas", date(2026, 3, 13)),  # RL-10: 8 days
        # RL-1: 30 days end on Saturday, 4 April 2026; RL-9: the next working day.
        ("complaint", "RO", "gas", date(2026, 4, 6)),
        ("complaint_bill", "PL", "heat", date(2026, 3, 19)),  # RL-14: 14 days
        ("fault", "PL", "heat", date(2026, 3, 5)),  # RL-14: 12 hours from 10:30
        ("complaint_bill", "MK", "gas", date(2026, 3, 13)),  # RL-18: 8 days
        ("question", "RS", "gas", date(2026, 3, 12)),  # own promise: 5 working days
        ("notice", "RS", "gas", None),
    ],
)
def test_deadline_is_the_one_of_the_country(
    cast: Cast, kind: str, country: str, utility: Any, due_on: date | None
) -> None:
    from salter.cases.presets import install_presets

    institution = cast.gas
    institution.country = country
    institution.save()
    kinds = {k.code: k for k in install_presets(actor=SYSTEM, institution=institution, now=NOW, utility=utility)}
    case = services.open_case(
        actor=cast.actor(cast.ana), institution=institution, kind=kinds[kind], party=cast.ana_party, text="Text",
        fields={"what": kinds[kind].fields[0]["choices"][0]["value"], "place": "Here"}
        if kind in ("fault", "notice")
        else {},
        now=NOW,
    )  # fmt: skip
    assert case.due_on == due_on


def test_deadline_is_explained_in_every_language(open_case: OpenCase) -> None:
    case = open_case("complaint_bill")
    view = selectors.deadline_of(case, NOW)
    assert view is not None
    assert view.days_left == 15
    assert view.steps[-1].on == date(2026, 3, 20)
    assert {tuple(step["labels"]) for step in case.due_steps} == {("en", "sr-latn", "sr", "ro", "pl", "mk")}


def test_numbers_of_two_kinds_with_one_prefix_run_on(open_case: OpenCase) -> None:
    numbers = [open_case("question").number, open_case("message").number, open_case("complaint").number]
    assert numbers == ["P-2026-00001", "P-2026-00002", "R-2026-00001"]


def test_numbers_start_again_with_the_year_of_the_institution(open_case: OpenCase) -> None:
    open_case()
    # 23:30 UTC on New Year's Eve is the new year in Belgrade.
    assert open_case(now=NOW.replace(year=2026, month=12, day=31, hour=23, minute=30)).number == "P-2027-00001"


def test_refused_case_takes_no_number(open_case: OpenCase, cast: Cast) -> None:
    for refused in ({"text": "  "}, {"kind": "fault"}, {"files": [text_file(cast, f"{n}.txt") for n in range(11)]}):
        with pytest.raises((NeedsText, FieldErrors, TooManyFiles)):
            open_case(**refused)
    assert not NumberSeries.objects.exists()
    assert open_case().number == "P-2026-00001"


def test_own_fields_are_checked(open_case: OpenCase) -> None:
    with pytest.raises(FieldErrors) as refusal:
        open_case("fault", fields={"what": "volcano", "since": "31. 2. 2026."})
    assert set(refusal.value.errors) == {"what", "place", "since"}


def test_kind_of_another_institution_or_withdrawn_is_not_offered(
    cast: Cast, kinds: dict[str, Kind], open_case: OpenCase
) -> None:
    with pytest.raises(KindNotOffered):
        open_case(institution=cast.heat, party=cast.ceca_party)
    Kind.objects.filter(pk=kinds["question"].pk).update(is_offered=False)
    kinds["question"].refresh_from_db()
    with pytest.raises(KindNotOffered):
        open_case()
    assert open_case(actor=staff_actor(cast, cast.dragan)).number


def test_walk_in_is_opened_by_a_clerk(cast: Cast, open_case: OpenCase) -> None:
    """VC-16: the channel is that of the visit, the words are the customer's."""
    case = open_case(actor=staff_actor(cast, cast.dragan), channel="in_person")
    assert (case.channel, case.opened_by) == ("in_person", cast.dragan)
    message = CaseMessage.objects.get(case=case)
    assert (message.author, message.author_name, message.author_user_id) == ("customer", "Ana Anić", None)
    assert HistoryEntry.objects.get(case=case).actor_name == "Dragan Dragić"


def test_caller_without_account_is_told_by_e_mail(cast: Cast, open_case: OpenCase) -> None:
    case = open_case(
        actor=staff_actor(cast, cast.dragan), party=None, channel="phone",
        applicant=Applicant("Petar Petrić", "petar@example.rs", "+381601234567", "sr-latn"),
    )  # fmt: skip
    message = Message.objects.get()
    assert (message.address, message.channel, message.recipient) == ("petar@example.rs", "email", None)
    assert case.number in message.subject


def test_everybody_who_acts_for_the_party_is_told(cast: Cast, open_case: OpenCase) -> None:
    case = open_case(party=cast.ljiljan)
    told = heads("cases.opened")
    assert [m.recipient for m in told] == [cast.ana, cast.boris]
    assert all(case.number in m.subject for m in told)
    assert all(m.for_whom == "Apoteka Ljiljan d.o.o." for m in told)
    assert all(m.path == f"/gas/cases/{case.number}" for m in told)


def test_double_click_opens_one_case(cast: Cast, open_case: OpenCase) -> None:
    first, second = open_case(request_key="k1"), open_case(request_key="k1")
    assert first.pk == second.pk
    assert Case.objects.count() == 1
    # Another person's key is another key.
    assert open_case(actor=cast.actor(cast.boris), party=cast.boris_party, request_key="k1").pk != first.pk


def test_files_are_claimed_and_kept_under_their_field(cast: Cast, open_case: OpenCase) -> None:
    photo, bill = text_file(cast, "photo.txt"), text_file(cast, "bill.txt")
    case = open_case("complaint_bill", files=[bill], field_files={"photo": [photo]})
    assert set(Attachment.objects.filter(case=case).values_list("file__name", "field")) == {
        ("bill.txt", ""), ("photo.txt", "photo"),
    }  # fmt: skip
    assert not File.objects.filter(claimed_at__isnull=True).exists()


def test_dangerous_marks_leave_the_text(open_case: OpenCase) -> None:
    case = open_case(text="a\x00b\u202ec\r\nd\u200b", subject="s\u202et\nu")
    assert CaseMessage.objects.get(case=case).text == "abc\nd"
    assert case.subject == "st u"


def test_subject_comes_from_the_first_line(open_case: OpenCase) -> None:
    assert open_case(text="Short\nand more").subject == "Short"
    long = open_case(text="word " * 40).subject
    assert len(long) <= 81
    assert long.endswith("word…")


# ------------------------------------------------------------------ the conversation


def test_answer_with_a_step_gives_one_message(cast: Cast, open_case: OpenCase) -> None:
    case = open_case()
    Message.objects.all().delete()
    message = services.answer(
        actor=staff_actor(cast, cast.dragan), case=case, text="Because of the cold.", to_status="answered",
        expected_version=1, now=LATER,
    )  # fmt: skip
    case.refresh_from_db()
    assert (case.status.code, case.version, case.steps) == ("answered", 2, 2)
    assert (case.closed_at, case.first_answer_at) == (LATER, LATER)
    assert HistoryEntry.objects.get(case=case, step=2).message == message
    (told,) = Message.objects.filter(is_head=True)
    assert (told.recipient, told.template.code) == (cast.ana, "cases.answered")
    assert "Answered" in told.body


def test_reply_of_the_customer_brings_a_waiting_case_back(cast: Cast, open_case: OpenCase) -> None:
    case = open_case()
    clerk = staff_actor(cast, cast.dragan)
    services.assign_case(actor=clerk, case=case, assignee=membership(cast.dragan), now=LATER)
    services.answer(actor=clerk, case=case, text="Send us a photo.", to_status="waiting", now=LATER)
    assert Case.objects.get(pk=case.pk).status.waits_for == "customer"
    Message.objects.all().delete()
    services.add_message(
        actor=cast.actor(cast.ana), case=case, text="", files=[text_file(cast)], now=LATER + timedelta(days=1)
    )
    case.refresh_from_db()
    assert case.status.code == "in_progress"
    (told,) = Message.objects.filter(is_head=True)
    assert (told.recipient, told.path) == (cast.dragan, f"/gas/desk/cases/{case.number}")


def test_reply_to_a_closed_case_opens_it_again(cast: Cast, open_case: OpenCase) -> None:
    case = open_case()
    clerk = staff_actor(cast, cast.dragan)
    services.answer(actor=clerk, case=case, text="Done.", to_status="answered", now=LATER)
    services.add_message(actor=cast.actor(cast.ana), case=case, text="It isn't.", now=LATER)
    case.refresh_from_db()
    assert (case.status.code, case.closed_at) == ("in_progress", None)
    assert list(selectors.queue(membership(cast.dragan), "reopened", date(2026, 3, 5))) == [case]


def test_withdrawn_case_takes_no_more_words(cast: Cast, open_case: OpenCase) -> None:
    case = open_case()
    services.change_status(actor=cast.actor(cast.ana), case=case, to_status="withdrawn", now=LATER)
    with pytest.raises(CaseRefused):
        services.add_message(actor=cast.actor(cast.ana), case=case, text="Wait", now=LATER)
    assert CaseMessage.objects.filter(case=case).count() == 1


def test_note_stays_with_the_staff(cast: Cast, open_case: OpenCase) -> None:
    case = open_case()
    Message.objects.all().delete()
    services.add_note(actor=staff_actor(cast, cast.dragan), case=case, text="Estimated.", now=LATER)
    assert not Message.objects.exists()
    assert "Estimated." not in [item.message.text for item in selectors.thread(case) if item.message]
    assert "Estimated." in [item.message.text for item in selectors.thread(case, for_staff=True) if item.message]


@pytest.mark.parametrize("act", ["add_message", "answer", "add_note"])
def test_empty_words_are_refused(cast: Cast, open_case: OpenCase, act: str) -> None:
    case = open_case()
    with pytest.raises(NeedsText):
        getattr(services, act)(actor=staff_actor(cast, cast.dragan), case=case, text=" \u200b\n", now=LATER)


@pytest.mark.parametrize("act", ["add_message", "answer", "add_note"])
def test_double_click_writes_once(cast: Cast, open_case: OpenCase, act: str) -> None:
    case = open_case()
    actor = cast.actor(cast.ana) if act == "add_message" else staff_actor(cast, cast.dragan)
    more = {} if act == "add_message" else {"expected_version": 1}
    messages = {
        getattr(services, act)(actor=actor, case=case, text="Once", request_key="k", now=LATER, **more).pk
        for _ in range(2)
    }
    assert len(messages) == 1
    assert CaseMessage.objects.filter(case=case, text="Once").count() == 1


# ------------------------------------------------------------------ steps


@pytest.mark.parametrize(
    ("path", "to_status", "refusal"),
    [
        ([], "waiting", NeedsText),
        ([], "answered", NeedsText),
        ([], "assigned", None),
        ([], "in_progress", None),
        ([], "received", TransitionNotAllowed),
        ([], "mended", TransitionNotAllowed),
        ([], "", TransitionNotAllowed),
        (["in_progress"], "assigned", TransitionNotAllowed),
        (["in_progress"], "received", TransitionNotAllowed),
        (["withdrawn"], "in_progress", TransitionNotAllowed),
    ],
)
def test_only_declared_steps_are_taken(
    cast: Cast, open_case: OpenCase, path: list[str], to_status: str, refusal: type[Exception] | None
) -> None:
    case = open_case()
    clerk = staff_actor(cast, cast.dragan)
    for status in path:
        services.change_status(actor=clerk, case=case, to_status=status, now=LATER)
    before = Case.objects.get(pk=case.pk)
    if refusal is None:
        services.change_status(actor=clerk, case=case, to_status=to_status, now=LATER)
        assert Case.objects.get(pk=case.pk).status.code == to_status
        assert heads("cases.status_changed")[-1].recipient == cast.ana
        return
    with pytest.raises(refusal):
        services.change_status(actor=clerk, case=case, to_status=to_status, now=LATER)
    after = Case.objects.get(pk=case.pk)
    assert (after.status_id, after.version, after.steps) == (before.status_id, before.version, before.steps)


@pytest.mark.parametrize(
    ("who", "to_status", "allowed"),
    [
        ("dragan", "in_progress", True),
        ("sanja", "in_progress", True),
        ("admir", "in_progress", False),
        ("heda", "in_progress", False),  # a clerk, but of another institution
        ("nobody", "in_progress", False),
        ("ana", "in_progress", False),
        ("ana", "withdrawn", True),
    ],
)
def test_a_step_asks_for_its_role(cast: Cast, open_case: OpenCase, who: str, to_status: str, allowed: bool) -> None:
    case = open_case()
    actor = cast.actor(getattr(cast, who), "customer" if who == "ana" else "staff")
    if allowed:
        services.change_status(actor=actor, case=case, to_status=to_status, now=LATER)
    else:
        with pytest.raises(NotYourAct):
            services.change_status(actor=actor, case=case, to_status=to_status, now=LATER)


@pytest.mark.parametrize("act", ["answer", "add_note"])
@pytest.mark.parametrize("who", ["admir", "heda", "nobody", "ana"])
def test_only_those_who_handle_cases_write_for_the_office(cast: Cast, open_case: OpenCase, who: str, act: str) -> None:
    case = open_case()
    actor = cast.actor(getattr(cast, who), "customer" if who == "ana" else "staff")
    with pytest.raises(NotYourAct):
        getattr(services, act)(actor=actor, case=case, text="I am the office", now=LATER)


# ------------------------------------------------------------------ two at once


def test_second_clerk_sees_what_the_first_did(cast: Cast, open_case: OpenCase) -> None:
    case = open_case()
    services.add_note(
        actor=staff_actor(cast, cast.sanja), case=case, text="Ask for a photo", expected_version=1, now=NOW
    )
    services.change_status(
        actor=staff_actor(cast, cast.sanja), case=case, to_status="in_progress", expected_version=2, now=LATER
    )
    with pytest.raises(StaleCase) as refusal:
        services.answer(actor=staff_actor(cast, cast.dragan), case=case, text="Mine", expected_version=1, now=LATER)
    assert [(c.who, c.what, c.text, c.at) for c in refusal.value.changes] == [
        ("Sanja Sanić", "note", "Ask for a photo", NOW),
        ("Sanja Sanić", "status", "In progress", LATER),
    ]
    assert refusal.value.version == 3
    # Having read it, he sends again.
    services.answer(actor=staff_actor(cast, cast.dragan), case=case, text="Mine", expected_version=3, now=LATER)


@pytest.mark.parametrize("act", ["answer", "add_note", "change_status", "assign_case", "set_priority"])
def test_every_act_of_staff_minds_the_version(cast: Cast, open_case: OpenCase, act: str) -> None:
    case = open_case()
    services.add_note(actor=staff_actor(cast, cast.sanja), case=case, text="First", now=NOW)
    more: dict[str, Any] = {
        "answer": {"text": "x"},
        "add_note": {"text": "x"},
        "change_status": {"to_status": "in_progress"},
        "assign_case": {"assignee": membership(cast.dragan)},
        "set_priority": {"priority": "high"},
    }[act]
    with pytest.raises(StaleCase):
        getattr(services, act)(actor=staff_actor(cast, cast.dragan), case=case, expected_version=1, now=LATER, **more)


# ------------------------------------------------------------------ assigning


def test_taking_a_case_moves_it_on(cast: Cast, open_case: OpenCase) -> None:
    case = open_case()
    services.assign_case(actor=staff_actor(cast, cast.dragan), case=case, assignee=membership(cast.dragan), now=LATER)
    case.refresh_from_db()
    assert (case.status.code, case.assignee.user, case.unit) == ("assigned", cast.dragan, cast.office)
    assert [e.what for e in HistoryEntry.objects.filter(case=case).order_by("id")] == ["opened", "assigned", "status"]
    assert not heads("cases.assigned_to_you")


@pytest.mark.parametrize(
    ("who", "holder", "to", "allowed"),
    [
        ("dragan", None, "dragan", True),
        ("dragan", None, "sanja", False),
        ("dragan", "sanja", "dragan", True),
        ("dragan", "sanja", None, False),
        ("dragan", "dragan", None, True),
        ("sanja", None, "dragan", True),
        ("sanja", "dragan", None, True),
        ("admir", None, "admir", False),
        ("heda", None, "heda", False),
    ],
)
def test_who_may_give_a_case_to_whom(
    cast: Cast, open_case: OpenCase, who: str, holder: str | None, to: str | None, allowed: bool
) -> None:
    case = open_case()
    if holder:
        services.assign_case(actor=SYSTEM, case=case, assignee=membership(getattr(cast, holder)), now=NOW)
    assignee = membership(getattr(cast, to)) if to else None
    actor = staff_actor(cast, getattr(cast, who))
    if not allowed:
        with pytest.raises(CaseRefused):
            services.assign_case(actor=actor, case=case, assignee=assignee, now=LATER)
        return
    services.assign_case(actor=actor, case=case, assignee=assignee, now=LATER)
    assert Case.objects.get(pk=case.pk).assignee == assignee


@pytest.mark.parametrize("who", ["admir", "heda"])
def test_case_goes_only_to_those_who_handle_cases_here(cast: Cast, open_case: OpenCase, who: str) -> None:
    with pytest.raises(CaseRefused):
        services.assign_case(
            actor=staff_actor(cast, cast.sanja), case=open_case(), assignee=membership(getattr(cast, who)), now=LATER
        )


def test_closed_case_is_not_assigned(cast: Cast, open_case: OpenCase) -> None:
    case = open_case()
    clerk = staff_actor(cast, cast.dragan)
    services.change_status(actor=clerk, case=case, to_status="withdrawn", now=LATER)
    with pytest.raises(CaseRefused, match="closed"):
        services.assign_case(actor=clerk, case=case, assignee=membership(cast.dragan), now=LATER)


def test_forwarding_to_a_unit(cast: Cast, open_case: OpenCase) -> None:
    from salter.staff.models import Unit

    dispatch = Unit.objects.create(institution=cast.gas, code="dispatch", name={"en": "Dispatch"})
    case = open_case()
    services.assign_case(actor=staff_actor(cast, cast.dragan), case=case, unit=dispatch, note="Leak", now=LATER)
    case.refresh_from_db()
    assert (case.unit, case.assignee) == (dispatch, None)
    entry = HistoryEntry.objects.get(case=case, what="assigned")
    assert selectors.text_of_change(entry) == "Dispatch · Leak"


# ------------------------------------------------------------------ deadline and priority


def test_deadline_is_extended_once_by_a_supervisor_with_a_reason(cast: Cast, open_case: OpenCase) -> None:
    """RL-2."""
    case = open_case("complaint_bill")
    later = date(2026, 4, 17)
    with pytest.raises(NotYourAct):
        services.extend_deadline(
            actor=staff_actor(cast, cast.dragan), case=case, due_on=later, reason="Inquiry", now=LATER
        )
    boss = staff_actor(cast, cast.sanja)
    with pytest.raises(NeedsText):
        services.extend_deadline(actor=boss, case=case, due_on=later, reason=" ", now=LATER)
    with pytest.raises(CaseRefused):
        services.extend_deadline(actor=boss, case=case, due_on=date(2026, 3, 20), reason="Same", now=LATER)
    services.extend_deadline(actor=boss, case=case, due_on=later, reason="Inquiry", now=LATER)
    case.refresh_from_db()
    assert case.due_on == later
    assert case.due_steps[-1]["on"] == "2026-04-17"
    (told,) = heads("cases.deadline_extended")
    assert "Inquiry" in told.body
    with pytest.raises(CaseRefused):
        services.extend_deadline(actor=boss, case=case, due_on=date(2026, 5, 15), reason="Again", now=LATER)


def test_priority_is_changed_and_hidden_from_the_customer(cast: Cast, open_case: OpenCase) -> None:
    case = open_case()
    services.set_priority(actor=staff_actor(cast, cast.dragan), case=case, priority="urgent", now=LATER)
    case.refresh_from_db()
    assert case.priority == "urgent"
    assert "priority" not in [item.entry.what for item in selectors.thread(case) if item.entry]
    assert "priority" in [item.entry.what for item in selectors.thread(case, for_staff=True) if item.entry]


# ------------------------------------------------------------------ events, constraints at commit, receipts


def test_higher_apps_are_told_within_the_transaction(cast: Cast, open_case: OpenCase) -> None:
    heard: list[tuple[str, bool]] = []

    def listen(signal: Any, name: str) -> Any:
        def hear(**kwargs: Any) -> None:
            assert {"case", "actor", "now"} <= kwargs.keys()
            heard.append((name, connection.in_atomic_block))

        signal.connect(hear, weak=False)
        return hear

    names = ("case_opened", "message_added", "status_changed", "case_assigned")
    hears = {name: listen(getattr(events, name), name) for name in names}
    try:
        case = open_case()
        clerk = staff_actor(cast, cast.dragan)
        services.assign_case(actor=clerk, case=case, assignee=membership(cast.dragan), now=LATER)
        services.answer(actor=clerk, case=case, text="Done.", to_status="answered", now=LATER)
    finally:
        for name, hear in hears.items():
            getattr(events, name).disconnect(hear)
    assert heard == [
        (name, True) for name in ("case_opened", "case_assigned", "status_changed", "message_added", "status_changed")
    ]


def test_deferred_constraints_hold_after_every_act(cast: Cast, open_case: OpenCase) -> None:
    case = open_case()
    clerk = staff_actor(cast, cast.dragan)
    services.assign_case(actor=clerk, case=case, assignee=membership(cast.dragan), now=LATER)
    services.answer(actor=clerk, case=case, text="Photo?", to_status="waiting", now=LATER)
    services.add_message(actor=cast.actor(cast.ana), case=case, text="Here", now=LATER)
    services.answer(actor=clerk, case=case, text="Done", to_status="answered", now=LATER)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    case.refresh_from_db()
    assert case.steps == 5


@pytest.mark.parametrize("language", ["en", "sr-latn", "sr", "ro", "pl", "mk"])
def test_receipt_is_a_pdf_with_number_and_deadline(cast: Cast, open_case: OpenCase, language: str) -> None:
    import io

    from pypdf import PdfReader

    case = open_case(
        "complaint_bill", text="Stanje je 4.815 m³.\nМолим исправку.", files=[text_file(cast, "рачун.txt")]
    )
    case = Case.objects.select_related("institution", "kind", "customer", "party").get(pk=case.pk)
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(services.receipt_pdf(case, language))).pages)
    assert "R-2026-00001" in text
    assert "2026" in text
    assert "Ana Anić" in text
    assert "Молим исправку." in text
    assert "рачун.txt" in text
