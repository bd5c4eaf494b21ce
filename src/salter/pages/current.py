"""The request that this thread is answering, for template functions that work without being handed a context.

Macros are imported without context (`{% import "elements.html" as el %}`), yet links need the institution and forms
need the token against forgery; handing `request` to each of them would be noise on every page.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.http import HttpRequest

__all__ = ["current_request", "request_is"]

_request: ContextVar[HttpRequest | None] = ContextVar("salter_request", default=None)


def current_request() -> HttpRequest | None:
    """Return the request being answered, None outside of one."""
    return _request.get()


@contextmanager
def request_is(request: HttpRequest) -> Iterator[None]:
    """Let `current_request` return this request within the block."""
    token = _request.set(request)
    try:
        yield
    finally:
        _request.reset(token)
