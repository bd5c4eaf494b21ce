"""Words of billing: how an invoice stands, how money came in, and what is refused."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass
from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _


class Method(models.TextChoices):
    """How a payment reached the institution."""

    BANK = "bank", _("Bank transfer")
    POST = "post", _("Post office")
    COUNTER = "counter", _("Counter")
    IPS = "ips", _("Scanned code")
    CARD = "card", _("Card")
    OTHER = "other", _("Other")


class State(models.TextChoices):
    """How an invoice stands on a given day; computed, never stored."""

    OPEN = "open", _("To pay")
    PARTLY_PAID = "partly_paid", _("Partly paid")
    OVERDUE = "overdue", _("Overdue")
    PAID = "paid", _("Paid")


@dataclass(frozen=True, slots=True)
class Balance:
    """What a party owes an institution.

    Units: minor units of ``currency``. ``due_minor`` is the sum of the open amounts of all invoices, ``credit_minor``
    what was paid and isn't booked to any invoice; ``balance_minor`` is their difference (negative: overpaid).
    ``as_of`` is the time of the last load from the back office, None before the first one.
    """

    due_minor: int
    overdue_minor: int
    credit_minor: int
    open_count: int
    overdue_count: int
    currency: str
    as_of: datetime.datetime | None

    @property
    def balance_minor(self) -> int:
        return self.due_minor - self.credit_minor


@dataclass(frozen=True, slots=True)
class LastPayment:
    amount_minor: int
    paid_on: datetime.date
    method: str


@dataclass(frozen=True, slots=True)
class LastReading:
    """The meter state that the latest invoice was made from, in m³."""

    state_m3: Decimal
    read_on: datetime.date
    customer_id: uuid.UUID
    invoice_number: str


@dataclass(frozen=True, slots=True)
class Overview:
    """What the home page says of the money."""

    balance: Balance
    last_payment: LastPayment | None
    last_reading: LastReading | None


@dataclass(frozen=True, slots=True)
class PaymentOrder:
    """All that a payment of one invoice needs: for reading, and as the text of the IPS code.

    Units: ``amount_minor`` is the open balance in paras.
    """

    account: str
    payee: str
    reference: str
    code: str
    amount_minor: int
    payload: str
