"""Who may follow what."""

from __future__ import annotations

import json
import uuid

import pytest
from django.test import Client
from django.utils import timezone

from salter.live import channels


@pytest.fixture
def job(cast):
    from salter.imports.models import Job

    return Job.objects.create(
        institution=cast.gas,
        register="invoices",
        file_name="x.csv",
        file_size=1,
        started_by=cast.sanja,
        started_by_name=cast.sanja.name,
        created_at=timezone.now(),
    )


def test_the_inbox_is_ones_own(cast):
    assert channels.topic(cast.ana, "inbox:gas") == f"inbox:{cast.ana.pk}"
    assert channels.topic(cast.ana, "inbox:heat") == f"inbox:{cast.ana.pk}"
    assert channels.state(cast.ana, "inbox:gas") == "0"


@pytest.mark.parametrize(
    "channel",
    ["", "inbox", "inbox:", "inbox:nowhere", "inbox:gas:more", "import:gas", "import:gas:", "import:gas:not-an-id",
     f"import:gas:{uuid.UUID(int=1)}", "user:gas", "inbox:healthz", "inbox:" + "x" * 5000, "inbox:\x00"],
)  # fmt: skip
def test_what_there_is_not(cast, channel: str):
    assert channels.topic(cast.ana, channel) is None
    assert channels.state(cast.ana, channel) is None


@pytest.mark.parametrize(
    ("who", "may"),
    [("sanja", True), ("admir", True), ("dragan", False), ("ana", False), ("heda", False), ("nobody", False)],
)
def test_a_load_is_watched_by_who_started_it_and_by_those_who_may_load(cast, job, who: str, may: bool):
    person = getattr(cast, who)
    assert channels.topic(person, f"import:gas:{job.pk}") == (f"import:{job.pk}" if may else None)
    assert (channels.state(person, f"import:gas:{job.pk}") is not None) is may
    # The institution in the name must be the load's own.
    assert channels.topic(person, f"import:heat:{job.pk}") is None


def test_the_state_changes_with_the_progress(cast, job):
    name = f"import:gas:{job.pk}"
    before = channels.state(cast.sanja, name)
    job.permille = 500
    job.save()
    assert channels.state(cast.sanja, name) != before


@pytest.mark.parametrize(
    ("payload", "topic"),
    [
        ('{"kind": "import", "id": "7"}', "import:7"),
        ("*", "*"),
        ("", None),
        ("nonsense", None),
        ("[]", None),
        ('{"kind": "import"}', None),
        ("7", None),
    ],
)
def test_announcements_are_understood_or_passed_over(payload: str, topic: str | None):
    assert channels.announced(payload) == topic


def test_the_page_learns_state_and_stream(cast, client: Client, settings):
    settings.SALTER_LIVE_PORT, settings.SALTER_LIVE_URL = 8001, ""
    client.force_login(cast.ana)
    answer = client.get("/live/state", {"channel": ["inbox:gas", "import:gas:x"]}, headers={"host": "localhost:8000"})
    assert json.loads(answer.content) == {
        "stream": "http://localhost:8001/live/events",
        "state": {"inbox:gas": "0"},
    }
    assert "no-store" in answer["Cache-Control"]
    settings.SALTER_LIVE_URL = "/live/events"
    assert json.loads(client.get("/live/state?channel=inbox:gas").content)["stream"] == "/live/events"


def test_a_stranger_learns_nothing(client: Client, db):
    answer = client.get("/live/state?channel=inbox:gas")
    assert answer.status_code == 401
    assert json.loads(answer.content) == {"stream": "", "state": {}}


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_only_reading(cast, client: Client, method: str):
    client.force_login(cast.ana)
    assert getattr(client, method)("/live/state").status_code == 405


def test_many_channels_are_cut_off(cast, client: Client, django_assert_max_num_queries):
    client.force_login(cast.ana)
    client.get("/live/state")
    with django_assert_max_num_queries(2 + 2 * channels.MOST_CHANNELS):
        client.get("/live/state", {"channel": ["inbox:gas"] * 500})
