"""News about publications; each is announced in the transaction that makes it true."""

from dataclasses import dataclass
from uuid import UUID

from bookbind.kit.events import Event


@dataclass(frozen=True)
class PublicationEvent(Event):
    """Base of all news about one publication."""

    business_id: UUID
    connection_id: UUID
    document_id: UUID
    publication_id: UUID


@dataclass(frozen=True)
class DocumentPublished(PublicationEvent):
    """The document stands in the books."""


@dataclass(frozen=True)
class DocumentHeld(PublicationEvent):
    """The document waits for something outside itself; `reason` is a `reasons.Reason`."""

    reason: str


@dataclass(frozen=True)
class DocumentRejected(PublicationEvent):
    """The accounting software refused the document; `reason` is a `reasons.Reason`."""

    reason: str


@dataclass(frozen=True)
class SettingsChanged(Event):
    """How a connection publishes was changed.

    `may_go` is false when documents that are complete now shall wait until a person has had a look.
    """

    business_id: UUID
    connection_id: UUID
    may_go: bool = True
