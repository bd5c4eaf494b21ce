"""Small numbers that the frame shows on every page: what waits, what is new, whether the reader works here.

Each app declares which rows it counts; all that a page needs are counted together by one query. Counting goes up to
`MOST`, because no page shows more.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest

__all__ = ["MOST", "Count", "count_all", "counted", "register_count"]

MOST = 100


@dataclass(frozen=True, slots=True)
class Count:
    """`rows` returns what is to be counted for this reader, None when there is nothing to look for.

    `on` says whose pages need it: everybody's, or only the citizen's.
    """

    code: str
    rows: Callable[[HttpRequest], QuerySet[Any] | None]
    on: str = "every page"


_counts: dict[str, Count] = {}


def register_count(count: Count) -> None:
    """Declare a number. **Raises** ValueError when its code is taken."""
    if count.code in _counts:
        raise ValueError(f"count {count.code} is registered twice")
    _counts[count.code] = count


def counted(request: HttpRequest, code: str) -> int:
    """Return one of the numbers; what the same pages need besides is counted with it, once a request."""
    known: dict[str, int] | None = getattr(request, "counted", None)
    if known is None:
        known = request.counted = {}  # type: ignore[attr-defined]
    if code not in known:
        asked = _counts[code]
        wanted = [one for one in _counts.values() if one.on in ("every page", asked.on) and one.code not in known]
        rows = {one.code: one.rows(request) for one in wanted}
        known.update({name: 0 for name, found in rows.items() if found is None})
        known.update(count_all({name: found for name, found in rows.items() if found is not None}))
    return known[code]


def count_all(wanted: dict[str, QuerySet[Any]]) -> dict[str, int]:
    """Count the rows of several querysets by one query, each up to `MOST`."""
    found = dict.fromkeys(wanted, 0)
    columns: list[tuple[str, str]] = []
    values: list[Any] = []
    for name, rows in wanted.items():
        try:
            sql, parameters = rows.order_by().values("pk")[:MOST].query.sql_with_params()
        except EmptyResultSet:
            continue
        # Written by Django from a queryset; what a reader typed stands in the parameters.
        columns.append((name, f"(SELECT count(*) FROM ({sql}) AS found)"))  # noqa: S608
        values += parameters
    if columns:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(column for _name, column in columns)}", values)
            found.update(zip((name for name, _column in columns), cursor.fetchone(), strict=True))
    return found
