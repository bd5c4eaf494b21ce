"""Length and letters of text messages (Source: RL-113, RL-114; 3GPP TS 23.038)."""

import re

from django.utils.translation import gettext_lazy as _

from salter.sms.types import Encoding, Parts

__all__ = ["check_sender", "fits_gsm7", "parts", "plain"]

_SENDER = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 .&-]{2,11}|\+?[0-9]{3,15}")
# Networks refuse names that say nothing about who sends.
_GENERAL_NAMES = frozenset({"info", "sms", "service", "notice", "message", "infosms", "test"})

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Each is an escape and a letter: two septets that must stay in one part.
_EXTENDED = frozenset("\f^{}\\[~]|€")

_SINGLE = {Encoding.GSM7: 160, Encoding.UCS2: 70}
_JOINED = {Encoding.GSM7: 153, Encoding.UCS2: 67}


def _pairs(text: str) -> dict[str, str]:
    """Read "šs đdj": a letter and what it becomes."""
    return {pair[0]: pair[1:] for pair in text.split()}


_CYRILLIC = _pairs(
    "аa бb вv гg дd ђdj еe жz зz иi јj кk лl љlj мm нn њnj оo пp рr сs тt ћc уu фf хh цc чc џdz шs ѓgj ѕdz ќkj ѐe ѝi"
)
_LATIN = _pairs(
    "šs đdj čc ćc žz șs şs țt ţt ăa âa îi ąa ęe łl óo ńn śs źz żz áa íi úu őo űu ýy ěe řr ůu ďd ťt ňn ľl ĺl ŕr ôo ëe "
    "ïi çc ãa õo êe ûu āa ēe īi ūu ģg ķk ļl ņn"
)
_SIGNS = (
    dict.fromkeys("„“”«»‟", '"')
    | dict.fromkeys("‘’‚‹›`´", "'")
    | dict.fromkeys("–—−‑‐·", "-")
    | dict.fromkeys("\u00a0\u202f\u2009\u2007\t", " ")
    | dict.fromkeys("\u00ad\u200b", "")
    | {"…": "...", "°": "", "²": "2", "³": "3", "×": "x", "№": "br.", "•": "*"}
)


def _with_capitals(letters: dict[str, str]) -> dict[str, str]:
    return letters | {small.upper(): plain_text.capitalize() for small, plain_text in letters.items()}


_PLAIN = str.maketrans(_with_capitals(_CYRILLIC) | _with_capitals(_LATIN) | _SIGNS)
_ALL_CAPITALS = {small.upper(): to.upper() for small, to in (_CYRILLIC | _LATIN).items() if len(to) > 1}


def plain(text: str) -> str:
    """Return the text in Latin letters without marks, so that it needs as few parts as can be.

    What has no plain form, such as a letter of another script, is left: it costs a longer message, not a lost word.
    """
    characters = []
    for index, character in enumerate(text):
        # ЉУБАВ is LJUBAV, Љубав is Ljubav: the letter after it tells, or the one before at the end of a word.
        if character in _ALL_CAPITALS:
            beside = text[index + 1 : index + 2] or text[max(index - 1, 0) : index]
            if not beside.isalpha():
                beside = text[max(index - 1, 0) : index]
            if beside.isupper():
                characters.append(_ALL_CAPITALS[character])
                continue
        characters.append(character)
    return "".join(characters).translate(_PLAIN)


def fits_gsm7(text: str) -> bool:
    """Say whether every character is in the 7-bit alphabet or its extension."""
    return all(character in _BASIC or character in _EXTENDED for character in text)


def parts(text: str) -> Parts:
    """Count what a text costs: 160 septets alone or 153 a part, 70 units alone or 67 a part.

    A part never ends within an escaped character or a surrogate pair, so a part may hold one unit less.
    """
    encoding = Encoding.GSM7 if fits_gsm7(text) else Encoding.UCS2
    if encoding == Encoding.GSM7:
        sizes = [2 if character in _EXTENDED else 1 for character in text]
    else:
        sizes = [2 if ord(character) > 0xFFFF else 1 for character in text]
    units = sum(sizes)
    if units <= _SINGLE[encoding]:
        return Parts(encoding, units, 1, _SINGLE[encoding] - units)
    room = _JOINED[encoding]
    count, used = 1, 0
    for size in sizes:
        if used + size > room:
            count, used = count + 1, 0
        used += size
    return Parts(encoding, units, count, room - used)


def check_sender(value: str) -> None:
    """Check the sender of an institution; empty takes the installation's. **Raises** ValueError. Source: RL-115."""
    if not value:
        return
    if not _SENDER.fullmatch(value):
        raise ValueError(_("Use at most 11 letters and digits without accents, or a number."))
    if value.strip().lower() in _GENERAL_NAMES:
        raise ValueError(_("Networks refuse general names such as INFO. Use the name of your institution."))
