"""Using matches: bindings alone are written, what the preview said happens, and nothing is sent unseen."""

import pytest

from bookbind.activity.models import Entry
from bookbind.connections.models import Connection
from bookbind.documents.models import Document
from bookbind.kit.events import subscribe
from bookbind.lists.combine import combine
from bookbind.lists.models import Binding
from bookbind.merge.choices import CREATE, LEAVE
from bookbind.merge.drafting import NewChoice, forget_choices, others_here, save_choices
from bookbind.merge.errors import BooksLeft, ChoiceRefused, DraftMoved, NothingToUse
from bookbind.merge.models import Applied, DraftRow
from bookbind.merge.preview import preview
from bookbind.merge.undoing import undo
from bookbind.merge.usage import read_uses
from bookbind.merge.using import find_last_applied, match_one, use_matches
from bookbind.providers.base.types import DocumentKind, PublishAs
from bookbind.publishing.events import DocumentHeld
from bookbind.publishing.models import Publication
from bookbind.publishing.queries import count_held_for_look
from bookbind.publishing.reasons import Reason
from bookbind.publishing.services import release
from bookbind.publishing.states import State
from bookbind.rules.queries import list_rules, problems_of
from tests.merge.conftest import CATEGORIES, SUPPLIERS, TAXES, Firm, Moved, Place, look
from tests.support import factories
from tests.support.events import hearing
from tests.support.queries import counting


def choose(firm: Firm, place: Place, *choices: NewChoice) -> None:
    save_choices(place.connection, list(choices), firm.user, place.version)


def use(firm: Firm, place: Place, **which: object) -> Applied:
    return use_matches(place.connection, firm.user, expected_version=place.version, **which)  # type: ignore[arg-type]


def choose_vehicle_costs(firm: Firm, place: Place) -> None:
    choose(firm, place, NewChoice(firm.item("Motor expenses").id, target=place.remote("n-7300").id))


@pytest.mark.req("CHG-05")
def test_the_preview_counts_exactly_what_changes(moved: Moved) -> None:
    firm, _, second = moved
    rules = [firm.rule(), firm.rule("Paper Mill", "Advertising")]
    ready, stuck = firm.wait(second), firm.wait(second, category="Sales")
    choose_vehicle_costs(firm, second)
    choose(firm, second, NewChoice(firm.item("Sales").id, action=LEAVE))
    before = problems_of(rules, second.connection)
    seen = preview(second.connection)
    applied = use(firm, second)
    firm.recheck()
    after = problems_of(rules, second.connection)
    assert (look(ready).reason, look(stuck).reason) == (Reason.LOOK_FIRST, Reason.CATEGORY_UNMATCHED)
    assert (seen.released, seen.still_waiting) == (1, 1)
    assert seen.waiting_for == (firm.item("Sales").id,)
    assert seen.rules_gained == sum(bool(before[each.id]) and not after[each.id] for each in rules) == 2
    assert seen.matches == applied.opened_count == len(second.bound())
    assert seen.new_suppliers == 1


@pytest.mark.req("CHG-05")
def test_the_preview_counts_what_is_created_first(moved: Moved) -> None:
    firm, _, second = moved
    firm.rule()
    firm.wait(second)
    choose(firm, second, NewChoice(firm.item("Motor expenses").id, action=CREATE))
    choose(firm, second, NewChoice(firm.supplier("Paper Mill").id, action=CREATE))
    seen = preview(second.connection)
    assert (seen.rules_ready, seen.rules_gained) == (1, 1)
    assert (seen.released, seen.still_waiting, seen.waiting_for) == (1, 0, ())
    assert seen.new_suppliers == 0
    assert preview(second.connection, [TAXES]).still_waiting == 1, "a list that is left out creates nothing"


@pytest.mark.req("CHG-06")
def test_use_writes_bindings_and_says_so_and_nothing_else(moved: Moved) -> None:
    firm, first, second = moved
    firm.rule()
    left = first.bound()
    firm.wait(second)
    documents = list(Publication.objects.values())
    rules = list(list_rules().values())
    choose_vehicle_costs(firm, second)
    applied = use(firm, second)
    assert first.bound() == left
    assert list(Publication.objects.values()) == documents
    assert list(list_rules().values()) == rules
    mine = Binding.objects.filter(opened_in=applied.id)
    assert (mine.count(), mine.exclude(opened_by=firm.user).count()) == (applied.opened_count, 0)
    assert Entry.objects.filter(action="merge.used").count() == 1


