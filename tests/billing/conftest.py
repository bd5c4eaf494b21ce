"""Bills and payments of the cast, and a browser for each of them."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from salter.billing import services
from salter.billing.models import Invoice, Payment
from salter.institutions import selectors as institutions
from salter.parties.models import Customer, Party
from tests.cast import NOW, Cast, make_cast

ACCOUNT = "840-955845-10"
PAYEE = "Gas Ravnica d.o.o.\nKralja Petra 18, Ravnica"

_numbers = itertools.count(1)


@pytest.fixture
def cast(db: None, time_machine: Any) -> Cast:
    """The whole cast on 5 March 2026; gas takes payments by code."""
    time_machine.move_to(NOW, tick=False)
    made = make_cast()
    made.gas.settings = {"billing.payee_account": ACCOUNT, "billing.payee_name": PAYEE}
    made.gas.save()
    for institution in (made.gas, made.heat):
        # The processes remember an institution for some seconds; the test before had another one.
        institutions.forget_institution(institution.slug)
    return made


def customer_of(party: Party) -> Customer:
    return Customer.objects.get(party=party)


def make_invoice(party: Party, total: int = 864217, **fields: Any) -> Invoice:
    """An invoice of the party's customer number for January, due on 2 March 2026."""
    customer = fields.pop("customer", None) or customer_of(party)
    number = fields.pop("number", f"2026-01-{next(_numbers):06}")
    return Invoice.objects.create(
        institution_id=party.institution_id,
        customer=customer,
        number=number,
        **{
            "issued_on": datetime.date(2026, 2, 12),
            "due_on": datetime.date(2026, 3, 2),
            "period_from": datetime.date(2026, 1, 1),
            "period_to": datetime.date(2026, 1, 31),
            "previous_state": 4696,
            "current_state": 4812,
            "consumption_m3": 116,
            "energy_kwh": 1218,
            "net_minor": total - total // 6,
            "vat_minor": total // 6,
            "total_minor": total,
            "payment_reference": "",
        }
        | fields,
    )


def make_payment(party: Party, amount: int, **fields: Any) -> Payment:
    """A payment of the party's customer number on 20 February 2026."""
    customer = fields.pop("customer", None) or customer_of(party)
    return Payment.objects.create(
        institution_id=party.institution_id,
        customer=customer,
        amount_minor=amount,
        **{"external_ref": f"P{next(_numbers)}", "paid_on": datetime.date(2026, 2, 20), "method": "bank"} | fields,
    )


def book(party: Party, as_of: datetime.datetime | None = NOW) -> int:
    return services.reallocate(party.institution_id, as_of=as_of)


@pytest.fixture
def browser() -> Callable[..., Client]:
    """`browser(user)`: a client signed in as that person; without one, signed out."""

    def sign_in(user: Any = None) -> Client:
        client = Client()
        if user is not None:
            client.force_login(user)
        return client

    return sign_in
