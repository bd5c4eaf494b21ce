"""Forms of the portal: the two ways to prove that a customer number is one's own."""

from django import forms
from django.utils.translation import gettext_lazy as _

from salter.pages.forms import AmountField, Form

__all__ = ["LinkByBillForm", "LinkByCodeForm"]


class LinkByCodeForm(Form):
    """Customer number and the activation code of the last bill."""

    number = forms.CharField(
        label=_("Customer number"), max_length=30, help_text=_("It stands at the top of every bill.")
    )
    code = forms.CharField(
        label=_("Activation code"),
        max_length=40,
        help_text=_("It is printed on your last bill, in the box “Your counter on the Internet”."),
    )


class LinkByBillForm(Form):
    """Customer number, number and amount of a recent bill."""

    number = forms.CharField(
        label=_("Customer number"), max_length=30, help_text=_("It stands at the top of every bill.")
    )
    bill = forms.CharField(label=_("Number of a recent bill"), max_length=40)
    amount = AmountField(label=_("Amount of that bill"), help_text=_("For example 4.732,35"))