def test_what_became_complete_waits_for_a_look_and_goes_with_one_press(moved: Moved) -> None:
    firm, _, second = moved
    waiting = firm.wait(second)
    choose_vehicle_costs(firm, second)
    use(firm, second)
    firm.recheck()
    assert (look(waiting).state, look(waiting).reason) == (State.HELD, Reason.LOOK_FIRST)
    assert count_held_for_look(second.connection) == 1
    assert release(second.connection, firm.user) == 1
    assert look(waiting).state == State.WAITING


def test_the_press_finds_what_the_job_has_not_looked_at_yet(moved: Moved) -> None:
    firm, _, second = moved
    waiting = firm.wait(second)
    choose_vehicle_costs(firm, second)
    use(firm, second)
    assert look(waiting).reason == Reason.CATEGORY_UNMATCHED
    assert release(second.connection, firm.user) == 1
    assert look(waiting).state == State.WAITING


@pytest.mark.req("CHG-05")
def test_what_is_used_while_the_job_looks_is_looked_at_as_well(moved: Moved) -> None:
    firm, _, second = moved
    choose_vehicle_costs(firm, second)
    early, late = firm.wait(second, category="Advertising"), firm.wait(second)
    motor, advertising, rate = (
        firm.item("Motor expenses"),
        firm.item("Advertising"),
        firm.item("20% VAT", TAXES),
    )
    use(firm, second, item_ids=[motor.id, rate.id])

    def use_more(event: DocumentHeld) -> None:
        if event.publication_id == late.id and Applied.objects.count() == 1:
            use(firm, second, item_ids=[advertising.id])

    with hearing():
        subscribe(DocumentHeld)(use_more)
        firm.recheck()
    assert Applied.objects.count() == 2
    assert (look(early).reason, look(late).reason) == (Reason.LOOK_FIRST, Reason.LOOK_FIRST)


def test_a_read_of_the_lists_sends_nothing_that_was_only_matched(moved: Moved) -> None:
    firm, _, second = moved
    waiting = firm.wait(second)
    choose_vehicle_costs(firm, second)
    use(firm, second)
    second.read()
    assert look(waiting).state == State.HELD
    firm.recheck()
    second.read()
    assert (look(waiting).state, look(waiting).reason) == (State.HELD, Reason.LOOK_FIRST)


def test_before_the_start_what_became_complete_waits_for_the_start(moved: Moved) -> None:
    firm, _, second = moved
    waiting = firm.wait(second)
    Connection.objects.filter(id=second.connection.id).update(awaits_start=True)
    second.connection.refresh_from_db()
    use(firm, second, names=[TAXES])
    firm.recheck()
    assert look(waiting).reason == Reason.CATEGORY_UNMATCHED
    motor = firm.item("Motor expenses").id
    matched = match_one(second.connection, motor, second.remote("n-7300").id, firm.user)
    assert (matched.released, matched.ready) == (0, 1)
    assert look(waiting).reason == Reason.NOT_STARTED
    undo(matched.applied, firm.user)
    firm.recheck()
    assert look(waiting).reason == Reason.CATEGORY_UNMATCHED
    choose_vehicle_costs(firm, second)
    use(firm, second)
    firm.recheck()
    assert look(waiting).reason == Reason.NOT_STARTED


def test_matching_one_entry_releases_its_documents_at_once(moved: Moved) -> None:
    firm, _, second = moved
    use(firm, second, names=[TAXES])
    waiting = [firm.wait(second) for _ in range(3)]
    other = firm.wait(second, category="Advertising")
    done = match_one(second.connection, firm.item("Motor expenses").id, second.remote("n-7300").id, firm.user)
    assert (done.released, done.waiting) == (3, 0)
    assert {look(each).state for each in waiting} == {State.WAITING.value}
    assert look(other).state == State.HELD


def test_matching_one_of_two_missing_entries_releases_nothing(moved: Moved) -> None:
    firm, _, second = moved
    waiting = firm.wait(second)
    done = match_one(second.connection, firm.item("Motor expenses").id, second.remote("n-7300").id, firm.user)
    assert done.released == 0
    assert look(waiting).reason == Reason.TAX_RATE_UNMATCHED


def test_several_entries_on_one_target_stay_apart(moved: Moved) -> None:
    firm, first, second = moved
    target = second.remote("n-6200").id
    items = [firm.item("Motor expenses"), firm.item("Advertising")]
    choose(firm, second, *(NewChoice(item.id, target=target) for item in items))
    use(firm, second, names=[CATEGORIES])
    assert {(item.id, "any", "n-6200") for item in items} <= second.bound()
    firm.go_back(first)
    assert {(items[0].id, "any", "a-449"), (items[1].id, "any", "a-400")} <= first.bound()


