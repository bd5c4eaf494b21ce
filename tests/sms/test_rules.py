"""Length and letters of text messages, with worked examples (RL-113, RL-114)."""

import pytest

from salter.sms import rules
from salter.sms.types import Encoding


@pytest.mark.parametrize(
    ("text", "encoding", "units", "count"),
    [
        ("", Encoding.GSM7, 0, 1),
        ("a" * 160, Encoding.GSM7, 160, 1),
        ("a" * 161, Encoding.GSM7, 161, 2),
        ("a" * 306, Encoding.GSM7, 306, 2),
        ("a" * 307, Encoding.GSM7, 307, 3),
        ("a" * 918, Encoding.GSM7, 918, 6),
        ("€" * 80, Encoding.GSM7, 160, 1),
        ("€" * 81, Encoding.GSM7, 162, 2),
        # 153 is odd: an escaped character doesn't fit into the last septet of a part.
        ("€" * 153, Encoding.GSM7, 306, 3),
        ("a" * 152 + "€" + "a" * 152, Encoding.GSM7, 306, 3),
        ("^{}\\[~]|", Encoding.GSM7, 16, 1),
        ("èéùìòÇØøÅåÄÖÑÜäöñüà§¿", Encoding.GSM7, 21, 1),
        ("š" + "a" * 69, Encoding.UCS2, 70, 1),
        ("š" + "a" * 70, Encoding.UCS2, 71, 2),
        ("Ж" * 134, Encoding.UCS2, 134, 2),
        ("Ж" * 135, Encoding.UCS2, 135, 3),
        ("😀" * 35, Encoding.UCS2, 70, 1),
        ("😀" * 36, Encoding.UCS2, 72, 2),
        # 67 is odd: a surrogate pair isn't cut in two.
        ("😀" * 67, Encoding.UCS2, 134, 3),
        ("ç", Encoding.UCS2, 1, 1),
    ],
)
def test_parts(text: str, encoding: Encoding, units: int, count: int) -> None:
    found = rules.parts(text)
    assert (found.encoding, found.units, found.count) == (encoding, units, count)


@pytest.mark.parametrize(("text", "left"), [("", 160), ("a" * 160, 0), ("a" * 161, 145), ("š", 69), ("š" * 71, 63)])
def test_room_left(text: str, left: int) -> None:
    assert rules.parts(text).left == left


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("šđčćž ŠĐČĆŽ", "sdjccz SDJCCZ"),
        ("Đorđe Đurić", "Djordje Djuric"),
        ("ĐORĐE", "DJORDJE"),
        ("șțăâî ȘȚĂÂÎ şţ", "staai STAAI st"),
        ("zażółć gęślą jaźń", "zazolc gesla jazn"),
        ("ŁÓDŹ", "LODZ"),
        ("Љубав и Његош", "Ljubav i Njegos"),
        ("ЉУБАВ", "LJUBAV"),
        ("КОЊ", "KONJ"),
        ("Џак", "Dzak"),
        ("Ѓорѓи Ќосев, ѕвезда", "Gjorgji Kjosev, dzvezda"),
        ("Potrošnja: 12 m³ – „tačno” …", 'Potrosnja: 12 m3 - "tacno" ...'),
        ("1.234,50\u00a0RSD", "1.234,50 RSD"),
        ("−5 °C", "-5 C"),
        ("€ ostaje", "€ ostaje"),
        ("äöü", "äöü"),
        ("日本", "日本"),
        ("******", "******"),
    ],
)
def test_plain(text: str, expected: str) -> None:
    assert rules.plain(text) == expected


@pytest.mark.parametrize(
    "alphabet",
    [
        "abcčćdđefghijklmnoprsštuvzž",
        "абвгдђежзијклљмнњопрстћуфхцчџш",
        "aăâbcdefghiîjklmnopqrsștțuvwxyz",
        "aąbcćdeęfghijklłmnńoóprsśtuwyzźż",
        "абвгдѓежзѕијклљмнњопрстќуфхцчџш",
    ],
)
def test_every_letter_of_our_languages_becomes_plain(alphabet: str) -> None:
    assert rules.fits_gsm7(rules.plain(alphabet))
    assert rules.fits_gsm7(rules.plain(alphabet.upper()))
    assert rules.plain(alphabet).isascii()


@pytest.mark.parametrize("sender", ["", "Moj gas", "GasRavnica", "+381641234567", "3333"])
def test_sender_is_taken(sender: str) -> None:
    rules.check_sender(sender)


@pytest.mark.parametrize("sender", ["Gas Ravnica d.o.o.", "Mоj gas", "Šalter", "INFO", "sms", "x" * 12, "12", "a\nb"])
def test_sender_is_refused(sender: str) -> None:
    with pytest.raises(ValueError):
        rules.check_sender(sender)
