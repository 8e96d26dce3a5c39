"""What entries stood for in books that the business was at before."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from bookbind.connections.models import Connection
from bookbind.lists.bindings import UNDONE
from bookbind.lists.labels import CONTACT_LISTS, item_label
from bookbind.lists.models import Binding
from bookbind.lists.queries import items_by_id, members_of
from bookbind.providers.registry import get_provider


@dataclass(frozen=True)
class Earlier:
    """The entry's last match in other books, `449 Motor vehicle expenses`, and that software's name."""

    label: str
    software: str

    @property
    def words(self) -> str:
        """The same inside a sentence."""
        return f"it was {self.label} in {self.software}"


def earlier_labels(connection: Connection | None, item_ids: Iterable[UUID]) -> dict[UUID, Earlier]:
    """For each entry that was matched elsewhere, what it was there last; in a constant number of queries.

    A match that was taken back was none.
    """
    wanted = list(set(item_ids))
    kept = {id_: item.id for id_, item in items_by_id(wanted).items()}
    root = {member: id_ for id_, group in members_of(set(kept.values())).items() for member in group}
    rows = Binding.objects.filter(list_item__in=list(root)).exclude(closed_why=UNDONE)
    rows = rows.select_related("remote_item", "connection")
    if connection is not None:
        rows = rows.exclude(connection=connection)
    latest: dict[UUID, Binding] = {}
    for binding in rows.order_by("opened_at", "id"):
        entry = root[binding.list_item_id]
        before = latest.get(entry)
        if before is None or _counts(binding, entry) >= _counts(before, entry):
            latest[entry] = binding
    return {id_: _earlier(latest[kept[id_]]) for id_ in wanted if kept.get(id_) in latest}


def _counts(binding: Binding, entry: UUID) -> tuple[bool, bool]:
    """Its own match counts before one of what was combined into it, an open one before a closed one."""
    return binding.list_item_id == entry, binding.closed_at is None


def _earlier(binding: Binding) -> Earlier:
    remote = binding.remote_item
    label = remote.name if remote.list in CONTACT_LISTS else item_label(remote.name, remote.code)
    return Earlier(label, get_provider(binding.connection.provider).name)
