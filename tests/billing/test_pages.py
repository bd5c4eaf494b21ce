"""The pages of bills: who may see them, what they say, how many queries they cost."""

from __future__ import annotations

import csv
import datetime
import html
import io
import re
from collections.abc import Callable
from typing import Any

import pypdf
import pytest
import zxingcpp
from django.test import Client
from PIL import Image

from salter.billing import papers
from salter.billing.models import Invoice
from salter.institutions import selectors as institutions
from salter.parties.models import Customer
from tests.billing.conftest import book, make_invoice, make_payment
from tests.cast import Cast

Browser = Callable[..., Client]

LISTS = ["/gas/bills/", "/gas/bills/invoices", "/gas/bills/payments", "/gas/bills/statement.pdf"]
OF_ONE = ["", "/bill.pdf", "/qr.png", "/qr.svg"]
REFERENCE = "97 82 20411802026"


@pytest.fixture
def bill(cast: Cast) -> Invoice:
    """Ana's bill over 8,642.17 of which 1,000 is paid."""
    made = make_invoice(cast.ana_party, 864217, payment_reference=REFERENCE, number="2026-01-204118")
    make_payment(cast.ana_party, 100000, payment_reference=REFERENCE, method="post")
    book(cast.ana_party)
    return made


def words(response: Any) -> str:
    """The page as it is read, without markup."""
    text = response.content.decode()
    main = text[text.index("<main") : text.index("</main>")]
    plain = html.unescape(re.sub(r"<[^>]+>", " ", main)).replace("\xa0", " ")
    return re.sub(r" (?=[.,])", "", " ".join(plain.split()))


def pdf_text(response: Any) -> str:
    assert response.headers["Content-Type"] == "application/pdf"
    pages = pypdf.PdfReader(io.BytesIO(response.content)).pages
    return " ".join("\n".join(page.extract_text() for page in pages).replace("\xa0", " ").split())


# --------------------------------------------------------------------------- access


@pytest.mark.parametrize("address", LISTS)
def test_lists_need_somebody_to_act_for(cast: Cast, bill: Invoice, browser: Browser, address: str) -> None:
    assert browser(cast.ana).get(address).status_code == 200
    signed_out = browser().get(address)
    assert (signed_out.status_code, signed_out.headers["Location"].partition("?")[0]) == (302, "/account/sign-in")
    stranger = browser(cast.nobody).get(address)
    assert stranger.status_code == 302
    assert "bills" not in stranger.headers["Location"]
    assert browser(cast.ana).post(address).status_code == 405


@pytest.mark.parametrize("address", OF_ONE)
def test_a_bill_is_its_owners_alone(cast: Cast, bill: Invoice, browser: Browser, address: str) -> None:
    path = f"/gas/bills/{bill.pk}{address}"
    assert browser(cast.ana).get(path).status_code == 200
    assert browser(cast.boris).get(path).status_code == 404
    assert browser().get(path).status_code == 302
    assert browser(cast.ana).post(path).status_code == 405
    # The same key at another institution, by its own customer and by the owner.
    assert browser(cast.ceca).get(path.replace("/gas/", "/heat/")).status_code == 404
    assert browser(cast.ana).get(path.replace("/gas/", "/heat/")).status_code in (302, 404)
    assert browser(cast.ceca).get(path).status_code == 302


def test_for_whom_one_acts_decides(cast: Cast, bill: Invoice, browser: Browser) -> None:
    """Ana acts for the company too: its lists show none of her own bills, and a link to one leads to her own name."""
    client = browser(cast.ana)
    session = client.session
    session[f"acting:{cast.gas.pk}"] = str(cast.ljiljan.pk)
    session.save()
    assert bill.number not in words(client.get("/gas/bills/"))
    assert client.get(f"/gas/bills/{bill.pk}").status_code == 200
    assert client.session[f"acting:{cast.gas.pk}"] == str(cast.ana_party.pk)


@pytest.mark.parametrize("bad", ["0", "1234", "not-a-key", "00000000-0000-0000-0000-000000000000", "%00", "..%2f"])
def test_wrong_keys_are_not_found(cast: Cast, browser: Browser, bad: str) -> None:
    assert browser(cast.ana).get(f"/gas/bills/{bad}").status_code == 404


