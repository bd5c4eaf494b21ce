"""A message stays within its institution; what was said and what was tried can't be changed."""

from django.db import migrations

from salter.lib.sql import append_only, composite_key


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_outbox")]
    operations = [
        # A message of the platform has no institution; then neither key is looked at (MATCH SIMPLE).
        composite_key("notifications_message", "party_id", "parties_party"),
        append_only("notifications_templateversion"),
        append_only("notifications_attempt"),
    ]
