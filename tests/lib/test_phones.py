from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salter.lib.phones import WrongPhone, display, is_mobile, normalise


@pytest.mark.parametrize(
    ("text", "country", "e164"),
    [
        ("064 123 4567", "RS", "+381641234567"),
        ("064/123-4567", "RS", "+381641234567"),
        ("060/8472357", "RS", "+381608472357"),
        ("021/857-955", "RS", "+38121857955"),
        ("+381 64 1234567", "RS", "+381641234567"),
        ("00381641234567", "RS", "+381641234567"),
        ("+381 (0)64 123-4567", "RS", "+381641234567"),
        ("00381 64 1234567", "RO", "+381641234567"),
        ("0256 493 111", "RO", "+40256493111"),
        ("0256.969", "RO", "+40256969"),  # with its area code this short number is reachable from anywhere
        ("0722 123 456", "ro", "+40722123456"),
        ("22 123 45 67", "PL", "+48221234567"),
        ("501 234 567", "PL", "+48501234567"),  # Poland has no trunk 0
        ("070 123 456", "MK", "+38970123456"),
        ("02 3123 456", "MK", "+38923123456"),
        (" 064\u00a0123\u00a04567 ", "RS", "+381641234567"),
    ],
)
def test_numbers_as_people_write_them(text: str, country: str, e164: str) -> None:
    assert normalise(text, country) == e164


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("", "RS"),
        ("   ", "RS"),
        ("969", "RO"),
        ("11-0-11", "RS"),
        ("12345", "RS"),
        ("0641234567890123", "RS"),
        ("064 abc 4567", "RS"),
        ("call me", "RS"),
        ("+999 123456789", "RS"),
        ("1" * 60, "RS"),
        ("+", "PL"),
    ],
)
def test_anything_else_is_refused_with_a_sentence(text: str, country: str) -> None:
    with pytest.raises(WrongPhone) as refusal:
        normalise(text, country)
    assert str(refusal.value).endswith(".")


@pytest.mark.parametrize(
    ("e164", "mobile"),
    [
        ("+381641234567", True),
        ("+38121857955", False),
        ("+40722123456", True),
        ("+40256493111", False),
        ("+48501234567", True),
        ("+48221234567", False),
        ("+38970123456", True),
        ("+38923123456", False),
        ("", False),
        ("064 123 4567", False),  # not E.164
    ],
)
def test_where_an_sms_can_go(e164: str, mobile: bool) -> None:
    assert is_mobile(e164) is mobile


@pytest.mark.parametrize(
    ("e164", "country", "text"),
    [
        ("+381641234567", "RS", "064 1234567"),
        ("+381641234567", "RO", "+381 64 1234567"),
        ("+38121857955", "rs", "021 857955"),
        ("+40256493111", "RO", "0256 493 111"),
        ("+48221234567", "PL", "22 123 45 67"),
        ("+38970123456", "MK", "070 123 456"),
        ("unknown", "RS", "unknown"),
        ("", "RS", ""),
    ],
)
def test_numbers_for_reading(e164: str, country: str, text: str) -> None:
    assert display(e164, country) == text
    if text.startswith(("0", "2", "+")):
        assert normalise(text, country) == e164


@given(st.text(max_size=45), st.sampled_from(["RS", "RO", "PL", "MK"]))
def test_no_text_breaks_the_parser(text: str, country: str) -> None:
    with suppress(WrongPhone):
        assert normalise(text, country).startswith("+")
