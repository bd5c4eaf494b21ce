"""The queue stays quick however long the history: its queries use the small indexes over open rows."""

from datetime import timedelta

import pytest
from django.db import connection

from salter.notifications import delivery, services
from salter.notifications.models import Message
from tests.cast import Cast
from tests.notifications.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("templates")]


def test_claim_does_not_read_the_history(cast: Cast) -> None:
    rows = services.notify_all(
        institution=cast.gas, template="test.plain", users=[cast.ana], party=cast.ana_party, context={}, now=NOW
    )
    pattern = rows[1]
    with connection.cursor() as cursor:
        # A history of 20,000 delivered mails.
        columns = [field.column for field in Message._meta.concrete_fields]
        changed = {
            "id": "gen_random_uuid()",
            "notice_id": "gen_random_uuid()",
            "state": "'delivered'",
            "ended_at": "created_at",
        }
        cursor.execute(
            f"INSERT INTO notifications_message ({', '.join(columns)}) "
            f"SELECT {', '.join(changed.get(column, column) for column in columns)} "
            "FROM notifications_message, generate_series(1, 20000) WHERE id = %s",
            [pattern.pk],
        )
        cursor.execute("ANALYZE notifications_message")
        cursor.execute(
            "EXPLAIN SELECT id, state FROM notifications_message "
            "WHERE channel = 'email' AND state IN ('queued', 'sending') AND next_attempt_at <= %s "
            "ORDER BY urgent DESC, next_attempt_at LIMIT 50 FOR UPDATE SKIP LOCKED",
            [NOW],
        )
        claiming = "\n".join(row[0] for row in cursor.fetchall())
        cursor.execute(
            "EXPLAIN SELECT id FROM notifications_message WHERE claimed_by <> 0 AND state IN ('queued', 'sending')"
        )
        freeing = "\n".join(row[0] for row in cursor.fetchall())
    assert "Seq Scan" not in claiming
    assert "Seq Scan" not in freeing
    assert [row.pk for row in delivery.claim(delivery.Channel.EMAIL, NOW + timedelta(1), 10, 0)] == [pattern.pk]
