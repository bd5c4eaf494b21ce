"""Files as tables: separators, quoted line breaks, ragged rows, spreadsheets; and the line on which each row begins."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from salter.imports import registry
from salter.imports.reading import Hints, delimited, open_table
from salter.imports.reading.headers import known_names, score
from salter.imports.types import CannotRead

ANY = Hints(score=lambda _header: 0.0)


def hints(register: str) -> Hints:
    declared = registry.get(register)
    return Hints(score=lambda header: score(declared, header), known=known_names(declared))


def read(path: Path, how: Hints = ANY) -> tuple[list[tuple[int, list[str]]], list[tuple[int, str]]]:
    rows: list[tuple[int, list[str]]] = []
    damaged: list[tuple[int, str]] = []
    for batch in open_table(path, how).batches():
        rows += [(row[0], [cell or "" for cell in row[1:]]) for row in batch.frame.iter_rows()]
        damaged += [(one.line, one.why) for one in batch.damaged]
    return rows, damaged


def make(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "file.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1250", "iso8859-2", "cp852"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_separator_encoding_and_line_ends_are_found(
    separator: str, encoding: str, newline: str, tmp_path: Path
) -> None:
    rows = [["Šifra kupca", "Naziv kupca", "Mesto"], ["1", "Đorđe Žižić", "Čačak"], ["2", "Ćira Šašić", ""]]
    text = newline.join(separator.join(row) for row in rows)
    path = make(tmp_path, text, encoding)
    table = open_table(path, hints("customers"))
    assert (table.separator, table.header) == (separator, rows[0])
    assert read(path, hints("customers")) == ([(2, rows[1]), (3, rows[2])], [])


def test_amounts_with_commas_do_not_make_the_comma_the_separator(tmp_path: Path) -> None:
    path = make(tmp_path, "a;b\n1,50;2,50\n3,50;4,50\n")
    assert open_table(path, ANY).separator == ";"


def test_excel_declares_its_separator(tmp_path: Path) -> None:
    path = make(tmp_path, "sep=|\na|b\n1;1|2\n")
    assert read(path) == ([(3, ["1;1", "2"])], [])


def test_titles_above_the_header_are_passed_over(tmp_path: Path) -> None:
    path = make(tmp_path, "Izvoz kupaca;;\n;;\nDatum:;1.1.2026.;\nŠifra kupca;Naziv kupca;Mesto\n7;Ana;Pirot\n")
    table = open_table(path, hints("customers"))
    assert (table.header_line, table.header) == (4, ["Šifra kupca", "Naziv kupca", "Mesto"])
    assert read(path, hints("customers")) == ([(5, ["7", "Ana", "Pirot"])], [])


def test_blank_lines_count_as_lines_but_not_as_rows(tmp_path: Path) -> None:
    path = make(tmp_path, "a;b\n\n1;2\n;\n   \n3;4\n\n")
    assert read(path) == ([(3, ["1", "2"]), (6, ["3", "4"])], [])


def test_ragged_rows_stop_nobody(tmp_path: Path) -> None:
    path = make(tmp_path, "a;b;c\n1;2;3\n1;2\n4;5;6;7\n8;9;10;;\n11;12;13\n")
    rows, damaged = read(path)
    assert rows == [(2, ["1", "2", "3"]), (5, ["8", "9", "10"]), (6, ["11", "12", "13"])]
    assert damaged == [(3, delimited.WRONG_WIDTH), (4, delimited.WRONG_WIDTH)]


def test_lines_stay_physical_after_quoted_line_breaks(tmp_path: Path) -> None:
    path = make(tmp_path, 'a;b\n1;"one\ntwo\nthree"\n2;x\n"3\n";y\n4\n5;z\n')
    rows, damaged = read(path)
    assert [line for line, _cells in rows] == [2, 5, 6, 9]
    assert rows[0][1] == ["1", "one\ntwo\nthree"]
    assert damaged == [(8, delimited.WRONG_WIDTH)]


def test_a_quotation_mark_that_is_never_closed_costs_one_row(tmp_path: Path) -> None:
    good = "".join(f"{i};ok\n" for i in range(3, 400))
    path = make(tmp_path, f'a;b\n1;ok\n2;"5 cola\n{good}')
    rows, damaged = read(path)
    assert damaged == [(3, delimited.QUOTE_OPEN)]
    assert [line for line, _cells in rows] == [2, *range(4, 401)]


def test_a_mark_inside_a_field_is_a_mark(tmp_path: Path) -> None:
    path = make(tmp_path, 'a;b\n1;cev 5" duga\n2;"rekao ""da"""\n3;x\n')
    assert read(path)[0] == [(2, ["1", 'cev 5" duga']), (3, ["2", 'rekao "da"']), (4, ["3", "x"])]


