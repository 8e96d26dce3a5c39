"""Looking for documents that stand in QuickBooks already."""

from collections.abc import Iterator
from datetime import datetime

from bookbind.kit.text import fold_name
from bookbind.providers.base.errors import ErrorKind, ProviderError
from bookbind.providers.base.shapes import FieldMissing, Row, required_text, text_of
from bookbind.providers.base.types import (
    CannotTell,
    DocumentKind,
    Found,
    Nothing,
    Ours,
    OutgoingDocument,
    Twin,
    Twins,
)
from bookbind.providers.quickbooks import urls
from bookbind.providers.quickbooks.client import CompanyApi, expected_shape
from bookbind.providers.quickbooks.publish import PAPERS, is_marked, parse_published, status_of
from bookbind.providers.quickbooks.wire import amount_of, find_day, moment, quoted, ref_id

# A query that is refused says that this way of looking is closed, and nothing about the document.
_NO_WAY_TO_LOOK = (ErrorKind.CHANGED_SHAPE, ErrorKind.UNSUPPORTED)


def find_document(api: CompanyApi, document: OutgoingDocument, since: datetime) -> Found:
    """Ours by its marker, else likenesses of the same supplier, else nothing.

    A query can't say `or`, nor look into notes, so it is asked for the document's number, for its day, and
    for all that changed since ours was sent; the first answer with our marker ends the search.
    """
    twins: dict[str, Twin] = {}
    try:
        for rows in _searches(api, document, since):
            marked = next((row for row in rows if is_marked(row, document.marker)), None)
            with expected_shape():
                if marked is not None:
                    return Ours(parse_published(marked, document.kind))
                twins |= {row["Id"]: _twin(document.kind, row) for row in rows if is_alike(row, document)}
    except ProviderError as error:
        if error.kind in _NO_WAY_TO_LOOK and error.http_status == 400:
            return CannotTell()
        raise
    return Twins(tuple(twins.values())) if twins else Nothing()


def is_alike(row: Row, document: OutgoingDocument) -> bool:
    """Of the same supplier, alive, and of the same number or of the same day and total."""
    key = PAPERS[document.kind].contact_key
    name = text_of(row.get(key) or {}, "name")
    same_supplier = ref_id(row, key) == document.contact_id or fold_name(name) == fold_name(
        document.contact_name
    )
    if not same_supplier or _is_void(row):
        return False
    number = fold_name(text_of(row, "DocNumber"))
    if number and number == fold_name(document.reference):
        return True
    return find_day(row.get("TxnDate")) == document.date and amount_of(row, "TotalAmt") == document.total


def _searches(api: CompanyApi, document: OutgoingDocument, since: datetime) -> Iterator[list[Row]]:
    entity = PAPERS[document.kind].entity
    if document.reference:
        yield api.rows(entity, f"DocNumber = {quoted(document.reference)}", "find_documents")
    yield api.rows(entity, f"TxnDate = {quoted(document.date.isoformat())}", "find_documents")
    yield from api.pages(entity, f"MetaData.LastUpdatedTime >= {quoted(moment(since))}", "find_documents")


def _is_void(row: Row) -> bool:
    """A voided document stays with nothing in it and says so at the head of its note (2026-11)."""
    return not amount_of(row, "TotalAmt") and text_of(row, "PrivateNote").startswith("Voided")


def _twin(kind: DocumentKind, row: Row) -> Twin:
    remote_id, day = required_text(row, "Id"), find_day(row.get("TxnDate"))
    if day is None:
        raise FieldMissing("TxnDate")
    return Twin(
        remote_id=remote_id,
        number=text_of(row, "DocNumber"),
        contact_name=text_of(row.get(PAPERS[kind].contact_key) or {}, "name"),
        date=day,
        total=amount_of(row, "TotalAmt"),
        status=status_of(row, kind),
        url=urls.document_url(kind, remote_id),
    )
