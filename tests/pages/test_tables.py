"""The one table over lists and querysets: order, search, pages, totals, files, the answer to each."""

import io
import re
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import pytest
from django.core.exceptions import ImproperlyConfigured

from salter.pages.tables import Action, Band, Column, Table
from salter.parties.models import Party
from tests.cast import make_institution

PEOPLE = ["Živko", "Ana", "Љиљана", "Čeda", "Ćira", "Ceca", "Đorđe", "Лука", "njegoš", "Zora"]
IN_ORDER = ["Ana", "Ceca", "Čeda", "Ćira", "Đorđe", "Лука", "Љиљана", "njegoš", "Zora", "Živko"]


@dataclass(frozen=True)
class Row:
    pk: int
    name: str
    day: date | None
    total_minor: int | None
    note: str = ""


class Rows(Table):
    name = "rows"
    title = "Rows"
    default_sort = "name"
    columns = [
        Column("name", "Name", search="name"),
        Column("day", "Day", kind="date"),
        Column("total_minor", "Amount", kind="money", total=True),
        Column("note", "Note", search="note", opt=True),
        Column("go", "Act", kind="action", search=(), value=lambda row: Action("Open", f"/r/{row.pk}", row.name)),
    ]

    def tone(self, row):
        return "danger" if row.pk == 1 else ""


ROWS = [
    Row(n, name, None if n == 3 else date(2026, 1 + n % 3, 28 - n), None if n == 4 else (n * 7) % 11 * 10_000 - 500)
    for n, name in enumerate(PEOPLE)
]


def bound(make_request, query: str = "", rows=ROWS, cls=Rows, language: str = "en", **extra) -> Table:
    return cls(rows).bind(make_request(f"/gas/list/?{query}", language=language, **extra))


def names(table: Table) -> list[str]:
    return [row.name for row in table.rows]


class TestOrder:
    def test_text_stands_by_the_institutions_alphabet_whatever_the_script(self, make_request):
        assert names(bound(make_request)) == IN_ORDER

    def test_again_reverses(self, make_request):
        assert names(bound(make_request, "sort=-name")) == IN_ORDER[::-1]

    def test_the_header_links_to_the_other_direction(self, make_request):
        heads = {head.column.name: head for head in bound(make_request, "sort=day").headings}
        assert (heads["day"].sorted, heads["day"].href) == ("ascending", "/gas/list/?sort=-day")
        assert (heads["name"].sorted, heads["name"].href) == ("none", "/gas/list/?sort=name")
        assert heads["go"].href == ""
        again = {head.column.name: head for head in bound(make_request, "sort=-day").headings}
        assert (again["day"].sorted, again["day"].href) == ("descending", "/gas/list/?sort=day")

    @pytest.mark.parametrize("sort", ["day", "-day", "total_minor", "-total_minor"])
    def test_days_and_figures_go_by_value_and_empty_cells_stand_last(self, make_request, sort):
        column = sort.removeprefix("-")
        values = [getattr(row, column) for row in bound(make_request, f"sort={sort}").rows]
        assert values[-1] is None
        filled = values[:-1]
        assert None not in filled
        assert filled == sorted(filled, reverse=sort.startswith("-"))

    @pytest.mark.parametrize("sort", ["", "nothing", "go", "__class__", "-", "name,day", "%00"])
    def test_an_unknown_order_is_the_usual_one(self, make_request, sort):
        assert names(bound(make_request, f"sort={sort}")) == IN_ORDER


class TestSearch:
    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("zivko", ["Živko"]),
            ("ŽIVKO", ["Živko"]),
            ("живко", ["Živko"]),
            ("ljiljana", ["Љиљана"]),
            ("djordje", ["Đorđe"]),
            ("luka", ["Лука"]),
            ("xyz", []),
            ("28 jan", ["Živko"]),
        ],
    )
    def test_blind_to_case_accents_and_script(self, make_request, query, expected):
        assert names(bound(make_request, f"q={query}")) == expected

    def test_what_is_displayed_is_what_is_found(self, make_request):
        for language in ("en", "sr-latn", "sr", "ro", "pl", "mk"):
            table = bound(make_request, "", language=language)
            row, column = ROWS[5], Rows.columns[2]
            shown = column.text(row, "RSD")
            again = Rows(ROWS).bind(make_request("/gas/list/", language=language))
            again.query = shown
            assert row in again.rows, (language, shown)
            assert table.count == len(ROWS)

    def test_the_search_keeps_the_order_and_the_order_keeps_the_search(self, make_request):
        table = bound(make_request, "q=a&sort=-name&tab=mine")
        assert names(table) == sorted(names(table), key=IN_ORDER.index, reverse=True)
        assert ("sort", "-name") in table.kept
        assert ("tab", "mine") in table.kept
        assert all("q=a" in head.href and "tab=mine" in head.href for head in table.headings if head.href)


