"""Forms of bulk loads."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from salter.imports.types import ColumnsMissing, Register
from salter.pages.forms import Form

__all__ = ["ColumnsForm", "FileForm"]

NOT_IN_FILE = ""


class FileForm(Form):
    """Which register, and the file."""

    register = forms.ChoiceField(label=_("What does the file hold?"), widget=forms.RadioSelect)
    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV, XLSX or Parquet. Encoding and separator are found automatically. Nothing is loaded yet."),
        max_length=200,
    )

    def __init__(self, *args: Any, registers: Iterable[Register], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["register"].choices = [(r.code, r.label) for r in registers]  # type: ignore[attr-defined]


class ColumnsForm(Form):
    """Which column of the file is which of the register, and what is tolerated.

    A column's field is called `column_CODE`, its choices are the places in the header: two columns may have one name.
    """

    profile_name = forms.CharField(
        label=_("Keep these choices as"),
        help_text=_("The next file of the same kind is then read in the same way."),
        max_length=80,
        required=False,
    )
    wrong_check_digit = forms.ChoiceField(
        label=_("A number whose check digit is wrong"),
        choices=[("refuse", _("refuses the row")), ("warn", _("is only told about"))],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, register: Register, header: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.register, self.header = register, header
        places = [(str(i), name or _("column %(number)s") % {"number": i + 1}) for i, name in enumerate(header)]
        chosen: dict[str, forms.Field] = {}
        for column in register.columns:
            first = (NOT_IN_FILE, _("choose a column") if column.required else _("not in this file"))
            field = forms.ChoiceField(choices=[first, *places], required=column.required)
            field.label = column.label  # type: ignore[assignment]
            field.error_messages["required"] = _("Say which column of the file this is.")
            chosen[f"column_{column.code}"] = field
        self.fields = chosen | self.fields  # type: ignore[assignment]

    def main_columns(self) -> list[forms.BoundField]:
        """The columns that the file has or must have; the rest are `further_columns`."""
        return [self[name] for name in self._column_names() if self._is_main(name)]

    def further_columns(self) -> list[forms.BoundField]:
        return [self[name] for name in self._column_names() if not self._is_main(name)]

    def _column_names(self) -> list[str]:
        return [f"column_{column.code}" for column in self.register.columns]

    def _is_main(self, name: str) -> bool:
        return bool(self.fields[name].required or self[name].value() or self[name].errors)

    def clean(self) -> dict[str, Any]:
        """Refuse one column of the file taken for two of the register."""
        cleaned = super().clean() or self.cleaned_data
        taken: dict[str, str] = {}
        for column in self.register.columns:
            name = f"column_{column.code}"
            place = cleaned.get(name)
            if not place:
                continue
            if place in taken:
                self.add_error(
                    name,
                    _("“%(name)s” is taken already: %(label)s.")
                    % {"name": self.header[int(place)], "label": self.fields[taken[place]].label},
                )
            else:
                taken[place] = name
        return cleaned

    def mapping(self) -> dict[str, str]:
        """Column code to name in the file; blank for a column that isn't there."""
        places = {c.code: self.cleaned_data[f"column_{c.code}"] for c in self.register.columns}
        return {code: self.header[int(place)] if place else "" for code, place in places.items()}

    def options(self) -> dict[str, str]:
        return {"wrong_check_digit": self.cleaned_data["wrong_check_digit"]}

    def say_missing(self, refusal: ColumnsMissing) -> None:
        """Put a refusal of the engine beside the columns that it speaks of."""
        for column in self.register.columns:
            if column.label in refusal.labels:
                self.add_error(f"column_{column.code}", _("Say which column of the file this is."))

    @staticmethod
    def first_choices(positions: Mapping[str, int], options: Mapping[str, str], name: str) -> dict[str, str]:
        return {f"column_{code}": str(place) for code, place in positions.items()} | {
            "wrong_check_digit": options.get("wrong_check_digit", "refuse"),
            "profile_name": name,
        }
