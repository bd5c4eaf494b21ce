"""The customer's pages: the owner, a stranger, another institution, somebody signed out, wrong methods, bad input."""

import io
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from salter.cases import registry, services
from salter.cases.models import Attachment, Case, Kind
from salter.documents.models import File
from tests.cases.conftest import OpenCase
from tests.cast import NOW, Cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def sign_in() -> Callable[[Any], Client]:
    def make(user: Any) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return make


@pytest.fixture
def boris(cast: Cast, kinds: dict[str, Kind], sign_in: Callable[[Any], Client]) -> Client:
    """Boris, acting for himself."""
    client = sign_in(cast.boris)
    client.post("/gas/acting/", {"party": str(cast.boris_party.pk)})
    return client


@pytest.fixture
def ana(cast: Cast, kinds: dict[str, Kind], sign_in: Callable[[Any], Client]) -> Client:
    return sign_in(cast.ana)


def picture(size: int = 40) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (size, size), "red").save(out, "JPEG")
    return out.getvalue()


def upload(name: str = "meter.jpg", content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture() if content is None else content)


def html(response: Any) -> str:
    return str(response.content.decode())


# ------------------------------------------------------------------ who may see what


PAGES = ["/gas/cases/", "/gas/cases/new", "/gas/cases/new/question"]
CASE_PAGES = ["", "/receipt.pdf", "/withdraw", "/files/{attachment}"]


def _case_with_file(cast: Cast, open_case: OpenCase) -> tuple[Case, Attachment]:
    from salter.documents import services as documents

    file = documents.store_file(
        actor=cast.actor(cast.ana), institution=cast.gas, name="note.txt", content=b"hello", now=NOW
    )
    case = open_case(files=[file])
    return case, Attachment.objects.get(case=case)


@pytest.mark.parametrize("page", PAGES)
def test_pages_ask_a_stranger_to_sign_in(kinds: dict[str, Kind], page: str) -> None:
    response = Client().get(page)
    assert response.status_code == 302
    assert "sign-in" in response.headers["Location"]


@pytest.mark.parametrize("page", CASE_PAGES)
def test_case_is_shown_to_its_owner_alone(
    cast: Cast, open_case: OpenCase, sign_in: Callable[[Any], Client], boris: Client, page: str
) -> None:
    case, attachment = _case_with_file(cast, open_case)
    path = f"/cases/{case.number}{page.format(attachment=attachment.pk)}"
    own = sign_in(cast.ana).get(f"/gas{path}")
    assert b"".join(own)
    assert own.status_code == 200
    assert boris.get(f"/gas{path}").status_code == 404
    assert sign_in(cast.ceca).get(f"/heat{path}").status_code == 404
    assert Client().get(f"/gas{path}").status_code == 302
    # Nobody of this counter's customers, though signed in: to the page that links a number.
    assert sign_in(cast.nobody).get(f"/gas{path}").headers["Location"] == "/gas/link/"


@pytest.mark.parametrize("path", ["/reply", "/withdraw"])
def test_strangers_change_nothing(
    cast: Cast, open_case: OpenCase, sign_in: Callable[[Any], Client], boris: Client, path: str
) -> None:
    case = open_case()
    assert boris.post(f"/gas/cases/{case.number}{path}", {"text": "Mine"}).status_code == 404
    assert sign_in(cast.ceca).post(f"/heat/cases/{case.number}{path}", {"text": "Mine"}).status_code == 404
    # At this counter Ceca acts for nobody.
    assert sign_in(cast.ceca).post(f"/gas/cases/{case.number}{path}", {"text": "Mine"}).status_code == 302
    assert Case.objects.get().version == 1


def test_who_may_only_see_cannot_write(cast: Cast, open_case: OpenCase, sign_in: Callable[[Any], Client]) -> None:
    """Boris sees the company Ljiljan, Ana manages it."""
    case = open_case(party=cast.ljiljan)
    client = sign_in(cast.boris)
    client.post("/gas/acting/", {"party": str(cast.ljiljan.pk)})
    page = html(client.get(f"/gas/cases/{case.number}"))
    assert case.subject in page
    assert 'name="text"' not in page
    for path in (f"/gas/cases/{case.number}/reply", f"/gas/cases/{case.number}/withdraw", "/gas/cases/new/question"):
        assert client.post(path, {"text": "x"}).status_code == 403


