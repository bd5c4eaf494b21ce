"""What a file is and what it may be called."""

import io
import zipfile
from pathlib import Path

import pytest

from salter.documents import rules
from salter.documents.types import DOCX, HEIC, JPEG, ODT, PDF, PNG, TXT, XLSX, DamagedFile, FileType, MacrosInFile

FILES = Path(__file__).parent / "files"


def archive(*names: str, mimetype: str = "", content: bytes = b"<x/>") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        if mimetype:
            made.writestr("mimetype", mimetype, zipfile.ZIP_STORED)
        for name in names:
            made.writestr(name, content)
    return out.getvalue()


DOCUMENT = archive("[Content_Types].xml", "word/document.xml")
ODT_TYPE = "application/vnd.oasis.opendocument.text"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"%PDF-1.7\n...", PDF),
        (b"\xff\xd8\xff\xe0rest", JPEG),
        (b"\x89PNG\r\n\x1a\nrest", PNG),
        ((FILES / "photo.heic").read_bytes(), HEIC),
        (DOCUMENT, DOCX),
        (archive("[Content_Types].xml", "xl/workbook.xml"), XLSX),
        (archive("content.xml", mimetype=ODT_TYPE), ODT),
        ("Stanje je 4.815 m³.\n".encode(), TXT),
        ("Стање је 4815.\r\n".encode("utf-16"), TXT),
        ("Račun je pogrešan\n".encode("cp1250"), TXT),
        (b"MZ\x90\x00\x03\x00", None),
        (b"\x7fELF\x02\x01\x01\x00", None),
        (b"GIF89a\x01\x00\x01\x00\x80\x00\x00", None),
        (b"\x00\x00\x00\x18ftypmp42\x00\x00", None),
        (b"Rar!\x1a\x07\x00", None),
        (archive("readme.txt"), None),
        (archive("[Content_Types].xml", "ppt/presentation.xml"), None),
        (archive("content.xml", mimetype="application/vnd.oasis.opendocument.graphics"), None),
        (bytes(range(128, 256)) * 4, None),
        (b"text with \x1b[31mescape", None),
    ],
)
def test_type_is_what_the_bytes_say(content: bytes, expected: FileType | None) -> None:
    assert rules.sniff(content) == expected


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), MacrosInFile),
        (archive("content.xml", "Basic/Standard/Module1.xml", mimetype=ODT_TYPE), MacrosInFile),
        (b"PK\x03\x04 not an archive", DamagedFile),
        (DOCUMENT[: len(DOCUMENT) // 2], DamagedFile),
        (archive(*(f"word/{n}.xml" for n in range(10_001)), content=b""), DamagedFile),
        (archive("[Content_Types].xml", "word/document.xml", content=bytes(160 * 1024 * 1024)), DamagedFile),
    ],
    ids=["macros", "basic", "no archive", "half", "too many parts", "bomb"],
)
def test_harmful_or_broken_archives_are_refused(content: bytes, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        rules.sniff(content)


@pytest.mark.parametrize(
    ("name", "file_type", "safe"),
    [
        ("račun 2025-12.pdf", PDF, "račun 2025-12.pdf"),
        ("Рачун за децембар.PDF", PDF, "Рачун за децембар.pdf"),
        ("../../etc/passwd", TXT, "passwd.txt"),
        ("C:\\Users\\ana\\slika.jpeg", JPEG, "slika.jpeg"),
        ("IMG_0001.HEIC", JPEG, "IMG_0001.jpg"),
        ("bill.exe", PDF, "bill.exe.pdf"),
        ("bill.pdf.exe", PDF, "bill.pdf.exe.pdf"),
        ("evil\u202efdp.exe", PDF, "evilfdp.exe.pdf"),
        ("a\x00b\nc.txt", TXT, "ab c.txt"),
        ('x"; filename="y.pdf', PDF, "x_; filename=_y.pdf"),
        ("<b>.png", PNG, "_b_.png"),
        ("", PDF, "file.pdf"),
        (".pdf", PDF, "file.pdf"),
        ("...", PDF, "file.pdf"),
        ("NUL.txt", TXT, "file_NUL.txt"),
        ("\u200b\u200e", PNG, "file.png"),
        ("s\u030colja.txt", TXT, "šolja.txt"),
        ("photo.", JPEG, "photo.jpg"),
    ],
)
def test_name_is_safe_and_tells_the_type(name: str, file_type: FileType, safe: str) -> None:
    assert rules.safe_name(name, file_type) == safe


@pytest.mark.parametrize("letter", ["x", "Ж", "家"])
def test_long_name_is_cut_before_its_extension(letter: str) -> None:
    name = rules.safe_name(letter * 500 + ".pdf", PDF)
    assert name.endswith(".pdf")
    assert len(name) <= 100
