"""Reading lists: pickers, what stands for an entry at a connection, progress, and what needs a match."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When

from bookbind.connections.models import Connection
from bookbind.connections.queries import keeps_tax
from bookbind.kit import clock
from bookbind.kit.text import fold_name, plain_tax_number
from bookbind.lists.adoption import only_there
from bookbind.lists.bindings import IS_CODED_WITH
from bookbind.lists.labels import (
    CODED_LISTS,
    CONTACT_LISTS,
    TRACKING_LISTS,
    item_label,
    list_label,
    tell_apart,
)
from bookbind.lists.models import Binding, Dimension, ListItem, ListSync, RemoteItem
from bookbind.lists.namesakes import Named
from bookbind.providers.base.contacts import pick_contact
from bookbind.providers.base.types import ListName, NewContact, RemoteEntry
from bookbind.providers.registry import get_provider


@dataclass(frozen=True)
class PickerItem:
    """An entry to choose. `standing` is what it means at the connection.

    Ready, new to the books, without its match yet, or only there: then `id` is that of the entry of the
    books, which choosing adopts.
    """

    id: UUID
    label: str
    name: str
    code: str
    details: dict[str, Any]
    standing: str


@dataclass(frozen=True)
class ListProgress:
    """How one list of a connection stands. Times are product time."""

    name: ListName
    label: str
    state: ListSync.State
    read_count: int
    expected_count: int | None
    item_count: int
    last_success_at: datetime | None
    came_back_empty: bool
    error: dict[str, Any] = field(default_factory=dict)

    @property
    def is_busy(self) -> bool:
        """Whether a read is under way or about to begin."""
        return self.state in (ListSync.State.READING, ListSync.State.WAITING)


# For an entry, everything that would stand for it at a connection, by use.
Instead = Mapping[UUID, dict[str, RemoteItem]]
READY, NEW, NEEDS_MATCH, ARCHIVED = "ready", "new", "needs_match", "archived"
ONLY_THERE = "only_there"


def used_lists(connection: Connection) -> tuple[ListName, ...]:
    """The vendor's lists whose entries stand on what is sent; books that keep no tax are sent no tax rate."""
    names = get_provider(connection.provider).lists
    return names if keeps_tax(connection) else tuple(name for name in names if name is not ListName.TAX_RATES)


def sent_items(items: Mapping[UUID, ListItem], connection: Connection) -> dict[UUID, ListItem]:
    """Those of the entries that can stand on what is sent to these books."""
    names = used_lists(connection)
    return {id_: item for id_, item in items.items() if item.list in names}


def keeps_own_codes(connection: Connection | None) -> bool:
    """Whether the business has codes of its own and none of them stands for anything at this connection.

    None is one that is still to be made.
    """
    codes = [name for name in ListName if name not in CONTACT_LISTS]
    own = ListItem.objects.filter(list__in=codes, archived_at=None, merged_into=None)
    bound = Binding.objects.filter(connection=connection, closed_at=None)
    return bool(own.exists() and not bound.exists())


def pick_items(
    name: ListName, search: str = "", limit: int = 50, connection: Connection | None = None
) -> list[PickerItem]:
    """Entries that can be chosen now, best first. With a connection: those that work there, if it uses any.

    A contact that the books lack is offered as new, for it is created when it is first used. While the list
    is being matched, the books' own entries that nothing of ours stands for come last; where one of ours is
    called the same and only lacks its match, that one is offered instead.
    """
    order = ["code", "folded_name"] if name in CODED_LISTS else ["folded_name", "code"]
    if fold_name(search):
        order.insert(0, "rank")
    rows = search_items(list_items(name), search).order_by(*order, "id")
    if connection is None or name not in used_lists(connection):
        return [_picked(item, READY) for item in rows[:limit]]
    if name in CONTACT_LISTS:
        items = list(rows[:limit])
        ready = _ready_ids(connection, items)
        ours = [_picked(item, READY if item.id in ready else NEW) for item in items]
    else:
        ours = [_picked(item, READY) for item in _first_ready(rows, connection, limit)]
    return [*ours, *_only_there(name, search, order, limit - len(ours), connection)]


