"""Using what is ticked: bindings are closed and opened in one transaction, and nothing else is written."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction

from bookbind.activity.services import record
from bookbind.connections.models import Connection
from bookbind.connections.queries import label_of
from bookbind.kit import clock
from bookbind.kit.checkpoints import Checkpoint, reach
from bookbind.kit.ids import new_id
from bookbind.kit.text import plural
from bookbind.lists.bindings import CHOSEN, exchange_bindings, new_binding
from bookbind.lists.errors import BindingsMoved
from bookbind.lists.models import Binding, ListItem, RemoteItem
from bookbind.merge.choices import MATCH, Choice, uses_beside
from bookbind.merge.drafting import bump, refuse_left
from bookbind.merge.entries import Entry, narrowed_words, refuse, use_for
from bookbind.merge.errors import ChoiceRefused, DraftMoved, NothingToUse
from bookbind.merge.models import Applied, Creation, Draft, DraftRow
from bookbind.merge.plans import ANY
from bookbind.merge.reading import Changes, ListData, list_names, read_changes, read_lists
from bookbind.merge.sold_as import sales_coded_by, uses_apart
from bookbind.merge.standings import find_entry, read_standings, read_targets
from bookbind.providers.base.types import ListName
from bookbind.publishing.queries import list_unsent
from bookbind.publishing.reasons import Reason
from bookbind.publishing.resume import finish_check
from bookbind.publishing.states import State
from bookbind.tenancy.models import User

_LATEST = 20


@dataclass(frozen=True)
class Matched:
    """One match that was made by hand: `released` documents are on their way, `waiting` still wait for it.

    `ready` are complete now and go when publishing is started. `narrowed` says why it holds for one side.
    """

    applied: Applied
    released: int
    waiting: int
    ready: int = 0
    narrowed: str = ""


def use_matches(
    connection: Connection,
    user: User,
    *,
    expected_version: int,
    names: Iterable[ListName] | None = None,
    item_ids: Iterable[UUID] | None = None,
) -> Applied:
    """Let the ticked matches hold: of some entries, some lists, or all; one entry that can be undone.

    Documents that become complete wait for *Publish the N that waited*. DraftMoved when anything changed
    since the version that was shown, NothingToUse when nothing is ticked.
    """
    try:
        with transaction.atomic():
            # The draft's row is the lock: two people who press at once are served one after the other.
            draft = bump(connection, user, expected_version)
            refuse_left(connection)
            wanted = tuple(list_names(connection) if names is None else names)
            data = read_lists(connection, wanted, keep=True)
            only = None if item_ids is None else frozenset(item_ids)
            changes = read_changes(connection, data, only)
            if not changes.plans:
                raise NothingToUse
            applied = _write(connection, draft, user, changes, wanted[0] if len(wanted) == 1 else None)
            _forget_used(connection, data, changes)
            reach(Checkpoint.BEFORE_MATCHES_COMMITTED)
            return applied
    except (IntegrityError, BindingsMoved) as error:
        raise DraftMoved from error


def match_one(connection: Connection, item_id: UUID, target: UUID, user: User, use: str = ANY) -> Matched:
    """Say what one entry is; the documents that only waited for it go at once.

    A tax rate of both sides is matched to a one-sided one on that side alone. ChoiceRefused, with the reason
    in words, when the two can't stand for each other, or somebody else matched the entry meanwhile.
    """
    finish_check(connection.id)
    held = list_unsent(connection.id).filter(state=State.HELD.value)
    before = dict(held.values_list("id", "reason"))
    try:
        with transaction.atomic():
            draft = bump(connection, user)
            refuse_left(connection)
            changes, narrowed = _one_change(connection, item_id, target, use, user)
            applied = _write(connection, draft, user, changes, changes.entries[item_id].list, may_go=True)
            _forget_ended(connection, item_id, changes)
    except (IntegrityError, BindingsMoved) as error:
        raise DraftMoved from error
    after = list(held.filter(id__in=before))
    waiting = sum(1 for row in after if row.reason_data.get("item") == str(item_id))
    started = Reason.NOT_STARTED.value
    ready = sum(1 for row in after if row.reason == started != before[row.id])
    return Matched(applied, len(before) - len(after), waiting, ready, narrowed)


def list_applied(connection: Connection) -> list[Applied]:
    """What was used at the connection, the newest first, as many as a page shows."""
    rows = Applied.objects.filter(connection=connection).select_related("used_by", "undone_by")
    return list(rows.order_by("-used_at", "-id")[:_LATEST])


def find_last_applied(connection: Connection) -> Applied | None:
    """The newest use that was not undone: what *Undo last* takes back."""
    rows = Applied.objects.filter(connection=connection, undone_at__isnull=True).select_related("used_by")
    found: Applied | None = rows.order_by("-used_at", "-id").first()
    return found


def refuse_matched(connection: Connection, ours: Entry, user: User, use: str) -> None:
    """ChoiceRefused when somebody else matched the entry: who asks now saw it without its match."""
    standings = read_standings(connection, [ours.list])[ours.list]
    bound = standings.bound.get(ours.id, {}).get(use)
    if bound is None or not bound.is_alive:
        return
    rows = Binding.objects.filter(id=bound.binding_id).exclude(opened_by=user).exclude(opened_by=None)
    standing = rows.select_related("opened_by").first()
    if standing is not None:
        there = read_targets(connection, [bound.target])[bound.target]
        raise ChoiceRefused(
            f"{standing.opened_by.get_full_name()} matched {ours.label} to {there.label} already. "
            "Nothing was changed now; to match it to another, open Merge lists."
        )


def _one_change(
    connection: Connection, item_id: UUID, target: UUID, asked: str, user: User
) -> tuple[Changes, str]:
    """What the match changes, and in words why it holds for one side only, if it does."""
    ours, theirs = find_entry(item_id), read_targets(connection, [target]).get(target)
    if ours is None or theirs is None:
        raise ChoiceRefused("This entry is not in the lists any more.")
    use = use_for(ours, theirs, asked)
    why = refuse(ours, theirs, use, sales_coded_by(connection))
    if why:
        raise ChoiceRefused(f"{ours.label} can't be {theirs.label}. {why}.")
    standings = read_standings(connection, [ours.list])[ours.list]
    choice = Choice(use, MATCH, target, ticked=True, by_person=True)
    data = ListData(ours.list, standings, {}, {item_id: {use: choice}})
    changes = read_changes(connection, {ours.list: data})
    if not changes.plans:
        raise NothingToUse("This is matched already.")
    refuse_matched(connection, ours, user, use)
    return changes, narrowed_words(ours, theirs, asked)


def _forget_ended(connection: Connection, item_id: UUID, changes: Changes) -> None:
    """What was chosen for the entry before, and can't hold beside its new match, is no choice any more."""
    apart = uses_apart(connection, changes.entries[item_id].list)
    opened = changes.plans[item_id].open
    ended = {*opened, *(each for use in opened for each in uses_beside(use, apart))}
    DraftRow.objects.filter(draft__connection=connection, list_item_id=item_id, use__in=ended).delete()


