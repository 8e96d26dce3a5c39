"""A session at one QuickBooks company."""

from collections.abc import Iterator
from datetime import datetime

from bookbind.providers.base.shapes import Row
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
from bookbind.providers.quickbooks import company, contacts, creating, files, lists, publish, search
from bookbind.providers.quickbooks.client import CompanyApi, expected_shape


class QuickBooksSession:
    """Everything that the core asks of one company; see the contract for each method."""

    def __init__(self, tokens: Tokens, organisation: Organisation) -> None:
        self._api = CompanyApi(tokens, organisation)
        self._kept = lists.Kept()
        self._preferences: Row | None = None

    def fetch_organisation(self) -> Organisation:
        """The company as it is called now; its currency was settled when its books were opened."""
        row = company.fetch_company(self._api)
        with expected_shape():
            return company.parse_organisation(row, self._api.organisation)

    def fetch_whole_organisation(self) -> Organisation:
        """The company with what stands in its preferences alone."""
        found = self.fetch_organisation()
        with expected_shape():
            return company.with_preferences(found, self._read_preferences())

    def fetch_book_settings(self) -> BookSettings:
        """Currencies, closing date and tax scheme."""
        self._preferences = None
        preferences, rows = self._read_preferences(), []
        if company.has_many_currencies(preferences):
            rows = self._api.rows("CompanyCurrency", lists.EVERY, "currencies")
        with expected_shape():
            codes = list(filter(None, map(company.parse_currency, rows)))
            return company.parse_book_settings(preferences, codes, self._api.organisation.country)

    def fetch_dimensions(self) -> list[RemoteDimension]:
        """Classes and locations, active where the preferences switch them on."""
        return company.parse_dimensions(self._read_preferences())

    def fetch_items(self, name: ListName, dimension_id: str, since: datetime | None) -> Iterator[Page]:
        """Every page of a list."""
        return lists.fetch_list(self._api, name, dimension_id, since, self._kept)

    def find_contact(self, contact: NewContact) -> RemoteEntry | None:
        """An active supplier with this name or tax number."""
        return contacts.find_contact(self._api, contact)

    def create_contact(self, contact: NewContact, key: str) -> RemoteEntry:
        """A new supplier."""
        return creating.create_contact(self._api, contact, key)

    def create_entry(self, entry: NewEntry, key: str) -> RemoteEntry:
        """A new entry of a list."""
        return creating.create_entry(self._api, entry, key)

    def prepare(self, document: OutgoingDocument) -> PreparedWrite:
        """The exact request body."""
        return publish.prepare(document, self._api.organisation)

    def send(self, write: PreparedWrite, key: str) -> Published:
        """Create the document."""
        return publish.send(self._api, write, key)

    def find(self, document: OutgoingDocument, since: datetime) -> Found:
        """Ours, likenesses, or nothing."""
        return search.find_document(self._api, document, since)

    def attach(self, published_id: str, kind: DocumentKind, file: OutgoingFile, key: str) -> AttachedFile:  # noqa: ARG002
        """Put the file on the document; its name says whether it is there already, no key does (2026-11)."""
        return files.attach(self._api, kind, published_id, file)

    def _read_preferences(self) -> Row:
        """The preferences, read once for all that one reading of the lists asks of them."""
        if self._preferences is None:
            self._preferences = company.fetch_preferences(self._api)
        return self._preferences
