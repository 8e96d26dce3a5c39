"""Documents on their way into Xero: request bodies, writes, and the comparison with what came back."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.conf import settings

from bookbind.providers.base.bodies import as_json, exact_number
from bookbind.providers.base.errors import ErrorKind, ProviderError, RejectedReason, refused
from bookbind.providers.base.http import Reply
from bookbind.providers.base.shapes import Row, required_text, rows_of, text_of
from bookbind.providers.base.types import (
    DocumentKind,
    OutgoingDocument,
    OutgoingLine,
    PreparedWrite,
    PublishAs,
    Published,
    TaxMode,
)
from bookbind.providers.xero import urls
from bookbind.providers.xero.client import AccountingApi, messages_of, rejected

MARK = "xero"
_CENT = Decimal("0.01")
_UNIT = Decimal("0.0001")
_LONGEST_DESCRIPTION = 4000
LONGEST_NUMBER = 255
_STATUSES = {
    PublishAs.DRAFT: "DRAFT",
    PublishAs.AWAITING_APPROVAL: "SUBMITTED",
    PublishAs.AWAITING_PAYMENT: "AUTHORISED",
}
_AMOUNT_TYPES = {TaxMode.EXCLUSIVE: "Exclusive", TaxMode.INCLUSIVE: "Inclusive", TaxMode.NO_TAX: "NoTax"}
# Amounts are compared with what is sent, so unit prices keep the four places that Xero can hold.
_WRITE_OPTIONS = {"summarizeErrors": "false", "unitdp": "4"}


@dataclass(frozen=True)
class Paper:
    """What one kind of document is called in the API; `keeps_link`: it has a field for our marker."""

    operation: str
    plural: str
    id_key: str
    number_key: str
    type: str
    keeps_link: bool


PAPERS = {
    DocumentKind.BILL: Paper(
        "create_bill", "Invoices", "InvoiceID", "InvoiceNumber", "ACCPAY", keeps_link=True
    ),
    DocumentKind.SUPPLIER_CREDIT: Paper(
        "create_credit_note",
        "CreditNotes",
        "CreditNoteID",
        "CreditNoteNumber",
        "ACCPAYCREDIT",
        keeps_link=False,
    ),
    DocumentKind.EXPENSE: Paper(
        "create_bank_transaction",
        "BankTransactions",
        "BankTransactionID",
        "Reference",
        "SPEND",
        keeps_link=True,
    ),
}
KINDS = {paper.operation: kind for kind, paper in PAPERS.items()}


def prepare(document: OutgoingDocument) -> PreparedWrite:
    """The exact bytes of one write."""
    paper = PAPERS[document.kind]
    try:
        body = as_json({paper.plural: [build_document(document)]})
    except ValueError as error:
        raise refused("lines", RejectedReason.AMOUNTS_DISAGREE, str(error)) from error
    return PreparedWrite(paper.operation, body, document.marker)


def build_document(document: OutgoingDocument) -> Row:
    """A document in Xero's words. Of the contact only the id is sent, since anything more would change it."""
    paper = PAPERS[document.kind]
    built: Row = {
        "Type": paper.type,
        "Contact": {"ContactID": document.contact_id},
        "Date": document.date.isoformat(),
        "LineAmountTypes": _AMOUNT_TYPES[document.tax_mode],
        "Status": _STATUSES[document.publish_as],
        "LineItems": [build_line(line, document) for line in document.lines],
    }
    if document.reference:
        built[paper.number_key] = document.reference
    if document.kind is DocumentKind.EXPENSE:
        # Money spent is in the bank account's own currency; the field is for overpayments only (2026-11).
        built["BankAccount"] = {"AccountID": document.paid_from_id}
    else:
        built["CurrencyCode"] = document.currency
    if document.due_date is not None and document.kind is not DocumentKind.EXPENSE:
        built["DueDate"] = document.due_date.isoformat()
    if paper.keeps_link:
        built["Url"] = marker_url(document.marker)
    return built


def build_line(line: OutgoingLine, document: OutgoingDocument) -> Row:
    """One line. Quantity times price must give the amount, so what doesn't divide goes as one whole."""
    amount = line.net + line.tax if document.tax_mode is TaxMode.INCLUSIVE else line.net
    quantity, unit = split_amount(amount, line.quantity)
    built: Row = {
        "Description": (line.description or document.reference or document.contact_name)[
            :_LONGEST_DESCRIPTION
        ],
        "Quantity": exact_number(quantity),
        "UnitAmount": exact_number(unit),
        "LineAmount": exact_number(amount),
        # The account's id stays with the account; a code may be given to another one.
        "AccountID": line.category_id,
    }
    if document.tax_mode is not TaxMode.NO_TAX:
        built |= {"TaxType": line.tax_rate_id, "TaxAmount": exact_number(line.tax)}
    if line.tracking:
        built["Tracking"] = [
            {"TrackingCategoryID": dimension, "TrackingOptionID": option}
            for dimension, option in line.tracking
        ]
    return built


