"""Which files are taken, and what is said about those that are not."""

import struct
import zlib

import pytest

from bookbind.documents.errors import FileRefused
from bookbind.documents.files import JPEG, PDF, PNG, Inspected, inspect_file
from tests.support import papers


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (papers.pdf("Bill"), Inspected(PDF, 1)),
        (papers.pdf("Bill", pages=3), Inspected(PDF, 3)),
        (b"\n\n" + papers.pdf("Bill"), Inspected(PDF, 1)),
        (papers.picture("PNG"), Inspected(PNG, 1)),
        (papers.picture("JPEG"), Inspected(JPEG, 1)),
    ],
)
def test_files_are_known_by_their_content(content: bytes, found: Inspected) -> None:
    assert inspect_file("whatever.exe", content) == found


def huge_png() -> bytes:
    header = struct.pack(">II", 20_000, 20_000) + b"\x08\x02\x00\x00\x00"
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"")), (b"IEND", b"")]
    packed = (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"%PDF-1.7 nothing behind it", "damaged"),
        (papers.pdf("Bill")[:400], "damaged"),
        (papers.pdf("Bill", password="secret"), "password"),
        (papers.pdf("Bill", pages=201), "201 pages"),
        (papers.picture("PNG")[:-20], "damaged"),
        (papers.picture("JPEG")[:-2], "damaged"),
        (papers.picture("JPEG")[:30], "damaged"),
        (huge_png(), "too large to show"),
        (b"MZ\x90\x00 a program", "can read"),
        (b"<html><script>alert(1)</script></html>", "can read"),
        (b"\x00" * (10 * 1024 * 1024 + 1), "10.0 MB"),
    ],
)
def test_a_refused_file_is_named_with_the_reason_and_a_way_out(content: bytes, reason: str) -> None:
    with pytest.raises(FileRefused) as caught:
        inspect_file("scan 7.pdf", content)
    said = str(caught.value)
    assert said.startswith("scan 7.pdf: ")
    assert reason in said
    assert caught.value.advice in said
