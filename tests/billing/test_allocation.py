"""Which payment paid which invoice: every amount is accounted for, nothing twice, whatever the order of loading."""

from __future__ import annotations

import datetime
import random
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salter.billing import services
from salter.billing.models import Allocation, Invoice, Ledger, Payment
from salter.parties.models import Customer
from tests.billing.conftest import book, customer_of, make_invoice, make_payment
from tests.cast import NOW, Cast, make_party

DAY = datetime.date(2026, 1, 1)
REFERENCES = ("", "97 23 1100", "97231100", "97-20-1200", "00 5")


@dataclass
class Open:
    """One invoice or payment of the model: who, when, how much is left."""

    key: str
    customer: int
    reference: str
    day: int
    left: int
    booked: dict[str, int] = field(default_factory=dict)


def spend(payment: Open, invoice: Open) -> None:
    amount = min(payment.left, invoice.left)
    if amount > 0:
        payment.left -= amount
        invoice.left -= amount
        payment.booked[invoice.key] = payment.booked.get(invoice.key, 0) + amount


def by_hand(invoices: list[Open], payments: list[Open]) -> dict[tuple[str, str], int]:
    """The rule as one would do it with a pencil: payment by payment, bill by bill."""
    plain = lambda reference: "".join(c for c in reference if c.isalnum())  # noqa: E731
    invoices = sorted(invoices, key=lambda row: (row.day, row.key))
    payments = sorted(payments, key=lambda row: (row.day, row.key))
    for payment in payments:
        named = [
            row
            for row in invoices
            if row.customer == payment.customer and plain(row.reference) == plain(payment.reference) != ""
        ]
        if named:
            spend(payment, named[0])
    for payment in payments:
        for invoice in invoices:
            if invoice.customer == payment.customer:
                spend(payment, invoice)
    return {(p.key, invoice): amount for p in payments for invoice, amount in p.booked.items()}


rows = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.sampled_from(REFERENCES),
        st.integers(0, 5),
        st.one_of(st.integers(1, 12), st.integers(1, 9_999_999_999_999_999)),
    ),
    max_size=9,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(bills=rows, paid=rows, chance=st.randoms(use_true_random=False))
def test_every_amount_is_accounted_for(cast: Cast, bills: Any, paid: Any, chance: random.Random) -> None:
    parties = [cast.ana_party, cast.boris_party]
    customers = [customer_of(party) for party in parties]
    invoices = [Open(f"I{n:02}", *row) for n, row in enumerate(bills)]
    payments = [Open(f"P{n:02}", *row) for n, row in enumerate(paid)]
    expected_invoices = {row.key: row.left for row in invoices}
    expected_payments = {row.key: row.left for row in payments}
    with transaction.atomic():
        made: list[Any] = [(make_invoice, row, "number", "due_on") for row in invoices]
        made += [(make_payment, row, "external_ref", "paid_on") for row in payments]
        chance.shuffle(made)
        for make, row, key, day in made:
            make(
                parties[row.customer],
                row.left,
                customer=customers[row.customer],
                payment_reference=row.reference,
                **{key: row.key, day: DAY + datetime.timedelta(days=row.day)},
            )
        services.reallocate(cast.gas.pk)
        found = {
            (payment, invoice): amount
            for payment, invoice, amount in Allocation.objects.values_list(
                "payment__external_ref", "invoice__number", "amount_minor"
            )
        }
        assert found == by_hand(invoices, payments)
        for number, total, paid_minor, open_minor in Invoice.objects.values_list(
            "number", "total_minor", "paid_minor", "open_minor"
        ):
            assert total == expected_invoices[number]
            assert paid_minor == sum(amount for (_p, i), amount in found.items() if i == number) == total - open_minor
            assert 0 <= paid_minor <= total
        for ref, amount, allocated in Payment.objects.values_list("external_ref", "amount_minor", "allocated_minor"):
            assert amount == expected_payments[ref]
            assert allocated == sum(part for (p, _i), part in found.items() if p == ref) <= amount
        # Again, for all or one by one, changes nothing.
        assert services.reallocate(cast.gas.pk) == 0
        assert services.reallocate(cast.gas.pk, [customers[0].pk]) == 0
        assert services.reallocate(cast.gas.pk, [row.pk for row in customers]) == 0
        transaction.set_rollback(True)


