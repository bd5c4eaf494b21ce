"""A case opened for somebody at the window or on the phone (VC-16): kind, its own form, receipt."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from salter.audit.models import Entry
from salter.cases.models import Attachment, Case, Kind
from salter.notifications.models import Message
from tests.cast import Cast
from tests.desk.conftest import Browser, error_at, words

HERE = "/gas/desk/cases/new"
COMMON = {"channel": "in_person", "priority": "normal", "text": "The invoice is for another flat."}
STRANGER = {
    "applicant_name": "Zora Zorić",
    "applicant_email": "zora@example.rs",
    "applicant_phone": "064 123 4567",
    "applicant_language": "sr",
}
FAULT = {"own_what": "weak", "own_place": "Lipova 14"}


@pytest.fixture
def clerk(cast: Cast, kinds: dict[str, Kind], browser: Browser) -> Any:
    return browser(cast.dragan)


def fields_of(response: Any) -> set[str]:
    return set(re.findall(r'name="(own_\w+)"', response.content.decode()))


def test_first_the_kind_then_its_own_fields(cast: Cast, clerk: Any, kinds: dict[str, Kind]) -> None:
    page = clerk.get(HERE).content.decode()
    for kind in kinds.values():
        assert f'href="{HERE}/{kind.code}"' in page
    for kind in kinds.values():
        answer = clerk.get(f"{HERE}/{kind.code}")
        assert fields_of(answer) == {f"own_{own['name']}" for own in kind.fields}
        assert 'name="channel"' in answer.content.decode()


def test_a_fault_shows_the_emergency_number_first(clerk: Any) -> None:
    text = words(clerk.get(f"{HERE}/fault"))
    assert text.index("0800 555 192") < text.index("Name of the applicant")


def test_a_person_who_isnt_in_the_register_gets_a_case_and_a_receipt(cast: Cast, clerk: Any) -> None:
    photo = SimpleUploadedFile("meter.txt", b"4815")
    answer = clerk.post(f"{HERE}/fault", COMMON | STRANGER | FAULT | {"files": photo})
    assert answer.status_code == 302, words(answer)
    case = Case.objects.get()
    assert answer.headers["Location"] == f"/gas/desk/cases/{case.number}?new"
    assert (case.applicant_name, case.applicant_email, case.applicant_phone, case.applicant_language) == (
        "Zora Zorić", "zora@example.rs", "+381641234567", "sr",
    )  # fmt: skip
    assert (case.party, case.channel, case.fields["what"]) == (None, "in_person", "weak")
    assert Attachment.objects.get(case=case).file.name == "meter.txt"
    assert Message.objects.filter(address="zora@example.rs").exists()
    text = words(clerk.get(answer.headers["Location"]))
    assert "Print the receipt" in text
    receipt = clerk.get(f"/gas/desk/cases/{case.number}/receipt.pdf")
    assert receipt.content.startswith(b"%PDF")
    opened = Entry.objects.get(action="cases.open_case")
    assert (opened.actor_name, opened.actor_role, opened.channel) == ("Dragan Dragić", "staff", "in_person")


def test_a_customers_case_is_opened_from_his_file(cast: Cast, clerk: Any, file_open: Callable[..., None]) -> None:
    path = f"/gas/desk/customers/{cast.ana_party.pk}/cases/new"
    # Without the purpose the file stays closed, and so does the form.
    assert clerk.get(path).headers["Location"] == f"/gas/desk/customers/{cast.ana_party.pk}"
    assert clerk.post(f"{path}/question", COMMON).headers["Location"] == f"/gas/desk/customers/{cast.ana_party.pk}"
    assert not Case.objects.exists()
    file_open(clerk, cast.ana_party)
    page = clerk.get(f"{path}/question").content.decode()
    assert "applicant_name" not in page
    answer = clerk.post(f"{path}/question", COMMON | {"channel": "phone", "subject": "Wrong flat"})
    assert answer.status_code == 302, words(answer)
    case = Case.objects.get()
    assert (case.party, case.customer.number, case.channel, case.subject) == (
        cast.ana_party, "100001", "phone", "Wrong flat",
    )  # fmt: skip
    assert case.number in browser_text(cast, case)


def browser_text(cast: Cast, case: Case) -> str:
    from django.test import Client

    client = Client()
    client.force_login(cast.ana)
    return client.get(f"/gas/cases/{case.number}").content.decode()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"channel": ""}, "channel"),
        ({"channel": "pigeon"}, "channel"),
        ({"priority": "at once"}, "priority"),
        ({"text": ""}, "text"),
        ({"text": "x" * 20_001}, "text"),
        ({"applicant_name": ""}, "applicant_name"),
        ({"applicant_name": "x" * 201}, "applicant_name"),
        ({"applicant_name": "Zo\x00ra"}, "applicant_name"),
        ({"applicant_email": "zora"}, "applicant_email"),
        ({"applicant_phone": "12"}, "applicant_phone"),
        ({"applicant_phone": "call me"}, "applicant_phone"),
        ({"applicant_language": "de"}, "applicant_language"),
        ({"own_what": ""}, "own_what"),
        ({"own_what": "teleport"}, "own_what"),
        ({"own_place": ""}, "own_place"),
    ],
)
def test_bad_input_stands_beside_its_field_and_nothing_is_lost(
    cast: Cast, clerk: Any, wrong: dict[str, str], field: str
) -> None:
    answer = clerk.post(f"{HERE}/fault", COMMON | STRANGER | FAULT | wrong)
    assert answer.status_code == 422
    assert error_at(answer, field) or field in ("channel", "own_what")
    assert "There is a problem" in words(answer)
    if field != "text":
        assert COMMON["text"] in answer.content.decode()
    assert not Case.objects.exists()


def test_a_file_survives_a_refused_form(cast: Cast, clerk: Any) -> None:
    photo = SimpleUploadedFile("meter.txt", b"4815")
    refused = clerk.post(f"{HERE}/fault", COMMON | STRANGER | FAULT | {"applicant_name": "", "files": photo})
    kept = re.search(r'name="kept" value="([^"]+)"', refused.content.decode())
    assert kept
    clerk.post(f"{HERE}/fault", COMMON | STRANGER | FAULT | {"kept": kept[1]})
    assert Attachment.objects.get().file.name == "meter.txt"


def test_a_file_that_isnt_what_it_says_is_refused(cast: Cast, clerk: Any) -> None:
    page = SimpleUploadedFile("photo.jpg", b"<html><script>alert(1)</script>")
    answer = clerk.post(f"{HERE}/fault", COMMON | STRANGER | FAULT | {"files": page})
    assert answer.status_code == 422
    assert "photo.jpg" in error_at(answer, "files")


def test_another_customers_number_cant_be_named(cast: Cast, clerk: Any, file_open: Callable[..., None]) -> None:
    """With one number nothing is asked; whatever is sent, the case is about the customer's own."""
    from salter.parties.models import Customer

    file_open(clerk, cast.ana_party)
    theirs = Customer.objects.get(party=cast.boris_party)
    path = f"/gas/desk/customers/{cast.ana_party.pk}/cases/new/question"
    clerk.post(path, COMMON | {"subject": "Mine", "customer": str(theirs.pk)})
    assert Case.objects.get().customer.party == cast.ana_party


def test_a_double_click_opens_one_case(cast: Cast, clerk: Any) -> None:
    data = COMMON | STRANGER | FAULT | {"once": "k1"}
    first, second = (clerk.post(f"{HERE}/fault", data) for _press in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert Case.objects.count() == 1
