"""References, accounts, the text of the payment code, and its picture read back by another program."""

import io
import re

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from salter.lib import qr, references
from salter.lib.ips import WrongPayment, check_account, format_account, payload
from salter.lib.references import WrongReference, format_reference, is_model_97, make_model_97

# ---------------------------------------------------------------------------------------------------------- references


@pytest.mark.parametrize(
    ("base", "reference"),
    [  # published examples and the register export
        ("3220000111111111000", "97163220000111111111000"),
        ("2240113797893", "97082240113797893"),
        ("1100000202409", "97231100000202409"),
        ("1100000-2024-10", "97201100000202410"),
        (" 1100000 202411 ", "97171100000202411"),
    ],
)
def test_references_of_model_97(base: str, reference: str) -> None:
    assert make_model_97(base) == reference
    assert is_model_97(reference)
    assert references.check_model_97(reference) == reference


@pytest.mark.parametrize(
    "text",
    [
        "97 23 1100000202409",
        "97-23-1100000-202409",
        "97\u00a023\u00a01100000202409",
        make_model_97("AB12"),
        make_model_97("ab12").lower(),
    ],
)
def test_spaces_dashes_and_letters_are_understood(text: str) -> None:
    assert is_model_97(text)


def test_letters_count_from_ten() -> None:
    # A1 is 101: 98 - (101 * 100 mod 97) = 98 - 12 = 86
    assert make_model_97("A1") == "9786A1"


@pytest.mark.parametrize(
    "text",
    ["", "97", "97 23", "97 00 123", "97 24 1100000202409", "23 1100000202409", "00 123", "97 23 11000002024O9", "Ж"],
)
def test_wrong_references(text: str) -> None:
    assert not is_model_97(text)
    with pytest.raises(WrongReference, match=r"\.$"):
        references.check_model_97(text)


@pytest.mark.parametrize("base", ["", "1" * 21, "12/34", "Ж1", "   "])
def test_what_cannot_be_a_reference(base: str) -> None:
    with pytest.raises(WrongReference):
        make_model_97(base)


@given(st.text("0123456789", min_size=2, max_size=20), st.data())
def test_every_wrong_digit_of_a_reference_is_found(base: str, data: st.DataObject) -> None:
    reference = make_model_97(base)
    assert is_model_97(reference)
    place = data.draw(st.integers(2, len(reference) - 1))
    digit = data.draw(st.sampled_from([d for d in "0123456789" if d != reference[place]]))
    assert not is_model_97(reference[:place] + digit + reference[place + 1 :])


@pytest.mark.parametrize(
    ("reference", "text"),
    [("97231100000202409", "97 23 1100000202409"), ("00-123", "00-123"), ("97241100000202409", "97241100000202409")],
)
def test_references_for_reading(reference: str, text: str) -> None:
    assert format_reference(reference) == text


# ------------------------------------------------------------------------------------------------------------ accounts


@pytest.mark.parametrize(
    ("text", "account", "shown"),
    [
        ("840-955845-10", "840000000095584510", "840-955845-10"),
        ("165-55-74", "165000000000005574", "165-55-74"),
        ("840000000095584510", "840000000095584510", "840-955845-10"),
        ("840-0000000955845-10", "840000000095584510", "840-955845-10"),
        (" 840 - 955845 - 10 ", "840000000095584510", "840-955845-10"),
    ],
)
def test_accounts(text: str, account: str, shown: str) -> None:
    assert check_account(text) == account
    assert format_account(text) == shown


@pytest.mark.parametrize(
    "text",
    [  # public examples with a wrong control number
        "160000000123456778",
        "265000000009164816",
        "845000000014284968",
        "111123456789012311",
        "840-955845-11",
        "",
        "840",
        "84000000009558451",
        "8400000000955845100",
        "840-95584A-10",
        "RS35260005601001611379",
    ],
)
def test_wrong_accounts(text: str) -> None:
    with pytest.raises(WrongPayment) as refusal:
        check_account(text)
    assert refusal.value.field == "account"
    assert str(refusal.value).endswith(".")


