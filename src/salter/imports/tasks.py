"""Jobs of the queue: run a load, forget old files."""

from __future__ import annotations

import datetime
from uuid import UUID

from django.db import OperationalError
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from salter.imports import services

__all__ = ["forget_old_files", "run_job"]


ATTEMPTS = 5


# A load that lost the database begins again; all else ends the job with a reason that its starter reads.
@app.task(
    name="imports.run_job",
    queue="imports",
    pass_context=True,
    retry=RetryStrategy(max_attempts=ATTEMPTS, exponential_wait=4, retry_exceptions=[OperationalError]),
)
def run_job(context: JobContext, job_id: str) -> None:
    now = datetime.datetime.now(datetime.UTC)
    try:
        services.run(job_id=UUID(job_id), now=now)
    except OperationalError as fault:
        if context.job.attempts >= ATTEMPTS:
            services.give_up(job_id=UUID(job_id), fault=fault, now=now)
        raise


@app.periodic(cron="20 3 * * *")
@app.task(name="imports.forget_old_files", queue="imports", queueing_lock="imports.forget_old_files")
def forget_old_files(timestamp: int) -> None:
    services.forget_old_files(now=datetime.datetime.fromtimestamp(timestamp, datetime.UTC))
