"""Choosing: what people say an entry is, kept in the draft until it is used."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from bookbind.connections.models import Connection
from bookbind.connections.queries import LIVE_STAGES
from bookbind.kit import clock
from bookbind.lists.models import Binding, ListItem
from bookbind.merge.choices import CREATE, LEAVE, MATCH, uses_beside
from bookbind.merge.entries import Entry, refuse, refuse_use, use_for
from bookbind.merge.errors import BooksLeft, ChoiceRefused, DraftMoved, NotCreatable
from bookbind.merge.models import Applied, Draft, DraftRow
from bookbind.merge.plans import ANY, COSTS, SALES
from bookbind.merge.reading import draft_version, find_draft, read_lists
from bookbind.merge.sold_as import sales_coded_by, target_list, uses_apart
from bookbind.merge.standings import read_entries, read_targets
from bookbind.providers.base.types import ListName
from bookbind.providers.registry import get_provider
from bookbind.tenancy.models import User

HERE_FOR = timedelta(minutes=10)
_BATCH = 1000


@dataclass(frozen=True)
class NewChoice:
    """What a person says about one entry on one use. Without an action only the tick is meant.

    `target` is the entry of the books, and only for a match.
    """

    item_id: UUID
    use: str = ANY
    action: str = MATCH
    target: UUID | None = None
    ticked: bool = True


@transaction.atomic
def save_choices(
    connection: Connection,
    choices: list[NewChoice],
    user: User,
    expected_version: int,
    *,
    is_as_seen: bool = False,
) -> Draft:
    """Keep what somebody chose; ChoiceRefused, with a reason in words, for what can't be a match.

    However many there are, they take the same number of reads.

    A tax rate of both sides is matched to a one-sided one on that side alone, and the other is left open.
    DraftMoved when somebody else chose for one of these entries, or used a match of it, since
    `expected_version`; others may go on.
    With `is_as_seen` it is raised when anything at all changed in the draft since, whoever did it.
    """
    draft = bump(connection, user, expected_version if is_as_seen else None)
    refuse_left(connection)
    ids = {choice.item_id for choice in choices}
    refuse_moved(draft, user, expected_version, ids)
    ours = read_entries(ids)
    theirs = read_targets(connection, {choice.target for choice in choices if choice.target is not None})
    checked = [_checked(connection, choice, ours, theirs) for choice in choices]
    store_choices(connection, draft, checked, user)
    narrowed = [choice for choice, asked in zip(checked, choices, strict=True) if choice.use != asked.use]
    if narrowed:
        _open_beside(connection, draft, narrowed, user)
    return draft


@transaction.atomic
def forget_choices(connection: Connection, item_ids: list[UUID], user: User, expected_version: int) -> Draft:
    """Let the suggestions stand again for these entries."""
    draft = bump(connection, user)
    refuse_moved(draft, user, expected_version, set(item_ids))
    DraftRow.objects.filter(draft=draft, list_item__in=item_ids).delete()
    return draft


def others_here(connection: Connection, user: User) -> list[str]:
    """The names of others who chose something in the last ten minutes."""
    since = clock.now() - HERE_FOR
    rows = DraftRow.objects.filter(draft__connection=connection, changed_at__gte=since)
    people = User.objects.filter(id__in=rows.values("changed_by")).exclude(id=user.id)
    names = {person.id: person.get_full_name() for person in people}
    draft = find_draft(connection)
    last = draft.saved_by if draft is not None and draft.saved_at and draft.saved_at >= since else None
    if last is not None and last.id != user.id:
        names[last.id] = last.get_full_name()
    return sorted(names.values())


def own_version(connection: Connection, user: User, seen: int, created: int = 0) -> int:
    """The draft's version after what this person alone did since `seen`; DraftMoved when others did more.

    `created` is how many entries this person had made in the books meanwhile.
    """
    draft = find_draft(connection)
    if draft is not None:
        refuse_moved(draft, user, seen, created=created)
    return draft_version(draft)


def refuse_moved(
    draft: Draft, user: User, seen: int, item_ids: Collection[UUID] | None = None, *, created: int = 0
) -> None:
    """DraftMoved when somebody else chose, or used a match, since `seen`; of these entries or of any.

    What was used is no choice any more, so without that an older page would say otherwise unseen.
    """
    chosen = DraftRow.objects.filter(draft=draft, version__gt=seen).exclude(changed_by=user)
    used = Applied.objects.filter(connection_id=draft.connection_id, version__gt=seen, undone_at__isnull=True)
    newer = [(row.list_item_id, row.changed_by) for row in chosen.select_related("changed_by")]
    for applied in used.exclude(used_by=user).select_related("used_by"):
        written = Binding.objects.filter(Q(opened_in=applied.id) | Q(closed_in=applied.id))
        newer += [(id_, applied.used_by) for id_ in written.values_list("list_item_id", flat=True)]
    for id_, person in newer:
        if item_ids is None or id_ in item_ids:
            raise DraftMoved(person.get_full_name() if person else "", created)


def refuse_left(connection: Connection) -> None:
    """BooksLeft when the business is not connected there any more; what was used can still be undone."""
    if not Connection.objects.filter(id=connection.id, stage__in=LIVE_STAGES).exists():
        raise BooksLeft


def bump(connection: Connection, user: User, expected_version: int | None = None) -> Draft:
    """Take the draft for a change of all of it; DraftMoved when it is not as it was seen any more.

    To be called first in a transaction: the row is the lock.
    """
    draft = _get_draft(connection)
    rows = Draft.objects.filter(id=draft.id)
    if expected_version is not None:
        rows = rows.filter(version=expected_version)
    if not rows.update(version=F("version") + 1, saved_at=clock.now(), saved_by=user):
        raise DraftMoved(_changed_by(draft, user))
    draft.refresh_from_db()
    return draft


def store_choices(connection: Connection, draft: Draft, choices: Iterable[NewChoice], user: User) -> None:
    """Keep choices that were checked, each in place of those that it puts an end to; the later one wins."""
    choices = list(choices)
    items = ListItem.objects.filter(id__in={choice.item_id for choice in choices})
    lists = {id_: ListName(name) for id_, name in items.values_list("id", "list")}
    apart = {name: uses_apart(connection, name) for name in set(lists.values())}
    kept: dict[tuple[UUID, str], NewChoice] = {}
    ended: dict[str, set[UUID]] = defaultdict(set)
    for choice in choices:
        for use in uses_beside(choice.use, apart[lists[choice.item_id]]):
            ended[use].add(choice.item_id)
            kept.pop((choice.item_id, use), None)
        kept[choice.item_id, choice.use] = choice
    for use, ids in ended.items():
        DraftRow.objects.filter(draft=draft, list_item__in=ids, use=use).delete()
    now = clock.now()
    DraftRow.objects.bulk_create(
        [_row(draft, choice, user, now) for choice in kept.values()],
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["draft", "list_item", "use"],
        update_fields=["action", "remote_item", "ticked", "version", "changed_at", "changed_by"],
    )


def _row(draft: Draft, choice: NewChoice, user: User, now: datetime) -> DraftRow:
    return DraftRow(
        business_id=draft.business_id,
        draft=draft,
        list_item_id=choice.item_id,
        use=choice.use,
        action=choice.action,
        remote_item_id=choice.target if choice.action == MATCH else None,
        ticked=choice.ticked,
        version=draft.version,
        changed_at=now,
        changed_by=user,
    )


def _get_draft(connection: Connection) -> Draft:
    draft, _ = Draft.objects.get_or_create(
        connection=connection, defaults={"business_id": connection.business_id}
    )
    found: Draft = draft
    return found


def _changed_by(draft: Draft, user: User) -> str:
    """Who else saved last; empty when it was nobody else, so that only new lists or matches can be it."""
    saved_by = draft.saved_by
    return "" if saved_by is None or saved_by.id == user.id else str(saved_by.get_full_name())


def _open_beside(connection: Connection, draft: Draft, narrowed: list[NewChoice], user: User) -> None:
    """Let the other side be chosen, too, where nothing stands for the entry there nor is proposed."""
    data = read_lists(connection, [ListName.TAX_RATES])[ListName.TAX_RATES]
    halves = []
    for choice in narrowed:
        other = SALES if choice.use == COSTS else COSTS
        bound = data.standings.bound.get(choice.item_id, {})
        alive = (use for use, each in bound.items() if each.is_alive)
        if not {other, ANY} & {*data.choices.get(choice.item_id, {}), *alive}:
            halves.append(NewChoice(choice.item_id, other, LEAVE, ticked=False))
    store_choices(connection, draft, halves, user)


def _checked(
    connection: Connection,
    choice: NewChoice,
    entries: Mapping[UUID, Entry],
    targets: Mapping[UUID, Entry],
) -> NewChoice:
    """The choice for the use that it holds for; ChoiceRefused for what can't be."""
    ours = entries.get(choice.item_id)
    if ours is None:
        raise ChoiceRefused("This entry is not in the business's lists any more.")
    if choice.action == CREATE:
        wrong_side = refuse_use(ours, choice.use)
        if wrong_side:
            raise ChoiceRefused(f"{wrong_side}.")
        if target_list(ours, choice.use, connection) not in get_provider(connection.provider).creatable:
            raise NotCreatable
    if choice.action != MATCH:
        return choice
    theirs = targets.get(choice.target) if choice.target is not None else None
    if theirs is None:
        raise ChoiceRefused("This entry is not in these books.")
    use = use_for(ours, theirs, choice.use)
    why = refuse(ours, theirs, use, sales_coded_by(connection))
    if why:
        raise ChoiceRefused(f"{ours.label} can't be {theirs.label}. {why}.")
    return replace(choice, use=use)
