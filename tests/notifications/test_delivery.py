"""From queued to its end: sent, tried again, given up, taken over from a worker that died."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from salter.mail.gateways.console import ConsoleGateway
from salter.mail.models import StoredMail
from salter.mail.types import MailError
from salter.notifications import delivery, services
from salter.notifications.models import Attempt, BlockedAddress, Message
from salter.notifications.rules import PAUSES_MIN, next_attempt_at
from salter.notifications.types import FAILURES, Channel
from salter.notifications.worker import deliver_due
from salter.sms.models import StoredSms
from tests.cast import Cast
from tests.notifications.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("templates")]


def queue(
    cast: Cast, address: str = "ana@example.rs", template: str = "test.plain", channel: str = "email",
    secret: str | None = None, now: datetime = NOW,
) -> Message:  # fmt: skip
    return services.send_to_address(
        institution=cast.gas,
        template=template,
        channel=channel,
        address=address,
        language="en",
        context={},
        secret=secret,
        now=now,
    )


def fresh(row: Message) -> Message:
    return Message.objects.get(pk=row.pk)


def outcomes(row: Message) -> list[tuple[int, str, str]]:
    return list(Attempt.objects.filter(message=row).order_by("id").values_list("number", "outcome", "code"))


def test_mail_is_delivered(cast: Cast) -> None:
    row = queue(cast)
    assert deliver_due(now=NOW) == 1
    row = fresh(row)
    assert (row.state, row.ended_at, row.attempts, row.claimed_by) == ("delivered", NOW, 1, None)
    assert outcomes(row) == [(1, "delivered", "")]
    mail = StoredMail.objects.get()
    assert mail.message_id == f"<{row.pk}@localhost>"
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "/gas/messages/unsubscribe/" in mail.headers["List-Unsubscribe"]
    assert mail.headers["Reply-To"] == "office@example.rs"
    assert "There is news." in mail.text
    assert "Gas Company" in mail.text
    assert deliver_due(now=NOW) == 0


def test_letter_to_a_person(cast: Cast) -> None:
    services.notify(
        institution=cast.gas, template="test.answered", user=cast.ana, party=cast.ljiljan,
        context={"number": "P-<b>1", "amount": "5"}, path="/gas/cases/P-1", now=NOW,
    )  # fmt: skip
    deliver_due(now=NOW)
    mail = StoredMail.objects.get()
    assert "For: Apoteka Ljiljan d.o.o." in mail.text
    assert "Apoteka Ljiljan d.o.o." in mail.html
    assert "http://127.0.0.1:8000/gas/cases/P-1" in mail.text
    assert 'href="http://127.0.0.1:8000/gas/cases/P-1"' in mail.html
    assert "P-&lt;b&gt;1" in mail.html
    assert "P-<b>1" not in mail.html
    assert "P-<b>1" in mail.text


def test_secret_is_sent_and_then_gone(cast: Cast) -> None:
    row = queue(cast, template="test.code", secret="K7-4411")
    sms = queue(cast, "+381641234567", "test.code", "sms", secret="K7-4411")
    deliver_due(now=NOW)
    mail = StoredMail.objects.get()
    assert "K7-4411" in mail.text
    assert "List-Unsubscribe" not in mail.headers
    assert StoredSms.objects.get().text == "Code K7-4411"
    for sent in (row, sms):
        assert (fresh(sent).secret, fresh(sent).state) == ("", "delivered")
        assert "4411" not in fresh(sent).body


def test_secret_of_a_lost_key_fails(cast: Cast, settings: object) -> None:
    row = queue(cast, template="test.code", secret="K7")
    before = settings.SECRET_KEY  # type: ignore[attr-defined]
    settings.SECRET_KEY = "another"  # type: ignore[attr-defined]
    settings.SECRET_KEY_FALLBACKS = []  # type: ignore[attr-defined]
    deliver_due(now=NOW)
    assert (fresh(row).state, fresh(row).failure_code, fresh(row).secret) == ("failed", "internal", "")
    settings.SECRET_KEY_FALLBACKS = [before]  # type: ignore[attr-defined]
    settings.SECRET_KEY = "third"  # type: ignore[attr-defined]
    later = queue(cast, template="test.code", secret="K8")
    deliver_due(now=NOW)
    assert fresh(later).state == "delivered"


def test_permanent_failure_blocks_the_address(cast: Cast) -> None:
    row = queue(cast, "bounce@example.rs")
    deliver_due(now=NOW)
    row = fresh(row)
    assert (row.state, row.failure_code, row.attempts) == ("failed", "no_such_address", 1)
    assert row.failure == FAILURES["no_such_address"]
    assert BlockedAddress.objects.get().address == "bounce@example.rs"
    assert queue(cast, "bounce@example.rs").state == "suppressed"


def test_retries_with_growing_pauses_until_given_up(cast: Cast) -> None:
    row = queue(cast, "later@example.rs")
    now, waits = NOW, []
    while fresh(row).state == "queued":
        due = fresh(row).next_attempt_at
        if due > now:
            deliver_due(now=due - timedelta(seconds=1))
        waits.append(round((due - now).total_seconds() / 60))
        now = due
        assert deliver_due(now=now) == 1
    row = fresh(row)
    assert waits == [0, 0, 1, 5, 15, 60, 120, 240, 480, 480]
    assert (row.state, row.failure_code, row.attempts) == ("failed", "postponed", len(waits))
    assert row.ended_at is not None
    assert row.ended_at - NOW <= timedelta(hours=24)
    assert not BlockedAddress.objects.exists()


@pytest.mark.parametrize("attempts", range(1, 12))
def test_pauses_grow(attempts: int) -> None:
    far = NOW + timedelta(days=9)
    first, second = next_attempt_at(attempts, NOW, far), next_attempt_at(attempts + 1, NOW, far)
    assert first is not None
    assert second is not None
    assert second >= first
    assert first - NOW == timedelta(minutes=PAUSES_MIN[min(attempts, len(PAUSES_MIN)) - 1])


def test_no_attempt_after_the_end() -> None:
    assert next_attempt_at(5, NOW, NOW + timedelta(minutes=15)) is None
    assert next_attempt_at(5, NOW, NOW + timedelta(minutes=61)) == NOW + timedelta(minutes=60)


def test_late_code_is_not_sent(cast: Cast) -> None:
    row = queue(cast, template="test.code", secret="K7")
    assert deliver_due(now=NOW + timedelta(hours=25)) == 0
    assert (fresh(row).state, fresh(row).failure_code, fresh(row).secret) == ("failed", "too_late", "")


def test_anything_else_is_tried_however_late(cast: Cast) -> None:
    row = queue(cast)
    deliver_due(now=NOW + timedelta(days=3))
    assert fresh(row).state == "delivered"


def test_gateway_that_is_down_is_asked_once(cast: Cast) -> None:
    rows = [queue(cast, f"down@{n}.example.rs", now=NOW + timedelta(seconds=n)) for n in range(5)]
    tried, down = delivery.deliver_due(channel=Channel.EMAIL, clock=lambda: NOW + timedelta(minutes=1))
    assert (tried, down) == (1, True)
    assert [fresh(row).attempts for row in rows] == [1, 0, 0, 0, 0]
    assert {(fresh(row).state, fresh(row).claimed_by) for row in rows} == {("queued", None)}


def test_stopped_worker_puts_rows_back(cast: Cast) -> None:
    for _number in range(3):
        queue(cast)
    asked = iter([False, True, True, True, True])
    delivery.deliver_due(channel=Channel.EMAIL, clock=lambda: NOW, stop=lambda: next(asked))
    states = list(Message.objects.order_by("created_at", "id").values_list("state", "claimed_by"))
    assert sorted(states) == [("delivered", None), ("queued", None), ("queued", None)]


def test_silence_is_marked_and_tried_again(cast: Cast) -> None:
    gateways = delivery.Gateways()
    console = ConsoleGateway()
    gateways._mail = console
    console.fail_next(MailError("unreachable", "silence", uncertain=True))
    row = queue(cast)
    delivery.deliver_due(channel=Channel.EMAIL, clock=lambda: NOW, gateways=gateways)
    assert (fresh(row).maybe_sent, fresh(row).state) == (True, "queued")
    delivery.deliver_due(channel=Channel.EMAIL, clock=lambda: NOW, gateways=gateways)
    assert (fresh(row).maybe_sent, fresh(row).state) == (True, "delivered")
    assert len(console.sent) == 1


def test_broken_message_does_not_stop_the_others(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    broken, good = queue(cast), queue(cast, now=NOW + timedelta(seconds=1))
    Message.objects.filter(pk=broken.pk).update(language="xx", path="/gas/")
    deliver_due(now=NOW + timedelta(minutes=1))
    assert fresh(good).state == "delivered"
    assert (fresh(broken).state, fresh(broken).failure_code) == ("queued", "internal")
    assert outcomes(broken) == [(1, "retry", "internal")]


def test_urgent_goes_first(cast: Cast) -> None:
    queue(cast)
    queue(cast, template="test.code", secret="1", now=NOW + timedelta(seconds=5))
    deliver_due(now=NOW + timedelta(minutes=1))
    assert list(StoredMail.objects.order_by("id").values_list("subject", flat=True)) == ["Your code", "News"]


def test_note_in_the_readers_own_language(cast: Cast) -> None:
    assert delivery.fallback_note("") == ""
    assert delivery.fallback_note("pl")


# Workers that die


def test_lease_that_ran_out(cast: Cast) -> None:
    row = queue(cast)
    (claimed,) = delivery.claim(Channel.EMAIL, NOW, 10, 0)
    assert delivery.claim(Channel.EMAIL, NOW, 10, 0) == []
    assert delivery._settle_and_begin(None, claimed, 0, NOW)
    # Here the worker dies, in the middle of sending.
    assert deliver_due(now=NOW + timedelta(minutes=1)) == 0
    assert deliver_due(now=NOW + delivery.LEASE) == 1
    assert (fresh(row).state, fresh(row).maybe_sent, fresh(row).attempts) == ("delivered", True, 2)
    assert outcomes(row) == [(1, "lost", ""), (2, "delivered", "")]


def test_claimed_but_not_begun_is_not_marked(cast: Cast) -> None:
    row = queue(cast)
    delivery.claim(Channel.EMAIL, NOW, 10, 0)
    deliver_due(now=NOW + delivery.LEASE)
    assert (fresh(row).state, fresh(row).maybe_sent) == ("delivered", False)


def test_dead_worker_is_known_by_its_lock(cast: Cast) -> None:
    row = queue(cast)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, 4711)", [delivery.WORKER_LOCKS])
        delivery.claim(Channel.EMAIL, NOW, 10, 4711)
        assert delivery.free_rows_of_dead_workers(NOW) == 0
        assert deliver_due(now=NOW) == 0
        cursor.execute("SELECT pg_advisory_unlock(%s, 4711)", [delivery.WORKER_LOCKS])
    assert delivery.free_rows_of_dead_workers(NOW) == 1
    assert deliver_due(now=NOW) == 1
    assert fresh(row).state == "delivered"


def test_row_taken_over_is_not_begun_by_the_first(cast: Cast) -> None:
    queue(cast)
    (first,) = delivery.claim(Channel.EMAIL, NOW, 10, 1)
    later = NOW + delivery.LEASE
    (second,) = delivery.claim(Channel.EMAIL, later, 10, 2)
    assert not delivery._settle_and_begin(None, first, 1, later)
    assert delivery._settle_and_begin(None, second, 2, later)


def test_late_result_of_the_first_worker_changes_nothing(cast: Cast) -> None:
    row = queue(cast)
    (first,) = delivery.claim(Channel.EMAIL, NOW, 10, 1)
    delivery._settle_and_begin(None, first, 1, NOW)
    first.attempts += 1
    later = NOW + delivery.LEASE
    delivery.claim(Channel.EMAIL, later, 10, 2)
    result = delivery.Result(first, "failed", later, "smtp", "refused", "")  # type: ignore[arg-type]
    delivery._settle_and_begin(result, None, 1, later)
    assert (fresh(row).state, fresh(row).claimed_by, fresh(row).maybe_sent) == ("queued", 2, True)


def test_attempts_and_versions_cannot_be_changed(cast: Cast) -> None:
    queue(cast)
    deliver_due(now=NOW)
    for table in ("notifications_attempt", "notifications_templateversion"):
        for statement in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
            with pytest.raises(Exception, match=r"permission denied|append-only"), transaction.atomic():
                connection.cursor().execute(statement)


def test_clock_of_the_process(cast: Cast) -> None:
    row = queue(cast, now=timezone.now())
    assert deliver_due() == 1
    assert fresh(row).state == "delivered"
