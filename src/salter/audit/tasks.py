"""Jobs: the sealer every half minute, the heads once a day and after each sealing of a day's first entries."""

from django.utils import timezone
from procrastinate.contrib.django import app

from salter.audit import services


@app.periodic(cron="* * * * *")
@app.task(queue="audit", queueing_lock="audit-seal", pass_context=False)
def seal(timestamp: int) -> None:
    """Chain what was written since the last run."""
    services.seal_all(now=timezone.now())


@app.periodic(cron="7 * * * *")
@app.task(queue="audit", queueing_lock="audit-heads", pass_context=False)
def publish_heads(timestamp: int) -> None:
    """Write the chains' heads to the file outside the database."""
    services.publish_heads(now=timezone.now())