@pytest.mark.req("CHG-04")
def test_only_the_certain_is_ticked_and_a_rate_only_where_all_agrees(moved: Moved) -> None:
    firm, _, second = moved
    use(firm, second)
    names = {item_id: remote for item_id, _, remote in second.bound()}
    assert firm.item("Motor expenses").id not in names, "a likely match is proposed, not used"
    assert names[firm.item("5% VAT", TAXES).id] == "n-5"
    assert names[firm.item("Zero rated", TAXES).id] == "n-0"
    assert names[firm.item("City Fuel Ltd", SUPPLIERS).id] == "n-1"


@pytest.mark.req("CHG-04")
def test_a_kind_of_tax_that_was_only_guessed_is_never_ticked(moved: Moved) -> None:
    firm, _, second = moved
    second.books.add(
        TAXES, "n-5", "5.0% R", rate="5", tax_kind="reduced", tax_kind_is_guessed=True, side="costs"
    )
    second.read(TAXES)
    use(firm, second)
    assert firm.item("5% VAT", TAXES).id not in {item_id for item_id, _, _ in second.bound()}


@pytest.mark.req("CHG-04", "CHG-08")
def test_a_choice_that_can_not_be_is_refused_with_its_reason(moved: Moved) -> None:
    firm, _, second = moved
    five, motor = firm.item("5% VAT", TAXES), firm.item("Motor expenses")
    wrong = [
        (NewChoice(five.id, target=second.remote("n-20c", TAXES).id), "5% is not 20%"),
        (NewChoice(motor.id, target=second.remote("n-9").id), "is archived"),
        (NewChoice(motor.id, target=second.remote("n-1", SUPPLIERS).id), "are different lists"),
    ]
    for choice, why in wrong:
        with pytest.raises(ChoiceRefused, match=why):
            choose(firm, second, choice)
        with pytest.raises(ChoiceRefused, match=why):
            match_one(second.connection, choice.item_id, choice.target or motor.id, firm.user)
    assert not DraftRow.objects.exists()


def test_entries_of_other_books_can_not_be_chosen(moved: Moved) -> None:
    firm, first, second = moved
    with pytest.raises(ChoiceRefused):
        choose(firm, second, NewChoice(firm.item("Motor expenses").id, target=first.remote("a-400").id))


def test_a_target_that_died_since_it_was_chosen_is_left_out(moved: Moved) -> None:
    firm, _, second = moved
    choose_vehicle_costs(firm, second)
    second.books.change(CATEGORIES, "n-7300", archived=True)
    second.read(CATEGORIES)
    use(firm, second)
    assert firm.item("Motor expenses").id not in {item_id for item_id, _, _ in second.bound()}
    assert DraftRow.objects.count() == 1, "the choice stays, so that its row can say why"


@pytest.mark.req("CHG-09")
def test_a_second_person_is_told_who_changed_the_same_entry(moved: Moved) -> None:
    firm, _, second = moved
    sam = factories.make_member(firm.business, "Sam Second", factories.Role.BUSINESS_ADMIN)
    seen = second.version
    motor, ads = firm.item("Motor expenses").id, firm.item("Advertising").id
    save_choices(second.connection, [NewChoice(motor, action=LEAVE)], sam, seen)
    save_choices(second.connection, [NewChoice(ads, action=LEAVE)], firm.user, seen)
    with pytest.raises(DraftMoved, match="Sam Second"):
        save_choices(second.connection, [NewChoice(motor, action=LEAVE)], firm.user, seen)
    assert others_here(second.connection, firm.user) == ["Sam Second"]


@pytest.mark.req("CHG-09")
def test_what_somebody_has_not_seen_is_not_used(moved: Moved) -> None:
    firm, _, second = moved
    sam = factories.make_member(firm.business, "Sam Second", factories.Role.BUSINESS_ADMIN)
    seen = second.version
    save_choices(second.connection, [NewChoice(firm.item("Sales").id, action=LEAVE)], sam, seen)
    with pytest.raises(DraftMoved, match="Sam Second"):
        use_matches(second.connection, firm.user, expected_version=seen)
    assert second.bound() == set()


def test_a_choice_is_kept_until_it_is_used_and_can_be_forgotten(moved: Moved) -> None:
    firm, _, second = moved
    choose_vehicle_costs(firm, second)
    motor = firm.item("Motor expenses")
    forget_choices(second.connection, [motor.id], firm.user, second.version)
    assert not DraftRow.objects.exists()
    choose_vehicle_costs(firm, second)
    use(firm, second)
    assert not DraftRow.objects.exists()
    assert find_last_applied(second.connection) is not None


