"""Which files are taken: PDF, JPEG and PNG by their content, within limits, readable to the end."""

import struct
from dataclasses import dataclass
from threading import Lock

import pypdfium2

from bookbind.documents.errors import FileRefused

MOST_BYTES = 10 * 1024 * 1024
MOST_PAGES = 200
MOST_PIXELS = 100_000_000
PDF = "application/pdf"
JPEG = "image/jpeg"
PNG = "image/png"
EXTENSIONS = {PDF: ".pdf", JPEG: ".jpg", PNG: ".png"}
TAKEN = "PDF, JPEG and PNG"

# PDFium keeps state for the whole process and must be entered by one thread at a time.
pdfium_lock = Lock()

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PDF_HEADER_WITHIN = 1024
_PASSWORD_ERROR = 4
# Start-of-frame markers carry the size; C4, C8 and CC are tables that merely share the range.
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_BARE = frozenset({0x01, *range(0xD0, 0xD9)})
_JPEG_SCAN = 0xDA


@dataclass(frozen=True)
class Inspected:
    """What a file turned out to be."""

    content_type: str
    page_count: int


def inspect_file(name: str, content: bytes) -> Inspected:
    """What the content is, whatever its name says; FileRefused names the file, the reason and a way out."""
    if not content:
        raise FileRefused(name, "The file is empty.", "Check it on your computer and upload it again.")
    if len(content) > MOST_BYTES:
        size = f"{len(content) / 1024 / 1024:.1f} MB"
        raise FileRefused(
            name, f"The file is {size}; the most is 10 MB.", "Save it smaller, or upload it in parts."
        )
    if b"%PDF-" in content[:_PDF_HEADER_WITHIN]:
        return Inspected(PDF, _count_pages(name, content))
    if content.startswith(_PNG_SIGNATURE):
        _refuse_huge(name, _png_size(name, content))
        return Inspected(PNG, 1)
    if content.startswith(b"\xff\xd8\xff"):
        _refuse_huge(name, _jpeg_size(name, content))
        return Inspected(JPEG, 1)
    raise FileRefused(
        name, f"This is not a file that we can read; {TAKEN} are.", "Save it as a PDF and upload that."
    )


def _count_pages(name: str, content: bytes) -> int:
    with pdfium_lock:
        try:
            document = pypdfium2.PdfDocument(content)
        except pypdfium2.PdfiumError as error:
            raise _unreadable_pdf(name, error) from error
        try:
            pages = len(document)
            sizes = [document.get_page_size(number) for number in range(min(pages, MOST_PAGES))]
        except pypdfium2.PdfiumError as error:
            raise _damaged(name, "PDF") from error
        finally:
            document.close()
    if pages == 0:
        raise FileRefused(name, "The PDF has no pages.", "Print it to a PDF again and upload that.")
    if pages > MOST_PAGES:
        raise FileRefused(
            name, f"The PDF has {pages} pages; the most is {MOST_PAGES}.", "Upload the bill's pages only."
        )
    for width, height in sizes:
        _refuse_huge(name, (int(width), int(height)))
    return pages


def _unreadable_pdf(name: str, error: pypdfium2.PdfiumError) -> FileRefused:
    if getattr(error, "err_code", None) == _PASSWORD_ERROR or "password" in str(error).lower():
        return FileRefused(
            name, "The PDF is protected with a password.", "Save it without one and upload it again."
        )
    return _damaged(name, "PDF")


def _damaged(name: str, kind: str) -> FileRefused:
    return FileRefused(
        name, f"The {kind} is damaged or incomplete.", "Open it on your computer, save it anew, try again."
    )


def _refuse_huge(name: str, size: tuple[int, int]) -> None:
    width, height = size
    if width < 1 or height < 1:
        raise _damaged(name, "image")
    if width * height > MOST_PIXELS:
        reason = f"The page measures {width:,} by {height:,} points; that is too large to show."
        raise FileRefused(name, reason, "Save it at a lower resolution and upload it again.")


def _png_size(name: str, content: bytes) -> tuple[int, int]:
    """Walk the chunks to the end: a file that was cut off in transit has no IEND."""
    at = len(_PNG_SIGNATURE)
    size: tuple[int, int] | None = None
    while at + 12 <= len(content):
        length, kind = struct.unpack(">I4s", content[at : at + 8])
        if kind == b"IHDR" and length >= 8 and size is None:
            size = struct.unpack(">II", content[at + 8 : at + 16])
        if kind == b"IEND" and size is not None:
            return size
        at += 12 + length
    raise _damaged(name, "PNG")


def _jpeg_size(name: str, content: bytes) -> tuple[int, int]:
    """Walk the segments to the first scan; the size stands before it, and the end marker after it."""
    at = 2
    size: tuple[int, int] | None = None
    while at + 4 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF or marker in _JPEG_BARE:
            at += 1 if marker == 0xFF else 2
            continue
        if marker == _JPEG_SCAN:
            break
        if marker in _JPEG_FRAMES and at + 9 <= len(content):
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            size = (width, height)
        at += 2 + struct.unpack(">H", content[at + 2 : at + 4])[0]
    if size is None or content.rfind(b"\xff\xd9") < at:
        raise _damaged(name, "JPEG")
    return size
