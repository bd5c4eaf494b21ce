"""A membership's unit belongs to the same institution."""

from django.db import migrations

from salter.lib.sql import composite_key


class Migration(migrations.Migration):
    dependencies = [("staff", "0001_staff")]
    operations = [composite_key("staff_membership", "unit_id", "staff_unit")]
