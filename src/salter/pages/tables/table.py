"""The table itself: rows in, page, part or file out; its state stands in the address."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.core.exceptions import FieldDoesNotExist, ImproperlyConfigured
from django.db.models import F, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from salter.lib.searchkeys import search_key, sort_key
from salter.pages.errors import unprocessable
from salter.pages.shortcuts import page, render
from salter.pages.tables import search
from salter.pages.tables.columns import Column
from salter.pages.tables.export import csv_response, xlsx_response

__all__ = ["Pages", "Table"]

# Counting a million rows costs more than showing twenty-five of them.
COUNT_CAP = 1000
EXPORT_CAP = 50_000
PER_PAGE = (25, 50, 100)
# The database walks over everything before an offset; nobody reads page 400.
DEEPEST_PAGE = 400


@dataclass(frozen=True, slots=True)
class Pages:
    """Links to the pages around this one; `numbers` are (number, address, is current), address empty for a gap."""

    number: int
    previous: str
    next: str
    numbers: tuple[tuple[int, str, bool], ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A header cell: its link sorts, `sorted` is ascending, descending or none."""

    column: Column
    href: str
    sorted: str
    id: str


class Table:
    """Subclass it and set `name` (short, unique on a page), `title`, `columns`, `default_sort`.

    Override `tone(row)` for a bar at the row's start (danger, warning, info, white), `row_id(row)` where rows aren't
    models, `exported(request, kind)` to record that a file was taken.
    """

    name: ClassVar[str] = "table"
    title: Any = ""
    columns: ClassVar[Sequence[Column]] = ()
    default_sort: ClassVar[str] = ""
    per_page: ClassVar[int] = 25
    dense: ClassVar[bool] = False
    searchable: ClassVar[bool] = True
    exports: ClassVar[tuple[str, ...]] = ("csv", "xlsx")
    placeholder: Any = ""
    empty_title: Any = gettext_lazy("Nothing here yet")
    empty_text: Any = ""

    request: HttpRequest

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        names = [column.name for column in cls.columns]
        if len(names) != len(set(names)):
            raise ImproperlyConfigured(f"{cls.__name__}: two columns have one name")
        for column in cls.columns:
            if column.kind in ("text", "band") and column.search is None and column.choices is None:
                raise ImproperlyConfigured(
                    f"{cls.__name__}.{column.name}: say where the search looks, or `search=()` if it can't"
                )

    def __init__(
        self,
        rows: QuerySet[Any] | Iterable[Any],
        *,
        prefix: str = "",
        title: Any = None,
        now: datetime | None = None,
        hide: Iterable[str] = (),
    ) -> None:
        """`prefix` keeps the state of several tables on a page apart; `hide` names columns to leave out."""
        self.source = rows if isinstance(rows, QuerySet) else list(rows)
        self.prefix = prefix
        self.as_of = now or timezone.now()
        if title is not None:
            self.title = title
        hidden = set(hide)
        self.shown = [column for column in self.columns if column.name not in hidden]

    # ------------------------------------------------------------------ to override

    def tone(self, row: Any) -> str:
        """Return the tone of a row: danger, warning, info, white or nothing."""
        return ""

    def row_id(self, row: Any) -> str:
        return str(getattr(row, "pk", ""))

    def exported(self, request: HttpRequest, kind: str) -> None:
        """Called before a file is handed out; `kind` is csv or xlsx."""

    # ------------------------------------------------------------------ answers

    def respond(
        self,
        request: HttpRequest,
        template: str,
        context: dict[str, Any] | None = None,
        *,
        others: Sequence["Table"] = (),
        status: int = 200,
    ) -> Any:
        """Answer with the page, the part that htmx asked for, or the file.

        The template finds this table as `table`, each of `others` under its name.
        """
        tables = (self, *others)
        for table in tables:
            table.bind(request)
        for table in tables:
            kind = request.GET.get(f"{table.prefix}export", "")
            if kind and kind in table.exports:
                return table.export(kind)
        wanted = request.headers.get("HX-Target", "") if request.headers.get("HX-Request") else ""
        if wanted and not request.headers.get("HX-History-Restore-Request"):
            for table in tables:
                if wanted == table.part_id:
                    response = HttpResponse(render(request, "table_part.html", {"table": table}))
                    response.headers["Vary"] = "HX-Request, Cookie, Accept-Language"
                    return response
        named = {table.name: table for table in others}
        return page(request, template, {**(context or {}), **named, "table": self}, status=status)

    def bind(self, request: HttpRequest) -> "Table":
        """Take search, order and page from the address."""
        self.request = request
        return self

    def export(self, kind: str) -> HttpResponseBase:
        """Return the file, or the page's refusal when there are too many rows for one."""
        rows: Any = self.ordered
        if self._count(EXPORT_CAP) > EXPORT_CAP:
            return unprocessable(
                self.request,
                _("The list is too long for one file. Narrow it by the search first: at most %(count)s rows.")
                % {"count": f"{EXPORT_CAP:,}".replace(",", "\u202f")},
            )
        self.exported(self.request, kind)
        columns = [column for column in self.shown if column.export and column.kind != "action"]
        name = f"{self.name}-{timezone.localtime(self.as_of):%Y-%m-%d}"
        if isinstance(rows, QuerySet):
            rows = rows.iterator(chunk_size=2000)
        if kind == "csv":
            return csv_response(name, columns, rows)
        return xlsx_response(name, str(self.title), columns, rows)

    # ------------------------------------------------------------------ state

    @property
    def part_id(self) -> str:
        return f"{self.prefix}{self.name}-part"

    @property
    def find_id(self) -> str:
        return f"{self.prefix}{self.name}-find"

    @cached_property
    def query(self) -> str:
        return " ".join(self._given("q").replace("\x00", " ").split())[: search.MAX_LENGTH]

    @cached_property
    def order(self) -> tuple[Column, bool] | None:
        """The column that the rows stand by, and whether the order is reversed."""
        sorting = {column.name: column for column in self.shown if column.sorts}
        for wanted in (self._given("sort"), self.default_sort):
            column = sorting.get(wanted.removeprefix("-"))
            if column is not None:
                return column, wanted.startswith("-")
        return None

    @cached_property
    def number(self) -> int:
        """The page asked for, held within what there is."""
        given = self._given("page")
        wanted = int(given) if given.isascii() and given.isdigit() and len(given) < 7 else 1
        return max(1, min(wanted, DEEPEST_PAGE))

    @cached_property
    def size(self) -> int:
        given = self._given("per")
        return int(given) if given in {str(size) for size in PER_PAGE} else self.per_page

    def _given(self, name: str) -> str:
        return self.request.GET.get(f"{self.prefix}{name}", "")

    def address(self, **changes: Any) -> str:
        """Return the address of this page with another state of the table; None takes a key away."""
        state = {key: values for key, values in self.request.GET.lists() if not key.endswith("export")}
        state.pop(f"{self.prefix}page", None)
        for key, value in changes.items():
            if value in (None, ""):
                state.pop(self.prefix + key, None)
            else:
                state[self.prefix + key] = [str(value)]
        query = urlencode(state, doseq=True)
        return f"{self.request.path}?{query}" if query else self.request.path

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What the search form must carry along: the order, and what else stands in the address."""
        own = {f"{self.prefix}q", f"{self.prefix}page", f"{self.prefix}export"}
        return [(key, value) for key, values in self.request.GET.lists() if key not in own for value in values]

    # ------------------------------------------------------------------ rows

    @cached_property
    def found(self) -> Any:
        """All rows that the search has left."""
        if not self.query or not self.searchable:
            return self.source
        if isinstance(self.source, QuerySet):
            today = timezone.localdate(self.as_of)
            return self.source.filter(search.condition(self.shown, self.query, today))
        return self._found_in_list(self.source)

    def _found_in_list(self, rows: list[Any]) -> list[Any]:
        wanted = [folded for word in self.query.split() if (folded := search_key(word))]
        currency = self.currency
        left = []
        for row in rows:
            shown = [
                f"{column.text(row, currency)} {column.small(row)}" for column in self.shown if column.search != ()
            ]
            text = search_key(" ".join(shown))
            squeezed = text.replace(" ", "")
            if all(word in text or word.replace(" ", "") in squeezed for word in wanted):
                left.append(row)
        return left

    @cached_property
    def ordered(self) -> Any:
        """The rows found, in order, the same on every page: ties fall by the key."""
        if isinstance(self.found, QuerySet):
            if self.order is None:
                return self.found if self.found.ordered else self.found.order_by("pk")
            column, reverse = self.order
            terms = [self._term(field, reverse) for field in column.order_fields]
            return self.found.order_by(*terms, "-pk" if reverse else "pk")
        if self.order is None:
            return self.found
        column, reverse = self.order
        # Empty cells stand last either way.
        filled = [row for row in self.found if self._list_key(column, row) is not None]
        blank = [row for row in self.found if self._list_key(column, row) is None]
        return sorted(filled, key=lambda row: self._list_key(column, row), reverse=reverse) + blank

    def _term(self, field: str, reverse: bool) -> Any:
        if reverse and self._may_be_null(field):
            return F(field).desc(nulls_last=True)
        return f"-{field}" if reverse else field

    def _may_be_null(self, path: str) -> bool:
        model: Any = self.found.model
        for part in path.split("__"):
            try:
                field = model._meta.get_field(part)  # noqa: SLF001  (Django's documented name)
            except (FieldDoesNotExist, AttributeError):
                # An annotation: nobody knows.
                return True
            if field.null:
                return True
            model = field.related_model
        return False

    def _list_key(self, column: Column, row: Any) -> Any:
        value = column.sort(row) if callable(column.sort) else column.raw(row)
        if value is None or value == "":
            return None
        if isinstance(value, str) or column.kind in ("text", "band"):
            return sort_key(str(value), self.alphabet)
        return value

    @cached_property
    def rows(self) -> list[Any]:
        """The rows of this page."""
        start = (self.number - 1) * self.size
        # One more than shown tells whether there is a next page, without counting.
        taken = list(self.ordered[start : start + self.size + 1])
        self._more = len(taken) > self.size
        if not taken and self.number > 1:
            self.number = 1
            return self.rows
        return taken[: self.size]

    @property
    def has_more(self) -> bool:
        _rows = self.rows
        return self._more

    @cached_property
    def count(self) -> int:
        """How many rows were found, counted to one beyond the cap."""
        first = (self.number - 1) * self.size
        if self.rows and not self.has_more:
            return first + len(self.rows)
        if not self.rows:
            return 0
        return self._count(COUNT_CAP)

    def _count(self, cap: int) -> int:
        if isinstance(self.found, QuerySet):
            return self.found.order_by()[: cap + 1].count()
        return len(self.found)

    @property
    def is_capped(self) -> bool:
        return isinstance(self.found, QuerySet) and self.count > COUNT_CAP and self.has_more

    @property
    def summary(self) -> str:
        """What is shown of how much, in words; read aloud after each change."""
        if not self.rows:
            return _("No rows found") if self.query else _("No rows")
        first = (self.number - 1) * self.size + 1
        values = {"first": first, "last": first + len(self.rows) - 1, "count": self.count, "cap": "1000"}
        if self.is_capped:
            return _("%(first)s–%(last)s of more than %(cap)s") % values
        return _("%(first)s–%(last)s of %(count)s") % values

    @cached_property
    def totals(self) -> dict[str, Any]:
        """The sums of the columns that have one, over all that was found; over this page when that is too much."""
        names = [column for column in self.shown if column.total]
        if not names or not self.rows:
            return {}
        is_all_here = self.number == 1 and not self.has_more
        if self.totals_of_page or is_all_here or not isinstance(self.found, QuerySet):
            rows = self.rows if self.totals_of_page or is_all_here else self.found
            return {column.name: sum(column.raw(row) or 0 for row in rows) for column in names}
        sums = self.found.order_by().aggregate(
            **{f"total_{column.name}": Sum(column.order_fields[0]) for column in names}
        )
        return {column.name: sums[f"total_{column.name}"] or 0 for column in names}

    @property
    def totals_of_page(self) -> bool:
        return self.is_capped

    # ------------------------------------------------------------------ what the template asks for

    @property
    def currency(self) -> str:
        institution = getattr(self.request, "institution", None)
        return institution.currency if institution is not None else "RSD"

    @property
    def alphabet(self) -> str:
        institution = getattr(self.request, "institution", None)
        return institution.alphabet if institution is not None else "sr-Latn"

    @property
    def headings(self) -> list[Heading]:
        found = []
        for column in self.shown:
            if not column.sorts:
                found.append(Heading(column, "", "", ""))
                continue
            is_current = self.order is not None and self.order[0] is column
            reverse = self.order is not None and self.order[1]
            target = f"-{column.name}" if is_current and not reverse else column.name
            state = ("descending" if reverse else "ascending") if is_current else "none"
            found.append(
                Heading(column, self.address(sort=target), state, f"{self.prefix}{self.name}-by-{column.name}")
            )
        return found

    @property
    def lead(self) -> Column:
        """The column that titles a row: its header cell, and its card on a phone."""
        return next((column for column in self.shown if column.lead), self.shown[0])

    @property
    def pages(self) -> Pages:
        last = -(-self.count // self.size) if not self.is_capped else 0
        around = [n for n in range(self.number - 2, self.number + 3) if n >= 1 and (not last or n <= last)]
        if not last:
            around = [n for n in around if n <= self.number + (1 if self.has_more else 0)]
        shown = sorted({1, *around, *([last] if last else [])})
        numbers: list[tuple[int, str, bool]] = []
        for place, n in enumerate(shown):
            if place and n - shown[place - 1] > 1:
                numbers.append((0, "", False))
            numbers.append((n, self.page_address(n), n == self.number))
        return Pages(
            number=self.number,
            previous=self.page_address(self.number - 1) if self.number > 1 else "",
            next=self.page_address(self.number + 1) if self.has_more and self.number < DEEPEST_PAGE else "",
            numbers=tuple(numbers),
        )

    def page_address(self, number: int) -> str:
        return self.address(page=number if number > 1 else None)

    @property
    def sizes(self) -> list[tuple[int, str]]:
        if self.count <= PER_PAGE[0]:
            return []
        return [(size, self.address(per=size)) for size in PER_PAGE if size != self.size]

    @property
    def files(self) -> list[tuple[str, str]]:
        if not self.rows:
            return []
        return [(kind.upper(), self.address(export=kind)) for kind in self.exports]

    @property
    def clear(self) -> str:
        return self.address(q=None)