class TestPages:
    MANY = [Row(n, f"n{n:03}", None, 100) for n in range(1, 131)]

    @pytest.mark.parametrize(
        ("page", "first", "count", "previous", "following"),
        [
            ("", "n001", 25, "", "/gas/list/?page=2"),
            ("2", "n026", 25, "/gas/list/", "/gas/list/?page=3"),
            ("6", "n126", 5, "/gas/list/?page=5", ""),
            ("7", "n001", 25, "", "/gas/list/?page=2"),
            ("0", "n001", 25, "", "/gas/list/?page=2"),
            ("-1", "n001", 25, "", "/gas/list/?page=2"),
            ("1e3", "n001", 25, "", "/gas/list/?page=2"),
            ("99999999999999999999", "n001", 25, "", "/gas/list/?page=2"),
            ("٣", "n001", 25, "", "/gas/list/?page=2"),
        ],
    )
    def test_pages(self, make_request, page, first, count, previous, following):
        table = bound(make_request, f"page={page}", self.MANY)
        assert (table.rows[0].name, len(table.rows)) == (first, count)
        assert (table.pages.previous, table.pages.next) == (previous, following)

    def test_words_for_what_is_shown(self, make_request):
        assert bound(make_request, "page=2", self.MANY).summary == "26–50 of 130"
        assert bound(make_request, "q=n001", self.MANY).summary == "1–1 of 1"
        assert bound(make_request, "q=nobody", self.MANY).summary == "No rows found"
        assert bound(make_request, "", []).summary == "No rows"

    def test_every_row_is_on_exactly_one_page(self, make_request):
        same = [Row(n, "same", date(2026, 1, 1), 5) for n in range(60)]
        for sort in ("name", "-day", "total_minor"):
            seen = [row.pk for n in (1, 2, 3) for row in bound(make_request, f"sort={sort}&page={n}", same).rows]
            assert sorted(seen) == list(range(60))

    def test_the_page_starts_anew_with_another_order(self, make_request):
        table = bound(make_request, "page=3&sort=name", self.MANY)
        assert all("page=" not in head.href for head in table.headings)


def test_the_total_is_over_all_that_was_found(make_request):
    assert bound(make_request).totals == {"total_minor": sum(row.total_minor or 0 for row in ROWS)}
    assert bound(make_request, "q=zivko").totals == {"total_minor": ROWS[0].total_minor}


class TestDeclaration:
    def test_text_must_say_where_the_search_looks(self):
        with pytest.raises(ImproperlyConfigured, match="search"):

            class _Silent(Table):
                columns = [Column("name", "Name")]

    def test_two_columns_of_one_name(self):
        with pytest.raises(ImproperlyConfigured, match="one name"):

            class _Twice(Table):
                columns = [Column("a", "A", search=()), Column("a", "B", search=())]

    def test_a_total_of_words(self):
        with pytest.raises(ImproperlyConfigured, match="total"):
            Column("name", "Name", search=(), total=True)


