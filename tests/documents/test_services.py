"""Taking in files, keeping them, sending them, throwing away what nobody claimed."""

import io
import struct
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from PIL import ExifTags, Image
from PIL.PngImagePlugin import PngInfo

from salter.documents import selectors, services, storage
from salter.documents.models import File
from salter.documents.types import (
    DamagedFile,
    EmptyFile,
    FileMissing,
    FileRefused,
    FileTooLarge,
    MacrosInFile,
    UnknownFileType,
)
from tests.cast import NOW, SYSTEM, Cast

FILES = Path(__file__).parent / "files"
GPS = "44 degrees 48 minutes"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "SALTER_FILES", str(tmp_path))


def store(cast: Cast, name: str, content: bytes, now=NOW, user=None) -> File:  # type: ignore[no-untyped-def]
    return services.store_file(
        actor=cast.actor(user or cast.ana), institution=cast.gas, name=name, content=io.BytesIO(content), now=now
    )


def body(file: File) -> bytes:
    with selectors.open_file(file) as handle:
        return handle.read()


def photo(*, orientation: int = 6, **save: object) -> bytes:
    """A JPEG as a phone writes it: position in EXIF and XMP, a maker's remark, a film behind the picture."""
    picture = Image.new("RGB", (60, 30))
    picture.putdata([(x * 4 % 256, y * 8 % 256, 100) for y in range(30) for x in range(60)])
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.DateTime] = "2026:03:05 09:30:00"
    exif[ExifTags.Base.Make] = "SpyPhone"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (44.0, 48.0, 1.5)
    out = io.BytesIO()
    xmp = f"<x:xmpmeta><exif:GPSLatitude>{GPS}</exif:GPSLatitude></x:xmpmeta>".encode()
    picture.save(out, "JPEG", exif=exif, xmp=xmp, comment=GPS.encode(), quality=85, **save)
    return out.getvalue() + b"\x00\x00\x00\x18ftypmp42" + GPS.encode()


# ------------------------------------------------------------------ what is taken


@pytest.mark.django_db
@pytest.mark.parametrize(
    "save", [{}, {"progressive": True}, {"restart_marker_rows": 1}], ids=["plain", "scans", "marks"]
)
def test_photo_loses_its_place_and_keeps_its_pixels(cast: Cast, save: dict[str, object]) -> None:
    original = photo(**save)
    file = store(cast, "IMG_1.JPG", original)
    stored = body(file)
    assert (file.type, file.media_type, file.name, file.size) == ("jpeg", "image/jpeg", "IMG_1.jpg", len(stored))
    for trace in (GPS.encode(), b"SpyPhone", b"xmpmeta", b"ftypmp42"):
        assert trace in original
        assert trace not in stored
    with Image.open(io.BytesIO(stored)) as after, Image.open(io.BytesIO(original)) as before:
        assert after.tobytes() == before.tobytes()
        exif = after.getexif()
        assert exif.get_ifd(ExifTags.IFD.GPSInfo) == {}
        assert exif[ExifTags.Base.Orientation] == 6
        assert exif[ExifTags.Base.DateTime] == "2026:03:05 09:30:00"


@pytest.mark.django_db
def test_png_loses_its_texts(cast: Cast) -> None:
    info = PngInfo()
    info.add_text("GPSPosition", GPS)
    info.add_itxt("XML:com.adobe.xmp", GPS)
    out = io.BytesIO()
    Image.new("RGBA", (20, 20), (1, 2, 3, 4)).save(out, "PNG", pnginfo=info)
    original = out.getvalue() + b"behind " + GPS.encode()
    stored = body(store(cast, "x.png", original))
    assert GPS.encode() not in stored
    with Image.open(io.BytesIO(stored)) as after:
        assert after.getpixel((0, 0)) == (1, 2, 3, 4)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["photo.heic", "grey-with-xmp.heic"])
def test_heic_becomes_jpeg(cast: Cast, name: str) -> None:
    original = (FILES / name).read_bytes()
    file = store(cast, "IMG_0001.HEIC", original)
    assert (file.type, file.name) == ("jpeg", "IMG_0001.jpg")
    stored = body(file)
    assert b"xmpmeta" not in stored
    with Image.open(io.BytesIO(stored)) as after, Image.open(io.BytesIO(original)) as before:
        assert (after.format, after.size) == ("JPEG", before.size)