def own_instead(name: ListName, there: Sequence[RemoteItem], connection: Connection) -> dict[UUID, ListItem]:
    """By entry of the books: ours of the same name and code for which nothing stands there yet.

    Adopting such an entry would make a second one of ours that nobody could tell from the first.
    """
    names = {remote.folded_name for remote in there}
    rows = list(list_items(name).filter(folded_name__in=names).order_by("created_at", "id")) if names else []
    ready = _ready_ids(connection, rows) if rows else set()
    ours = [(item, _named(item)) for item in rows if item.id not in ready]
    found = {}
    for remote in there:
        said = _named(remote)
        same = next((item for item, named in ours if named.is_called_as(said) and named.may_be(said)), None)
        if same is not None:
            found[remote.id] = same
    return found


def find_contact_there(connection: Connection, item_id: UUID) -> RemoteItem | None:
    """What publishing will find in the books for a supplier without a match, in the order of `pick_contact`.

    As far as the suppliers were read; it looks once more, there, before it creates one.
    """
    item = ListItem.objects.get(id=item_id)
    rows = RemoteItem.objects.filter(
        connection=connection, list=ListName.SUPPLIERS, state=RemoteItem.State.ACTIVE
    ).order_by("id")
    number = plain_tax_number(item.details.get("tax_number"))
    numbered = rows.exclude(details__tax_number="") if number else rows.none()
    said = numbered.values_list("id", "details__tax_number")
    same = [id_ for id_, told in said.iterator() if plain_tax_number(told) == number]
    alike = rows.filter(Q(id__in=same) | Q(folded_name=item.folded_name))
    there = {each.remote_id: each for each in alike}
    entries = [
        RemoteEntry(id_, each.remote_type, each.name, details=each.details) for id_, each in there.items()
    ]
    found = pick_contact(NewContact(item.name, tax_number=number), entries)
    return there[found.remote_id] if found else None


def list_items(name: ListName, *, with_archived: bool = False) -> QuerySet[ListItem]:
    """The business's entries of a list; those that were combined into another are read as that other."""
    rows: QuerySet[ListItem] = ListItem.objects.filter(list=name, merged_into__isnull=True)
    return rows if with_archived else rows.filter(archived_at__isnull=True)


def search_items(rows: QuerySet[Any], search: str) -> QuerySet[Any]:
    """Entries whose name or code contains the words; those that begin with them come first under `rank`."""
    folded = fold_name(search)
    if not folded:
        return rows
    for word in folded.split():
        rows = rows.filter(Q(folded_name__contains=word) | Q(code__icontains=word))
    begins = Q(folded_name__startswith=folded) | Q(code__istartswith=folded)
    rank = Case(When(begins, then=Value(0)), default=Value(1), output_field=IntegerField())
    ranked: QuerySet[Any] = rows.annotate(rank=rank)
    return ranked


def items_by_id(ids: Iterable[UUID | None]) -> dict[UUID, ListItem]:
    """The entries under the ids asked for; one that was combined with another is read as the one kept."""
    items: dict[UUID, ListItem] = ListItem.objects.in_bulk([id_ for id_ in set(ids) if id_ is not None])
    while further := {item.merged_into_id for item in items.values() if item.merged_into_id is not None}:
        kept = ListItem.objects.in_bulk(list(further))
        items = {id_: kept.get(item.merged_into_id, item) for id_, item in items.items()}
    return items


