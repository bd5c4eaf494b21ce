"""Empties the outbox: `run_forever(stop_event)`, called by `salter worker`. Any number of them may run at once.

One thread per channel, so that a mail server that doesn't answer never holds up a code by SMS. The calling thread
keeps one connection of its own: it listens for wake-ups and holds the worker's number as a lock (see `delivery`).
Without such a connection (a pooler in between) everything works by polling and leases, only slower.
"""

from __future__ import annotations

import secrets
import threading
import time
import traceback
from datetime import datetime
from typing import Any

import psycopg
import structlog
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import close_old_connections, connection, connections
from django.utils import timezone

from salter.notifications import delivery, texts
from salter.notifications.services import WAKE_CHANNEL
from salter.notifications.types import DELIVERABLE, Channel

__all__ = ["deliver_due", "run_forever"]

log = structlog.get_logger(__name__)

# What a lost wake-up costs at most; retries are found at this beat.
POLL_S = 5.0
# How soon another worker takes over what a dead one held.
_LOOK_S = 1.0
# How soon the process notices that it shall stop.
_BEAT_S = 0.5
_BATCH = 50


def deliver_due(*, now: datetime | None = None, limit: int = 1000) -> int:
    """Send everything that is due, in this process and connection; for tests, commands and the demo.

    With `now` the clock stands still at that moment, so nothing is tried twice. Return how many messages were tried.
    """
    clock = (lambda: now) if now is not None else timezone.now
    tried = 0
    for channel in DELIVERABLE:
        count, _down = delivery.deliver_due(channel=channel, clock=clock, limit=limit)
        tried += count
    return tried


def run_forever(stop_event: threading.Event) -> None:
    """Send until `stop_event` is set; then finish the message in hand and put the others back."""
    worker = _Worker(stop_event)
    threads = [
        threading.Thread(target=worker.send, args=[channel], name=f"outbox-{channel}", daemon=True)
        for channel in DELIVERABLE
    ]
    for thread in threads:
        thread.start()
    worker.listen(threads)


class _Worker:
    def __init__(self, stop_event: threading.Event) -> None:
        self._stop = stop_event
        self._awake = {channel: threading.Event() for channel in DELIVERABLE}
        # None while there is no database; 0 when no lock can be held.
        self._number: int | None = None

    # -- the calling thread

    def listen(self, threads: list[threading.Thread]) -> None:
        """Hold the number and pass on wake-ups, over every restart of the database, until the threads have ended."""
        pause = 0.2
        while not self._stop.is_set():
            try:
                if _has_own_connection():
                    self._listen_once(threads)
                else:
                    self._poll()
                pause = 0.2
            except (psycopg.Error, DatabaseError, OSError) as error:
                self._number = None
                log.warning("outbox_database_away", error=str(error)[:200])
                self._stop.wait(pause)
                pause = min(pause * 2, 5)
            finally:
                connections.close_all()
        self._let_end(threads)

    def _listen_once(self, threads: list[threading.Thread]) -> None:
        with psycopg.connect(**_own_connection_parameters(), autocommit=True) as own:
            number = 0
            while not number:
                candidate = secrets.randbelow(2**31 - 1) + 1
                row = own.execute("SELECT pg_try_advisory_lock(%s, %s)", [delivery.WORKER_LOCKS, candidate]).fetchone()
                number = candidate if row and row[0] else 0
            own.execute(f"LISTEN {WAKE_CHANNEL}")
            self._ready(number)
            polled = looked = time.monotonic()
            while not self._stop.is_set():
                if any(True for _note in own.notifies(timeout=_BEAT_S, stop_after=1)):
                    self._wake()
                if time.monotonic() - looked >= _LOOK_S:
                    looked = time.monotonic()
                    # The generator doesn't tell of a connection that went away in silence; a question does.
                    own.execute("SELECT 1")
                    if delivery.free_rows_of_dead_workers(timezone.now()):
                        self._wake()
                    close_old_connections()
                if time.monotonic() - polled >= POLL_S:
                    polled = time.monotonic()
                    self._wake()
            # The lock is held until the threads have put back what they hold.
            self._let_end(threads)

    def _poll(self) -> None:
        self._ready(0)
        while not self._stop.wait(min(POLL_S, 2)):
            self._wake()

    def _ready(self, number: int) -> None:
        texts.sync_templates()
        delivery.free_rows_of_dead_workers(timezone.now())
        close_old_connections()
        self._number = number
        self._wake()

    def _wake(self) -> None:
        for event in self._awake.values():
            event.set()

    def _let_end(self, threads: list[threading.Thread]) -> None:
        self._wake()
        for thread in threads:
            thread.join(timeout=25)

    # -- one thread per channel

    def send(self, channel: Channel) -> None:
        """Send by one channel until told to stop."""
        awake = self._awake[channel]
        gateways = delivery.Gateways()
        try:
            while not self._stop.is_set():
                awake.clear()
                rest = self._send_once(channel, gateways)
                if rest is None:
                    awake.wait(POLL_S)
                else:
                    self._stop.wait(rest)
        finally:
            gateways.close()
            connections.close_all()

    def _send_once(self, channel: Channel, gateways: delivery.Gateways) -> float | None:
        """Send one batch. Return for how long to rest, or None to wait for a wake-up."""
        number = self._number
        if number is None:
            return _BEAT_S
        try:
            tried, down = delivery.deliver_due(
                channel=channel,
                clock=timezone.now,
                limit=_BATCH,
                worker=number,
                gateways=gateways,
                stop=self._stop.is_set,
            )
        except DatabaseError as error:
            log.warning("outbox_database_away", channel=str(channel), error=str(error)[:200])
            return 1.0
        except Exception:  # noqa: BLE001  a wrong setting or a fault of ours: the other channel goes on
            log.error("outbox_batch_broken", channel=str(channel), error=traceback.format_exc())
            return delivery.REST_S
        finally:
            # Nothing is held between two batches, or each restart of the database would cost a failed one.
            close_old_connections()
        if down:
            gateways.close()
            return delivery.REST_S
        return None if tried == 0 else 0.0


def _has_own_connection() -> bool:
    """Say whether we can hold a session: not when a pooler in transaction mode is all that we can reach."""
    ours, direct = connection.settings_dict, settings.SALTER_LISTEN_PARAMETERS
    behind_pooler = bool(ours["DISABLE_SERVER_SIDE_CURSORS"])
    same_address = (str(direct["host"]), str(direct["port"])) == (ours["HOST"], str(ours["PORT"]))
    return not (behind_pooler and same_address)


def _own_connection_parameters() -> dict[str, Any]:
    """Parameters of a connection that no pooler stands in, to the database that we work in."""
    return {
        **settings.SALTER_LISTEN_PARAMETERS,
        "dbname": connection.settings_dict["NAME"],
        "application_name": "salter outbox",
    }