@pytest.mark.django_db
def test_same_bytes_lie_once_and_each_institution_has_its_folder(cast: Cast, tmp_path: Path) -> None:
    first, second = store(cast, "a.txt", b"same"), store(cast, "b.txt", b"same")
    other = services.store_file(
        actor=cast.actor(cast.ceca), institution=cast.heat, name="c.txt", content=b"same", now=NOW
    )
    assert first.sha256 == second.sha256 == other.sha256
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 2
    assert storage.path_of(cast.gas.id, first.sha256).stat().st_mode & 0o077 == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "content", "refusal"),
    [
        ("empty.pdf", b"", EmptyFile),
        ("virus.jpg", b"MZ\x90\x00\x03", UnknownFileType),
        ("page.html", b"<script>alert(1)</script>", UnknownFileType),
        ("script.js", b"alert(1)", UnknownFileType),
        ("drawing.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>', UnknownFileType),
        ("run.sh", b"#!/bin/sh\nrm -rf /\n", UnknownFileType),
        ("noname", b"just text", UnknownFileType),
        ("cut.pdf", b"%PDF-1.7\n1 0 obj", DamagedFile),
        ("cut.jpg", photo()[:400], DamagedFile),
        ("head.jpg", b"\xff\xd8\xff\xe0" + b"\x00" * 50, DamagedFile),
        ("cut.png", b"\x89PNG\r\n\x1a\n\x00\x00", DamagedFile),
        ("cut.heic", (FILES / "photo.heic").read_bytes()[:600], DamagedFile),
        ("bad.docx", b"PK\x03\x04....", DamagedFile),
    ],
)
def test_refusals(cast: Cast, name: str, content: bytes, refusal: type[FileRefused], tmp_path: Path) -> None:
    with pytest.raises(refusal) as raised:
        store(cast, name, content)
    assert str(raised.value).endswith(".")
    assert not File.objects.exists()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def _png_header(width: int, height: int) -> bytes:
    import zlib

    data = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + data
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))


@pytest.mark.django_db
def test_picture_that_would_fill_the_memory_is_refused(cast: Cast) -> None:
    with pytest.raises(DamagedFile):
        store(cast, "bomb.png", _png_header(60_000, 60_000))


@pytest.mark.django_db
def test_size_limit_is_the_institutions(cast: Cast) -> None:
    cast.gas.settings["documents.max_file_mb"] = 1
    store(cast, "fits.txt", b"x" * 1024 * 1024)
    with pytest.raises(FileTooLarge) as raised:
        store(cast, "large.txt", b"x" * (1024 * 1024 + 1))
    assert "1 MB" in str(raised.value)


def test_refusals_are_told_in_the_readers_language() -> None:
    from django.utils import translation

    with translation.override("en"):
        assert "macros" in str(MacrosInFile())
        assert "20 MB" in str(FileTooLarge(20))


# ------------------------------------------------------------------ keeping and sending


@pytest.mark.django_db
def test_unclaimed_files_are_found_by_their_uploader_alone(cast: Cast) -> None:
    mine, claimed = store(cast, "mine.txt", b"1"), store(cast, "claimed.txt", b"2")
    theirs = store(cast, "theirs.txt", b"3", user=cast.boris)
    services.claim_files(institution=cast.gas, files=[claimed], now=NOW)
    ids = [theirs.id, claimed.id, mine.id, mine.id]
    assert selectors.list_unclaimed(cast.gas, cast.ana.pk, ids) == [mine]
    assert selectors.list_unclaimed(cast.heat, cast.ana.pk, ids) == []
    assert selectors.list_unclaimed(cast.gas, None, ids) == []


@pytest.mark.django_db
def test_what_nobody_claimed_goes_after_a_day(cast: Cast) -> None:
    old, young = store(cast, "old.txt", b"old"), store(cast, "young.txt", b"young", NOW + timedelta(hours=2))
    kept = store(cast, "kept.txt", b"kept")
    twin, twin_kept = store(cast, "twin.txt", b"twin"), store(cast, "twin2.txt", b"twin")
    services.claim_files(institution=cast.gas, files=[kept, twin_kept], now=NOW)
    assert services.discard_unclaimed(actor=SYSTEM, now=NOW + timedelta(days=1, hours=1)) == 2
    assert set(File.objects.values_list("id", flat=True)) == {young.id, kept.id, twin_kept.id}
    with pytest.raises(FileMissing):
        selectors.open_file(old)
    assert body(twin) == b"twin"


@pytest.mark.django_db
def test_response_can_run_nothing(cast: Cast) -> None:
    file = store(cast, "рачун за децембар.txt", b"<script>alert(1)</script>")
    response = services.response(file)
    assert b"".join(response.streaming_content) == b"<script>alert(1)</script>"  # type: ignore[arg-type]
    response.close()
    assert response.headers["Content-Type"] == "text/plain"
    assert response.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''%D1%80")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["Content-Length"] == str(file.size)


@pytest.mark.django_db
def test_type_that_we_do_not_know_is_sent_as_bytes(cast: Cast) -> None:
    file = store(cast, "x.txt", b"x")
    file.media_type = "text/html"
    response = services.response(file)
    response.close()
    assert response.headers["Content-Type"] == "application/octet-stream"


@pytest.mark.django_db
def test_file_that_vanished_is_told(cast: Cast) -> None:
    file = store(cast, "x.txt", b"x")
    storage.remove(cast.gas.id, file.sha256)
    with pytest.raises(FileMissing):
        services.response(file)


@pytest.mark.django_db
def test_broken_write_leaves_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def full_disk(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full_disk)
    with pytest.raises(OSError, match="No space"):
        store(cast, "x.txt", b"x")
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
