"""Pure rules of billing: how an invoice stands, where a window of history begins, which references are the same.

Source: EK-31 to EK-33 (windows), RL-71 (m³ and kWh on one bill).
"""

from __future__ import annotations

import calendar
import datetime
from typing import Protocol

from salter.lib import ips

from .types import State

# The budget account in the recommendations of the National Bank: valid, and nobody's of ours.
_SAMPLE_ACCOUNT = "840-955845-10"
_LONGEST_MONTH_DAYS = 35


def open_amount(total_minor: int, paid_minor: int) -> int:
    """What is still to be paid; never below zero."""
    return max(0, total_minor - paid_minor)


def days_overdue(due_on: datetime.date, today: datetime.date) -> int:
    """Whole days since the due date; the due date itself is in time. 0 when not overdue."""
    return max(0, (today - due_on).days)


def state(total_minor: int, paid_minor: int, due_on: datetime.date, today: datetime.date) -> State:
    """How an invoice stands on ``today``."""
    if paid_minor >= total_minor:
        return State.PAID
    if due_on < today:
        return State.OVERDUE
    return State.PARTLY_PAID if paid_minor else State.OPEN


class _Owed(Protocol):
    """What is needed of an invoice."""

    total_minor: int
    paid_minor: int
    due_on: datetime.date


def state_of(invoice: _Owed, today: datetime.date) -> State:
    """``state`` of an invoice."""
    return state(invoice.total_minor, invoice.paid_minor, invoice.due_on, today)


def billed_month(start: datetime.date | None, end: datetime.date | None) -> datetime.date | None:
    """A day of the month that a period is for, whole or from reading to reading; None when it isn't one month."""
    if start is None or end is None or not 0 <= (end - start).days <= _LONGEST_MONTH_DAYS:
        return None
    return start + (end - start) / 2


def months_before(day: datetime.date, months: int) -> datetime.date:
    """The same day ``months`` earlier, or that month's last day when it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return datetime.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def reference_key(reference: str) -> str:
    """The reference without blanks and dashes, so that ``97 23-110`` and ``9723110`` are one."""
    return "".join(sign for sign in reference if sign.isascii() and sign.isalnum()).upper()


# Models of Serbian payment references; a reference that begins with none of them is written with model 00, unchecked.
_MODELS = ("97", "22", "11", "00")
_PURPOSE_LENGTH = 35


def payable_reference(reference: str) -> str:
    """The reference as a payment order takes it, with its model in front; empty when there is none."""
    key = reference_key(reference)
    if not key or key.startswith(_MODELS):
        return reference
    return f"00{key}"


def purpose(invoice_number: str) -> str:
    """What the payer's bank shows as the purpose. Serbian, because only Serbian banks read it."""
    return f"Račun {invoice_number}".replace("|", " ")[:_PURPOSE_LENGTH].strip()


def payee_name(text: str) -> None:
    """Check the name of a payee for the IPS code: 1 to 70 characters in at most three lines.

    Raises: ``ValueError`` with a sentence that says what is wrong.
    """
    if text:
        ips.payload(account=_SAMPLE_ACCOUNT, payee=text, amount_minor=1)


def payee_account(text: str) -> None:
    """Check a Serbian account number. Raises: ``ValueError`` with a sentence that says what is wrong."""
    if text:
        ips.check_account(text)


def payment_code(text: str) -> None:
    """Check the number that says what kind of payment it is. Raises: ``ValueError`` with a sentence."""
    ips.payload(account=_SAMPLE_ACCOUNT, payee="-", amount_minor=1, purpose_code=text)
