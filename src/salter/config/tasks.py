"""Housekeeping of the job queue itself."""

from __future__ import annotations

import logging

from procrastinate.contrib.django import app

log = logging.getLogger(__name__)

STALLED_AFTER_S = 30


@app.periodic(cron="* * * * *")
@app.task(queue="housekeeping", queueing_lock="retry-stalled", pass_context=False)
async def retry_stalled(timestamp: int) -> None:
    """Give the jobs of a killed worker back to the queue; otherwise they stay `doing` for ever."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_S):
        log.warning("Job %s (%s) lost its worker and is given back", job.id, job.task_name)
        await app.job_manager.retry_job(job)
