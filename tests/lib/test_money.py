from contextlib import suppress
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from salter.lib import money
from salter.lib.languages import LANGUAGES
from salter.lib.money import NotAnAmount, format_money, format_number, parse_amount, plain_amount, split_money, to_minor

NBSP = "\u00a0"


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("0", 0),
        ("0,00", 0),
        ("5", 500),
        ("5,", 500),  # the payment code writes whole amounts so
        ("5.", 500),
        ("0,5", 50),
        ("0,05", 5),
        ("12,3", 1230),
        ("12.3", 1230),
        ("12,34", 1234),
        ("12.34", 1234),
        ("1127,59", 112759),
        ("1.127,59", 112759),
        ("1,127.59", 112759),
        ("1 127,59", 112759),
        ("1 127.59", 112759),
        (f"1{NBSP}127,59", 112759),
        ("1\u202f127,59", 112759),
        ("1'127.59", 112759),
        ("1.234", 123400),  # three digits are thousands: no amount has three decimals
        ("12.345.678", 1234567800),
        ("1,234,567", 123456700),
        ("1.234.567,5", 123456750),
        ("  7,00  ", 700),
        ("-5,00", -500),
        ("−5,00", -500),
        ("- 5,00", -500),
        ("+5,00", 500),
        ("5,00-", -500),  # ledgers
        ("8.642,17 RSD", 864217),
        ("RSD 8.642,17", 864217),
        ("RSD1295,", 129500),
        ("−RSD 5", -500),
        ("100 din.", 10000),
        ("100 дин", 10000),
        ("1 164,80 zł", 116480),
        ("1.164,80 lei", 116480),
        ("1.164,80 ден.", 116480),
        ("€12.50", 1250),
        ("99999999999999,99", 9_999_999_999_999_999),
    ],
)
def test_amounts_are_read_as_people_write_them(text: str, minor: int) -> None:
    assert parse_amount(text) == minor


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "-",
        "RSD",
        "abc",
        "12.34x,00",
        "-5,00-",
        "--5",
        "1,234",  # a thousand to one, a little over one to another
        "12,345",
        "0.125",
        "0,125",
        "01.234",
        "1.2345",
        "1.23.456",
        "1.234.56",
        "1.234.5",
        "1,234.567",
        "1.234,567",
        "1.234.567.89",
        "12 50",  # not twelve hundred and fifty, and perhaps 12,50
        "1 2 3",
        "1234.567,00",
        "1.234 567",
        ",50",
        "1,2,3",
        "1e5",
        "NaN",
        "٣",
        "12RSD34",
        "1;2",
        "=1+1",
    ],
)
def test_anything_else_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(NotAnAmount) as refusal:
        parse_amount(text)
    sentence = str(refusal.value)
    assert sentence.endswith(".")
    assert "1.234,50" in sentence


def test_an_amount_beyond_the_payment_code_is_refused() -> None:
    with pytest.raises(NotAnAmount, match="too large"):
        parse_amount("100000000000000,00")


@pytest.mark.parametrize(
    ("language", "currency", "text"),
    [  # RL-100, RL-101
        ("sr-latn", "RSD", "1.234.567,50 RSD"),
        ("sr", "RSD", "1.234.567,50 RSD"),
        ("ro", "RON", "1.234.567,50 lei"),
        ("pl", "PLN", "1 234 567,50 zł"),
        ("mk", "MKD", "1.234.567,50 ден."),
        ("en", "RSD", "RSD 1,234,567.50"),
        ("en", "EUR", "€1,234,567.50"),
        ("sr-latn", "EUR", "1.234.567,50 €"),
    ],
)
def test_money_by_language(language: str, currency: str, text: str) -> None:
    assert format_money(123456750, currency, language) == text.replace(" ", NBSP)


@pytest.mark.parametrize(
    ("minor", "language", "text"),
    [
        (100, "sr-latn", "1,00 RSD"),  # CLDR alone says "1 RSD"
        (0, "sr-latn", "0,00 RSD"),
        (5, "sr-latn", "0,05 RSD"),
        (-5, "sr-latn", "−0,05 RSD"),
        (-864217, "sr-latn", "−8.642,17 RSD"),
        (-123400, "pl", "−1 234,00 RSD"),
        (-864217, "en", "−RSD 8,642.17"),
        (99950, "sr-latn", "999,50 RSD"),
    ],
)
def test_two_decimals_and_the_minus_sign(minor: int, language: str, text: str) -> None:
    assert format_money(minor, "RSD", language) == text.replace(" ", NBSP)


def test_without_a_language_the_active_one_counts() -> None:
    with translation.override("ro"):
        assert format_money(116480, "RON") == f"1.164,80{NBSP}lei"
        assert money.currency_symbol("RON") == "lei"
    with translation.override("sr-latn"):
        assert money.currency_symbol("RON") == "RON"


@pytest.mark.parametrize(
    ("language", "parts"),
    [
        ("sr-latn", ("8.642,17", "RSD", False)),
        ("en", ("8,642.17", "RSD", True)),
        ("pl", ("8\u00a0642,17", "RSD", False)),
    ],
)
def test_amount_and_currency_apart(language: str, parts: tuple[str, str, bool]) -> None:
    assert split_money(864217, "RSD", language) == parts


@pytest.mark.parametrize(
    ("value", "decimals", "language", "text"),
    [
        (1234567, None, "sr-latn", "1.234.567"),
        (1234567, None, "pl", f"1{NBSP}234{NBSP}567"),
        (Decimal("2117.68"), None, "sr", "2.117,68"),
        (Decimal("10.5000"), 3, "mk", "10,500"),
        (0.1, None, "ro", "0,1"),
        (12.5, 0, "en", "12"),
        (-3, None, "sr-latn", "−3"),
        (1000, 0, "en", "1,000"),
    ],
)
def test_numbers_by_language(value: float, decimals: int | None, language: str, text: str) -> None:
    assert format_number(value, language, decimals) == text


@given(st.integers(-money.MAX_MINOR, money.MAX_MINOR), st.sampled_from(LANGUAGES))
def test_what_is_shown_can_be_typed_back(minor: int, language: str) -> None:
    assert parse_amount(split_money(minor, "RSD", language).amount) == minor
    assert parse_amount(format_money(minor, "RSD", language)) == minor
    assert parse_amount(plain_amount(minor)) == minor


@given(st.text(max_size=30))
def test_no_text_breaks_the_parser(text: str) -> None:
    with suppress(NotAnAmount):
        assert isinstance(parse_amount(text), int)


@pytest.mark.parametrize(("amount", "minor"), [(Decimal("12.34"), 1234), (Decimal("-0.01"), -1), (7, 700)])
def test_exact_amounts_become_minor_units(amount: Decimal, minor: int) -> None:
    assert to_minor(amount) == minor
    assert money.from_minor(minor) == amount


def test_more_than_two_decimals_are_refused() -> None:
    with pytest.raises(NotAnAmount):
        to_minor(Decimal("1.005"))


@pytest.mark.parametrize(("minor", "text"), [(0, "0.00"), (5, "0.05"), (-5, "-0.05"), (123456789, "1234567.89")])
def test_plain_amounts_for_files(minor: int, text: str) -> None:
    assert plain_amount(minor) == text
