"""Every text of ours in every language: present, whole, in its script, and made from what the code says today."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from salter.config import catalogues
from salter.lib.translit import to_cyrillic

LOCALE = Path(catalogues.LOCALE)
PLACEHOLDER = re.compile(r"%\([a-z_0-9]+\)[sd]|\{[a-z_]*\}|%%")
LATIN_WORD = re.compile(r"[A-Za-zÀ-ž]{2,}")

# Texts that are the same word in English and in a language of ours.
SAME: dict[str, set[str]] = {
    "*": {
        "CSV", "PDF", "QR", "SMS", "XLSX", "e-mail", "E-mail", "IPS", "–", "Internet", "Parquet", "JMBG", "PIB",
        "CNP", "CF", "CUI", "PESEL", "NIP", "REGON", "EDB", "EMBG", "Tab", "UTF-8",
    },
    "sr_Latn": {"Tablet", "Status: %(text)s", "Status", "status", "Administrator", "Supervizor", "Dispatch"},
    "ro": {
        "Auditor", "Browser", "Card", "Separator", "Serbia", "Text", "online", "Administrator",
        "Supervizor", "Total", "Contact", "Mobil", "normal", "Cod", "Pin", "Document",
    },
    "pl": {
        "Separator", "Serbia", "Status: %(text)s", "Tablet", "VAT", "Status",
        "status", "Administrator", "Operator", "Adres", "Plan", "Format",
    },
    "mk": set(),
}  # fmt: skip
# What stays in Latin letters in Cyrillic texts: codes, formats, names of things that have no other spelling.
IN_LATIN = {
    "INFO", "mail",
    "AA", "AM", "API", "Belgrade", "CF", "CMR", "CNP", "CSV", "CUI", "Chrome", "DOCX", "EDB", "EMBG", "EPC",
    "EUR", "Europe", "Excel", "GB", "GJ", "HEIC", "HTML", "HTTP", "IBAN", "IPS", "ISO", "JMBG", "JPEG", "LDAP",
    "MB", "MBR", "MK", "MKD", "NBS", "NIP", "ODT", "OK", "PDF", "PESEL", "PIB", "PIN", "PL", "PLN", "PNG",
    "Parquet", "QR", "REGON", "RO", "RON", "RS", "RSD", "SMS", "STOP", "TLS", "TOTP", "TXT", "URL", "UTC", "UTF",
    "WCAG", "Windows", "Word", "XLSX", "XMP", "ZIP", "com", "example", "https", "kB", "kWh", "name", "rs",
    "salter", "www", "Šalter",
}  # fmt: skip


def _catalogue(folder: str) -> Catalog:
    with (LOCALE / folder / "LC_MESSAGES" / "django.po").open("rb") as file:
        return read_po(file, locale=folder)


CATALOGUES = {folder: _catalogue(folder) for folder in catalogues.FOLDERS}


def _messages(folder: str) -> Iterator[Message]:
    return (message for message in CATALOGUES[folder] if message.id)


def _source(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _forms(message: Message) -> tuple[str, ...]:
    if isinstance(message.string, str):
        return (message.string,)
    return tuple(message.string or ())


@pytest.mark.parametrize("folder", catalogues.FOLDERS)
def test_no_text_is_missing(folder: str) -> None:
    missing = [_source(m) for m in _messages(folder) if not _forms(m) or not all(_forms(m))]
    assert not missing


@pytest.mark.parametrize("folder", catalogues.FOLDERS)
def test_no_text_is_marked_as_doubtful(folder: str) -> None:
    """Compiling leaves out what is marked fuzzy, so its reader would get English."""
    assert not [_source(m) for m in _messages(folder) if m.fuzzy]


@pytest.mark.parametrize("folder", catalogues.FOLDERS)
def test_no_text_was_left_in_english(folder: str) -> None:
    allowed = SAME["*"] | SAME.get("sr_Latn" if folder == "sr" else folder, set())
    left = [
        _source(m)
        for m in _messages(folder)
        if _source(m) in _forms(m)
        and _source(m) not in allowed
        and re.search(r"[A-Za-z]{2}", PLACEHOLDER.sub("", _source(m)))
    ]
    assert not left


@pytest.mark.parametrize("folder", catalogues.FOLDERS)
def test_placeholders_and_plural_forms_are_whole(folder: str) -> None:
    wrong = []
    for message in _messages(folder):
        forms = _forms(message)
        if isinstance(message.id, str):
            if len(forms) != 1 or sorted(PLACEHOLDER.findall(message.id)) != sorted(PLACEHOLDER.findall(forms[0])):
                wrong.append(message.id)
            continue
        if len(forms) != CATALOGUES[folder].num_plurals:
            wrong.append(message.id[0])
        known = set(PLACEHOLDER.findall(message.id[0])) | set(PLACEHOLDER.findall(message.id[1]))
        if any(set(PLACEHOLDER.findall(form)) - known for form in forms):
            wrong.append(message.id[0])
        if sorted(PLACEHOLDER.findall(forms[-1])) != sorted(PLACEHOLDER.findall(message.id[1])):
            wrong.append(message.id[0])
    assert not wrong


@pytest.mark.parametrize("folder", ["sr", "mk"])
def test_cyrillic_texts_hold_no_latin_words(folder: str) -> None:
    found = {
        word: _source(message)
        for message in _messages(folder)
        for form in _forms(message)
        for word in LATIN_WORD.findall(
            PLACEHOLDER.sub(" ", re.sub(r"\S+@\S+|https?://\S+|/[a-z_]+/|\S+( \S+)?\.csv", " ", form))
        )
        if word not in IN_LATIN
    }
    assert not found


def test_cyrillic_is_made_from_latin() -> None:
    latin = CATALOGUES["sr_Latn"]
    stale = []
    for message in _messages("sr"):
        source = latin.get(message.id, message.context)
        assert source is not None
        if _forms(message) != tuple(to_cyrillic(form) for form in _forms(source)):
            stale.append(_source(message))
    assert not stale, "run `make messages`"


@pytest.mark.parametrize("folder", ["ro"])
def test_romanian_writes_its_letters_with_commas(folder: str) -> None:
    assert not [form for m in _messages(folder) for form in _forms(m) if re.search("[şţŞŢ]", form)]


def test_the_catalogues_hold_what_the_code_says_today(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    copy = tmp_path / "locale"
    shutil.copytree(LOCALE, copy, ignore=shutil.ignore_patterns("*.mo"))
    monkeypatch.setattr(catalogues, "LOCALE", copy)
    catalogues.update()
    for folder in catalogues.FOLDERS:
        with (copy / folder / "LC_MESSAGES" / "django.po").open("rb") as file:
            fresh = {(m.id, m.context) for m in read_po(file, locale=folder) if m.id}
        kept = {(m.id, m.context) for m in _messages(folder)}
        assert fresh == kept, "run `make messages`"


def test_no_text_is_both_single_and_plural() -> None:
    """Python's gettext finds a text that was also extracted with a plural no more by its singular alone."""
    from babel.messages.extract import extract_from_dir

    single, plural = set(), set()
    for _name, _line, message, _comments, context in extract_from_dir(
        catalogues.PACKAGE, catalogues.METHODS, catalogues.OPTIONS, keywords=catalogues.KEYWORDS
    ):
        (plural if isinstance(message, tuple) else single).add(
            (message[0] if isinstance(message, tuple) else message, context)
        )
    assert not single & plural
