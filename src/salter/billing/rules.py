"""Pure rules of billing: how an invoice stands, where a window of history begins, which references are the same.

Source: EK-31 to EK-33 (windows), RL-71 (m³ and kWh on one bill).
"""

from __future__ import annotations

import calendar
import datetime

from .types import State


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


def months_before(day: datetime.date, months: int) -> datetime.date:
    """The same day ``months`` earlier, or that month's last day when it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return datetime.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def reference_key(reference: str) -> str:
    """The reference without blanks and dashes, so that ``97 23-110`` and ``9723110`` are one."""
    return "".join(sign for sign in reference if sign.isascii() and sign.isalnum()).upper()