def test_a_module_switched_off_leaves_nothing(cast: Cast, bill: Invoice, browser: Browser) -> None:
    cast.gas.modules = [code for code in cast.gas.modules if code != "billing"]
    cast.gas.save()
    institutions.forget_institution("gas")
    client = browser(cast.ana)
    assert client.get("/gas/bills/").status_code == 404
    assert client.get(f"/gas/bills/{bill.pk}").status_code == 404
    assert "/gas/bills" not in client.get("/gas/").content.decode()


# --------------------------------------------------------------------------- content


def test_receivables(cast: Cast, bill: Invoice, browser: Browser) -> None:
    make_invoice(cast.ana_party, 50000, number="OLD", due_on=datetime.date(2019, 1, 1))
    make_invoice(cast.ana_party, 70000, number="NEXT", due_on=datetime.date(2026, 3, 20))
    text = words(browser(cast.ana).get("/gas/bills/"))
    assert text.index("OLD") < text.index("2026-01-204118") < text.index("NEXT")  # oldest due first
    assert "3 days overdue" in text
    assert "2 bills are overdue." in text
    assert "RSD 7,642.17" in text
    assert "RSD 8,842.17" in text  # 7,642.17 + 500 + 700
    assert "as of 5 Mar 2026 at 10:30" in text


def test_paid_bills_leave_the_receivables_and_stay_among_the_bills(cast: Cast, bill: Invoice, browser: Browser) -> None:
    make_payment(cast.ana_party, 764217)
    book(cast.ana_party)
    client = browser(cast.ana)
    assert "All bills are paid" in words(client.get("/gas/bills/"))
    listed = words(client.get("/gas/bills/invoices"))
    assert "2026-01-204118" in listed
    assert "Paid" in listed


def test_the_windows_stand_in_words(cast: Cast, bill: Invoice, browser: Browser) -> None:
    make_invoice(cast.ana_party, number="EDGE", issued_on=datetime.date(2025, 3, 5))
    make_invoice(cast.ana_party, number="GONE", issued_on=datetime.date(2025, 3, 4))
    client = browser(cast.ana)
    text = words(client.get("/gas/bills/invoices"))
    assert "Bills issued since 5 Mar 2025" in text
    assert "EDGE" in text
    assert "GONE" not in text
    assert "GONE" in words(client.get("/gas/bills/"))
    assert re.search(r"Payments since 5 Sept? 2025", words(client.get("/gas/bills/payments")))


@pytest.mark.parametrize(
    ("address", "query", "found", "left_out"),
    [
        ("", "2041", "2026-01-204118", "OTHER"),
        ("", "overdue", "2026-01-204118", "NEXT"),
        ("", "NEXT", "NEXT", "2026-01-204118"),
        ("invoices", "other", "OTHER", "2026-01-204118"),
        ("payments", "post", "20 Feb 2026", "Bank transfer"),
        ("payments", "20411802026", "20 Feb 2026", "Bank transfer"),
    ],
)
def test_the_search_narrows_over_what_is_shown(
    cast: Cast, bill: Invoice, browser: Browser, address: str, query: str, found: str, left_out: str
) -> None:
    make_invoice(cast.ana_party, 10, number="OTHER", due_on=datetime.date(2026, 3, 9))
    make_invoice(cast.ana_party, 50, number="NEXT", due_on=datetime.date(2026, 3, 10))
    make_payment(cast.ana_party, 10, method="bank", paid_on=datetime.date(2026, 1, 1), payment_reference="97 23 1")
    text = words(browser(cast.ana).get(f"/gas/bills/{address}", {"q": query}))
    assert found in text
    assert left_out not in text


@pytest.mark.parametrize(
    "sort", ["number", "-number", "due_on", "-state", "open_minor", "-total_minor", "x", "-", "id"]
)
def test_every_column_sorts_and_nonsense_changes_nothing(
    cast: Cast, bill: Invoice, browser: Browser, sort: str
) -> None:
    for address in ("", "invoices", "payments"):
        response = browser(cast.ana).get(f"/gas/bills/{address}", {"sort": sort, "page": "7", "per": "-1"})
        assert response.status_code == 200


def test_export_is_what_is_filtered(cast: Cast, bill: Invoice, browser: Browser) -> None:
    make_invoice(cast.ana_party, number="OTHER")
    response = browser(cast.ana).get("/gas/bills/invoices", {"export": "csv", "q": "2041"})
    content = b"".join(response.streaming_content) if response.streaming else response.content
    text = content.decode("utf-8-sig")
    assert "OTHER" not in text
    assert [row[0] for row in csv.reader(io.StringIO(text), csv.Sniffer().sniff(text))][1:] == ["2026-01-204118"]
    sheet = browser(cast.ana).get("/gas/bills/", {"export": "xlsx"})
    assert (b"".join(sheet.streaming_content) if sheet.streaming else sheet.content)[:2] == b"PK"


