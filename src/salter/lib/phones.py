"""Telephone numbers: stored as E.164, shown as the country's people write them (phonenumbers)."""

import phonenumbers
from django.utils.translation import gettext_lazy as _
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from salter.lib.refusals import Refused

__all__ = ["WrongPhone", "display", "is_mobile", "normalise"]


class WrongPhone(Refused):
    """The text isn't a telephone number that can be reached from anywhere."""


def normalise(text: str, country: str) -> str:
    """Return the number as `+381641234567`; a number without country code is one of `country`.

    Short numbers such as 969 work in one network only and are refused.

    Raises: WrongPhone.
    """
    plain = " ".join(str(text).split())
    if not plain:
        raise WrongPhone(_("Write a phone number."))
    if any(sign.isalpha() for sign in plain) or len(plain) > 40:
        raise WrongPhone(_("A phone number has digits only, for example 064 123 4567 or +381 64 123 4567."))
    try:
        number = phonenumbers.parse(plain, country.upper())
    except NumberParseException:
        raise WrongPhone(_("“%(text)s” is not a phone number."), text=plain) from None
    if not phonenumbers.is_valid_number(number):
        raise WrongPhone(_("There is no phone number %(text)s. Check each digit and the area code."), text=plain)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def is_mobile(e164: str) -> bool:
    """Tell whether an SMS can reach the number, as far as the numbering plan says."""
    try:
        number = phonenumbers.parse(e164, None)
    except NumberParseException:
        return False
    return phonenumbers.number_type(number) in (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


def display(e164: str, country: str) -> str:
    """Return the number for reading: national form at home, international abroad; unknown text as it is."""
    try:
        number = phonenumbers.parse(e164, None)
    except NumberParseException:
        return e164
    home = phonenumbers.region_code_for_number(number) == country.upper()
    return phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL if home else PhoneNumberFormat.INTERNATIONAL)