def test_one_sees_the_cases_of_the_one_he_acts_for(cast: Cast, open_case: OpenCase, ana: Client) -> None:
    own, company = open_case(), open_case(party=cast.ljiljan)
    page = html(ana.get("/gas/cases/"))
    assert own.number in page
    assert company.number not in page
    ana.post("/gas/acting/", {"party": str(cast.ljiljan.pk)})
    page = html(ana.get("/gas/cases/"))
    assert company.number in page
    assert own.number not in page


def test_link_of_a_message_opens_the_case_of_the_other_one(cast: Cast, open_case: OpenCase, ana: Client) -> None:
    """Ana acts for herself; the message to her as the company's manager leads to the company's case."""
    company = open_case(party=cast.ljiljan)
    page = html(ana.get(f"/gas/cases/{company.number}"))
    assert company.subject in page
    assert "Ljiljan" in page


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("post", "/gas/cases/"),
        ("post", "/gas/cases/new"),
        ("put", "/gas/cases/new/question"),
        ("get", "/gas/cases/{number}/reply"),
        ("post", "/gas/cases/{number}"),
        ("delete", "/gas/cases/{number}"),
        ("post", "/gas/cases/{number}/receipt.pdf"),
        ("put", "/gas/cases/{number}/withdraw"),
    ],
)
def test_wrong_method(ana: Client, open_case: OpenCase, method: str, path: str) -> None:
    assert getattr(ana, method)(path.format(number=open_case().number)).status_code == 405


@pytest.mark.parametrize(
    "path",
    [
        "/gas/cases/P-2026-99999",
        "/gas/cases/%00",
        "/gas/cases/..",
        "/gas/cases/" + "9" * 79,
        "/gas/cases/new/volcano",
        "/nowhere/cases/",
    ],
)
def test_unknown_addresses(ana: Client, path: str) -> None:
    assert ana.get(path).status_code == 404


# ------------------------------------------------------------------ lists


def test_list_sorts_searches_and_exports(cast: Cast, open_case: OpenCase, ana: Client) -> None:
    first = open_case(text="Ђорђевић pita za račun")
    second = open_case("complaint", text="Žalba na čekanje")
    for query, found, hidden in (
        ("djordjevic", first, second),
        ("r-2026-1", second, first),
        ("Р-2026-00001", second, first),
        ("complaint", second, first),
        ("received question", first, second),
        ("20 Mar", None, first),
    ):
        page = html(ana.get("/gas/cases/", {"q": query}))
        assert (found is None) or found.number in page, query
        assert hidden.number not in page, query
    assert ana.get("/gas/cases/", {"export": "csv"}).headers["Content-Type"].startswith("text/csv")


def test_empty_list_says_what_can_be_done(ana: Client) -> None:
    assert "You have no requests here yet" in html(ana.get("/gas/cases/"))


def test_queries_of_the_pages_do_not_grow(cast: Cast, open_case: OpenCase, ana: Client) -> None:
    case = open_case()

    def count(path: str) -> int:
        ana.get(path)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert ana.get(path).status_code == 200
        return len(queries)

    few = {path: count(path) for path in ("/gas/cases/", f"/gas/cases/{case.number}", "/gas/cases/new")}
    for n in range(8):
        open_case("complaint" if n % 2 else "fault", fields={"what": "weak", "place": "Here"})
        services.answer(actor=cast.actor(cast.dragan, "staff"), case=case, text=f"Answer {n}", now=NOW)
    many = {path: count(path) for path in few}
    # The second look at the case page shows messages with deliveries: still one query for all of them.
    assert many == few
    assert few["/gas/cases/"] <= 5


# ------------------------------------------------------------------ opening


def test_choice_offers_the_emergency_number_and_the_fault_first(ana: Client, cast: Cast) -> None:
    page = html(ana.get("/gas/cases/new"))
    assert "0800 555 192" in page
    assert page.index("Fault report") < page.index("Question")
    assert page.index("0800 555 192") < page.index("Fault report")


def test_fault_shows_the_number_before_the_form(ana: Client) -> None:
    page = html(ana.get("/gas/cases/new/fault"))
    assert "0800 555 192" in page
    assert "<textarea" not in page
    form = html(ana.get("/gas/cases/new/fault?no-danger"))
    assert "<textarea" in form
    assert form.index("0800 555 192") < form.index("<textarea")


def test_other_kinds_have_no_danger_in_between(ana: Client) -> None:
    assert "<textarea" in html(ana.get("/gas/cases/new/question"))


