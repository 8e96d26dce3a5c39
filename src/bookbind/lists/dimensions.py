"""Dimensions of a connection, and which of the two tracking lists shows which."""

from collections.abc import Sequence

from django.db import transaction

from bookbind.connections.models import Connection
from bookbind.kit.text import fold_name
from bookbind.lists.labels import TRACKING_LISTS
from bookbind.lists.models import Dimension, ListItem
from bookbind.providers.base.types import ListName, RemoteDimension


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
