"""Forms about the people who work here and their units."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from salter.desk.institution_forms import TextsForm
from salter.institutions.models import Institution
from salter.lib.texts import pick
from salter.pages.forms import DateField, Form
from salter.staff.types import Role

__all__ = ["EmployForm", "EndForm", "RoleForm", "UnitForm"]


class RoleForm(Form):
    """What somebody may do here, and where."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, widget=forms.RadioSelect)
    unit = forms.ChoiceField(label=_("Unit"), required=False)

    def __init__(self, *args: Any, units: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = units
        self.fields["unit"].choices = [("", "–"), *((str(one.pk), pick(one.name)) for one in units)]  # type: ignore[attr-defined]

    @property
    def chosen_unit(self) -> Any:
        """The unit that was chosen, None for none."""
        return next((one for one in self.units if str(one.pk) == self.cleaned_data["unit"]), None)


class EmployForm(RoleForm):
    """A person who has an account begins to work here."""

    email = forms.EmailField(
        label=_("E-mail of the person's account"),
        help_text=_("The person opens the account first, and switches on the second factor before the first day."),
        max_length=254,
        widget=forms.TextInput(attrs={"inputmode": "email", "autocomplete": "off"}),
    )
    field_order = ["email", "role", "unit"]


class EndForm(Form):
    """The last day of somebody's work here."""

    ends_on = DateField(
        label=_("Last day"), help_text=_("A day that is over ends the work at once. Open cases stay with the name.")
    )


class UnitForm(TextsForm):
    """A unit's name in the languages of the counter, and for a new one its short name."""

    code = forms.SlugField(
        label=_("Short name"),
        help_text=_(
            "Small letters and digits, for example office. It can stand in numbers of cases and never changes."
        ),
        max_length=40,
        error_messages={"invalid": _("Use letters without accents, digits and dashes.")},
    )

    def __init__(self, *args: Any, institution: Institution, unit: Any = None, **kwargs: Any) -> None:
        kwargs["initial"] = {"name": unit.name if unit else {}}
        super().__init__(*args, institution=institution, **kwargs)
        self.add_texts("name", _("Name"), required_in=institution.default_language)
        if unit is not None:
            del self.fields["code"]

    def clean_code(self) -> str:
        return self.cleaned_data["code"].lower()
