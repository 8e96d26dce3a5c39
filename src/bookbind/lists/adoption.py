"""Adopting: entries of the books that nothing of ours stands for become list items and are bound."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from bookbind.connections.models import Connection
from bookbind.kit import clock
from bookbind.kit.events import announce
from bookbind.kit.ids import new_id
from bookbind.kit.text import plain_tax_number
from bookbind.lists.bindings import ADOPTED, IS_CODED_WITH, SAME_NAME, new_binding, open_bindings
from bookbind.lists.bulk import insert_rows
from bookbind.lists.events import BindingsChanged
from bookbind.lists.labels import CONTACT_LISTS
from bookbind.lists.models import Binding, ListItem, ListSync, RemoteItem
from bookbind.lists.namesakes import Decisions, Ours, Standing, Theirs, decide
from bookbind.providers.base.types import ListName
from bookbind.tenancy.models import User

_BATCH = 1000
_ADOPTED_FROM = ("id", "connection_id", "business_id", "list", "name", "folded_name", "code", "details")


@dataclass(frozen=True)
class _Seen:
    """What is to become of the entries that nothing of ours stands for, with `names` by their id.

    `ours` are the entries of ours that were looked at for it.
    """

    decisions: Decisions
    ours: frozenset[UUID] = frozenset()
    names: Mapping[UUID, str] = field(default_factory=dict)


def adopt_new(connection: Connection, name: ListName) -> int:
    """Adopt or bind what a read brought; returns how many entries of ours were made.

    While people match the list's entries, everything that came waits for them.
    """
    if is_merging(connection, name):
        return 0
    made, is_settled = 0, False
    while not is_settled:
        seen = _look(connection, name)
        if seen.decisions.bind:
            _bind_same(connection, name, seen.decisions.bind)
        before, wanted = made, seen.decisions.adopt
        for start in range(0, len(wanted), _BATCH):
            made += _adopt_unless_named(name, wanted[start : start + _BATCH], seen)
        # Whatever somebody was quicker with is decided about anew.
        is_settled = made - before == len(wanted)
    return made


@transaction.atomic
def adopt(remote_item_ids: Sequence[UUID], user: User | None = None) -> list[UUID]:
    """Make a list item for each entry that has none yet, and bind it; whoever was first wins."""
    return _adopt(remote_item_ids, user)


def _adopt(remote_item_ids: Sequence[UUID], user: User | None) -> list[UUID]:
    """The same in the caller's transaction."""
    # Locked, so that a person who picks an entry and a read that adopts it do not make two of it.
    list(RemoteItem.objects.select_for_update().filter(id__in=remote_item_ids).values_list("id"))
    usable = RemoteItem.objects.filter(id__in=remote_item_ids, state=RemoteItem.State.ACTIVE)
    bound = set(_bound_to(remote_item__in=remote_item_ids))
    values = usable.order_by("id").values_list(*_ADOPTED_FROM)
    rows = [(new_id(), *row) for row in values if row[0] not in bound]
    if not rows:
        return []
    now = clock.now()
    insert_rows(
        ListItem,
        ("id", "business", "list", "name", "folded_name", "code", "details", "created_at"),
        [(id_, *shared, now) for id_, _, _, *shared in rows],
    )
    columns = ("id", "business", "connection", "list_item", "use", "remote_item", "opened_at", "opened_why")
    closed = ("opened_by", "closed_why")
    by = user.id if user else None
    insert_rows(
        Binding,
        (*columns, *closed),
        [
            (new_id(), business, connection, id_, Binding.Use.ANY.value, there, now, ADOPTED, by, "")
            for id_, there, connection, business, *_ in rows
        ],
    )
    announce(BindingsChanged(rows[0][3], rows[0][2], tuple(row[0] for row in rows), are_new=True))
    return [row[0] for row in rows]


def is_merging(connection: Connection, name: ListName) -> bool:
    """Whether people are still saying what the business's entries of the list are in these books."""
    return ListSync.objects.filter(connection=connection, list=name, merging=True).exists()


def only_there(connection: Connection, name: ListName) -> QuerySet[RemoteItem]:
    """Entries of a list that is being matched that nothing of ours stands for; choosing one adopts it."""
    if not is_merging(connection, name):
        nothing: QuerySet[RemoteItem] = RemoteItem.objects.none()
        return nothing
    return unbound_entries(connection, name)


def adopted_at_the_end(connection: Connection, name: ListName) -> frozenset[UUID]:
    """The entries of the books of which ours are made once people are done with matching the list."""
    return frozenset(_look(connection, name).decisions.adopt)