def test_a_row_across_two_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "BLOCK_CHARACTERS", 12)
    path = make(tmp_path, 'a;b\n1;x\n2;"long\ntext\nin\nquotes"\n3;y\n4;z\n')
    assert [line for line, _cells in read(path)[0]] == [2, 3, 7, 8]


cells = st.text(st.sampled_from('ab žđ";\n,'), max_size=6)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(cells, cells, cells), max_size=25), block=st.sampled_from([10, 60, 1 << 20]))
@example(rows=[('"', "\n\n", ""), ("a", "b", "c")], block=10)
def test_the_line_is_the_physical_line(
    rows: list[tuple[str, str, str]], block: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever stands in the fields: each row that has something in it comes back, on the line where it begins."""
    monkeypatch.setattr(delimited, "BLOCK_CHARACTERS", block)
    text, expected = io.StringIO(), []
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    writer.writerow(["first", "second", "third"])
    for row in rows:
        line = text.getvalue().count("\n") + 1
        writer.writerow(row)
        if any(cell.strip() for cell in row):
            expected.append((line, list(row)))
    assert read(make(tmp_path, text.getvalue()), Hints(score=lambda _header: 0.0, separator=";")) == (expected, [])


# ---------------------------------------------------------------------------------------------------------- other files


def sheet(folder: Path, rows: list[list[Any]], first_row: int = 0, others: int = 0) -> Path:
    path = folder / "file.xlsx"
    book = xlsxwriter.Workbook(str(path))
    day = book.add_format({"num_format": "dd.mm.yyyy"})
    for index in range(others):
        book.add_worksheet(f"Uputstvo {index}").write(0, 0, "Ovde nema podataka")
    page = book.add_worksheet("Podaci")
    for y, row in enumerate(rows):
        for x, value in enumerate(row):
            if isinstance(value, date):
                page.write_datetime(first_row + y, x, value, day)
            else:
                page.write(first_row + y, x, value)
    book.close()
    return path


@pytest.mark.parametrize(("first_row", "others"), [(0, 0), (3, 0), (0, 2)])
def test_a_spreadsheet_gives_the_rows_of_the_sheet(first_row: int, others: int, tmp_path: Path) -> None:
    head = ["Broj računa", "Šifra kupca", "Datum izdavanja", "Ukupno"]
    path = sheet(
        tmp_path,
        [head, ["R-1", 1100000, date(2025, 10, 5), 1127.59], [None] * 4, ["R-2", "0012", "05.10.2025.", "1.127,59"]],
        first_row,
        others,
    )
    rows, damaged = read(path, hints("invoices"))
    assert rows == [
        (first_row + 2, ["R-1", "1100000", "2025-10-05 00:00:00", "1127.59"]),
        (first_row + 4, ["R-2", "0012", "05.10.2025.", "1.127,59"]),
    ]
    assert damaged == []


def test_parquet_counts_its_rows_as_if_the_names_were_the_first(tmp_path: Path) -> None:
    path = tmp_path / "file.parquet"
    pl.DataFrame(
        {
            "Broj računa": ["R-1", "R-2"],
            "Datum izdavanja": [date(2025, 10, 5), None],
            "Ukupno": [Decimal("1127.59"), Decimal("3.10")],
            "PDV": [0.1 + 0.2, 102.51],
        }
    ).write_parquet(path)
    assert read(path, hints("invoices"))[0] == [
        (2, ["R-1", "2025-10-05", "1127.59", "0.3"]),
        (3, ["R-2", "", "3.10", "102.51"]),
    ]


@pytest.mark.parametrize(
    "data",
    [b"", b"   \n ", b"\x00\x01\x02\x03" * 500, b"PK\x03\x04broken", b"PAR1broken", b"\xd0\xcf\x11\xe0" + b"x" * 600],
    ids=["empty", "blank", "binary", "zip", "parquet", "ole"],
)
def test_what_is_no_table_is_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "file.bin"
    path.write_bytes(data)
    with pytest.raises(CannotRead):
        open_table(path, ANY)
