"""Forms by which an administrator sets up the institution. What is right, `institutions.services` decides."""

from datetime import date, time
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from salter.institutions import registry, rules
from salter.institutions.models import Institution
from salter.institutions.selectors import has_module, setting
from salter.institutions.services import Interval, check_setting
from salter.institutions.types import WrongSetting
from salter.lib.refusals import Refused
from salter.pages.forms import DateField, Form
from salter.pages.language import LANGUAGES

__all__ = ["ClosureForm", "ContactsForm", "LookForm", "ModulesForm", "NamesForm", "TextsForm", "WeekForm"]

COUNTRIES = {"RS": _("Serbia"), "RO": _("Romania"), "PL": _("Poland"), "MK": _("North Macedonia")}
THEMES = {
    "gas": _("teal"),
    "toplota": _("brick"),
    "grad": _("wine"),
    "saobracaj": _("blue"),
    "salter": _("green"),
}
ICONS = {
    "flame": _("flame"),
    "heat": _("radiator"),
    "gauge": _("gauge"),
    "truck": _("lorry"),
    "building": _("office building"),
    "house": _("house"),
    "home": _("home"),
    "scale": _("scales"),
    "globe": _("globe"),
}
_LONGEST = 500


class TextsForm(Form):
    """A form with texts in several languages: one field for each, the institution's first language first."""

    def __init__(self, *args: Any, institution: Institution, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.institution = institution

    def codes(self) -> list[str]:
        first = self.institution.default_language
        return sorted(self.institution.languages, key=lambda code: code != first)

    def add_texts(self, name: str, label: Any, *, long: bool = False, required_in: str = "", hint: Any = "") -> None:
        stored = self.initial.get(name) or {}
        for code in self.codes():
            field = forms.CharField(
                label=_("%(what)s (%(language)s)") % {"what": label, "language": LANGUAGES[code].name},
                initial=stored.get(code, ""),
                max_length=_LONGEST,
                required=code == required_in,
                help_text=hint,
                widget=forms.Textarea(attrs={"rows": "2", "lang": LANGUAGES[code].tag})
                if long
                else forms.TextInput(attrs={"lang": LANGUAGES[code].tag}),
            )
            field.error_messages["required"] = self.required_message(field)
            self.fields[f"{name}_{code}"] = field

    def texts(self, name: str, stored: dict[str, str]) -> dict[str, str]:
        """Return what was typed, on top of texts in languages that the form doesn't show; empty ones are left out."""
        typed = {code: self.cleaned_data.get(f"{name}_{code}", "").strip() for code in self.codes()}
        return {code: text for code, text in (stored | typed).items() if text}


class NamesForm(TextsForm):
    """Names, languages, country, money, clock."""

    languages = forms.MultipleChoiceField(
        label=_("Languages of the counter"),
        choices=[(code, LANGUAGES[code].name) for code in rules.LANGUAGES],
        widget=forms.CheckboxSelectMultiple,
    )
    default_language = forms.ChoiceField(
        label=_("First language"),
        help_text=_("For readers who chose none, and wherever a text is missing in theirs."),
        choices=[(code, LANGUAGES[code].name) for code in rules.LANGUAGES],
    )
    country = forms.ChoiceField(
        label=_("Country"),
        help_text=_("Decides public holidays, phone numbers and identifiers."),
        choices=COUNTRIES.items(),
    )
    currency = forms.ChoiceField(label=_("Currency"), choices=[(code, code) for code in rules.CURRENCIES.values()])
    time_zone = forms.CharField(label=_("Time zone"), help_text=_("For example Europe/Belgrade."), max_length=40)

    def __init__(self, *args: Any, institution: Institution, **kwargs: Any) -> None:
        names = ("name", "counter_name", "languages", "default_language", "country", "currency", "time_zone")
        kwargs["initial"] = {name: getattr(institution, name) for name in names}
        super().__init__(*args, institution=institution, **kwargs)
        own = list(self.fields)
        # A language that was just chosen gets its fields at once, so that its name can be asked for.
        first = self.data.get("default_language", "") if self.is_bound else institution.default_language
        self.add_texts("counter_name", _("Name of the counter"), required_in=first)
        self.add_texts("name", _("Name of the institution"), required_in=first)
        self.order_fields([name for name in self.fields if name not in own] + own)

    def codes(self) -> list[str]:
        asked = set(self.data.getlist("languages")) if hasattr(self.data, "getlist") else set()  # type: ignore[attr-defined]
        asked.add(self.data.get("default_language", ""))
        return [*super().codes(), *(c for c in rules.LANGUAGES if c in asked and c not in self.institution.languages)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        # Said here as well, so that it stands beside names that are missing in the same language.
        if data.get("default_language") and data.get("default_language") not in data.get("languages", ()):
            self.add_error("default_language", _("The first language must be one of the chosen ones."))
        return data

    def values(self) -> dict[str, Any]:
        """Return the fields of the institution as they shall be."""
        data = self.cleaned_data
        first = data["default_language"]
        plain = {name: data[name] for name in ("default_language", "country", "currency", "time_zone")}
        return plain | {
            "languages": sorted(data["languages"], key=lambda code: (code != first, rules.LANGUAGES.index(code))),
            "name": self.texts("name", self.institution.name),
            "counter_name": self.texts("counter_name", self.institution.counter_name),
        }


class LookForm(Form):
    """Theme and picture."""

    theme = forms.ChoiceField(label=_("Colours"), choices=THEMES.items(), widget=forms.RadioSelect)
    icon = forms.ChoiceField(label=_("Picture in the arch"), choices=ICONS.items(), widget=forms.RadioSelect)


class ContactsForm(TextsForm):
    """Where and when the institution is reached; the emergency number above all."""

    address = forms.CharField(label=_("Address"), max_length=_LONGEST, required=False)
    phone = forms.RegexField(
        label=_("Phone"),
        regex=r"^[0-9+/(). -]{3,40}$",
        max_length=40,
        required=False,
        error_messages={"invalid": _("Write digits, spaces and the signs + / ( ) - only.")},
    )
    email = forms.EmailField(label=_("E-mail"), max_length=254, required=False)
    emergency_phone = forms.RegexField(
        label=_("Emergency number"),
        help_text=_("Shown before every report of a fault."),
        regex=r"^[0-9+/(). -]{3,40}$",
        max_length=40,
        required=False,
        error_messages={"invalid": _("Write digits, spaces and the signs + / ( ) - only.")},
    )

    def __init__(self, *args: Any, institution: Institution, **kwargs: Any) -> None:
        kwargs["initial"] = dict(institution.contacts)
        super().__init__(*args, institution=institution, **kwargs)
        self.add_texts("emergency_text", _("What to do in danger"), long=True)
        self.add_texts("emergency_note", _("When the emergency number is answered"))
        self.add_texts("hours", _("Opening hours in words"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        first = f"emergency_text_{self.institution.default_language}"
        if data.get("emergency_phone") and first in self.fields and not data.get(first, "").strip():
            self.add_error(first, _("Say what to do in danger, at least in the first language."))
        return data

    def values(self) -> dict[str, Any]:
        plain = {key: self.cleaned_data[key].strip() for key in rules.CONTACT_KEYS}
        stored = self.institution.contacts
        return plain | {key: self.texts(key, stored.get(key) or {}) for key in rules.CONTACT_TEXTS}


class ModulesForm(Form):
    """Which parts the counter has, and every setting that the apps declare, each by its own type."""

    modules = forms.MultipleChoiceField(
        label=_("Parts of the counter"),
        help_text=_("What is off disappears from menus and its pages no longer exist; nothing is deleted."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, *args: Any, institution: Institution, **kwargs: Any) -> None:
        kwargs["initial"] = {"modules": [code for code in registry.modules if has_module(institution, code)]}
        super().__init__(*args, **kwargs)
        self.institution = institution
        self.fields["modules"].choices = [  # type: ignore[attr-defined]
            (module.code, f"{module.label}: {module.hint}" if module.hint else module.label)
            for module in registry.modules.values()
        ]
        # Settings of a part that is off wait unseen until it is on again.
        self.declared = {
            key: one for key, one in registry.settings.items() if not one.module or has_module(institution, one.module)
        }
        for key, one in self.declared.items():
            self.fields[key] = self._field(one, setting(institution, key))

    def _field(self, declared: registry.Setting, value: Any) -> forms.Field:
        common: dict[str, Any] = {"label": declared.label, "help_text": declared.hint, "initial": value}
        field: forms.Field
        match declared.kind:
            case "integer":
                # Limits are the service's: it says them in words that name them.
                field = forms.IntegerField(widget=forms.TextInput(attrs={"inputmode": "numeric"}), **common)
                field.error_messages["invalid"] = _("Enter a whole number.")
            case "boolean":
                field = forms.BooleanField(required=False, **common)
            case "choice":
                field = forms.ChoiceField(choices=declared.choices, **common)
            case _:
                field = forms.CharField(required=False, max_length=_LONGEST, **common)
        field.error_messages["required"] = self.required_message(field)
        return field

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for key, one in self.declared.items():
            # An empty text stands for the default, which needs no check of its own.
            if key in data and (one.kind != "text" or data[key]):
                try:
                    check_setting(key, data[key])
                except WrongSetting as refusal:
                    self.add_error(key, str(refusal))
        return data

    def values(self) -> dict[str, Any]:
        """Return modules and settings; modules that no app declares any more are kept."""
        unknown = [code for code in self.institution.modules if code not in registry.modules]
        return {
            "modules": sorted([*self.cleaned_data["modules"], *unknown]),
            "settings": {
                key: self.cleaned_data[key] if one.kind != "text" or self.cleaned_data[key] else one.default
                for key, one in self.declared.items()
            },
        }


class WeekForm(Form):
    """The working week from a day on: for each weekday its intervals as people write them."""

    valid_from = DateField(
        label=_("In force from"), help_text=_("A day to come plans a change; the present week stays until then.")
    )

    def __init__(self, *args: Any, week: list[list[tuple[time, time]]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for weekday in range(7):
            self.fields[f"day{weekday}"] = forms.CharField(
                label=WEEKDAYS[weekday],
                initial=rules.hours_text(week[weekday]) if week else "",
                required=False,
                max_length=100,
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self.intervals: list[Interval] = []
        for weekday in range(7):
            try:
                hours = rules.parse_hours(data.get(f"day{weekday}", ""))
            except Refused as refusal:
                self.add_error(f"day{weekday}", str(refusal))
            else:
                self.intervals += [Interval(weekday, opens, closes) for opens, closes in hours]
        if not self.intervals and not self.errors:
            self.add_error("day0", _("Give the hours of at least one day."))
        return data


class ClosureForm(Form):
    """Days on which the institution is closed though they are no public holiday."""

    starts_on = DateField(label=_("First day"))
    ends_on = DateField(label=_("Last day"), help_text=_("Leave it empty when it is one day only."), required=False)
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not data.get("ends_on") and "ends_on" not in self.errors:
            data["ends_on"] = data.get("starts_on")
        return data

    def days(self) -> tuple[date, date]:
        return self.cleaned_data["starts_on"], self.cleaned_data["ends_on"]
