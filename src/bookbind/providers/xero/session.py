"""A session at one Xero organisation."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from bookbind.providers.base.errors import ErrorKind, ProviderError
from bookbind.providers.base.shapes import Row, required_text, rows_of, text_of
from bookbind.providers.base.types import (
    AttachedFile,
    BookSettings,
    DocumentKind,
    Found,
    ListName,
    NewContact,
    NewEntry,
    Organisation,
    OutgoingDocument,
    OutgoingFile,
    Page,
    PreparedWrite,
    Published,
    RemoteDimension,
    RemoteEntry,
    Tokens,
)
from bookbind.providers.xero import files, lists, publish, search
from bookbind.providers.xero.client import AccountingApi
from bookbind.providers.xero.wire import find_day

CREATABLE = frozenset({ListName.SUPPLIERS, ListName.CUSTOMERS})


class XeroSession:
    """Everything that the core asks of one organisation; see the contract for each method."""

    def __init__(self, tokens: Tokens, organisation: Organisation) -> None:
        self._api = AccountingApi(tokens, organisation)
        self._kept = lists.Kept()

    def fetch_organisation(self) -> Organisation:
        """The organisation as it is called now; another id than ours would be a fault at Xero."""
        return parse_organisation(self._organisation_row(), self._api.organisation)

    def fetch_book_settings(self) -> BookSettings:
        """Currencies and the later of the two lock dates; nothing dated on it or before can be posted."""
        row = self._organisation_row()
        reply = self._api.get("Currencies", "currencies")
        currencies = reply.read(
            lambda content: [required_text(row, "Code") for row in rows_of(content, "Currencies")]
        )
        return parse_book_settings(row, currencies)

    def fetch_dimensions(self) -> list[RemoteDimension]:
        """The tracking categories."""
        return lists.fetch_dimensions(self._api, self._kept)

    def fetch_items(self, name: ListName, dimension_id: str, since: datetime | None) -> Iterator[Page]:
        """Every page of a list."""
        return lists.fetch_list(self._api, name, dimension_id, since, self._kept)

    def find_contact(self, contact: NewContact) -> RemoteEntry | None:
        """An active contact with this tax number or name."""
        return search.find_contact(self._api, contact)

    def create_contact(self, contact: NewContact, key: str) -> RemoteEntry:
        """A new contact."""
        return search.create_contact(self._api, contact, key)

    def create_entry(self, entry: NewEntry, key: str) -> RemoteEntry:
        """A new contact; anything else would need a wider scope than we ask for."""
        if entry.list not in CREATABLE:
            raise ProviderError(ErrorKind.UNSUPPORTED, f"Xero lets us create no {entry.list.value}.")
        contact = NewContact(entry.name, entry.details.get("email", ""), entry.details.get("tax_number", ""))
        return search.create_contact(self._api, contact, key)

    def prepare(self, document: OutgoingDocument) -> PreparedWrite:
        """The exact request body."""
        return publish.prepare(document)

    def send(self, write: PreparedWrite, key: str) -> Published:
        """Create the document."""
        return publish.send(self._api, write, key)

    def find(self, document: OutgoingDocument, since: datetime) -> Found:
        """Ours, likenesses, or nothing."""
        return search.find_document(self._api, document, since)

    def attach(self, published_id: str, kind: DocumentKind, file: OutgoingFile, key: str) -> AttachedFile:
        """Put the file on the document."""
        return files.attach(self._api, kind, published_id, file, key)

    def _organisation_row(self) -> Row:
        reply = self._api.get("Organisation", "organisation")
        row = reply.read(lambda content: rows_of(content, "Organisations")[0])
        if text_of(row, "OrganisationID").lower() != self._api.organisation.id.lower():
            raise ProviderError(ErrorKind.CHANGED_SHAPE, "Xero answered for another organisation.")
        return row


def parse_organisation(row: Row, known: Organisation) -> Organisation:
    """The organisation in full; its id never changes."""
    return replace(
        known,
        name=required_text(row, "Name"),
        legal_name=text_of(row, "LegalName"),
        country=text_of(row, "CountryCode"),
        currency=text_of(row, "BaseCurrency"),
        tax_number=text_of(row, "TaxNumber"),
        link_code=text_of(row, "ShortCode"),
        keeps_tax=keeps_tax(row),
    )


def keeps_tax(row: Row) -> bool:
    """Whether tax is kept apart: not where both say that the organisation is not registered (2026-11).

    One of them alone may only mean that nobody filled in the tax settings yet.
    """
    return row.get("PaysTax") is not False or text_of(row, "SalesTaxBasis") != "NONE"


def parse_book_settings(row: Row, currencies: list[str]) -> BookSettings:
    """What the books allow."""
    locks: list[Any] = [find_day(row.get("PeriodLockDate")), find_day(row.get("EndOfYearLockDate"))]
    base = required_text(row, "BaseCurrency")
    return BookSettings(
        base_currency=base,
        currencies=tuple(dict.fromkeys([base, *currencies])),
        locked_until=max((day for day in locks if day is not None), default=None),
        tax_scheme=text_of(row, "SalesTaxBasis"),
        keeps_tax=keeps_tax(row),
    )
