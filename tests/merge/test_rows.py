"""The steps and rows that the page shows: what is needed first, why, who uses it, and what it costs."""

import pytest
from django.db import connection as database

from bookbind.documents.models import Document
from bookbind.jobs.runner import run_due
from bookbind.kit import clock
from bookbind.lists.combine import combine
from bookbind.lists.models import ListItem, RemoteItem
from bookbind.merge.drafting import NewChoice, save_choices
from bookbind.merge.models import Applied
from bookbind.merge.needed import count_unmatched
from bookbind.merge.preview import preview
from bookbind.merge.rows import RowPage, Show, find_row, list_rows
from bookbind.merge.searching import search_targets
from bookbind.merge.steps import ORDER, StepState, list_steps
from bookbind.merge.suggestions import SUGGEST_JOB, queue_suggestions
from bookbind.merge.undoing import undo
from bookbind.merge.usage import Uses, read_uses, read_uses_of
from bookbind.merge.using import use_matches
from bookbind.providers.base.types import DocumentKind, ListName
from bookbind.publishing.models import Publication, PublishingSettings
from tests.merge.conftest import CATEGORIES, SUPPLIERS, TAXES, Firm, Moved, Place, new_books, old_books
from tests.support.factories import copied
from tests.support.queries import assert_rows_add_no_queries, counting
from tests.support.work import grows_like_rows, lines_of, steps_of


def labels(place: Place, name: ListName, show: Show, search: str = "") -> list[str]:
    return [row.label for row in list_rows(place.connection, name, show, search).rows]


def fill(firm: Firm, place: Place, count: int, first: int = 0) -> None:
    """Suppliers on both sides, most of them almost alike."""
    numbers = range(first, first + count)
    ListItem.objects.bulk_create(
        ListItem(
            business=firm.business,
            list=SUPPLIERS,
            name=f"Number {n} Trading Ltd",
            folded_name=f"number {n} trading ltd",
        )
        for n in numbers
    )
    RemoteItem.objects.bulk_create(
        RemoteItem(
            business=firm.business,
            connection=place.connection,
            list=SUPPLIERS,
            remote_type="Vendor",
            remote_id=f"many-{n}",
            name=f"Number {n} Trading Limited",
            folded_name=f"number {n} trading limited",
            changed_at=clock.now(),
        )
        for n in numbers
    )


def test_what_documents_wait_for_comes_first_then_what_rules_use(moved: Moved) -> None:
    firm, _, second = moved
    firm.rule("Paper Mill", "Advertising")
    firm.wait(second)
    assert labels(second, CATEGORIES, Show.NEEDED) == ["449 Motor expenses", "400 Advertising"]
    assert labels(second, CATEGORIES, Show.RULES) == ["400 Advertising"]
    assert len(labels(second, CATEGORIES, Show.UNMATCHED)) == 3
    assert labels(second, CATEGORIES, Show.ALL, "adv") == ["400 Advertising"]
    page = list_rows(second.connection, CATEGORIES, Show.NEEDED, limit=1)
    assert (len(page.rows), page.found) == (1, 2)
    assert dict(page.counts) == {Show.NEEDED: 2, Show.RULES: 1, Show.UNMATCHED: 3, Show.ALL: 3}


@pytest.mark.req("CHG-05", "CHG-07")
def test_a_suppliers_own_rule_uses_the_supplier_and_asks_for_no_match(moved: Moved) -> None:
    firm, _, second = moved
    firm.rule("Paper Mill", "Advertising")
    page = list_rows(second.connection, SUPPLIERS, Show.RULES)
    assert [(row.label, row.used.rules) for row in page.rows] == [("Paper Mill", {"supplier": 1})]
    assert dict(page.counts) == {Show.NEEDED: 0, Show.RULES: 1, Show.UNMATCHED: 2, Show.ALL: 2}
    [step] = [each for each in list_steps(second.connection) if each.key == SUPPLIERS]
    assert (step.state, step.needed) == (StepState.DONE, 0)
    use_matches(second.connection, firm.user, expected_version=second.version, names=[CATEGORIES])
    assert preview(second.connection).rules_ready == 1, "a supplier without a match holds no rule up"


