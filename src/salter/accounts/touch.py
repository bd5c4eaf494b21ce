"""When each session was last used, written in batches by a thread of its own.

A write on every page would halve the throughput; so a page only notes the time in memory, and one statement writes all
notes of the last seconds. A process that dies loses at most that many seconds.
"""

import atexit
import logging
import threading
from datetime import datetime

from django.db import DatabaseError, InterfaceError, connection

__all__ = ["flush", "note", "start"]

INTERVAL_S = 20.0
_log = logging.getLogger(__name__)
_lock = threading.Lock()
_notes: dict[str, tuple[datetime, str]] = {}
_writer: threading.Thread | None = None
_stop = threading.Event()


def start() -> None:
    """Begin to write in this process. The web server's processes call it; elsewhere notes are dropped."""
    global _writer  # noqa: PLW0603 — one thread a process
    with _lock:
        if _writer is None or not _writer.is_alive():
            _stop.clear()
            _writer = threading.Thread(target=_run, name="session-touch", daemon=True)
            _writer.start()
            atexit.register(_stop.set)


def note(session_key: str, at: datetime, address: str) -> None:
    """Remember that a session was used now."""
    if _writer is not None:
        with _lock:
            _notes[session_key] = (at, address)


def flush() -> int:
    """Write what was noted and return how many sessions it was."""
    with _lock:
        notes = dict(_notes)
        _notes.clear()
    if not notes:
        return 0
    keys = list(notes)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE usersessions_usersession s SET last_seen_at = greatest(s.last_seen_at, n.at), "
            "ip = coalesce(nullif(n.address, '')::inet, s.ip) "
            "FROM unnest(%s::text[], %s::timestamptz[], %s::text[]) AS n(key, at, address) WHERE s.session_key = n.key",
            [keys, [notes[key][0] for key in keys], [notes[key][1] for key in keys]],
        )
        return cursor.rowcount


def _run() -> None:
    while not _stop.wait(INTERVAL_S):
        try:
            flush()
        except (DatabaseError, InterfaceError):
            # The database is restarting; these seconds are lost and the next ones are not.
            _log.warning("The time of last use could not be written.", exc_info=True)
        finally:
            connection.close()
