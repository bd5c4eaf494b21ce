"""The bell in the head of a page: what the reader has not opened yet."""

from django.http import HttpRequest

from salter.notifications.selectors import count_unread

__all__ = ["is_at_a_counter", "unread"]


def is_at_a_counter(request: HttpRequest) -> bool:
    return request.user.is_authenticated and getattr(request, "institution", None) is not None


def unread(request: HttpRequest) -> int:
    """Count once a request: the page of messages asks as well."""
    if not is_at_a_counter(request):
        return 0
    if not hasattr(request, "unread_messages"):
        request.unread_messages = count_unread(request.user, request.institution)  # type: ignore
    found: int = request.unread_messages  # type: ignore[attr-defined]
    return found
