"""Books in memory: a small stateful organisation that implements the contract's Session.

It keeps what it is given, pages like a vendor, remembers when each entry changed, and fails where it is told.
Tests compare its end state, and which reads were asked for.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from bookbind.kit import clock
from bookbind.providers.base.contacts import pick_contact
from bookbind.providers.base.errors import ErrorKind, ProviderError
from bookbind.providers.base.types import (
    AttachedFile,
    BookSettings,
    DocumentKind,
    Found,
    ListName,
    NewContact,
    NewEntry,
    Nothing,
    Organisation,
    Ours,
    OutgoingDocument,
    OutgoingFile,
    Page,
    PreparedWrite,
    Published,
    RemoteDimension,
    RemoteEntry,
    Twin,
    Twins,
)


@dataclass
class FakeBooks:
    """One organisation. `failures` says, for (list, page number from 1), with which errors the page ends."""

    page_size: int = 10
    lists: dict[ListName, dict[str, RemoteEntry]] = field(default_factory=dict)
    changed: dict[tuple[ListName, str], datetime] = field(default_factory=dict)
    left: dict[ListName, list[str]] = field(default_factory=dict)
    dimensions: list[RemoteDimension] = field(default_factory=list)
    settings: BookSettings = field(default_factory=lambda: BookSettings("GBP", ("GBP", "EUR"), None))
    failures: dict[tuple[ListName, int], list[ProviderError]] = field(default_factory=dict)
    totals: dict[tuple[ListName, int], int] = field(default_factory=dict)
    asked: list[tuple[ListName, str, datetime | None]] = field(default_factory=list)
    documents: dict[str, tuple[OutgoingDocument, Published]] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    files: dict[tuple[str, str], OutgoingFile] = field(default_factory=dict)
    prepared: dict[bytes, OutgoingDocument] = field(default_factory=dict)

    def put(self, name: ListName, *entries: RemoteEntry) -> None:
        """Add entries, or change those that have the same id."""
        for entry in entries:
            self.lists.setdefault(name, {})[entry.remote_id] = entry
            self.changed[name, entry.remote_id] = clock.now()

    def add(
        self, name: ListName, remote_id: str, title: str, code: str = "", **details: object
    ) -> RemoteEntry:
        """Add one entry by its words."""
        entry = RemoteEntry(remote_id, name.value, title, code, details=dict(details))
        self.put(name, entry)
        return entry

    def change(self, name: ListName, remote_id: str, /, **changes: object) -> None:
        """Rename, archive or merge one entry."""
        self.put(name, replace(self.lists[name][remote_id], **changes))  # type: ignore[arg-type]

    def remove(self, name: ListName, remote_id: str) -> None:
        """Delete one entry; a vendor tells nobody."""
        del self.lists[name][remote_id]

    def move_out(self, name: ListName, remote_id: str) -> None:
        """Let one entry become one of another list, which a light read tells."""
        self.remove(name, remote_id)
        self.left.setdefault(name, []).append(remote_id)

    def fail(self, name: ListName, page: int, *errors: ProviderError) -> None:
        """Let the next reads of this page fail with these errors, one each."""
        self.failures.setdefault((name, page), []).extend(errors)

    def fetch_organisation(self) -> Organisation:
        return Organisation("fake", "Fake Books Ltd")

    def fetch_book_settings(self) -> BookSettings:
        return self.settings

    def fetch_dimensions(self) -> list[RemoteDimension]:
        return list(self.dimensions)

    def fetch_items(self, name: ListName, dimension_id: str, since: datetime | None) -> Iterator[Page]:
        self.asked.append((name, dimension_id, since))
        entries = [
            entry
            for entry in self.lists.get(name, {}).values()
            if since is None or self.changed[name, entry.remote_id] >= since
        ]
        for start in range(0, len(entries) or 1, self.page_size):
            number = start // self.page_size + 1
            waiting = self.failures.get((name, number))
            if waiting:
                raise waiting.pop(0)
            total = self.totals.get((name, number), len(entries))
            left = tuple(self.left.get(name, ())) if since is not None else ()
            yield Page(tuple(entries[start : start + self.page_size]), number, total, left)

    def find_contact(self, contact: NewContact) -> RemoteEntry | None:
        return pick_contact(contact, self.lists.get(ListName.SUPPLIERS, {}).values())

    def create_contact(self, contact: NewContact, key: str) -> RemoteEntry:
        if key not in self.keys:
            self.keys[key] = f"contact-{len(self.keys) + 1}"
            details = {"email": contact.email, "tax_number": contact.tax_number}
            self.put(
                ListName.SUPPLIERS,
                RemoteEntry(self.keys[key], ListName.SUPPLIERS.value, contact.name, details=details),
            )
        return self.lists[ListName.SUPPLIERS][self.keys[key]]

    def create_entry(self, entry: NewEntry, key: str) -> RemoteEntry:
        if key not in self.keys:
            self.keys[key] = f"created-{len(self.keys) + 1}"
            self.add(entry.list, self.keys[key], entry.name, entry.code, **entry.details)
        return self.lists[entry.list][self.keys[key]]

    def prepare(self, document: OutgoingDocument) -> PreparedWrite:
        body = repr(document).encode()
        self.prepared[body] = document
        return PreparedWrite("create_document", body, document.marker)

    def send(self, write: PreparedWrite, key: str) -> Published:
        if key not in self.keys:
            document = self.prepared[write.body]
            self.keys[key] = f"document-{len(self.documents) + 1}"
            published = Published(
                self.keys[key], document.reference, document.publish_as.value, "", document.total
            )
            self.documents[self.keys[key]] = (document, published)
        return self.documents[self.keys[key]][1]

    def find(self, document: OutgoingDocument, since: datetime) -> Found:  # noqa: ARG002
        for found, published in self.documents.values():
            if found.marker == document.marker:
                return Ours(published)
        twins = [
            Twin(
                published.remote_id,
                published.number,
                found.contact_name,
                found.date,
                found.total,
                published.status,
                "",
            )
            for found, published in self.documents.values()
            if found.contact_id == document.contact_id and found.reference == document.reference
        ]
        return Twins(tuple(twins)) if twins else Nothing()

    def attach(
        self,
        published_id: str,
        kind: DocumentKind,  # noqa: ARG002
        file: OutgoingFile,
        key: str,  # noqa: ARG002
    ) -> AttachedFile:
        self.files[published_id, file.name] = file
        return AttachedFile(f"{published_id}/{file.name}", len(file.content))


def transient(text: str = "An error occurred.") -> ProviderError:
    """A failure that another try may not meet."""
    return ProviderError(ErrorKind.TRANSIENT, text)


def down(seconds: float | None = None) -> ProviderError:
    """The vendor does not answer."""
    return ProviderError(ErrorKind.PROVIDER_DOWN, "Service Unavailable", retry_after_seconds=seconds)
