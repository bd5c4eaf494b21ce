"""Jobs: the files of forms that were never sent go after a day."""

from django.utils import timezone
from procrastinate.contrib.django import app

from salter.audit.types import Actor
from salter.documents import services


@app.periodic(cron="41 2 * * *")
@app.task(queue="default", queueing_lock="documents-discard", pass_context=False)
def discard_unclaimed(timestamp: int) -> None:
    """Remove what nobody claimed."""
    services.discard_unclaimed(actor=Actor.system("documents"), now=timezone.now())
