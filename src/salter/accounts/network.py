"""Where a request came from, as far as the proxies that we trust tell."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest

__all__ = ["client_address"]


def client_address(request: HttpRequest) -> str:
    """Return the address of the reader's machine, "" when it can't be known (a socket in the file system).

    Each trusted proxy appends the address it was called from to X-Forwarded-For; what stands left of those entries was
    written by the caller himself and is never believed.
    """
    found = request.META.get("REMOTE_ADDR", "")
    if settings.SALTER_TRUSTED_PROXIES:
        chain = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
        if len(chain) >= settings.SALTER_TRUSTED_PROXIES:
            found = chain[-settings.SALTER_TRUSTED_PROXIES]
    return _clean(found)


def _clean(text: str) -> str:
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return ""
