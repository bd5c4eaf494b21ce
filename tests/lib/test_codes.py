import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salter.lib.codes import (
    ALPHABET,
    format_code,
    has_check_digit,
    make_code,
    make_digit_code,
    normalise_code,
)


def test_codes_have_no_letter_that_looks_like_a_digit() -> None:
    assert not set("ILOU") & set(ALPHABET)
    assert len(set(ALPHABET)) == 32
    for _round in range(200):
        assert re.fullmatch(f"([{ALPHABET}]{{4}}-){{2}}[{ALPHABET}]{{4}}", make_code())
    assert re.fullmatch(f"[{ALPHABET}]{{5}}-[{ALPHABET}]{{5}}", make_code(groups=2, size=5))


def test_codes_differ_and_use_every_sign() -> None:
    codes = {make_code() for _round in range(500)}
    assert len(codes) == 500
    assert set("".join(codes)) == {*ALPHABET, "-"}


def test_digit_codes_end_with_a_check_digit() -> None:
    for _round in range(200):
        code = make_digit_code()
        assert re.fullmatch("[0-9]{4}-[0-9]{4}-[0-9]{4}", code)
        assert has_check_digit(code)
    assert len(normalise_code(make_digit_code(groups=2, size=3))) == 6


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("7KQ2-M0ZX-9RWB", "7KQ2M0ZX9RWB"),
        (" 7kq2 m0zx 9rwb ", "7KQ2M0ZX9RWB"),
        ("7kq2–mozx–9rwb", "7KQ2M0ZX9RWB"),  # o for 0
        ("IlO", "110"),
        ("АВЕКМНОРСТХЈ", "ABEKMH0PCTXJ"),  # Cyrillic look-alikes
        ("4071.9263_5584", "407192635584"),
        ("", ""),
    ],
)
def test_what_people_type_is_read_as_meant(typed: str, code: str) -> None:
    assert normalise_code(typed) == code


@given(st.text("0123456789", min_size=1, max_size=11), st.data())
def test_typing_errors_are_found(body: str, data: st.DataObject) -> None:
    from stdnum import damm

    code = body + damm.calc_check_digit(body)
    assert has_check_digit(code)
    place = data.draw(st.integers(0, len(code) - 1))
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != code[place]]))
    assert not has_check_digit(code[:place] + other + code[place + 1 :])
    if place and code[place] != code[place - 1]:
        assert not has_check_digit(code[: place - 1] + code[place] + code[place - 1] + code[place + 1 :])


@pytest.mark.parametrize("text", ["", "5", "7KQ2", "12a4", "4071-9263-5580"])
def test_what_is_no_digit_code(text: str) -> None:
    assert not has_check_digit(text)


@pytest.mark.parametrize(
    ("code", "size", "text"), [("407192635584", 4, "4071-9263-5584"), ("40719", 3, "407-19"), ("", 4, "")]
)
def test_codes_on_paper(code: str, size: int, text: str) -> None:
    assert format_code(code, size) == text
    assert normalise_code(format_code(code, size)) == code