def list_proposals(connection: Connection, name: ListName) -> list[tuple[ListItem, RemoteItem]]:
    """Matches that a person should confirm: an entry of ours, and its namesake that appeared in the books."""
    if not unbound_entries(connection, name).exists():
        return []
    pairs = _look(connection, name).decisions.propose
    items = ListItem.objects.in_bulk([ours for ours, _ in pairs])
    there = RemoteItem.objects.in_bulk([theirs for _, theirs in pairs])
    return [(items[ours], there[theirs]) for ours, theirs in pairs]


def unbound_entries(connection: Connection, name: ListName) -> QuerySet[RemoteItem]:
    """Usable entries of the list, as last read completely, that nothing of ours stands for."""
    bound = Binding.objects.filter(
        remote_item=OuterRef("id"), closed_at__isnull=True, list_item__list=OuterRef("list")
    )
    return _usable_entries(connection, name).filter(~Exists(bound))


def _usable_entries(connection: Connection, name: ListName) -> QuerySet[RemoteItem]:
    read = ListSync.objects.filter(connection=connection, list=name).values_list("generation", flat=True)
    rows: QuerySet[RemoteItem] = RemoteItem.objects.filter(
        connection=connection, list=name, generation__lte=read.first() or 0, state=RemoteItem.State.ACTIVE
    )
    return rows.order_by("id")


def _bound_to(**which: object) -> QuerySet[Binding, UUID]:
    """The entries that something stands for, as a set, which no missing statistics can slow down."""
    # A product that a category is sold as can still become a product of ours.
    rows: QuerySet[Binding] = Binding.objects.filter(
        closed_at__isnull=True, list_item__list=F("remote_item__list"), **which
    )
    return rows.values_list("remote_item_id", flat=True)


def _look(connection: Connection, name: ListName) -> _Seen:
    bound = set(_bound_to(connection=connection, remote_item__list=name))
    values = _usable_entries(connection, name).values_list("id", "folded_name", "details__tax_number")
    theirs = [Theirs(id_, folded, plain_tax_number(tax)) for id_, folded, tax in values if id_ not in bound]
    if not theirs:
        return _Seen(Decisions((), (), ()))
    ours = _ours(connection, name)
    return _Seen(
        decide(theirs, ours, are_contacts=name in CONTACT_LISTS),
        frozenset(each.id for each in ours),
        {each.id: each.folded_name for each in theirs},
    )


@transaction.atomic
def _adopt_unless_named(name: ListName, remote_item_ids: Sequence[UUID], seen: _Seen) -> int:
    """Adopt those of whose name nobody made an entry since they were looked at; how many that were."""
    alike = _live_items(name).filter(folded_name__in={seen.names[id_] for id_ in remote_item_ids})
    came = {folded for id_, folded in alike.values_list("id", "folded_name") if id_ not in seen.ours}
    return len(_adopt([id_ for id_ in remote_item_ids if seen.names[id_] not in came], None))


def _ours(connection: Connection, name: ListName) -> list[Ours]:
    """Every entry of the list that can still be used, with its standing at the connection."""
    current = Binding.objects.filter(
        IS_CODED_WITH, connection=connection, list_item__list=name, closed_at__isnull=True
    )
    states = dict(current.values_list("list_item_id", "remote_item__state"))
    rows = _live_items(name).order_by("id").values_list("id", "folded_name", "details__tax_number")
    return [
        Ours(id_, folded, plain_tax_number(number), _standing(states.get(id_)))
        for id_, folded, number in rows
    ]


def _live_items(name: ListName) -> "QuerySet[ListItem]":
    """A contact that was combined into another is still the one that its name means."""
    items: QuerySet[ListItem] = ListItem.objects.filter(list=name, archived_at__isnull=True)
    return items if name in CONTACT_LISTS else items.filter(merged_into__isnull=True)


def _standing(remote_state: str | None) -> Standing:
    if remote_state is None:
        return Standing.FREE
    return Standing.BOUND if remote_state == RemoteItem.State.ACTIVE else Standing.LOST


@transaction.atomic
def _bind_same(connection: Connection, name: ListName, pairs: Sequence[tuple[UUID, UUID]]) -> None:
    """Bind those of which neither was bound since they were decided about, by publishing or by a person."""
    current = Binding.objects.filter(connection=connection, list_item__list=name, closed_at__isnull=True)
    bound = {id_ for ids in current.values_list("list_item_id", "remote_item_id") for id_ in ids}
    pairs = [pair for pair in pairs if not bound & {*pair}]
    items = ListItem.objects.in_bulk([ours for ours, _ in pairs])
    there = RemoteItem.objects.in_bulk([theirs for _, theirs in pairs])
    now = clock.now()
    open_bindings([new_binding(items[ours], there[theirs], SAME_NAME, at=now) for ours, theirs in pairs])
