"""Jobs of the pages."""

from datetime import timedelta

from django.utils import timezone
from procrastinate.contrib.django import app

from salter.pages.models import Submission

KEEP = timedelta(days=2)


@app.periodic(cron="23 3 * * *")
@app.task(queue="default", queueing_lock="pages-forget", pass_context=False)
def forget_submissions(timestamp: int) -> None:
    """Forget forms that nobody will send a second time any more."""
    Submission.objects.filter(sent_at__lt=timezone.now() - KEEP).delete()
