"""Taking matches back: exactly, entry by entry, with what stays named."""

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from bookbind.jobs.runner import run_due
from bookbind.kit import clock
from bookbind.lists.combine import combine, undo_combination
from bookbind.lists.services import archive_item
from bookbind.merge.choices import LEAVE
from bookbind.merge.drafting import NewChoice, save_choices
from bookbind.merge.errors import UndoBlocked, UndoneAlready
from bookbind.merge.models import Applied, DraftRow, Suggested
from bookbind.merge.suggestions import SUGGEST_JOB
from bookbind.merge.undoing import undo, undone_of
from bookbind.merge.using import find_last_applied, match_one, use_matches
from bookbind.providers.base.types import ListName
from bookbind.publishing.models import Publication
from bookbind.publishing.reasons import Reason
from bookbind.publishing.states import State
from tests.merge.conftest import SUPPLIERS, Firm, Moved, Place, look


def choose_and_use(firm: Firm, place: Place, **targets: str) -> Applied:
    """Match entries by name to the vendor's ids and use what is ticked: `Sales="n-4000"`."""
    choices = [
        NewChoice(firm.item(name.replace("_", " ")).id, target=place.remote(remote).id)
        for name, remote in targets.items()
    ]
    if choices:
        save_choices(place.connection, choices, firm.user, place.version)
    return use_matches(place.connection, firm.user, expected_version=place.version)


@pytest.mark.req("CHG-06")
def test_undo_restores_exactly_what_stood_before(moved: Moved) -> None:
    firm, _, second = moved
    first_use = choose_and_use(firm, second)
    before = second.bound()
    again = choose_and_use(firm, second, Motor_expenses="n-7300", Advertising="n-7300")
    assert second.bound() != before
    done = undo(again, firm.user)
    assert second.bound() == before
    assert (done.undone, done.total, done.kept) == (2, 2, ())
    undo(first_use, firm.user)
    assert second.bound() == set()


@pytest.mark.req("CHG-06")
def test_an_entry_that_somebody_changed_since_stays_and_is_named(moved: Moved) -> None:
    firm, _, second = moved
    applied = choose_and_use(firm, second)
    ads = firm.item("Advertising")
    match_one(second.connection, ads.id, second.remote("n-7300").id, firm.user)
    done = undo(applied, firm.user)
    assert (done.total - done.undone, done.kept) == (1, ("400 Advertising",))
    assert second.bound() == {(ads.id, "any", "n-7300")}


def test_undone_out_of_order_no_match_of_an_undone_use_comes_back(moved: Moved) -> None:
    firm, _, second = moved
    first_use = choose_and_use(firm, second, Advertising="n-6200")
    second_use = choose_and_use(firm, second, Advertising="n-7300")
    undo(first_use, firm.user)
    undo(second_use, firm.user)
    assert second.bound() == set()


@pytest.mark.req("CHG-06", "CHG-08")
def test_what_was_taken_back_for_one_side_does_not_return_over_a_later_match_for_both(moved: Moved) -> None:
    firm, _, second = moved
    ads = firm.item("Advertising")
    on_costs = NewChoice(ads.id, "costs", target=second.remote("n-6200").id)
    save_choices(second.connection, [on_costs], firm.user, second.version)
    choose_and_use(firm, second)
    leave = NewChoice(ads.id, "costs", action=LEAVE)
    save_choices(second.connection, [leave], firm.user, second.version)
    taken_back = choose_and_use(firm, second)
    match_one(second.connection, ads.id, second.remote("n-7300").id, firm.user)
    done = undo(taken_back, firm.user)
    assert {row for row in second.bound() if row[0] == ads.id} == {(ads.id, "any", "n-7300")}
    assert done.kept == ("400 Advertising",)


@pytest.mark.req("CHG-06")
def test_documents_wait_again_and_published_ones_are_named(moved: Moved) -> None:
    firm, _, second = moved
    waiting, sent = firm.wait(second), firm.wait(second)
    applied = choose_and_use(firm, second, Motor_expenses="n-7300")
    firm.recheck()
    Publication.objects.filter(id=sent.id).update(
        state=State.PUBLISHED.value,
        published_at=clock.now(),
        remote_number="BILL-101",
        remote_url="https://x/1",
    )
    done = undo(applied, firm.user)
    firm.recheck()
    assert [(row.number, row.url) for row in done.published] == [("BILL-101", "https://x/1")]
    assert (done.published_count, done.waiting) == (1, 1)
    assert look(waiting).reason == Reason.CATEGORY_UNMATCHED
    assert look(sent).state == State.PUBLISHED
    applied.refresh_from_db()
    assert undone_of(applied) == done


