"""PDFs: letters of every language, nothing read as markup, codes that scanners read, tagged for screen readers."""

from __future__ import annotations

import io
from typing import Any

import pypdf
import pytest
import zxingcpp
from PIL import Image

from salter.documents import pdf
from salter.institutions.models import Institution
from salter.lib import ips, qr

LETTERS = {
    "en": "The quick brown fox",
    "sr-latn": "Đačić šalje žućkastu čašu",
    "sr": "Ђачић шаље жућкасту чашу Љ Њ Џ",
    "mk": "Ѓорѓи ќе ја врати џвонката ѕвезда",
    "ro": "Știința țării își are și ăst înțeles",
    "pl": "Zażółć gęślą jaźń",
}


def paper(**fields: Any) -> dict[str, Any]:
    return {
        "title": "Title",
        "head": {"name": "Moj gas", "subtitle": "Gas Ravnica", "contact": "Kralja Petra 18"},
        "parts": [],
    } | fields


def text_of(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)


@pytest.mark.parametrize("language", LETTERS)
def test_letters_of_every_language_can_be_read_back(language: str) -> None:
    parts = [
        {"kind": "facts", "heading": LETTERS[language], "rows": [["a", LETTERS[language], "hint", True]]},
        {"kind": "text", "heading": "", "paragraphs": [LETTERS[language]]},
        {
            "kind": "table",
            "heading": "T",
            "columns": [{"label": "L", "share": 1}, {"label": "R", "align": "right"}],
            "rows": [[LETTERS[language], "1"]],
            "totals": ["", LETTERS[language]],
        },
    ]
    content = pdf.render("sheet", paper(title=LETTERS[language], parts=parts), language)
    assert text_of(content).count(LETTERS[language]) == 6


@pytest.mark.parametrize(("language", "tag"), [("sr", "sr"), ("sr-latn", "sr"), ("mk", "mk"), ("pl", "pl")])
def test_tells_language_title_and_structure_to_screen_readers(language: str, tag: str) -> None:
    reader = pypdf.PdfReader(io.BytesIO(pdf.render("sheet", paper(title="Priznanica"), language)))
    root = reader.trailer["/Root"]
    assert root["/Lang"].split("-")[0] == tag
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert reader.metadata is not None
    assert reader.metadata.title == "Priznanica"
    assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()


def test_serbian_and_russian_letter_forms_differ_only_by_language() -> None:
    """The font has its own Serbian forms; they come only when the paper says its language."""
    data = paper(parts=[{"kind": "text", "heading": "", "paragraphs": ["бгдпт"]}])
    assert pdf.render_pages("sheet", data, "sr") != pdf.render_pages("sheet", data, "en")


@pytest.mark.parametrize(
    "typed",
    [
        '#import "/etc/passwd"',
        '#eval("1+1")',
        "= Heading *bold* _it_ $x^2$ `raw` @ref <label> // comment",
        '"}]; #panic("out")',
        "\\u{0000} \\ # [ ] { }",
        "{page} of {pages}",
    ],
)
def test_what_people_type_is_text(typed: str) -> None:
    parts = [
        {"kind": "facts", "heading": typed, "rows": [[typed, typed]]},
        {"kind": "text", "heading": "", "paragraphs": [typed]},
    ]
    content = pdf.render("sheet", paper(title=typed, subtitle=typed, band=typed, note=typed, parts=parts), "en")
    plain = "".join(text_of(content).split())
    assert plain.count("".join(typed.split())) >= 5


def test_signs_that_no_font_has_are_left_out() -> None:
    content = pdf.render("sheet", paper(title="a\x00b\x1bc\ud800d\uffffe"), "en")
    assert "abcde" in text_of(content)


def test_long_words_stay_on_the_paper() -> None:
    word = "Х" * 400
    parts = [
        {"kind": "text", "heading": word, "paragraphs": [word]},
        {"kind": "facts", "heading": "", "rows": [[word, "1"], ["1", word]]},
    ]
    data = paper(title=word, parts=parts)
    assert "".join(text_of(pdf.render("sheet", data, "sr")).split()).replace("\u200b", "").count("Х") == 2000
    for page in pdf.render_pages("sheet", data, "sr", 50):
        picture = Image.open(io.BytesIO(page)).convert("L")
        margin = picture.crop((picture.width - 30, 0, picture.width, picture.height))
        assert margin.getextrema() == (255, 255)


@pytest.mark.parametrize("name", ["../base", "sheet.typ", "nothing", "", "/etc/passwd", "Sheet"])
def test_only_its_own_templates(name: str) -> None:
    with pytest.raises(FileNotFoundError):
        pdf.render(name, paper(), "en")


def test_counts_its_pages_and_repeats_the_head_of_a_table() -> None:
    part = {
        "kind": "table",
        "heading": "Bills",
        "columns": [{"label": "Number", "share": 1}, {"label": "Amount", "align": "right"}],
        "rows": [[f"N{n}", "1.00"] for n in range(120)],
        "totals": ["Total", "120.00"],
    }
    pages = pypdf.PdfReader(io.BytesIO(pdf.render("sheet", paper(parts=[part]), "en"))).pages
    texts = [page.extract_text() for page in pages]
    assert len(texts) > 2
    for number, text in enumerate(texts, 1):
        assert f"Page {number} of {len(texts)}" in text
        assert "Number" in text
        assert "Kralja Petra 18" in text
    assert [("Total" in text) for text in texts].count(True) == 1


@pytest.mark.parametrize("payee", ["Gas Ravnica d.o.o.", "Гас Равница д.о.о.\nКраља Петра 18\n21999 Равница"])
def test_the_payment_code_is_read_back_from_the_page_byte_for_byte(payee: str) -> None:
    payload = ips.payload(
        account="840-955845-10",
        payee=payee,
        amount_minor=864217,
        purpose="Račun 2026-01-204118",
        reference="97 82 20411802026",
    )
    pay = {
        "label": "To pay",
        "amount": "8.642,17",
        "currency": "RSD",
        "note": "due 2. 3. 2026.",
        "rows": [["Payee", payee], ["Account", "840-955845-10"]],
        "qr_svg": qr.svg(payload).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1),
        "qr_label": "Scan and pay",
        "qr_alt": "Code for payment",
    }
    data = paper(pay=pay)
    (page,) = pdf.render_pages("invoice", data, "sr-latn", 150)
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(page)))
    assert code.bytes == payload.encode()
    # The PDF itself carries the same drawing and is accepted as PDF/UA, which needs the words for it.
    assert "8.642,17" in text_of(pdf.render("invoice", data, "sr-latn"))


def test_a_paid_invoice_has_no_payment_box() -> None:
    parts = [{"kind": "facts", "heading": "H", "rows": [["a", "b"]]}]
    content = pdf.render("invoice", paper(pay=None, parts=parts), "en")
    assert "Scan" not in text_of(content)


def test_the_letterhead_speaks_the_readers_language() -> None:
    institution = Institution(
        counter_name={"en": "My gas", "sr": "Мој гас"},
        name={"en": "Gas Ravnica", "sr": "Гас Равница"},
        contacts={"address": "Kralja Petra 18", "phone": "021 555 018", "email": ""},
    )
    assert pdf.letterhead(institution, "sr") == {
        "name": "Мој гас",
        "subtitle": "Гас Равница",
        "contact": "Kralja Petra 18 · 021 555 018",
    }
