"""Which encoding is a text file in?

A byte order mark or valid UTF-8 settles it. Otherwise the words that hold bytes above 127 are read in each of the
encodings that offices of our countries use, and the reading wins whose letters are those of one of our languages: a
Serbian word read as Windows-1250 has š where ISO-8859-2 shows a control character.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

__all__ = ["LABELS", "Detected", "detect", "score"]

# Earlier is commoner; a tie goes to the earlier one.
CANDIDATES = ("cp1250", "cp1251", "iso8859-2", "cp1252", "cp852", "iso8859-5", "cp855")

LABELS = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 (BOM)",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
    "cp1250": "Windows-1250",
    "cp1251": "Windows-1251",
    "cp1252": "Windows-1252",
    "iso8859-2": "ISO-8859-2",
    "iso8859-5": "ISO-8859-5",
    "cp852": "CP852",
    "cp855": "CP855",
}

# Letters outside ASCII of each language that a register of ours may be written in.
_LETTERS = {
    "sr-latn": "čćđšž",
    "sr": "абвгдђежзијклљмнњопрстћуфхцчџш",
    "mk": "абвгдѓежзѕијклљмнњопрстќуфхцчџшѐѝ",
    "ro": "ăâîșțşţ",
    "pl": "ąćęłńóśźż",
    "hu": "áéíóöőúüű",
    "sk": "áäčďéíĺľňóôŕšťúýž",
    "de": "äöüß",
    "west": "àáâãçèéêëìíîïñòóôõùúûüýœæøå",
}
# A language of our counters is likelier than a neighbour's, a neighbour's likelier than one from afar.
_PRIOR = {"sr-latn": 1.0, "sr": 1.0, "mk": 0.98, "ro": 1.0, "pl": 1.0, "hu": 0.9, "sk": 0.85, "de": 0.8, "west": 0.7}
_HARMLESS = set("€„“”‚‘’–—…§°«»©®™²³№ \xa0")

_WORD = re.compile(rb"[A-Za-z\x80-\xff]*[\x80-\xff][A-Za-z\x80-\xff]*")
_CHUNK = 4 << 20
_SAMPLE_WORDS = 20_000


@dataclass(frozen=True, slots=True)
class Detected:
    """`encoding` as Python names it; `certain` when a mark or the bytes themselves settle it."""

    encoding: str
    certain: bool

    @property
    def label(self) -> str:
        return LABELS.get(self.encoding, self.encoding)


def detect(path: Path, *, known: Collection[str] = (), languages: Collection[str] = ()) -> Detected:
    """Find the encoding of the text file at `path`, reading it once.

    `known` are words that the file is likely to hold as they are (column names with their accents); `languages` those
    of the institution, which decide between readings that are equally good.
    """
    with path.open("rb") as file:
        head = file.read(4096)
        if marked := _by_mark(head):
            return marked
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        valid, words = True, Counter[bytes]()
        rest = b""
        while chunk := file.read(_CHUNK):
            if valid:
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError:
                    valid = False
            if len(words) < _SAMPLE_WORDS and not chunk.isascii():
                data = rest + chunk
                words.update(_WORD.findall(data))
                tail = re.search(rb"[A-Za-z\x80-\xff]*\Z", data)
                rest = tail.group()[-200:] if tail else b""
        if valid:
            try:
                decoder.decode(b"", final=True)
                return Detected("utf-8", True)
            except UnicodeDecodeError:
                pass
    return Detected(_best(words, head, known, languages), False)


def _by_mark(head: bytes) -> Detected | None:
    if head.startswith(codecs.BOM_UTF8):
        return Detected("utf-8-sig", True)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Detected("utf-16", True)
    # UTF-16 without a mark: every second byte of Latin text is nought.
    even, odd = head[0::2], head[1::2]
    if len(head) >= 8:
        if odd.count(0) > 0.3 * len(odd) and even.count(0) < 0.05 * len(even):
            return Detected("utf-16-le", True)
        if even.count(0) > 0.3 * len(even) and odd.count(0) < 0.05 * len(odd):
            return Detected("utf-16-be", True)
    return None


def _best(words: Counter[bytes], head: bytes, known: Collection[str], languages: Collection[str]) -> str:
    known_folded = {word.lower() for word in known if not word.isascii()}
    return max(
        CANDIDATES,
        key=lambda encoding: (
            round(score(words, encoding, languages) + _known_in(head, encoding, known_folded), 4),
            -CANDIDATES.index(encoding),
        ),
    )


def _known_in(head: bytes, encoding: str, known: Collection[str]) -> float:
    """How many of the known names stand in the first line, as far as they have letters outside ASCII."""
    line = head.decode(encoding, errors="replace").lower().splitlines()[:1]
    return 0.2 * min(5, sum(word in line[0] for word in known)) if line else 0.0


def score(words: Counter[bytes], encoding: str, languages: Collection[str] = ()) -> float:
    """Of 1: how well the words read as one language in this encoding."""
    letters, odd, total = Counter[str](), 0, 0
    for word, count in words.items():
        text = word.decode(encoding, errors="replace")
        for before, letter in zip(" " + text, text, strict=False):
            if letter.isascii():
                continue
            total += count
            if letter in _HARMLESS:
                continue
            # A capital after a small letter, or two scripts in one word: no language writes so.
            mixed = before.isascii() and before.isalpha() and "\u0400" <= letter <= "\u04ff"
            if (letter.isupper() and before.islower()) or mixed:
                odd += count
            letters[letter.lower()] += count
    if not total:
        return 0.0
    best = 0.0
    for language, alphabet in _LETTERS.items():
        inside = sum(count for letter, count in letters.items() if letter in alphabet)
        harmless = total - sum(letters.values())
        bonus = 0.02 if language in languages else 0.0
        best = max(best, _PRIOR[language] * (inside + 0.5 * harmless - odd) / total + bonus)
    return best
