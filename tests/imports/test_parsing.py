"""From text to values, a column at a time."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salter.imports import parsing
from salter.lib import references


def one(function: Any, text: str, *args: str) -> Any:
    return function(pl.Series([text], dtype=pl.String), *args)[0]


@pytest.mark.parametrize(
    ("text", "mark", "minor"),
    [
        ("1127,59", ",", 112759),
        ("1.127,59", ",", 112759),
        ("1.234.567,89", ",", 123456789),
        ("1127.59", ",", 112759),
        ("1,127.59", ",", 112759),
        ("1.127", ",", 112700),
        ("1,127", ".", 112700),
        ("1 127,59", ",", 112759),
        ("1\u00a0127,59 RSD", ",", 112759),
        ("1'127.59", ".", 112759),
        ("0,5", ",", 50),
        ("12", ",", 1200),
        ("-5,00", ",", -500),
        ("\u22125,00", ",", -500),
        ("5,00-", ",", -500),
        ("(5,00)", ",", -500),
        ("+5,00", ",", 500),
        ("1127.590", ".", 112759),
        ("8.642,17 din.", ",", 864217),
        ("1 164,80 zł", ",", 116480),
        ("12.34x,00", ",", None),
        ("-5,00-", ",", None),
        ("1.23.456", ",", None),
        ("1,234", ",", None),
        ("1.234", ".", None),
        ("1,005", ",", None),
        ("--5", ",", None),
        ("5,", ",", None),
        ("", ",", None),
        ("#REF!", ",", None),
        ("1e5", ".", None),
        ("99999999999999,00", ",", None),
        ("٣", ",", None),
    ],
)
def test_amount(text: str, mark: str, minor: int | None) -> None:
    assert one(parsing.amount, text, mark) == minor


@given(st.integers(-(10**15) + 1, 10**15 - 1), st.sampled_from([",", "."]), st.booleans())
def test_every_amount_comes_back(minor: int, mark: str, grouped: bool) -> None:
    whole = f"{abs(minor) // 100:,}" if grouped else str(abs(minor) // 100)
    text = f"{'-' if minor < 0 else ''}{whole.replace(',', '.' if mark == ',' else ',')}{mark}{abs(minor) % 100:02}"
    assert one(parsing.amount, text, mark) == minor


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("05.10.2025.", date(2025, 10, 5)),
        ("5.10.2025", date(2025, 10, 5)),
        ("5. 10. 2025.", date(2025, 10, 5)),
        ("05/10/2025", date(2025, 10, 5)),
        ("05-10-2025", date(2025, 10, 5)),
        ("2025-10-05", date(2025, 10, 5)),
        ("2025-10-05 00:00:00", date(2025, 10, 5)),
        ("2025-10-05T14:30:00Z", date(2025, 10, 5)),
        ("20251005", date(2025, 10, 5)),
        ("05.10.2025. 14:30", date(2025, 10, 5)),
        ("29.02.2024.", date(2024, 2, 29)),
        ("29.02.2026.", None),
        ("31.02.2026.", None),
        ("00.01.2026.", None),
        ("01.13.2026.", None),
        ("05.10.25.", None),
        ("05.10.1025.", None),
        ("October 5, 2025", None),
    ],
)
def test_date(text: str, day: date | None) -> None:
    assert one(parsing.date, text) == day


@pytest.mark.parametrize(
    ("text", "mark", "number"),
    [
        ("185,04", ",", "185.04"),
        ("185,040", ",", "185.040"),
        ("185.040", ",", "185040"),
        ("13399", ",", "13399"),
        ("0,1234567", ",", "0.1234567"),
        ("123456789012,5", ",", None),
        ("kWh", ",", None),
    ],
)
def test_decimal_number(text: str, mark: str, number: str | None) -> None:
    assert one(parsing.decimal_number, text, mark) == number


@pytest.mark.parametrize(("text", "number"), [("18", 18), ("1.234", 1234), ("18,00", 18), ("18,5", None), ("x", None)])
def test_integer(text: str, number: int | None) -> None:
    assert one(parsing.integer, text, ",") == number


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("97 23 1100000202409", True),
        ("97-23-1100000202409", True),
        ("97231100000202409", True),
        ("97 24 1100000202409", False),
        ("97 00 123", False),
        ("97", False),
        ("97 16 3220000111111111000", True),
        ("00 123", True),
        ("11-22-33", True),
        ("račun 5", True),
    ],
)
def test_control_number(text: str, right: bool) -> None:
    assert one(parsing.control_number_is_right, text) is right


@given(st.text("0123456789AZ", min_size=1, max_size=20), st.integers(0, 99), st.booleans())
def test_control_numbers_agree_with_the_library(base: str, control: int, make_right: bool) -> None:
    text = references.make_model_97(base) if make_right else f"97{control:02}{base}"
    assert one(parsing.control_number_is_right, text) is references.is_model_97(text)


def test_the_files_own_decimal_mark_is_found() -> None:
    assert parsing.find_decimal_mark([pl.Series(["1.234,50", "12,5", "7"])], ".") == ","
    assert parsing.find_decimal_mark([pl.Series(["1,234.50", "12.5", "7"])], ",") == "."
    assert parsing.find_decimal_mark([pl.Series(["1.234", "7"])], ",") == ","


def test_blanks_that_nobody_sees_are_taken_off() -> None:
    texts = pl.Series(["\ufeff Ana\u00a0 Anić\t", "a\nb", "  ", None])
    assert parsing.clean(texts).to_list() == ["Ana Anić", "a b", None, None]
