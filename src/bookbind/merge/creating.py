"""Creating an entry at the vendor that stands for one of ours: once, whatever happens to the answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Coalesce

from bookbind.activity.services import record
from bookbind.connections.errors import ConnectionUnusable
from bookbind.connections.gateway import call
from bookbind.connections.models import Connection
from bookbind.connections.queries import label_of
from bookbind.kit import clock
from bookbind.kit.ids import new_id
from bookbind.kit.text import fold_name
from bookbind.lists.labels import SINGULAR_LABELS
from bookbind.lists.models import Dimension, RemoteItem
from bookbind.lists.services import mirror_entry
from bookbind.merge.accounts import find_account_id
from bookbind.merge.choices import CREATE, MATCH
from bookbind.merge.drafting import NewChoice, bump, refuse_left, refuse_moved, store_choices
from bookbind.merge.entries import Entry, refuse
from bookbind.merge.errors import (
    ChoiceRefused,
    CreationRefused,
    CreationUncertain,
    CreationUnderWay,
    DraftMoved,
    MergeError,
    NotCreatable,
)
from bookbind.merge.models import Creation, DraftRow
from bookbind.merge.plans import ANY
from bookbind.merge.sold_as import created_name, sales_coded_by, target_list
from bookbind.merge.standings import find_entry, read_targets
from bookbind.merge.using import Matched, match_one, refuse_matched
from bookbind.providers.base.contract import Session
from bookbind.providers.base.errors import ErrorKind, ProviderError
from bookbind.providers.base.types import ListName, NewEntry, RemoteEntry
from bookbind.providers.registry import get_provider
from bookbind.tenancy.models import User

_LONGEST_TEXT = 2000
_MADE = (Creation.Outcome.DONE, Creation.Outcome.FOUND)
# Longer than the slowest answer, so that whoever is at it and lives never loses it.
_HOLD = timedelta(seconds=90)
# What makes an entry at a vendor; the rest of what we know describes it in the books that it came from.
_CARRIED = (
    "tax_number",
    "account_type",
    "account_family",
    "rate",
    "tax_kind",
    "side",
    "currency",
    "account_number",
    "email",
)


@dataclass(frozen=True)
class NotCreated:
    """An entry that was not created and stays ticked, and what kept it from being."""

    name: str
    error: MergeError | ProviderError | ConnectionUnusable


@dataclass(frozen=True)
class CreateReport:
    """How many entries were created, and which were not, with the reason."""

    created: int = 0
    failed: tuple[NotCreated, ...] = ()


def create_there(
    connection: Connection,
    item_id: UUID,
    user: User,
    expected_version: int,
    use: str = ANY,
    *,
    name: str = "",
) -> RemoteItem:
    """Create the entry in the books, and match it in the draft; pressing again never makes a second one.

    `name` is what it is called there, else as here; what has that name there already is matched as it is.
    NotCreatable, CreationRefused with the vendor's words or why what is there can't stand for it, or
    CreationUncertain when the answer got lost: then the next press looks whether it is there. DraftMoved when
    somebody else chose for the entry since `expected_version`, be it while it was being created.
    """
    remote = _create(connection, item_id, user, use, name, expected_version)
    with transaction.atomic():
        draft = bump(connection, user)
        refuse_moved(draft, user, expected_version, {item_id}, created=1)
        store_choices(connection, draft, [NewChoice(item_id, use, MATCH, remote.id)], user)
    return remote


def create_and_match(
    connection: Connection, item_id: UUID, user: User, use: str = ANY, *, name: str = ""
) -> Matched:
    """Create the entry in the books and let it stand for ours at once, as `match_one` does."""
    remote = _create(connection, item_id, user, use, name)
    return match_one(connection, item_id, remote.id, user, use)


def create_chosen(
    connection: Connection, user: User, expected_version: int, names: frozenset[ListName] | None = None
) -> CreateReport:
    """Create what the draft says is to be created, one by one; what was made is a match from then on.

    What the connection itself keeps from being created would meet the same with each that follows, so these
    are not tried; all of them stay in the draft as they are. DraftMoved, and nothing more is created, when
    somebody else chose for one of the entries since `expected_version`.
    """
    rows = DraftRow.objects.filter(draft__connection=connection, action=CREATE, ticked=True)
    created = 0
    failed: list[NotCreated] = []
    stopped: ProviderError | ConnectionUnusable | None = None
    wanted = list(rows.select_related("list_item").order_by("changed_at", "id"))
    # What is created for one side may need what is created for any.
    for row in sorted(wanted, key=lambda each: each.use != ANY):
        if names is not None and row.list_item.list not in names:
            continue
        try:
            if stopped is not None:
                raise stopped
            create_there(connection, row.list_item_id, user, expected_version, row.use)
        except DraftMoved as error:
            raise DraftMoved(error.by, error.created + created) from error
        except MergeError as error:
            failed.append(NotCreated(row.list_item.name, error))
        except (ProviderError, ConnectionUnusable) as error:
            stopped = error
            failed.append(NotCreated(row.list_item.name, error))
        else:
            created += 1
    return CreateReport(created, tuple(failed))


def list_created(connection: Connection, since: datetime) -> list[str]:
    """The names of what was created in the books since then, whether or not its match still stands."""
    made = Creation.objects.filter(
        connection=connection, outcome=Creation.Outcome.DONE, answered_at__gte=since
    )
    return list(
        made.order_by("answered_at", "id").values_list(Coalesce("remote_item__name", "name"), flat=True)
    )


def _create(
    connection: Connection,
    item_id: UUID,
    user: User,
    use: str,
    name: str,
    expected_version: int | None = None,
) -> RemoteItem:
    entry = find_entry(item_id)
    if entry is None:
        raise ChoiceRefused("This entry is not in the business's lists any more.")
    if expected_version is None:
        # Asked from where only entries without a match are offered.
        refuse_matched(connection, entry, user, use)
    target = target_list(entry, use, connection)
    if target not in get_provider(connection.provider).creatable:
        raise NotCreatable
    wanted = _new_entry(connection, entry, target, name or created_name(entry, use, connection))
    creation, is_first = _begin(connection, entry, wanted, user, expected_version)
    if creation.outcome in _MADE and creation.remote_item is not None:
        found: RemoteItem = creation.remote_item
        return found
    with _held(creation):
        made = call(
            connection, lambda session: _find_or_send(session, creation, is_first=is_first), insists=True
        )
        if made.was_there:
            return _take(connection, creation, made, entry, use)
        return _finish(connection, creation, made, user)


def _new_entry(connection: Connection, entry: Entry, target: ListName, name: str) -> NewEntry:
    details = {key: entry.details[key] for key in _CARRIED if entry.details.get(key) not in (None, "")}
    if target is ListName.PRODUCTS and entry.list is ListName.CATEGORIES:
        details = {"category_id": find_account_id(connection, entry)}
        if not details["category_id"]:
            raise ChoiceRefused(f"Match {entry.label} first: the new product needs its account.")
    slot = Dimension.objects.filter(connection=connection, slot=target, active=True).first()
    if slot is not None:
        details["dimension_id"] = slot.remote_id
    return NewEntry(target, name, "" if target is not entry.list else entry.code, details)


@transaction.atomic
def _begin(
    connection: Connection, entry: Entry, wanted: NewEntry, user: User, expected_version: int | None
) -> tuple[Creation, bool]:
    """The committed intent with its key, and whether it is new; what is undecided or done is that one.

    CreationUnderWay when somebody else is at that one now; otherwise it is held for this caller.
    """
    draft = bump(connection, user)
    refuse_left(connection)
    if expected_version is not None:
        refuse_moved(draft, user, expected_version, {entry.id})
    mine = Creation.objects.filter(connection=connection, list_item_id=entry.id, list=wanted.list)
    done = mine.filter(outcome__in=_MADE, remote_item__state=RemoteItem.State.ACTIVE, name=wanted.name)
    found: Creation | None = done.select_related("remote_item").first()
    found = found or mine.filter(outcome__in=[Creation.Outcome.OPEN, Creation.Outcome.LOST]).first()
    if found is not None:
        if found.outcome not in _MADE:
            if found.held_until is not None and found.held_until > clock.real_now():
                raise CreationUnderWay
            _hold(found)
        return found, False
    now = clock.now()
    id_ = new_id()
    made: Creation = Creation.objects.create(
        id=id_,
        business_id=connection.business_id,
        connection=connection,
        list_item_id=entry.id,
        list=wanted.list,
        name=wanted.name,
        key=f"bookbind-entry-{id_.hex}",
        body=asdict(wanted),
        asked_at=now,
        asked_by=user,
        sent_at=now,
    )
    _hold(made)
    return made, True


def _hold(creation: Creation) -> None:
    """Keep everybody else from sending it for a while; CreationUnderWay when somebody took it meanwhile."""
    until = clock.real_now() + _HOLD
    if not Creation.objects.filter(id=creation.id, held_until=creation.held_until).update(held_until=until):
        raise CreationUnderWay
    creation.held_until = until


@contextmanager
def _held(creation: Creation) -> Iterator[None]:
    try:
        yield
    finally:
        Creation.objects.filter(id=creation.id, held_until=creation.held_until).update(held_until=None)


def _find_or_send(session: Session, creation: Creation, *, is_first: bool) -> RemoteEntry:
    """Send what was committed, under the same key while the vendor remembers that.

    A try before, whose answer nobody has, may have reached the vendor: so that is looked for first.
    """
    body = creation.body
    wanted = NewEntry(ListName(body["list"]), body["name"], body["code"], body["details"])
    if not is_first:
        found = _find_there(session, wanted)
        if found is not None:
            return found
        _renew_key(creation)
        # Looking may have taken its time.
        _hold(creation)
    try:
        return session.create_entry(wanted, creation.key)
    except ProviderError as error:
        if error.kind is ErrorKind.TOKEN_EXPIRED:
            raise
        raise _failed(creation, error) from error


def _find_there(session: Session, wanted: NewEntry) -> RemoteEntry | None:
    dimension_id = str(wanted.details.get("dimension_id", ""))
    for page in session.fetch_items(wanted.list, dimension_id, None):
        for entry in page.entries:
            if not entry.archived and fold_name(entry.name) == fold_name(wanted.name):
                return entry
    return None


def _renew_key(creation: Creation) -> None:
    """It is not there, so a key that the vendor may have forgotten is given up with the lost try."""
    window = get_provider(creation.connection.provider).idempotency_seconds
    if clock.now() - creation.sent_at < timedelta(seconds=window):
        return
    creation.key, creation.sent_at = f"bookbind-entry-{new_id().hex}", clock.now()
    Creation.objects.filter(id=creation.id).update(key=creation.key, sent_at=creation.sent_at)


def _failed(creation: Creation, error: ProviderError) -> MergeError | ProviderError:
    outcome = Creation.Outcome.LOST if error.maybe_done else Creation.Outcome.REFUSED
    creation.outcome = outcome
    Creation.objects.filter(id=creation.id).update(
        outcome=outcome, answered_at=clock.now(), vendor_text=error.vendor_text[:_LONGEST_TEXT]
    )
    if error.maybe_done:
        return CreationUncertain()
    if error.kind is ErrorKind.UNSUPPORTED:
        return NotCreatable()
    if error.kind is ErrorKind.REJECTED:
        software = get_provider(creation.connection.provider).name
        return CreationRefused(f"{software} did not create {creation.name}.", error.vendor_text)
    return error


def _take(
    connection: Connection, creation: Creation, there: RemoteEntry, entry: Entry, use: str
) -> RemoteItem:
    """What has the name there already stands for the entry, unless it is of another kind: CreationRefused."""
    with transaction.atomic():
        remote = mirror_entry(connection, ListName(creation.list), there)
        theirs = read_targets(connection, [remote.id])[remote.id]
        why = refuse(entry, theirs, use, sales_coded_by(connection))
        outcome = Creation.Outcome.REFUSED if why else Creation.Outcome.FOUND
        Creation.objects.filter(id=creation.id).update(
            outcome=outcome, remote_item=None if why else remote, answered_at=clock.now()
        )
    if why:
        software = get_provider(connection.provider).name
        raise CreationRefused(
            f"{software} has {theirs.label} already. {why}. Match yours to another, or rename that one there."
        )
    return remote


@transaction.atomic
def _finish(connection: Connection, creation: Creation, made: RemoteEntry, user: User) -> RemoteItem:
    remote = mirror_entry(connection, ListName(creation.list), made)
    Creation.objects.filter(id=creation.id).update(
        outcome=Creation.Outcome.DONE, remote_item=remote, answered_at=clock.now()
    )
    record(
        "merge.created",
        f"New {SINGULAR_LABELS[ListName(creation.list)]} {made.name} created in {label_of(connection)}.",
        business_id=connection.business_id,
        actor=user,
        subject=connection,
        data={"item": creation.list_item_id, "remote": made.remote_id, "list": creation.list},
    )
    return remote
