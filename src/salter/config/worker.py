"""`salter worker`: the job queue and the outbox in one process.

It ends when PostgreSQL restarts, as the queue's library does, and `salter run` starts it again: a fresh process is
simpler to trust than one that has lost its connections.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from typing import Any

import django

log = logging.getLogger(__name__)

CONCURRENCY = 4
POLL_S = 5.0  # NOTIFY fires for new jobs only: one that is retried waits for this at most
PATIENCE_S = 8.0  # less than the supervisor's


def run() -> int:
    """Work until SIGTERM or SIGINT; a job in hand is finished first."""
    django.setup()

    from django.conf import settings
    from procrastinate import PsycopgConnector
    from procrastinate.contrib.django import app

    from salter.notifications import worker as outbox

    stop = threading.Event()
    failed = threading.Event()

    def send() -> None:
        try:
            outbox.run_forever(stop)
        except Exception:
            # Half a worker would look alive and send nothing: the process ends and is started again.
            log.exception("The outbox stopped")
            failed.set()

    async def work() -> None:
        connector = PsycopgConnector(kwargs=settings.SALTER_LISTEN_PARAMETERS, min_size=2, max_size=CONCURRENCY + 3)
        with app.replace_connector(connector) as queue:
            async with queue.open_async():
                jobs = asyncio.create_task(
                    queue.run_worker_async(
                        concurrency=CONCURRENCY,
                        fetch_job_polling_interval=POLL_S,
                        shutdown_graceful_timeout=PATIENCE_S,
                        install_signal_handlers=True,
                        delete_jobs="successful",
                        **_heartbeat(),
                    )
                )
                while not jobs.done() and not failed.is_set():
                    await asyncio.wait({jobs}, timeout=0.5)
                if not jobs.done():
                    jobs.cancel()
                await asyncio.gather(jobs, return_exceptions=failed.is_set())

    sender = threading.Thread(target=send, name="outbox", daemon=True)
    sender.start()
    try:
        asyncio.run(work())
    except Exception:
        log.exception("The job queue stopped")
        failed.set()
    finally:
        stop.set()
        sender.join(PATIENCE_S)
    return 1 if failed.is_set() else 0


def _heartbeat() -> dict[str, Any]:
    from django.conf import settings

    return dict(settings.PROCRASTINATE_WORKER_DEFAULTS)
