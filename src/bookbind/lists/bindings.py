"""Opening and closing bindings. A binding is never updated, so history and undo are there already."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from bookbind.kit import clock
from bookbind.kit.events import announce
from bookbind.kit.ids import new_id
from bookbind.lists.errors import BindingsMoved
from bookbind.lists.events import BindingsChanged
from bookbind.lists.models import Binding, ListItem, RemoteItem
from bookbind.providers.base.types import Side
from bookbind.tenancy.models import User

ADOPTED = "adopted"
SAME_NAME = "same_name"
CHOSEN = "chosen"
CREATED = "created_there"
MERGED_AT_VENDOR = "merged_at_vendor"
REPLACED = "replaced"
UNDONE = "undone"
_BATCH = 1000
# What an entry is on sales alone is nothing on costs, unless it serves sales alone.
IS_CODED_WITH = Q(list_item__list=F("remote_item__list")) & (
    ~Q(use=Binding.Use.SALES) | Q(list_item__details__side=Side.SALES.value)
)


def new_binding(
    item: ListItem,
    remote_item: RemoteItem,
    why: str,
    *,
    use: str = Binding.Use.ANY,
    at: datetime | None = None,
    user: User | None = None,
    session: UUID | None = None,
) -> Binding:
    """A binding that is not stored yet; `session` is the use of Merge lists that it belongs to."""
    return Binding(
        id=new_id(),
        business_id=remote_item.business_id,
        connection_id=remote_item.connection_id,
        list_item=item,
        remote_item=remote_item,
        use=use,
        opened_at=at or clock.now(),
        opened_why=why,
        opened_by=user,
        opened_in=session,
    )


@transaction.atomic
def open_bindings(bindings: Sequence[Binding]) -> None:
    """Store bindings of one connection and tell who listens."""
    _store(bindings)
    tell_changed(bindings)


@transaction.atomic
def close_bindings(
    binding_ids: Iterable[UUID], why: str, user: User | None = None, session: UUID | None = None
) -> int:
    """Close those that are still open; returns how many there were."""
    still_open = Binding.objects.filter(id__in=list(binding_ids), closed_at__isnull=True)
    closed: int = still_open.update(closed_at=clock.now(), closed_why=why, closed_by=user, closed_in=session)
    return closed


@transaction.atomic
def exchange_bindings(
    closing: Sequence[Binding],
    opening: Sequence[Binding],
    why: str,
    user: User | None,
    session: UUID | None,
    *,
    may_go: bool = False,
) -> None:
    """Close some bindings of one connection, open others, and tell it once.

    BindingsMoved, and nothing is written, when one of those to be closed is not open any more.
    """
    for start in range(0, len(closing), _BATCH):
        ids = [binding.id for binding in closing[start : start + _BATCH]]
        if close_bindings(ids, why, user, session) != len(ids):
            raise BindingsMoved
    _store(opening)
    tell_changed([*closing, *opening], may_go=may_go)


@transaction.atomic
def replace_binding(
    item: ListItem, remote_item: RemoteItem, why: str, *, use: str = Binding.Use.ANY, user: User | None = None
) -> Binding:
    """Close what stands for the item at this connection and use, and open the new one, if it is another."""
    # The item's row is the lock: two people who match the same entry at once are served one after the other.
    ListItem.objects.select_for_update().get(id=item.id)
    current = Binding.objects.filter(
        list_item=item, connection_id=remote_item.connection_id, use=use, closed_at__isnull=True
    ).first()
    if current is not None and current.remote_item_id == remote_item.id:
        found: Binding = current
        return found
    if current is not None:
        close_bindings([current.id], REPLACED, user)
    opened = new_binding(item, remote_item, why, use=use, user=user)
    open_bindings([opened])
    return opened


def tell_changed(bindings: Sequence[Binding], *, may_go: bool = True) -> None:
    """Announce which items changed, once for all bindings of one connection."""
    if bindings:
        first = bindings[0]
        ids = tuple(dict.fromkeys(binding.list_item_id for binding in bindings))
        announce(BindingsChanged(first.business_id, first.connection_id, ids, may_go))


def _store(bindings: Sequence[Binding]) -> None:
    for start in range(0, len(bindings), _BATCH):
        Binding.objects.bulk_create(bindings[start : start + _BATCH])