class TestAnswer:
    def respond(self, make_request, query: str = "", rows=ROWS, language: str = "en", **headers: str):
        request = make_request(f"/gas/list/?{query}", language=language, headers=headers)
        return Rows(rows).respond(request, "alone/table.html")

    def test_the_page(self, make_request):
        page = self.respond(make_request).content.decode()
        assert "<!doctype html>" in page
        assert page.count("aria-sort=") == 4
        assert 'aria-sort="ascending"' in page
        assert page.count('role="row"') == len(ROWS) + 2
        assert 'data-label="Amount"' in page
        assert 'data-tone="danger"' in page
        assert '<span class="ds-sr-only">: Ana</span>' in page

    def test_the_part(self, make_request):
        headers = {"hx-request": "true", "hx-target": "rows-part"}
        answer = self.respond(make_request, "q=ana", **headers)
        part = answer.content.decode()
        assert part.strip().startswith('<div id="rows-part"')
        assert 'data-said="1–' in part
        assert "<html" not in part
        assert "HX-Request" in answer["Vary"]

    @pytest.mark.parametrize(
        "headers",
        [
            {"hx-request": "true", "hx-target": "other"},
            {"hx-target": "rows-part"},
            {"hx-request": "true", "hx-target": "rows-part", "hx-history-restore-request": "true"},
        ],
    )
    def test_all_else_gets_the_page(self, make_request, headers):
        assert b"<!doctype html>" in self.respond(make_request, **headers).content

    def test_nothing_found_offers_the_way_back(self, make_request):
        page = self.respond(make_request, "q=%3Cb%3Enobody&sort=-name").content.decode()
        assert "Nothing found for “&lt;b&gt;nobody”" in page
        assert 'href="/gas/list/?sort=-name"' in page

    def test_two_tables_keep_their_state_apart(self, make_request):
        class Others(Rows):
            name = "others"

        request = make_request("/gas/list/?q=ana&b-q=zora&b-sort=-name")
        first, second = Rows(ROWS), Others(ROWS, prefix="b-")
        first.respond(request, "alone/table.html", others=[second])
        assert names(first) == ["Ana", "Љиљана"]
        assert names(second) == ["Zora"]
        assert "b-q=zora" in first.headings[0].href


class TestFiles:
    EVIL = [
        Row(1, "=1+1", date(2026, 3, 5), 123456, "+381 63 1"),
        Row(2, "@SUM(A1)", None, -50, "-2"),
        Row(3, 'Ana; "Ana"', None, None, "two\nlines"),
    ]

    def file(self, make_request, kind: str, language: str = "sr-latn", rows=None):
        request = make_request(f"/gas/list/?export={kind}", language=language)
        return Rows(rows or self.EVIL).respond(request, "none.html")

    def test_csv_of_a_language_with_decimal_comma(self, make_request):
        answer = self.file(make_request, "csv")
        text = b"".join(answer.streaming_content).decode()
        assert text.startswith("\ufeffName;Day;Amount;Note\r\n")
        assert "'=1+1;5. 3. 2026.;1234,56;'+381 63 1\r\n" in text
        assert "'@SUM(A1);;-0,50;'-2\r\n" in text
        assert '"Ana; ""Ana""";;;"two\nlines"\r\n' in text
        assert answer["Content-Disposition"].startswith('attachment; filename="rows-')
        assert answer["Content-Type"] == "text/csv; charset=utf-8"

    def test_csv_of_english(self, make_request):
        text = b"".join(self.file(make_request, "csv", "en").streaming_content).decode()
        assert text.startswith("\ufeffName,Day,Amount,Note\r\n")
        assert "'=1+1,5 Mar 2026,1234.56,'+381 63 1" in text

    def test_xlsx_has_typed_cells_and_no_formula(self, make_request):
        import zipfile

        answer = self.file(make_request, "xlsx")
        data = b"".join(answer.streaming_content)
        answer.file_to_stream.close()
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in sheet
        assert "=1+1" in sheet
        assert "<v>1234.56</v>" in sheet
        assert "<v>46086</v>" in sheet  # 5 March 2026 in days since 1900

    def test_the_file_holds_what_the_search_has_left(self, make_request):
        request = make_request("/gas/list/?export=csv&q=zivko")
        text = b"".join(Rows(ROWS).respond(request, "none.html").streaming_content).decode()
        assert text.count("\r\n") == 2

    def test_the_file_is_not_a_page_of_it(self, make_request):
        many = [Row(n, f"n{n}", None, 1) for n in range(200)]
        text = b"".join(self.file(make_request, "csv", rows=many).streaming_content).decode()
        assert text.count("\r\n") == 201

    def test_a_table_may_hand_out_nothing(self, make_request):
        class Closed(Rows):
            exports = ()

        request = make_request("/gas/list/?export=csv")
        answer = Closed(ROWS).respond(request, "alone/table.html")
        assert answer["Content-Type"].startswith("text/html")

    def test_it_is_told_that_a_file_was_taken(self, make_request):
        told = []

        class Watched(Rows):
            def exported(self, request, kind):
                told.append(kind)

        request = make_request("/gas/list/?export=xlsx")
        Watched(ROWS).respond(request, "none.html").file_to_stream.close()
        assert told == ["xlsx"]


