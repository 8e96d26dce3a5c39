"""Choosing: what people say an entry is, kept in the draft until it is used."""

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F

from bookbind.connections.models import Connection
from bookbind.connections.queries import LIVE_STAGES
from bookbind.kit import clock
from bookbind.kit.ids import new_id
from bookbind.lists.models import ListItem
from bookbind.merge.choices import CREATE, LEAVE, MATCH, uses_beside
from bookbind.merge.entries import refuse, refuse_use, use_for
from bookbind.merge.errors import BooksLeft, ChoiceRefused, DraftMoved, NotCreatable
from bookbind.merge.models import Draft, DraftRow
from bookbind.merge.plans import ANY, COSTS, SALES
from bookbind.merge.reading import find_draft, read_lists, sales_coded_by, uses_apart
from bookbind.merge.standings import find_entry, read_targets
from bookbind.providers.base.types import ListName
from bookbind.providers.registry import get_provider
from bookbind.tenancy.models import User

HERE_FOR = timedelta(minutes=10)


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
    connection: Connection, choices: list[NewChoice], user: User, expected_version: int
) -> Draft:
    """Keep what somebody chose; ChoiceRefused, with a reason in words, for what can't be a match.

    A tax rate of both sides is matched to a one-sided one on that side alone, and the other is left open.
    DraftMoved when somebody else chose for one of these entries since `expected_version`; others may go on.
    """
    draft = bump(connection, user)
    refuse_left(connection)
    ids = {choice.item_id for choice in choices}
    _refuse_moved(draft, ids, user, expected_version)
    checked = [_checked(connection, choice) for choice in choices]
    for choice in checked:
        store_choice(connection, draft, choice, user)
    for choice, asked in zip(checked, choices, strict=True):
        if choice.use != asked.use:
            _open_beside(connection, draft, choice, user)
    return draft


@transaction.atomic
def forget_choices(connection: Connection, item_ids: list[UUID], user: User, expected_version: int) -> Draft:
    """Let the suggestions stand again for these entries."""
    draft = bump(connection, user)
    _refuse_moved(draft, set(item_ids), user, expected_version)
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


def store_choice(connection: Connection, draft: Draft, choice: NewChoice, user: User) -> None:
    """Keep a choice that was checked, in place of those that it puts an end to."""
    item: ListItem = ListItem.objects.only("id", "list").get(id=choice.item_id)
    beside = uses_beside(choice.use, uses_apart(connection, ListName(item.list)))
    DraftRow.objects.filter(draft=draft, list_item=item, use__in=beside).delete()
    DraftRow.objects.update_or_create(
        draft=draft,
        list_item=item,
        use=choice.use,
        defaults={
            "business_id": connection.business_id,
            "action": choice.action,
            "remote_item_id": choice.target if choice.action == MATCH else None,
            "ticked": choice.ticked,
            "version": draft.version,
            "changed_at": clock.now(),
            "changed_by": user,
        },
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


def _refuse_moved(draft: Draft, item_ids: set[UUID], user: User, expected_version: int) -> None:
    newer = DraftRow.objects.filter(draft=draft, list_item__in=item_ids, version__gt=expected_version)
    moved = newer.exclude(changed_by=user).select_related("changed_by").first()
    if moved is not None:
        raise DraftMoved(moved.changed_by.get_full_name() if moved.changed_by else "")


def _open_beside(connection: Connection, draft: Draft, choice: NewChoice, user: User) -> None:
    """Let the other side be chosen, too, where nothing stands for the entry there nor is proposed."""
    other = SALES if choice.use == COSTS else COSTS
    data = read_lists(connection, [ListName.TAX_RATES])[ListName.TAX_RATES]
    bound = data.standings.bound.get(choice.item_id, {})
    known = {*data.choices.get(choice.item_id, {}), *(use for use, each in bound.items() if each.is_alive)}
    if not {other, ANY} & known:
        half = NewChoice(choice.item_id, other, LEAVE, ticked=False)
        store_choice(connection, draft, half, user)


def _checked(connection: Connection, choice: NewChoice) -> NewChoice:
    """The choice for the use that it holds for; ChoiceRefused for what can't be."""
    ours = find_entry(choice.item_id)
    if ours is None:
        raise ChoiceRefused("This entry is not in the business's lists any more.")
    if choice.action == CREATE:
        wrong_side = refuse_use(ours, choice.use)
        if wrong_side:
            raise ChoiceRefused(f"{wrong_side}.")
        name = ours.list if choice.use not in uses_apart(connection, ours.list) else ListName.PRODUCTS
        if name not in get_provider(connection.provider).creatable:
            raise NotCreatable
    if choice.action != MATCH:
        return choice
    theirs = read_targets(connection, [choice.target] if choice.target else []).get(choice.target or new_id())
    if theirs is None:
        raise ChoiceRefused("This entry is not in these books.")
    use = use_for(ours, theirs, choice.use)
    why = refuse(ours, theirs, use, sales_coded_by(connection))
    if why:
        raise ChoiceRefused(f"{ours.label} can't be {theirs.label}. {why}.")
    return replace(choice, use=use)
