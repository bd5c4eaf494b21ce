"""Serbian from one script to the other, letter by letter.

Cyrillic to Latin has no exceptions. Latin to Cyrillic has three kinds: `nj` and `dž` are two letters where a prefix
or a foreign stem ends between them (in|jekcija, nad|živeti); addresses, placeholders, markup and codes stay as they
are; and some words are written in Latin also in Cyrillic text (PDF, SMS, kWh). All three are lists to be read here.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from cyrtranslit.mapping import TRANSLIT_DICT

__all__ = ["KEPT_WORDS", "serbian_letters", "to_cyrillic", "to_latin"]

_KEPT = """
    PDF QR IPS SMS CSV XLS XLSX DOC DOCX XML JSON HTML CSS URL URI PNG JPG JPEG HEIC SVG TIFF GIF ZIP TXT Parquet
    HTTP HTTPS TLS SSL SMTP TOTP OTP API SQL VPN LAN IP DNS GPS NFC USB SIM PUK CAPTCHA OIDC OAuth SSO
    UTF ISO ASCII Unicode IBAN SWIFT BIC SEPA EPC CMR ADR TIR ECMT EORI EDIFACT UBL
    RSD RON PLN MKD EUR USD CHF GBP
    kWh MWh GWh Wh kW MW GJ MJ kJ kV MB GB kB TB KB px dpi mbar Hz kHz MHz GHz kg km cm mm
    e-mail E-mail email Email mail ID OK Wi-Fi WiFi Bluetooth Chromium Chrome Firefox Safari Edge Android iOS iPhone
    iPad Linux Ubuntu Debian macOS Microsoft Google Apple Excel Word Outlook Gmail Viber Facebook Instagram LinkedIn
    LibreOffice OpenOffice PostgreSQL Python Django Power BI Superset Metabase Docker GitHub Authenticator
    CNP PESEL REGON NIP CF CUI EDB ODT INFO AA WCAG Europe/Belgrade
    Face Touch Enter Tab Esc Ctrl Alt Shift Del online offline
"""
KEPT_WORDS: frozenset[str] = frozenset(_KEPT.split())
"""Written in Latin letters also in Cyrillic text; a case ending after a hyphen is not (PDF-u is PDF-у)."""

# Where two letters meet that otherwise make one. A stem holds for every word that has it inside …
_SPLIT_INSIDE = """
    in|jekc in|jekt in|jici in|jurij kon|jug kon|junk kon|jekt tan|jug van|jezi feld|žandarm ben|jamin
"""
# … or only at its beginning, for inside it would split other words (an|jon, but kanjon; od|žal, but odžak).
_SPLIT_AT_START = """
    an|jon
    nad|žanj nad|ždr nad|žel nad|žet nad|žeo nad|živ nad|žnj nad|žup nad|žanr
    od|žal od|žari od|žde od|žel od|žen od|žet od|žig od|živ od|žmur od|žnj od|žub od|žul od|žva
    pod|žanr pod|žar pod|žbun pod|že pod|žig pod|žil pod|žir pod|živ pod|žiž pod|žnj pod|žup pod|žva
    pred|žel pred|žen pred|žet pred|živ pred|žup
