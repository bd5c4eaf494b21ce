"""Nobody rewrites who signed in and who tried to."""

from django.db import migrations

from salter.lib.sql import append_only


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_users")]
    operations = [append_only("accounts_signinattempt")]
