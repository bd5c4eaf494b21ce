"""Money: whole minor units (paras, bani, grosze, deni) inside, text by the reader's language outside.

Every amount is shown with two decimals, although CLDR writes Serbian dinars without (RL-101), with the minus sign
and no-break spaces. Sources: RL-100, RL-101, RL-102.
"""

import re
from decimal import Decimal
from typing import NamedTuple

from babel.numbers import format_decimal, get_currency_symbol
from django.utils.translation import gettext_lazy as _

from salter.lib.languages import active_language, known_language, locale_of
from salter.lib.refusals import Refused

__all__ = [
    "MAX_MINOR",
    "MoneyParts",
    "NotAnAmount",
    "currency_symbol",
    "format_money",
    "format_number",
    "from_minor",
    "parse_amount",
    "plain_amount",
    "split_money",
    "to_minor",
]

MAX_MINOR = 9_999_999_999_999_999
"""The largest amount that the Serbian payment code can carry; far below what a BigInteger holds."""

MINUS = "−"
_MINUSES = ("-", "−", "–")
_TWO = Decimal("0.01")
# Thousands are set apart by spaces of all widths, and by apostrophes.
_SPACES = re.compile(r"(?:\s|['’])+")
_CURRENCY = r"(?:RSD|RON|PLN|MKD|EUR|din\.?|дин\.?|lei|leu|zł|zl|ден\.?|den\.?|€)"
_AROUND = re.compile(rf"^{_CURRENCY}\s*|(?<=[0-9\s.,-]){_CURRENCY}$", re.IGNORECASE)
_NUMBER = re.compile(r"([0-9]{1,3}(?:([ .,])[0-9]{3})(?:\2[0-9]{3})*|[0-9]+)(?:([.,])([0-9]{1,2})?)?")
# CLDR writes RON in Romanian, but nobody there says so (RL-100).
_SYMBOLS = {("ro", "RON"): "lei"}


class NotAnAmount(Refused):
    """The text isn't a sum of money."""


class MoneyParts(NamedTuple):
    """An amount and its currency apart, for templates that set them in different type."""

    amount: str
    currency: str
    currency_first: bool


def parse_amount(text: str) -> int:
    """Return the minor units of an amount as people and back offices write it.

    The sign after which one or two digits stand at the end is the decimal one, comma or dot; groups of three are
    thousands. `1.234` is therefore one thousand, as in all our locales, because no amount has three decimals; but
    `1,234` is refused: to one it is a thousand, to another a little over one.

    Raises: NotAnAmount.
    """
    plain = _AROUND.sub("", _SPACES.sub(" ", str(text).strip())).strip()
    negative = plain[:1] in _MINUSES
    if negative or plain[:1] == "+":
        plain = _AROUND.sub("", plain[1:].strip())
    elif plain[-1:] in _MINUSES:  # ledgers print 100,00-
        negative, plain = True, plain[:-1].strip()
    if not plain:
        raise NotAnAmount(_("Write an amount, for example 1.234,50."))
    digits = _decimal_form(plain)
    if digits is None:
        raise NotAnAmount(_("“%(text)s” is not an amount. Write it like 1.234,50."), text=str(text).strip()[:40])
    minor = int(Decimal(digits) * 100)
    if minor > MAX_MINOR:
        raise NotAnAmount(_("This amount is too large. Check the number of digits."))
    return -minor if negative else minor


def _decimal_form(plain: str) -> str | None:
    """Return `1234.50` for any accepted spelling, None for all else."""
    match = _NUMBER.fullmatch(plain)
    if match is None:
        return None
    whole, mark, decimal_mark, decimals = match.groups()
    if mark:
        if decimal_mark == mark or whole.startswith("0"):
            return None
        if mark == "," and whole.count(",") == 1 and not decimal_mark:
            return None
        whole = whole.replace(mark, "")
    return f"{whole}.{decimals or '0'}"


def from_minor(minor: int) -> Decimal:
    """Return the amount in whole currency with two decimals."""
    return Decimal(minor).scaleb(-2).quantize(_TWO)


def to_minor(amount: Decimal | int) -> int:
    """Return the minor units of an exact amount. Raises: NotAnAmount when it has more than two decimals."""
    minor = Decimal(amount) * 100
    if minor != minor.to_integral_value():
        raise NotAnAmount(_("An amount has at most two decimals."))
    return int(minor)


def plain_amount(minor: int) -> str:
    """Return `-1234.50`, the form of files and interfaces."""
    return f"{from_minor(minor):f}"


def currency_symbol(currency: str, language: str | None = None) -> str:
    """Return what stands beside an amount: RSD, lei, zł, ден., €."""
    own = _SYMBOLS.get((known_language(language) if language else active_language(), currency))
    return own or get_currency_symbol(currency, locale=locale_of(language))


def format_number(value: Decimal | float, language: str | None = None, decimals: int | None = None) -> str:
    """Return a number by the language's rules; `decimals` forces that many."""
    locale = locale_of(language)
    exact = Decimal(str(value)) if isinstance(value, float) else value
    if decimals is None:
        text = format_decimal(exact, locale=locale, decimal_quantization=False, group_separator=True)
    else:
        text = format_decimal(exact, format="#,##0" + ("." + "0" * decimals if decimals else ""), locale=locale)
    return text.replace("-", MINUS, 1) if text.startswith("-") else text


def split_money(minor: int, currency: str, language: str | None = None) -> MoneyParts:
    """Return amount and currency apart; see `format_money` for the whole."""
    pattern = locale_of(language).currency_formats["standard"].pattern
    amount = format_number(from_minor(minor), language, decimals=2)
    return MoneyParts(amount, currency_symbol(currency, language), pattern.startswith("¤"))


def format_money(minor: int, currency: str, language: str | None = None) -> str:
    """Return an amount with its currency, always two decimals: `8.642,17 RSD`, `−1 164,80 zł`, `RSD 12.00`."""
    amount, symbol, first = split_money(minor, currency, language)
    if not first:
        return f"{amount}\u00a0{symbol}"
    sign, amount = (MINUS, amount[1:]) if amount.startswith(MINUS) else ("", amount)
    gap = "\u00a0" if symbol[-1:].isalpha() else ""
    return f"{sign}{symbol}{gap}{amount}"
