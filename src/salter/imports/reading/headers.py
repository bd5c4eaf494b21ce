"""Matching the names in a file's header to the columns of a register."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Mapping, Sequence

from django.utils import translation

from salter.imports.types import Column, Register

__all__ = ["fold", "known_names", "match", "score"]

_APART = str.maketrans(
    {"đ": "dj", "ł": "l", "ß": "ss", "ø": "o", "æ": "ae"}
    # Serbian and Macedonian Cyrillic, letter by letter.
    | dict(zip("абвгдезијклмнопрстћуфхцчш", "abvgdezijklmnoprstcufhccs", strict=True))
    | {
        "ђ": "dj",
        "ж": "z",
        "љ": "lj",
        "њ": "nj",
        "џ": "dz",
        "ѓ": "gj",
        "ќ": "kj",
        "ѕ": "dz",
        "ѐ": "e",
        "ѝ": "i",
        "й": "j",
    }
)


@functools.lru_cache(maxsize=4096)
def fold(name: str) -> str:
    """The name without case, accents, script and punctuation."""
    text = name.lower().translate(_APART)
    text = unicodedata.normalize("NFKD", text)
    return re.sub(r"[^a-z0-9]", "", text)


def _spellings(column: Column) -> set[str]:
    names = {column.code, *column.aliases, str(column.label)}
    for language in ("en", "sr-latn", "ro", "pl", "mk"):
        with translation.override(language):
            names.add(str(column.label))
    return {folded for name in names if (folded := fold(name))}


def known_names(register: Register) -> list[str]:
    """Every name under which a file may hold a column, with its accents."""
    return [name for column in register.columns for name in column.aliases]


def match(register: Register, header: Sequence[str], wanted: Mapping[str, str] | None = None) -> dict[str, int]:
    """Position in the header of each column found.

    `wanted` is a stored mapping, column code to name in the file; what it doesn't name is matched by spelling. A name
    that is blank in `wanted` means: leave this column out.
    """
    folded = [fold(name) for name in header]
    found: dict[str, int] = {}
    taken: set[int] = set()
    for code, name in (wanted or {}).items():
        position = next((i for i, cell in enumerate(header) if cell == name), None)
        if position is None and fold(name) in folded:
            position = folded.index(fold(name))
        if name and position is not None and any(column.code == code for column in register.columns):
            found[code] = position
            taken.add(position)
    left_out = {code for code, name in (wanted or {}).items() if not name}
    for column in register.columns:
        if column.code in found or column.code in left_out:
            continue
        spellings = _spellings(column)
        position = next((i for i, cell in enumerate(folded) if i not in taken and cell in spellings), None)
        if position is not None:
            found[column.code] = position
            taken.add(position)
    return found


def score(register: Register, header: Sequence[str], wanted: Mapping[str, str] | None = None) -> float:
    """How many columns a row would match as the header; required ones weigh double."""
    if len(header) > 500:
        return 0.0
    required = {column.code for column in register.columns if column.required}
    return float(sum(2 if code in required else 1 for code in match(register, header, wanted)))