@pytest.mark.req("LST-04", "CHG-05")
def test_a_supplier_whose_match_died_is_needed_by_its_own_rule(moved: Moved) -> None:
    firm, _, second = moved
    firm.rule()
    use_matches(second.connection, firm.user, expected_version=second.version, names=[SUPPLIERS])
    assert labels(second, SUPPLIERS, Show.NEEDED) == []
    second.books.change(SUPPLIERS, "n-1", archived=True)
    second.read(SUPPLIERS)
    assert labels(second, SUPPLIERS, Show.NEEDED) == ["City Fuel Ltd"]
    [step] = [each for each in list_steps(second.connection) if each.key == SUPPLIERS]
    assert (step.state, step.needed) == (StepState.OPEN, 1)


@pytest.mark.req("CHG-05")
def test_a_combined_suppliers_rule_counts_for_the_one_kept(moved: Moved) -> None:
    firm, _, second = moved
    firm.rule("Paper Mill", "Advertising")
    firm.rule()
    combine(firm.item("City Fuel Ltd", SUPPLIERS), firm.item("Paper Mill", SUPPLIERS), firm.user)
    row = find_row(second.connection, firm.item("City Fuel Ltd", SUPPLIERS).id)
    assert row is not None
    assert row.used.rule_count == 2


def test_a_row_says_what_it_was_what_it_may_be_and_who_uses_it(moved: Moved) -> None:
    firm, _, second = moved
    firm.rule()
    firm.wait(second)
    row = find_row(second.connection, firm.item("Motor expenses").id)
    assert row is not None
    assert row.was is not None
    assert row.was.words == "it was 449 Motor expenses in Xero"
    use = row.uses[0]
    assert use.chosen is not None
    assert (use.chosen.label, use.word, use.ticked) == ("7300 Vehicle and travel costs", "likely", False)
    assert use.reasons
    assert (row.used.rules, row.used.waiting) == ({"supplier": 1}, 1)


def test_a_row_never_names_a_match_that_was_taken_back(moved: Moved) -> None:
    firm, _, second = moved
    motor = firm.item("Motor expenses").id
    choice = NewChoice(motor, target=second.remote("n-7300").id)
    save_choices(second.connection, [choice], firm.user, second.version)
    applied = use_matches(second.connection, firm.user, expected_version=second.version)
    third = firm.connect("xero", new_books())

    def was() -> str:
        row = find_row(third.connection, motor)
        return row.was.words if row is not None and row.was is not None else ""

    assert was() == "it was 7300 Vehicle and travel costs in QuickBooks Online"
    undo(Applied.objects.get(id=applied.id), firm.user)
    assert was() == "it was 449 Motor expenses in Xero"


def test_a_proposal_whose_tick_was_taken_away_says_again_how_sure_it_is(moved: Moved) -> None:
    firm, _, second = moved
    item = firm.item("Motor expenses").id

    def press(*, ticked: bool) -> tuple[str, bool]:
        row = find_row(second.connection, item)
        assert row is not None
        target = row.uses[0].chosen
        assert target is not None
        choice = NewChoice(item, target=target.id, ticked=ticked)
        save_choices(second.connection, [choice], firm.user, second.version)
        row = find_row(second.connection, item)
        assert row is not None
        return row.uses[0].word, row.uses[0].by_person

    assert press(ticked=True) == ("", True)
    assert press(ticked=False) == ("likely", True)


def test_documents_count_by_what_stands_on_them_not_by_the_reason_shown(moved: Moved) -> None:
    firm, _, second = moved
    firm.wait(second)
    rate = find_row(second.connection, firm.item("20% VAT", TAXES).id)
    assert rate is not None
    assert rate.used.waiting == 1


def test_an_entry_was_what_it_was_itself_whatever_was_combined_into_it(moved: Moved) -> None:
    firm, _, second = moved
    kept, absorbed = firm.item("Advertising"), firm.item("Motor expenses")
    combine(kept, absorbed, firm.user)
    row = find_row(second.connection, kept.id)
    assert row is not None
    assert row.was is not None
    assert row.was.label == "400 Advertising"


def test_what_was_combined_counts_for_the_one_kept(moved: Moved) -> None:
    firm, _, second = moved
    firm.wait(second, supplier_id=firm.supplier("Paper Mill").id)
    combine(firm.item("City Fuel Ltd", SUPPLIERS), firm.item("Paper Mill", SUPPLIERS), firm.user)
    row = find_row(second.connection, firm.item("City Fuel Ltd", SUPPLIERS).id)
    assert row is not None
    assert row.used.waiting == 1
    assert labels(second, SUPPLIERS, Show.ALL) == ["City Fuel Ltd"]


