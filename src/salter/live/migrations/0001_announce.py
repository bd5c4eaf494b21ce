"""The database announces new messages to open pages.

By trigger and not by the code that writes: rows come by single saves and in bulk, from any process. One trigger a
statement, because each NOTIFY costs, and commits with NOTIFY wait for each other: a statement that reaches many
people wakes everybody once.
"""

from django.db import migrations

ANNOUNCE = """
CREATE FUNCTION salter_live_messages() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    people uuid[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(DISTINCT n.recipient_id) INTO people FROM new_rows n
        WHERE n.is_head AND n.recipient_id IS NOT NULL;
    ELSE
        SELECT array_agg(DISTINCT n.recipient_id) INTO people FROM new_rows n JOIN old_rows o USING (id)
        WHERE n.is_head AND n.recipient_id IS NOT NULL AND n.read_at IS DISTINCT FROM o.read_at;
    END IF;
    IF cardinality(people) > 50 THEN
        PERFORM pg_notify('salter_live', '*');
    ELSIF people IS NOT NULL THEN
        PERFORM pg_notify('salter_live', json_build_object('kind', 'inbox', 'id', p)::text) FROM unnest(people) p;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER live_insert AFTER INSERT ON notifications_message REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION salter_live_messages();
CREATE TRIGGER live_update AFTER UPDATE ON notifications_message REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
FOR EACH STATEMENT EXECUTE FUNCTION salter_live_messages();
"""

SILENCE = """
DROP TRIGGER live_insert ON notifications_message;
DROP TRIGGER live_update ON notifications_message;
DROP FUNCTION salter_live_messages();
"""


class Migration(migrations.Migration):
    dependencies = [("notifications", "__first__")]

    operations = [migrations.RunSQL(ANNOUNCE, SILENCE)]