def test_kind_that_is_not_offered_has_no_page(ana: Client, kinds: dict[str, Kind]) -> None:
    Kind.objects.filter(pk=kinds["question"].pk).update(is_offered=False)
    assert ana.get("/gas/cases/new/question").status_code == 404
    assert ana.post("/gas/cases/new/question", {"text": "x", "subject": "y"}).status_code == 404


def test_case_is_opened_and_shown(ana: Client) -> None:
    response = ana.post(
        "/gas/cases/new/complaint_bill",
        {"subject": "Bill of December", "text": "Wrong.", "own_meter_state": "4815", "own_read_on": "31. 12. 2025."},
        follow=True,
    )
    case = Case.objects.get()
    assert response.redirect_chain == [(f"/gas/cases/{case.number}", 302)]
    assert case.fields == {"meter_state": "4815", "read_on": "2025-12-31"}
    page = html(response)
    for shown in (case.number, "Bill of December", "Wrong.", "4815", "20 Mar", "Received", "Receipt", "100001"):
        assert shown in page


def test_every_kind_can_be_sent(ana: Client, kinds: dict[str, Kind]) -> None:
    for kind in kinds.values():
        data = {"subject": "S", "text": "T"}
        for field in kind.fields:
            if field["type"] == "choice":
                data[f"own_{field['name']}"] = field["choices"][0]["value"]
            elif field.get("required"):
                data[f"own_{field['name']}"] = "Lipova 14"
        assert ana.post(f"/gas/cases/new/{kind.code}", data).status_code == 302, kind.code
    assert Case.objects.count() == len(kinds)


@pytest.mark.parametrize(
    ("kind", "data", "message"),
    [
        ("question", {"subject": "S", "text": ""}, "Fill in this field."),
        ("question", {"subject": "S", "text": " \u200b "}, "Write what you want to say."),
        ("question", {"subject": "", "text": "My words"}, "Fill in this field."),
        ("question", {"subject": "x" * 201, "text": "My words"}, "200"),
        ("question", {"subject": "S", "text": "x" * 20_001}, "20000"),
        ("question", {"subject": "S", "text": "My\x00words"}, "Null characters"),
        ("fault", {"text": "My words", "own_place": "Here"}, "Choose one of these."),
        ("fault", {"text": "My words", "own_place": "Here", "own_what": "volcano"}, "valid choice"),
        ("complaint_bill", {"subject": "S", "text": "My words", "own_read_on": "31. 2. 2026."}, "no such day"),
        ("complaint_bill", {"subject": "S", "text": "My words", "own_meter_state": "-3"}, "At least 0"),
        ("complaint_bill", {"subject": "S", "text": "My words", "own_amount": "much"}, "Write a number"),
    ],
)
def test_bad_input_is_refused_beside_the_field_and_kept(
    ana: Client, kind: str, data: dict[str, str], message: str
) -> None:
    response = ana.post(f"/gas/cases/new/{kind}", data)
    page = html(response)
    assert response.status_code == 422
    assert message in page
    assert 'class="errors"' in page
    if data["text"] == "My words":
        assert "My words" in page
    assert not Case.objects.exists()


def test_files_survive_a_refused_form(ana: Client, cast: Cast) -> None:
    response = ana.post(
        "/gas/cases/new/complaint_bill",
        {"subject": "", "text": "Wrong", "files": [upload("bill.jpg"), upload("ugly.exe", b"MZ\x00\x01")],
         "own_photo": upload("meter.jpg")},
    )  # fmt: skip
    page = html(response)
    assert response.status_code == 422
    assert "ugly.exe" in page
    kept = re.findall(r'name="kept" value="([^"]+)"[^>]*checked', page)
    assert [value.split(":")[0] for value in kept] == ["files", "own_photo"]
    # The second time nothing is uploaded, and one of the ticks is taken away.
    done = ana.post("/gas/cases/new/complaint_bill", {"subject": "S", "text": "Wrong", "kept": [kept[1]]})
    assert done.status_code == 302
    attachment = Attachment.objects.get()
    assert (attachment.file.name, attachment.field) == ("meter.jpg", "photo")


def test_kept_files_of_others_are_not_taken(ana: Client, boris: Client) -> None:
    page = html(boris.post("/gas/cases/new/question", {"subject": "", "text": "x", "files": upload()}))
    (theirs,) = re.findall(r'name="kept" value="([^"]+)"', page)
    assert ana.post("/gas/cases/new/question", {"subject": "S", "text": "x", "kept": [theirs]}).status_code == 302
    assert not Attachment.objects.exists()
    assert File.objects.get().claimed_at is None


