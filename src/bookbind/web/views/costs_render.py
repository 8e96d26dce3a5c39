"""Pages of captured files as PNG images: safe to show anywhere, whatever the file contains."""

import io
from pathlib import Path

import pypdfium2
from django.conf import settings
from PIL import Image, ImageOps

from bookbind.documents.files import MOST_PIXELS, PDF, pdfium_lock
from bookbind.kit.ids import new_id

WIDTH = 1240
"""Pixels across: A4 at 150 dots per inch, sharp at twice the usual size on the page."""

MOST_HEIGHT = WIDTH * 6
MOST_CACHED = 600


class PageUnreadable(Exception):
    """This page can't be shown. Open the original instead."""


def page_image(key: str, content_type: str, content: bytes, number: int) -> bytes:
    """The page as PNG; `key` names the stored file, whose content never changes, so an image is made once."""
    path = _folder() / f"{key}-{number}-{WIDTH}.png"
    try:
        return path.read_bytes()
    except FileNotFoundError:
        pass
    image = render_pdf_page(content, number) if content_type == PDF else render_picture(content)
    _keep(path, image)
    return image


def render_pdf_page(content: bytes, number: int) -> bytes:
    """One page of a PDF, counted from 1."""
    with pdfium_lock:
        try:
            document = pypdfium2.PdfDocument(content)
            try:
                page = document[number - 1]
                width, height = page.get_size()
                scale = min(WIDTH / width, MOST_HEIGHT / height)
                picture = page.render(scale=scale, rev_byteorder=True).to_pil().convert("RGB")
            finally:
                document.close()
        except (pypdfium2.PdfiumError, IndexError, ZeroDivisionError, MemoryError) as error:
            raise PageUnreadable from error
    return _as_png(picture)


def render_picture(content: bytes) -> bytes:
    """A photo the way up that its camera says, without what else the camera wrote into it."""
    try:
        with Image.open(io.BytesIO(content)) as photo:
            if photo.width * photo.height > MOST_PIXELS:
                raise PageUnreadable
            photo.draft("RGB", (WIDTH * 2, MOST_HEIGHT))
            upright = ImageOps.exif_transpose(photo).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise PageUnreadable from error
    upright.thumbnail((WIDTH, MOST_HEIGHT))
    return _as_png(upright)


def _as_png(picture: Image.Image) -> bytes:
    made = io.BytesIO()
    picture.save(made, "PNG", compress_level=4)
    return made.getvalue()


def _folder() -> Path:
    folder: Path = settings.CONFIG.data / "page-images"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _keep(path: Path, image: bytes) -> None:
    """Write beside and rename, so that nobody reads half an image; drop the oldest when there are many."""
    partial = path.with_suffix(f".{new_id()}.partial")
    partial.write_bytes(image)
    partial.replace(path)
    # Names begin with a sortable id, so the first ones are of the files that were captured longest ago.
    kept = sorted(path.parent.glob("*.png"))
    for old in kept[: max(0, len(kept) - MOST_CACHED)]:
        old.unlink(missing_ok=True)
