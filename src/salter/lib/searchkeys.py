"""Keys to find and to sort names by, made once and stored, for the database knows no alphabet of ours.

`search_key` folds case, accents and script, so that `djordjevic`, `dordevic`, `Đorđević` and `Ђорђевић` are one.
`sort_key` gives a text whose bytes stand in the order of an alphabet (COLLATE "C"). Both hold letters, digits and
spaces only as far as LIKE is concerned: a search key needs no escaping.
"""

import re
import unicodedata
from functools import cache

from salter.lib.translit import serbian_letters

__all__ = ["ALPHABETS", "search_key", "sort_key"]

# Letters that Unicode doesn't take apart.
_PLAIN = {
    "đ": "d", "ð": "d", "ł": "l", "ø": "o", "æ": "ae", "œ": "oe", "þ": "th", "ħ": "h", "ı": "i", "ŀ": "l", "ŋ": "n",
}  # fmt: skip
_CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "ђ": "đ", "е": "e", "ж": "ž", "з": "z", "и": "i", "ј": "j",
    "к": "k", "л": "l", "љ": "lj", "м": "m", "н": "n", "њ": "nj", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t",
    "ћ": "ć", "у": "u", "ф": "f", "х": "h", "ц": "c", "ч": "č", "џ": "dž", "ш": "š",
    "ѓ": "gj", "ќ": "kj", "ѕ": "dz",
    "й": "j", "щ": "št", "ъ": "", "ы": "i", "ь": "", "э": "e", "ю": "ju", "я": "ja", "і": "i", "ї": "ji", "є": "je",
    "ґ": "g", "ў": "u",
}  # fmt: skip


