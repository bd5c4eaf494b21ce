"""Roles of staff, and what may not be done with them."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

__all__ = ["AlreadyWorksHere", "LastAdministrator", "Role", "StaffRefused", "UnitTaken"]


class Role(TextChoices):
    CLERK = "clerk", _("Clerk")
    SUPERVISOR = "supervisor", _("Supervisor")
    ADMINISTRATOR = "administrator", _("Administrator")
    AUDITOR = "auditor", _("Auditor")


class StaffRefused(Exception):
    """An act on staff that can't be done. `str()` is a sentence for the person who tried."""

    sentence = _("This can't be done.")

    def __str__(self) -> str:
        return str(self.sentence)


class LastAdministrator(StaffRefused):
    sentence = _("This is the only administrator. Make somebody else one first, or nobody could change anything here.")


class AlreadyWorksHere(StaffRefused):
    sentence = _("This person works here already. Change the role in the list.")


class UnitTaken(StaffRefused):
    sentence = _("Another unit has this short name already.")
