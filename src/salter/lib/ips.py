"""The text of the Serbian instant-payment QR code (NBS IPS QR) and the account numbers in it.

`TAG:value` joined by `|`, in the order below; an empty optional tag is left out. Source: recommendations of the
National Bank of Serbia as noted in the anchors on payment codes, part 4. The code is always made from the open
balance, never from the invoice total.
"""

import re
import unicodedata

from django.utils.translation import gettext_lazy as _
from stdnum.iso7064 import mod_97_10

from salter.lib import references
from salter.lib.refusals import Refused

__all__ = ["WrongPayment", "check_account", "format_account", "payload"]

KINDS = ("PR", "PT", "PK", "EK")
_MAX_MINOR = 9_999_999_999_999_999
_MODELS = ("00", "97", "22", "11")


class WrongPayment(Refused):
    """The payment can't be written as a code; `field` names the part that is wrong."""

    def __init__(self, sentence: object, *, field: str = "", **values: object) -> None:
        super().__init__(sentence, **values)
        self.field = field


def check_account(text: str) -> str:
    """Return the 18 digits of a Serbian account written `840-955845-10`, with or without dashes and zeros.

    Raises: WrongPayment for a wrong form or control number.
    """
    plain = re.sub(r"[\s\u00a0]", "", str(text))
    if match := re.fullmatch(r"([0-9]{3})-([0-9]{1,13})-([0-9]{2})", plain):
        bank, number, control = match.groups()
        plain = f"{bank}{number:0>13}{control}"
    plain = plain.replace("-", "")
    if not re.fullmatch("[0-9]{18}", plain):
        raise WrongPayment(_("An account number has 18 digits or the form 840-955845-10."), field="account")
    if plain[16:] != mod_97_10.calc_check_digits(plain[:16]):
        raise WrongPayment(_("The control number of this account is wrong. Check each digit."), field="account")
    return plain


def format_account(account: str) -> str:
    """Return an account for reading, `840-955845-10`. Raises: WrongPayment."""
    plain = check_account(account)
    return f"{plain[:3]}-{plain[3:16].lstrip('0') or '0'}-{plain[16:]}"


def payload(
    *,
    account: str,
    payee: str,
    amount_minor: int,
    purpose_code: str = "189",
    purpose: str = "",
    payer: str = "",
    reference: str = "",
    kind: str = "PR",
) -> str:
    """Return the text of the code.

    `payee` is name and place in at most three lines, `amount_minor` paras, `reference` the model and number as
    printed (`97 23 1100000202409`). A payer's text that is too long is cut, since it is only a help.

    Raises: WrongPayment, with the field that is wrong.
    """
    if kind not in KINDS:
        raise WrongPayment(_("Unknown kind of payment code."), field="kind")
    tags = [
        ("K", kind),
        ("V", "01"),
        ("C", "1"),
        ("R", check_account(account)),
        ("N", _text("payee", payee, 70, lines=3, needed=True)),
        ("I", _amount(amount_minor)),
        ("P", _text("payer", _cut(payer, 70), 70, lines=3)),
        ("SF", _purpose_code(purpose_code)),
        ("S", _text("purpose", purpose, 35)),
        ("RO", _reference(reference)),
    ]
    return "|".join(f"{tag}:{value}" for tag, value in tags if value)


def _amount(minor: int) -> str:
    if not 1 <= minor <= _MAX_MINOR:
        raise WrongPayment(_("A payment code needs an amount above zero."), field="amount")
    return f"RSD{minor // 100},{minor % 100:02d}"


def _purpose_code(code: str) -> str:
    if not re.fullmatch("[12][0-9]{2}", code):
        raise WrongPayment(_("A payment code number has three digits and begins with 1 or 2."), field="purpose_code")
    return code


def _clean(text: str) -> str:
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line for line in (" ".join(line.split()) for line in lines) if line)


def _cut(text: str, length: int) -> str:
    lines = _clean(text.replace("|", " ")).split("\n")
    return "\n".join([*lines[:2], " ".join(lines[2:])]).strip()[:length].strip()


def _text(field: str, text: str, length: int, *, lines: int = 1, needed: bool = False) -> str:
    plain = _clean(text)
    if needed and not plain:
        raise WrongPayment(_("The payee's name is missing."), field=field)
    if "|" in plain or any(unicodedata.category(sign) == "Cc" and sign != "\n" for sign in plain):
        raise WrongPayment(_("The sign | can't stand in a payment code."), field=field)
    if len(plain) > length:
        raise WrongPayment(_("This text may have at most %(length)s characters."), field=field, length=length)
    if plain.count("\n") >= lines:
        raise WrongPayment(_("This text has too many lines."), field=field)
    return plain


def _reference(text: str) -> str:
    plain = re.sub(r"[\s\u00a0]", "", text).upper()
    if not plain:
        return ""
    model = plain[:2]
    if model == "97":
        try:
            return references.check_model_97(plain)
        except references.WrongReference as error:
            raise WrongPayment(error.sentence, field="reference", **error.values) from None
    if model not in _MODELS or not re.fullmatch("[0-9]{2}[0-9A-Z-]{1,23}", plain) or not plain[2:].strip("-"):
        raise WrongPayment(_("A payment reference begins with its model: 00, 11, 22 or 97."), field="reference")
    return plain
