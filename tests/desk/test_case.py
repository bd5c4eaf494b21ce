"""The page of a case: what it tells, what can be done, and what happens when two do it at once."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from salter.audit.models import Entry
from salter.cases import services
from salter.cases.models import Attachment, Case, CaseMessage
from salter.staff.models import Membership, Unit
from tests.cast import NOW, Cast
from tests.desk.conftest import Browser, OpenCase, error_at, version_of, words
from tests.desk.test_work_list import queries_of


def path(case: Case, act: str = "") -> str:
    return f"/gas/desk/cases/{case.number}{'/' + act if act else ''}"


@pytest.fixture
def case(open_case: OpenCase) -> Case:
    return open_case("complaint_bill", text="The reading is too high")


def test_the_page_tells_everything_and_records_the_look_once(cast: Cast, browser: Browser, case: Case) -> None:
    client = browser(cast.dragan)
    text = words(client.get(path(case)))
    for shown in (
        case.number,
        "Ana Anić",
        "ana@example.rs",
        "The reading is too high",
        "Received",
        "Deadline",
    ):
        assert shown in text
    client.get(path(case))
    entry = Entry.objects.get(action="desk.case_read")
    assert (entry.actor_name, entry.purpose, entry.party_id) == (
        "Dragan Dragić", f"Work on case {case.number}", cast.ana_party.pk,
    )  # fmt: skip


def test_the_auditor_reads_and_is_offered_nothing_to_do(cast: Cast, browser: Browser, case: Case) -> None:
    Membership.objects.filter(user=cast.dragan).update(role="auditor")
    text = words(browser(cast.dragan).get(path(case)))
    for offered in ("Send the answer", "Take it", "Assign", "Steps"):
        assert offered not in text


def test_an_answer_reaches_the_customer_with_its_step_and_files(cast: Cast, browser: Browser, case: Case) -> None:
    file = SimpleUploadedFile("reading.txt", b"4815 on 1 March")
    answer = browser(cast.dragan).post(
        path(case, "answer"),
        {"version": version_of(case), "text": "Please send a photo.", "to_status": "waiting", "files": file},
    )
    assert (answer.status_code, answer.headers["Location"]) == (302, path(case))
    case.refresh_from_db()
    assert case.status.code == "waiting"
    message = CaseMessage.objects.get(case=case, author="staff")
    assert (message.text, message.is_note) == ("Please send a photo.", False)
    assert Attachment.objects.get(message=message).file.name == "reading.txt"
    seen = browser(cast.ana).get(f"/gas/cases/{case.number}").content.decode()
    assert "Please send a photo." in seen


def test_a_note_stays_among_the_staff(cast: Cast, browser: Browser, case: Case) -> None:
    client = browser(cast.dragan)
    assert "Save the note" in words(client.get(path(case), {"write": "note"}))
    client.post(path(case, "note"), {"version": version_of(case), "text": "The reader couldn't get in."})
    assert "The reader couldn" in words(client.get(path(case)))
    assert "The reader couldn" not in browser(cast.ana).get(f"/gas/cases/{case.number}").content.decode()


@pytest.mark.parametrize(
    ("act", "data", "field"),
    [
        ("answer", {"text": ""}, "text"),
        ("answer", {"text": "   "}, "text"),
        ("answer", {"text": "x" * 20_001}, "text"),
        ("answer", {"text": "Yes", "to_status": "teleported"}, "to_status"),
        ("answer", {"text": "Yes \x00"}, "text"),
        ("note", {"text": ""}, "text"),
        ("note", {"text": "x" * 20_001}, "text"),
    ],
)
def test_bad_words_are_refused_beside_the_field(
    cast: Cast, browser: Browser, case: Case, act: str, data: dict[str, str], field: str
) -> None:
    answer = browser(cast.dragan).post(path(case, act), {"version": version_of(case), **data})
    assert answer.status_code == 422
    assert error_at(answer, field)
    assert not CaseMessage.objects.filter(case=case, author="staff").exists()


@pytest.mark.parametrize("version", ["", "abc", "0", "-1", "99999999999999999999", "1.5"])
@pytest.mark.parametrize("act", ["answer", "note", "step"])
def test_a_wrong_version_is_refused(cast: Cast, browser: Browser, case: Case, act: str, version: str) -> None:
    answer = browser(cast.dragan).post(
        path(case, act), {"version": version, "text": "My words", "to_status": "in_progress"}
    )
    assert answer.status_code == 422
    if act != "step":
        assert "My words" in answer.content.decode()


@pytest.mark.parametrize("to_status", ["", "teleported", "resolved", "\x00", "x" * 500])
def test_a_step_that_isnt_declared_is_refused(cast: Cast, browser: Browser, case: Case, to_status: str) -> None:
    """`resolved` is declared, but only together with an answer."""
    answer = browser(cast.dragan).post(path(case, "step"), {"version": version_of(case), "to_status": to_status})
    assert answer.status_code == 422
    assert "There is a problem" in words(answer)
    assert Case.objects.get(pk=case.pk).status.code == "received"


def test_a_step_is_taken_by_its_button(cast: Cast, browser: Browser, case: Case) -> None:
    client = browser(cast.dragan)
    page = client.get(path(case)).content.decode()
    button = re.search(r'name="to_status" value="(\w+)"', page)
    assert button
    client.post(path(case, "step"), {"version": version_of(case), "to_status": button[1]})
    assert Case.objects.get(pk=case.pk).status.code == button[1]


def test_a_step_that_needs_words_leads_to_the_answer(cast: Cast, browser: Browser, case: Case) -> None:
    client = browser(cast.dragan)
    client.post(path(case, "step"), {"version": version_of(case), "to_status": "in_progress"})
    page = client.get(path(case)).content.decode()
    link = re.search(r'href="([^"]+\?then=waiting#write)"', page)
    assert link
    chosen = client.get(link[1].partition("#")[0]).content.decode()
    assert re.search(r'<option value="waiting" selected', chosen)


def test_a_typed_file_survives_a_refusal(cast: Cast, browser: Browser, case: Case) -> None:
    client = browser(cast.dragan)
    file = SimpleUploadedFile("reading.txt", b"4815 on 1 March")
    refused = client.post(path(case, "answer"), {"version": version_of(case), "text": "", "files": file})
    assert refused.status_code == 422
    kept = re.search(r'name="kept" value="([^"]+)"', refused.content.decode())
    assert kept
    client.post(path(case, "answer"), {"version": version_of(case), "text": "Here it is", "kept": kept[1]})
    assert Attachment.objects.get(case=case).file.name == "reading.txt"


# --------------------------------------------------------------------------- two clerks at once


def test_the_second_clerk_sees_both_texts_and_keeps_his_own(cast: Cast, browser: Browser, case: Case) -> None:
    dragan, sanja = browser(cast.dragan), browser(cast.sanja)
    version = version_of(case)
    dragan.get(path(case))
    sanja.get(path(case))
    first = sanja.post(path(case, "answer"), {"version": version, "text": "Sanja's answer", "to_status": "waiting"})
    assert first.status_code == 302
    file = SimpleUploadedFile("photo.txt", b"4815")
    second = dragan.post(path(case, "answer"), {"version": version, "text": "Dragan's answer", "files": file})
    assert second.status_code == 422
    text = second.content.decode()
    assert "Somebody changed this case while you were writing" in text
    assert "Sanja Sanić" in text
    assert "Sanja&#39;s answer" in text
    assert "Status: Waiting for the customer" in text
    written = re.search(r'<textarea[^>]*name="text"[^>]*>(.*?)</textarea>', text, re.S)
    assert written
    assert written[1].strip() == "Dragan&#39;s answer"
    assert not CaseMessage.objects.filter(text="Dragan's answer").exists()
    # What came back can be sent as it is.
    fresh = re.search(r'name="version" value="(\d+)"', text)
    kept = re.search(r'name="kept" value="([^"]+)"', text)
    assert fresh
    assert kept
    again = dragan.post(path(case, "answer"), {"version": fresh[1], "text": "Dragan's answer", "kept": kept[1]})
    assert again.status_code == 302
    texts = CaseMessage.objects.filter(case=case, author="staff").values_list("text", flat=True)
    assert list(texts) == ["Sanja's answer", "Dragan's answer"]


@pytest.mark.parametrize(
    ("act", "data", "kept"),
    [
        ("note", {"text": "Dragan's note"}, "Dragan&#39;s note"),
        ("step", {"to_status": "in_progress"}, ""),
        ("assign", {"priority": "high", "assignee": "", "unit": "", "note": "Dragan's word"}, "Dragan&#39;s word"),
        ("extend", {"due_on": "2. 4. 2026.", "reason": "Dragan's reason"}, "Dragan&#39;s reason"),
    ],
)
def test_every_act_tells_the_second_clerk(
    cast: Cast, browser: Browser, case: Case, act: str, data: dict[str, str], kept: str
) -> None:
    Membership.objects.filter(user=cast.dragan).update(role="supervisor")
    version = version_of(case)
    services.add_note(actor=cast.actor(cast.sanja, "staff"), case=case, text="Called him at nine", now=NOW)
    answer = browser(cast.dragan).post(path(case, act), {"version": version, **data})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "Called him at nine" in text
    assert kept in text
    assert version_of(case) == version + 1


def test_a_double_click_answers_once(cast: Cast, browser: Browser, case: Case) -> None:
    client = browser(cast.dragan)
    data = {"version": version_of(case), "text": "Only once", "once": "k1"}
    assert client.post(path(case, "answer"), data).status_code == 302
    assert client.post(path(case, "answer"), data).status_code == 302
    assert CaseMessage.objects.filter(text="Only once").count() == 1


# --------------------------------------------------------------------------- assigning, deadline


def test_a_clerk_takes_a_case_in_one_click(cast: Cast, browser: Browser, case: Case) -> None:
    client = browser(cast.dragan)
    assert "Take it" in words(client.get(path(case)))
    client.post(path(case, "take"))
    case.refresh_from_db()
    assert case.assignee.user == cast.dragan
    assert "Take it" not in words(client.get(path(case)))


def test_a_supervisor_gives_a_case_to_a_colleague_and_unit(cast: Cast, browser: Browser, case: Case) -> None:
    unit = Unit.objects.create(institution=cast.gas, code="dispatch", name={"en": "Dispatch"})
    dragan = Membership.objects.get(user=cast.dragan)
    data = {"version": version_of(case), "assignee": dragan.pk, "unit": unit.pk, "priority": "high", "note": "Hurry"}
    assert browser(cast.sanja).post(path(case, "assign"), data).status_code == 302
    case.refresh_from_db()
    assert (case.assignee, case.unit, case.priority) == (dragan, unit, "high")
    assert "Hurry" in words(browser(cast.dragan).get(path(case)))


def test_a_clerk_isnt_offered_colleagues_and_cant_name_one(cast: Cast, browser: Browser, case: Case) -> None:
    client, sanja = browser(cast.dragan), Membership.objects.get(user=cast.sanja)
    assert "Sanja" not in words(client.get(path(case, "assign")))
    data = {"version": version_of(case), "assignee": sanja.pk, "unit": "", "priority": "normal"}
    answer = client.post(path(case, "assign"), data)
    assert answer.status_code == 422
    assert error_at(answer, "assignee")


@pytest.mark.parametrize("field", ["assignee", "unit"])
def test_ids_of_another_institution_are_refused(cast: Cast, browser: Browser, case: Case, field: str) -> None:
    theirs = {
        "assignee": Membership.objects.get(user=cast.heda).pk,
        "unit": Unit.objects.create(institution=cast.heat, code="office", name={"en": "Heat office"}).pk,
    }
    data = {"version": version_of(case), "assignee": "", "unit": "", "priority": "normal", field: theirs[field]}
    answer = browser(cast.sanja).post(path(case, "assign"), data)
    assert answer.status_code == 422
    assert error_at(answer, field)


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"due_on": "", "reason": "Because"}, "due_on"),
        ({"due_on": "32. 13. 2026.", "reason": "Because"}, "due_on"),
        ({"due_on": "1. 1. 2020.", "reason": "Because"}, "due_on"),
        ({"due_on": "2. 4. 2026.", "reason": ""}, "reason"),
        ({"due_on": "2. 4. 2026.", "reason": "x" * 2001}, "reason"),
    ],
)
def test_a_wrong_extension_is_refused(
    cast: Cast, browser: Browser, case: Case, data: dict[str, str], field: str
) -> None:
    answer = browser(cast.sanja).post(path(case, "extend"), {"version": version_of(case), **data})
    assert answer.status_code == 422
    assert error_at(answer, field)


def test_a_deadline_is_extended_once(cast: Cast, browser: Browser, case: Case) -> None:
    client = browser(cast.sanja)
    later = case.due_on + timedelta(days=10)
    data = {"due_on": later.isoformat(), "reason": "The reader comes on Monday"}
    assert client.post(path(case, "extend"), {"version": version_of(case), **data}).status_code == 302
    assert Case.objects.get(pk=case.pk).due_on == later
    again = {"due_on": date(2026, 12, 1).isoformat(), "reason": "Once more"}
    refused = client.post(path(case, "extend"), {"version": version_of(case), **again})
    assert refused.status_code == 422
    assert "only once" in error_at(refused, "due_on")


# --------------------------------------------------------------------------- papers


def test_the_receipt_is_a_pdf_in_the_applicants_language(cast: Cast, browser: Browser, case: Case) -> None:
    answer = browser(cast.dragan).get(path(case, "receipt.pdf"))
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")


def test_another_cases_file_isnt_found_under_this_number(
    cast: Cast, browser: Browser, case: Case, open_case: OpenCase
) -> None:
    client = browser(cast.dragan)
    client.post(
        path(case, "answer"),
        {"version": version_of(case), "text": "See", "files": SimpleUploadedFile("a.txt", b"one")},
    )
    attached = Attachment.objects.get(case=case)
    good: Any = client.get(path(case, f"files/{attached.pk}"))
    assert b"".join(good.streaming_content) == b"one"
    assert client.get(path(open_case(), f"files/{attached.pk}")).status_code == 404


def test_the_page_costs_the_same_however_long_the_conversation_is(cast: Cast, browser: Browser, case: Case) -> None:
    client = browser(cast.dragan)
    few = queries_of(client, path(case))
    for number in range(5):
        services.answer(actor=cast.actor(cast.dragan, "staff"), case=case, text=f"Word {number}", now=NOW)
    assert queries_of(client, path(case)) == few
    # Session, person; membership, case, steps, conversation (4), other cases, and the menu's three.
    assert few <= 2 + 11
