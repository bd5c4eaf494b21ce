"""Identifiers of people and companies: check digits, one stored form, and a mask for lists.

Algorithms by python-stdnum; which kind holds where: RL-60 to RL-69. Whether a wrong number is refused or only warned
about is the caller's decision (old registers hold wrong ones). Masking: RL-84.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from stdnum.exceptions import InvalidChecksum, InvalidComponent, ValidationError
from stdnum.mk import edb
from stdnum.pl import nip, pesel, regon
from stdnum.ro import cnp, cui
from stdnum.rs import pib
from stdnum.si import emso

from salter.lib.refusals import Refused

__all__ = ["KINDS", "Kind", "WrongIdentifier", "check", "is_valid", "kinds_for", "label", "mask"]


class WrongIdentifier(Refused):
    """The value can't be a number of that kind; `reason` is format, length, date, part or check_digit."""

    def __init__(self, sentence: Any, *, reason: str = "format", **values: Any) -> None:
        super().__init__(sentence, **values)
        self.reason = reason


@dataclass(frozen=True)
class Kind:
    """One kind of identifier. `personal` ones are about a human being."""

    code: str
    label: Any
    country: str
    lengths: tuple[int, ...]
    personal: bool
    validate: Callable[[str], str] | None
    source: str
    prefixes: tuple[str, ...] = ()


def _cnp(number: str) -> str:
    try:
        return cnp.validate(number)
    except InvalidComponent:
        # The century of a resident foreigner (7, 8, 9) isn't in his number: 29 February 2000 existed, that of 1900 not.
        if number[0] in "789" and number[1:7] == "000229":
            cnp.get_county(number)
            if cnp.calc_check_digit(number[:-1]) != number[-1]:
                raise InvalidChecksum from None
            return number
        raise


KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind("jmbg", _("Personal number (JMBG)"), "RS", (13,), True, emso.validate, "RL-67"),
        Kind("pib", _("Tax number (PIB)"), "RS", (9,), False, pib.validate, "RL-60", ("RS",)),
        # No check digit: the weights that are told of it don't fit known numbers.
        Kind("mb", _("Company number (MB)"), "RS", (8,), False, None, "RL-61"),
        Kind("cnp", _("Personal number (CNP)"), "RO", (13,), True, _cnp, "RL-62"),
        Kind("cf", _("Tax number (CF)"), "RO", tuple(range(2, 11)), False, cui.validate, "RL-63", ("RO",)),
        Kind("pesel", _("Personal number (PESEL)"), "PL", (11,), True, pesel.validate, "RL-64"),
        Kind("nip", _("Tax number (NIP)"), "PL", (10,), False, nip.validate, "RL-65", ("PL",)),
        Kind("regon", _("Company number (REGON)"), "PL", (9, 14), False, regon.validate, "RL-66"),
        Kind("edb", _("Tax number (EDB)"), "MK", (13,), False, edb.validate, "RL-68", ("MK", "МК")),
        Kind("embg", _("Personal number (EMBG)"), "MK", (13,), True, emso.validate, "RL-67"),
    )
}

_SEPARATORS = re.compile(r"[\s\u00a0./‐‑–−-]+")


def _kind(kind: str) -> Kind:
    try:
        return KINDS[kind]
    except KeyError:
        raise ValueError(f"No such kind of identifier: {kind}") from None


def _compact(found: Kind, value: str) -> str:
    plain = _SEPARATORS.sub("", str(value)).upper()
    for prefix in found.prefixes:
        if plain.startswith(prefix):
            return plain[len(prefix) :]
    return plain


def check(kind: str, value: str) -> str:
    """Return the number as it is stored: digits alone, without spaces, dashes and country prefix.

    Raises: WrongIdentifier; ValueError for an unknown kind.
    """
    found = _kind(kind)
    number = _compact(found, value)
    if not number:
        raise WrongIdentifier(_("Write the number."))
    if not re.fullmatch("[0-9]+", number):
        raise WrongIdentifier(_("%(kind)s has digits only."), kind=found.label)
    if len(number) not in found.lengths:
        raise WrongIdentifier(
            _("%(kind)s has %(lengths)s digits; you wrote %(count)s."),
            reason="length",
            kind=found.label,
            lengths=_lengths(found.lengths),
            count=len(number),
        )
    if len(set(number)) == 1 and number[0] == "0":
        raise WrongIdentifier(_("%(kind)s can't be all zeros."), reason="part", kind=found.label)
    if found.validate is None:
        return number
    try:
        return found.validate(number)
    except InvalidComponent:
        raise WrongIdentifier(
            _("%(kind)s begins with a date of birth, and this one has none. Compare it with your document."),
            reason="date",
            kind=found.label,
        ) from None
    except InvalidChecksum:
        raise WrongIdentifier(
            _("The check digit of this number is wrong. Compare each digit with your document."),
            reason="check_digit",
        ) from None
    except ValidationError:
        raise WrongIdentifier(_("This is not a number of the kind %(kind)s."), kind=found.label) from None


def _lengths(lengths: tuple[int, ...]) -> str:
    if len(lengths) > 2:
        return f"{lengths[0]}–{lengths[-1]}"
    return "/".join(map(str, lengths))


def is_valid(kind: str, value: str) -> bool:
    """Tell whether `check` would take the number."""
    try:
        check(kind, value)
    except WrongIdentifier:
        return False
    return True


def mask(kind: str, value: str) -> str:
    """Return the number with only its last four digits readable, and never more than half of it (RL-84)."""
    number = _compact(_kind(kind), value)
    shown = min(4, len(number) // 2)
    return "•" * (len(number) - shown) + number[len(number) - shown :]


_PARTY_KINDS = {
    ("RS", "person"): ("jmbg",),
    ("RS", "company"): ("pib", "mb"),
    ("RO", "person"): ("cnp",),
    ("RO", "company"): ("cf",),
    ("PL", "person"): ("pesel",),
    ("PL", "company"): ("nip", "regon"),
    ("MK", "person"): ("embg",),
    ("MK", "company"): ("edb",),
}


def kinds_for(country: str, party_kind: str) -> tuple[str, ...]:
    """Return the kinds that a person, company or branch of a country has; a branch bears its company's."""
    return _PARTY_KINDS.get((country.upper(), "company" if party_kind == "branch" else party_kind), ())


def label(kind: str) -> str:
    """Return the name of the kind in the active language."""
    return str(_kind(kind).label)
