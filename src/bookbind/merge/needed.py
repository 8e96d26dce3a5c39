"""How many entries wait for a match because something uses them: the number beside *Merge lists*."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q

from bookbind.connections.models import Connection
from bookbind.lists.labels import CONTACT_LISTS, TRACKING_LISTS
from bookbind.lists.queries import dimension_slots
from bookbind.merge.standings import read_standings
from bookbind.merge.usage import read_uses
from bookbind.providers.base.types import ListName
from bookbind.providers.registry import get_provider


@dataclass(frozen=True)
class Unmatched:
    """`needed` counts the entries that rules or documents use, as the steps do; `total` all that could be."""

    needed: int
    total: int


def count_unmatched(connection: Connection, read: Collection[ListName]) -> Unmatched:
    """The entries without a match; of lists other than those that were `read` nobody knows what is needed.

    A tracking list that shows no dimension of these books is left out of what is sent: nothing waits for it.
    """
    used = {id_ for id_, uses in read_uses(connection).items() if uses.is_used}
    # Thousands of contacts stay without a match; only one that is used can need a person.
    among = Q(id__in=used) | ~Q(list__in=CONTACT_LISTS)
    slots = dimension_slots(connection) if set(TRACKING_LISTS) & set(read) else {}
    needed = total = 0
    for name, standings in read_standings(connection, get_provider(connection.provider).lists, among).items():
        asked = {id_ for id_ in standings.entries if standings.needs_person(id_)}
        total += len(asked)
        is_shown = name in read and (name not in TRACKING_LISTS or name in slots)
        needed += len(asked & used) if is_shown else 0
    return Unmatched(needed, total)
