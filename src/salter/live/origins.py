"""Where the stream is, and which pages may read it.

Without a proxy the live process listens on a port of its own beside the pages' port; behind one both are one origin,
and SALTER_LIVE_URL says where the stream is.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest

__all__ = ["is_ours", "stream_url"]


def _is_known_host(name: str) -> bool:
    for allowed in settings.ALLOWED_HOSTS:
        if allowed == "*" or name == allowed or (allowed.startswith(".") and f".{name}".endswith(allowed)):
            return True
    return False


def is_ours(origin: str) -> bool:
    """Whether a page of `origin` is one of this product's: a host of ours on the pages' own port."""
    if origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    base, asked = urlsplit(settings.SALTER_BASE_URL), urlsplit(origin)
    try:
        same_port = _port(asked.scheme, asked.port) == _port(base.scheme, base.port)
    except ValueError:
        return False
    host = asked.hostname or ""
    return asked.scheme == base.scheme and same_port and _is_known_host(f"[{host}]" if ":" in host else host)


def _port(scheme: str, port: int | None) -> int:
    return port or (443 if scheme == "https" else 80)


def stream_url(request: HttpRequest) -> str:
    """The address of the stream as the reader's browser reaches it; empty when there is none."""
    if settings.SALTER_LIVE_URL:
        return str(settings.SALTER_LIVE_URL)
    if not settings.SALTER_LIVE_PORT:
        return ""
    host = urlsplit(f"//{request.get_host()}").hostname or ""
    host = f"[{host}]" if ":" in host else host
    return f"{request.scheme}://{host}:{settings.SALTER_LIVE_PORT}/live/events"
