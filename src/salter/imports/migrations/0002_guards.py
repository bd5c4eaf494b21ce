"""No finding or job points into another institution."""

from django.db import migrations

from salter.lib.sql import composite_key


class Migration(migrations.Migration):
    dependencies = [("imports", "0001_imports")]

    operations = [
        composite_key("imports_job", "profile_id", "imports_profile"),
        composite_key("imports_finding", "job_id", "imports_job"),
    ]
