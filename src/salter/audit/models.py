"""The trail: entries as they are written, the seals that chain them, and the heads that were published.

Plain ids and no foreign keys: an entry outlives what it speaks of.
"""

from django.db import models
from django.db.models import Q

from salter.lib.ids import uuid7


class Entry(models.Model):
    """One act or one look. Append-only.

    `digest` is SHA-256 over the fields and over `payload_digest`; that in turn is SHA-256 over `Payload.salt` and
    `Payload.content`, so that a payload can be erased by law while the chain still verifies.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # The writing transaction, given by PostgreSQL: a seal covers only transactions that can't commit any more.
    # Set by a trigger, so that no client chooses it.
    xact = models.BigIntegerField(db_default=0)
    institution_id = models.UUIDField(null=True)
    at = models.DateTimeField()
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=200)
    actor_role = models.CharField(max_length=20)
    channel = models.CharField(max_length=20)
    address = models.CharField(max_length=64, blank=True)
    action = models.CharField(max_length=80)
    subject_kind = models.CharField(max_length=40, blank=True)
    subject_id = models.UUIDField(null=True)
    subject_ref = models.CharField(max_length=120, blank=True)
    party_id = models.UUIDField(null=True)
    purpose = models.CharField(max_length=300, blank=True)
    payload_digest = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        indexes = [
            models.Index(fields=["institution_id", "-at"], name="audit_entry_by_time"),
            models.Index(fields=["institution_id", "party_id", "-at"], name="audit_entry_by_party"),
            models.Index(fields=["institution_id", "subject_id", "-at"], name="audit_entry_by_subject"),
            models.Index(fields=["institution_id", "actor_id", "-at"], name="audit_entry_by_actor"),
            models.Index(fields=["xact"], name="audit_entry_by_xact"),
        ]


class Payload(models.Model):
    """What an entry carried. Kept apart so that it can be erased; only the retention role may delete here."""

    entry_id = models.UUIDField(primary_key=True)
    salt = models.CharField(max_length=32)
    content = models.JSONField()


class Seal(models.Model):
    """The place of an entry in its institution's chain. Append-only.

    `chain` = SHA-256(previous chain, position, entry id, entry digest). The platform's own entries form the chain
    of the nil UUID.
    """

    id = models.BigAutoField(primary_key=True)
    institution_id = models.UUIDField()
    position = models.BigIntegerField()
    entry_id = models.UUIDField(unique=True)
    digest = models.CharField(max_length=64)
    chain = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["institution_id", "position"], name="audit_seal_position"),
            models.CheckConstraint(condition=Q(position__gte=1), name="audit_seal_from_one"),
        ]
