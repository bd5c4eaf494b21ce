"""Forms of the customer's pages: a new case by its kind, a reply; files that survive a refused form.

A file that came with a form which was refused for something else is stored at once and offered again as a ticked box,
so that nobody takes the same photo twice. The box carries the file's id and counts only for the one who uploaded it.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from salter.cases import registry, rules
from salter.cases.models import Kind
from salter.cases.services import MAX_FILES, MAX_TEXT
from salter.cases.types import About, FieldType
from salter.documents import selectors as stored
from salter.documents import services as documents
from salter.documents.types import FileRefused
from salter.lib.money import format_number
from salter.lib.texts import pick
from salter.pages.forms import Form

__all__ = ["KindForm", "ReplyForm", "size_text"]

FILES_HINT = _("Photos, PDF, Word, Excel or text. We remove from photos where they were taken.")
ACCEPTED = ".pdf,.jpg,.jpeg,.png,.heic,.heif,.docx,.xlsx,.odt,.txt"


def size_text(size: int) -> str:
    """`184 kB`, `1.9 MB`, by the reader's decimal sign."""
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))} kB"
    return f"{format_number(round(size / 1_000_000, 1), decimals=1)} MB"


class _FileInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files. They are taken in by `_TakesFiles`; the form itself only shows the field."""

    widget = _FileInput

    def __init__(self, *, multiple: bool, **kwargs: Any) -> None:
        attrs = {"accept": ACCEPTED} | ({"multiple": True} if multiple else {})
        super().__init__(widget=_FileInput(attrs=attrs), **kwargs)

    def clean(self, data: Any, initial: Any = None) -> None:
        return None


class _TakesFiles(Form):
    """A form with files. `file_fields` are its names of files; `kept` are the boxes of those that came before."""

    file_fields: tuple[str, ...] = ("files",)

    def __init__(self, request: HttpRequest, now: datetime, **kwargs: Any) -> None:
        self.request = request
        self.now = now
        self.kept_files: list[tuple[str, Any]] = []
        self.file_errors: dict[str, list[str]] = {}
        if request.method == "POST":
            data = request.POST.copy()
            self.kept_files = [*self._kept(data.getlist("kept")), *self._taken(request.FILES)]
            data.setlist("kept", [f"{name}:{file.id}" for name, file in self.kept_files])
            kwargs |= {"data": data, "files": request.FILES}
        super().__init__(**kwargs)

    def _kept(self, values: Iterable[str]) -> list[tuple[str, Any]]:
        named: dict[UUID, str] = {}
        for value in values:
            name, _colon, text = value.partition(":")
            try:
                key = UUID(text)
            except ValueError:
                continue
            if name in self.file_fields:
                named[key] = name
        files = stored.list_unclaimed(self.request.institution, self.request.user.pk, named)
        return [(named[file.id], file) for file in files]

    def _taken(self, uploads: MultiValueDict[str, Any]) -> list[tuple[str, Any]]:
        taken = []
        for name in self.file_fields:
            for upload in uploads.getlist(name)[:MAX_FILES]:
                try:
                    file = documents.store_file(
                        actor=self.request.actor,
                        institution=self.request.institution,
                        name=upload.name or "",
                        content=upload,
                        now=self.now,
                    )
                    taken.append((name, file))
                except FileRefused as refusal:
                    self.file_errors.setdefault(name, []).append(f"{upload.name}: {refusal}")
        return taken

    def add_kept_field(self) -> None:
        """Show what came before as ticked boxes; without any there is no such field."""
        if self.kept_files:
            self.fields["kept"] = forms.MultipleChoiceField(
                label=_("Files already added"),
                help_text=_("Take the tick away from those that you don't want to send."),
                choices=[(f"{n}:{file.id}", f"{file.name} ({size_text(file.size)})") for n, file in self.kept_files],
                widget=forms.CheckboxSelectMultiple,
                required=False,
            )

    def files_of(self, name: str) -> list[Any]:
        """The files to send with the field `name`."""
        return [file for field, file in self.kept_files if field == name]

    def clean(self) -> dict[str, Any]:
        for name, errors in self.file_errors.items():
            for error in errors:
                self.add_error(name, error)
        if len(self.kept_files) > MAX_FILES:
            self.add_error(
                "files",
                forms.ValidationError(_("At most %(limit)s files can be sent at once."), params={"limit": MAX_FILES}),
            )
        return self.cleaned_data


class ReplyForm(_TakesFiles):
    """Words, files, or both."""

    text = forms.CharField(label=_("Your answer"), widget=forms.Textarea(attrs={"rows": "5"}), max_length=MAX_TEXT)

    def __init__(self, request: HttpRequest, now: datetime, **kwargs: Any) -> None:
        super().__init__(request, now, **kwargs)
        self.fields["files"] = FilesField(label=_("Files"), help_text=FILES_HINT, required=False, multiple=True)
        self.add_kept_field()
        self.fields["text"].error_messages["required"] = _("Write an answer or add a file.")
        # A file says enough, and one that was refused has its own words.
        self.fields["text"].required = not self.kept_files and not self.file_errors

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not (data.get("text") or "").strip() and not self.kept_files and not self.errors:
            self.add_error("text", _("Write an answer or add a file."))
        return data


class KindForm(_TakesFiles):
    """A new case: the subject where the kind asks for it, the words, the kind's own fields, what it is about, files."""

    def __init__(
        self,
        request: HttpRequest,
        now: datetime,
        *,
        kind: Kind,
        party: Any,
        customers: Sequence[Any],
        today: date,
        **kwargs: Any,
    ) -> None:
        self.kind = kind
        self.today = today
        self.own = rules.parse_fields(kind.fields)
        self.customers = customers
        self.file_fields = ("files", *(f"own_{item.name}" for item in self.own if item.type == FieldType.FILE))
        super().__init__(request, now, **kwargs)
        if kind.subject_labels:
            self.fields["subject"] = forms.CharField(label=pick(kind.subject_labels), max_length=200)
        self._add_about(party)
        for item in self.own:
            if item.type == FieldType.CHOICE:
                self.fields[f"own_{item.name}"] = _own_field(item)
        self.fields["text"] = forms.CharField(
            label=pick(kind.text_labels) or _("Your message"),
            widget=forms.Textarea(attrs={"rows": "6"}),
            max_length=MAX_TEXT,
        )
        for item in self.own:
            if item.type != FieldType.CHOICE:
                self.fields[f"own_{item.name}"] = _own_field(item)
        if len(customers) > 1:
            self.fields["customer"] = forms.ChoiceField(
                label=_("Customer number"),
                choices=[(str(c.pk), f"{c.number} {c.supply_point}".strip()) for c in customers],
            )
        self.fields["files"] = FilesField(label=_("Files"), help_text=FILES_HINT, required=False, multiple=True)
        self.add_kept_field()
        # The words for an empty field are set for the fields that the class declares; these came later.
        for field in self.fields.values():
            field.error_messages["required"] = self.required_message(field)

    def _add_about(self, party: Any) -> None:
        known = [registry.about_kinds[code] for code in self.kind.about_kinds if code in registry.about_kinds]
        choices = [(f"{about.code}:{ref}", text) for about in known for ref, text in about.choices(party)]
        if choices:
            label = str(known[0].label) if len(known) == 1 else _("What is it about?")
            self.fields["about"] = forms.ChoiceField(label=label, choices=[("", "–"), *choices], required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        values = {item.name: data.get(f"own_{item.name}") for item in self.own}
        self.values, errors = rules.check_fields(self.own, values, today=self.today)
        for name, error in errors.items():
            if f"own_{name}" not in self.errors:
                self.add_error(f"own_{name}", error)
        for item in self.own:
            name = f"own_{item.name}"
            if item.type == FieldType.FILE and item.required and not self.files_of(name) and name not in self.errors:
                self.add_error(name, _("Add a file."))
        if not (data.get("text") or "").strip() and "text" not in self.errors:
            self.add_error("text", _("Fill in this field."))
        return data

    @property
    def about(self) -> About | None:
        kind, _colon, ref = (self.cleaned_data.get("about") or "").partition(":")
        return About(kind, ref) if ref else None

    @property
    def customer(self) -> Any:
        wanted = self.cleaned_data.get("customer")
        return next((c for c in self.customers if str(c.pk) == wanted), self.customers[0] if self.customers else None)

    @property
    def own_files(self) -> dict[str, list[Any]]:
        return {
            item.name: self.files_of(f"own_{item.name}") for item in self.own if item.type == FieldType.FILE
        }  # fmt: skip


def _own_field(item: rules.KindField) -> forms.Field:
    """The form's field for an own field; what its value may be, `rules.check_fields` decides."""
    common: dict[str, Any] = {"label": pick(item.labels), "help_text": pick(item.hints), "required": item.required}
    match item.type:
        case FieldType.CHOICE:
            choices = [(value, pick(labels)) for value, labels in item.choices]
            return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **common)
        case FieldType.FILE:
            return FilesField(multiple=False, **common)
        case FieldType.LONGTEXT:
            return forms.CharField(widget=forms.Textarea(attrs={"rows": "4"}), max_length=rules.MAX_LONGTEXT, **common)
        case FieldType.DATE:
            # No numeric keyboard: on some phones it has figures only, and a date needs its dots.
            attrs = {"autocomplete": "off"}
            common["help_text"] = common["help_text"] or _("Write a date, for example 31.12.2026.")
        case FieldType.NUMBER | FieldType.METER_STATE:
            attrs = {"inputmode": "decimal", "autocomplete": "off"}
        case FieldType.PLACE:
            attrs = {"autocomplete": "street-address"}
        case _:
            attrs = {}
    return forms.CharField(widget=forms.TextInput(attrs=attrs), max_length=rules.MAX_TEXT, **common)
