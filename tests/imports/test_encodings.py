"""Which encoding a file is in, found from its bytes."""

from pathlib import Path

import pytest

from salter.imports.reading.encodings import detect

TEXTS = {
    "sr-latn": "Šifra kupca;Naziv kupca\n1;Đorđe Živković, Čačak\n2;Žarko Ćirić, Šabac\n3;Snežana Đukić\n",
    "sr": "Шифра купца;Назив\n1;Ђорђе Живковић, Чачак\n2;Жарко Ћирић, Шабац\n3;Љубица Џонић, Његош\n",
    "mk": "Шифра;Име и презиме\n1;Ѓорѓи Ќосев, Ѕвегор\n2;Љупчо Џамбазов, Њива\n",
    "ro": "Cod client;Denumire\n1;Ștefan Țîțu, Iași\n2;Înălțimea Mărăști, Târgu Mureș\n",
    "pl": "Nr klienta;Imię i nazwisko\n1;Józef Święcki, Łódź\n2;Małgorzata Źdźbło, Gdańsk\n3;Żaneta Cień\n",
    "en": "Customer no;Name\n1;John Smith\n2;Jane O'Neil\n",
}
LEGACY = [
    ("sr-latn", "cp1250"),
    ("sr-latn", "iso8859-2"),
    ("sr-latn", "cp852"),
    ("sr", "cp1251"),
    ("sr", "iso8859-5"),
    ("mk", "cp1251"),
    ("mk", "iso8859-5"),
    ("pl", "cp1250"),
    ("pl", "iso8859-2"),
    ("pl", "cp852"),
]


def _file(folder: Path, data: bytes) -> Path:
    path = folder / "file.csv"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(("language", "encoding"), LEGACY)
def test_a_legacy_encoding_is_told_by_its_letters(language: str, encoding: str, tmp_path: Path) -> None:
    found = detect(_file(tmp_path, TEXTS[language].encode(encoding)))
    assert found.encoding == encoding
    assert not found.certain


UNICODE = [
    (language, encoding)
    for language in sorted(TEXTS)
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-16-le")
    # Without a mark UTF-16 is told by its Latin letters; a Cyrillic file comes with its mark.
    if not (encoding in ("utf-16-be", "utf-16-le") and language in ("sr", "mk"))
]


@pytest.mark.parametrize(("language", "encoding"), UNICODE)
def test_unicode_is_certain(language: str, encoding: str, tmp_path: Path) -> None:
    found = detect(_file(tmp_path, TEXTS[language].encode(encoding)))
    assert (found.encoding, found.certain) == (encoding, True)


def test_old_romanian_with_cedillas_is_windows_1250(tmp_path: Path) -> None:
    text = TEXTS["ro"].translate(str.maketrans("ȘșȚț", "ŞşŢţ"))
    assert detect(_file(tmp_path, text.encode("cp1250")), languages=["ro"]).encoding in ("cp1250", "iso8859-2")
    assert _read(tmp_path, text) == text


def _read(folder: Path, text: str) -> str:
    path = _file(folder, text.encode("cp1250"))
    return path.read_bytes().decode(detect(path, languages=["ro"]).encoding)


def test_a_legacy_letter_far_down_is_not_overlooked(tmp_path: Path) -> None:
    text = "number;name\n" + "1;John Smith, Main Street 12\n" * 300_000 + "2;Đorđe Šarić, Čačak\n"
    assert detect(_file(tmp_path, text.encode("cp1250"))).encoding == "cp1250"


def test_known_column_names_decide_where_letters_are_few(tmp_path: Path) -> None:
    # 0xB9 alone: š in ISO-8859-2, ą in Windows-1250.
    data = "E-pošta;Naziv\na@b.rs;Ana\n".encode("iso8859-2")
    assert detect(_file(tmp_path, data), known=["E-pošta"]).encoding == "iso8859-2"


def test_western_letters(tmp_path: Path) -> None:
    data = "Name;Ort\nJürgen Müller;Köln\nFrançois Lefèvre;Besançon\nÅse Ærøskøbing;Århus\n".encode("cp1252")
    assert detect(_file(tmp_path, data)).encoding == "cp1252"
