"""Forms of the desk about cases and customers."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from salter.cases.forms import KindForm, ReplyForm
from salter.cases.types import Applicant, Channel, Priority
from salter.lib import phones
from salter.lib.refusals import Refused
from salter.lib.texts import pick
from salter.pages.forms import DateField, Form
from salter.pages.language import offered_languages
from salter.parties.types import Scope

__all__ = ["AnswerForm", "AssignForm", "ExtendForm", "LinkForm", "NoteForm", "PurposeForm", "StepForm", "WalkInForm"]


class VersionedForm(Form):
    """A form about a case that somebody else may change meanwhile: carries the version that its writer saw."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)


class AnswerForm(ReplyForm):
    """Words to the customer, files, and the step that goes with them; a refused form keeps the files too."""

    def __init__(self, request: HttpRequest, now: datetime, *, steps: list[Any], **kwargs: Any) -> None:
        super().__init__(request, now, **kwargs)
        self.fields["text"] = forms.CharField(
            label=_("Answer to the customer"), widget=forms.Textarea(attrs={"rows": "7"}), max_length=20_000
        )
        self.fields["text"].error_messages["required"] = self.required_message(self.fields["text"])
        self.fields["to_status"] = forms.ChoiceField(
            label=_("And then"),
            required=False,
            choices=[
                ("", _("leave the status as it is")),
                *((step.to_status.code, pick(step.labels) or pick(step.to_status.labels)) for step in steps),
            ],
        )
        self.fields["version"] = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
        self.order_fields(["version", "text", "kept", "files", "to_status"])


class NoteForm(VersionedForm):
    """A note that only staff see."""

    text = forms.CharField(label=_("Internal note"), widget=forms.Textarea(attrs={"rows": "5"}), max_length=20_000)


class StepForm(VersionedForm):
    """A step without words to the customer."""

    to_status = forms.CharField(max_length=40, widget=forms.HiddenInput)


class AssignForm(VersionedForm):
    """Who handles the case from now on, and how pressing it is."""

    assignee = forms.ChoiceField(label=_("Handled by"), required=False)
    unit = forms.ChoiceField(label=_("Unit"), required=False)
    priority = forms.ChoiceField(label=_("Priority"), choices=Priority.choices)
    note = forms.CharField(
        label=_("Word to the colleague"),
        help_text=_("The customer doesn't see it."),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": "2"}),
    )

    def __init__(self, *args: Any, colleagues: list[Any], units: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assignee"].choices = [("", _("nobody yet")), *((str(m.pk), m.user.name) for m in colleagues)]  # type: ignore[attr-defined]
        self.fields["unit"].choices = [("", "–"), *((str(u.pk), pick(u.name)) for u in units)]  # type: ignore[attr-defined]


class ExtendForm(VersionedForm):
    """A later deadline with its reason, once."""

    due_on = DateField(label=_("New deadline"))
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("The customer reads it."),
        widget=forms.Textarea(attrs={"rows": "3"}),
        max_length=2000,
    )


class PurposeForm(Form):
    """Why the clerk opens a person's file."""

    REASONS = (
        ("caller", _("The customer calls or stands at the window")),
        ("case", _("I am working on a case")),
        ("check", _("Check of the register data")),
        ("other", _("Another reason")),
    )
    reason = forms.ChoiceField(label=_("Why do you open this file?"), choices=REASONS, widget=forms.RadioSelect)
    words = forms.CharField(label=_("In a few words"), max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("reason") == "other" and not data.get("words", "").strip():
            self.add_error("words", _("Write the reason in a few words."))
        return data

    def purpose(self) -> str:
        """Return the sentence that stands in the trail."""
        label = str(dict(self.REASONS)[self.cleaned_data["reason"]])
        words = self.cleaned_data.get("words", "").strip()
        return f"{label}: {words}" if words else label


class WalkInForm(KindForm):
    """The customers' form of a kind, filled by a clerk for somebody at the window or on the phone (VC-16).

    For somebody who isn't in the register (`party` None) it also asks who he is and how he is reached.
    """

    def __init__(self, request: HttpRequest, now: datetime, *, party: Any, **kwargs: Any) -> None:
        super().__init__(request, now, party=party, **kwargs)
        own = list(self.fields)
        self.fields["channel"] = forms.ChoiceField(
            label=_("How it came in"),
            choices=[(c.value, c.label) for c in (Channel.IN_PERSON, Channel.PHONE, Channel.EMAIL)],
            widget=forms.RadioSelect,
            initial=Channel.IN_PERSON,
        )
        first = ["channel"]
        if party is None:
            first += self._add_applicant()
        self.fields["priority"] = forms.ChoiceField(
            label=_("Priority"), choices=Priority.choices, initial=Priority.NORMAL
        )
        self.order_fields([*first, *own, "priority"])
        for name in (*first, "priority"):
            self.fields[name].error_messages["required"] = self.required_message(self.fields[name])

    def _add_about(self, party: Any) -> None:
        # A stranger to the register owns nothing there that a case could be about.
        if party is not None:
            super()._add_about(party)

    def _add_applicant(self) -> list[str]:
        institution = self.request.institution  # type: ignore[attr-defined]
        self.fields["applicant_name"] = forms.CharField(label=_("Name of the applicant"), max_length=200)
        self.fields["applicant_email"] = forms.EmailField(label=_("E-mail"), max_length=254, required=False)
        self.fields["applicant_phone"] = forms.CharField(
            label=_("Phone"), max_length=40, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
        )
        self.fields["applicant_language"] = forms.ChoiceField(
            label=_("Language of the answers"),
            choices=[(language.code, language.name) for language in offered_languages(institution)],
            initial=institution.default_language,
        )
        return ["applicant_name", "applicant_email", "applicant_phone", "applicant_language"]

    def clean_applicant_phone(self) -> str:
        text = self.cleaned_data["applicant_phone"].strip()
        if not text:
            return ""
        try:
            return phones.normalise(text, self.request.institution.country)  # type: ignore[attr-defined]
        except Refused as refusal:
            raise forms.ValidationError(str(refusal)) from None

    @property
    def applicant(self) -> Applicant | None:
        """Who it is, when the register doesn't know him."""
        data = self.cleaned_data
        if "applicant_name" not in data:
            return None
        return Applicant(
            name=data["applicant_name"],
            email=data["applicant_email"],
            phone=data["applicant_phone"],
            language=data["applicant_language"],
        )


class LinkForm(Form):
    """A person who has shown who he is may act for a customer from now on."""

    email = forms.EmailField(
        label=_("E-mail of the person's account"),
        help_text=_("The person opens the account first; we find it by this address."),
        max_length=254,
        widget=forms.TextInput(attrs={"inputmode": "email", "autocomplete": "off"}),
    )
    scope = forms.ChoiceField(
        label=_("What the person may do"), choices=Scope.choices, widget=forms.RadioSelect, initial=Scope.MANAGE
    )
    ends_on = DateField(
        label=_("Until"), help_text=_("The last day. Leave it empty when there is no end."), required=False
    )
    document = forms.CharField(
        label=_("Identity checked by"),
        help_text=_("For example: identity card; for somebody else's number also the power of attorney."),
        max_length=200,
    )
    checked = forms.BooleanField(label=_("I have seen the document, and the person stands before me."))
