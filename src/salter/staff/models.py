"""Who works at an institution: units and memberships with a role."""

from django.db import models
from django.db.models import Q

from salter.institutions.models import TenantModel
from salter.staff.types import Role


class Unit(TenantModel):
    """A part of the institution that handles work: customer office, dispatch, complaints."""

    code = models.SlugField(max_length=40)
    name = models.JSONField(default=dict)

    class Meta(TenantModel.Meta):
        ordering = ["code"]
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["institution", "code"], name="staff_unit_code"),
        ]

    def __str__(self) -> str:
        return self.code


class Membership(TenantModel):
    """A person works at the institution in a role, from–to; an open end runs until somebody ends it."""

    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="memberships")
    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["institution", "user"], condition=Q(ends_on__isnull=True), name="staff_membership_open_once"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=models.F("starts_on")),
                name="staff_membership_order",
            ),
        ]
        indexes = [models.Index(fields=["user", "institution"], name="staff_membership_user")]
