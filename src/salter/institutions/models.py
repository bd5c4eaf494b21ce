"""Institutions, their working weeks and closures, and the base of every row that belongs to one."""

from django.db import models
from django.db.models import Q

from salter.institutions import rules
from salter.lib.ids import uuid7


class Institution(models.Model):
    """A body that runs a counter: a utility, an office, an association.

    Texts are `{language: text}`; `contacts` and `settings` are described in `institutions.rules`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.CharField(max_length=40, unique=True)
    name = models.JSONField(default=dict)
    counter_name = models.JSONField(default=dict)
    country = models.CharField(max_length=2, default="RS")
    currency = models.CharField(max_length=3, default="RSD")
    time_zone = models.CharField(max_length=40, default="Europe/Belgrade")
    languages = models.JSONField(default=list)
    default_language = models.CharField(max_length=10, default="sr-latn")
    alphabet = models.CharField(max_length=10, default="sr-Latn")
    theme = models.CharField(max_length=40, default="gas")
    icon = models.CharField(max_length=20, default="flame")
    modules = models.JSONField(default=list)
    contacts = models.JSONField(default=dict)
    settings = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(slug__regex=rules.SLUG_PATTERN), name="institutions_slug_form"),
            models.CheckConstraint(
                condition=~Q(slug__in=sorted(rules.RESERVED_SLUGS)), name="institutions_slug_not_reserved"
            ),
        ]

    def __str__(self) -> str:
        return self.slug


class TenantModel(models.Model):
    """A row of one institution. Its (institution, id) is unique, so that composite foreign keys can hold it there."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # No index of its own: every tenant table has one that begins with the institution.
    institution = models.ForeignKey(
        "institutions.Institution", on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(fields=["institution", "id"], name="%(app_label)s_%(class)s_tenant"),
        ]


class WorkingInterval(TenantModel):
    """One interval of the working week, in force from a date on. A weekday without interval is not worked."""

    valid_from = models.DateField()
    weekday = models.SmallIntegerField()
    opens_at = models.TimeField()
    closes_at = models.TimeField()

    class Meta(TenantModel.Meta):
        ordering = ["valid_from", "weekday", "opens_at"]
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["institution", "valid_from", "weekday", "opens_at"], name="institutions_interval_once"
            ),
            models.CheckConstraint(condition=Q(weekday__range=(0, 6)), name="institutions_interval_weekday"),
            models.CheckConstraint(condition=Q(closes_at__gt=models.F("opens_at")), name="institutions_interval_order"),
        ]


class Closure(TenantModel):
    """Days on which the institution is closed though they are no public holiday, both ends included (RL-91)."""

    starts_on = models.DateField()
    ends_on = models.DateField()
    reason = models.JSONField(default=dict)

    class Meta(TenantModel.Meta):
        ordering = ["starts_on"]
        constraints = [
            *TenantModel.Meta.constraints,
            models.CheckConstraint(condition=Q(ends_on__gte=models.F("starts_on")), name="institutions_closure_order"),
        ]