def _write(
    connection: Connection,
    draft: Draft,
    user: User,
    changes: Changes,
    name: ListName | None,
    *,
    may_go: bool = False,
) -> Applied:
    applied = Applied(
        id=new_id(),
        business_id=connection.business_id,
        connection=connection,
        list=name or "",
        version=draft.version,
        used_at=clock.now(),
        used_by=user,
        opened_count=changes.open_count,
        closed_count=changes.close_count,
        created=_created_for(connection, changes),
    )
    applied.save(force_insert=True)
    closing, opening = _bindings(changes, applied, user)
    exchange_bindings(closing, opening, CHOSEN, user, applied.id, may_go=may_go)
    record(
        "merge.used",
        f"{plural(changes.open_count, 'match', 'matches')} used at {label_of(connection)}.",
        business_id=connection.business_id,
        actor=user,
        subject=connection,
        data={"merge": applied.id, "opened": applied.opened_count, "closed": applied.closed_count},
    )
    return applied


def _bindings(changes: Changes, applied: Applied, user: User) -> tuple[list[Binding], list[Binding]]:
    closing: list[Binding] = []
    opening: list[Binding] = []
    connection = applied.connection
    for id_, plan in changes.plans.items():
        item = ListItem(id=id_, business_id=connection.business_id)
        bound = changes.standings[changes.entries[id_].list].itself.get(id_, {})
        closing += [
            Binding(id=bound[use].binding_id, list_item=item, connection=connection) for use in plan.close
        ]
        for use, target in plan.open.items():
            there = RemoteItem(id=target, business_id=connection.business_id, connection=connection)
            opening.append(
                new_binding(item, there, CHOSEN, use=use, at=applied.used_at, user=user, session=applied.id)
            )
    for binding in closing:
        binding.business_id = connection.business_id
    return closing, opening


def _created_for(connection: Connection, changes: Changes) -> list[dict[str, str]]:
    """The entries made at the vendor that these matches are the first to use."""
    opened = {target for plan in changes.plans.values() for target in plan.open.values()}
    made = Creation.objects.filter(
        connection=connection, outcome=Creation.Outcome.DONE, remote_item__isnull=False
    ).select_related("remote_item")
    found = [row for row in made if row.remote_item_id in opened]
    told = _created_before(connection) if found else frozenset()
    return [
        {"list": row.list, "name": row.remote_item.name, "remote_id": row.remote_item.remote_id}
        for row in found
        if (row.list, row.remote_item.remote_id) not in told
    ]


def _created_before(connection: Connection) -> frozenset[tuple[str, str]]:
    """The list and id of what earlier uses named as created for them."""
    earlier = Applied.objects.filter(connection=connection).exclude(created=[])
    return frozenset((each["list"], each["remote_id"]) for applied in earlier for each in applied.created)


def _forget_used(connection: Connection, data: dict[ListName, ListData], changes: Changes) -> None:
    """What was used is no choice any more; what was refused, left, or is still to be created stays one."""
    refused = {(each.entry.id, each.use) for each in changes.refused}
    used = {
        (id_, use)
        for each in data.values()
        for id_, choices in each.choices.items()
        for use, choice in choices.items()
        if id_ in changes.plans and choice.by_person and choice.ticked and choice.action == MATCH
    } - refused
    rows = DraftRow.objects.filter(draft__connection=connection, list_item__in={id_ for id_, _ in used})
    gone = [row[0] for row in rows.values_list("id", "list_item_id", "use") if row[1:] in used]
    DraftRow.objects.filter(id__in=gone).delete()
