"""Forms of sign-in and of the security page. They read what was typed; services decide."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from salter.accounts.passwords import MixOrSentence
from salter.lib import phones
from salter.lib.refusals import Refused
from salter.pages.forms import Form
from salter.pages.language import Language

__all__ = [
    "ChangePasswordForm",
    "CodeForm",
    "EmailForm",
    "ForgottenForm",
    "LandlineForm",
    "LanguageForm",
    "MobileForm",
    "NewPasswordForm",
    "PhoneField",
    "ProveForm",
    "SecondFactorForm",
    "SignInForm",
    "SignUpForm",
]

PASSWORD_MAX = 1000


class PhoneField(forms.CharField):
    """A telephone number in any usual spelling; its value is E.164."""

    widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"})

    def __init__(self, *, country: str = "RS", only_mobile: bool = False, **kwargs: Any) -> None:
        self.country, self.only_mobile = country, only_mobile
        super().__init__(max_length=40, **kwargs)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return ""
        try:
            number = phones.normalise(text, self.country)
        except Refused as refusal:
            raise forms.ValidationError(str(refusal)) from None
        if self.only_mobile and not phones.is_mobile(number):
            raise forms.ValidationError(_("This is not a mobile number, so it can't get an SMS."))
        return number


class EmailField(forms.EmailField):
    widget = forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"})
    default_error_messages = {"invalid": _("Type an e-mail address like name@example.com.")}


def _password(label: Any, autocomplete: str, **kwargs: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        strip=False,
        max_length=PASSWORD_MAX,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
        **kwargs,
    )


class SignInForm(Form):
    login = forms.CharField(
        label=_("E-mail or phone number"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = _password(_("Password"), "current-password")


class SignUpForm(Form):
    name = forms.CharField(
        label=_("First and last name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = EmailField(label=_("E-mail"), required=False, max_length=254)
    phone = PhoneField(
        label=_("Mobile number"),
        required=False,
        only_mobile=True,
        help_text=_("Give an e-mail address, a mobile number or both. We send you a code."),
    )
    password = _password(_("Password"), "new-password")

    def __init__(self, *args: Any, country: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _set_country(self, country)
        self.fields["password"].help_text = MixOrSentence().get_help_text()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("email") and not data.get("phone") and not {"email", "phone"} & set(self.errors):
            self.add_error("email", _("Give an e-mail address or a mobile number, so that we can send you a code."))
        return data


class CodeForm(Form):
    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class SecondFactorForm(CodeForm):
    """Also takes a recovery code, which has more digits."""


class ForgottenForm(Form):
    login = forms.CharField(
        label=_("E-mail or mobile number"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )


class NewPasswordForm(Form):
    password = _password(_("New password"), "new-password")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = MixOrSentence().get_help_text()


class ChangePasswordForm(NewPasswordForm):
    present = _password(_("Present password"), "current-password")
    end_others = forms.BooleanField(label=_("Sign me out on all other devices"), required=False, initial=True)
    field_order = ["present", "password", "end_others"]


class ProveForm(Form):
    password = _password(_("Password"), "current-password")


class EmailForm(Form):
    email = EmailField(label=_("New e-mail address"), max_length=254)


class MobileForm(Form):
    phone = PhoneField(label=_("New mobile number"), only_mobile=True)

    def __init__(self, *args: Any, country: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _set_country(self, country)


class LandlineForm(Form):
    phone = PhoneField(label=_("Landline"), required=False, help_text=_("Leave it empty to remove the number."))

    def __init__(self, *args: Any, country: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _set_country(self, country)


class LanguageForm(Form):
    language = forms.ChoiceField(label=_("Language of our messages to you"))

    def __init__(self, *args: Any, languages: list[Language], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [(language.code, language.name) for language in languages]  # type: ignore[attr-defined]


def _set_country(form: Form, country: str) -> None:
    field = form.fields["phone"]
    assert isinstance(field, PhoneField)
    field.country = country
