"""The console phone: what an installation without a supplier has sent and received."""

from django.db import models
from django.db.models import Q

from salter.lib.ids import uuid7


class StoredSms(models.Model):
    """One text message on the console phone. `reference` is ours; a message sent twice stands here twice."""

    OUT, IN = "out", "in"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    direction = models.CharField(max_length=3, choices=[(OUT, OUT), (IN, IN)], default=OUT)
    reference = models.CharField(max_length=80, blank=True)
    sender = models.CharField(max_length=30)
    to = models.CharField(max_length=30)
    text = models.TextField()
    encoding = models.CharField(max_length=4)
    parts = models.PositiveIntegerField()
    stored_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-stored_at", "-id"]
        indexes = [models.Index(fields=["to", "-stored_at"], name="sms_stored_to")]
        constraints = [models.CheckConstraint(condition=Q(direction__in=["out", "in"]), name="sms_stored_direction")]

    def __str__(self) -> str:
        return f"{self.sender} → {self.to}"
