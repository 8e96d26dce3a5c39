"""Small papers for tests: real PDF, PNG and JPEG files, each with its own content."""

import io

from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen import canvas


def pdf(text: str = "Bill", pages: int = 1, password: str = "") -> bytes:
    """A PDF with a line of text on each page; encrypted when a password is given."""
    target = io.BytesIO()
    sheet = canvas.Canvas(target, pagesize=A4, encrypt=password or None)
    for number in range(pages):
        sheet.drawString(72, 720, f"{text} {number + 1}")
        sheet.showPage()
    sheet.save()
    return target.getvalue()


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 60), colour: str = "white") -> bytes:
    """A PNG or JPEG of one colour."""
    target = io.BytesIO()
    Image.new("RGB", size, colour).save(target, kind)
    return target.getvalue()
