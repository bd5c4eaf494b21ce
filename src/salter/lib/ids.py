"""Keys of our rows: UUIDv7, so that new rows stand together in the index and sort by time of birth."""

from uuid import UUID

from uuid_utils.compat import uuid7 as _uuid7


def uuid7() -> UUID:
    """Return a new time-ordered key (Source: RFC 9562, version 7)."""
    return _uuid7()
