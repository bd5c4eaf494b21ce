"""An answer typed on the console phone."""

from django import forms
from django.utils.translation import gettext_lazy as _

from salter.pages.forms import Form

__all__ = ["AnswerForm"]


class AnswerForm(Form):
    # Six parts are what most networks join.
    text = forms.CharField(label=_("Answer from this phone"), max_length=918)