def test_nothing_is_matched_at_books_that_were_left_but_an_undo_is_still_possible(moved: Moved) -> None:
    firm, first, second = moved
    applied = use(firm, second)
    firm.go_back(first)
    choice = NewChoice(firm.item("Motor expenses").id, target=second.remote("n-7300").id)
    with pytest.raises(BooksLeft):
        choose(firm, second, choice)
    with pytest.raises(BooksLeft):
        use(firm, second)
    with pytest.raises(BooksLeft):
        match_one(second.connection, choice.item_id, second.remote("n-7300").id, firm.user)
    undo(applied, firm.user)
    assert second.bound() == set()


def test_nothing_ticked_is_nothing_to_use(moved: Moved) -> None:
    firm, _, second = moved
    use(firm, second)
    with pytest.raises(NothingToUse):
        use(firm, second)


def test_an_entry_that_is_left_gives_its_match_back(moved: Moved) -> None:
    firm, _, second = moved
    use(firm, second)
    ads = firm.item("Advertising")
    choose(firm, second, NewChoice(ads.id, action=LEAVE))
    applied = use(firm, second)
    assert (applied.opened_count, applied.closed_count) == (0, 1)
    assert ads.id not in {item_id for item_id, _, _ in second.bound()}
    with pytest.raises(NothingToUse):
        use(firm, second)


def test_documents_carry_the_new_codes_and_published_ones_keep_theirs(moved: Moved) -> None:
    firm, first, second = moved
    labels = {"lines": [{"category": "449 Motor expenses"}]}
    document = firm.bill()
    published = Publication.objects.create(
        business=firm.business,
        document=document,
        connection=first.connection,
        state=State.PUBLISHED.value,
        marker="m-1",
        queued_at=document.captured_at,
        labels=labels,
        frozen={"kind": DocumentKind.BILL.value, "publish_as": PublishAs.DRAFT.value},
    )
    choose_vehicle_costs(firm, second)
    use(firm, second)
    firm.recheck()
    after = look(published)
    assert (after.labels, after.connection_id, after.state) == (labels, first.connection.id, State.PUBLISHED)


@pytest.mark.parametrize("count", [2, 12])
def test_use_costs_as_many_writes_as_matches_whatever_waits(moved: Moved, count: int) -> None:
    firm, _, second = moved
    for number in range(count):
        firm.rule(f"Supplier {number}")
        firm.wait(second)
    choose(
        firm,
        second,
        NewChoice(firm.item("Motor expenses").id, target=second.remote("n-7300").id),
        *(NewChoice(firm.supplier(f"Supplier {number}").id, action=LEAVE) for number in range(count)),
    )
    with counting() as counted:
        applied = use(firm, second, names=[CATEGORIES, TAXES])
    writes = [sql for sql in counted.queries if sql.startswith(("INSERT", "UPDATE", "DELETE"))]
    bindings = [sql for sql in writes if "lists_binding" in sql]
    assert applied.opened_count == 7
    assert (len(writes), len(bindings), counted.number) == (12, 1, 36)


@pytest.mark.req("LST-03")
def test_an_entry_whose_own_match_died_is_matched_anew_beside_that_of_a_combined_one(moved: Moved) -> None:
    firm, _, second = moved
    motor, advertising = firm.item("Motor expenses"), firm.item("Advertising")
    second.books.add(CATEGORIES, "n-1", "Fuel", "1", account_type="Expense", account_family="expenses")
    second.read()
    match_one(second.connection, motor.id, second.remote("n-7300").id, firm.user)
    match_one(second.connection, advertising.id, second.remote("n-6200").id, firm.user)
    combine(motor, advertising, firm.user)
    second.books.change(CATEGORIES, "n-7300", archived=True)
    second.read()
    matched = match_one(second.connection, motor.id, second.remote("n-1").id, firm.user)
    assert {(motor.id, "any", "n-1"), (advertising.id, "any", "n-6200")} <= second.bound()
    undo(matched.applied, firm.user)
    assert {(motor.id, "any", "n-7300"), (advertising.id, "any", "n-6200")} <= second.bound()


@pytest.mark.req("CHG-05")
def test_what_lacks_something_is_not_counted_as_ready(moved: Moved) -> None:
    """It stands under To review, whatever becomes of the matches."""
    firm, _, second = moved
    whole, lacking = firm.bill(), firm.bill()
    Document.objects.filter(id__in=[whole.id, lacking.id]).update(stage=Document.Stage.READY)
    Document.objects.filter(id=lacking.id).update(due_date=None, lacks=Reason.DUE_DATE_MISSING.value)
    choose_vehicle_costs(firm, second)
    seen = preview(second.connection)
    assert (seen.documents, seen.ready, seen.released, seen.still_waiting) == (1, 1, 1, 0)
    assert read_uses(second.connection)[firm.item("Motor expenses").id].ready == 1