def _strip_marks(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def _fold(sign: str) -> str:
    return "".join(_PLAIN.get(c, c) for c in _strip_marks(_CYRILLIC.get(sign, sign)))


# All small letters that our languages and their neighbours use, so that only rarer ones need taking apart.
_FOLD = {ord(c): _fold(c) for c in map(chr, (*range(0xDF, 0x250), *range(0x430, 0x4A0), *range(0x1E00, 0x1F00)))}
_APOSTROPHES = str.maketrans("", "", "'’‘ʼ`´′")
_BETWEEN_WORDS = re.compile(r"[\W_]+")
# Đ is typed đ, d and dj; Macedonian ѓ and ќ are gj, g and kj, k: all meet in the shortest. Told once for both sides of
# the comparison, it can only find more, never less.
_SHORTEST = re.compile(r"([dgk])j")


def search_key(text: str) -> str:
    """Return the folded form to compare and to search in: Latin, lower case, no accents, single spaces.

    Punctuation parts words (`351-123/2026` is three), an apostrophe doesn't (`O'Neil` is one).
    """
    folded = text.translate(_APOSTROPHES).casefold()
    if not folded.isascii():
        folded = unicodedata.normalize("NFKC", folded).casefold().translate(_FOLD)
        if not folded.isascii():
            folded = _strip_marks(folded).translate(_FOLD)
    folded = _BETWEEN_WORDS.sub(" ", folded).strip()
    return _SHORTEST.sub(r"\1", folded)


# ------------------------------------------------------------------------------------------------------------- sorting

# Serbian in Latin is weighed by its Cyrillic letters, for љ is one sign where lj is two.
_ORDERS = {
    "en": "abcdefghijklmnopqrstuvwxyz",
    "ro": "aăâbcdefghiîjklmnopqrsștțuvwxyz",
    "pl": "aąbcćdeęfghijklłmnńoópqrsśtuvwxyzźż",
    "sr-Latn": "абцчћдџђефгхијклљмнњопqрсштувwxyзж",
    "sr-Cyrl": "абвгдђежзијклљмнњопрстћуфхцчџш",
    "mk": "абвгдѓежзѕијклљмнњопрстќуфхцчџш",
}
ALPHABETS: tuple[str, ...] = tuple(_ORDERS)

_TO_SERBIAN_CYRILLIC = {latin: cyrillic for cyrillic, latin in _CYRILLIC.items() if cyrillic in _ORDERS["sr-Cyrl"]}
_FOREIGN_LATIN = {"q": "к", "w": "в", "x": "кс", "y": "и"}
_TO_ALPHABET: dict[str, dict[str, str]] = {
    "sr-Latn": {"ѓ": "ђ", "ќ": "ћ", "ѕ": "дз"},
    "sr-Cyrl": {"ѓ": "ђ", "ќ": "ћ", "ѕ": "дз"} | _FOREIGN_LATIN,
    "mk": {"ђ": "ѓ", "ћ": "ќ", "đ": "ѓ", "ć": "ќ"} | _FOREIGN_LATIN,
    # Cedillas of old Romanian data stand for the comma below.
    "ro": {"ş": "ș", "ţ": "ț"},
    "pl": {},
    "en": {},
}
_MACEDONIAN_PAIRS = re.compile("gj|kj|lj|nj|dž")
_MACEDONIAN_PAIR = {"gj": "ѓ", "kj": "ќ", "lj": "љ", "nj": "њ", "dž": "џ"}

_TOKENS = re.compile(r"[0-9]+|[^\W\d_]+|[\W_]+|\d")
_PRIMARY_LIMIT = 200
_TIE_LIMIT = 100


@cache
def _weights(alphabet: str) -> dict[str, str]:
    return {letter: chr(0x41 + place) for place, letter in enumerate(_ORDERS[alphabet])}


def _digits(run: str) -> str:
    """Return a number so that 9 stands before 10: its length, then itself; leading zeros don't count."""
    run = run.lstrip("0") or "0"
    return "@" * ((len(run) - 1) // 15) + chr(0x30 + (len(run) - 1) % 15 + 1) + run


def _letters(word: str, alphabet: str) -> str:
    """Return the word in letters of the alphabet, foreign ones as the nearest."""
    own = _weights(alphabet)
    nearest = _TO_ALPHABET[alphabet]
    out = []
    if alphabet in ("sr-Latn", "sr-Cyrl"):
        word = "".join(_TO_SERBIAN_CYRILLIC.get(letter, letter) for letter in serbian_letters(word))
    elif alphabet == "mk":
        word = _MACEDONIAN_PAIRS.sub(lambda pair: _MACEDONIAN_PAIR[pair.group()], word)
        word = "".join(_TO_SERBIAN_CYRILLIC.get(c, c) if nearest.get(c) is None else c for c in word)
    else:
        word = "".join(_CYRILLIC.get(c, c) for c in word)
    for sign in word:
        if sign in own:
            out.append(sign)
        elif sign in nearest:
            out.append(nearest[sign])
        else:
            bare = _strip_marks(sign)
            plain = "".join(_PLAIN.get(c, c) for c in bare)
            if alphabet in ("sr-Latn", "sr-Cyrl", "mk"):
                plain = "".join(c if c in own else nearest.get(c) or _TO_SERBIAN_CYRILLIC.get(c, c) for c in plain)
            out.append(plain)
    return "".join(out)


def sort_key(text: str, alphabet: str) -> str:
    """Return a text to compare bytewise (COLLATE "C"), in the order of the alphabet.

    Words compare letter by letter and before longer ones, case and punctuation don't count, numbers go by value.
    Letters of other alphabets stand with the nearest of this one; whole names in the other script stand among ours.
    Where all that is equal, the text itself decides, plain letters before accented ones.

    `alphabet` is one of ALPHABETS. Raises: ValueError for another.
    """
    if alphabet not in _ORDERS:
        raise ValueError(f"No such alphabet: {alphabet}")
    folded = unicodedata.normalize("NFKC", text).casefold()
    folded = unicodedata.normalize("NFC", folded).translate(_APOSTROPHES)
    weights = _weights(alphabet)
    key = []
    for token in _TOKENS.findall(folded):
        if token[0].isascii() and token[0].isdigit():
            key.append(_digits(token))
        elif token[0].isalpha():
            key.append("".join(weights.get(letter, letter) for letter in _letters(token, alphabet)))
        else:
            key.append(" ")
    primary = "".join(key).strip()[:_PRIMARY_LIMIT]
    tie = " ".join(folded.replace("\x00", "").split())[:_TIE_LIMIT]
    return f"{primary}\x01{tie}"
