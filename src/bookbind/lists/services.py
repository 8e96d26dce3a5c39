"""Making, finding, archiving and matching the business's own entries."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from bookbind.activity.services import record
from bookbind.connections.models import Connection
from bookbind.kit import clock
from bookbind.kit.text import clean_text, fold_name
from bookbind.lists import adoption
from bookbind.lists.bindings import CREATED, replace_binding, tell_changed
from bookbind.lists.entries import LONGEST_CODE, LONGEST_NAME, fold, state_of, tidy
from bookbind.lists.errors import NameMissing
from bookbind.lists.labels import SINGULAR_LABELS, item_label
from bookbind.lists.models import Binding, ListItem, ListSync, RemoteItem
from bookbind.lists.queries import current_bindings, items_by_id
from bookbind.providers.base.types import ListName, RemoteEntry
from bookbind.tenancy.models import Business, User


@transaction.atomic
def create_item(
    business_id: UUID,
    list_name: ListName,
    name: str,
    *,
    code: str = "",
    details: dict[str, Any] | None = None,
    user: User | None = None,
) -> ListItem:
    """Make an entry of the business's own, which nothing stands for in any books yet."""
    cleaned = clean_text(name, LONGEST_NAME)
    if not cleaned:
        raise NameMissing
    item: ListItem = ListItem.objects.create(
        business_id=business_id,
        list=list_name,
        name=cleaned,
        folded_name=fold_name(cleaned)[:LONGEST_NAME],
        code=clean_text(code, LONGEST_CODE),
        details=details or {},
    )
    _record("lists.created", f"New {SINGULAR_LABELS[list_name]}: {_label(item)}.", item, user)
    return item


@transaction.atomic
def get_or_create_supplier(business_id: UUID, name: str, user: User) -> ListItem:
    """The supplier of this name, whatever its case and accents, else a new one.

    A name that was combined into another supplier finds that other one; an archived supplier is brought back.
    """
    # The business's row is the lock, so that two people who type one name make one supplier.
    Business.objects.select_for_update().get(id=business_id)
    folded = fold_name(clean_text(name, LONGEST_NAME))[:LONGEST_NAME]
    rows = ListItem.objects.filter(business_id=business_id, list=ListName.SUPPLIERS, folded_name=folded)
    found = list(rows.order_by("created_at", "id"))
    if not folded or not found:
        return create_item(business_id, ListName.SUPPLIERS, name, user=user)
    own = [item for item in found if item.merged_into_id is None] or found
    chosen = next((item for item in own if item.archived_at is None), own[0])
    item = items_by_id([chosen.id])[chosen.id]
    if item.archived_at is not None:
        restore_item(item, user)
    return item


@transaction.atomic
def archive_item(item: ListItem, user: User | None) -> None:
    """Offer the entry no more; rules and documents that name it keep it, and say so."""
    if ListItem.objects.filter(id=item.id, archived_at__isnull=True).update(archived_at=clock.now()):
        item.refresh_from_db()
        _record("lists.archived", f"{_label(item)} was archived in Bookbind.", item, user)
        _tell_item(item)


@transaction.atomic
def restore_item(item: ListItem, user: User | None) -> None:
    """Offer the entry again."""
    if ListItem.objects.filter(id=item.id, archived_at__isnull=False).update(archived_at=None):
        item.refresh_from_db()
        _record("lists.restored", f"{_label(item)} was brought back in Bookbind.", item, user)
        _tell_item(item)


@transaction.atomic
def bind_created(
    item: ListItem, connection: Connection, entry: RemoteEntry, why: str = CREATED, user: User | None = None
) -> RemoteItem:
    """Mirror an entry that was found or just created in the books, and let it stand for ours.

    Sync would bring it anyway; this is for the document that waits for it now. What somebody matched while
    the vendor was asked goes on standing, and is the answer.
    """
    mirrored = mirror_entry(connection, ListName(item.list), entry)
    ListItem.objects.select_for_update().get(id=item.id)
    standing = current_bindings(connection.id, [item.id]).get(item.id)
    if standing is not None and standing.state == RemoteItem.State.ACTIVE:
        return standing
    replace_binding(item, mirrored, why, user=user)
    return mirrored


def mirror_entry(connection: Connection, name: ListName, entry: RemoteEntry) -> RemoteItem:
    """Mirror one entry of the books that did not come by a read of its list."""
    entry = tidy(entry)
    read = ListSync.objects.filter(connection=connection, list=name)
    remote_item, _ = RemoteItem.objects.update_or_create(
        connection=connection,
        list=name,
        remote_type=entry.remote_type,
        remote_id=entry.remote_id,
        defaults={
            "business_id": connection.business_id,
            "name": entry.name,
            "folded_name": fold(entry.name),
            "code": entry.code,
            "details": entry.details,
            "state": state_of(entry),
            "merged_into_remote_id": entry.merged_into_id,
            "generation": read.values_list("generation", flat=True).first() or 0,
            "changed_at": clock.now(),
        },
    )
    mirrored: RemoteItem = remote_item
    return mirrored


def adopt(remote_items: Sequence[RemoteItem], user: User | None = None) -> list[ListItem]:
    """Make entries of ours out of entries of the books that nothing of ours stands for."""
    made = adoption.adopt([remote_item.id for remote_item in remote_items], user)
    return list(ListItem.objects.filter(id__in=made).order_by("folded_name", "id"))


def _tell_item(item: ListItem) -> None:
    current = Binding.objects.filter(list_item=item, closed_at__isnull=True).order_by("connection_id")
    for connection_id in current.values_list("connection_id", flat=True).distinct():
        tell_changed(list(current.filter(connection_id=connection_id)))


def _label(item: ListItem) -> str:
    return item_label(item.name, item.code)


def _record(action: str, text: str, item: ListItem, user: User | None, **data: str) -> None:
    record(
        action,
        text,
        business_id=item.business_id,
        actor=user,
        subject=item,
        data={"item": str(item.id), **data},
    )
