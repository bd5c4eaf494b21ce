"""The table as a file: CSV for any program, XLSX with typed cells. Always what the search has left, in its order."""

import csv
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from tempfile import TemporaryFile
from typing import Any

import xlsxwriter
from django.http import FileResponse, StreamingHttpResponse
from django.utils import translation
from django.utils.text import slugify
from django.utils.translation import get_language

from salter.lib.languages import locale_of
from salter.pages.tables.columns import Column

__all__ = ["csv_response", "xlsx_response"]

# A spreadsheet runs a cell that begins so as a formula, wherever the text came from.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _cell(column: Column, row: Any) -> str:
    value = column.typed(row)
    if value is None:
        return ""
    if isinstance(value, Decimal | int | float) and not isinstance(value, bool):
        # No thousands marks and an ordinary minus: the reading program must see a number.
        decimals = 2 if column.kind == "money" else column.decimals
        if decimals is None:
            mark = locale_of(None).number_symbols["latn"]["decimal"]
            return str(value).replace(".", mark)
        whole = f"{value:.{decimals}f}"
        return whole.replace(".", locale_of(None).number_symbols["latn"]["decimal"])
    if isinstance(value, date):
        return column.say(value if not isinstance(value, datetime) else column.raw(row))
    return harmless(str(value))


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def csv_response(name: str, columns: list[Column], rows: Iterable[Any]) -> StreamingHttpResponse:
    """Return the rows as CSV: UTF-8 with its mark, separated as spreadsheets of the reader's language expect."""
    separator = "," if locale_of(None).number_symbols["latn"]["decimal"] == "." else ";"
    language = get_language()

    def lines() -> Iterator[str]:
        # The body is sent after the middleware has set the language back.
        writer = csv.writer(_Echo(), delimiter=separator, lineterminator="\r\n")
        with translation.override(language):
            yield "\ufeff" + writer.writerow([harmless(str(column.label)) for column in columns])
            for row in rows:
                yield writer.writerow([_cell(column, row) for column in columns])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{slugify(name) or "table"}.csv"'
    return response


def xlsx_response(name: str, title: str, columns: list[Column], rows: Iterable[Any]) -> FileResponse:
    """Return the rows as a workbook; amounts, numbers and days are such cells, text is never a formula."""
    target = TemporaryFile()  # noqa: SIM115  (FileResponse closes it)
    book = xlsxwriter.Workbook(
        target,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "in_memory": False},
    )
    sheet = book.add_worksheet(_sheet_name(title))
    head = book.add_format({"bold": True, "bottom": 1})
    formats = {
        "money": book.add_format({"num_format": "#,##0.00"}),
        "date": book.add_format({"num_format": "yyyy-mm-dd" if get_language() == "en" else "dd.mm.yyyy"}),
        "datetime": book.add_format({"num_format": "dd.mm.yyyy hh:mm"}),
    }
    for place, column in enumerate(columns):
        sheet.write_string(0, place, str(column.label), head)
        sheet.set_column(place, place, 14 if column.is_right else 24)
    sheet.freeze_panes(1, 0)
    for line, row in enumerate(rows, start=1):
        for place, column in enumerate(columns):
            _write(sheet, line, place, column, row, formats)
    book.close()
    target.seek(0)
    return FileResponse(
        target,
        as_attachment=True,
        filename=f"{slugify(name) or 'table'}.xlsx",
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )


def _write(sheet: Any, line: int, place: int, column: Column, row: Any, formats: dict[str, Any]) -> None:
    value = column.typed(row)
    if value is None or value == "":
        return
    if isinstance(value, int | float | Decimal):
        sheet.write_number(line, place, float(value), formats["money"] if column.kind == "money" else None)
    elif isinstance(value, datetime):
        sheet.write_datetime(line, place, value, formats["datetime"])
    elif isinstance(value, date):
        sheet.write_datetime(line, place, value, formats["date"])
    else:
        sheet.write_string(line, place, str(value)[:32767])


def _sheet_name(title: str) -> str:
    return "".join(sign for sign in title if sign not in "[]:*?/\\'")[:31] or "1"