class Parties(Table):
    name = "parties"
    title = "Parties"
    default_sort = "name"
    columns = [
        Column("name", "Name", sort="sort_key", search="search_key"),
        Column("city", "City", search="city__icontains"),
        Column("kind", "Kind", kind="band", choices={"person": "Person", "company": "Company"},
               value=lambda row: Band(row.kind), search="kind"),
    ]  # fmt: skip


@pytest.mark.django_db
class TestQueryset:
    @pytest.fixture
    def parties(self):
        from salter.lib.searchkeys import search_key, sort_key

        institution = make_institution()
        Party.objects.bulk_create(
            Party(
                institution=institution,
                kind="person",
                name=name,
                city="Novi Sad",
                search_key=search_key(name),
                sort_key=sort_key(name, "sr-Latn"),
            )
            for name in [*PEOPLE, *(f"Petar {n}" for n in range(1, 1100))]
        )
        return Party.objects.filter(institution=institution)

    def table(self, make_request, parties, query: str = "") -> Table:
        return Parties(parties).bind(make_request(f"/gas/list/?{query}"))

    def test_order_search_and_count(self, make_request, parties, django_assert_num_queries):
        table = self.table(make_request, parties, "q=живко")
        assert names(table) == ["Živko"]
        table = self.table(make_request, parties)
        with django_assert_num_queries(2):
            assert names(table)[:6] == IN_ORDER[:6]
            assert table.summary == "1–25 of more than 1000"
        assert table.pages.next

    def test_while_one_types_the_next_word(self, make_request, parties):
        for query in ("petar", "petar 1", "petar 10", "petar 109", "petar 1099"):
            assert "Petar 1099" in names(self.table(make_request, parties, f"q={query}&sort=-name&per=100")), query
        assert names(self.table(make_request, parties, "q=petar z")) == []

    def test_numbers_in_names_go_by_value(self, make_request, parties):
        rows = names(self.table(make_request, parties, "q=petar"))
        assert rows[:3] == ["Petar 1", "Petar 2", "Petar 3"]

    def test_reversed_the_pages_still_fit_together(self, make_request, parties):
        seen: list[str] = []
        for page in range(1, 46):
            seen += names(self.table(make_request, parties, f"sort=-name&page={page}&per=25"))
        assert len(seen) == len(set(seen)) == 1109
        assert seen[-1] == "Ana"

    def test_ties_fall_the_same_way_on_every_page(self, make_request, parties):
        keys = [row.pk for row in self.table(make_request, parties, "sort=city&per=100").rows]
        assert all(first < second for first, second in pairwise(keys))

    def test_the_last_page_needs_no_count(self, make_request, parties, django_assert_num_queries):
        table = self.table(make_request, parties, "page=45")
        with django_assert_num_queries(1):
            assert table.summary == "1101–1109 of 1109"

    @pytest.mark.parametrize("query", ["%25", "_", "'", "\\", "a" * 5000, "%F0%9F%92%A9", "1;drop table"])
    def test_odd_queries_find_nothing_and_break_nothing(self, make_request, parties, query):
        table = self.table(make_request, parties, f"q={query}")
        assert table.rows == []

    def test_a_zero_byte_counts_for_nothing(self, make_request, parties):
        assert names(self.table(make_request, parties, "q=zivko%00")) == ["Živko"]

    def test_too_long_for_a_file(self, make_request, parties, monkeypatch):
        monkeypatch.setattr("salter.pages.tables.table.EXPORT_CAP", 1000)
        answer = Parties(parties).respond(make_request("/gas/list/?export=csv"), "none.html")
        assert answer.status_code == 422
        assert "Narrow it" in answer.content.decode()

    def test_the_file_of_a_queryset(self, make_request, parties):
        answer = Parties(parties).respond(make_request("/gas/list/?export=csv&q=petar"), "none.html")
        assert b"".join(answer.streaming_content).count(b"\r\n") == 1100


def test_labels_and_titles_are_escaped(make_request):
    evil = [Row(1, "<script>alert(1)</script>", None, 1, '" onmouseover="x')]
    request = make_request("/gas/list/")
    page = Rows(evil).respond(request, "alone/table.html").content.decode()
    assert "<script>alert" not in page
    assert not re.search(r'<[^>]*" onmouseover="x', page)
