"""Lists that have not been read from these books yet: what hangs on them is not known before they are."""

from dataclasses import dataclass

from bookbind.connections.models import Connection
from bookbind.lists.labels import label_within
from bookbind.lists.models import ListItem
from bookbind.lists.queries import list_unread
from bookbind.merge.usage import read_uses
from bookbind.providers.base.types import ListName


@dataclass(frozen=True)
class Unread:
    """One such list, called `label` within a sentence. `is_moving`: it is read, or tried again, by itself."""

    name: ListName
    label: str
    is_moving: bool
    has_failed: bool = False

    def words(self, software: str) -> str:
        """How its read stands, in a sentence."""
        if not self.has_failed:
            return f"Reading {self.label} from {software}…"
        label = self.label[:1].upper() + self.label[1:]
        then = " yet; it is tried again by itself" if self.is_moving else ""
        return f"{label} could not be read from {software}{then}."


def read_unread(connection: Connection) -> dict[ListName, Unread]:
    """The lists that were asked for and never read whole, by name; see `lists.queries.list_unread`."""
    return {
        each.name: Unread(
            each.name, label_within(each.name, each.label), each.is_busy, has_failed=bool(each.error)
        )
        for each in list_unread(connection)
    }


def list_awaited(connection: Connection) -> list[Unread]:
    """Those of them that rules or waiting documents name entries of.

    Until they have been read nobody can say how many rules work, nor how many documents become ready.
    """
    unread = read_unread(connection)
    if not unread:
        return []
    rows = ListItem.objects.filter(id__in=list(read_uses(connection)), list__in=list(unread)).order_by("list")
    named = set(rows.values_list("list", flat=True).distinct())
    return [each for name, each in unread.items() if name in named]
