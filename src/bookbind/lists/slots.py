"""Which dimension a tracking list shows, as people say it: the choice and the read that it needs are one."""

from uuid import UUID

from django.db import transaction

from bookbind.activity.services import record
from bookbind.connections.models import Connection
from bookbind.lists.dimensions import find_dimension
from bookbind.lists.errors import DimensionUnknown
from bookbind.lists.labels import LIST_LABELS
from bookbind.lists.models import Dimension, ListSync
from bookbind.lists.staging import overtake_readings
from bookbind.lists.sync import request_sync
from bookbind.providers.base.types import ListName
from bookbind.tenancy.models import User


@transaction.atomic
def set_slot(
    connection: Connection, slot: ListName, dimension_id: UUID | None, user: User
) -> ListName | None:
    """Let a tracking list show this dimension, or none, and have it read.

    A dimension has one list, so another list that showed it shows none from now on: the answer is that list.
    DimensionUnknown when these books have no such dimension, or switched it off.
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
    changed = [slot, taken_from] if taken_from else [slot]
    if is_another:
        # Else what is being read of the other dimension would come in under this one.
        overtake_readings(connection, changed)
    request_sync(connection, changed, full=True)
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