def test_overpaid_stays_as_credit_until_the_next_bill(cast: Cast) -> None:
    first = make_invoice(cast.ana_party, 1000, payment_reference="97 23 1")
    payment = make_payment(cast.ana_party, 1500, payment_reference="97 23 1")
    book(cast.ana_party)
    payment.refresh_from_db()
    assert payment.allocated_minor == 1000
    second = make_invoice(cast.ana_party, 700, due_on=datetime.date(2026, 4, 2))
    book(cast.ana_party)
    first.refresh_from_db()
    second.refresh_from_db()
    payment.refresh_from_db()
    assert (first.open_minor, second.open_minor, payment.allocated_minor) == (0, 200, 1500)


def test_a_reference_goes_before_the_older_bill(cast: Cast) -> None:
    older = make_invoice(cast.ana_party, 1000, due_on=datetime.date(2025, 1, 1))
    meant = make_invoice(cast.ana_party, 1000, payment_reference="97 23 7")
    make_payment(cast.ana_party, 600, payment_reference="97-23-7")
    book(cast.ana_party)
    older.refresh_from_db()
    meant.refresh_from_db()
    assert (older.paid_minor, meant.paid_minor) == (0, 600)


def test_another_customers_reference_books_nothing_to_him(cast: Cast) -> None:
    his = make_invoice(cast.boris_party, 1000, payment_reference="97 23 9")
    hers = make_invoice(cast.ana_party, 1000)
    make_payment(cast.ana_party, 300, payment_reference="97 23 9")
    book(cast.ana_party)
    his.refresh_from_db()
    hers.refresh_from_db()
    assert (his.paid_minor, hers.paid_minor) == (0, 300)


def test_a_removed_payment_opens_the_bill_again(cast: Cast) -> None:
    invoice = make_invoice(cast.ana_party, 1000)
    payment = make_payment(cast.ana_party, 1000)
    book(cast.ana_party)
    payment.delete()
    assert services.reallocate(cast.gas.pk, [customer_of(cast.ana_party).pk]) == 0
    invoice.refresh_from_db()
    assert invoice.paid_minor == 0


def test_a_payment_moved_to_another_customer_leaves_the_first(cast: Cast) -> None:
    hers = make_invoice(cast.ana_party, 1000)
    his = make_invoice(cast.boris_party, 1000)
    payment = make_payment(cast.ana_party, 1000)
    book(cast.ana_party)
    Payment.objects.filter(pk=payment.pk).update(customer=customer_of(cast.boris_party))
    # Only the new customer is named; the old one must follow by itself.
    services.reallocate(cast.gas.pk, [customer_of(cast.boris_party).pk])
    hers.refresh_from_db()
    his.refresh_from_db()
    assert (hers.paid_minor, his.paid_minor) == (0, 1000)


def test_others_are_left_alone(cast: Cast) -> None:
    """Rows of a customer that isn't named, and of another institution, are neither read nor written."""
    hers = make_invoice(cast.ana_party, 1000)
    make_payment(cast.ana_party, 1000)
    heat = make_invoice(cast.ceca_party, 1000)
    make_payment(cast.ceca_party, 1000)
    services.reallocate(cast.gas.pk, [customer_of(cast.boris_party).pk])
    hers.refresh_from_db()
    assert hers.paid_minor == 0
    services.reallocate(cast.gas.pk)
    hers.refresh_from_db()
    heat.refresh_from_db()
    assert (hers.paid_minor, heat.paid_minor) == (1000, 0)


