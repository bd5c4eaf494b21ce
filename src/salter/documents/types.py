"""Kinds of files that we take, and the refusals."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class FileType:
    """A kind of file, recognised by its content and never by its name."""

    code: str
    media_type: str
    extensions: tuple[str, ...]

    @property
    def extension(self) -> str:
        return self.extensions[0]


PDF = FileType("pdf", "application/pdf", (".pdf",))
JPEG = FileType("jpeg", "image/jpeg", (".jpg", ".jpeg", ".jpe", ".jfif"))
PNG = FileType("png", "image/png", (".png",))
HEIC = FileType("heic", "image/heic", (".heic", ".heif", ".hif"))
DOCX = FileType("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", (".docx",))
XLSX = FileType("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (".xlsx",))
ODT = FileType("odt", "application/vnd.oasis.opendocument.text", (".odt",))
TXT = FileType("txt", "text/plain", (".txt", ".text", ".log", ".md", ".csv"))

# HEIC is taken but never stored: it becomes a JPEG.
STORED_TYPES = (PDF, JPEG, PNG, DOCX, XLSX, ODT, TXT)


class FileRefused(Exception):
    """A file that can't be taken. `str()` is a sentence for the person who sent it."""

    def __init__(self, sentence: str | Promise) -> None:
        super().__init__(sentence)
        self.sentence = sentence

    def __str__(self) -> str:
        return str(self.sentence)


class EmptyFile(FileRefused):
    def __init__(self) -> None:
        super().__init__(_("This file is empty. Choose it again, or choose another one."))


class FileTooLarge(FileRefused):
    def __init__(self, limit_mb: int) -> None:
        super().__init__(_("This file is too large. The largest we can take is %(limit)s MB.") % {"limit": limit_mb})
        self.limit_mb = limit_mb


class UnknownFileType(FileRefused):
    def __init__(self) -> None:
        super().__init__(
            _(
                "We can't take this kind of file. Send a PDF, a photo (JPEG, PNG, HEIC), a document (DOCX, XLSX, ODT) "
                "or plain text."
            )
        )


class DamagedFile(FileRefused):
    def __init__(self) -> None:
        super().__init__(_("This file is damaged and can't be opened. Make it again, or choose another one."))


class MacrosInFile(FileRefused):
    def __init__(self) -> None:
        super().__init__(_("This document holds macros or is locked with a password. Save it as PDF and send that."))


class FileMissing(Exception):
    """The row of a file exists but its bytes don't: an operator has to look."""