@pytest.mark.req("CHG-03")
def test_every_list_has_a_step_and_what_one_side_lacks_is_said(firm: Firm) -> None:
    books = new_books()
    books.add(ListName.PAYMENT_METHODS, "p-1", "Card")
    firm.connect("quickbooks", books)
    second = firm.connect("xero", old_books())
    steps = {step.key: step for step in list_steps(second.connection)}
    assert tuple(steps) == ORDER
    lacking = steps["payment_methods"]
    assert (lacking.state, lacking.total) == (StepState.LACKING, 1)
    assert lacking.note == "Xero has none here. Yours are kept, and are left out of what is sent."
    assert steps["products"].state == StepState.EMPTY
    assert (steps["suppliers"].state, steps["suppliers"].new) == (StepState.DONE, 2)
    assert steps["categories"].unmatched == 3


def test_steps_count_what_is_needed_until_it_is_matched(moved: Moved) -> None:
    firm, _, second = moved
    firm.wait(second)

    def count_needed() -> int:
        return sum(step.needed for step in list_steps(second.connection) if step.key in set(ListName))

    needed = count_needed()
    assert needed
    beside = count_unmatched(second.connection, list(ListName))
    assert beside.needed == needed, "the number beside Merge lists is what the steps add up to"
    use_matches(second.connection, firm.user, expected_version=second.version, names=[TAXES])
    assert count_needed() == needed - 1


def test_an_entry_is_found_by_its_own_name_and_by_that_of_its_match(moved: Moved) -> None:
    firm, _, second = moved
    assert labels(second, CATEGORIES, Show.ALL, "advert") == ["400 Advertising"]
    assert labels(second, CATEGORIES, Show.ALL, "6200") == ["400 Advertising"], "what is proposed"
    motor, target = firm.item("Motor expenses"), second.remote("n-7300")
    choice = NewChoice(motor.id, target=target.id)
    save_choices(second.connection, [choice], firm.user, second.version)
    assert labels(second, CATEGORIES, Show.ALL, "travel vehicle") == ["449 Motor expenses"]
    use_matches(second.connection, firm.user, expected_version=second.version, names=[CATEGORIES])
    assert labels(second, CATEGORIES, Show.ALL, "travel vehicle") == ["449 Motor expenses"]
    assert labels(second, CATEGORIES, Show.ALL, "motor vehicle") == [], "all words stand in one of the names"


@pytest.mark.req("CHG-04")
def test_search_puts_what_can_be_chosen_first_and_says_why_the_rest_can_not(moved: Moved) -> None:
    firm, _, second = moved
    found = search_targets(second.connection, firm.item("5% VAT", TAXES).id)
    assert found[0].label == "5.0% R"
    assert found[0].why_not == ""
    assert {target.label: target.why_not for target in found}["20.0% S on purchases"] == "5% is not 20%"
    motor = firm.item("Motor expenses")
    archived = search_targets(second.connection, motor.id, "old motor")
    assert [(target.label, target.why_not) for target in archived] == [
        ("9 Old motor account", "9 Old motor account is archived")
    ]
    assert [target.label for target in search_targets(second.connection, motor.id, "73")] == [
        "7300 Vehicle and travel costs"
    ]
    assert search_targets(second.connection, second.connection.id) == []


def test_income_can_be_sold_as_a_product_of_the_books(firm: Firm) -> None:
    firm.connect("xero", old_books())
    books = new_books()
    books.add(ListName.PRODUCTS, "p-1", "Consulting", category_id="n-4000", side="sales")
    books.add(ListName.PRODUCTS, "p-2", "Goods", category_id="n-9999", side="sales")
    second = firm.connect("quickbooks", books)
    sales = firm.item("Sales")
    row = find_row(second.connection, sales.id)
    assert row is not None
    use = next(each for each in row.uses if each.use == "sales")
    assert use.chosen is not None
    assert (use.use_words, use.chosen.label, use.reasons) == (
        "on sales product",
        "Consulting",
        ("sold to the same account",),
    )
    assert not use.ticked, "a person always decides"
    choice = NewChoice(sales.id, "sales", target=use.chosen.id)
    save_choices(second.connection, [choice], firm.user, second.version)
    use_matches(second.connection, firm.user, expected_version=second.version)
    assert {(sales.id, "any", "n-4000"), (sales.id, "sales", "p-1")} <= second.bound()
    second.read()
    assert ListItem.objects.filter(list=ListName.PRODUCTS).count() == 2, "a product can still be one of ours"


