"""Kinds, numbers, cases, their conversation and history."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import salter.lib.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("documents", "0001_store_files"),
        ("institutions", "0001_institutions"),
        ("parties", "0001_parties"),
        ("staff", "0001_staff"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Case",
            fields=[
                (
                    "id",
                    models.UUIDField(default=salter.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("number", models.CharField(max_length=60)),
                ("number_key", models.CharField(max_length=60)),
                ("steps", models.PositiveIntegerField(default=1)),
                ("version", models.PositiveIntegerField(default=1)),
                ("applicant_name", models.CharField(max_length=200)),
                ("applicant_email", models.EmailField(blank=True, max_length=254)),
                ("applicant_phone", models.CharField(blank=True, max_length=30)),
                ("applicant_language", models.CharField(blank=True, max_length=10)),
                ("about_kind", models.CharField(blank=True, max_length=40)),
                ("about_ref", models.CharField(blank=True, max_length=80)),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("web", "online"),
                            ("in_person", "in person"),
                            ("phone", "by phone"),
                            ("email", "by e-mail"),
                            ("sms", "by text message"),
                        ],
                        max_length=10,
                    ),
                ),
                ("subject", models.CharField(max_length=200)),
                ("fields", models.JSONField(blank=True, default=dict)),
                (
                    "priority",
                    models.CharField(
                        choices=[("low", "low"), ("normal", "normal"), ("high", "high"), ("urgent", "urgent")],
                        default="normal",
                        max_length=10,
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("status_since", models.DateTimeField()),
                ("due_on", models.DateField(blank=True, null=True)),
                (
                    "due_at",
                    models.DateTimeField(blank=True, help_text="the first moment at which it is late", null=True),
                ),
                ("due_steps", models.JSONField(blank=True, default=list)),
                ("first_answer_at", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("request_key", models.CharField(blank=True, max_length=64)),
                ("search_key", models.TextField()),
                ("subject_sort", models.CharField(db_collation="C", max_length=400)),
                ("applicant_sort", models.CharField(db_collation="C", max_length=400)),
                (
                    "assignee",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staff.membership",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="parties.customer",
                    ),
                ),
                (
                    "institution",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="institutions.institution",
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="opened_cases",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="parties.party",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staff.unit",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="CaseMessage",
            fields=[
                (
                    "id",
                    models.UUIDField(default=salter.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("version", models.PositiveIntegerField(help_text="the case's version that it made")),
                (
                    "author",
                    models.CharField(
                        choices=[("customer", "Customer"), ("staff", "Staff"), ("system", "System")], max_length=10
                    ),
                ),
                ("author_user_id", models.UUIDField(null=True)),
                ("author_name", models.CharField(max_length=200)),
                ("is_note", models.BooleanField(default=False)),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("web", "online"),
                            ("in_person", "in person"),
                            ("phone", "by phone"),
                            ("email", "by e-mail"),
                            ("sms", "by text message"),
                        ],
                        max_length=10,
                    ),
                ),
                ("text", models.TextField(blank=True)),
                ("created_at", models.DateTimeField()),
                ("request_key", models.CharField(blank=True, max_length=64)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="messages", to="cases.case"
                    ),
                ),
                (
                    "institution",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="institutions.institution",
                    ),
                ),
            ],
            options={
                "ordering": ["created_at", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                (
                    "id",
                    models.UUIDField(default=salter.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("field", models.CharField(blank=True, help_text="the own field that asked for it", max_length=40)),
                ("created_at", models.DateTimeField()),
                (
                    "file",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="documents.file"
                    ),
                ),
                (
                    "institution",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="institutions.institution",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="attachments", to="cases.case"
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="attachments", to="cases.casemessage"
                    ),
                ),
            ],
            options={
                "ordering": ["created_at", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Kind",
            fields=[
                (
                    "id",
                    models.UUIDField(default=salter.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("code", models.SlugField(max_length=40)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("is_offered", models.BooleanField(default=True, help_text="customers may open it themselves")),
                ("is_active", models.BooleanField(default=True)),
                ("icon", models.CharField(blank=True, max_length=30)),
                ("names", models.JSONField(default=dict)),
                ("hints", models.JSONField(default=dict)),
                (
                    "subject_labels",
                    models.JSONField(blank=True, default=dict, help_text="empty: the subject isn't asked"),
                ),
                ("text_labels", models.JSONField(default=dict)),
                ("number_pattern", models.CharField(default="{prefix}-{year}-{seq:05}", max_length=60)),
                ("prefix", models.CharField(blank=True, max_length=10)),
                ("class_mark", models.CharField(blank=True, max_length=20)),
                ("deadline_amount", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "deadline_counting",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("hours", "hours"),
                            ("working_hours", "working hours"),
                            ("days", "calendar days"),
                            ("working_days", "working days"),
                            ("months", "months"),
                        ],
                        max_length=15,
                    ),
                ),
                (
                    "deadline_rule",
                    models.CharField(blank=True, help_text="the rule's id, such as RL-12", max_length=20),
                ),
                ("deadline_texts", models.JSONField(blank=True, default=dict)),
                (
                    "fields",
                    models.JSONField(blank=True, default=list, help_text="own fields, see `cases.rules.KindField`"),
                ),
                (
                    "about_kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), blank=True, default=list, size=None
                    ),
                ),
                ("emergency_first", models.BooleanField(default=False)),
                (
                    "institution",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="institutions.institution",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staff.unit",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "code"],
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="case",
            name="kind",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="cases", to="cases.kind"),
        ),
        migrations.CreateModel(
            name="NumberSeries",
            fields=[
                (
                    "id",
                    models.UUIDField(default=salter.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("series", models.CharField(max_length=100)),
                ("year", models.PositiveSmallIntegerField(help_text="0: the series never starts again")),
                ("last", models.PositiveIntegerField()),
                (
                    "institution",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="institutions.institution",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "number series",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Status",
            fields=[
                (
                    "id",
                    models.UUIDField(default=salter.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("code", models.SlugField(max_length=40)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("labels", models.JSONField(default=dict)),
                ("hints", models.JSONField(blank=True, default=dict, help_text="what it means for the customer")),
                (
                    "tone",
                    models.CharField(
                        choices=[
                            ("neutral", "Neutral"),
                            ("info", "Info"),
                            ("success", "Success"),
                            ("warning", "Warning"),
                            ("danger", "Danger"),
                        ],
                        default="neutral",
                        max_length=10,
                    ),
                ),
                ("is_open", models.BooleanField(default=True)),
                ("is_on_path", models.BooleanField(default=True, help_text="shown among the steps to come")),
                (
                    "waits_for",
                    models.CharField(
                        choices=[("none", "nobody"), ("customer", "the customer"), ("office", "the office")],
                        default="none",
                        max_length=10,
                    ),
                ),
                (
                    "institution",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="institutions.institution",
                    ),
                ),
                (
                    "kind",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="statuses", to="cases.kind"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "statuses",
                "ordering": ["position", "code"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="HistoryEntry",
            fields=[
                (
                    "id",
                    models.UUIDField(default=salter.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("version", models.PositiveIntegerField(help_text="the case's version that it made")),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("opened", "Opened"),
                            ("status", "Status"),
                            ("assigned", "Assigned"),
                            ("priority", "Priority"),
                            ("deadline", "Deadline"),
                        ],
                        max_length=10,
                    ),
                ),
                ("step", models.PositiveIntegerField(null=True)),
                ("previous_step", models.PositiveIntegerField(null=True)),
                ("at", models.DateTimeField()),
                ("actor_user_id", models.UUIDField(null=True)),
                ("actor_name", models.CharField(max_length=200)),
                ("actor_role", models.CharField(max_length=20)),
                ("note", models.TextField(blank=True)),
                ("details", models.JSONField(blank=True, default=dict)),
                ("request_key", models.CharField(blank=True, max_length=64)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="history", to="cases.case"
                    ),
                ),
                (
                    "institution",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="institutions.institution",
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="history",
                        to="cases.casemessage",
                    ),
                ),
                (
                    "from_status",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.status"
                    ),
                ),
                (
                    "to_status",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.status"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "history entries",
                "ordering": ["at", "id"],
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="case",
            name="status",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="cases", to="cases.status"
            ),
        ),
        migrations.CreateModel(
            name="Transition",
            fields=[
                (
                    "id",
                    models.UUIDField(default=salter.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("labels", models.JSONField(blank=True, default=dict)),
                (
                    "roles",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        default=list,
                        help_text="customer, system or a role of staff",
                        size=None,
                    ),
                ),
                (
                    "asks_answer",
                    models.BooleanField(default=False, help_text="only together with words to the customer"),
                ),
                ("on_reply", models.BooleanField(default=False, help_text="taken by itself when the customer writes")),
                (
                    "on_assign",
                    models.BooleanField(default=False, help_text="taken by itself when somebody gets the case"),
                ),
                ("is_opening", models.BooleanField(default=False)),
                ("is_active", models.BooleanField(default=True)),
                (
                    "from_status",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps_out", to="cases.status"
                    ),
                ),
                (
                    "institution",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="institutions.institution",
                    ),
                ),
                (
                    "kind",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="transitions", to="cases.kind"
                    ),
                ),
                (
                    "to_status",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps_in", to="cases.status"
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "abstract": False,
            },
        ),
        migrations.AddIndex(
            model_name="casemessage",
            index=models.Index(fields=["case", "created_at", "id"], name="cases_message_thread"),
        ),
        migrations.AddConstraint(
            model_name="casemessage",
            constraint=models.UniqueConstraint(fields=("institution", "id"), name="cases_casemessage_tenant"),
        ),
        migrations.AddConstraint(
            model_name="casemessage",
            constraint=models.UniqueConstraint(
                condition=models.Q(("request_key", ""), _negated=True),
                fields=("case", "request_key"),
                name="cases_message_request",
            ),
        ),
        migrations.AddConstraint(
            model_name="casemessage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_note", False), models.Q(("author", "customer"), _negated=True), _connector="OR"
                ),
                name="cases_message_note_is_of_staff",
            ),
        ),
        migrations.AddIndex(
            model_name="attachment",
            index=models.Index(fields=["case", "created_at"], name="cases_attachment_of_case"),
        ),
        migrations.AddConstraint(
            model_name="attachment",
            constraint=models.UniqueConstraint(fields=("institution", "id"), name="cases_attachment_tenant"),
        ),
        migrations.AddConstraint(
            model_name="kind",
            constraint=models.UniqueConstraint(fields=("institution", "id"), name="cases_kind_tenant"),
        ),
        migrations.AddConstraint(
            model_name="kind",
            constraint=models.UniqueConstraint(fields=("institution", "code"), name="cases_kind_code"),
        ),
        migrations.AddConstraint(
            model_name="kind",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("deadline_amount__isnull", True), ("deadline_counting", "")),
                    models.Q(
                        ("deadline_amount__gte", 1),
                        ("deadline_counting__in", ["hours", "working_hours", "days", "working_days", "months"]),
                    ),
                    _connector="OR",
                ),
                name="cases_kind_deadline_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="kind",
            constraint=models.CheckConstraint(
                condition=models.Q(("number_pattern__contains", "{seq")), name="cases_kind_pattern_counts"
            ),
        ),
        migrations.AddConstraint(
            model_name="numberseries",
            constraint=models.UniqueConstraint(fields=("institution", "id"), name="cases_numberseries_tenant"),
        ),
        migrations.AddConstraint(
            model_name="numberseries",
            constraint=models.UniqueConstraint(fields=("institution", "series", "year"), name="cases_series_once"),
        ),
        migrations.AddConstraint(
            model_name="status",
            constraint=models.UniqueConstraint(fields=("institution", "id"), name="cases_status_tenant"),
        ),
        migrations.AddConstraint(
            model_name="status",
            constraint=models.UniqueConstraint(fields=("kind", "code"), name="cases_status_code"),
        ),
        migrations.AddConstraint(
            model_name="status",
            constraint=models.UniqueConstraint(fields=("kind", "id"), name="cases_status_of_kind"),
        ),
        migrations.AddConstraint(
            model_name="status",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_open", True), ("waits_for", "none"), _connector="OR"),
                name="cases_status_closed_waits_for_nobody",
            ),
        ),
        migrations.AddIndex(
            model_name="historyentry",
            index=models.Index(fields=["case", "at", "id"], name="cases_history_of_case"),
        ),
        migrations.AddConstraint(
            model_name="historyentry",
            constraint=models.UniqueConstraint(fields=("institution", "id"), name="cases_historyentry_tenant"),
        ),
        migrations.AddConstraint(
            model_name="historyentry",
            constraint=models.UniqueConstraint(fields=("case", "step", "to_status"), name="cases_history_step_status"),
        ),
        migrations.AddConstraint(
            model_name="historyentry",
            constraint=models.UniqueConstraint(fields=("case", "step"), name="cases_history_step"),
        ),
        migrations.AddConstraint(
            model_name="historyentry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("request_key", ""), _negated=True),
                fields=("case", "request_key"),
                name="cases_history_request",
            ),
        ),
        migrations.AddConstraint(
            model_name="historyentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("from_status__isnull", False),
                        ("step__isnull", False),
                        ("to_status__isnull", False),
                        models.Q(
                            models.Q(
                                ("from_status", models.F("to_status")),
                                ("previous_step__isnull", True),
                                ("step", 1),
                                ("what", "opened"),
                            ),
                            models.Q(
                                (
                                    "previous_step",
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("step"), "-", models.Value(1)
                                    ),
                                ),
                                ("previous_step__isnull", False),
                                ("step__gte", 2),
                                ("what", "status"),
                                models.Q(("from_status", models.F("to_status")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                    ),
                    models.Q(
                        models.Q(("what__in", ["opened", "status"]), _negated=True),
                        ("previous_step__isnull", True),
                        ("step__isnull", True),
                        ("from_status__isnull", True),
                        ("to_status__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="cases_history_shape",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["institution", "party", "-opened_at", "id"], name="cases_case_of_party"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["institution", "-opened_at", "id"], name="cases_case_newest"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["institution", "number_key"], name="cases_case_number_key"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["institution", "subject_sort", "id"], name="cases_case_by_subject"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["institution", "applicant_sort", "id"], name="cases_case_by_applicant"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["institution", "due_on", "id"], name="cases_case_due"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True)),
                fields=["institution", "assignee", "due_on", "id"],
                name="cases_case_open_mine",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True)),
                fields=["institution", "unit", "due_on", "id"],
                name="cases_case_open_unit",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True)),
                fields=["institution", "status", "due_on", "id"],
                name="cases_case_open_status",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["institution", "about_kind", "about_ref"], name="cases_case_about"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass("search_key", name="gin_trgm_ops"), name="cases_case_search"
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.UniqueConstraint(fields=("institution", "id"), name="cases_case_tenant"),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.UniqueConstraint(fields=("institution", "number"), name="cases_case_number"),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.UniqueConstraint(
                condition=models.Q(("request_key", ""), _negated=True),
                fields=("institution", "request_key"),
                name="cases_case_request",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(("steps__gte", 1), ("version__gte", 1)), name="cases_case_counts"
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("about_kind", ""), ("about_ref", "")),
                    models.Q(models.Q(("about_kind", ""), _negated=True), models.Q(("about_ref", ""), _negated=True)),
                    _connector="OR",
                ),
                name="cases_case_about_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(("customer__isnull", True), ("party__isnull", False), _connector="OR"),
                name="cases_case_customer_has_party",
            ),
        ),
        migrations.AddConstraint(
            model_name="transition",
            constraint=models.UniqueConstraint(fields=("institution", "id"), name="cases_transition_tenant"),
        ),
        migrations.AddConstraint(
            model_name="transition",
            constraint=models.UniqueConstraint(
                fields=("institution", "from_status", "to_status"), name="cases_transition_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="transition",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("from_status", models.F("to_status")), ("is_opening", True)),
                    models.Q(("is_opening", False), models.Q(("from_status", models.F("to_status")), _negated=True)),
                    _connector="OR",
                ),
                name="cases_transition_opening_is_loop",
            ),
        ),
        migrations.AddConstraint(
            model_name="transition",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_active", True), ("is_opening", True)),
                fields=("kind",),
                name="cases_transition_one_opening",
            ),
        ),
        migrations.AddConstraint(
            model_name="transition",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_active", True), ("on_reply", True)),
                fields=("from_status",),
                name="cases_transition_one_on_reply",
            ),
        ),
        migrations.AddConstraint(
            model_name="transition",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_active", True), ("on_assign", True)),
                fields=("from_status",),
                name="cases_transition_one_on_assign",
            ),
        ),
    ]
