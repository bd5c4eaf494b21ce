"""Rows of stored files. The bytes lie under `SALTER_FILES`, see `documents.storage`."""

from django.db import models
from django.db.models import Q

from salter.institutions.models import TenantModel


class File(TenantModel):
    """One file as one person handed it in; two rows may share their bytes.

    A file belongs to nothing until the app that took it claims it; what stays unclaimed is removed after a day.
    """

    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    type = models.CharField(max_length=10)
    media_type = models.CharField(max_length=100)
    name = models.CharField(max_length=120)
    uploaded_by_id = models.UUIDField(null=True)
    uploaded_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            *TenantModel.Meta.constraints,
            models.CheckConstraint(condition=Q(size__gt=0), name="documents_file_not_empty"),
            models.CheckConstraint(condition=Q(sha256__regex="^[0-9a-f]{64}$"), name="documents_file_digest"),
        ]
        indexes = [
            models.Index(fields=["institution", "sha256"], name="documents_file_by_digest"),
            models.Index(fields=["uploaded_at"], name="documents_file_unclaimed", condition=Q(claimed_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.name
