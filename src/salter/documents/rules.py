"""What a file is, judged by its bytes, and what it may be called. Pure functions.

The name and the type that a browser states are never believed: both are written by whoever sends the file.
"""

import io
import re
import unicodedata
import zipfile

from salter.documents.types import DOCX, HEIC, JPEG, ODT, PDF, PNG, TXT, XLSX, DamagedFile, FileType, MacrosInFile

# An office file of 20 MB unpacks to some 100 MB at the very most; what goes beyond is made to harm.
MAX_UNPACKED_BYTES = 300 * 1024 * 1024
MAX_ENTRIES = 10_000
MAX_NAME_LENGTH = 100

# Brands of ISO base media files that are still pictures coded in HEVC; `mif1` and `msf1` are their structural brands.
HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}

RESERVED_NAMES = {"con", "prn", "aux", "nul", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10))}
# Letters outside these categories are dropped: controls, invisible format marks (bidi overrides turn `exe.pdf` round),
# surrogates, private use and unassigned code points.
DROPPED_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn"}


def sniff(content: bytes) -> FileType | None:
    """The type of `content`, or None when it isn't one that we take.

    Raises: `DamagedFile` and `MacrosInFile` for office files that can't be read or that can do harm.
    """
    if content.startswith(b"%PDF-"):
        return PDF
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content[4:8] == b"ftyp" and content[8:12] in HEIC_BRANDS:
        return HEIC
    if content.startswith(b"PK\x03\x04"):
        return _sniff_zip(content)
    if is_text(content):
        return TXT
    return None


def _sniff_zip(content: bytes) -> FileType | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
                raise DamagedFile
            if any(entry.flag_bits & 0x1 for entry in entries):
                raise MacrosInFile
            names = {entry.filename for entry in entries}
            if any(_is_macro(name) for name in names):
                raise MacrosInFile
            if "[Content_Types].xml" in names:
                if "word/document.xml" in names:
                    return DOCX
                if "xl/workbook.xml" in names:
                    return XLSX
                return None
            if "mimetype" in names and "content.xml" in names:
                with archive.open("mimetype") as handle:
                    if handle.read(200).strip() == ODT.media_type.encode():
                        return ODT
            return None
    except (zipfile.BadZipFile, EOFError, OSError, RuntimeError, NotImplementedError, ValueError) as error:
        raise DamagedFile from error


def _is_macro(name: str) -> bool:
    return name.lower().endswith("vbaproject.bin") or name.startswith(("Basic/", "Scripts/"))


def is_text(content: bytes) -> bool:
    """Plain text in UTF-8, in UTF-16 with its mark, or in an old single-byte alphabet; no control characters."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            text = content.decode("utf-16")
        except UnicodeDecodeError:
            return False
        return not _has_controls(text)
    try:
        return not _has_controls(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        # cp1250 and cp1251 texts of old editors: any byte from 0x80 up is a letter, so only the low range can tell.
        return (
            not any(byte < 0x20 and byte not in b"\t\n\r\f" for byte in content)
            and b"\x7f" not in content
            and (sum(byte >= 0x80 for byte in content) * 2 < len(content))
        )


def _has_controls(text: str) -> bool:
    return any(unicodedata.category(letter) == "Cc" and letter not in "\t\n\r\f" for letter in text)


def has_extension(name: str, file_type: FileType) -> bool:
    return name.lower().endswith(file_type.extensions)


def safe_name(name: str, file_type: FileType) -> str:
    """A name that can be shown, mailed and saved on any system; letters of every script are kept.

    The extension is always one of `file_type`: `photo.heic` stored as JPEG becomes `photo.jpg`, and a PDF that calls
    itself `bill.exe` becomes `bill.exe.pdf`.
    """
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    # Line breaks and tabs divide words, so they become spaces; all other invisible marks go.
    name = re.sub(r"\s+", " ", name)
    name = "".join(letter for letter in name if unicodedata.category(letter) not in DROPPED_CATEGORIES)
    name = re.sub(r'[<>:"|?*]', "_", name).strip(" .")
    stem, extension = _split(name, file_type)
    stem = stem.strip(" .")
    if not stem or stem.lower().split(".")[0] in RESERVED_NAMES:
        stem = f"file_{stem}".rstrip("_")
    # 255 bytes is the limit of the usual file systems; a Cyrillic letter takes two.
    stem = stem[: MAX_NAME_LENGTH - len(extension)].rstrip(" .")
    return stem + extension


def _split(name: str, file_type: FileType) -> tuple[str, str]:
    lowered = name.lower()
    for extension in (*file_type.extensions, *(HEIC.extensions if file_type is JPEG else ())):
        if lowered.endswith(extension):
            kept = lowered[-len(extension) :] if extension in file_type.extensions else file_type.extension
            return name[: -len(extension)], kept
        if lowered == extension.lstrip("."):
            return "", file_type.extension
    return name, file_type.extension
