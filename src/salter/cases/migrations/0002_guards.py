"""Promises that only SQL can make: rows stay in their institution and kind, and a status moves only along a transition.

How a status is held, without trusting any program:
1. A line of history names (from, to); a composite foreign key holds the pair in `cases_transition` of its institution.
   The opening is the pair of a status with itself.
2. Line `step` begins where line `step - 1` ended: a foreign key to (case, step, to_status) of the same table.
3. The case's (id, steps, status) is a foreign key, checked at commit, to (case, step, to_status) of its newest line; a
   trigger refuses to point back to an older one, and to change number, kind or institution of a case.
"""

from django.db import migrations
from django.db.migrations.operations import RunSQL

from salter.lib.sql import append_only, composite_key


def foreign_key(
    name: str, table: str, columns: str, target: str, target_columns: str, when: str = "IMMEDIATE"
) -> RunSQL:
    return RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({columns}) REFERENCES {target} ({target_columns}) "
        f"DEFERRABLE INITIALLY {when}",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0001_open_cases"),
        ("parties", "0001_parties"),
        ("staff", "0001_staff"),
        ("documents", "0001_store_files"),
    ]

    operations = [
        composite_key("cases_kind", "unit_id", "staff_unit"),
        composite_key("cases_status", "kind_id", "cases_kind"),
        composite_key("cases_transition", "kind_id", "cases_kind"),
        foreign_key(
            "cases_transition_from_of_kind",
            "cases_transition",
            "kind_id, from_status_id",
            "cases_status",
            "kind_id, id",
        ),
        foreign_key(
            "cases_transition_to_of_kind", "cases_transition", "kind_id, to_status_id", "cases_status", "kind_id, id"
        ),
        composite_key("cases_case", "kind_id", "cases_kind"),
        composite_key("cases_case", "party_id", "parties_party"),
        composite_key("cases_case", "customer_id", "parties_customer"),
        composite_key("cases_case", "unit_id", "staff_unit"),
        composite_key("cases_case", "assignee_id", "staff_membership"),
        foreign_key("cases_case_status_of_kind", "cases_case", "kind_id, status_id", "cases_status", "kind_id, id"),
        composite_key("cases_casemessage", "case_id", "cases_case"),
        composite_key("cases_historyentry", "case_id", "cases_case"),
        composite_key("cases_historyentry", "message_id", "cases_casemessage"),
        composite_key("cases_attachment", "case_id", "cases_case"),
        composite_key("cases_attachment", "message_id", "cases_casemessage"),
        composite_key("cases_attachment", "file_id", "documents_file"),
        foreign_key(
            "cases_history_is_declared",
            "cases_historyentry",
            "institution_id, from_status_id, to_status_id",
            "cases_transition",
            "institution_id, from_status_id, to_status_id",
        ),
        foreign_key(
            "cases_history_follows",
            "cases_historyentry",
            "case_id, previous_step, from_status_id",
            "cases_historyentry",
            "case_id, step, to_status_id",
        ),
        # A case and its first line of history need each other, so this one waits for the commit.
        foreign_key(
            "cases_case_status_has_history",
            "cases_case",
            "id, steps, status_id",
            "cases_historyentry",
            "case_id, step, to_status_id",
            "DEFERRED",
        ),
        RunSQL(
            """
            CREATE FUNCTION cases_guard_case() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF (NEW.number, NEW.kind_id, NEW.institution_id, NEW.opened_at)
                    IS DISTINCT FROM (OLD.number, OLD.kind_id, OLD.institution_id, OLD.opened_at) THEN
                    RAISE EXCEPTION 'number, kind, institution and opening of a case stay as they are'
                        USING ERRCODE = 'check_violation';
                END IF;
                IF NEW.steps < OLD.steps OR (NEW.steps = OLD.steps AND NEW.status_id <> OLD.status_id) THEN
                    RAISE EXCEPTION 'the status of a case moves only forward along its history'
                        USING ERRCODE = 'check_violation';
                END IF;
                IF NEW.version < OLD.version THEN
                    RAISE EXCEPTION 'the version of a case never falls' USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER cases_case_guard BEFORE UPDATE ON cases_case
                FOR EACH ROW EXECUTE FUNCTION cases_guard_case();
            CREATE FUNCTION cases_guard_series() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF NEW.last <> OLD.last + 1 THEN
                    RAISE EXCEPTION 'numbers of a series are given out one by one' USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER cases_series_guard BEFORE UPDATE ON cases_numberseries
                FOR EACH ROW EXECUTE FUNCTION cases_guard_series();
            """,
            """
            DROP TRIGGER cases_case_guard ON cases_case;
            DROP FUNCTION cases_guard_case();
            DROP TRIGGER cases_series_guard ON cases_numberseries;
            DROP FUNCTION cases_guard_series();
            """,
        ),
        append_only("cases_casemessage"),
        append_only("cases_historyentry"),
        append_only("cases_attachment"),
    ]
