"""Door: taking in files, claiming them, and sending them to a reader's browser.

Rules: the type is what the bytes say; a picture loses the place where it was taken; HEIC becomes JPEG; a name is safe
on every system. Bytes reach the disk before the row does, so a row never points at nothing.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import IO, TypeVar

from django.db import connection, transaction
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from salter.audit import services as audit
from salter.audit.types import Actor
from salter.documents import images, rules, selectors, storage
from salter.documents.models import File
from salter.documents.types import (
    HEIC,
    JPEG,
    PNG,
    STORED_TYPES,
    TXT,
    DamagedFile,
    EmptyFile,
    FileTooLarge,
    UnknownFileType,
)
from salter.institutions import selectors as institutions
from salter.institutions.models import Institution

__all__ = ["claim_files", "discard_unclaimed", "generated", "response", "store_file"]

R = TypeVar("R", bound=HttpResponseBase)

UNCLAIMED_FOR = timedelta(days=1)


def store_file(*, actor: Actor, institution: Institution, name: str, content: bytes | IO[bytes], now: datetime) -> File:
    """Take in one file. It is removed after a day unless an app claims it.

    Raises: `FileRefused` (`EmptyFile`, `FileTooLarge`, `UnknownFileType`, `DamagedFile`, `MacrosInFile`), whose text
    is for the person who sent it. Source: issue line 13; open-forms #2911 (phones send HEIC).
    """
    limit_mb = institutions.setting(institution, "documents.max_file_mb")
    body = _read(content, limit_mb)
    file_type = rules.sniff(body)
    if file_type is None or (file_type is TXT and not rules.has_extension(name, TXT)):
        # Any bytes without controls pass for text, so here alone the name must agree: no pages, no scripts.
        raise UnknownFileType
    if file_type in (JPEG, PNG, HEIC):
        body, file_type = images.clean(body, file_type)
    elif file_type.code == "pdf" and b"%%EOF" not in body[-2048:]:
        raise DamagedFile
    sha256 = hashlib.sha256(body).hexdigest()
    with transaction.atomic():
        _hold(sha256)
        storage.write(institution.id, sha256, body)
        file = File.objects.create(
            institution=institution, sha256=sha256, size=len(body), type=file_type.code,
            media_type=file_type.media_type, name=rules.safe_name(name, file_type),
            uploaded_by_id=actor.user_id, uploaded_at=now,
        )  # fmt: skip
        audit.record(
            actor=actor, action="documents.store_file", institution_id=institution.id, subject_kind="file",
            subject_id=file.id, payload={"sha256": sha256, "size": len(body), "type": file_type.code},
        )  # fmt: skip
    return file


def _read(content: bytes | IO[bytes], limit_mb: int) -> bytes:
    limit = limit_mb * 1024 * 1024
    body = content if isinstance(content, bytes) else content.read(limit + 1)
    if not body:
        raise EmptyFile
    if len(body) > limit:
        raise FileTooLarge(limit_mb)
    return body


def _hold(sha256: str) -> None:
    """Keeps storing and discarding the same bytes apart until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(bytes.fromhex(sha256[:16]), signed=True)])


def claim_files(*, institution: Institution, files: Iterable[File], now: datetime) -> None:
    """Mark files as belonging to something, in the transaction that makes them belong."""
    File.objects.filter(institution=institution, id__in=[file.id for file in files]).update(claimed_at=now)


def discard_unclaimed(*, actor: Actor, now: datetime) -> int:
    """Remove the files of forms that were never sent; returns how many.

    Bytes go with the last row that names them.
    """
    stale = File.objects.filter(claimed_at__isnull=True, uploaded_at__lt=now - UNCLAIMED_FOR)
    count = 0
    for file in list(stale.order_by("sha256")):
        with transaction.atomic():
            _hold(file.sha256)
            deleted, _ = File.objects.filter(id=file.id, claimed_at__isnull=True).delete()
            if not deleted:
                continue
            count += 1
            if not File.objects.filter(institution_id=file.institution_id, sha256=file.sha256).exists():
                storage.remove(file.institution_id, file.sha256)
            audit.record(
                actor=actor, action="documents.discard_unclaimed", institution_id=file.institution_id,
                subject_kind="file", subject_id=file.id, payload={"sha256": file.sha256},
            )  # fmt: skip
    return count


def response(file: File) -> FileResponse:
    """Stream a file as a download. The caller has checked that its reader may have it.

    Nothing in it can run on our origin: it is saved and not shown, its type isn't guessed, and its policy is an empty
    sandbox.

    Raises: `FileMissing`.
    """
    media_type = (
        file.media_type if file.media_type in {t.media_type for t in STORED_TYPES} else "application/octet-stream"
    )
    # Old texts come in any alphabet: without a stated one the browser or editor finds it.
    answer = FileResponse(selectors.open_file(file), as_attachment=True, filename=file.name, content_type=media_type)
    answer["Content-Length"] = str(file.size)
    return _locked(answer)


def generated(content: bytes, name: str, media_type: str = "application/pdf") -> HttpResponse:
    """Send a paper that we made just now, with the same locks as `response`."""
    answer = HttpResponse(content, content_type=media_type)
    answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return _locked(answer)


def _locked(answer: R) -> R:
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cache-Control"] = "private, no-store"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer
