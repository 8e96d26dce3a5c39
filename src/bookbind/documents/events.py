"""News about documents."""

from dataclasses import dataclass
from uuid import UUID

from bookbind.kit.events import Event


@dataclass(frozen=True)
class DocumentCaptured(Event):
    """A file arrived and became a document."""

    business_id: UUID
    document_id: UUID


@dataclass(frozen=True)
class DocumentSaved(Event):
    """Fields or lines of a document changed; `by_person` tells Save from a changed rule."""

    business_id: UUID
    document_id: UUID
    by_person: bool


@dataclass(frozen=True)
class DocumentArchived(Event):
    """Somebody decided not to publish the document."""

    business_id: UUID
    document_id: UUID
    user_id: UUID
