"""Addresses of cases: a number may hold slashes, an address keeps to one segment."""

from salter.cases.receipts import url_number

__all__ = ["CaseNumberConverter"]


class CaseNumberConverter:
    """`351-123/2026` stands in an address as `351-123~2026`."""

    # No control characters: PostgreSQL refuses a NUL in a text.
    regex = r"[^/\x00-\x1f]{1,80}"

    def to_python(self, value: str) -> str:
        return value.replace("~", "/")

    def to_url(self, value: str) -> str:
        return url_number(value)
