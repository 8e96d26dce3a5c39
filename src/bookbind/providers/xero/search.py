"""Looking for documents and contacts that stand in Xero already."""

from datetime import datetime
from decimal import Decimal
from itertools import count
from typing import Any

from bookbind.kit.text import fold_name, plain_tax_number
from bookbind.providers.base.bodies import as_json
from bookbind.providers.base.contacts import pick_contact
from bookbind.providers.base.errors import ErrorKind, ProviderError
from bookbind.providers.base.shapes import Row, required_text, rows_of, text_of
from bookbind.providers.base.types import (
    CannotTell,
    DocumentKind,
    Found,
    NewContact,
    Nothing,
    Ours,
    OutgoingDocument,
    RemoteEntry,
    Twin,
    Twins,
)
from bookbind.providers.xero import urls
from bookbind.providers.xero.client import AccountingApi
from bookbind.providers.xero.lists import parse_contact
from bookbind.providers.xero.publish import PAPERS, Paper, is_marked, parse_published, refuse_errors
from bookbind.providers.xero.wire import date_literal, find_day

_DEAD = ("DELETED", "VOIDED")
_PAGE_SIZE = 200


def find_document(api: AccountingApi, document: OutgoingDocument, since: datetime) -> Found:
    """Ours by its marker, else likenesses of the same contact.

    Credit notes keep no marker, so that silence about them says nothing. One search covers the
    contact's documents of this day, of this number, and all that changed since ours was sent.
    """
    paper = PAPERS[document.kind]
    rows = _search(api, paper, document, since)
    marked = next((row for row in rows if is_marked(row, document.marker)), None)
    if marked is not None:
        return Ours(parse_published(marked, document.kind, api.organisation.link_code))
    twins = tuple(_twin(api, document.kind, row) for row in rows if _is_alike(row, paper, document))
    if twins:
        return Twins(twins)
    return Nothing() if paper.keeps_link else CannotTell()


def find_contact(api: AccountingApi, wanted: NewContact) -> RemoteEntry | None:
    """What `pick_contact` picks of those with this tax number, else of those of this name."""
    by_number = _contacts_with_tax_number(api, wanted.tax_number)
    return pick_contact(wanted, by_number) or pick_contact(wanted, _contacts(api, searchTerm=wanted.name))


def create_contact(api: AccountingApi, contact: NewContact, key: str) -> RemoteEntry:
    """Create a supplier; rejected with contact_name_taken when an active contact has the name."""
    fields = {"Name": contact.name, "EmailAddress": contact.email, "TaxNumber": contact.tax_number}
    body = as_json({"Contacts": [{name: value for name, value in fields.items() if value}]})
    reply = api.write("PUT", "Contacts", "create_contact", body, key, summarizeErrors="false")
    row = reply.read(lambda content: rows_of(content, "Contacts")[0])
    refuse_errors(reply, row)
    return reply.read(lambda _: parse_contact(_without_flags(row)))


def _search(api: AccountingApi, paper: Paper, document: OutgoingDocument, since: datetime) -> list[Row]:
    tests = [f"Date=={date_literal(document.date)}", f"UpdatedDateUTC>={date_literal(since.date())}"]
    if document.reference and _can_be_quoted(document.reference):
        tests.append(f'{paper.number_key}=="{document.reference}"')
    where = f'Type=="{paper.type}" AND ({" OR ".join(tests)}){_of_contact(document)}'
    found: list[Row] = []
    for number in count(1):
        reply = api.get(
            paper.plural, "find_documents", where=where, page=str(number), pageSize=str(_PAGE_SIZE)
        )
        rows, total = reply.read(lambda content: _parse_rows(content, paper.plural))
        found += rows
        if len(found) >= total or not rows:
            break
    return found


def _of_contact(document: OutgoingDocument) -> str:
    """The part of a filter that names the contact: by id, or by name while nobody knows the id."""
    if document.contact_id:
        return f' AND Contact.ContactID==guid("{document.contact_id}")'
    if _can_be_quoted(document.contact_name):
        return f' AND Contact.Name=="{document.contact_name}"'
    return ""


def _parse_rows(content: Any, key: str) -> tuple[list[Row], int]:
    return rows_of(content, key), int(content["pagination"]["itemCount"])


def _is_alike(row: Row, paper: Paper, document: OutgoingDocument) -> bool:
    """Alive, of the same contact, and of the same number or of the same day and total."""
    contact = row.get("Contact") or {}
    by_name = fold_name(text_of(contact, "Name")) == fold_name(document.contact_name)
    same_contact = text_of(contact, "ContactID").lower() == document.contact_id.lower() or by_name
    if text_of(row, "Status") in _DEAD or not same_contact:
        return False
    number = fold_name(text_of(row, paper.number_key))
    if number and number == fold_name(document.reference):
        return True
    return find_day(row.get("Date")) == document.date and Decimal(row["Total"]) == document.total


def _twin(api: AccountingApi, kind: DocumentKind, row: Row) -> Twin:
    paper = PAPERS[kind]
    remote_id, day = required_text(row, paper.id_key), find_day(row.get("Date"))
    assert day is not None
    return Twin(
        remote_id=remote_id,
        number=text_of(row, paper.number_key),
        contact_name=text_of(row.get("Contact") or {}, "Name"),
        date=day,
        total=Decimal(row["Total"]),
        status=text_of(row, "Status"),
        url=urls.document_url(kind, remote_id, api.organisation.link_code),
    )


def _contacts(api: AccountingApi, **params: str) -> list[RemoteEntry]:
    reply = api.get("Contacts", "find_contact", page="1", pageSize=str(_PAGE_SIZE), **params)
    return reply.read(lambda content: [parse_contact(row) for row in rows_of(content, "Contacts")])


def _contacts_with_tax_number(api: AccountingApi, tax_number: str) -> list[RemoteEntry]:
    """Those with this tax number, as it is written or without its blanks, dots and dashes.

    None when Xero won't filter by it, which it does not promise (2026-11).
    """
    plain = plain_tax_number(tax_number)
    if not plain or not _can_be_quoted(tax_number):
        return []
    tests = [f'TaxNumber=="{number}"' for number in dict.fromkeys((tax_number, plain))]
    try:
        return _contacts(api, where=" OR ".join(tests))
    except ProviderError as error:
        if error.kind is ErrorKind.CHANGED_SHAPE and error.http_status == 400:
            return []
        raise


def _without_flags(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "StatusAttributeString"}


def _can_be_quoted(text: str) -> bool:
    """Whether a text can stand inside quotes in a filter; Xero documents no way to escape."""
    return '"' not in text and "\\" not in text
