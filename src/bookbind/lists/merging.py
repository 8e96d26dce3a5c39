"""Which lists of a connection are being matched by people, and the end of that."""

from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from bookbind.activity.services import record
from bookbind.connections.models import Connection
from bookbind.connections.queries import LIVE_STAGES
from bookbind.lists.adoption import adopt, adopt_new
from bookbind.lists.labels import CONTACT_LISTS, LIST_LABELS, label_within
from bookbind.lists.models import Binding, ListItem, ListSync, RemoteItem
from bookbind.lists.queries import own_instead, ready_through_absorbed
from bookbind.providers.base.types import ListName
from bookbind.providers.registry import get_provider
from bookbind.tenancy.models import User


@transaction.atomic
def begin_merging(connection: Connection) -> frozenset[ListName]:
    """Open the merge step of each list in which the business has entries that nothing stands for here.

    A list in which it has nothing, or nothing new since it left these books, is adopted as ever. So are the
    contacts of a business that was nowhere before: those that it typed find their namesakes by themselves.
    """
    names = get_provider(connection.provider).lists
    if not Binding.objects.exclude(connection=connection).exists():
        names = tuple(name for name in names if name not in CONTACT_LISTS)
    usable = Binding.objects.filter(
        connection=connection,
        list_item=OuterRef("id"),
        closed_at__isnull=True,
        remote_item__state=RemoteItem.State.ACTIVE,
    )
    live = ListItem.objects.filter(list__in=names, merged_into__isnull=True, archived_at__isnull=True)
    live = live.exclude(id__in=ready_through_absorbed(connection))
    unbound = live.filter(~Exists(usable)).order_by("list").values_list("list", flat=True).distinct()
    found = frozenset(ListName(name) for name in unbound)
    ListSync.objects.filter(connection=connection, list__in=found).update(merging=True)
    return found


def merging_lists(connection: Connection) -> frozenset[ListName]:
    """The lists whose merge step is open at the connection."""
    rows = ListSync.objects.filter(connection=connection, merging=True)
    return frozenset(ListName(name) for name in rows.values_list("list", flat=True))


@transaction.atomic
def finish_step(connection: Connection, name: ListName, user: User) -> int:
    """Close the step and adopt what nothing of ours stands for; returns how many entries that made."""
    if not ListSync.objects.filter(connection=connection, list=name, merging=True).update(merging=False):
        return 0
    adopted = adopt_new(connection, name)
    record(
        "lists.step_finished",
        f"Matching of {label_within(name, LIST_LABELS[name])} was finished.",
        business_id=connection.business_id,
        actor=user,
        subject=connection,
        data={"list": name.value, "adopted": adopted},
    )
    return adopted


def adopt_chosen(name: ListName, remote_item_id: UUID, user: User | None = None) -> ListItem | None:
    """Ours out of an entry that a picker offered as only in the books; None when it is none of that list.

    Where one of ours is called the same and only lacks its match, it is that one: never a second of its name.
    """
    usable = RemoteItem.objects.filter(
        id=remote_item_id, list=name, connection__stage__in=LIVE_STAGES, state=RemoteItem.State.ACTIVE
    )
    there: RemoteItem | None = usable.select_related("connection").first()
    if there is None:
        return None
    own = own_instead(name, [there], there.connection).get(there.id) if _adopted(there) is None else None
    if own is None:
        adopt([there.id], user)
    return own or _adopted(there)


def _adopted(there: RemoteItem) -> ListItem | None:
    """What stands for it among ours; whoever adopted it first, it is one entry of ours now."""
    standing = Binding.objects.filter(
        remote_item=there, closed_at__isnull=True, list_item__list=there.list
    ).select_related("list_item")
    binding = standing.order_by("opened_at").first()
    return binding.list_item if binding else None
