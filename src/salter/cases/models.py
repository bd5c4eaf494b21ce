"""Kinds with their statuses and transitions; cases with their conversation and history.

What the migration adds in SQL (`0002_guards`): composite foreign keys that hold each row in its institution and its
kind; a line of history only along a declared transition and only from the status the line before it led to; a status of
a case only as its newest line of history says; messages, history and attachments are append-only.
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q

from salter.cases.types import Author, Channel, Counting, Priority, Tone, WaitsFor, What
from salter.institutions.models import TenantModel


class Kind(TenantModel):
    """A kind of case at one institution: what it asks, how it is numbered, how long an answer may take."""

    code = models.SlugField(max_length=40)
    position = models.PositiveSmallIntegerField(default=0)
    is_offered = models.BooleanField(default=True, help_text="customers may open it themselves")
    is_active = models.BooleanField(default=True)
    icon = models.CharField(max_length=30, blank=True)
    names = models.JSONField(default=dict)
    hints = models.JSONField(default=dict)
    subject_labels = models.JSONField(default=dict, blank=True, help_text="empty: the subject isn't asked")
    text_labels = models.JSONField(default=dict)
    number_pattern = models.CharField(max_length=60, default="{prefix}-{year}-{seq:05}")
    prefix = models.CharField(max_length=10, blank=True)
    class_mark = models.CharField(max_length=20, blank=True)
    unit = models.ForeignKey("staff.Unit", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    deadline_amount = models.PositiveSmallIntegerField(null=True, blank=True)
    deadline_counting = models.CharField(max_length=15, choices=Counting.choices, blank=True)
    deadline_rule = models.CharField(max_length=20, blank=True, help_text="the rule's id, such as RL-12")
    deadline_texts = models.JSONField(default=dict, blank=True)
    fields = models.JSONField(default=list, blank=True, help_text="own fields, see `cases.rules.KindField`")
    about_kinds = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    emergency_first = models.BooleanField(default=False)

    class Meta(TenantModel.Meta):
        ordering = ["position", "code"]
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["institution", "code"], name="cases_kind_code"),
            models.CheckConstraint(
                condition=(Q(deadline_amount__isnull=True) & Q(deadline_counting=""))
                | (Q(deadline_amount__gte=1) & Q(deadline_counting__in=Counting.values)),
                name="cases_kind_deadline_whole",
            ),
            # Without a running number two cases would bear the same one.
            models.CheckConstraint(condition=Q(number_pattern__contains="{seq"), name="cases_kind_pattern_counts"),
        ]

    def __str__(self) -> str:
        return self.code


class Status(TenantModel):
    """A place where cases of a kind can stand."""

    kind = models.ForeignKey(Kind, on_delete=models.PROTECT, related_name="statuses")
    code = models.SlugField(max_length=40)
    position = models.PositiveSmallIntegerField(default=0)
    labels = models.JSONField(default=dict)
    hints = models.JSONField(default=dict, blank=True, help_text="what it means for the customer")
    tone = models.CharField(max_length=10, choices=Tone.choices, default=Tone.NEUTRAL)
    is_open = models.BooleanField(default=True)
    is_on_path = models.BooleanField(default=True, help_text="shown among the steps to come")
    waits_for = models.CharField(max_length=10, choices=WaitsFor.choices, default=WaitsFor.NONE)

    class Meta(TenantModel.Meta):
        ordering = ["position", "code"]
        verbose_name_plural = "statuses"
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["kind", "code"], name="cases_status_code"),
            models.UniqueConstraint(fields=["kind", "id"], name="cases_status_of_kind"),
            models.CheckConstraint(
                condition=Q(is_open=True) | Q(waits_for=WaitsFor.NONE), name="cases_status_closed_waits_for_nobody"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Transition(TenantModel):
    """A step that cases of a kind may take, and the roles that may take it.

    The one from a status to itself is how a case begins. A retired transition stays, because history refers to it.
    """

    kind = models.ForeignKey(Kind, on_delete=models.PROTECT, related_name="transitions")
    from_status = models.ForeignKey(Status, on_delete=models.PROTECT, related_name="steps_out")
    to_status = models.ForeignKey(Status, on_delete=models.PROTECT, related_name="steps_in")
    position = models.PositiveSmallIntegerField(default=0)
    labels = models.JSONField(default=dict, blank=True)
    roles = ArrayField(models.CharField(max_length=20), default=list, help_text="customer, system or a role of staff")
    asks_answer = models.BooleanField(default=False, help_text="only together with words to the customer")
    on_reply = models.BooleanField(default=False, help_text="taken by itself when the customer writes")
    on_assign = models.BooleanField(default=False, help_text="taken by itself when somebody gets the case")
    is_opening = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)

    class Meta(TenantModel.Meta):
        ordering = ["position", "id"]
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["institution", "from_status", "to_status"], name="cases_transition_once"),
            models.CheckConstraint(
                condition=Q(is_opening=True, from_status=F("to_status"))
                | (Q(is_opening=False) & ~Q(from_status=F("to_status"))),
                name="cases_transition_opening_is_loop",
            ),
            models.UniqueConstraint(
                fields=["kind"], condition=Q(is_opening=True, is_active=True), name="cases_transition_one_opening"
            ),
            models.UniqueConstraint(
                fields=["from_status"], condition=Q(on_reply=True, is_active=True), name="cases_transition_one_on_reply"
            ),
            models.UniqueConstraint(
                fields=["from_status"],
                condition=Q(on_assign=True, is_active=True),
                name="cases_transition_one_on_assign",
            ),
        ]


class NumberSeries(TenantModel):
    """The last number given out in a series; its row is locked until the case is stored, so no number is lost."""

    series = models.CharField(max_length=100)
    year = models.PositiveSmallIntegerField(help_text="0: the series never starts again")
    last = models.PositiveIntegerField()

    class Meta(TenantModel.Meta):
        verbose_name_plural = "number series"
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["institution", "series", "year"], name="cases_series_once"),
        ]


class CaseQuerySet(models.QuerySet["Case"]):
    def open(self) -> "CaseQuerySet":
        return self.filter(closed_at__isnull=True)

    def closed(self) -> "CaseQuerySet":
        return self.filter(closed_at__isnull=False)

    def waiting_for_customer(self) -> "CaseQuerySet":
        return self.open().filter(status__waits_for=WaitsFor.CUSTOMER)

    def with_names(self) -> "CaseQuerySet":
        """What a line of a list shows, in one query."""
        return self.select_related("kind", "status", "unit", "assignee__user", "party")

    def with_state(self) -> "CaseQuerySet":
        """What a line of the customer's own list shows, in one query; texts that it doesn't show stay behind."""
        kind = ("hints", "subject_labels", "text_labels", "deadline_texts", "fields", "about_kinds")
        return self.select_related("kind", "status").defer(
            "due_steps", "fields", "search_key", "status__hints", *(f"kind__{name}" for name in kind)
        )


class Case(TenantModel):
    """One matter of one applicant."""

    number = models.CharField(max_length=60)
    # The number as people type it: no spaces, no leading zeros, no date, Latin letters (RL-24).
    number_key = models.CharField(max_length=60)
    kind = models.ForeignKey(Kind, on_delete=models.PROTECT, related_name="cases")
    status = models.ForeignKey(Status, on_delete=models.PROTECT, related_name="cases")
    # How many lines of history moved the status; the newest of them is the one that the status must agree with.
    steps = models.PositiveIntegerField(default=1)
    version = models.PositiveIntegerField(default=1)
    party = models.ForeignKey("parties.Party", null=True, blank=True, on_delete=models.PROTECT, related_name="cases")
    customer = models.ForeignKey(
        "parties.Customer", null=True, blank=True, on_delete=models.PROTECT, related_name="cases"
    )
    applicant_name = models.CharField(max_length=200)
    applicant_email = models.EmailField(max_length=254, blank=True)
    applicant_phone = models.CharField(max_length=30, blank=True)
    applicant_language = models.CharField(max_length=10, blank=True)
    about_kind = models.CharField(max_length=40, blank=True)
    about_ref = models.CharField(max_length=80, blank=True)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    subject = models.CharField(max_length=200)
    fields = models.JSONField(default=dict, blank=True)
    priority = models.CharField(max_length=10, choices=Priority.choices, default=Priority.NORMAL)
    unit = models.ForeignKey("staff.Unit", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    assignee = models.ForeignKey("staff.Membership", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    opened_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="opened_cases"
    )
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    status_since = models.DateTimeField()
    due_on = models.DateField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True, help_text="the first moment at which it is late")
    due_steps = models.JSONField(default=list, blank=True)
    first_answer_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    request_key = models.CharField(max_length=64, blank=True)
    search_key = models.TextField()
    subject_sort = models.CharField(max_length=400, db_collation="C")
    applicant_sort = models.CharField(max_length=400, db_collation="C")

    objects = CaseQuerySet.as_manager()

    class Meta(TenantModel.Meta):
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["institution", "number"], name="cases_case_number"),
            # A double click brings the same key twice: the second insert fails, its number goes back with it.
            models.UniqueConstraint(
                fields=["institution", "request_key"], condition=~Q(request_key=""), name="cases_case_request"
            ),
            models.CheckConstraint(condition=Q(steps__gte=1) & Q(version__gte=1), name="cases_case_counts"),
            models.CheckConstraint(
                condition=Q(about_kind="", about_ref="") | (~Q(about_kind="") & ~Q(about_ref="")),
                name="cases_case_about_whole",
            ),
            models.CheckConstraint(
                condition=Q(customer__isnull=True) | Q(party__isnull=False), name="cases_case_customer_has_party"
            ),
        ]
        indexes = [
            models.Index(fields=["institution", "party", "-opened_at", "id"], name="cases_case_of_party"),
            models.Index(fields=["institution", "-opened_at", "id"], name="cases_case_newest"),
            models.Index(fields=["institution", "number_key"], name="cases_case_number_key"),
            models.Index(fields=["institution", "subject_sort", "id"], name="cases_case_by_subject"),
            models.Index(fields=["institution", "applicant_sort", "id"], name="cases_case_by_applicant"),
            models.Index(fields=["institution", "due_on", "id"], name="cases_case_due"),
            models.Index(
                fields=["institution", "assignee", "due_on", "id"],
                condition=Q(closed_at__isnull=True),
                name="cases_case_open_mine",
            ),
            models.Index(
                fields=["institution", "unit", "due_on", "id"],
                condition=Q(closed_at__isnull=True),
                name="cases_case_open_unit",
            ),
            models.Index(
                fields=["institution", "status", "due_on", "id"],
                condition=Q(closed_at__isnull=True),
                name="cases_case_open_status",
            ),
            models.Index(fields=["institution", "about_kind", "about_ref"], name="cases_case_about"),
            GinIndex(OpClass("search_key", name="gin_trgm_ops"), name="cases_case_search"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class CaseMessage(TenantModel):
    """Words in a case: the customer's, the office's, or a note that only staff see. Append-only."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="messages")
    version = models.PositiveIntegerField(help_text="the case's version that it made")
    author = models.CharField(max_length=10, choices=Author.choices)
    author_user_id = models.UUIDField(null=True)
    author_name = models.CharField(max_length=200)
    is_note = models.BooleanField(default=False)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    text = models.TextField(blank=True)
    created_at = models.DateTimeField()
    request_key = models.CharField(max_length=64, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["created_at", "id"]
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["case", "request_key"], condition=~Q(request_key=""), name="cases_message_request"
            ),
            models.CheckConstraint(
                condition=Q(is_note=False) | ~Q(author=Author.CUSTOMER), name="cases_message_note_is_of_staff"
            ),
        ]
        indexes = [models.Index(fields=["case", "created_at", "id"], name="cases_message_thread")]


