"""What a page may say about a document: plain values, checked by its form, saved as a whole."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from bookbind.providers.base.types import DocumentKind, PublishAs, TaxMode

# The name of a field in `field_sources`, and the column that holds it.
DOCUMENT_FIELDS = {
    "supplier": "supplier_id",
    "kind": "kind",
    "date": "date",
    "due_date": "due_date",
    "reference": "reference",
    "currency": "currency",
    "tax_mode": "tax_mode",
    "total": "total",
    "note": "note",
    "paid": "paid",
    "paid_from": "paid_from_id",
    "publish_as": "publish_as",
}
LINE_FIELDS = {
    "description": "description",
    "quantity": "quantity",
    "net": "net",
    "tax_rate": "tax_rate_id",
    "tax": "tax",
    "category": "category_id",
    "tracking_1": "tracking_1_id",
    "tracking_2": "tracking_2_id",
}


@dataclass(frozen=True)
class LineInput:
    """One line as typed; ids are list items."""

    description: str = ""
    quantity: Decimal = Decimal(1)
    net: Decimal | None = None
    tax_rate_id: UUID | None = None
    tax: Decimal | None = None
    category_id: UUID | None = None
    tracking_1_id: UUID | None = None
    tracking_2_id: UUID | None = None


@dataclass(frozen=True)
class DocumentInput:
    """The whole document as typed; a form always posts all of it."""

    currency: str
    supplier_id: UUID | None = None
    kind: DocumentKind = DocumentKind.BILL
    date: dt.date | None = None
    due_date: dt.date | None = None
    reference: str = ""
    tax_mode: TaxMode = TaxMode.EXCLUSIVE
    total: Decimal | None = None
    note: str = ""
    paid: bool = False
    paid_from_id: UUID | None = None
    publish_as: PublishAs | str = ""
    lines: tuple[LineInput, ...] = ()


@dataclass(frozen=True)
class DocumentDefaults:
    """What a new document starts with; publishing takes it from the settings of the connection."""

    kind: DocumentKind = DocumentKind.BILL
    publish_as: PublishAs | str = ""
    tax_rate_id: UUID | None = None
    paid_from_id: UUID | None = None
