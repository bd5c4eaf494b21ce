"""Reading of files as tables of text, whatever program wrote them."""

from __future__ import annotations

from pathlib import Path

from salter.imports.reading.delimited import open_delimited
from salter.imports.reading.sheets import open_parquet, open_spreadsheet
from salter.imports.reading.tables import Hints, Table
from salter.imports.types import CannotRead

__all__ = ["Hints", "Table", "open_table"]

_ZIP, _OLE, _PARQUET = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1"


def open_table(path: Path, hints: Hints) -> Table:
    """Open a file by its content, never by its name. Raises `CannotRead`."""
    with path.open("rb") as file:
        head = file.read(4)
    opened: Table | None
    if head == _PARQUET:
        opened = open_parquet(path, hints)
    elif head in (_ZIP, _OLE):
        opened = open_spreadsheet(path, hints)
    else:
        opened = open_delimited(path, hints)
    if opened is None:
        raise CannotRead
    return opened
