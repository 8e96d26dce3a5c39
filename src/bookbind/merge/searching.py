"""Search-as-you-type over the entries of the books that one of ours can stand for."""

from uuid import UUID

from django.db.models import QuerySet

from bookbind.connections.models import Connection
from bookbind.lists.models import RemoteItem
from bookbind.lists.queries import search_items
from bookbind.merge.entries import Entry, refuse, use_for
from bookbind.merge.plans import ANY
from bookbind.merge.proposals import Proposal
from bookbind.merge.reading import read_lists
from bookbind.merge.rows import Target
from bookbind.merge.sold_as import sales_coded_by, target_list
from bookbind.merge.standings import THEIR_FIELDS, entry_of, find_entry

# Looked at before those that can't be chosen are put last.
_LOOKED_AT = 300


def search_targets(
    connection: Connection, item_id: UUID, search: str = "", use: str = ANY, limit: int = 50
) -> list[Target]:
    """What the entry may be in the books: what can be chosen first, the rest with the reason why not.

    Archived entries are found when somebody searches for them, and say so.
    """
    ours = find_entry(item_id)
    if ours is None:
        return []
    rows = _rows(connection, ours, use, search)
    found = [
        _target(ours, entry_of(row), use, connection) for row in rows[:_LOOKED_AT].values_list(*THEIR_FIELDS)
    ]
    return sorted(found, key=lambda each: bool(each.why_not))[:limit]


def find_proposal(connection: Connection, item_id: UUID, use: str) -> Proposal | None:
    """What the matcher says about an entry on one use; None when it is matched or nothing was looked for."""
    entry = find_entry(item_id)
    if entry is None:
        return None
    data = read_lists(connection, [entry.list])[entry.list]
    bound = data.standings.bound.get(item_id, {}).get(use)
    choice = data.choices.get(item_id, {}).get(use)
    return choice.proposal if choice and not (bound and bound.is_alive) else None


def _rows(connection: Connection, ours: Entry, use: str, search: str) -> QuerySet[RemoteItem]:
    rows = RemoteItem.objects.filter(connection=connection, list=target_list(ours, use, connection))
    rows = rows.exclude(state=RemoteItem.State.GONE)
    if not search.strip():
        return rows.filter(state=RemoteItem.State.ACTIVE).order_by("code", "folded_name", "id")
    return search_items(rows, search).order_by("rank", "code", "folded_name", "id")


def _target(ours: Entry, theirs: Entry, use: str, connection: Connection) -> Target:
    side = use_for(ours, theirs, use)
    why_not = refuse(ours, theirs, side, sales_coded_by(connection))
    only_on = "" if side == use else side
    return Target(
        theirs.id, theirs.label, theirs.facts, theirs.list, theirs.state, why_not=why_not, only_on=only_on
    )
