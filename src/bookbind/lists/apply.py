"""Turning a complete read into the mirror: new, changed, archived, gone and merged entries, in one flip."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from bookbind.activity.services import record
from bookbind.connections.models import Connection
from bookbind.kit import clock
from bookbind.kit.ids import new_id
from bookbind.kit.text import plural
from bookbind.lists.bindings import MERGED_AT_VENDOR, close_bindings, new_binding, open_bindings, tell_changed
from bookbind.lists.bulk import insert_rows
from bookbind.lists.entries import (
    Key,
    Known,
    Plan,
    by_key,
    fold,
    follow_merges,
    plan_changes,
    state_of,
)
from bookbind.lists.labels import CONTACT_LISTS
from bookbind.lists.models import Binding, ListItem, ListSync, RemoteItem
from bookbind.lists.staging import Reading, finish_reading, staged_entries, staged_left
from bookbind.providers.base.types import ListName, RemoteEntry

_BATCH = 1000
_UPDATED = [
    "name",
    "folded_name",
    "code",
    "details",
    "state",
    "is_elsewhere",
    "merged_into_remote_id",
    "generation",
    "changed_at",
]
# Some vendors give a supplier and a customer the same id, who are two contacts all the same.
_KEY = ("remote_type", "remote_id")
_KNOWN = (
    "id",
    "remote_type",
    "remote_id",
    "name",
    "code",
    "state",
    "merged_into_remote_id",
    "details",
    "is_elsewhere",
)


def apply_reading(connection: Connection, reading: Reading, *, is_stable: bool) -> None:
    """Flip the list to what was read. `is_stable` is false when the list changed while it was being read.

    New rows are written first, in short transactions, under the read's number, which nobody looks at before
    the flip. A full read that finds nothing where there was something waits for a second one that agrees.
    """
    entries = by_key(staged_entries(reading))
    known = _known(connection, reading.name)
    if _is_suspicious(reading, entries, known):
        _note_emptied(reading)
        return
    left = staged_left(reading)
    plan = plan_changes(known, entries, left, marks_gone=reading.is_full and is_stable)
    plan = _without_those_that_came_meanwhile(connection, reading, plan)
    plan = _without_those_that_live_on(connection, reading.name, plan)
    now = clock.now()
    for start in range(0, len(plan.new), _BATCH):
        _insert(connection, reading, plan.new[start : start + _BATCH], now)
    with transaction.atomic():
        _write_changes(connection, reading, plan, now)
        _flip(reading, connection, is_full=reading.is_full and is_stable, now=now)


def _known(connection: Connection, name: ListName) -> dict[Key, Known]:
    rows = RemoteItem.objects.filter(connection=connection, list=name).values_list(*_KNOWN)
    return {(row[1], row[2]): Known(*row) for row in rows}


def _is_suspicious(reading: Reading, entries: Mapping[Key, RemoteEntry], known: Mapping[Key, Known]) -> bool:
    had_some = any(old.state == RemoteItem.State.ACTIVE for old in known.values())
    return reading.is_full and not entries and had_some and reading.sync.emptied_at is None


def _note_emptied(reading: Reading) -> None:
    now = clock.now()
    with transaction.atomic():
        finish_reading(
            reading,
            state=ListSync.State.COMPLETE,
            emptied_at=now,
            read_from=reading.started,
            last_success_at=now,
            wants_full=True,
            last_error={},
            deadline_at=None,
        )


def _without_those_that_came_meanwhile(connection: Connection, reading: Reading, plan: Plan) -> Plan:
    """What was created since the read began is missing on pages that had been read before it was there."""
    if not plan.gone:
        return plan
    fresh = RemoteItem.objects.filter(
        connection=connection, list=reading.name, changed_at__gte=reading.started
    )
    ids = set(fresh.values_list("id", flat=True))
    return replace(plan, gone=tuple(old for old in plan.gone if old.id not in ids))


def _without_those_that_live_on(connection: Connection, name: ListName, plan: Plan) -> Plan:
    """A contact that left this list but still lives in the other can go on being used, so it is not gone.

    One that the other list keeps for the same reason is not found there: it is gone from both.
    """
    if name not in CONTACT_LISTS or not plan.gone:
        return plan
    ids = [old.remote_id for old in plan.gone]
    alive = RemoteItem.objects.filter(
        connection=connection,
        list__in=CONTACT_LISTS - {name},
        remote_id__in=ids,
        state=RemoteItem.State.ACTIVE,
        is_elsewhere=False,
    )
    living = set(alive.values_list(*_KEY))
    return replace(
        plan,
        gone=tuple(old for old in plan.gone if old.key not in living),
        elsewhere=tuple(old for old in plan.gone if old.key in living),
    )


def _revive_elsewhere(connection: Connection, name: ListName, now: datetime) -> None:
    """A contact that the other list lost just before this one gained it was never gone."""
    lost = RemoteItem.objects.filter(
        connection=connection, list__in=CONTACT_LISTS - {name}, state=RemoteItem.State.GONE
    )
    ids = {(*key,): id_ for *key, id_ in lost.values_list(*_KEY, "id")}
    alive = RemoteItem.objects.filter(
        connection=connection,
        list=name,
        state=RemoteItem.State.ACTIVE,
        is_elsewhere=False,
        remote_id__in=[remote_id for _, remote_id in ids],
    )
    back = [ids[key] for key in alive.values_list(*_KEY) if key in ids]
    if back:
        RemoteItem.objects.filter(id__in=back).update(
            state=RemoteItem.State.ACTIVE, is_elsewhere=True, changed_at=now
        )
        tell_changed(list(Binding.objects.filter(remote_item_id__in=back, closed_at__isnull=True)))


def _lose_elsewhere(connection: Connection, name: ListName, plan: Plan, now: datetime) -> None:
    """What the other list kept only because it lived in this one is gone with it."""
    kept = RemoteItem.objects.filter(
        connection=connection,
        list__in=CONTACT_LISTS - {name},
        is_elsewhere=True,
        remote_id__in=[old.remote_id for old in plan.gone],
    )
    gone = {old.key for old in plan.gone}
    ids = [id_ for *key, id_ in kept.values_list(*_KEY, "id") if (*key,) in gone]
    if ids:
        RemoteItem.objects.filter(id__in=ids).update(
            state=RemoteItem.State.GONE, is_elsewhere=False, changed_at=now
        )
        tell_changed(list(Binding.objects.filter(remote_item_id__in=ids, closed_at__isnull=True)))


def _write_changes(connection: Connection, reading: Reading, plan: Plan, now: datetime) -> None:
    _update(connection, reading, plan.changed, now)
    for start in range(0, len(plan.gone), _BATCH):
        ids = [old.id for old in plan.gone[start : start + _BATCH]]
        RemoteItem.objects.filter(id__in=ids).update(
            state=RemoteItem.State.GONE, is_elsewhere=False, generation=reading.number, changed_at=now
        )
    for start in range(0, len(plan.elsewhere), _BATCH):
        ids = [old.id for old in plan.elsewhere[start : start + _BATCH]]
        RemoteItem.objects.filter(id__in=ids, is_elsewhere=False).update(is_elsewhere=True, changed_at=now)
    if reading.name in CONTACT_LISTS:
        _lose_elsewhere(connection, reading.name, plan, now)
        _revive_elsewhere(connection, reading.name, now)
    if plan.changed:
        _follow_names(plan)
    _tell_states(connection, plan)
    _move_merged(connection, reading.name)


def _insert(connection: Connection, reading: Reading, entries: Sequence[RemoteEntry], now: datetime) -> None:
    shared = (connection.business_id, connection.id, reading.name.value)
    insert_rows(
        RemoteItem,
        ("id", "business", "connection", "list", "remote_type", "remote_id", *_UPDATED),
        [
            (new_id(), *shared, entry.remote_type, entry.remote_id, *_values(entry, reading, now))
            for entry in entries
        ],
    )


def _update(
    connection: Connection, reading: Reading, changed: Sequence[tuple[Known, RemoteEntry]], now: datetime
) -> None:
    rows = [
        RemoteItem(
            id=old.id,
            business_id=connection.business_id,
            connection_id=connection.id,
            list=reading.name,
            remote_type=entry.remote_type,
            remote_id=entry.remote_id,
            **dict(zip(_UPDATED, _values(entry, reading, now), strict=True)),
        )
        for old, entry in changed
    ]
    RemoteItem.objects.bulk_create(
        rows, batch_size=_BATCH, update_conflicts=True, update_fields=_UPDATED, unique_fields=["id"]
    )


def _values(entry: RemoteEntry, reading: Reading, now: datetime) -> tuple[Any, ...]:
    """The values of `_UPDATED`, in its order."""
    state = state_of(entry)
    folded = fold(entry.name)
    return (
        entry.name,
        folded,
        entry.code,
        entry.details,
        state,
        False,
        entry.merged_into_id,
        reading.number,
        now,
    )


def _flip(reading: Reading, connection: Connection, *, is_full: bool, now: datetime) -> None:
    active = RemoteItem.objects.filter(
        connection=connection, list=reading.name, state=RemoteItem.State.ACTIVE
    ).count()
    facts: dict[str, object] = {
        "state": ListSync.State.COMPLETE,
        "item_count": active,
        "read_from": reading.started,
        "last_success_at": now,
        "emptied_at": None,
        "last_error": {},
        "deadline_at": None,
    }
    if is_full:
        facts["last_full_at"] = now
    finish_reading(reading, **facts)
    if is_full:
        # A full read that was asked for after this one began is still owed.
        owed = ListSync.objects.filter(id=reading.sync.id, requested_at__gt=reading.started)
        if not owed.exists():
            ListSync.objects.filter(id=reading.sync.id).update(wants_full=False)


def _follow_names(plan: Plan) -> None:
    """Our entry follows a rename as long as it was called the same; a name of our own stays."""
    renamed = {old.id: (old, entry) for old, entry in plan.changed if _facts_differ(old, entry)}
    bound = Binding.objects.filter(
        remote_item_id__in=list(renamed), closed_at__isnull=True, list_item__list=F("remote_item__list")
    )
    items: dict[object, ListItem] = {}
    for binding in bound.select_related("list_item"):
        old, entry = renamed[binding.remote_item_id]
        item = binding.list_item
        if item.name == old.name:
            item.name, item.folded_name = entry.name, fold(entry.name)
            item.code, item.details = entry.code, entry.details
            items[item.id] = item
    ListItem.objects.bulk_update(
        list(items.values()), ["name", "folded_name", "code", "details"], batch_size=200
    )


def _facts_differ(old: Known, entry: RemoteEntry) -> bool:
    return (old.name, old.code, old.details) != (entry.name, entry.code, entry.details)


def _tell_states(connection: Connection, plan: Plan) -> None:
    """What can't be used any more, or can again, concerns every document that names it."""
    ids = [old.id for old in plan.gone]
    ids += [old.id for old, entry in plan.changed if old.state != state_of(entry)]
    for start in range(0, len(ids), _BATCH):
        bound = Binding.objects.filter(remote_item_id__in=ids[start : start + _BATCH], closed_at__isnull=True)
        tell_changed(list(bound))
    lost = Binding.objects.filter(
        remote_item_id__in=[old.id for old in plan.gone[:_BATCH]], closed_at__isnull=True
    )
    names = sorted(lost.values_list("remote_item__name", flat=True))
    if names:
        record(
            "lists.entries_gone",
            f"{plural(len(names), 'entry', 'entries')} that Bookbind uses no longer exist in the books: "
            f"{', '.join(names[:5])}{' and more' if len(names) > 5 else ''}.",
            business_id=connection.business_id,
            subject=connection,
            data={"names": names[:100]},
        )


