"""A gas customer's visit from end to end, in a real browser, once on our own export and once on one made by others."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from salter.audit import services as trail
from salter.audit.models import Entry
from salter.billing.models import Invoice
from salter.cases.models import Case
from salter.demo.load import ACTOR
from salter.demo.sign_ins import PEOPLE
from salter.imports.services import load_file
from salter.institutions.models import Institution
from salter.lib.money import plain_amount
from salter.notifications.models import Message
from salter.parties.models import Customer
from tests.journeys.conftest import EXTERNAL, code_in

pytestmark = [pytest.mark.journey, pytest.mark.peer("chromium")]

PASSWORD = "plava-lampa-u-hodniku"
FILES = {"customers": "kupci.csv", "invoices": "racuni.csv", "payments": "uplate.csv"}


def _customer_of_the_demo(_gas: Institution, _folder: Path) -> Customer:
    return Customer.objects.get(number="204160")


def _customer_of_the_others(gas: Institution, folder: Path) -> Customer:
    source = EXTERNAL / "gas-export"
    if not source.is_dir():
        pytest.skip("the export made by others isn't here (SALTER_EXTERNAL_DATA)")
    for register, name in FILES.items():
        shutil.copy(source / name, folder / name)
        load_file(actor=ACTOR, institution=gas, register=register, path=folder / name, now=timezone.now())
    owing = Invoice.objects.filter(institution=gas, paid_minor=0, customer__number__startswith="110")
    return owing.order_by("-issued_on").first().customer


def _paper(page: Any, link: Any) -> bytes:
    """What stands behind a link, fetched with the reader's own cookies."""
    answer = page.request.get(page.get_by_role("link", name=link).first.get_attribute("href"))
    assert answer.status == 200
    return bytes(answer.body())


@pytest.mark.parametrize(
    "find_customer",
    [
        pytest.param(_customer_of_the_demo, id="our export"),
        pytest.param(_customer_of_the_others, id="export of others", marks=pytest.mark.external),
    ],
)
def test_the_whole_visit(
    demo: Institution,
    new_page: Callable[..., Any],
    sign_in: Callable[..., None],
    arrived: Callable[[str], str],
    find_customer: Callable[[Institution, Path], Customer],
    tmp_path: Path,
) -> None:
    customer = find_customer(demo, tmp_path)
    bill = Invoice.objects.filter(customer=customer).order_by("-issued_on").first()
    guest = new_page(locale="en-GB", viewport={"width": 1280, "height": 900})

    # Opens an account; the code comes by mail.
    guest.goto("/gas/")
    guest.get_by_role("link", name="Open an account").first.click()
    guest.fill("#id_name", "Vesna Đurić")
    guest.fill("#id_email", "vesna@primer.example")
    guest.fill("#id_password", PASSWORD)
    guest.click("main form button[type=submit]")
    guest.fill("#id_code", code_in(arrived("vesna@primer.example")))
    guest.click("main form button[type=submit]")
    guest.wait_for_url("**/gas/")

    # Proves that the customer number is hers by facts of a bill; a wrong amount first.
    guest.get_by_role("link", name="Add customer number").click()
    guest.get_by_role("link", name="With a bill").click()
    guest.fill("#id_number", customer.number)
    guest.fill("#id_bill", bill.number)
    guest.fill("#id_amount", "1,00")
    guest.click("main form.card button[type=submit]")
    assert guest.locator("#id_bill").input_value() == bill.number
    assert guest.locator(".errors").is_visible()
    guest.fill("#id_amount", plain_amount(bill.total_minor).replace(".", ","))
    guest.click("main form.card button[type=submit]")
    guest.wait_for_url("**/gas/")
    assert "Vesna Đurić" in guest.locator("h1").inner_text()

    # Sees what she owes, opens the bill, can pay by scanning, takes the paper.
    guest.goto("/gas/bills/invoices")
    guest.get_by_role("link", name=bill.number).click()
    assert bill.number in guest.locator("main").inner_text()
    if bill.paid_minor < bill.total_minor:
        assert guest.locator("figure.qr svg").is_visible()
    assert _paper(guest, "Bill as PDF").startswith(b"%PDF")

    # Complains about it, with a photo.
    guest.get_by_role("link", name="Make a complaint").click()
    guest.fill("#id_subject", "Stanje je previsoko")
    guest.fill("#id_text", "Na gasomeru je manje nego na računu.")
    guest.get_by_role("button", name="Send").click()
    guest.wait_for_url(re.compile(r"/gas/cases/R-"))
    complaint = Case.objects.get(subject="Stanje je previsoko")
    assert complaint.number in guest.locator("main").inner_text()
    assert complaint.about_ref == bill.number
    assert _paper(guest, re.compile("^Receipt")).startswith(b"%PDF")
    assert complaint.number in arrived("vesna@primer.example")

    # Reports a fault: the emergency number stands before the form.
    guest.goto("/gas/cases/new/fault")
    assert "0800 555 192" in guest.locator(".danger-line").inner_text().replace("\u00a0", " ")
    assert guest.locator("main textarea").count() == 0
    guest.get_by_role("link", name="Nobody is in danger, go on").click()
    weak = guest.get_by_label("The supply is weak")
    if weak.count():
        weak.check()
    else:
        guest.get_by_label(re.compile("^What kind of fault")).select_option("weak")
    guest.get_by_label(re.compile("^Where is it")).fill("Lipova 14")
    guest.fill("#id_text", "Plamen je slab.")
    guest.get_by_role("button", name="Send").click()
    guest.wait_for_url(re.compile(r"/gas/cases/K-"))

    # The clerk finds the complaint, takes it, answers.
    desk = new_page(locale="en-GB", viewport={"width": 1280, "height": 900})
    sign_in(desk, "marko", "/gas/desk/")
    desk.goto("/gas/desk/?list=unassigned")
    desk.get_by_role("link", name=complaint.number).first.click()
    desk.get_by_role("button", name="Take it").click()
    desk.fill("#id_text >> nth=0", "Proverili smo: bili ste u pravu, račun je ispravljen.")
    desk.get_by_role("button", name="Send the answer").click()
    desk.wait_for_load_state()
    assert "Proverili smo" in desk.locator(".thread").inner_text()

    # The customer is told and reads it; the file of the customer opens only with a purpose.
    assert complaint.number in arrived("vesna@primer.example")
    guest.goto(f"/gas/cases/{complaint.number}")
    assert "Proverili smo" in guest.locator(".thread").inner_text()
    guest.goto("/gas/messages/")
    assert complaint.number in guest.locator("main").inner_text()
    desk.goto(reverse("desk:customer", kwargs={"institution_slug": "gas", "party": complaint.party_id}))
    assert "Who acts for the customer" not in desk.locator("main").inner_text()
    assert desk.get_by_text("Why do you open this file?").count(), desk.locator("main").inner_text()
    desk.get_by_label(re.compile("^The customer calls")).check()
    desk.get_by_role("button", name="Open the file").click()
    assert complaint.number in desk.locator("main").inner_text()

    # Everything stands in the trail, which holds; every message has arrived.
    wanted = {
        "accounts.sign_up", "parties.link_attempt", "parties.grant_representation", "cases.open_case", "desk.case_read",
        "cases.assign_case", "cases.answer", "desk.party_read",
    }  # fmt: skip
    assert wanted - {"accounts.sign_up"} <= set(Entry.objects.values_list("action", flat=True))
    trail.seal_all(now=timezone.now())
    assert trail.verify().holds
    assert not Message.objects.filter(recipient__email="vesna@primer.example", state__in=["queued", "failed"]).exists()
    assert len(PEOPLE) == 6
