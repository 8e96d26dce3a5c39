"""Taking a use of matches back, entry by entry, as far as it still stands."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from bookbind.activity.services import record
from bookbind.connections.models import Connection
from bookbind.connections.queries import label_of
from bookbind.documents.models import Document
from bookbind.kit import clock
from bookbind.kit.checkpoints import Checkpoint, reach
from bookbind.kit.ids import new_id
from bookbind.kit.text import plural, show_date
from bookbind.lists.bindings import UNDONE, exchange_bindings
from bookbind.lists.errors import BindingsMoved
from bookbind.lists.labels import item_label
from bookbind.lists.models import Binding, Combination, ListItem
from bookbind.lists.queries import members_of
from bookbind.merge.drafting import bump
from bookbind.merge.errors import DraftMoved, UndoBlocked, UndoneAlready
from bookbind.merge.impact import Impact
from bookbind.merge.models import Applied
from bookbind.merge.plans import UndoPlan, Written, plan_undo
from bookbind.merge.preview import impact_now
from bookbind.merge.restoring import propose_undone, restore_choices
from bookbind.merge.sold_as import uses_apart
from bookbind.providers.base.types import ListName
from bookbind.publishing.models import Publication
from bookbind.tenancy.models import User

_SHOWN = 50
_LINE_COLUMNS = ("category", "tax_rate", "tracking_1", "tracking_2")


@dataclass(frozen=True)
class PublishedDocument:
    """A document that was published with these matches and stays as it is."""

    document_id: str
    number: str
    url: str


@dataclass(frozen=True)
class Undone:
    """What an undo did: `undone` of `total` matches; what stays is named.

    `rules` need a match again, `waiting` documents wait again.
    """

    undone: int
    total: int
    kept: tuple[str, ...]
    published: tuple[PublishedDocument, ...]
    published_count: int
    created: tuple[str, ...]
    waiting: int
    rules: int = 0


def undo(applied: Applied, user: User) -> Undone:
    """Close what these matches opened and reopen what they closed, wherever nothing was written since.

    What people had chosen by hand is chosen in the draft again, in the same transaction.
    UndoBlocked, naming it, when a later combination builds on them; UndoneAlready when somebody was quicker.
    """
    proposed = propose_undone(applied)
    try:
        with transaction.atomic():
            found = _undo(applied, user)
            reach(Checkpoint.AFTER_MATCHES_UNDONE)
            restore_choices(applied, user, proposed)
            return found
    except (IntegrityError, BindingsMoved) as error:
        raise DraftMoved from error


def find_blocking(applied: Applied) -> Combination | None:
    """The standing combination, made after these matches, of one of the entries that they matched."""
    items = Binding.objects.filter(Q(opened_in=applied.id) | Q(closed_in=applied.id)).values("list_item")
    later = Combination.objects.filter(undone_at__isnull=True, combined_at__gte=applied.used_at)
    found = later.filter(Q(kept__in=items) | Q(absorbed__in=items)).select_related("kept", "absorbed")
    blocking: Combination | None = found.order_by("combined_at").first()
    return blocking


def undone_of(applied: Applied) -> Undone | None:
    """What the undo found, as it was kept; None while it stands."""
    if applied.undone_at is None:
        return None
    facts = dict(applied.undone)
    documents = tuple(PublishedDocument(**row) for row in facts.pop("published"))
    kept, created = tuple(facts.pop("kept")), tuple(facts.pop("created"))
    return Undone(kept=kept, created=created, published=documents, **facts)


def _undo(applied: Applied, user: User) -> Undone:
    connection = applied.connection
    bump(connection, user)
    standing = Applied.objects.filter(id=applied.id, undone_at__isnull=True)
    if not standing.update(undone_at=clock.now(), undone_by=user):
        raise UndoneAlready
    blocking = find_blocking(applied)
    if blocking is not None:
        raise UndoBlocked(_blocked_words(blocking), blocking.id)
    history = _read_history(applied)
    plans = _plan(applied, history)
    closing, opening = _bindings(applied, plans, history, user)
    before = impact_now(connection)
    exchange_bindings(closing, opening, UNDONE, user, None)
    found = _describe(applied, plans, history, before, impact_now(connection))
    Applied.objects.filter(id=applied.id).update(undone=asdict(found))
    record(
        "merge.undone",
        f"{found.undone:,} of {plural(found.total, 'match', 'matches')} at {label_of(connection)} "
        "taken back.",
        business_id=applied.business_id,
        actor=user,
        subject=connection,
        data={"merge": applied.id, "undone": found.undone, "total": found.total},
    )
    return found


def _blocked_words(combination: Combination) -> str:
    day = show_date(clock.local_date(combination.combined_at, combination.business.time_zone))
    names = f"{combination.kept.name} and {combination.absorbed.name}"
    return f"This match can't be undone yet: Combine {names} of {day} builds on it. Undo that first."


def _read_history(applied: Applied) -> dict[UUID, list[Binding]]:
    """Everything that ever stood at the connection for the entries that the session matched, oldest first."""
    mine = Binding.objects.filter(Q(opened_in=applied.id) | Q(closed_in=applied.id))
    rows = Binding.objects.filter(
        connection_id=applied.connection_id, list_item__in=mine.values("list_item")
    ).order_by("opened_at", "id")
    found: dict[UUID, list[Binding]] = defaultdict(list)
    for binding in rows:
        found[binding.list_item_id].append(binding)
    return found


def _plan(applied: Applied, history: dict[UUID, list[Binding]]) -> dict[UUID, UndoPlan[UUID]]:
    others = Applied.objects.filter(connection_id=applied.connection_id).exclude(id=applied.id)
    undone = frozenset(others.filter(undone_at__isnull=False).values_list("id", flat=True))
    later = frozenset(others.filter(used_at__gte=applied.used_at).values_list("id", flat=True))
    lists = dict(ListItem.objects.filter(id__in=list(history)).values_list("id", "list"))
    apart = {name: uses_apart(applied.connection, ListName(name)) for name in set(lists.values())}
    return {
        id_: plan_undo([_written(row) for row in rows], applied.id, undone, later, apart[lists[id_]])
        for id_, rows in history.items()
    }


def _written(row: Binding) -> Written[UUID]:
    return Written(row.id, row.use, row.remote_item_id, row.opened_in, row.closed_in, row.closed_at is None)


def _bindings(
    applied: Applied, plans: dict[UUID, UndoPlan[UUID]], history: dict[UUID, list[Binding]], user: User
) -> tuple[list[Binding], list[Binding]]:
    rows = {row.id: row for each in history.values() for row in each}
    possible = [plan for plan in plans.values() if plan.is_possible]
    closing = [rows[id_] for plan in possible for id_ in plan.close]
    now = clock.now()
    opening = [
        Binding(
            id=new_id(),
            business_id=applied.business_id,
            connection_id=applied.connection_id,
            list_item_id=rows[back.id].list_item_id,
            remote_item_id=back.target,
            use=back.use,
            opened_at=now,
            opened_why=UNDONE,
            opened_by=user,
            # As it was: so an undo of what wrote it first finds it.
            opened_in=back.opened_in,
        )
        for plan in possible
        for back in plan.reopen
    ]
    return closing, opening


def _describe(
    applied: Applied,
    plans: dict[UUID, UndoPlan[UUID]],
    history: dict[UUID, list[Binding]],
    before: Impact,
    after: Impact,
) -> Undone:
    written = {
        id_: len({row.use for row in rows if row.opened_in == applied.id}) or 1
        for id_, rows in history.items()
    }
    kept = [id_ for id_, plan in plans.items() if not plan.is_possible]
    undone = [id_ for id_, plan in plans.items() if plan.is_possible]
    names = ListItem.objects.filter(id__in=kept).order_by("code", "folded_name").values_list("name", "code")
    documents = _published_with(applied.connection, applied, undone)
    return Undone(
        undone=sum(written[id_] for id_ in undone),
        total=sum(written.values()),
        kept=tuple(item_label(*words) for words in names),
        published=tuple(documents[:_SHOWN]),
        published_count=len(documents),
        created=tuple(each["name"] for each in applied.created),
        waiting=max(after.still_waiting - before.still_waiting, 0),
        rules=max(before.rules_ready - after.rules_ready, 0),
    )


def _published_with(
    connection: Connection, applied: Applied, item_ids: Iterable[UUID]
) -> list[PublishedDocument]:
    """Documents that went to these books since, under what these matches said."""
    members = [id_ for group in members_of(item_ids).values() for id_ in group]
    named = Q(supplier__in=members) | Q(paid_from__in=members)
    for column in _LINE_COLUMNS:
        named |= Q(**{f"lines__{column}__in": members})
    rows = Publication.objects.filter(
        connection=connection,
        state=Publication.State.PUBLISHED,
        published_at__gte=applied.used_at,
        document__in=Document.objects.filter(named).values("id"),
    ).select_related("document")
    return [
        PublishedDocument(str(row.document_id), row.remote_number or row.document.reference, row.remote_url)
        for row in rows.order_by("published_at", "id")
    ]
