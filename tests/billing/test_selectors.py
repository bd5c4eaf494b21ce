"""Balance, lists and windows: exact, scoped, few queries."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from salter.billing import selectors
from salter.billing.models import Invoice
from salter.billing.types import Overview
from tests.billing.conftest import book, customer_of, make_invoice, make_payment
from tests.cast import NOW, TODAY, Cast


def whose(cast: Cast, *parties: Any) -> dict[str, Any]:
    return {"institution": cast.gas, "customers": [customer_of(party) for party in parties or (cast.ana_party,)]}


def test_the_balance_adds_up_and_says_since_when(cast: Cast, django_assert_num_queries: Any) -> None:
    make_invoice(cast.ana_party, 1000, due_on=datetime.date(2020, 1, 1), payment_reference="97 23 1")
    make_invoice(cast.ana_party, 500, due_on=TODAY)
    make_invoice(cast.boris_party, 77)
    make_payment(cast.ana_party, 300, payment_reference="97 23 1")
    make_payment(cast.boris_party, 100)
    book(cast.ana_party)
    asked = whose(cast)
    with django_assert_num_queries(1):
        found = selectors.balance_of(**asked, now=NOW)
    assert (found.due_minor, found.overdue_minor, found.credit_minor) == (1200, 700, 0)
    assert (found.open_count, found.overdue_count) == (2, 1)
    assert (found.balance_minor, found.currency, found.as_of) == (1200, "RSD", NOW)
    both = selectors.balance_of(**whose(cast, cast.ana_party, cast.boris_party), now=NOW)
    assert (both.due_minor, both.credit_minor, both.balance_minor) == (1200, 23, 1177)


def test_before_the_first_load_there_is_no_as_of(cast: Cast) -> None:
    found = selectors.balance_of(**whose(cast), now=NOW)
    assert (found.due_minor, found.open_count, found.as_of) == (0, 0, None)
    assert selectors.overview_of(**whose(cast), now=NOW) == Overview(found, None, None)


def test_a_bill_becomes_overdue_at_the_institutions_midnight(cast: Cast) -> None:
    make_invoice(cast.ana_party, 500, due_on=datetime.date(2026, 3, 5))
    # Half an hour before midnight in Belgrade, then half an hour after it: both are 5 March in UTC.
    before = datetime.datetime(2026, 3, 5, 22, 30, tzinfo=datetime.UTC)
    assert selectors.balance_of(**whose(cast), now=before).overdue_count == 0
    assert selectors.balance_of(**whose(cast), now=before + datetime.timedelta(hours=1)).overdue_count == 1


def test_open_bills_have_no_limit_of_time(cast: Cast) -> None:
    old = make_invoice(cast.ana_party, 100, due_on=datetime.date(2011, 1, 1), issued_on=datetime.date(2010, 12, 1))
    new = make_invoice(cast.ana_party, 100)
    paid = make_invoice(cast.ana_party, 100, payment_reference="97 23 1")
    make_payment(cast.ana_party, 100, payment_reference="97 23 1")
    book(cast.ana_party)
    assert list(selectors.list_open_invoices(**whose(cast))) == [old, new]
    assert paid not in selectors.list_open_invoices(**whose(cast))


def test_windows_are_exact_and_differ_and_are_settings(cast: Cast) -> None:
    assert selectors.invoices_since(cast.gas, NOW) == datetime.date(2025, 3, 5)
    assert selectors.payments_since(cast.gas, NOW) == datetime.date(2025, 9, 5)
    inside = make_invoice(cast.ana_party, issued_on=datetime.date(2025, 3, 5))
    make_invoice(cast.ana_party, issued_on=datetime.date(2025, 3, 4))
    assert list(selectors.list_invoices(**whose(cast), since=datetime.date(2025, 3, 5))) == [inside]
    recent = make_payment(cast.ana_party, 1, paid_on=datetime.date(2025, 9, 5))
    make_payment(cast.ana_party, 1, paid_on=datetime.date(2025, 9, 4))
    assert list(selectors.list_payments(**whose(cast), since=datetime.date(2025, 9, 5))) == [recent]
    cast.gas.settings = {"billing.invoice_months": 1, "billing.payment_months": 2}
    assert selectors.invoices_since(cast.gas, NOW) == datetime.date(2026, 2, 5)
    assert selectors.payments_since(cast.gas, NOW) == datetime.date(2026, 1, 5)


def test_last_payment_and_last_reading(cast: Cast, django_assert_num_queries: Any) -> None:
    make_payment(cast.ana_party, 5, paid_on=datetime.date(2021, 1, 1))
    make_payment(cast.ana_party, 7, paid_on=datetime.date(2021, 1, 2), method="ips")
    make_invoice(cast.ana_party, issued_on=datetime.date(2026, 2, 12), number="A")
    # A later bill without a meter state, such as a fee, is no reading.
    make_invoice(cast.ana_party, issued_on=datetime.date(2026, 2, 20), current_state=None)
    make_payment(cast.boris_party, 9, paid_on=datetime.date(2026, 1, 2))
    asked = whose(cast)
    with django_assert_num_queries(1):
        found = selectors.overview_of(**asked, now=NOW)
    payment, reading = found.last_payment, found.last_reading
    assert found.balance == selectors.balance_of(**whose(cast), now=NOW)
    assert payment is not None
    assert (payment.amount_minor, payment.method) == (7, "ips")
    assert reading is not None
    assert (reading.state_m3, reading.read_on, reading.invoice_number) == (4812, datetime.date(2026, 1, 31), "A")


@pytest.mark.parametrize("of", ["boris_party", "ceca_party", "ljiljan"])
def test_nobody_elses_bill_is_found(cast: Cast, of: str) -> None:
    invoice = make_invoice(getattr(cast, of))
    with pytest.raises(Invoice.DoesNotExist):
        selectors.get_invoice(**whose(cast), invoice_id=invoice.pk)
    assert selectors.find_invoice_by_number(**whose(cast), number=invoice.number) is None


def test_a_customer_of_two_institutions_sees_each_alone(cast: Cast) -> None:
    make_invoice(cast.ceca_party, 100)
    # Even with the keys of another institution's customers.
    found = selectors.balance_of(institution=cast.gas, customers=[customer_of(cast.ceca_party)], now=NOW)
    assert found.due_minor == 0


def test_the_payment_order_is_for_the_open_balance(cast: Cast) -> None:
    invoice = make_invoice(cast.ana_party, 864217, payment_reference="97 82 20411802026", number="2026-01-204118")
    make_payment(cast.ana_party, 100000, payment_reference="97 82 20411802026")
    book(cast.ana_party)
    invoice.refresh_from_db()
    order = selectors.payment_order(cast.gas, invoice)
    assert order is not None
    assert order.payload == (
        "K:PR|V:01|C:1|R:840000000095584510|N:Gas Ravnica d.o.o.\nKralja Petra 18, Ravnica|I:RSD7642,17"
        "|SF:189|S:Račun 2026-01-204118|RO:978220411802026"
    )
    assert order.account == "840-955845-10"


@pytest.mark.parametrize(
    ("country", "settings", "reference", "paid"),
    [
        ("RO", {}, "97 82 20411802026", 0),  # no such code there
        ("RS", {"billing.payee_account": ""}, "97 82 20411802026", 0),
        ("RS", {"billing.payee_name": ""}, "97 82 20411802026", 0),
        ("RS", {}, "97 00 20411802026", 0),  # a wrong control number would send the money astray
        ("RS", {}, "97 82 20411802026", 864217),  # paid
    ],
)
def test_no_code_rather_than_a_wrong_one(
    cast: Cast, country: str, settings: dict[str, str], reference: str, paid: int
) -> None:
    cast.gas.country = country
    cast.gas.settings = cast.gas.settings | settings
    invoice = make_invoice(cast.ana_party, 864217, payment_reference=reference)
    if paid:
        make_payment(cast.ana_party, paid)
        book(cast.ana_party)
        invoice.refresh_from_db()
    assert selectors.payment_order(cast.gas, invoice) is None