def test_the_bill_says_it_before_they_ask(cast: Cast, bill: Invoice, browser: Browser) -> None:
    response = browser(cast.ana).get(f"/gas/bills/{bill.pk}")
    text = words(response)
    for part in (
        "Bill for January 2026",
        "Number 2026-01-204118",
        "3 days overdue",
        "RSD 7,642.17",
        "RSD 1,000.00 of RSD 8,642.17 is paid",
        "due 2 Mar 2026 · as of 5 Mar 2026 at 10:30",
        "Gas Ravnica d.o.o.",
        "840-955845-10",
        "97 82 20411802026",
        "Meter reading, 31 Jan 2026 4,812 m³",
        "Volume used 116 m³",
        "Energy charged 1,218 kWh",
        "× 10.5 kWh/m³",
        "Post office",
    ):
        assert part in text
    assert f"/gas/bills/{bill.pk}/qr.png" in response.content.decode()


def test_a_dial_that_rolled_over_is_explained(cast: Cast, browser: Browser) -> None:
    bill = make_invoice(cast.ana_party, previous_state=98507, current_state=727, consumption_m3=2220)
    text = words(browser(cast.ana).get(f"/gas/bills/{bill.pk}"))
    assert "began again at zero" in text
    assert "Volume used The meter's dial" in text
    assert "2,220 m³" in text


def test_a_bill_without_meter_shows_none(cast: Cast, browser: Browser) -> None:
    none = dict.fromkeys(
        ("previous_state", "current_state", "consumption_m3", "energy_kwh", "period_from", "period_to")
    )
    bill = make_invoice(cast.ana_party, number="FEE-1", **none)
    response = browser(cast.ana).get(f"/gas/bills/{bill.pk}")
    assert "Bill FEE-1" in words(response)
    assert "From the meter" not in words(response)
    assert "Bill FEE-1" in pdf_text(browser(cast.ana).get(f"/gas/bills/{bill.pk}/bill.pdf"))


@pytest.mark.parametrize(
    ("language", "amount", "title"),
    [
        ("en", "RSD 7,642.17", "January 2026"),
        ("sr-latn", "7.642,17 RSD", "januar 2026."),
        ("sr", "7.642,17 RSD", "јануар 2026."),
        ("ro", "7.642,17 RSD", "ianuarie 2026"),
        ("pl", "7642,17 RSD", "styczeń 2026"),
        ("mk", "7.642,17 RSD", "јануари 2026 г."),
    ],
)
def test_money_and_months_in_six_languages_on_screen_and_paper(
    cast: Cast, bill: Invoice, browser: Browser, language: str, amount: str, title: str
) -> None:
    cast.ana.language = language
    cast.ana.save()
    client = browser(cast.ana)
    client.cookies["salter_language"] = language
    text = words(client.get(f"/gas/bills/{bill.pk}"))
    paper = pdf_text(client.get(f"/gas/bills/{bill.pk}/bill.pdf"))
    assert amount in text.replace("7 642,17", "7642,17")
    assert title in text
    assert title in paper
    number = re.sub(r"[^\d.,]", "", amount)
    assert number in paper.replace("7 642,17", "7642,17")


# --------------------------------------------------------------------------- code, paper


def read_code(picture: bytes) -> bytes:
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))
    return bytes(code.bytes)


def test_the_code_follows_the_open_balance(cast: Cast, bill: Invoice, browser: Browser) -> None:
    client = browser(cast.ana)
    path = f"/gas/bills/{bill.pk}"
    response = client.get(f"{path}/qr.png")
    assert response.headers["Content-Disposition"] == 'attachment; filename="qr-2026-01-204118.png"'
    assert response.headers["Cache-Control"] == "private, no-store"
    assert b"|I:RSD7642,17|" in read_code(response.content)
    make_payment(cast.ana_party, 64217)
    book(cast.ana_party)
    assert b"|I:RSD7000,00|" in read_code(client.get(f"{path}/qr.png").content)
    assert client.get(f"{path}/qr.svg").content.startswith(b'<svg xmlns="http://www.w3.org/2000/svg"')
    make_payment(cast.ana_party, 700000)
    book(cast.ana_party)
    assert client.get(f"{path}/qr.png").status_code == 404
    assert client.get(f"{path}/qr.svg").status_code == 404
    page = client.get(path)
    assert "Scan and pay" not in words(page)
    assert "Paid in full" in words(page)
    paper = pdf_text(client.get(f"{path}/bill.pdf"))
    assert "Scan and pay" not in paper
    assert "Paid" in paper


