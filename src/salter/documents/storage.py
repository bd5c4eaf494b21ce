"""Bytes on disk, addressed by what they are: `SALTER_FILES/<institution>/<first two>/<sha256>`.

Each institution has a folder of its own, so that one can be handed over or removed alone. A file is written beside its
place and moved there, so that no reader ever sees half of one.
"""

import os
import tempfile
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from django.conf import settings

from salter.documents.types import FileMissing


def path_of(institution_id: UUID, sha256: str) -> Path:
    return Path(settings.SALTER_FILES) / str(institution_id) / sha256[:2] / sha256


def write(institution_id: UUID, sha256: str, content: bytes) -> None:
    path = path_of(institution_id, sha256)
    if path.exists() and path.stat().st_size == len(content):
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            # The row that names this file is committed after it: the bytes must outlive a power cut, too.
            os.fsync(out.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def open_bytes(institution_id: UUID, sha256: str) -> BinaryIO:
    try:
        return path_of(institution_id, sha256).open("rb")
    except FileNotFoundError as error:
        raise FileMissing(sha256) from error


def remove(institution_id: UUID, sha256: str) -> None:
    path_of(institution_id, sha256).unlink(missing_ok=True)
