"""The worker as a process: woken, stopped, cut off from its database, and killed at random points."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from django.utils import timezone

from salter.mail.models import StoredMail
from salter.notifications import services, worker
from salter.notifications.models import Attempt, Message
from tests.cast import make_institution
from tests.mail.server import Mailserver

pytestmark = pytest.mark.usefixtures("scratch_db", "templates")


def queue(number: int = 1, address: str = "ana{}@example.rs") -> list[Message]:
    return [
        services.send_to_address(
            institution=None,
            template="test.plain",
            channel="email",
            address=address.format(n),
            language="en",
            context={},
            now=timezone.now(),
        )
        for n in range(number)
    ]


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.02)


def all_ended() -> bool:
    return not Message.objects.open().exists()


@pytest.fixture
def running() -> Iterator[threading.Event]:
    """A worker in a thread of this process."""
    stop = threading.Event()
    thread = threading.Thread(target=worker.run_forever, args=[stop])
    thread.start()
    yield stop
    stop.set()
    thread.join(timeout=30)
    assert not thread.is_alive()


def connections_of_workers() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = 'salter outbox'"
        )
        return int(cursor.fetchone()[0])


def test_woken_by_the_commit(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    # Without the wake-up it would sleep for a minute.
    monkeypatch.setattr(worker, "POLL_S", 60)
    request.getfixturevalue("running")
    wait_until(lambda: connections_of_workers() == 1)
    time.sleep(0.5)
    for count in (1, 2, 3):
        queue()
        wait_until(lambda wanted=count: StoredMail.objects.count() == wanted, 30)
    # The mail may be seen before its row is settled.
    wait_until(all_ended)


def test_polls_without_a_connection_of_its_own(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    monkeypatch.setattr(worker, "_has_own_connection", lambda: False)
    queue(3)
    request.getfixturevalue("running")
    wait_until(all_ended)
    queue()
    wait_until(all_ended)
    assert StoredMail.objects.count() == 4
    assert connections_of_workers() == 0


def test_stops_quickly_and_leaves_nothing_claimed(request: pytest.FixtureRequest) -> None:
    queue(200)
    stop = request.getfixturevalue("running")
    wait_until(lambda: StoredMail.objects.count() > 5)
    stop.set()
    wait_until(lambda: connections_of_workers() == 0, 30)
    assert not Message.objects.filter(claimed_by__isnull=False).exists()
    assert not Message.objects.filter(state="sending").exists()
    assert not Message.objects.filter(maybe_sent=True).exists()


def test_survives_losing_its_database(scratch_db: Any, running: threading.Event) -> None:
    """Every connection is cut several times, as by a restart; a mail may be doubled, then it is marked."""
    rows = []
    with psycopg.connect(**scratch_db.application.libpq(), autocommit=True) as outside:
        for _round in range(5):
            rows += queue(10)
            time.sleep(random.uniform(0.05, 0.3))
            outside.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid()"
            )
            from django.db import connection

            connection.close()
    wait_until(all_ended, 60)
    sent = Counter(StoredMail.objects.values_list("message_id", flat=True))
    for row in rows:
        row.refresh_from_db()
        times = sent[f"<{row.pk}@localhost>"]
        assert row.state == "delivered"
        assert times >= 1
        assert times == 1 or row.maybe_sent


def test_two_workers_share_without_doubling() -> None:
    queue(120)
    stop = threading.Event()
    threads = [threading.Thread(target=worker.run_forever, args=[stop]) for _number in range(3)]
    for thread in threads:
        thread.start()
    wait_until(all_ended, 60)
    stop.set()
    for thread in threads:
        thread.join()
    assert set(Counter(StoredMail.objects.values_list("message_id", flat=True)).values()) == {1}
    assert StoredMail.objects.count() == 120
    assert Attempt.objects.count() == 120


# Killed


@dataclass
class SlowMailserver(Mailserver):
    """Takes a few milliseconds for each mail, so that many kills fall into the middle of one."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        await asyncio.sleep(random.uniform(0, 0.006))
        answer = await super().handle_DATA(server, session, envelope)
        await asyncio.sleep(random.uniform(0, 0.006))
        return answer


class Nursery:
    """Real worker processes on the scratch database, sending to `smtp`."""

    def __init__(self, scratch: Any, smtp: str) -> None:
        environment = os.environ | {
            "DATABASE_URL": str(scratch.owner),
            "DATABASE_APP_URL": str(scratch.application),
            "SALTER_SMTP_URL": smtp,
            "SALTER_AS": "",
            "PYTHONPATH": os.pathsep.join(["src", ".", os.environ.get("PYTHONPATH", "")]),
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.notifications.nursery"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            text=True,
        )
        assert self._read() == "ready"

    def _read(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def start(self) -> int:
        assert self.process.stdin is not None
        self.process.stdin.write("worker\n")
        self.process.stdin.flush()
        return int(self._read())

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(timeout=30)
        self.process.stdout.close()


def killed(scratch: Any, kills: int) -> None:
    make_institution()
    with SlowMailserver() as server:
        nursery = Nursery(scratch, server.url)
        try:
            for number in range(kills):
                queue(max(5, 60 - Message.objects.open().count()), f"k{number}-{{}}@example.rs")
                before = len(server.received)
                pid = nursery.start()
                # The first mail tells that the worker is at work; then it dies anywhere.
                wait_until(lambda seen=before: len(server.received) > seen)
                time.sleep(random.uniform(0, 0.15))
                os.kill(pid, signal.SIGKILL)
            pid = nursery.start()
            wait_until(all_ended, 120)
            os.kill(pid, signal.SIGTERM)
            wait_until(lambda: connections_of_workers() == 0, 40)
        finally:
            nursery.close()
        received = Counter(server.message_ids())
    rows = {f"<{row.pk}@localhost>": row for row in Message.objects.all()}
    assert {row.state for row in rows.values()} == {"delivered"}
    lost = rows.keys() - received.keys()
    assert not lost
    doubled = [name for name, times in received.items() if times > 1]
    assert all(rows[name].maybe_sent for name in doubled)
    # At most one message was in a worker's hand when it died: nothing else is under suspicion.
    marked = sum(row.maybe_sent for row in rows.values())
    assert len(doubled) <= marked <= kills
    assert Attempt.objects.filter(outcome="lost").count() >= marked
    # The kills did fall into the middle of sending.
    assert marked > kills / 10
    print(f"{kills} kills, {len(rows)} messages, {marked} marked, {len(doubled)} doubled, 0 lost")


def test_killed_at_random_points(scratch_db: Any) -> None:
    killed(scratch_db, 15)


@pytest.mark.slow
def test_killed_two_hundred_times(scratch_db: Any) -> None:
    killed(scratch_db, 200)
