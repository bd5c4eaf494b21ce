"""The reader's address behind proxies (setting SALTER_TRUSTED_PROXIES)."""

from typing import Any

import pytest
from django.test import RequestFactory

from salter.accounts.network import client_address


@pytest.mark.parametrize(
    ("proxies", "forwarded", "remote", "expected"),
    [
        (0, "203.0.113.9", "198.51.100.1", "198.51.100.1"),
        (1, "203.0.113.9", "10.0.0.1", "203.0.113.9"),
        (1, "6.6.6.6, 203.0.113.9", "10.0.0.1", "203.0.113.9"),
        (2, "6.6.6.6, 203.0.113.9, 10.0.0.2", "10.0.0.1", "203.0.113.9"),
        (2, "203.0.113.9", "10.0.0.1", "10.0.0.1"),
        (1, "", "10.0.0.1", "10.0.0.1"),
        (1, "<script>", "10.0.0.1", ""),
        (1, "[2001:db8::1]:443", "10.0.0.1", "2001:db8::1"),
        (1, "203.0.113.9:5555", "10.0.0.1", "203.0.113.9"),
        (0, "", "", ""),
    ],
)
def test_only_trusted_proxies_are_believed(
    settings: Any, proxies: int, forwarded: str, remote: str, expected: str
) -> None:
    settings.SALTER_TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR=remote)
    if forwarded:
        request.META["HTTP_X_FORWARDED_FOR"] = forwarded
    assert client_address(request) == expected