def test_as_of_is_the_time_of_the_load(cast: Cast) -> None:
    services.reallocate(cast.gas.pk, (), as_of=NOW)
    services.reallocate(cast.gas.pk, (), as_of=NOW + datetime.timedelta(hours=1))
    assert Ledger.objects.get(institution=cast.gas).as_of == NOW + datetime.timedelta(hours=1)
    assert not Ledger.objects.filter(institution=cast.heat).exists()


def test_a_customer_with_very_many_rows_costs_no_more_a_row(cast: Cast) -> None:
    """The overlap of two rows of intervals is found by sorting; a join of all with all would be 4 million rows here."""
    customer = customer_of(cast.ana_party)
    for model, table, extra in (
        (Invoice, "billing_invoice", "number, issued_on, due_on, total_minor"),
        (Payment, "billing_payment", "external_ref, paid_on, amount_minor"),
    ):
        days = "date '2020-01-01' + n, " * (2 if model is Invoice else 1)
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} (id, institution_id, customer_id, {extra}) "
                f"SELECT gen_random_uuid(), %s, %s, 'N' || n, {days} 100 + n %% 7 FROM generate_series(1, 2000) n",
                [cast.gas.pk, customer.pk],
            )
    services.reallocate(cast.gas.pk)
    assert Invoice.objects.filter(paid_minor__gt=0).count() == 2000
    assert Allocation.objects.count() < 4001


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"paid_minor": 1001}, "billing_invoice_paid_range"),
        ({"paid_minor": -1}, "billing_invoice_paid_range"),
        ({"disputed_minor": 1001}, "billing_invoice_disputed_range"),
        ({"period_to": datetime.date(2025, 12, 31)}, "billing_invoice_period_order"),
        ({"number": ""}, "billing_invoice_number_given"),
    ],
)
def test_the_database_refuses_impossible_invoices(cast: Cast, change: dict[str, Any], constraint: str) -> None:
    invoice = make_invoice(cast.ana_party, 1000)
    with pytest.raises(IntegrityError, match=constraint):
        Invoice.objects.filter(pk=invoice.pk).update(**change)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"amount_minor": 0}, "billing_payment_positive"),
        ({"allocated_minor": 501}, "billing_payment_allocated_range"),
        ({"method": "pigeon"}, "billing_payment_method_known"),
        ({"external_ref": ""}, "billing_payment_ref_given"),
    ],
)
def test_the_database_refuses_impossible_payments(cast: Cast, change: dict[str, Any], constraint: str) -> None:
    payment = make_payment(cast.ana_party, 500)
    with pytest.raises(IntegrityError, match=constraint):
        Payment.objects.filter(pk=payment.pk).update(**change)


def test_numbers_are_unique_within_an_institution_only(cast: Cast) -> None:
    make_invoice(cast.ana_party, number="2026-1")
    make_invoice(cast.ceca_party, number="2026-1")
    with pytest.raises(IntegrityError, match="billing_invoice_number"):
        make_invoice(cast.boris_party, number="2026-1")


def test_no_row_crosses_institutions(cast: Cast) -> None:
    with pytest.raises(IntegrityError, match="customer_id_institution_fk"), transaction.atomic():
        make_invoice(cast.ana_party, customer=customer_of(cast.ceca_party))
    with pytest.raises(IntegrityError, match="customer_id_institution_fk"), transaction.atomic():
        make_payment(cast.ana_party, 5, customer=customer_of(cast.ceca_party))
    hers, foreign = make_invoice(cast.ana_party), make_payment(cast.ceca_party, 5)
    with pytest.raises(IntegrityError, match="payment_id_institution_fk"), transaction.atomic():
        Allocation.objects.create(institution=cast.gas, payment=foreign, invoice=hers, amount_minor=5)


def test_a_customer_with_bills_cannot_vanish(cast: Cast) -> None:
    make_invoice(make_party(cast.gas, "Vera Verić", "100077"))
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM parties_customer WHERE number = '100077'")
    assert Customer.objects.filter(number="100077").exists()
