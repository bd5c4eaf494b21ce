"""Forms of the desk."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from salter.cases.types import Channel, Priority
from salter.lib.texts import pick
from salter.pages.forms import DateField, Form

__all__ = ["AnswerForm", "AssignForm", "ExtendForm", "NoteForm", "PurposeForm", "StepForm", "WalkInForm"]


class VersionedForm(Form):
    """A form about a case that somebody else may change meanwhile: carries the version that its writer saw."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class AnswerForm(VersionedForm):
    """Words to the customer, and the step that goes with them."""

    text = forms.CharField(
        label=_("Answer to the customer"), widget=forms.Textarea(attrs={"rows": 7}), max_length=20_000
    )
    to_status = forms.ChoiceField(label=_("And then"), required=False)
    files = forms.FileField(label=_("Attachment"), required=False)

    def __init__(self, *args: Any, steps: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to_status"].choices = [  # type: ignore[attr-defined]
            ("", _("leave the status as it is")),
            *((step.to_status.code, pick(step.labels) or pick(step.to_status.labels)) for step in steps),
        ]


class NoteForm(VersionedForm):
    """A note that only staff see."""

    text = forms.CharField(label=_("Internal note"), widget=forms.Textarea(attrs={"rows": 3}), max_length=20_000)


class StepForm(VersionedForm):
    """A step without words to the customer."""

    to_status = forms.CharField(max_length=40, widget=forms.HiddenInput)


class AssignForm(VersionedForm):
    """Who handles the case from now on."""

    assignee = forms.ChoiceField(label=_("Handled by"), required=False)
    unit = forms.ChoiceField(label=_("Unit"), required=False)

    def __init__(self, *args: Any, colleagues: list[Any], units: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assignee"].choices = [("", _("nobody yet")), *((str(m.pk), m.user.name) for m in colleagues)]  # type: ignore[attr-defined]
        self.fields["unit"].choices = [("", "–"), *((str(u.pk), pick(u.name)) for u in units)]  # type: ignore[attr-defined]


class ExtendForm(VersionedForm):
    """A later deadline with its reason, once."""

    due_on = DateField(label=_("New deadline"))
    reason = forms.CharField(
        label=_("Reason, the customer reads it"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000
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


class WalkInForm(Form):
    """A case that a clerk opens for somebody at the window or on the phone (VC-16)."""

    kind = forms.ChoiceField(label=_("Kind"))
    channel = forms.ChoiceField(
        label=_("How it came in"),
        choices=[(c.value, c.label) for c in (Channel.IN_PERSON, Channel.PHONE, Channel.EMAIL)],
        widget=forms.RadioSelect,
        initial=Channel.IN_PERSON,
    )
    subject = forms.CharField(label=_("Subject"), max_length=200, required=False)
    text = forms.CharField(
        label=_("What the customer says"), widget=forms.Textarea(attrs={"rows": 6}), max_length=20_000
    )
    priority = forms.ChoiceField(label=_("Priority"), choices=Priority.choices, initial=Priority.NORMAL)

    def __init__(self, *args: Any, kinds: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.code, pick(kind.names)) for kind in kinds]  # type: ignore[attr-defined]