def test_rows_add_no_queries(moved: Moved) -> None:
    firm, _, second = moved
    added = iter(range(100, 10_000, 50))

    def more() -> None:
        fill(firm, second, 30, next(added))
        firm.wait(second)
        firm.rule(f"Supplier {next(added)}")
        queue_suggestions(second.connection)
        run_due(kinds=[SUGGEST_JOB])

    more()

    assert_rows_add_no_queries(lambda: list_rows(second.connection, SUPPLIERS, Show.ALL), more, most=22)
    assert_rows_add_no_queries(lambda: list_steps(second.connection), more, most=32)
    assert_rows_add_no_queries(lambda: preview(second.connection), more, most=75)


def test_a_row_alone_is_shown_as_it_is_among_all(moved: Moved) -> None:
    firm, _, second = moved
    firm.rule()
    firm.wait(second)
    firm.wait(second, category="Sales")
    combine(firm.item("Advertising"), firm.item("Motor expenses"), firm.user)
    for name in (CATEGORIES, TAXES, SUPPLIERS):
        page = list_rows(second.connection, name, Show.ALL)
        assert [find_row(second.connection, row.id) for row in page.rows] == list(page.rows)
        assert any(row.used.waiting for row in page.rows), name


def test_the_usual_account_alone_counts_the_receipts_that_take_it(moved: Moved) -> None:
    firm, _, second = moved
    account = ListItem.objects.create(
        business=firm.business, list=ListName.BANK_ACCOUNTS, name="Till", folded_name="till"
    )
    PublishingSettings.objects.filter(connection=second.connection).update(paid_from=account)
    firm.wait(second, kind=DocumentKind.EXPENSE)
    firm.wait(second, kind=DocumentKind.EXPENSE, paid_from_id=account.id)
    firm.wait(second)
    uses = read_uses(second.connection)
    assert uses[account.id].waiting == 2
    assert {id_: read_uses_of(second.connection, [id_]).get(id_) for id_ in uses} == uses


@pytest.mark.skipif(database.vendor != "sqlite", reason="only SQLite says how many steps it takes")
def test_waiting_documents_are_counted_in_as_many_steps_as_they_are(moved: Moved) -> None:
    firm, _, second = moved
    first = firm.wait(second)

    def wait_more(count: int) -> None:
        documents = [copied(first.document) for _ in range(count)]
        Document.objects.bulk_create(documents)
        Publication.objects.bulk_create(
            copied(first, document=document, marker=document.id.hex) for document in documents
        )

    def uses() -> Uses:
        return read_uses(second.connection)[first.document.supplier_id]

    wait_more(99)
    few = steps_of(uses)
    assert (uses().waiting, uses().held) == (100, 100)
    wait_more(900)
    assert (uses().waiting, uses().held) == (1_000, 1_000)
    assert grows_like_rows(few, steps_of(uses), times=10)


@pytest.mark.slow
def test_five_thousand_suppliers_are_proposed_shown_and_used(moved: Moved) -> None:
    firm, _, second = moved

    def propose(first: int, count: int) -> int:
        fill(firm, second, count, first)
        queue_suggestions(second.connection)
        return lines_of(lambda: run_due(kinds=[SUGGEST_JOB]))[0]

    def show() -> tuple[int, RowPage]:
        return lines_of(lambda: list_rows(second.connection, SUPPLIERS, Show.ALL, limit=100))

    def use() -> tuple[int, Applied]:
        version = second.version
        return lines_of(
            lambda: use_matches(second.connection, firm.user, expected_version=version, names=[SUPPLIERS])
        )

    few = (propose(0, 1_000), show()[0], use()[0])
    proposed, (shown, page) = propose(1_000, 4_000), show()
    assert (len(page.rows), page.found) == (100, 5_002)
    with counting() as counted:
        used, applied = use()
    assert applied.opened_count > 3_900
    inserts = [sql for sql in counted.queries if sql.startswith("INSERT") and "lists_binding" in sql]
    assert len(inserts) <= applied.opened_count // 10
    work = list(zip(few, (proposed, shown, used), strict=True))
    assert all(grows_like_rows(before, after, times=5) for before, after in work), work
