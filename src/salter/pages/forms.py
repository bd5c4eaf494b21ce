"""Forms as the elements show them, and the guard that lets a double click act once.

A view:

    form = ReplyForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        return once(request, lambda: _reply(request, form))
    return answer(request, "cases/reply.html", {"form": form}, form)

`answer` gives 422 when the form was refused. `add_refusal(form, field, error)` puts what a service refused beside the
field. The template: `{{ el.errors(form) }}{{ el.form(form, submit=_("Send")) }}`.
"""

import hashlib
from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.db import transaction
from django.forms import BaseForm, BoundField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from salter.lib import dates, money
from salter.lib.refusals import Refused
from salter.pages.models import Submission
from salter.pages.shortcuts import page

__all__ = ["AmountField", "DateField", "Form", "add_refusal", "answer", "kind_of", "once", "options_of", "widget_of"]


class Form(forms.Form):
    """The base of our forms: the page checks nothing that the server doesn't say in the reader's own language."""

    use_required_attribute = False
    error_css_class = "bad"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if field.error_messages.get("required") is forms.Field.default_error_messages["required"]:
                field.error_messages["required"] = self.required_message(field)

    def required_message(self, field: forms.Field) -> Any:
        """Return what is said when this field was left empty."""
        if isinstance(field, forms.FileField):
            return _("Choose a file.")
        if isinstance(field, forms.ChoiceField | forms.BooleanField):
            return _("Choose one of these.")
        return _("Fill in this field.")


class DateField(forms.Field):
    """A day, typed as people write it: `5. 3. 2026.`, `05.03.2026`, `2026-03-05`."""

    # No numeric keyboard: on some phones it has figures only, and a date needs its dots.
    widget = forms.TextInput(attrs={"autocomplete": "off"})

    def __init__(self, **kwargs: Any) -> None:
        kwargs["help_text"] = kwargs.get("help_text") or _("Write a date, for example 31.12.2026.")
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values:
            return None
        if isinstance(value, date):
            return value
        try:
            return dates.parse_date(value)
        except Refused as refusal:
            raise forms.ValidationError(str(refusal)) from None

    def prepare_value(self, value: Any) -> Any:
        return dates.format_date(value, padded=True) if isinstance(value, date) else value


class AmountField(forms.Field):
    """A sum of money, typed as people write it; its value is in minor units."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def __init__(self, *, minimum: int | None = None, **kwargs: Any) -> None:
        self.minimum = minimum
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values:
            return None
        if isinstance(value, int):
            return value
        try:
            return money.parse_amount(value)
        except Refused as refusal:
            raise forms.ValidationError(str(refusal)) from None

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is not None and self.minimum is not None and value < self.minimum:
            raise forms.ValidationError(_("This amount is too small."))

    def prepare_value(self, value: Any) -> Any:
        return money.format_number(money.from_minor(value), decimals=2) if isinstance(value, int) else value


_PLAIN_WIDGETS = (forms.CheckboxInput, forms.RadioSelect, forms.CheckboxSelectMultiple)


def widget_of(bound: BoundField, **attrs: Any) -> SafeString:
    """Return the control of a field, dressed and tied to its hint and its error."""
    widget = bound.field.widget
    own = widget.attrs.get("class", "")
    attrs["class"] = f"ds-input {own}".strip()
    if isinstance(widget, forms.Textarea):
        attrs.setdefault("rows", widget.attrs.get("rows") if widget.attrs.get("rows") not in (None, "10") else "5")
    if bound.field.required and not isinstance(widget, _PLAIN_WIDGETS):
        attrs.setdefault("aria-required", "true")
    return bound.as_widget(attrs=attrs)


def options_of(bound: BoundField) -> list[Any]:
    """Return the single controls of a group of radio buttons or boxes, each with `tag()` and `choice_label`."""
    options = list(bound.subwidgets)
    for option in options:
        option.data["attrs"]["class"] = "ds-input"
    return options


def kind_of(bound: BoundField) -> str:
    """Return how the elements draw a field: group, check, file or plain."""
    widget = bound.field.widget
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "group"
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    if isinstance(widget, forms.FileInput):
        return "file"
    return "plain"


def add_refusal(form: BaseForm, field: str | None, error: Exception | str) -> None:
    """Put what a service refused beside its field; a name that the form doesn't have goes above all fields."""
    form.add_error(field if field in form.fields else None, forms.ValidationError(str(error)))


def answer(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, form: BaseForm | None = None
) -> HttpResponse:
    """Answer with the page of a form: 422 when it was sent and refused, with all that was typed still in it."""
    refused = form is not None and form.is_bound and not form.is_valid()
    return page(request, template, {"form": form, **(context or {})}, status=422 if refused else 200)


def once(request: HttpRequest, act: Callable[[], HttpResponse]) -> HttpResponse:
    """Act on a sent form once, however often its button was pressed; every press gets the same answer.

    The key comes with the form (`el.form`, or `{{ form_key() }}`). The second request waits until the first has
    committed and is then sent where the first was. What counts as the same is key, person, address and all that was
    typed: a form sent again after going back and changing a word is a new one. A refusal (status 400 and above) frees
    the key.
    """
    key = request.POST.get("once", "")
    if not key:
        return act()
    digest = _digest(request, key)
    with transaction.atomic():
        submission, is_new = Submission.objects.get_or_create(digest=digest)
        if not is_new:
            return HttpResponseRedirect(submission.location or request.get_full_path())
        response = act()
        if response.status_code >= 400:
            submission.delete()
        elif location := response.headers.get("Location") or response.headers.get("HX-Redirect"):
            submission.location = location[:2000]
            submission.save(update_fields=["location"])
    return response


def _digest(request: HttpRequest, key: str) -> bytes:
    # The session's own key isn't readable for guests without a session; the token cookie stands for the browser then.
    user = getattr(request, "user", None)
    who = str(user.pk) if user is not None and user.is_authenticated else request.COOKIES.get("csrftoken", "")
    sent = [
        (name, request.POST.getlist(name))
        for name in sorted(request.POST)
        if name not in ("csrfmiddlewaretoken", "once")
    ]
    files = [(name, file.name, file.size) for name in sorted(request.FILES) for file in request.FILES.getlist(name)]
    return hashlib.sha256(repr((key, who, request.path, sent, files)).encode()).digest()
