"""After an undo: what people had chosen by hand is chosen again in the draft, so that no work is lost."""

from collections.abc import Mapping

from bookbind.connections.models import Connection
from bookbind.connections.queries import LIVE_STAGES
from bookbind.lists.bindings import UNDONE
from bookbind.lists.models import Binding, RemoteItem
from bookbind.merge.choices import MATCH, uses_beside
from bookbind.merge.drafting import NewChoice, save_choices
from bookbind.merge.entries import refuse, use_for
from bookbind.merge.models import Applied
from bookbind.merge.proposals import Proposals
from bookbind.merge.reading import draft_version, find_draft, list_names, read_lists
from bookbind.merge.sold_as import sales_coded_by, uses_apart
from bookbind.merge.standings import read_standings, read_targets
from bookbind.merge.suggestions import read_suggestions
from bookbind.merge.unread import read_unread
from bookbind.providers.base.types import ListName
from bookbind.tenancy.models import User


def propose_undone(applied: Applied) -> dict[ListName, Proposals]:
    """What is proposed for the lists of these matches as they stand without them, kept for the next look.

    To be asked before the undo's transaction begins: the matcher takes its time over a long list, and the
    business's other writes would wait meanwhile.
    """
    connection = applied.connection
    if not _is_live(connection):
        return {}
    rows = Binding.objects.filter(opened_in=applied.id, closed_at__isnull=True)
    closing = dict(rows.values_list("id", "list_item__list"))
    names = {ListName(name) for name in closing.values()} - read_unread(connection).keys()
    return {
        name: read_suggestions(connection, name, standings.without(closing), keep=True)
        for name, standings in read_standings(connection, names).items()
    }


def restore_choices(applied: Applied, user: User, proposed: Mapping[ListName, Proposals]) -> None:
    """Choose in the draft what the undone use had matched and nothing proposes by itself.

    What somebody chose since, or what can't be a match any more, is left alone, and so are books that were
    left. `proposed` is what `propose_undone` found.
    """
    connection = applied.connection
    if not _is_live(connection):
        return
    closed = Binding.objects.filter(
        opened_in=applied.id, closed_why=UNDONE, remote_item__state=RemoteItem.State.ACTIVE
    )
    rows = list(closed.values_list("list_item", "list_item__list", "use", "remote_item"))
    matched = {(item_id, use): target for item_id, _, use, target in rows}
    touched = {name for _, name, _, _ in rows}
    names = [name for name in list_names(connection) if name in touched]
    lists = read_lists(connection, names, made=proposed).values()
    entries = {id_: entry for data in lists for id_, entry in data.standings.entries.items()}
    choices = {
        (id_, use): choice
        for data in lists
        for id_, uses in data.choices.items()
        for use, choice in uses.items()
    }
    targets = read_targets(connection, matched.values())
    said = {key for key, choice in choices.items() if choice.by_person}
    kept = []
    for (item_id, use), target in matched.items():
        entry, choice = entries.get(item_id), choices.get((item_id, use))
        there = targets[target]
        if entry is None or refuse(entry, there, use_for(entry, there, use), sales_coded_by(connection)):
            continue
        beside = uses_beside(use, uses_apart(connection, entry.list))
        if said & {(item_id, each) for each in (use, *beside)}:
            continue
        if choice is not None and choice.ticked and choice.target == target:
            continue
        kept.append(NewChoice(item_id, use, MATCH, target))
    if kept:
        save_choices(connection, kept, user, draft_version(find_draft(connection)))


def _is_live(connection: Connection) -> bool:
    return bool(Connection.objects.filter(id=connection.id, stage__in=LIVE_STAGES).exists())
