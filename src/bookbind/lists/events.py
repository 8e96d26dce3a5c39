"""What the lists tell the packages above them."""

from dataclasses import dataclass
from uuid import UUID

from bookbind.kit.events import Event


@dataclass(frozen=True)
class ListsSynced(Event):
    """A connection's lists have been read; `complete` when every one of them stands complete."""

    business_id: UUID
    connection_id: UUID
    complete: bool


@dataclass(frozen=True)
class BindingsChanged(Event):
    """These list items stand for something else at the connection than before.

    `may_go` is false when documents that are complete now shall wait until a person has had a look. The
    items `are_new` when they were made just now, so that nothing names them yet.
    """

    business_id: UUID
    connection_id: UUID
    item_ids: tuple[UUID, ...]
    may_go: bool = True
    are_new: bool = False


@dataclass(frozen=True)
class ItemsCombined(Event):
    """Somebody said that two list items are one; what hung on `absorbed_id` is now read as `kept_id`."""

    business_id: UUID
    combination_id: UUID
    kept_id: UUID
    absorbed_id: UUID


@dataclass(frozen=True)
class CombinationUndone(Event):
    """The two list items are two again."""

    business_id: UUID
    combination_id: UUID
    kept_id: UUID
    absorbed_id: UUID
