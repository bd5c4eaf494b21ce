"""How a person wants to be told."""

from django import forms
from django.utils.translation import gettext_lazy as _

from salter.pages.forms import Form

__all__ = ["PreferenceForm"]


class PreferenceForm(Form):
    """Nothing is required: no box ticked leaves the inbox, which is always on."""

    email = forms.BooleanField(label=_("By e-mail"), required=False)
    sms = forms.BooleanField(label=_("By SMS"), required=False)
    sms_letters = forms.BooleanField(
        label=_("SMS with all letters of my language"),
        help_text=_("Otherwise we write č, ș, ł and Cyrillic in plain Latin letters, which every phone can show."),
        required=False,
    )
