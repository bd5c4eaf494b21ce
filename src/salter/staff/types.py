"""Roles and permissions of staff."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

__all__ = ["Role"]


class Role(TextChoices):
    CLERK = "clerk", _("Clerk")
    SUPERVISOR = "supervisor", _("Supervisor")
    ADMINISTRATOR = "administrator", _("Administrator")
    AUDITOR = "auditor", _("Auditor")
