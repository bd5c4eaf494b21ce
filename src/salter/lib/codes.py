"""Codes that people copy from paper: activation codes, one-time codes, recovery codes.

Letters that look like digits aren't used, and what people type instead (O for 0, I and L for 1, Cyrillic look-alikes)
is read as meant. Codes of digits alone end with a check digit (Damm), which finds every single wrong digit and every
swap of neighbours, so that a typing error doesn't cost one of the few attempts.
"""

import re
import secrets

from stdnum import damm

__all__ = ["ALPHABET", "format_code", "has_check_digit", "make_code", "make_digit_code", "normalise_code"]

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's 32 signs: no I, L, O, U."""

_MEANT = str.maketrans(
    {"O": "0", "I": "1", "L": "1"} | dict(zip("АВСЕНЈКМОРЅТХ", "ABCEHJKM0PSTX", strict=True)) | {"І": "1"}
)


def make_code(groups: int = 3, size: int = 4) -> str:
    """Return a random code such as `7KQ2-M0ZX-9RWB`: 5 bits a sign."""
    return format_code("".join(secrets.choice(ALPHABET) for _ in range(groups * size)), size)


def make_digit_code(groups: int = 3, size: int = 4) -> str:
    """Return a random code of digits such as `4071-9263-5584`, whose last one is a check digit."""
    body = "".join(secrets.choice("0123456789") for _ in range(groups * size - 1))
    return format_code(body + damm.calc_check_digit(body), size)


def normalise_code(text: str) -> str:
    """Return the code as it is compared: capital letters and digits, no separators, look-alikes as meant."""
    return re.sub(r"[\W_]+", "", str(text)).upper().translate(_MEANT)


def has_check_digit(text: str) -> bool:
    """Tell whether the text is digits alone, ending with the right check digit."""
    plain = normalise_code(text)
    return bool(re.fullmatch("[0-9]{2,}", plain)) and damm.is_valid(plain)


def format_code(code: str, size: int = 4) -> str:
    """Return the code in groups, for paper."""
    plain = normalise_code(code)
    return "-".join(plain[start : start + size] for start in range(0, len(plain), size))
