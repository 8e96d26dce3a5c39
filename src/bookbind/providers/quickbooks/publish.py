"""Documents on their way into QuickBooks: request bodies, writes, and the comparison with what came back."""

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings

from bookbind.kit.text import clean_text
from bookbind.providers.base.bodies import as_json, exact_number
from bookbind.providers.base.errors import ErrorKind, ProviderError, RejectedReason, refused
from bookbind.providers.base.shapes import FieldMissing, Row, required_text, text_of
from bookbind.providers.base.types import (
    AccountFamily,
    DocumentKind,
    Organisation,
    OutgoingDocument,
    OutgoingLine,
    PreparedWrite,
    Published,
    TaxMode,
)
from bookbind.providers.quickbooks import urls
from bookbind.providers.quickbooks.client import CompanyApi
from bookbind.providers.quickbooks.company import AMERICA, CLASS, LOCATION
from bookbind.providers.quickbooks.diagnosis import explain_refusal
from bookbind.providers.quickbooks.tax_lines import build_tax
from bookbind.providers.quickbooks.wire import (
    LINE_DETAIL,
    amount_of,
    as_ref,
    ref_id,
)

# QuickBooks refuses a longer DocNumber (2026-11); it is never cut, for a cut number is another number.
LONGEST_NUMBER = 21
_LONGEST_NOTE = 4000
_LONGEST_DESCRIPTION = 4000


@dataclass(frozen=True)
class Paper:
    """What one kind of document is called in the API, and where it names whom it is from."""

    operation: str
    entity: str
    contact_key: str

    @property
    def path(self) -> str:
        """The address of the entity below the company's."""
        return self.entity.lower()


PAPERS = {
    DocumentKind.BILL: Paper("create_bill", "Bill", "VendorRef"),
    DocumentKind.SUPPLIER_CREDIT: Paper("create_vendor_credit", "VendorCredit", "VendorRef"),
    DocumentKind.EXPENSE: Paper("create_purchase", "Purchase", "EntityRef"),
}
KINDS = {paper.operation: kind for kind, paper in PAPERS.items()}
# Stands behind an operation that may repeat a number, and what QuickBooks then has to be told (2026-11).
_REPEATS = "_repeating"
_MAY_REPEAT = {"include": "allowduplicatedocnum"}


def prepare(document: OutgoingDocument, company: Organisation) -> PreparedWrite:
    """The exact bytes of one write."""
    if len(document.reference) > LONGEST_NUMBER:
        text = f"QuickBooks takes numbers of up to {LONGEST_NUMBER} characters."
        raise refused("reference", RejectedReason.OTHER, text)
    try:
        body = as_json(build_document(document, company))
    except ValueError as error:
        raise refused("lines", RejectedReason.AMOUNTS_DISAGREE, str(error)) from error
    repeats = _REPEATS if document.number_may_repeat else ""
    return PreparedWrite(PAPERS[document.kind].operation + repeats, body, document.marker)


def build_document(document: OutgoingDocument, company: Organisation) -> Row:
    """A document in QuickBooks' words; lines are always net, for gross ones are misread (2026-11)."""
    built: Row = {
        PAPERS[document.kind].contact_key: as_ref(document.contact_id),
        "TxnDate": document.date.isoformat(),
        "PrivateNote": build_note(document),
        "Line": [build_line(line, document) for line in document.lines],
    }
    if company.many_currencies or document.currency != company.currency:
        # A company that keeps one currency refuses even that one's name (2026-11).
        built["CurrencyRef"] = as_ref(document.currency)
    if document.reference:
        built["DocNumber"] = document.reference
    if document.kind is DocumentKind.BILL and document.due_date is not None:
        built["DueDate"] = document.due_date.isoformat()
    if document.kind is DocumentKind.EXPENSE:
        built |= _paid(document)
    location = _shared_option(document, LOCATION)
    if location:
        built["DepartmentRef"] = as_ref(location)
    # How tax is stated is no question in the United States (2026-11).
    return built if company.country == AMERICA else built | build_tax(document)


def build_line(line: OutgoingLine, document: OutgoingDocument) -> Row:
    """One line; its amount is without tax."""
    detail: Row = {"AccountRef": as_ref(line.category_id)}
    if document.tax_mode is not TaxMode.NO_TAX:
        detail["TaxCodeRef"] = as_ref(line.tax_rate_id)
    option = dict(line.tracking).get(CLASS, "")
    if option:
        detail["ClassRef"] = as_ref(option)
    return {
        "Amount": exact_number(line.net),
        "Description": (line.description or document.reference or document.contact_name)[
            :_LONGEST_DESCRIPTION
        ],
        "DetailType": LINE_DETAIL,
        LINE_DETAIL: detail,
    }


def build_note(document: OutgoingDocument) -> str:
    """Our note, and the document's address in Bookbind, by which it is known again and which is never cut."""
    link = f"{settings.BASE_URL}/p/{document.marker}"
    note = clean_text(document.note, _LONGEST_NOTE - len(link) - 2)
    return f"{note}\n\n{link}" if note else link