def test_what_is_undone_is_undone_once(moved: Moved) -> None:
    firm, _, second = moved
    applied = choose_and_use(firm, second)
    undo(applied, firm.user)
    with pytest.raises(UndoneAlready):
        undo(applied, firm.user)
    assert find_last_applied(second.connection) is None


@pytest.mark.req("CHG-06")
def test_a_later_combination_is_named_and_undone_first(moved: Moved) -> None:
    firm, _, second = moved
    applied = choose_and_use(firm, second)
    kept, absorbed = firm.item("City Fuel Ltd", SUPPLIERS), firm.item("Paper Mill", SUPPLIERS)
    combination = combine(kept, absorbed, firm.user)
    before = second.bound()
    with pytest.raises(UndoBlocked, match="Combine City Fuel Ltd and Paper Mill") as refused:
        undo(applied, firm.user)
    assert (second.bound(), refused.value.combination_id) == (before, combination.id)
    undo_combination(combination.id, firm.user)
    undo(applied, firm.user)
    assert second.bound() == set()


def test_a_match_that_the_vendor_moved_is_taken_back_with_the_others(moved: Moved) -> None:
    firm, _, second = moved
    applied = choose_and_use(firm, second)
    second.books.change(SUPPLIERS, "n-1", merged_into_id="n-2")
    second.read(SUPPLIERS)
    fuel = firm.item("City Fuel Ltd", SUPPLIERS)
    assert (fuel.id, "any", "n-2") in second.bound()
    undo(applied, firm.user)
    assert second.bound() == set()


def test_what_was_archived_since_is_not_chosen_again(moved: Moved) -> None:
    firm, _, second = moved
    applied = choose_and_use(firm, second, Motor_expenses="n-7300", Sales="n-4000", Advertising="n-7300")
    archive_item(firm.item("Motor expenses"), firm.user)
    undo(applied, firm.user)
    assert DraftRow.objects.get().list_item == firm.item("Advertising")


def test_an_undo_waits_for_no_proposals_of_lists_that_it_does_not_touch(moved: Moved) -> None:
    firm, _, second = moved
    choice = NewChoice(firm.item("Motor expenses").id, target=second.remote("n-7300").id)
    save_choices(second.connection, [choice], firm.user, second.version)
    version = second.version
    names = [ListName.CATEGORIES]
    applied = use_matches(second.connection, firm.user, expected_version=version, names=names)
    with CaptureQueriesContext(database) as asked:
        undo(applied, firm.user)
    looked = [query["sql"] for query in asked if 'FROM "merge_suggested"' in query["sql"]]
    assert len(looked) == 1
    assert "'categories'" in looked[0]
    assert DraftRow.objects.get().list_item == firm.item("Motor expenses")


def test_in_books_that_were_left_nothing_is_chosen_again(moved: Moved) -> None:
    firm, first, second = moved
    applied = choose_and_use(firm, second, Motor_expenses="n-7300")
    firm.go_back(first)
    undo(applied, firm.user)
    assert not DraftRow.objects.exists()


@pytest.mark.req("CHG-06")
def test_what_is_proposed_after_an_undo_is_found_out_before_its_transaction(moved: Moved) -> None:
    """Over a long list that takes its time, and every other write of the business would wait."""
    firm, _, second = moved
    applied = choose_and_use(firm, second, Motor_expenses="n-7300")
    second.read(ListName.CATEGORIES)
    run_due(kinds=[SUGGEST_JOB])
    with CaptureQueriesContext(database) as asked:
        undo(applied, firm.user)
    statements = [query["sql"] for query in asked]
    [begins] = [
        at for at, sql in enumerate(statements) if sql.startswith('UPDATE "merge_applied" SET "undone_at"')
    ]
    made = [
        at
        for at, sql in enumerate(statements)
        if '"merge_suggested"' in sql or ('FROM "lists_remoteitem"' in sql and "ORDER BY" in sql)
    ]
    assert made, "the entry that the undo leaves without a match was in no proposal"
    assert max(made) < begins
    kept = Suggested.objects.get(connection=second.connection, list=ListName.CATEGORIES)
    assert str(firm.item("Motor expenses").id) in kept.proposals, "the page that follows makes none either"
    assert DraftRow.objects.get().list_item == firm.item("Motor expenses")
