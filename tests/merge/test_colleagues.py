"""Two people at one draft: what one of them used is never overwritten by what the other saw before."""

from uuid import UUID

import pytest

from bookbind.lists.models import ListItem
from bookbind.lists.services import bind_created
from bookbind.merge.choices import LEAVE
from bookbind.merge.drafting import NewChoice, forget_choices, own_version, save_choices
from bookbind.merge.errors import ChoiceRefused, DraftMoved
from bookbind.merge.models import DraftRow
from bookbind.merge.rows import find_row
from bookbind.merge.undoing import undo
from bookbind.merge.using import match_one, use_matches
from bookbind.providers.base.types import RemoteEntry
from bookbind.tenancy.models import User
from tests.merge.conftest import SUPPLIERS, Firm, Moved, Place
from tests.support import factories


def make_sam(firm: Firm) -> User:
    return factories.make_member(firm.business, "Sam Second", factories.Role.BUSINESS_ADMIN)


def ticked(place: Place, item: ListItem) -> set[UUID | None]:
    """What *Use these matches* would match the entry to."""
    row = find_row(place.connection, item.id)
    assert row is not None
    return {use.chosen.id for use in row.uses if use.ticked and use.chosen is not None}


def motor_is(firm: Firm, place: Place, remote_id: str) -> NewChoice:
    return NewChoice(firm.item("Motor expenses").id, target=place.remote(remote_id).id)


@pytest.mark.req("CHG-09")
def test_what_a_colleague_chose_and_used_is_not_chosen_over_unseen(moved: Moved) -> None:
    firm, _, second = moved
    sam, seen = make_sam(firm), second.version
    save_choices(second.connection, [motor_is(firm, second, "n-7300")], sam, seen)
    motor = firm.item("Motor expenses").id
    use_matches(second.connection, sam, expected_version=second.version, item_ids=[motor])
    with pytest.raises(DraftMoved, match="Sam Second"):
        save_choices(second.connection, [motor_is(firm, second, "n-6200")], firm.user, seen)
    with pytest.raises(DraftMoved, match="Sam Second"):
        forget_choices(second.connection, [motor], firm.user, seen)
    assert not DraftRow.objects.exists()
    save_choices(second.connection, [NewChoice(firm.item("Sales").id, action=LEAVE)], firm.user, seen)
    save_choices(second.connection, [motor_is(firm, second, "n-6200")], firm.user, second.version)


@pytest.mark.req("CHG-09")
def test_what_a_colleague_matched_from_a_document_is_not_chosen_over_unseen(moved: Moved) -> None:
    firm, _, second = moved
    sam = make_sam(firm)
    save_choices(second.connection, [motor_is(firm, second, "n-6200")], firm.user, second.version)
    seen = second.version
    motor = firm.item("Motor expenses").id
    matched = match_one(second.connection, motor, second.remote("n-7300").id, sam)
    assert not DraftRow.objects.exists(), "the older choice has ended"
    with pytest.raises(DraftMoved, match="Sam Second"):
        save_choices(second.connection, [motor_is(firm, second, "n-6200")], firm.user, seen)
    with pytest.raises(DraftMoved, match="Sam Second"):
        own_version(second.connection, firm.user, seen)
    undo(matched.applied, sam)
    save_choices(second.connection, [motor_is(firm, second, "n-6200")], firm.user, second.version)


@pytest.mark.req("CHG-09")
def test_what_one_used_oneself_may_be_chosen_anew_from_an_older_page(moved: Moved) -> None:
    firm, _, second = moved
    seen = second.version
    match_one(second.connection, firm.item("Motor expenses").id, second.remote("n-7300").id, firm.user)
    save_choices(second.connection, [motor_is(firm, second, "n-6200")], firm.user, seen)
    assert own_version(second.connection, firm.user, seen) == second.version


@pytest.mark.req("CHG-09")
def test_an_entry_that_a_colleague_matched_meanwhile_is_not_matched_to_another(moved: Moved) -> None:
    firm, _, second = moved
    motor = firm.item("Motor expenses").id
    match_one(second.connection, motor, second.remote("n-7300").id, make_sam(firm))
    with pytest.raises(ChoiceRefused, match="Sam Second matched 449 Motor expenses to 7300") as refused:
        match_one(second.connection, motor, second.remote("n-6200").id, firm.user)
    assert "Merge lists" in str(refused.value)
    assert (motor, "any", "n-7300") in second.bound()


@pytest.mark.req("CHG-04")
def test_what_was_taken_by_hand_since_is_not_ticked_for_another(moved: Moved) -> None:
    firm, _, second = moved
    fuel, mill = firm.supplier("City Fuel Ltd"), firm.supplier("Paper Mill")
    target = second.remote("n-1", SUPPLIERS).id
    assert ticked(second, fuel) == {target}
    chosen = [NewChoice(mill.id, target=target)]
    save_choices(second.connection, chosen, firm.user, second.version)
    assert (ticked(second, fuel), ticked(second, mill)) == (set(), {target}), "chosen, not used yet"
    forget_choices(second.connection, [mill.id], firm.user, second.version)
    assert ticked(second, fuel) == {target}
    match_one(second.connection, mill.id, target, firm.user)
    assert ticked(second, fuel) == set()
    use_matches(second.connection, firm.user, expected_version=second.version)
    assert {item for item, _, remote in second.bound() if remote == "n-1"} == {mill.id}
    save_choices(second.connection, [NewChoice(fuel.id, target=target)], firm.user, second.version)
    assert ticked(second, fuel) == {target}, "a person may say that the two are one"


def test_a_supplier_matched_while_the_books_were_asked_keeps_that_match(moved: Moved) -> None:
    firm, _, second = moved
    mill, entry = firm.supplier("Paper Mill"), RemoteEntry("made", SUPPLIERS.value, "Paper Mill")
    match_one(second.connection, mill.id, second.remote("n-2", SUPPLIERS).id, firm.user)
    assert bind_created(mill, second.connection, entry).remote_id == "n-2"
    assert (mill.id, "any", "n-2") in second.bound()
    second.books.change(SUPPLIERS, "n-2", archived=True)
    second.read(SUPPLIERS)
    assert bind_created(mill, second.connection, entry).remote_id == "made", "a dead one gives way"
    assert (mill.id, "any", "made") in second.bound()