class HistoryEntry(TenantModel):
    """One thing that happened to a case. Append-only.

    Lines that move the status are numbered by `step`: the first is the opening, and each begins where the one before
    it ended (`previous_step`).
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="history")
    version = models.PositiveIntegerField(help_text="the case's version that it made")
    what = models.CharField(max_length=10, choices=What.choices)
    step = models.PositiveIntegerField(null=True)
    previous_step = models.PositiveIntegerField(null=True)
    from_status = models.ForeignKey(Status, null=True, on_delete=models.PROTECT, related_name="+")
    to_status = models.ForeignKey(Status, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    actor_user_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=200)
    actor_role = models.CharField(max_length=20)
    note = models.TextField(blank=True)
    details = models.JSONField(default=dict, blank=True)
    message = models.ForeignKey(CaseMessage, null=True, on_delete=models.PROTECT, related_name="history")
    request_key = models.CharField(max_length=64, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["at", "id"]
        verbose_name_plural = "history entries"
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["case", "step", "to_status"], name="cases_history_step_status"),
            models.UniqueConstraint(fields=["case", "step"], name="cases_history_step"),
            models.UniqueConstraint(
                fields=["case", "request_key"], condition=~Q(request_key=""), name="cases_history_request"
            ),
            models.CheckConstraint(
                condition=(
                    # A CHECK takes NULL for yes, so each column is asked for by name.
                    Q(from_status__isnull=False, to_status__isnull=False, step__isnull=False)
                    & (
                        Q(what=What.OPENED, step=1, previous_step__isnull=True, from_status=F("to_status"))
                        | Q(what=What.STATUS, step__gte=2, previous_step__isnull=False, previous_step=F("step") - 1)
                        & ~Q(from_status=F("to_status"))
                    )
                    | (
                        ~Q(what__in=[What.OPENED, What.STATUS])
                        & Q(step__isnull=True, previous_step__isnull=True)
                        & Q(from_status__isnull=True, to_status__isnull=True)
                    )
                ),
                name="cases_history_shape",
            ),
        ]
        indexes = [models.Index(fields=["case", "at", "id"], name="cases_history_of_case")]


class Attachment(TenantModel):
    """A file that came with a message. Append-only."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="attachments")
    message = models.ForeignKey(CaseMessage, on_delete=models.PROTECT, related_name="attachments")
    file = models.OneToOneField("documents.File", on_delete=models.PROTECT, related_name="+")
    field = models.CharField(max_length=40, blank=True, help_text="the own field that asked for it")
    created_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["case", "created_at"], name="cases_attachment_of_case")]
