"""The bell in the head of a page: what the reader has not opened yet."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from salter.notifications.selectors import unread_of
from salter.pages.counts import Count, counted, register_count

__all__ = ["declare", "is_at_a_counter", "unread"]


def declare() -> None:
    register_count(Count("notifications.unread", _unread))


def is_at_a_counter(request: HttpRequest) -> bool:
    return request.user.is_authenticated and getattr(request, "institution", None) is not None


def unread(request: HttpRequest) -> int:
    return counted(request, "notifications.unread")


def _unread(request: HttpRequest) -> QuerySet[Any] | None:
    return unread_of(request.user, request.institution) if is_at_a_counter(request) else None  # type: ignore[arg-type, attr-defined]