def split_amount(amount: Decimal, quantity: Decimal) -> tuple[Decimal, Decimal]:
    """A quantity and a price of at most four places whose product, rounded to the penny, is the amount."""
    if quantity <= 0 or quantity != quantity.quantize(_UNIT):
        return Decimal(1), amount
    unit = (amount / quantity).quantize(_UNIT, ROUND_HALF_UP)
    if (unit * quantity).quantize(_CENT, ROUND_HALF_UP) != amount:
        return Decimal(1), amount
    return quantity, unit


def marker_url(marker: str) -> str:
    """The address of the document in Bookbind, which Xero keeps and shows as a link back."""
    url = f"{settings.BASE_URL}/p/{marker}"
    if MARK in url.casefold():
        raise ProviderError(
            ErrorKind.MISCONFIGURED, f"Xero refuses links that contain its own name, as {url} does."
        )
    return url


def is_marked(row: Row, marker: str) -> bool:
    """Whether a document carries the marker, under whatever address Bookbind had when it was sent."""
    return bool(marker) and text_of(row, "Url").endswith(f"/p/{marker}")


def send(api: AccountingApi, write: PreparedWrite, key: str) -> Published:
    """Create the document; a refusal names our fields."""
    kind = KINDS[write.operation]
    paper = PAPERS[kind]
    reply = api.write("PUT", paper.plural, write.operation, write.body, key, **_WRITE_OPTIONS)
    row = reply.read(lambda content: rows_of(content, paper.plural)[0])
    refuse_errors(reply, row)
    sent = Reply(reply.call, 200, {}, write.body).json()[paper.plural][0]
    return reply.read(lambda _: parse_published(row, kind, api.organisation.link_code, sent))


def refuse_errors(reply: Reply, row: Row) -> None:
    """Raise rejected when the element that came back is refused, which Xero may do with HTTP 200."""
    flagged = (
        row.get("HasErrors") or row.get("HasValidationErrors") or row.get("StatusAttributeString") == "ERROR"
    )
    messages = messages_of(row)
    if flagged or messages:
        raise rejected(reply, messages or ["Xero refused this without saying why."])


def parse_published(row: Row, kind: DocumentKind, short_code: str, sent: Row | None = None) -> Published:
    """A document as it stands in the books, with what differs from what was sent."""
    paper = PAPERS[kind]
    remote_id = required_text(row, paper.id_key)
    return Published(
        remote_id=remote_id,
        number=text_of(row, paper.number_key),
        status=required_text(row, "Status"),
        url=urls.document_url(kind, remote_id, short_code),
        total=Decimal(row["Total"]),
        differences=tuple(_differences(row, sent, paper)) if sent else (),
    )


def _differences(row: Row, sent: Row, paper: Paper) -> list[str]:
    """Our names of the fields that Xero changed or lost."""
    inclusive = sent["LineAmountTypes"] == "Inclusive"
    tax = sum((_amount(line.get("TaxAmount")) for line in sent["LineItems"]), Decimal(0))
    amounts = sum((_amount(line["LineAmount"]) for line in sent["LineItems"]), Decimal(0))
    checks = {
        "total": _amount(row["Total"]) == (amounts if inclusive else amounts + tax),
        "tax": _amount(row.get("TotalTax")) == tax,
        "status": row.get("Status") == sent["Status"],
        "reference": text_of(row, paper.number_key) == text_of(sent, paper.number_key),
        "currency": text_of(row, "CurrencyCode") == sent.get("CurrencyCode", text_of(row, "CurrencyCode")),
        "link": text_of(row, "Url") == text_of(sent, "Url"),
    }
    lines, sent_lines = row.get("LineItems") or [], sent["LineItems"]
    checks["lines"] = len(lines) == len(sent_lines)
    if checks["lines"]:
        pairs = list(zip(lines, sent_lines, strict=True))
        checks["category"] = all(
            _lower(got, "AccountID") in ("", _lower(line, "AccountID")) for got, line in pairs
        )
        checks["tax_rate"] = all(
            got.get("TaxType") == line.get("TaxType", got.get("TaxType")) for got, line in pairs
        )
        checks["tracking"] = all(_options(got) == _options(line) for got, line in pairs)
    return [name for name, same in checks.items() if not same]


def _amount(value: Any) -> Decimal:
    return Decimal(value or 0)


def _lower(row: Row, key: str) -> str:
    return text_of(row, key).lower()


def _options(line: Row) -> set[str]:
    return {text_of(entry, "TrackingOptionID").lower() for entry in line.get("Tracking") or []}
