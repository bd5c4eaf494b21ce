"""Forms that were acted on, so that a double click acts once."""

from django.db import models
from django.utils import timezone

from salter.lib.ids import uuid7

__all__ = ["Submission"]


class Submission(models.Model):
    """A form that was sent: a digest of its key, sender, address and content, and where the sender was sent then."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    digest = models.BinaryField(max_length=32, unique=True)
    location = models.CharField(max_length=2000, blank=True)
    sent_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["sent_at"], name="pages_submission_sent")]
