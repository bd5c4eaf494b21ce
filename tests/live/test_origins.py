"""Only pages of ours read the stream with the reader's cookie."""

import pytest

from salter.live import origins


@pytest.mark.parametrize(
    ("origin", "ours"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://localhost:8000", True),
        ("http://[::1]:8000", True),
        ("http://counter.example:8000", True),
        ("http://127.0.0.1:8001", False),  # another program of this machine
        ("https://127.0.0.1:8000", False),
        ("http://evil.example:8000", False),
        ("http://127.0.0.1.evil.example:8000", False),
        ("https://proxy.example", True),
        ("null", False),
        ("", False),
        ("http://127.0.0.1:port", False),
    ],
)
def test_origins(settings, origin: str, ours: bool):
    settings.SALTER_BASE_URL = "http://127.0.0.1:8000"
    settings.ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", ".counter.example"]
    settings.CSRF_TRUSTED_ORIGINS = ["https://proxy.example"]
    assert origins.is_ours(origin) is ours


@pytest.mark.parametrize(
    ("host", "stream"),
    [
        ("127.0.0.1:8000", "http://127.0.0.1:8001/live/events"),
        ("localhost", "http://localhost:8001/live/events"),
        ("[::1]:8000", "http://[::1]:8001/live/events"),
    ],
)
def test_the_stream_is_on_the_host_that_the_page_came_from(rf, settings, host: str, stream: str):
    settings.SALTER_LIVE_PORT, settings.SALTER_LIVE_URL = 8001, ""
    settings.ALLOWED_HOSTS = ["*"]
    assert origins.stream_url(rf.get("/", headers={"host": host})) == stream


def test_without_a_live_process_there_is_no_stream(rf, settings):
    settings.SALTER_LIVE_PORT, settings.SALTER_LIVE_URL = 0, ""
    assert origins.stream_url(rf.get("/")) == ""
