"""How an invoice stands, where the windows begin, what a payment order takes."""

from __future__ import annotations

from datetime import date

import pytest

from salter.billing import rules
from salter.billing.types import State

DUE = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("total", "paid", "today", "expected"),
    [
        (100, 0, date(2026, 3, 1), State.OPEN),
        (100, 0, DUE, State.OPEN),  # the due date itself is in time
        (100, 0, date(2026, 3, 3), State.OVERDUE),
        (100, 99, DUE, State.PARTLY_PAID),
        (100, 99, date(2026, 3, 3), State.OVERDUE),
        (100, 100, date(2026, 3, 3), State.PAID),
        (0, 0, date(2027, 1, 1), State.PAID),  # a bill over nothing
    ],
)
def test_state(total: int, paid: int, today: date, expected: State) -> None:
    assert rules.state(total, paid, DUE, today) == expected


@pytest.mark.parametrize(("today", "days"), [(date(2026, 3, 1), 0), (DUE, 0), (date(2026, 3, 5), 3)])
def test_days_overdue(today: date, days: int) -> None:
    assert rules.days_overdue(DUE, today) == days


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 3, 5), 12, date(2025, 3, 5)),  # EK-33's own example
        (date(2026, 3, 5), 6, date(2025, 9, 5)),
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2024, 3, 31), 1, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2023, 2, 28)),
        (date(2026, 1, 15), 1, date(2025, 12, 15)),
        (date(2026, 12, 31), 24, date(2024, 12, 31)),
    ],
)
def test_months_before(day: date, months: int, expected: date) -> None:
    assert rules.months_before(day, months) == expected


@pytest.mark.parametrize(
    ("start", "end", "month"),
    [
        (date(2026, 1, 1), date(2026, 1, 31), (2026, 1)),
        (date(2026, 1, 3), date(2026, 2, 3), (2026, 1)),  # from reading to reading
        (date(2025, 12, 20), date(2026, 1, 19), (2026, 1)),
        (date(2026, 1, 1), date(2026, 3, 31), None),
        (None, date(2026, 1, 31), None),
        (date(2026, 1, 31), date(2026, 1, 1), None),
    ],
)
def test_billed_month(start: date | None, end: date | None, month: tuple[int, int] | None) -> None:
    found = rules.billed_month(start, end)
    assert (found and (found.year, found.month)) == month


@pytest.mark.parametrize(
    ("text", "key"),
    [("97 23 110-0", "97231100"), ("97231100", "97231100"), ("rf 18 x", "RF18X"), ("", ""), (" - ", ""), ("čš1", "1")],
)
def test_reference_key(text: str, key: str) -> None:
    assert rules.reference_key(text) == key


@pytest.mark.parametrize(
    ("text", "payable"),
    [
        ("97 23 1100000202409", "97 23 1100000202409"),
        ("00 123", "00 123"),
        ("2026-01", "00202601"),
        ("", ""),
    ],
)
def test_payable_reference(text: str, payable: str) -> None:
    assert rules.payable_reference(text) == payable


@pytest.mark.parametrize("number", ["2026-01-204118", "X" * 60, "a|b"])
def test_purpose_fits_the_code(number: str) -> None:
    found = rules.purpose(number)
    assert 0 < len(found) <= 35
    assert "|" not in found


@pytest.mark.parametrize(
    ("check", "value"),
    [
        (rules.payee_account, "840-955845-11"),
        (rules.payee_account, "12"),
        (rules.payee_account, "160000000123456778"),
        (rules.payee_name, "x" * 71),
        (rules.payee_name, "a|b"),
        (rules.payment_code, ""),
        (rules.payment_code, "389"),
        (rules.payment_code, "18"),
    ],
)
def test_wrong_settings_are_refused_with_a_sentence(check: object, value: str) -> None:
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        check(value)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("check", "value"),
    [
        (rules.payee_account, ""),
        (rules.payee_account, "840-955845-10"),
        (rules.payee_name, ""),
        (rules.payee_name, "Gas Ravnica d.o.o., Ravnica"),
        (rules.payment_code, "189"),
    ],
)
def test_right_settings_pass(check: object, value: str) -> None:
    check(value)  # type: ignore[operator]
