"""The outbox: one row per message and channel, from the transaction of its cause until it arrived or was given up."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from salter.lib.ids import uuid7
from salter.notifications.types import DELIVERABLE, FAILURES, OPEN_STATES, Channel, Failure, Outcome, State

# Plain words: a migration must not depend on the enumerations of today.
_CHANNELS = [channel.value for channel in Channel]
_SENT_BY = [channel.value for channel in DELIVERABLE]
_STATES = [state.value for state in State]
_OPEN = [state.value for state in OPEN_STATES]
_OUTCOMES = [outcome.value for outcome in Outcome]


class TemplateVersion(models.Model):
    """The texts of one template as they stood at some time, in every language they had. Never changed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=80)
    version = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    texts = models.JSONField(help_text="{language: {subject, body, sms, action}}")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="notifications_template_version"),
            models.UniqueConstraint(fields=["code", "digest"], name="notifications_template_digest"),
        ]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"


class MessageQuerySet(models.QuerySet["Message"]):
    def heads(self) -> MessageQuerySet:
        """One row per notice, however many channels it takes."""
        return self.filter(is_head=True)

    def sent_to(self, user: object) -> MessageQuerySet:
        return self.filter(recipient=user)

    def open(self) -> MessageQuerySet:
        return self.filter(state__in=OPEN_STATES)


class Message(models.Model):
    """One message by one channel. Messages of one notice share `notice_id`; the first of them is its head.

    The readable texts hold no secret: it stands encrypted in `secret` until the message is sent, and nowhere after.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    institution = models.ForeignKey(
        "institutions.Institution", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    notice_id = models.UUIDField()
    is_head = models.BooleanField(default=False)
    recipient = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="messages"
    )
    party = models.ForeignKey("parties.Party", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    for_whom = models.CharField(max_length=200, blank=True, help_text="the party's name when it was written")

    channel = models.CharField(max_length=10, choices=[(c, c) for c in _CHANNELS])
    address = models.CharField(max_length=254, blank=True)
    language = models.CharField(max_length=10)
    wanted_language = models.CharField(max_length=10, blank=True, help_text="when the texts lacked it and fell back")
    template = models.ForeignKey(TemplateVersion, on_delete=models.PROTECT, related_name="+")
    context = models.JSONField(default=dict, help_text="values as they were put into the texts")
    subject = models.CharField(max_length=300, blank=True)
    body = models.TextField()
    secret = models.TextField(blank=True, help_text="encrypted; wiped when the message has left or was given up")
    about_kind = models.CharField(max_length=40, blank=True)
    about_ref = models.CharField(max_length=80, blank=True)
    path = models.CharField(max_length=500, blank=True)

    urgent = models.BooleanField(default=False, help_text="goes before others: a code that somebody waits for")
    state = models.CharField(max_length=10, choices=[(s, s) for s in _STATES], default="queued")
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(help_text="when it is due; while a worker holds it: until when")
    claimed_by = models.BigIntegerField(null=True, blank=True, help_text="the worker that holds it")
    maybe_sent = models.BooleanField(default=False, help_text="a worker died while sending: it may arrive twice")
    failure_code = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["institution", "id"], name="notifications_message_tenant"),
            models.UniqueConstraint(fields=["notice_id", "channel"], name="notifications_message_channel_once"),
            models.UniqueConstraint(
                fields=["notice_id"], condition=Q(is_head=True), name="notifications_message_one_head"
            ),
            models.CheckConstraint(condition=Q(channel__in=_CHANNELS), name="notifications_message_channel"),
            models.CheckConstraint(condition=Q(state__in=_STATES), name="notifications_message_state"),
            models.CheckConstraint(
                condition=Q(state__in=_OPEN, ended_at=None) | (~Q(state__in=_OPEN) & Q(ended_at__isnull=False)),
                name="notifications_message_ended",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["failed", "suppressed"]) & ~Q(failure_code="")
                | Q(state__in=["queued", "sending", "delivered"]),
                name="notifications_message_reason",
            ),
            models.CheckConstraint(
                condition=Q(state__in=_OPEN) | Q(secret=""), name="notifications_message_secret_wiped"
            ),
            models.CheckConstraint(
                condition=~Q(channel="portal") | Q(recipient__isnull=False, secret=""),
                name="notifications_message_portal",
            ),
            models.CheckConstraint(
                condition=Q(state="suppressed") | ~Q(channel__in=_SENT_BY) | ~Q(address=""),
                name="notifications_message_address",
            ),
            models.CheckConstraint(
                condition=Q(path="") | Q(path__startswith="/") & ~Q(path__startswith="//"),
                name="notifications_message_path",
            ),
        ]
        indexes = [
            # The worker's queue: only open rows, so it stays small however long the history grows.
            models.Index(
                F("channel"),
                F("urgent").desc(),
                F("next_attempt_at"),
                condition=Q(state__in=_OPEN),
                name="notifications_message_due",
            ),
            models.Index(F("claimed_by"), condition=Q(claimed_by__isnull=False), name="notifications_message_claimed"),
            models.Index(
                F("recipient"), F("created_at").desc(), condition=Q(is_head=True), name="notifications_message_inbox"
            ),
            models.Index(
                F("recipient"),
                F("institution"),
                condition=Q(is_head=True, read_at=None),
                name="notifications_message_unread",
            ),
            models.Index(F("institution"), F("about_kind"), F("about_ref"), name="notifications_message_about"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.id} {self.state}"

    @property
    def failure(self) -> Failure | None:
        """Reason and cure in the reader's language."""
        return FAILURES.get(self.failure_code) if self.failure_code else None

    @property
    def is_ended(self) -> bool:
        return self.state not in OPEN_STATES


class Attempt(models.Model):
    """One try to send a message, written when it ended. Never changed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="attempt_rows")
    number = models.PositiveIntegerField()
    gateway = models.CharField(max_length=40, blank=True)
    outcome = models.CharField(max_length=10, choices=[(o, o) for o in _OUTCOMES])
    code = models.CharField(max_length=40, blank=True)
    detail = models.CharField(max_length=500, blank=True, help_text="what the other server said; for the operator")
    ended_at = models.DateTimeField()

    class Meta:
        ordering = ["number", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=_OUTCOMES), name="notifications_attempt_outcome"),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} #{self.number} {self.outcome}"


class Preference(models.Model):
    """How a person wants to be told. Without a row all is on. The inbox and security messages can't be muted."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.OneToOneField("accounts.User", on_delete=models.CASCADE, related_name="+")
    email = models.BooleanField(default=True)
    sms = models.BooleanField(default=True)
    sms_letters = models.BooleanField(
        default=False, help_text="SMS with š, ă, ł and Cyrillic, though it takes more parts"
    )
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.user_id)


class BlockedAddress(models.Model):
    """An address that takes nothing from us: it does not exist, or its owner asked for silence without an account."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    channel = models.CharField(max_length=10, choices=[(c, c) for c in _SENT_BY])
    address = models.CharField(max_length=254)
    reason = models.CharField(max_length=40)
    blocked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "address"], name="notifications_blocked_once"),
            models.CheckConstraint(
                condition=Q(reason__in=["blocked", "unsubscribed"]), name="notifications_blocked_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel}:{self.address}"