def is_marked(row: Row, marker: str) -> bool:
    """Whether a document carries the marker, under whatever address Bookbind had when it was sent."""
    pattern = rf"/p/{re.escape(marker)}(?![\w-])"
    return bool(marker) and re.search(pattern, text_of(row, "PrivateNote")) is not None


def send(api: CompanyApi, write: PreparedWrite, key: str) -> Published:
    """Create the document; a refusal names our fields."""
    kind = KINDS[write.operation.removesuffix(_REPEATS)]
    paper = PAPERS[kind]
    sent: Row = json.loads(write.body, parse_float=Decimal)
    allowed = _MAY_REPEAT if write.operation.endswith(_REPEATS) else {}
    try:
        reply = api.write(paper.path, write.operation, write.body, key, **allowed)
    except ProviderError as error:
        raise explain_refusal(api, error, sent, paper.contact_key) from error
    row = reply.read(lambda content: parse_entity(content, paper.entity))
    if not is_marked(row, write.marker):
        # The answer to an earlier write under this key: only a search tells what stands in the books.
        raise reply.error(ErrorKind.TRANSIENT, maybe_done=True)
    return reply.read(lambda _: parse_published(row, kind, sent))


def parse_entity(content: Any, entity: str) -> Row:
    """The entity of an answer."""
    found = content.get(entity) if isinstance(content, dict) else None
    if not isinstance(found, dict):
        raise FieldMissing(entity)
    return found


def parse_published(row: Row, kind: DocumentKind, sent: Row | None = None) -> Published:
    """A document as it stands in the books, with what differs from what was sent."""
    remote_id = required_text(row, "Id")
    return Published(
        remote_id=remote_id,
        number=text_of(row, "DocNumber"),
        status=status_of(row, kind),
        url=urls.document_url(kind, remote_id),
        total=amount_of(row, "TotalAmt"),
        differences=tuple(_differences(row, sent, PAPERS[kind])) if sent else (),
    )


def status_of(row: Row, kind: DocumentKind) -> str:
    """QuickBooks has no states of these documents; what is left to pay says how far a bill has come."""
    if kind is DocumentKind.EXPENSE:
        return "Paid"
    balance = row.get("Balance")
    return "Open" if balance is None or amount_of(row, "Balance") else "Paid"


def _paid(document: OutgoingDocument) -> Row:
    """How an expense was paid: a card takes card payments only, a bank account any other (2026-11)."""
    by_card = document.paid_from_family == AccountFamily.CARD
    return {
        "PaymentType": "CreditCard" if by_card else "Cash",
        "AccountRef": as_ref(document.paid_from_id),
        "EntityRef": {"value": document.contact_id, "type": "Vendor"},
    }


def _shared_option(document: OutgoingDocument, dimension: str) -> str:
    """The option that all lines share, since only the whole document can have one."""
    options = {dict(line.tracking).get(dimension, "") for line in document.lines}
    if len(options) > 1:
        text = "QuickBooks keeps one location for the whole document, and its lines have several."
        raise refused("tracking", RejectedReason.TRACKING_UNUSABLE, text)
    return next(iter(options), "")


def _differences(row: Row, sent: Row, paper: Paper) -> list[str]:
    """Our names of the fields that QuickBooks changed or lost; it drops classes and locations silently."""
    lines, sent_lines = _lines_of(row), sent["Line"]
    tax = amount_of(sent.get("TxnTaxDetail") or {}, "TotalTax")
    checks = {
        "total": amount_of(row, "TotalAmt") == _sum(sent_lines) + tax,
        "supplier": ref_id(row, paper.contact_key) == ref_id(sent, paper.contact_key),
        "date": text_of(row, "TxnDate")[:10] == sent["TxnDate"],
        "reference": text_of(row, "DocNumber") == text_of(sent, "DocNumber"),
        # Where no currency may be named there is one only, which the answer names all the same.
        "currency": "CurrencyRef" not in sent
        or ref_id(row, "CurrencyRef") in ("", ref_id(sent, "CurrencyRef")),
        "location": ref_id(row, "DepartmentRef") == ref_id(sent, "DepartmentRef"),
        "paid_from": ref_id(row, "AccountRef") == ref_id(sent, "AccountRef"),
        "lines": len(lines) == len(sent_lines) and _sum(lines) == _sum(sent_lines),
    }
    if len(lines) == len(sent_lines):
        details = [
            (line[LINE_DETAIL], ours[LINE_DETAIL]) for line, ours in zip(lines, sent_lines, strict=True)
        ]
        for name, key in (("category", "AccountRef"), ("tax_rate", "TaxCodeRef"), ("class", "ClassRef")):
            # A company that keeps no tax answers with a code of its own where none was sent.
            checks[name] = all(
                ref_id(got, key) == ref_id(ours, key) or (name == "tax_rate" and not ref_id(ours, key))
                for got, ours in details
            )
    return [name for name, same in checks.items() if not same]


def _lines_of(row: Row) -> list[Row]:
    return [line for line in row.get("Line") or [] if line.get("DetailType") == LINE_DETAIL]


def _sum(lines: list[Row]) -> Decimal:
    return sum((amount_of(line, "Amount") for line in lines), Decimal(0))
