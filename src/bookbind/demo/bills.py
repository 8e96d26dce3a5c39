"""Real PDF bills for the demo."""

from datetime import date, timedelta
from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from bookbind.demo.world import Bill
from bookbind.kit.text import show_date

_LEFT, _RIGHT, _TOP = 60, 535, 780


def draw_bill(bill: Bill, customer: str, on: date) -> bytes:
    """One A4 page with what a supplier's bill shows; the same input gives the same bytes."""
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1)
    canvas.setTitle(f"{bill.supplier} {bill.reference}")
    _head(canvas, bill, customer, on)
    y = _lines(canvas, bill)
    _totals(canvas, bill, y)
    canvas.setFont("Helvetica", 9)
    canvas.drawString(_LEFT, 70, "Sample bill made by the Bookbind demo. Payment within 30 days, thank you.")
    canvas.save()
    return buffer.getvalue()


def _head(canvas: Canvas, bill: Bill, customer: str, on: date) -> None:
    canvas.setFillGray(0.15)
    canvas.setFont("Helvetica-Bold", 22)
    canvas.drawString(_LEFT, _TOP, bill.supplier)
    canvas.setFont("Helvetica", 11)
    canvas.drawString(_LEFT, _TOP - 20, "14 Quay Street, Bristol BS1 4QA   VAT GB 123 4567 89")
    canvas.setFont("Helvetica-Bold", 15)
    canvas.drawString(_LEFT, _TOP - 80, "Invoice")
    canvas.setFont("Helvetica", 11)
    facts = (
        ("To", customer),
        ("Invoice number", bill.reference),
        ("Date", show_date(on)),
        ("Due", show_date(on + timedelta(days=30))),
    )
    for row, (label, value) in enumerate(facts):
        canvas.drawString(_LEFT, _TOP - 105 - row * 17, label)
        canvas.drawString(_LEFT + 120, _TOP - 105 - row * 17, value)


def _lines(canvas: Canvas, bill: Bill) -> int:
    y = _TOP - 215
    canvas.setFont("Helvetica-Bold", 11)
    canvas.drawString(_LEFT, y, "Description")
    canvas.drawRightString(_RIGHT, y, "Net GBP")
    canvas.setFont("Helvetica", 11)
    for text, amount in bill.lines:
        y -= 22
        canvas.line(_LEFT, y + 14, _RIGHT, y + 14)
        canvas.drawString(_LEFT, y, text)
        canvas.drawRightString(_RIGHT, y, f"{amount:,.2f}")
    return y


def _totals(canvas: Canvas, bill: Bill, y: int) -> None:
    canvas.line(_LEFT, y - 8, _RIGHT, y - 8)
    rows = (
        ("Net", bill.net),
        (f"VAT {bill.tax_percent.normalize():f}%", bill.tax),
        ("Total GBP", bill.net + bill.tax),
    )
    for row, (label, amount) in enumerate(rows):
        canvas.setFont("Helvetica-Bold" if label.startswith("Total") else "Helvetica", 11)
        canvas.drawRightString(_RIGHT - 100, y - 28 - row * 18, label)
        canvas.drawRightString(_RIGHT, y - 28 - row * 18, f"{amount:,.2f}")
