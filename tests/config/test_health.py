"""What machines ask: alive, ready, figures."""

import json

import pytest
from django.db import connection
from django.test import Client


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_only_reading_is_answered(client: Client, path: str, method: str):
    assert getattr(client, method)(path).status_code == 405


def test_alive_asks_no_database(client: Client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok")
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_ready_names_the_missing_worker_and_then_sees_it(client: Client):
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert json.loads(answer.content) == {"ready": False, "database": "ok", "queue": "no worker"}
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '2 minutes')")
        assert client.get("/readyz").status_code == 503
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now())")
    assert json.loads(client.get("/readyz").content) == {"ready": True, "database": "ok", "queue": "ok"}


def test_ready_says_when_the_database_is_gone(client: Client, scratch_db, server):
    connection.close()
    server.drop(scratch_db.name)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert json.loads(answer.content)["database"] == "unreachable"
    assert b"salter_database_up 0.0" in client.get("/metrics").content


@pytest.mark.django_db
def test_figures_count_the_jobs(client: Client):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status, scheduled_at)"
            " VALUES ('q', 't', 'todo', now() - interval '1 hour'),"
            " ('q', 't', 'failed', NULL), ('q', 't', 'failed', NULL)"
        )
    text = client.get("/metrics").content.decode()
    assert 'salter_jobs{status="failed"} 2.0' in text
    assert 'salter_jobs{status="todo"} 1.0' in text
    (age,) = [float(line.split()[1]) for line in text.splitlines() if line.startswith("salter_oldest_job_seconds ")]
    assert 3590 < age < 3700


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "token", "given", "proxies", "status"),
    [
        ("127.0.0.1", "", "", 0, 200),
        ("::1", "", "", 0, 200),
        ("203.0.113.5", "", "", 0, 403),
        ("127.0.0.1", "", "", 1, 403),  # behind a proxy everybody seems to be local
        ("203.0.113.5", "key", "Bearer key", 1, 200),
        ("127.0.0.1", "key", "", 0, 403),
        ("127.0.0.1", "key", "Bearer other", 0, 403),
        ("nonsense", "", "", 0, 403),
    ],
)
def test_figures_are_not_for_everybody(client: Client, settings, address, token, given, proxies, status):
    settings.SALTER_METRICS_TOKEN, settings.SALTER_TRUSTED_PROXIES = token, proxies
    answer = client.get("/metrics", REMOTE_ADDR=address, headers={"authorization": given} if given else {})
    assert answer.status_code == status