def test_no_code_outside_serbia(cast: Cast, bill: Invoice, browser: Browser) -> None:
    cast.gas.country, cast.gas.currency = "RO", "RON"
    cast.gas.save()
    institutions.forget_institution("gas")
    client = browser(cast.ana)
    page = words(client.get(f"/gas/bills/{bill.pk}"))
    assert "Scan and pay" not in page
    assert "RON 7,642.17" in page
    assert client.get(f"/gas/bills/{bill.pk}/qr.png").status_code == 404
    assert "Scan and pay" not in pdf_text(client.get(f"/gas/bills/{bill.pk}/bill.pdf"))


def test_the_paper_says_what_the_screen_says(cast: Cast, bill: Invoice, browser: Browser) -> None:
    response = browser(cast.ana).get(f"/gas/bills/{bill.pk}/bill.pdf")
    assert response.headers["Content-Disposition"] == 'inline; filename="2026-01-204118.pdf"'
    text = pdf_text(response)
    for part in (
        "My gas",
        "Kralja Petra 18",
        "Bill for January 2026",
        "7,642.17",
        "Ana Anić",
        "100001",
        "840-955845-10",
    ):
        assert part in text


def test_file_names_hold_no_surprises(cast: Cast, browser: Browser) -> None:
    bill = make_invoice(cast.ana_party, number='1/2"; x=\r\n../č')
    response = browser(cast.ana).get(f"/gas/bills/{bill.pk}/bill.pdf")
    assert response.headers["Content-Disposition"] == 'inline; filename="1-2-x.pdf"'


def test_what_the_back_office_wrote_is_text(cast: Cast, browser: Browser) -> None:
    bill = make_invoice(cast.ana_party, number="<b>#eval(1)</b>")
    client = browser(cast.ana)
    assert "<b>#eval" not in client.get(f"/gas/bills/{bill.pk}").content.decode()
    assert "<b>#eval" not in client.get("/gas/bills/").content.decode()
    assert "<b>#eval(1)</b>" in pdf_text(client.get(f"/gas/bills/{bill.pk}/bill.pdf"))


def test_the_statement_adds_up(cast: Cast, bill: Invoice, browser: Browser) -> None:
    make_invoice(cast.ana_party, 50000, number="OLD", due_on=datetime.date(2019, 1, 1))
    text = pdf_text(browser(cast.ana).get("/gas/bills/statement.pdf"))
    for part in ("Statement of balance", "as of 5 Mar 2026 at 10:30", "Ana Anić", "OLD", "8,142.17", "1,000.00"):
        assert part in text


