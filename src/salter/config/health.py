"""/healthz: this process answers. /readyz: it can do its work. /metrics: figures for Prometheus.

The figures are read from the database at each scrape: the product runs in several processes on several machines, and a
counter kept in one of them would tell a part only.
"""

from __future__ import annotations

import hmac
import ipaddress

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

WORKER_SILENT_S = 60

_WORKERS = "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => %s)"
_OLDEST_JOB = (
    "SELECT coalesce(extract(epoch FROM now() - min(coalesce(scheduled_at, now()))), 0) FROM procrastinate_jobs"
    " WHERE status = 'todo' AND coalesce(scheduled_at, now()) <= now()"
)
_JOBS = "SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY 1"
_OUTBOX = "SELECT channel, state, count(*) FROM notifications_message WHERE ended_at IS NULL GROUP BY 1, 2"


@never_cache
@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """200 as long as the process serves; asks nothing of the database, whose pause must not restart the web."""
    return HttpResponse("ok", content_type="text/plain")


@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """200 when database and queue answer, else 503; each part is named."""
    parts = {"database": "ok", "queue": "ok"}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.execute(_WORKERS, [WORKER_SILENT_S])
            if cursor.fetchone() == (0,):
                parts["queue"] = "no worker"
    except DatabaseError:
        parts = {"database": "unreachable", "queue": "unknown"}
    good = all(word == "ok" for word in parts.values())
    return JsonResponse({"ready": good, **parts}, status=200 if good else 503)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures, for this machine and for whoever knows SALTER_METRICS_TOKEN."""
    if not _may_scrape(request):
        return HttpResponse("forbidden", status=403, content_type="text/plain")
    registry = CollectorRegistry()
    up = Gauge("salter_database_up", "1 when the database answers", registry=registry)
    try:
        _gather(registry)
        up.set(1)
    except DatabaseError:
        up.set(0)
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _gather(registry: CollectorRegistry) -> None:
    with connection.cursor() as cursor:
        jobs = Gauge("salter_jobs", "Jobs by state", ["status"], registry=registry)
        cursor.execute(_JOBS)
        for status, count in cursor.fetchall():
            jobs.labels(status).set(count)
        cursor.execute(_OLDEST_JOB)
        (age,) = cursor.fetchone() or (0,)
        Gauge("salter_oldest_job_seconds", "Age of the oldest job that is due", registry=registry).set(float(age))
        cursor.execute(_WORKERS, [WORKER_SILENT_S])
        (workers,) = cursor.fetchone() or (0,)
        Gauge("salter_workers", "Workers heard of in the last minute", registry=registry).set(workers)
        outbox = Gauge("salter_outbox_messages", "Messages under way", ["channel", "state"], registry=registry)
        cursor.execute(_OUTBOX)
        for channel, state, count in cursor.fetchall():
            outbox.labels(channel, state).set(count)


def _may_scrape(request: HttpRequest) -> bool:
    token = settings.SALTER_METRICS_TOKEN
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token:
        return hmac.compare_digest(token.encode(), given.encode())
    # A proxy on this machine brings the whole world along; then a token is needed.
    if settings.SALTER_TRUSTED_PROXIES:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
