"""The account of the books that a category is: what is ticked for it, else its match."""

from uuid import UUID

from bookbind.connections.models import Connection
from bookbind.lists.models import RemoteItem
from bookbind.lists.queries import current_bindings
from bookbind.merge.choices import MATCH
from bookbind.merge.entries import Entry
from bookbind.merge.models import DraftRow
from bookbind.merge.plans import ANY
from bookbind.merge.standings import read_remote_ids
from bookbind.merge.suggestions import find_proposals


def find_account_id(connection: Connection, entry: Entry) -> str:
    """The vendor's id of the account; empty when nothing says which it is.

    Asked of one entry, so that as many may be asked of as are created, whatever the length of the list.
    """
    rows = DraftRow.objects.filter(draft__connection=connection, list_item=entry.id, use=ANY)
    chosen = rows.values_list("action", "ticked", "remote_item").first()
    target: UUID | None = None
    if chosen is not None and chosen[:2] == (MATCH, True):
        target = chosen[2]
    if target is None:
        bound = current_bindings(connection.id, [entry.id]).get(entry.id)
        target = bound.id if bound is not None and bound.state == RemoteItem.State.ACTIVE else None
    if target is None and chosen is None:
        proposals = find_proposals(connection, entry)
        target = next((each.target for each in proposals if each.use == ANY and each.auto), None)
    return read_remote_ids(connection, [target]).get(target, "") if target else ""