def test_a_statement_too_long_for_paper_says_so(
    cast: Cast, bill: Invoice, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_invoice(cast.ana_party, 50000, number="OLD", due_on=datetime.date(2019, 1, 1))
    make_invoice(cast.ana_party, 50000, number="LATE", due_on=datetime.date(2026, 6, 1))
    monkeypatch.setattr(papers, "MOST_ROWS", 1)
    text = pdf_text(browser(cast.ana).get("/gas/bills/statement.pdf"))
    assert "2 more rows are in the sums but not listed." in text
    assert "8,642.17" in text
    assert "LATE" not in text


def test_a_party_with_several_numbers_sees_which_is_which(cast: Cast, bill: Invoice, browser: Browser) -> None:
    second = Customer.objects.create(institution=cast.gas, party=cast.ana_party, number="100099")
    make_invoice(cast.ana_party, 100, customer=second, number="SECOND")
    client = browser(cast.ana)
    text = words(client.get("/gas/bills/"))
    assert "Customer number" in text
    assert "100099" in text
    assert "SECOND" in words(client.get("/gas/bills/", {"q": "100099"}))
    assert "100099" in pdf_text(client.get("/gas/bills/statement.pdf"))


# --------------------------------------------------------------------------- home, menu, cost


def test_home_shows_what_is_due_first(cast: Cast, bill: Invoice, browser: Browser) -> None:
    text = words(browser(cast.ana).get("/gas/"))
    for part in (
        "Bill for January 2026 waits for payment",
        "It was due on 2 Mar 2026",
        "3 days overdue",
        "RSD 7,642.17",
        "as of 5 Mar 2026 at 10:30",
        "Last payment RSD 1,000.00 20 Feb 2026",
        "Last meter reading 4,812 m³ 31 Jan 2026",
    ):
        assert part in text


def test_home_counts_several_overdue_bills(cast: Cast, bill: Invoice, browser: Browser) -> None:
    make_invoice(cast.ana_party, 50000, due_on=datetime.date(2026, 1, 2))
    text = words(browser(cast.ana).get("/gas/"))
    assert "2 overdue bills wait for payment" in text
    assert "RSD 8,142.17" in text
    assert "The oldest was due on 2 Jan 2026" in text


def test_home_is_calm_when_all_is_paid(cast: Cast, browser: Browser) -> None:
    text = words(browser(cast.ana).get("/gas/"))
    assert "waits for payment" not in text
    assert "nothing to pay" in text


def test_the_menu_counts_overdue_bills(cast: Cast, bill: Invoice, browser: Browser) -> None:
    page = browser(cast.ana).get("/gas/bills/").content.decode()
    menu = page[: page.index("<main")]
    assert re.search(r'href="/gas/bills/"[^>]*aria-current="page".*?Bills <span class="count hot">1</span>', menu, re.S)


@pytest.mark.parametrize(("address", "most"), [("", 6), ("invoices", 6), ("payments", 6), ("{bill}", 7)])
def test_pages_cost_few_queries(
    cast: Cast,
    bill: Invoice,
    browser: Browser,
    django_assert_max_num_queries: Any,
    monkeypatch: pytest.MonkeyPatch,
    address: str,
    most: int,
) -> None:
    """However many rows: twenty of them cost what one does. Counters of other apps' menu entries are theirs."""
    from salter.pages import registry

    monkeypatch.setattr(registry, "menu", [entry for entry in registry.menu if entry.url.startswith("billing:")])
    for number in range(20):
        make_invoice(cast.ana_party, 100, number=f"M{number}")
        make_payment(cast.ana_party, 1)
    book(cast.ana_party)
    client = browser(cast.ana)
    path = f"/gas/bills/{address.format(bill=bill.pk)}"
    client.get(path)
    with django_assert_max_num_queries(most):
        assert client.get(path).status_code == 200


# --------------------------------------------------------------------------- complaint


def test_a_complaint_knows_its_bill(cast: Cast, bill: Invoice, browser: Browser) -> None:
    page = browser(cast.ana).get(f"/gas/bills/{bill.pk}").content.decode()
    address = html.unescape(re.search(r'href="(/gas/cases/new[^"]*)"', page)[1])  # type: ignore[index]
    assert "kind=complaint" in address
    assert "about=invoice%3A2026-01-204118" in address


def test_who_may_only_see_is_offered_no_complaint(cast: Cast, browser: Browser) -> None:
    bill = make_invoice(cast.ljiljan)
    client = browser(cast.boris)
    session = client.session
    session[f"acting:{cast.gas.pk}"] = str(cast.ljiljan.pk)
    session.save()
    response = client.get(f"/gas/bills/{bill.pk}")
    assert response.status_code == 200
    assert "/cases/new" not in response.content.decode()


def test_bills_that_a_case_can_be_about(cast: Cast, bill: Invoice) -> None:
    from salter.cases.registry import about_kinds

    make_invoice(cast.ana_party, number="OLD-OPEN", issued_on=datetime.date(2020, 1, 1))
    old = make_invoice(cast.ana_party, 1, number="OLD-PAID", issued_on=datetime.date(2020, 1, 1), payment_reference="1")
    make_payment(cast.ana_party, 1, payment_reference="1")
    make_invoice(cast.boris_party, number="HIS")
    book(cast.ana_party)
    old.refresh_from_db()
    assert old.open_minor == 0
    about = about_kinds["invoice"]
    assert [ref for ref, _text in about.choices(cast.ana_party)] == ["2026-01-204118", "OLD-OPEN"]
    assert about.belongs(cast.ana_party, "OLD-PAID")
    assert not about.belongs(cast.ana_party, "HIS")
    assert not about.belongs(cast.boris_party, "2026-01-204118")
