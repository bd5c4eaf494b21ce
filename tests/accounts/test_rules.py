"""Pauses, devices and masks, without a database."""

from datetime import UTC, datetime, timedelta

import pytest

from salter.accounts import rules
from salter.accounts.types import DeviceKind

LOGIN = rules.LIMITS["login"]


@pytest.mark.parametrize(
    ("uses", "seconds", "left"),
    [(0, 0, 5), (1, 0, 4), (4, 0, 1), (5, 60, 0), (6, 120, 0), (7, 300, 0), (8, 900, 0), (10, 3600, 0), (99, 3600, 0)],
)
def test_pauses_grow_with_each_failure(uses: int, seconds: int, left: int) -> None:
    assert rules.pause_after(LOGIN, uses) == timedelta(seconds=seconds)
    assert rules.tries_left(LOGIN, uses) == left


def test_failures_are_forgotten_after_the_window() -> None:
    now = datetime(2026, 3, 5, tzinfo=UTC)
    assert not rules.is_forgotten(LOGIN, now - timedelta(hours=23, minutes=59), now)
    assert rules.is_forgotten(LOGIN, now - timedelta(hours=24), now)


CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0"


@pytest.mark.parametrize(
    ("agent", "kind", "words"),
    [
        ("", DeviceKind.UNKNOWN, ""),
        ("curl/8.5", DeviceKind.UNKNOWN, ""),
        (f"Mozilla/5.0 (Linux; Android 14; K) {CHROME} Mobile Safari/537.36", DeviceKind.PHONE, "Chrome, Android"),
        (f"Mozilla/5.0 (Linux; Android 14; SM-X2) {CHROME} Safari/537.36", DeviceKind.TABLET, "Chrome, Android"),
        (
            f"Mozilla/5.0 (Linux; Android 14; K) SamsungBrowser/25.0 {CHROME} Mobile Safari/537.36",
            DeviceKind.PHONE,
            "Samsung Internet, Android",
        ),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Safari/537.36", DeviceKind.COMPUTER, "Chrome, Windows"),
        (
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Safari/537.36 Edg/140.0",
            DeviceKind.COMPUTER,
            "Edge, Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 "
            "Safari/604.1",
            DeviceKind.PHONE,
            "Safari, iPhone",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17.5 Safari/605.1.15",
            DeviceKind.COMPUTER,
            "Safari, macOS",
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0",
            DeviceKind.COMPUTER,
            "Firefox, Linux",
        ),
    ],
)
def test_a_device_is_told_in_words(agent: str, kind: DeviceKind, words: str) -> None:
    device = rules.device_of(agent)
    assert (device.kind, device.words) == (kind, words)


@pytest.mark.parametrize(
    ("address", "shown"),
    [("ana@example.rs", "a•••@example.rs"), ("+381641234567", "+381 ••• 67"), ("@x", "•••@x")],
)
def test_the_middle_of_an_address_is_hidden(address: str, shown: str) -> None:
    assert rules.mask_address(address) == shown