# ------------------------------------------------------------------------------------------------------------- payload

USUAL = {"account": "840-955845-10", "payee": "Gas distribucija\nNovi Sad", "amount_minor": 102512}


def test_a_whole_payload() -> None:
    text = payload(
        **USUAL,  # type: ignore[arg-type]
        payer="Zoran Pavlović\nĐure Jakšića 54\n21000 Novi Sad",
        purpose_code="189",
        purpose="Račun 2024-09-1100000",
        reference="97 23 1100000202409",
    )
    assert text == (
        "K:PR|V:01|C:1|R:840000000095584510|N:Gas distribucija\nNovi Sad|I:RSD1025,12"
        "|P:Zoran Pavlović\nĐure Jakšića 54\n21000 Novi Sad|SF:189|S:Račun 2024-09-1100000|RO:97231100000202409"
    )


def test_empty_tags_are_left_out() -> None:
    assert payload(**USUAL) == (  # type: ignore[arg-type]
        "K:PR|V:01|C:1|R:840000000095584510|N:Gas distribucija\nNovi Sad|I:RSD1025,12|SF:189"
    )


@pytest.mark.parametrize(
    ("minor", "tag"),
    [
        (1, "RSD0,01"),
        (100, "RSD1,00"),
        (129500, "RSD1295,00"),
        (123456789, "RSD1234567,89"),
        (9_999_999_999_999_999, "RSD99999999999999,99"),
    ],
)
def test_amounts(minor: int, tag: str) -> None:
    assert f"|I:{tag}|" in payload(**(USUAL | {"amount_minor": minor}))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount_minor": 0}, "amount"),
        ({"amount_minor": -1}, "amount"),
        ({"amount_minor": 10_000_000_000_000_000}, "amount"),
        ({"account": "840-955845-11"}, "account"),
        ({"payee": ""}, "payee"),
        ({"payee": " \n "}, "payee"),
        ({"payee": "x" * 71}, "payee"),
        ({"payee": "a\nb\nc\nd"}, "payee"),
        ({"payee": "a|b"}, "payee"),
        ({"payee": "a\x07b"}, "payee"),
        ({"purpose": "x" * 36}, "purpose"),
        ({"purpose": "a\nb"}, "purpose"),
        ({"purpose": "a|S:b"}, "purpose"),
        ({"purpose_code": ""}, "purpose_code"),
        ({"purpose_code": "389"}, "purpose_code"),
        ({"purpose_code": "18"}, "purpose_code"),
        ({"purpose_code": "18x"}, "purpose_code"),
        ({"kind": "XX"}, "kind"),
        ({"reference": "97 24 1100000202409"}, "reference"),
        ({"reference": "12 345"}, "reference"),
        ({"reference": "00"}, "reference"),
        ({"reference": "00-"}, "reference"),
        ({"reference": "00" + "1" * 24}, "reference"),
        ({"reference": "22 12|3"}, "reference"),
    ],
)
def test_a_wrong_part_is_named(change: dict[str, object], field: str) -> None:
    with pytest.raises(WrongPayment) as refusal:
        payload(**(USUAL | change))  # type: ignore[arg-type]
    assert refusal.value.field == field
    assert str(refusal.value).endswith(".")


@pytest.mark.parametrize(
    ("reference", "tag"),
    [
        ("97-23-1100000-202409", "97231100000202409"),
        ("00 123-456", "00123-456"),
        ("22 1234567", "221234567"),
        ("11 5", "115"),
    ],
)
def test_references_of_all_models(reference: str, tag: str) -> None:
    assert payload(**USUAL, reference=reference).endswith(f"|RO:{tag}")  # type: ignore[arg-type]


def test_a_payer_is_only_a_help_and_is_cut_to_fit() -> None:
    text = payload(**USUAL, payer="Ime | Prezime\nUlica 1\nMesto\nDržava " + "x" * 80)  # type: ignore[arg-type]
    payer = re.search(r"\|P:(.*?)\|SF", text, re.DOTALL).group(1)  # type: ignore[union-attr]
    assert payer.startswith("Ime Prezime\nUlica 1\nMesto Država x")
    assert len(payer) == 70


