"""Payment references of Serbia ("poziv na broj") with model 97.

The control number stands first: 98 − (base × 100 mod 97), letters counting A = 10 … Z = 35, dashes not at all
(ISO 7064 MOD 97-10). Source: anchors on the payment code, part 4; model 97 of the National Bank of Serbia.
"""

import re

from django.utils.translation import gettext_lazy as _
from stdnum.iso7064 import mod_97_10

from salter.lib.refusals import Refused

__all__ = ["WrongReference", "check_model_97", "format_reference", "is_model_97", "make_model_97"]

_SEPARATORS = re.compile(r"[\s\u00a0-]+")
_MAX_BASE = 20


class WrongReference(Refused):
    """The reference can't be used for a payment."""


def make_model_97(base: str) -> str:
    """Return `97` + control + base, without separators, for a base of at most 20 digits and letters.

    Raises: WrongReference.
    """
    plain = _SEPARATORS.sub("", base).upper()
    if not re.fullmatch(f"[0-9A-Z]{{1,{_MAX_BASE}}}", plain):
        raise WrongReference(_("A payment reference has at most 20 digits and letters A to Z."))
    return f"97{mod_97_10.calc_check_digits(plain)}{plain}"


def check_model_97(text: str) -> str:
    """Return the reference without separators, `97` + control + base.

    Raises: WrongReference when it isn't of model 97 or its control number is wrong.
    """
    plain = _SEPARATORS.sub("", str(text)).upper()
    if not re.fullmatch(f"97[0-9]{{2}}[0-9A-Z]{{1,{_MAX_BASE}}}", plain):
        raise WrongReference(_("A reference of model 97 looks like 97 23 1100000202409."))
    if plain != make_model_97(plain[4:]):
        raise WrongReference(_("The control number of this payment reference is wrong. Check each digit."))
    return plain


def is_model_97(text: str) -> bool:
    """Tell whether the text, with or without spaces and dashes, is a right reference of model 97."""
    try:
        check_model_97(text)
    except WrongReference:
        return False
    return True


def format_reference(reference: str) -> str:
    """Return the reference for reading: `97 23 1100000202409`; any other text as it is."""
    plain = _SEPARATORS.sub("", reference).upper()
    if is_model_97(plain):
        return f"{plain[:2]} {plain[2:4]} {plain[4:]}"
    return reference
