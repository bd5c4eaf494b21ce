"""Refusals of this app."""

from django.utils.translation import gettext_lazy as _

__all__ = ["UnknownInstitution", "WrongSetting"]


class UnknownInstitution(LookupError):
    """No institution has this slug."""


class WrongSetting(ValueError):
    """A setting can't be taken over. `field` names the input, the text says why."""

    def __init__(self, field: str, reason: str = "") -> None:
        super().__init__(reason or _("This value can't be used."))
        self.field = field
        self.reason = reason