"""


def _splits(stems: str) -> tuple[tuple[str, tuple[int, ...]], ...]:
    found = []
    for stem in stems.split():
        parts = stem.split("|")
        cuts = tuple(sum(map(len, parts[:n])) for n in range(1, len(parts)))
        found.append(("".join(parts), cuts))
    return tuple(found)


_INSIDE = _splits(_SPLIT_INSIDE)
_AT_START = tuple(
    (p + stem, tuple(len(p) + c for c in cuts))
    for stem, cuts in _splits(_SPLIT_AT_START)
    for p in ("", "ne", "po", "naj")
)

_TO_LATIN = str.maketrans(TRANSLIT_DICT["sr"]["tolatin"])
_TO_CYRILLIC = TRANSLIT_DICT["sr"]["tocyrillic"]
_DIGRAPHS = frozenset({"lj", "nj", "dž"})
_CASE_TWIN = {
    "Ǆ": "DŽ",
    "ǅ": "Dž",
    "ǆ": "dž",
    "Ǉ": "LJ",
    "ǈ": "Lj",
    "ǉ": "lj",
    "Ǌ": "NJ",
    "ǋ": "Nj",
    "ǌ": "nj",
    "Ð": "Đ",
    "ð": "đ",
}
_ONE_SIGN = str.maketrans(_CASE_TWIN)

_LETTERS = "A-Za-zÀ-ɏ"
_WORD = re.compile(f"[{_LETTERS}]+")
_LATIN_ONLY = re.compile("[qwxyQWXYà-åè-ïñ-öø-ýÀ-ÅÈ-ÏÑ-ÖØ-Ý]")

_PROTECTED = re.compile(
    r"""
      (?:https?|ftp|mailto|tel|sip):[^\s<>"]+                       # addresses of the web …
    | www\.[^\s<>"]+
    | [\w.+-]+@[\w-]+(?:\.[\w-]+)+                                  # … of mail
    | (?<![\w.])(?:[a-z0-9-]+\.)+(?:rs|com|org|net|gov|edu|eu|info|example|test|local|ro|pl|mk|me)\b(?:/[^\s<>"]*)?
    | (?<!\w)[\w-]+\.(?:csv|xlsx?|pdf|docx?|xml|json|txt|zip|png|jpe?g|heic|svg|parquet|py|html)\b    # file names
    | %\(\w+\)[-+0\x20\#]*\d*(?:\.\d+)?[sdifrxXeEgGcu]             # placeholders of Python …
    | %(?:\d+\$)?[-+0\#]*\d*(?:\.\d+)?[sdifrc](?![a-zšđčćž])
    | \{\{.*?\}\}|\{%.*?%\}|\{[\w.:!>\x20<^,+-]*\}                  # … and of templates
    | </?[a-zA-Z][^<>]*>|<!--.*?-->|&\#?\w+;                        # markup
    | (?<!\w)[A-Z]{2}\x20\d{3,5}-[A-Z]{2}(?!\w)                     # number plates
    | (?<!\w)(?=[\w/-]*\d)(?:[A-Z]{1,5}|\w*\d\w*)(?:[-/](?:[A-Z]{1,5}|\w*\d\w*))*(?!\w)   # codes: A4, m3, RS-NS-1100000
    | (?<!\w)(?=[IVXLC]{2,})(?:X{0,3})(?:IX|IV|V?I{0,3})(?!\w)      # Roman numbers from II on
    | (?<=\d\x20)[hmlA°](?!\w) | (?<=\d)[hm](?!\w) | (?<=\d\u00a0)[hmlA°](?!\w)   # units after a number
    | °C|km/h|m³/h|[mk]?m[²³](?!\w)
    """,
    re.VERBOSE | re.DOTALL,
)


@lru_cache(maxsize=65536)
def serbian_letters(word: str) -> tuple[str, ...]:
    """Return the letters of a Latin word as Serbian counts them: `Njegoš` is Nj-e-g-o-š, `injekcija` has n-j."""
    lower = word.lower()
    cuts: set[int] = set()
    if "nj" in lower or "dž" in lower:
        for stem, at in _INSIDE:
            start = lower.find(stem)
            while start >= 0:
                cuts.update(start + n for n in at)
                start = lower.find(stem, start + 1)
        for stem, at in _AT_START:
            if lower.startswith(stem):
                cuts.update(at)
    letters = []
    position = 0
    while position < len(word):
        pair = lower[position : position + 2]
        size = 2 if pair in _DIGRAPHS and position + 1 not in cuts else 1
        letters.append(word[position : position + size])
        position += size
    return tuple(letters)


def _word_to_cyrillic(word: str) -> str:
    if _LATIN_ONLY.search(word):
        return word
    out = []
    for letter in serbian_letters(word):
        cyrillic = _TO_CYRILLIC.get(letter[0].upper() + letter[1:].lower(), letter)
        out.append(cyrillic if letter[0].isupper() else cyrillic.lower())
    return "".join(out)


@lru_cache(maxsize=32)
def _kept_pattern(keep: frozenset[str]) -> re.Pattern[str]:
    words = sorted(keep, key=lambda word: (-len(word), word))
    return re.compile(r"(?<![\w])(?:" + "|".join(map(re.escape, words)) + r")(?![\w])")


def to_cyrillic(text: str, keep: Iterable[str] = ()) -> str:
    """Return Serbian Latin text in Cyrillic; `keep` names further words that stay Latin, case-sensitive."""
    text = unicodedata.normalize("NFC", text).translate(_ONE_SIGN)
    kept = _kept_pattern(KEPT_WORDS | frozenset(keep))
    out: list[str] = []
    for part, stays in _pieces(text, _PROTECTED):
        if stays:
            out.append(part)
            continue
        for piece, as_is in _pieces(part, kept):
            out.append(piece if as_is else _WORD.sub(lambda match: _word_to_cyrillic(match.group()), piece))
    return "".join(out)


def _pieces(text: str, pattern: re.Pattern[str]) -> Iterable[tuple[str, bool]]:
    position = 0
    for match in pattern.finditer(text):
        yield text[position : match.start()], False
        yield match.group(), True
        position = match.end()
    yield text[position:], False


_CAPITAL_DIGRAPH = re.compile(r"(?<=[A-ZĐŠČĆŽ])(Lj|Nj|Dž)|(Lj|Nj|Dž)(?=[A-ZĐŠČĆŽ])")


def to_latin(text: str) -> str:
    """Return Serbian Cyrillic text in Latin; `ЊЕГОШ` becomes `NJEGOŠ`, `Његош` `Njegoš`."""
    latin = unicodedata.normalize("NFC", text).translate(_TO_LATIN)
    return _CAPITAL_DIGRAPH.sub(lambda match: match.group().upper(), latin)
