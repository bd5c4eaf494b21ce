"""Jobs, the profiles that they are read by, and the rows that didn't get in."""

import uuid
from pathlib import PurePath

from django.db import models
from django.db.models import Q

from salter.imports.types import JobState, Phase
from salter.institutions.models import TenantModel

__all__ = ["Finding", "Job", "Profile"]


def stored_name(job: "Job", name: str) -> str:
    # The name that a person gave stays in the row; on the disk it could only do harm.
    return f"imports/{job.institution_id}/{uuid.uuid4().hex}{PurePath(name).suffix.lower()[:10]}"


class Profile(TenantModel):
    """How the files of one back office are read: which of their columns is which, and what is tolerated."""

    register = models.CharField(max_length=40)
    name = models.CharField(max_length=80)
    mapping = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    used_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["institution", "register", "name"], name="imports_profile_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Job(TenantModel):
    """One file on its way into a register. `mapping` and `options` are those it was read by.

    `permille` and `rows_read` are written while it runs, by a connection of their own; all the rest in the
    transaction of the load, so that a finished job and its rows are one.
    """

    register = models.CharField(max_length=40)
    file = models.FileField(upload_to=stored_name, max_length=200, blank=True)
    file_name = models.CharField(max_length=200)
    file_size = models.BigIntegerField()
    profile = models.ForeignKey(Profile, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    mapping = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    dry_run = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.PREPARING)
    phase = models.CharField(max_length=10, choices=Phase.choices, blank=True)
    permille = models.SmallIntegerField(default=0)
    rows_read = models.BigIntegerField(default=0)
    rows_refused = models.BigIntegerField(default=0)
    result = models.JSONField(default=dict)
    error = models.JSONField(default=dict)
    started_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    started_by_name = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            *TenantModel.Meta.constraints,
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="imports_job_state_known"),
            models.CheckConstraint(condition=Q(permille__range=(0, 1000)), name="imports_job_permille_range"),
            models.CheckConstraint(
                condition=~Q(state__in=(JobState.DONE, JobState.FAILED)) | Q(finished_at__isnull=False),
                name="imports_job_finished_has_time",
            ),
        ]
        indexes = [models.Index(fields=["institution", "-created_at"], name="imports_job_newest")]

    def __str__(self) -> str:
        return f"{self.register}: {self.file_name}"

    @property
    def is_finished(self) -> bool:
        return self.state in (JobState.DONE, JobState.FAILED)


class Finding(TenantModel):
    """Something wrong with a row of a file. A refused row has at least one that is no warning.

    `line` is the physical line on which the row begins, `column` the name of the column in the file itself (blank: the
    row as a whole), `code` one of the register's reasons, `fields` the row as it stands in the file.
    """

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="findings", db_index=False)
    line = models.BigIntegerField()
    column = models.CharField(max_length=200, blank=True)
    code = models.CharField(max_length=60)
    is_warning = models.BooleanField(default=False)
    fields = models.JSONField(default=list)

    class Meta(TenantModel.Meta):
        constraints = [
            *TenantModel.Meta.constraints,
            models.CheckConstraint(condition=Q(line__gte=1), name="imports_finding_line_positive"),
        ]
        indexes = [models.Index(fields=["job", "line", "id"], name="imports_finding_by_line")]

    def __str__(self) -> str:
        return f"{self.line}: {self.code}"
