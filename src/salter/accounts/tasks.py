"""What is done at night."""

from django.utils import timezone
from procrastinate.contrib.django import app

from salter.accounts import services

__all__ = ["forget_stale"]


@app.periodic(cron="17 3 * * *")
@app.task(queue="default", queueing_lock="accounts-forget", pass_context=False)
def forget_stale(timestamp: int) -> int:
    """Remove codes, unconfirmed sign-ups, counters and kept forms that have run out."""
    return services.forget_stale(now=timezone.now())
