"""Rows of parties stay within their institution; tries to link can't be changed."""

from django.db import migrations

from salter.lib.sql import append_only, composite_key


class Migration(migrations.Migration):
    dependencies = [("parties", "0001_parties")]
    operations = [
        composite_key("parties_party", "parent_id", "parties_party"),
        composite_key("parties_partyidentifier", "party_id", "parties_party"),
        composite_key("parties_customer", "party_id", "parties_party"),
        composite_key("parties_representation", "party_id", "parties_party"),
        append_only("parties_linkattempt"),
    ]