def _move_merged(connection: Connection, name: ListName) -> None:
    """What stood for a contact that was merged away now stands for the one it was merged into."""
    mirrored = RemoteItem.objects.filter(connection=connection, list=name)
    merged = mirrored.exclude(merged_into_remote_id="")
    ends = follow_merges(dict(merged.values_list("remote_id", "merged_into_remote_id")))
    if not ends:
        return
    stranded = Binding.objects.filter(remote_item__in=merged, closed_at__isnull=True)
    bindings = list(stranded.select_related("list_item", "remote_item"))
    wanted = {ends.get(binding.remote_item.remote_id, "") for binding in bindings}
    targets = {target.remote_id: target for target in mirrored.filter(remote_id__in=wanted)}
    for binding in bindings:
        target = targets.get(ends.get(binding.remote_item.remote_id, ""))
        if target is not None:
            _move(connection, binding, target)


def _move(connection: Connection, binding: Binding, target: RemoteItem) -> None:
    close_bindings([binding.id], MERGED_AT_VENDOR)
    moved = new_binding(
        binding.list_item, target, MERGED_AT_VENDOR, use=binding.use, session=binding.opened_in
    )
    open_bindings([moved])
    record(
        "lists.merged_at_vendor",
        f"{binding.remote_item.name} was merged into {target.name} in the books. "
        f"What was matched to the one is matched to the other now.",
        business_id=connection.business_id,
        subject=connection,
        data={
            "item": str(binding.list_item_id),
            "from": binding.remote_item.remote_id,
            "into": target.remote_id,
        },
    )
