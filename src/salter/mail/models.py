"""The local mailbox: where mail goes while no mail server is configured."""

from django.db import models

from salter.lib.ids import uuid7


class StoredMail(models.Model):
    """One mail in the local mailbox. A mail that was sent twice stands here twice."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    message_id = models.CharField(max_length=200)
    sender = models.CharField(max_length=320)
    to = models.CharField(max_length=254)
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField(blank=True)
    headers = models.JSONField(default=dict)
    stored_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-stored_at", "-id"]
        indexes = [
            models.Index(fields=["to", "-stored_at"], name="mail_stored_to"),
            models.Index(fields=["-stored_at"], name="mail_stored_at"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} → {self.to}"
