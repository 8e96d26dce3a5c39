"""Documents as a CSV file, one line for each of their lines, and the mark that they left."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.db.models import F, prefetch_related_objects

from bookbind.activity import services as activity
from bookbind.documents.models import Document, DocumentLine
from bookbind.documents.totals import LineAmounts, line_tax
from bookbind.kit import clock
from bookbind.kit.money import round_money
from bookbind.kit.sheets import write_sheet
from bookbind.kit.text import show_date
from bookbind.lists.columns import TAX_KINDS
from bookbind.lists.labels import item_label
from bookbind.lists.models import ListItem
from bookbind.lists.queries import items_by_id
from bookbind.rules.columns import KIND_WORDS
from bookbind.tenancy.models import User

Cell = str | Decimal | int
HEADINGS = (
    "Type", "Supplier", "Supplier tax number", "Reference", "Date", "Due", "Currency", "Total", "State",
    "Line", "Description", "Quantity", "Category code", "Category", "Net", "VAT rate", "VAT %", "VAT kind",
    "VAT", "Gross", "Project", "Project 2", "Paid", "Paid from", "Notes", "File",
)  # fmt: skip
_ITEMS = ("category", "tax_rate", "tracking_1", "tracking_2")


@transaction.atomic
def export_documents(documents: Sequence[Document], user: User) -> list[str]:
    """The file's lines; each document remembers that it left, when, and in which version."""
    lines = list(documents_as_csv(documents))
    now = clock.now()
    ids = [document.id for document in documents]
    # The same version that is in the file: whoever saves at this moment makes a newer one.
    for document in documents:
        same = Document.objects.filter(id=document.id, version=document.version)
        same.update(exported_at=now, exported_version=F("version"))
        activity.record(
            "document.exported",
            "Exported as CSV.",
            business_id=document.business_id,
            actor=user,
            subject=document,
            data={"version": document.version, "together": len(ids)},
        )
    return lines


def documents_as_csv(documents: Sequence[Document]) -> Iterator[str]:
    """The documents with their lines, codes and tax, safe to open in a spreadsheet."""
    prefetch_related_objects(documents, "lines", "file")
    rows = [(document, list(document.lines.all())) for document in documents]
    ids = {document.supplier_id for document in documents} | {document.paid_from_id for document in documents}
    ids |= {getattr(line, f"{name}_id") for _, lines in rows for line in lines for name in _ITEMS}
    # A combined entry leaves under the name of the one that was kept.
    items = items_by_id(ids)
    return write_sheet(HEADINGS, _list_rows(rows, items))


def exported_words(document: Document, time_zone: str) -> str:
    """`Exported 3 March 2026`, and whether it was changed since; empty when it never left."""
    if document.exported_at is None:
        return ""
    said = f"Exported {show_date(clock.local_date(document.exported_at, time_zone))}"
    return said if document.exported_version == document.version else f"{said}, changed since"


def _list_rows(
    documents: Iterable[tuple[Document, list[DocumentLine]]], items: Mapping[Any, ListItem]
) -> Iterator[list[Cell]]:
    for document, lines in documents:
        for line in lines:
            yield _row(document, line, items)


def _row(document: Document, line: DocumentLine, items: Mapping[Any, ListItem]) -> list[Cell]:
    supplier, paid_from = items.get(document.supplier_id), items.get(document.paid_from_id)
    category, rate = items.get(line.category_id), items.get(line.tax_rate_id)
    net, tax = _amounts(document, line, rate)
    return [
        KIND_WORDS[document.kind],
        supplier.name if supplier else "",
        _detail(supplier, "tax_number"),
        document.reference,
        document.date.isoformat() if document.date else "",
        document.due_date.isoformat() if document.due_date else "",
        document.currency,
        _money(document.total, document.currency),
        Document.Stage(document.stage).label,
        line.position,
        line.description,
        line.quantity.normalize(),
        category.code if category else "",
        category.name if category else "",
        _money(net, document.currency),
        rate.name if rate else "",
        _detail(rate, "rate"),
        TAX_KINDS.get(_detail(rate, "tax_kind"), _detail(rate, "tax_kind")),
        _money(tax, document.currency),
        _money(None if net is None else net + tax, document.currency),
        _label(items.get(line.tracking_1_id)),
        _label(items.get(line.tracking_2_id)),
        "yes" if document.paid else "",
        _label(paid_from),
        document.note,
        document.file.name if document.file else "",
    ]


def _amounts(document: Document, line: DocumentLine, rate: ListItem | None) -> tuple[Decimal | None, Decimal]:
    """Net, and the tax that counts: the one that was typed, or what the rate makes of the line."""
    try:
        percent = Decimal(_detail(rate, "rate")) if _detail(rate, "rate") else None
    except InvalidOperation:
        percent = None
    return line.net, line_tax(LineAmounts(line.net, line.tax, percent), document.currency)


def _money(amount: Decimal | None, currency: str) -> Cell:
    return "" if amount is None else round_money(amount, currency)


def _detail(item: ListItem | None, name: str) -> str:
    found = item.details.get(name) if item else None
    return "" if found is None else str(found)


def _label(item: ListItem | None) -> str:
    return item_label(item.name, item.code) if item else ""
