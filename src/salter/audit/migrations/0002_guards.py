"""The trail can only grow, and the writing transaction is named by the database itself."""

from django.db import migrations

from salter.lib.sql import append_only


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_trail")]
    operations = [
        append_only("audit_entry"),
        append_only("audit_seal"),
        append_only("audit_payload"),
        migrations.RunSQL(
            """
            CREATE FUNCTION audit_name_transaction() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                NEW.xact := pg_current_xact_id()::text::bigint;
                RETURN NEW;
            END $$;
            CREATE TRIGGER audit_entry_transaction BEFORE INSERT ON audit_entry
                FOR EACH ROW EXECUTE FUNCTION audit_name_transaction();
            """,
            "DROP TRIGGER audit_entry_transaction ON audit_entry; DROP FUNCTION audit_name_transaction();",
        ),
    ]
