"""Door: reads of stored files."""

from collections.abc import Iterable
from typing import BinaryIO
from uuid import UUID

from salter.documents import storage
from salter.documents.models import File
from salter.institutions.models import Institution

__all__ = ["list_unclaimed", "open_file"]


def open_file(file: File) -> BinaryIO:
    """The bytes of a file, for the app that has already decided that its reader may have them.

    Raises: `FileMissing` when the bytes are not on disk.
    """
    return storage.open_bytes(file.institution_id, file.sha256)


def list_unclaimed(institution: Institution, uploaded_by_id: UUID | None, ids: Iterable[UUID]) -> list[File]:
    """Those of `ids` that this person uploaded here and that belong to nothing yet, in the order given.

    Ids come back from a form's hidden fields, so each is checked against the one who uploaded it.
    """
    wanted = list(dict.fromkeys(ids))
    if uploaded_by_id is None or not wanted:
        return []
    found = {
        file.id: file
        for file in File.objects.filter(
            institution=institution, uploaded_by_id=uploaded_by_id, claimed_at__isnull=True, id__in=wanted
        )
    }
    return [found[key] for key in wanted if key in found]
