"""How far a load is, for those who watch it.

The load itself is one transaction that nobody sees before its end, so its progress goes through a connection of its own
that commits each step. A watcher that can't be told must never stop a load.
"""

from __future__ import annotations

import datetime
import json
import logging
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import psycopg
from django.db import connection

from salter.imports.models import Job
from salter.imports.types import JobState, Phase

__all__ = ["CHANNEL", "Progress"]

log = logging.getLogger(__name__)

CHANNEL = "salter_live"
_PAUSE_S = 0.5
# Which part of the way each phase is, in permille: measured on a million invoices.
_SPANS = {Phase.READING: (0, 350), Phase.CHECKING: (350, 400), Phase.WRITING: (400, 990)}

Show = Callable[[Phase, float, int, int], None]


class Progress:
    """Writes permille and rows of a job and wakes its watchers; `show` is called as well, on every step."""

    def __init__(self, job: Job, show: Show | None = None) -> None:
        self._job_id, self._institution_id = job.id, job.institution_id
        self._show = show
        self._last = 0.0
        self._connection: psycopg.Connection[Any] | None = None

    def __enter__(self) -> Self:
        parameters = connection.get_connection_params()
        parameters = {
            key: parameters[key] for key in ("dbname", "user", "password", "host", "port") if key in parameters
        }
        try:
            self._connection = psycopg.connect(**parameters, autocommit=True, application_name="salter import progress")
            # The row is ours alone while we run; should it be locked all the same, the bar waits and not the load.
            self._connection.execute("SET lock_timeout = '500ms'")
        except psycopg.Error:
            log.warning("no connection to show the progress of load %s", self._job_id, exc_info=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connection is not None:
            self._connection.close()

    def __call__(self, phase: Phase, share: float, rows: int, refused: int) -> None:
        if self._show is not None:
            self._show(phase, share, rows, refused)
        if time.monotonic() - self._last < _PAUSE_S:
            return
        self._last = time.monotonic()
        start, end = _SPANS[phase]
        permille = round(start + (end - start) * min(1.0, max(0.0, share)))
        self._write(
            "UPDATE imports_job SET phase = %s, permille = %s, rows_read = %s, rows_refused = %s WHERE id = %s",
            [phase.value, permille, rows, refused, self._job_id],
        )

    def started(self, now: datetime.datetime) -> None:
        self._write(
            "UPDATE imports_job SET state = %s, phase = %s, permille = 0, rows_read = 0, rows_refused = 0, "
            "started_at = %s WHERE id = %s AND state IN (%s, %s)",
            [
                JobState.RUNNING.value,
                Phase.READING.value,
                now,
                self._job_id,
                JobState.QUEUED.value,
                JobState.RUNNING.value,
            ],
        )

    def finished(self) -> None:
        """Wake the watchers: the end itself was written by the load."""
        self._write("", [])

    def _write(self, sql: str, params: list[Any]) -> None:
        if self._connection is None:
            return
        try:
            if sql:
                self._connection.execute(sql, params)
            message = {"institution": str(self._institution_id), "kind": "import", "id": str(self._job_id)}
            self._connection.execute("SELECT pg_notify(%s, %s)", [CHANNEL, json.dumps(message)])
        except psycopg.Error:
            log.warning("the progress of load %s could not be shown", self._job_id, exc_info=True)
