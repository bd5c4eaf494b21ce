"""Pictures without the place where they were taken.

A phone writes its position into every photo, in several places at once: EXIF, XMP, maker notes, a film appended to the
picture. What isn't needed to show the picture is cut out; the pixels stay untouched, byte by byte, because a photo of
a meter may be evidence.
"""

import io
import struct
import zlib

import pi_heif
from PIL import ExifTags, Image, UnidentifiedImageError

from salter.documents.types import HEIC, JPEG, PNG, DamagedFile, FileType

MAX_PIXELS = 120_000_000
JPEG_QUALITY = 90
# Kept of EXIF: how to turn the picture and when it was taken. Everything else can tell where or with what.
KEPT_EXIF = (ExifTags.Base.Orientation, ExifTags.Base.DateTime)
# Chunks of PNG that only describe: text, XMP, EXIF.
DROPPED_CHUNKS = {b"tEXt", b"zTXt", b"iTXt", b"eXIf"}

pi_heif.register_heif_opener(thumbnails=False)  # type: ignore[attr-defined]


def clean(content: bytes, file_type: FileType) -> tuple[bytes, FileType]:
    """The picture without its location; HEIC comes back as JPEG.

    Raises: `DamagedFile` when it can't be opened, is cut off, or has more pixels than a camera makes.
    """
    try:
        with Image.open(io.BytesIO(content)) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise DamagedFile
            if file_type is HEIC:
                return _as_jpeg(picture), JPEG
            exif = _kept_exif(picture)
            # Decodes all of it: a header alone passes for a picture until somebody opens it.
            picture.load()
        if file_type is JPEG:
            return _clean_jpeg(content, exif), JPEG
        return _clean_png(content), PNG
    except DamagedFile:
        raise
    except (
        UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError, IndexError, KeyError,
        RuntimeError, EOFError, struct.error, zlib.error, MemoryError,
    ) as error:  # fmt: skip
        raise DamagedFile from error


def _kept_exif(picture: Image.Image) -> bytes:
    original = picture.getexif()
    kept = Image.Exif()
    for tag in KEPT_EXIF:
        if tag in original:
            kept[tag] = original[tag]
    return kept.tobytes() if len(kept) else b""


def _as_jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    # The opener has turned the picture upright already and set its orientation to 1.
    exif = _kept_exif(picture)
    picture.convert("RGB").save(
        out, "JPEG", quality=JPEG_QUALITY, optimize=True, exif=exif, icc_profile=picture.info.get("icc_profile")
    )
    return out.getvalue()


def _clean_jpeg(content: bytes, exif: bytes) -> bytes:
    """Walks the segments up to the end of the picture and keeps those that are needed to draw it."""
    out = bytearray(b"\xff\xd8")
    if exif:
        body = exif if exif.startswith(b"Exif\x00\x00") else b"Exif\x00\x00" + exif
        out += b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body
    at = 2
    while True:
        if content[at] != 0xFF:
            raise DamagedFile
        while content[at + 1] == 0xFF:
            at += 1
        marker = content[at + 1]
        if marker == 0xD9:
            return bytes(out + b"\xff\xd9")
        end = at + 2 + struct.unpack(">H", content[at + 2 : at + 4])[0]
        if marker == 0xDA:
            end = _end_of_scan(content, end)
        if _is_needed(marker, content[at + 4 : at + 18]):
            out += content[at:end]
        at = end


def _is_needed(marker: int, start: bytes) -> bool:
    if marker == 0xFE:
        return False
    if 0xE0 <= marker <= 0xEF:
        # JFIF, colour profile, Adobe's colour transform; all other application data describes.
        return (
            (marker == 0xE0 and start.startswith(b"JFIF\x00"))
            or (marker == 0xE2 and start.startswith(b"ICC_PROFILE\x00"))
            or (marker == 0xEE and start.startswith(b"Adobe"))
        )
    return True


def _end_of_scan(content: bytes, at: int) -> int:
    """The place of the first marker after coded data; `FF 00` and restart marks belong to the data."""
    while True:
        at = content.find(b"\xff", at)
        if at < 0:
            raise DamagedFile
        following = content[at + 1]
        if following == 0x00 or 0xD0 <= following <= 0xD7:
            at += 2
        elif following == 0xFF:
            at += 1
        else:
            return at


def _clean_png(content: bytes) -> bytes:
    out = bytearray(content[:8])
    at = 8
    while True:
        length, kind = struct.unpack(">I4s", content[at : at + 8])
        end = at + 12 + length
        if end > len(content):
            raise DamagedFile
        if kind not in DROPPED_CHUNKS:
            out += content[at:end]
        if kind == b"IEND":
            return bytes(out)
        at = end
