"""How many entries wait for a match because something uses them: the number beside *Merge lists*."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from bookbind.connections.models import Connection
from bookbind.lists.labels import CONTACT_LISTS, TRACKING_LISTS
from bookbind.lists.models import Binding, RemoteItem
from bookbind.lists.queries import combined_into, dimension_slots, used_lists
from bookbind.merge.standings import read_standings
from bookbind.merge.usage import read_uses
from bookbind.providers.base.types import ListName


@dataclass(frozen=True)
class Unmatched:
    """`needed` counts the entries that rules or documents use, as the steps do; `total` all that could be."""

    needed: int
    total: int


def count_unmatched(connection: Connection, read: Collection[ListName]) -> Unmatched:
    """The entries without a match; of lists other than those that were `read` nobody knows what is needed.

    A tracking list that shows no dimension of these books is left out of what is sent: nothing waits for it.
    Where everything is matched, which is the usual case, nobody asks what uses it.
    """
    asked = _list_asked(connection)
    if not asked:
        return Unmatched(0, 0)
    used = {id_ for id_, uses in read_uses(connection).items() if uses.is_used}
    slots = dimension_slots(connection) if set(TRACKING_LISTS) & set(read) else {}
    shown = {name for name in read if name not in TRACKING_LISTS or name in slots}
    needed = sum(1 for id_, name in asked.items() if id_ in used and name in shown)
    return Unmatched(needed, len(asked))


def _list_asked(connection: Connection) -> dict[UUID, ListName]:
    """The entries that a person has to match, with their lists; of contacts only the lost ones."""
    lists = set(used_lists(connection))
    standings = read_standings(connection, lists - CONTACT_LISTS)
    lost = _list_lost_contacts(connection)
    if lost:
        standings |= read_standings(connection, lists & CONTACT_LISTS, Q(id__in=lost))
    return {id_: name for name, each in standings.items() for id_ in each.entries if each.needs_person(id_)}


def _list_lost_contacts(connection: Connection) -> set[UUID]:
    """The contacts for which something stands that can't be used any more; the entries kept, if combined."""
    dead = Binding.objects.filter(
        connection=connection, closed_at__isnull=True, list_item__list__in=CONTACT_LISTS
    ).exclude(remote_item__state=RemoteItem.State.ACTIVE)
    ids = list(dead.values_list("list_item_id", flat=True))
    roots = combined_into() if ids else {}
    return {roots.get(id_, id_) for id_ in ids}
