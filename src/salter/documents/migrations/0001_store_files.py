"""Rows of stored files."""

import django.db.models.deletion
from django.db import migrations, models

import salter.lib.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("institutions", "0001_institutions"),
    ]

    operations = [
        migrations.CreateModel(
            name="File",
            fields=[
                (
                    "id",
                    models.UUIDField(default=salter.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("sha256", models.CharField(max_length=64)),
                ("size", models.BigIntegerField()),
                ("type", models.CharField(max_length=10)),
                ("media_type", models.CharField(max_length=100)),
                ("name", models.CharField(max_length=120)),
                ("uploaded_by_id", models.UUIDField(null=True)),
                ("uploaded_at", models.DateTimeField()),
                ("claimed_at", models.DateTimeField(null=True)),
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
                "abstract": False,
                "indexes": [
                    models.Index(fields=["institution", "sha256"], name="documents_file_by_digest"),
                    models.Index(
                        condition=models.Q(("claimed_at__isnull", True)),
                        fields=["uploaded_at"],
                        name="documents_file_unclaimed",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("institution", "id"), name="documents_file_tenant"),
                    models.CheckConstraint(condition=models.Q(("size__gt", 0)), name="documents_file_not_empty"),
                    models.CheckConstraint(
                        condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")), name="documents_file_digest"
                    ),
                ],
            },
        ),
    ]