@given(
    payee=st.text(max_size=80),
    payer=st.text(max_size=120),
    purpose=st.text(max_size=40),
    minor=st.integers(1, 10**16 - 1),
)
def test_every_payload_keeps_the_rules(payee: str, payer: str, purpose: str, minor: int) -> None:
    try:
        text = payload(account="165-55-74", payee=payee, payer=payer, purpose=purpose, amount_minor=minor)
    except WrongPayment:
        return
    assert text.strip() == text
    tags = [part.partition(":") for part in text.split("|")]
    assert [name for name, _colon, _value in tags] == [
        name for name in ("K", "V", "C", "R", "N", "I", "P", "SF", "S") if name in {tag[0] for tag in tags}
    ]
    values = {name: value for name, _colon, value in tags}
    assert all(value and value == value.strip() for value in values.values())
    assert re.fullmatch(r"RSD[0-9]+,[0-9]{2}", values["I"])
    assert len(values["I"]) <= 20
    for name, length, lines in [("N", 70, 3), ("P", 70, 3), ("S", 35, 1)]:
        assert len(values.get(name, "")) <= length
        assert values.get(name, "").count("\n") < lines


# ------------------------------------------------------------------------------------------------------------- picture

TEXTS = [
    payload(**USUAL, payer="Đorđe Žunić", purpose="Račun č ć š đ ž", reference="97 23 1100000202409"),  # type: ignore[arg-type]
    payload(**(USUAL | {"payee": "Гас дистрибуција\nНови Сад"}), purpose="Рачун"),  # type: ignore[arg-type]
    payload(**(USUAL | {"payee": "Café Döner é"})),  # type: ignore[arg-type]
    "plain",
]


def _read(picture: Image.Image) -> bytes:
    (found,) = zxingcpp.read_barcodes(picture)
    assert found.format == zxingcpp.BarcodeFormat.QRCode
    return bytes(found.bytes)


def _draw(svg: str, scale: int = 6) -> Image.Image:
    """Draw the strokes of segno's SVG, whose path holds moves and horizontal lines only."""
    width, height = map(int, re.search(r'viewBox="0 0 (\d+) (\d+)"', svg).groups())  # type: ignore[union-attr]
    picture = Image.new("L", (width * scale, height * scale), 255)
    pen = ImageDraw.Draw(picture)
    path = re.search(r'stroke="#000" d="([^"]+)"', svg).group(1)  # type: ignore[union-attr]
    x = y = 0.0
    for command, numbers in re.findall(r"([Mmh])([^Mmh]*)", path):
        values = [float(n) for n in re.findall(r"-?[\d.]+", numbers)]
        if command == "M":
            x, y = values
        elif command == "m":
            x, y = x + values[0], y + values[1]
        else:
            pen.rectangle((x * scale, (y - 0.5) * scale, (x + values[0]) * scale - 1, (y + 0.5) * scale - 1), fill=0)
            x += values[0]
    return picture


@pytest.mark.parametrize("text", TEXTS)
def test_another_program_reads_the_png_byte_for_byte(text: str) -> None:
    picture = Image.open(io.BytesIO(qr.png(text)))
    assert _read(picture.convert("L")) == text.encode("utf-8")


@pytest.mark.parametrize("text", TEXTS)
def test_another_program_reads_the_svg_byte_for_byte(text: str) -> None:
    assert _read(_draw(qr.svg(text))) == text.encode("utf-8")


def test_the_svg_obeys_the_content_security_policy() -> None:
    drawn = qr.svg("x", label='Plati "račun" <1>')
    assert "style" not in drawn
    assert "<script" not in drawn
    assert drawn.startswith('<svg role="img" aria-label="Plati &quot;račun&quot; &lt;1&gt;"')
    assert 'fill="#fff"' in drawn  # readable on a dark page
    assert "<?xml" not in drawn


def test_without_a_label_the_svg_is_hidden_from_screen_readers() -> None:
    assert qr.svg("x").startswith('<svg aria-hidden="true"')