def members_of(item_ids: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """For each kept entry, itself and everything that was combined into it, the earliest first."""
    members = {id_: [id_] for id_ in item_ids}
    root = {id_: id_ for id_ in members}
    level = list(members)
    while level:
        rows = ListItem.objects.filter(merged_into__in=level).order_by("created_at", "id")
        found = [(id_, into) for id_, into in rows.values_list("id", "merged_into_id") if id_ not in root]
        for id_, into in found:
            root[id_] = root[into]
            members[root[into]].append(id_)
        level = [id_ for id_, _ in found]
    return members


def combined_into() -> dict[UUID, UUID]:
    """For each entry that was combined into another, the one that is kept at last."""
    into = dict(ListItem.objects.filter(merged_into__isnull=False).values_list("id", "merged_into_id"))
    roots: dict[UUID, UUID] = {}
    for id_ in into:
        end = id_
        while end in into:
            end = into[end]
        roots[id_] = end
    return roots


def list_combined_by_name(word: str) -> list[UUID]:
    """Entries that are read as another one, whose name contains the word."""
    into = combined_into()
    if not into:
        return []
    named = ListItem.objects.filter(id__in=set(into.values()), folded_name__contains=fold_name(word))
    kept = set(named.values_list("id", flat=True))
    return [id_ for id_, root in into.items() if root in kept]


def current_bindings(
    connection_id: UUID,
    item_ids: Iterable[UUID],
    use: str = Binding.Use.ANY,
    instead: Instead | None = None,
    items: Mapping[UUID, ListItem] | None = None,
) -> dict[UUID, RemoteItem]:
    """What stands for each entry at the connection; an entry that is missing in the answer needs a match.

    A binding for this use goes before one for any. Of combined entries the kept one's match counts, else that
    of the one made first. What was archived or deleted there is returned too: its `state` says so. `instead`
    asks how it would be if these entries stood for these. `items` are the entries by id where they were read
    already.
    """
    kept = {id_: item.id for id_, item in (items_by_id(item_ids) if items is None else items).items()}
    members = members_of(set(kept.values()))
    everyone = [id_ for group in members.values() for id_ in group]
    found = _bound(connection_id, everyone, use, instead or {})
    answer: dict[UUID, RemoteItem] = {}
    for id_, kept_id in kept.items():
        choices = [found[member] for member in members[kept_id] if member in found]
        usable = [remote for remote in choices if remote.state == RemoteItem.State.ACTIVE]
        if choices:
            answer[id_] = (usable or choices)[0]
    return answer


def sync_progress(connection: Connection) -> list[ListProgress]:
    """Every list of the connection, in the vendor's order, in two queries."""
    provider = get_provider(connection.provider)
    rows = {row.list: row for row in ListSync.objects.filter(connection=connection)}
    words = list_words(connection)
    return [_progress(name, list_label(name, words), rows.get(name)) for name in provider.lists]


def list_words(connection: Connection) -> dict[ListName, str]:
    """What the connection calls its lists; a tracking list is called as the dimension that it shows."""
    words = dict(get_provider(connection.provider).list_labels)
    slots = Dimension.objects.filter(connection=connection, active=True).exclude(slot="")
    words |= {ListName(slot): name for slot, name in slots.values_list("slot", "name")}
    return tell_apart(words)


def dimension_slots(connection: Connection) -> dict[ListName, str]:
    """The dimension's own id at the vendor for each tracking list that is in use."""
    rows = Dimension.objects.filter(connection=connection, active=True, slot__in=list(TRACKING_LISTS))
    return {ListName(slot): remote_id for slot, remote_id in rows.values_list("slot", "remote_id")}


def unmatched_items(connection: Connection, name: ListName) -> QuerySet[Any]:
    """Entries of ours that nothing usable stands for at the connection; contacts never need it.

    Nor does what is not sent there.
    """
    rows = _with_standing(list_items(name), connection)
    needs_none = name in CONTACT_LISTS or name not in used_lists(connection)
    return rows.none() if needs_none else rows.filter(is_ready=False)


def needs_match_counts(connection: Connection) -> dict[ListName, int]:
    """How many entries of each list need a match at the connection, in one query; none is left out."""
    names = [name for name in used_lists(connection) if name not in CONTACT_LISTS]
    rows = ListItem.objects.filter(list__in=names, merged_into__isnull=True, archived_at__isnull=True)
    counted = _with_standing(rows, connection).filter(is_ready=False).values("list").annotate(n=Count("id"))
    return {ListName(row["list"]): row["n"] for row in counted.order_by("list")}


def find_unread_lists(connection: Connection) -> frozenset[ListName] | None:
    """The used lists whose last read failed, or that never were read; None while any is still being read."""
    names = used_lists(connection)
    states = dict(ListSync.objects.filter(connection=connection, list__in=names).values_list("list", "state"))
    if {ListSync.State.WAITING, ListSync.State.READING} & set(states.values()):
        return None
    return frozenset(name for name in names if states.get(name) != ListSync.State.COMPLETE)


def list_unread(connection: Connection) -> list[ListProgress]:
    """The used lists that were asked for and never read whole, in the vendor's order.

    A tracking list begins anew when it shows another dimension. One query, and one more where there are any.
    """
    asked = (ListSync.State.WAITING, ListSync.State.READING, ListSync.State.FAILED)
    found = ListSync.objects.filter(connection=connection, last_success_at=None, state__in=asked)
    rows = {row.list: row for row in found}
    words = list_words(connection) if rows else {}
    names = [name for name in used_lists(connection) if name in rows]
    return [_progress(name, list_label(name, words), rows[name]) for name in names]


def standing_of(item: ListItem, remote: RemoteItem | None) -> str:
    """What an entry means where `remote` stands for it: ready, new, needs_match or archived."""
    if item.archived_at is not None:
        return ARCHIVED
    if remote is None:
        return NEW if item.list in CONTACT_LISTS else NEEDS_MATCH
    return READY if remote.state == RemoteItem.State.ACTIVE else ARCHIVED


def _bound(connection_id: UUID, item_ids: list[UUID], use: str, instead: Instead) -> dict[UUID, RemoteItem]:
    rows = Binding.objects.filter(
        connection_id=connection_id,
        list_item_id__in=item_ids,
        closed_at__isnull=True,
        use__in={use, Binding.Use.ANY.value},
    )
    found: dict[UUID, dict[str, RemoteItem]] = defaultdict(dict)
    for binding in rows.select_related("remote_item"):
        found[binding.list_item_id][binding.use] = binding.remote_item
    found |= {id_: instead[id_] for id_ in item_ids if id_ in instead}
    answers = {id_: uses.get(use) or uses.get(Binding.Use.ANY) for id_, uses in found.items()}
    return {id_: remote for id_, remote in answers.items() if remote is not None}


def _with_standing(rows: QuerySet[ListItem], connection: Connection) -> QuerySet[Any]:
    """Marks entries that something usable stands for, be it through one that was combined into them."""
    own = Exists(_usable(connection).filter(list_item=OuterRef("id")))
    return rows.annotate(is_ready=Q(own) | Q(id__in=ready_through_absorbed(connection)))


def _usable(connection: Connection) -> QuerySet[Binding]:
    rows: QuerySet[Binding] = Binding.objects.filter(
        IS_CODED_WITH,
        connection=connection,
        closed_at__isnull=True,
        remote_item__state=RemoteItem.State.ACTIVE,
    )
    return rows


def ready_through_absorbed(connection: Connection) -> set[UUID]:
    """The kept entries for which the match of one that was combined into them can stand in."""
    roots = combined_into()
    usable = _usable(connection).filter(list_item__in=list(roots)) if roots else Binding.objects.none()
    return {roots[absorbed] for absorbed in usable.values_list("list_item_id", flat=True)}


def _only_there(
    name: ListName, search: str, order: list[str], limit: int, connection: Connection
) -> list[PickerItem]:
    if limit <= 0:
        return []
    rows = list(search_items(only_there(connection, name), search).order_by(*order, "id")[:limit])
    own = own_instead(name, rows, connection)
    # A contact of ours is offered before, as new.
    unmatched = (
        [] if name in CONTACT_LISTS else dict.fromkeys(own[each.id] for each in rows if each.id in own)
    )
    return [
        *(_picked(item, NEEDS_MATCH) for item in unmatched),
        *(_picked(remote, ONLY_THERE) for remote in rows if remote.id not in own),
    ]


def _named(item: ListItem | RemoteItem) -> Named:
    return Named(item.folded_name, item.code, item.details or {})


def _first_ready(rows: QuerySet[ListItem], connection: Connection, limit: int) -> list[ListItem]:
    """The first entries that work at the connection.

    Entries are looked at in order until there are enough: most of them work, and asking for the matches of
    every entry of a long list first would cost a hundred times more.
    """
    found: list[ListItem] = []
    start, chunk = 0, 2 * limit
    while len(found) < limit and (items := list(rows[start : start + chunk])):
        ready = _ready_ids(connection, items)
        found += [item for item in items if item.id in ready]
        start, chunk = start + chunk, 2 * chunk
    return found[:limit]


def _ready_ids(connection: Connection, items: Iterable[ListItem]) -> set[UUID]:
    """Those of the entries that something usable stands for."""
    own = _usable(connection).filter(list_item__in=[item.id for item in items])
    return {*own.values_list("list_item_id", flat=True), *ready_through_absorbed(connection)}


def _picked(item: ListItem | RemoteItem, standing: str) -> PickerItem:
    label = item.name if item.list in CONTACT_LISTS else item_label(item.name, item.code)
    return PickerItem(item.id, label, item.name, item.code, item.details, standing)


def _progress(name: ListName, label: str, row: ListSync | None) -> ListProgress:
    if row is None:
        return ListProgress(name, label, ListSync.State.NEVER, 0, None, 0, None, came_back_empty=False)
    state = ListSync.State(row.state)
    if state is ListSync.State.READING and row.deadline_at and row.deadline_at < clock.real_now():
        # Whoever read it has died; the job's lease brings another worker.
        state = ListSync.State.WAITING
    return ListProgress(
        name,
        label,
        state,
        row.read_count,
        row.expected_count,
        row.item_count,
        row.last_success_at,
        came_back_empty=row.emptied_at is not None,
        error=row.last_error,
    )
