"""Dimensions of a connection, and which of the two tracking lists shows which."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from bookbind.activity.services import record
from bookbind.connections.models import Connection
from bookbind.kit.text import fold_name
from bookbind.lists.errors import DimensionUnknown
from bookbind.lists.labels import LIST_LABELS, TRACKING_LISTS
from bookbind.lists.models import Dimension, ListItem, ListSync
from bookbind.providers.base.types import ListName, RemoteDimension
from bookbind.tenancy.models import User


@transaction.atomic
def save_dimensions(connection: Connection, found: Sequence[RemoteDimension]) -> None:
    """Mirror what the organisation has; one that is missing is switched off, and keeps its slot."""
    known = {row.remote_id: row for row in Dimension.objects.filter(connection=connection)}
    for dimension in found:
        _save(connection, known.pop(dimension.remote_id, None), dimension)
    if known:
        Dimension.objects.filter(id__in=[row.id for row in known.values()]).update(active=False)
    _propose_slots(connection, [dimension.remote_id for dimension in found])


def find_dimension(connection: Connection, slot: ListName) -> Dimension | None:
    """The dimension that a tracking list shows at this connection; None when there is none or it is off."""
    found: Dimension | None = Dimension.objects.filter(connection=connection, slot=slot, active=True).first()
    return found


def list_dimensions(connection: Connection) -> list[Dimension]:
    """The dimensions that can be given a slot."""
    return list(Dimension.objects.filter(connection=connection, active=True).order_by("name", "id"))


def earlier_names(connection: Connection) -> dict[str, str]:
    """By tracking list, how the dimension is called that it showed in the books before these."""
    rows = (
        Dimension.objects.exclude(slot="").exclude(connection=connection).order_by("connection__created_at")
    )
    return dict(rows.values_list("slot", "name"))


@transaction.atomic
def set_slot(
    connection: Connection, slot: ListName, dimension_id: UUID | None, user: User
) -> ListName | None:
    """Let a tracking list show this dimension, or none. The caller asks for a new read of the list.

    A dimension has one list, so another list that showed it shows none from now on: the answer is that list.
    """
    rows = Dimension.objects.filter(connection=connection)
    others = rows.filter(id=dimension_id).exclude(slot__in=["", slot])
    shown_in: str | None = others.values_list("slot", flat=True).first()
    taken_from = ListName(shown_in) if shown_in else None
    is_another = not rows.filter(id=dimension_id, slot=slot).exists()
    rows.filter(slot=slot).update(slot="")
    if dimension_id is not None and not rows.filter(id=dimension_id, active=True).update(slot=slot):
        raise DimensionUnknown
    if dimension_id is not None and is_another:
        # What was read so far are the entries of another dimension, so of this one nothing was read yet.
        ListSync.objects.filter(connection=connection, list=slot).update(last_success_at=None)
    chosen = find_dimension(connection, slot)
    no_more = f", {LIST_LABELS[taken_from]} no more" if taken_from else ""
    record(
        "lists.slot_set",
        f"{LIST_LABELS[slot]} shows {chosen.name if chosen else 'nothing'} now{no_more}.",
        business_id=connection.business_id,
        actor=user,
        subject=connection,
        data={"slot": slot, "dimension": str(dimension_id or "")},
    )
    return taken_from


def _save(connection: Connection, known: Dimension | None, found: RemoteDimension) -> None:
    row = known or Dimension(
        business_id=connection.business_id, connection=connection, remote_id=found.remote_id
    )
    facts = (found.name[:255], found.per_line, found.active)
    if known is not None and (row.name, row.per_line, row.active) == facts:
        return
    row.name, row.per_line, row.active = facts
    row.save()


def _propose_slots(connection: Connection, order: Sequence[str]) -> None:
    """Fill a free slot with the next free dimension, unless the business keeps something in that list.

    Which old list is which new dimension is a question for a person, so a list with entries is left alone,
    and what is called as it was in the books before is left for it.
    """
    rows = {row.remote_id: row for row in Dimension.objects.filter(connection=connection)}
    taken = {row.slot for row in rows.values()}
    filled = set(ListItem.objects.filter(list__in=TRACKING_LISTS).values_list("list", flat=True).distinct())
    left_for = {fold_name(name) for slot, name in earlier_names(connection).items() if slot in filled - taken}
    free = [
        row
        for row in map(rows.__getitem__, order)
        if row.active and not row.slot and fold_name(row.name) not in left_for
    ]
    for slot in TRACKING_LISTS:
        if not free:
            return
        if slot not in taken | filled:
            free[0].slot = slot
            free.pop(0).save(update_fields=["slot"])