@pytest.mark.parametrize("kept", ["files:nonsense", "x", ":", "files:", "own_admin:0", "files:" + "0" * 32])
def test_forged_kept_values_are_ignored(ana: Client, kept: str) -> None:
    assert ana.post("/gas/cases/new/question", {"subject": "S", "text": "x", "kept": [kept]}).status_code == 302


def test_too_many_files(ana: Client) -> None:
    files = [upload(f"{n}.jpg", picture(n + 1)) for n in range(11)]
    response = ana.post("/gas/cases/new/data_change", {"text": "x", "files": files[:10], "own_proof": files[10]})
    assert response.status_code == 422
    assert "At most 10 files" in html(response)


def test_double_click_opens_one_case(ana: Client) -> None:
    page = html(ana.get("/gas/cases/new/question"))
    (key,) = re.findall(r'name="once" value="([^"]+)"', page)
    data = {"subject": "S", "text": "x", "once": key}
    answers = {ana.post("/gas/cases/new/question", data).headers["Location"] for _ in range(3)}
    assert len(answers) == 1
    assert Case.objects.count() == 1


def test_about_a_bill_is_offered_and_only_ones_own(ana: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    about = registry.AboutKind(
        "invoice", "Bill", choices=lambda _party: [("2026-02-1", "February 2026")],
        belongs=lambda _party, ref: ref == "2026-02-1", url=lambda _request, ref: f"/gas/bills/{ref}",
    )  # fmt: skip
    monkeypatch.setitem(registry.about_kinds, "invoice", about)
    response = ana.get("/gas/cases/new", {"kind": "complaint", "about": "invoice:2026-02-1"})
    assert unquote(response.headers["Location"]) == "/gas/cases/new/complaint_bill?about=invoice:2026-02-1"
    page = html(ana.get(response.headers["Location"]))
    assert re.search(r'value="invoice:2026-02-1"[^>]*selected', page)
    data = {"subject": "S", "text": "x", "about": "invoice:2026-02-2"}
    assert ana.post("/gas/cases/new/complaint_bill", data).status_code == 422
    ana.post("/gas/cases/new/complaint_bill", data | {"about": "invoice:2026-02-1"})
    case = Case.objects.get()
    assert (case.about_kind, case.about_ref) == ("invoice", "2026-02-1")
    assert "/gas/bills/2026-02-1" in html(ana.get(f"/gas/cases/{case.number}"))


# ------------------------------------------------------------------ the page of a case


def test_page_of_a_waiting_case_asks_for_the_answer(cast: Cast, open_case: OpenCase, ana: Client) -> None:
    case = open_case()
    clerk = cast.actor(cast.dragan, "staff")
    services.add_note(actor=clerk, case=case, text="Secret remark", now=NOW)
    services.answer(actor=clerk, case=case, text="Please send a photo.", to_status="waiting", now=NOW)
    page = html(ana.get(f"/gas/cases/{case.number}"))
    assert "What you should do" in page
    assert page.count("Please send a photo.") == 2
    assert "Waiting for your answer" in page
    assert "Secret remark" not in page
    assert "Waiting for the customer" not in page
    # The notice about the answer went by e-mail and is still on its way.
    assert "e-mail" in page.lower()
    assert "We need your answer" in html(ana.get("/gas/"))

    response = ana.post(f"/gas/cases/{case.number}/reply", {"text": "Here it is.", "files": upload()}, follow=True)
    page = html(response)
    assert "Here it is." in page
    assert "meter.jpg" in page
    assert "What you should do" not in page
    assert Case.objects.get().status.code == "in_progress"


def test_empty_reply_is_refused_and_its_file_kept(open_case: OpenCase, ana: Client) -> None:
    case = open_case()
    response = ana.post(f"/gas/cases/{case.number}/reply", {"text": " "})
    assert response.status_code == 422
    assert "Write an answer or add a file." in html(response)
    response = ana.post(f"/gas/cases/{case.number}/reply", {"text": "", "files": upload("virus.jpg", b"MZ\x00")})
    assert response.status_code == 422
    assert "virus.jpg" in html(response)


def test_words_are_shown_as_text(open_case: OpenCase, ana: Client) -> None:
    case = open_case(text='<script>alert(1)</script> <img src=x onerror="y">', subject="<b>bold</b>")
    page = html(ana.get(f"/gas/cases/{case.number}"))
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "<b>bold" not in page


def test_case_is_withdrawn_after_a_question(open_case: OpenCase, ana: Client) -> None:
    case = open_case()
    path = f"/gas/cases/{case.number}/withdraw"
    assert path in html(ana.get(f"/gas/cases/{case.number}"))
    assert ana.get(path).status_code == 200
    assert Case.objects.get().is_open
    assert ana.post(path).status_code == 302
    assert Case.objects.get().status.code == "withdrawn"
    assert ana.get(path).status_code == 404
    page = html(ana.get(f"/gas/cases/{case.number}"))
    assert 'name="text"' not in page


def test_reply_to_a_withdrawn_case_says_why_not(open_case: OpenCase, ana: Client) -> None:
    case = open_case()
    ana.post(f"/gas/cases/{case.number}/withdraw")
    response = ana.post(f"/gas/cases/{case.number}/reply", {"text": "Wait"})
    assert response.status_code == 422
    assert "This case is closed." in html(response)


def test_number_is_found_as_it_is_typed(open_case: OpenCase, ana: Client) -> None:
    open_case()
    assert ana.get("/gas/cases/p-2026-1").status_code == 200


def test_number_with_slashes_has_an_address(kinds: dict[str, Kind], open_case: OpenCase, ana: Client) -> None:
    Kind.objects.filter(pk=kinds["question"].pk).update(number_pattern="{class}-{seq}/{year}", class_mark="351")
    kinds["question"].refresh_from_db()
    case = open_case()
    assert case.number == "351-1/2026"
    page = html(ana.get("/gas/cases/"))
    assert "/gas/cases/351-1~2026" in page
    assert "351-1/2026" in html(ana.get("/gas/cases/351-1~2026"))


def test_receipt_is_a_download(open_case: OpenCase, ana: Client) -> None:
    case = open_case()
    response = ana.get(f"/gas/cases/{case.number}/receipt.pdf")
    assert response.content.startswith(b"%PDF-")
    assert response.headers["Content-Disposition"] == f'attachment; filename="{case.number}.pdf"'
    assert "sandbox" in response.headers["Content-Security-Policy"]


def test_file_comes_as_a_harmless_download(cast: Cast, open_case: OpenCase, ana: Client) -> None:
    case, attachment = _case_with_file(cast, open_case)
    response = ana.get(f"/gas/cases/{case.number}/files/{attachment.pk}")
    assert b"".join(response.streaming_content) == b"hello"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    other = open_case()
    assert ana.get(f"/gas/cases/{other.number}/files/{attachment.pk}").status_code == 404


def test_files_of_notes_stay_with_the_staff(cast: Cast, open_case: OpenCase, ana: Client) -> None:
    from salter.documents import services as documents

    case = open_case()
    clerk = cast.actor(cast.dragan, "staff")
    file = documents.store_file(actor=clerk, institution=cast.gas, name="inner.txt", content=b"inner", now=NOW)
    services.add_note(actor=clerk, case=case, text="See", files=[file], now=NOW)
    attachment = Attachment.objects.get()
    assert ana.get(f"/gas/cases/{case.number}/files/{attachment.pk}").status_code == 404
    assert "inner.txt" not in html(ana.get(f"/gas/cases/{case.number}"))


def test_who_opened_the_case_is_shown(cast: Cast, open_case: OpenCase, ana: Client) -> None:
    from salter.audit import services as audit

    case = open_case()
    audit.record(
        actor=cast.actor(cast.sanja, "staff"), action="desk.case_read", institution_id=cast.gas.id,
        subject_kind="case", subject_id=case.id, subject_ref=case.number, party_id=cast.ana_party.id,
        purpose="Check of the deadline", now=NOW,
    )  # fmt: skip
    page = html(ana.get(f"/gas/cases/{case.number}"))
    assert "Sanja Sanić" in page
    assert "Check of the deadline" in page


@pytest.mark.parametrize("language", ["sr-latn", "sr", "ro", "pl", "mk"])
def test_pages_come_in_every_language(open_case: OpenCase, ana: Client, language: str) -> None:
    case = open_case("complaint_bill")
    ana.cookies["salter_language"] = language
    for path in ("/gas/cases/", f"/gas/cases/{case.number}", "/gas/cases/new", "/gas/cases/new/fault?no-danger"):
        assert ana.get(path).status_code == 200


def test_home_shows_open_cases(open_case: OpenCase, ana: Client) -> None:
    case = open_case()
    assert case.number in html(ana.get("/gas/"))
