"""What is wrong with a rule at a connection, and how much asking costs."""

from collections.abc import Callable

import pytest

from bookbind.connections.models import Connection
from bookbind.kit import clock
from bookbind.lists.bindings import replace_binding
from bookbind.lists.combine import combine
from bookbind.lists.models import Dimension, ListItem, RemoteItem
from bookbind.lists.services import archive_item
from bookbind.providers.base.types import ListName
from bookbind.rules.evaluate import CodedField, Problem
from bookbind.rules.queries import count_rules, count_uses, item_problems, problems_of, rule_problems
from bookbind.rules.services import RuleInput, save_supplier_rule, set_active
from tests.rules.conftest import Books
from tests.support import factories
from tests.support.queries import assert_rows_add_no_queries


@pytest.fixture
def connection(books: Books) -> Connection:
    return factories.make_connection(books.business, books.user)


@pytest.fixture
def there(books: Books, connection: Connection) -> Callable[..., RemoteItem]:
    """Give an entry of ours its match in the books: `there(item, state="archived")`."""

    def make(item: ListItem, state: str = "active") -> RemoteItem:
        remote: RemoteItem = RemoteItem.objects.create(
            business=books.business,
            connection=connection,
            list=item.list,
            remote_type="entry",
            remote_id=f"remote-{item.id}",
            name=item.name,
            folded_name=item.folded_name,
            changed_at=clock.now(),
        )
        replace_binding(item, remote, "chosen")
        RemoteItem.objects.filter(id=remote.id).update(state=state)
        return remote

    return make


@pytest.mark.req("LST-04", "RUL-05")
def test_each_target_that_cannot_be_used_is_named_with_its_field(
    books: Books, connection: Connection, there: Callable[..., RemoteItem]
) -> None:
    values = RuleInput(
        category_id=books.motor.id, tax_rate_id=books.vat.id, tracking_1_id=books.north.id, publish_as="draft"
    )
    rule = save_supplier_rule(books.fuel, values, books.user)
    Dimension.objects.create(
        business=books.business, connection=connection, remote_id="d-1", name="Site", slot=ListName.TRACKING_1
    )
    there(books.motor, "archived")
    there(books.vat, "gone")
    found = [(problem.field, problem.label, problem.reason) for problem in rule_problems(rule, connection)]
    assert found == [
        (CodedField.CATEGORY, "Motor expenses", Problem.ARCHIVED),
        (CodedField.TAX_RATE, "20% (VAT on Expenses)", Problem.GONE),
        (CodedField.TRACKING_1, "North", Problem.NEEDS_MATCH),
    ]


def test_a_dimension_that_the_organisation_lacks_is_no_problem(books: Books, connection: Connection) -> None:
    rule = save_supplier_rule(books.fuel, RuleInput(tracking_1_id=books.north.id), books.user)
    assert rule_problems(rule, connection) == []


def test_a_rule_that_needs_a_match_says_what_its_target_was_in_the_books_before(
    books: Books, connection: Connection, there: Callable[..., RemoteItem]
) -> None:
    rule = save_supplier_rule(books.fuel, RuleInput(category_id=books.motor.id), books.user)
    there(books.motor)
    ended = Connection.objects.filter(id=connection.id)
    ended.update(stage=Connection.Stage.ENDED)
    second = factories.make_connection(books.business, books.user)
    found = [(problem.reason, problem.was) for problem in rule_problems(rule, second)]
    assert found == [(Problem.NEEDS_MATCH, "it was Motor expenses in Xero")]


def test_a_rule_whose_targets_live_has_no_problem(
    books: Books, connection: Connection, there: Callable[..., RemoteItem]
) -> None:
    rule = save_supplier_rule(books.fuel, RuleInput(category_id=books.motor.id), books.user)
    there(books.motor)
    assert rule_problems(rule, connection) == []


def test_archived_by_ourselves_counts_without_any_connection(books: Books) -> None:
    rule = save_supplier_rule(books.fuel, RuleInput(category_id=books.motor.id), books.user)
    assert rule_problems(rule, None) == []
    archive_item(books.motor, books.user)
    assert [problem.reason for problem in rule_problems(rule, None)] == [Problem.ARCHIVED]


def test_a_supplier_never_needs_a_match(books: Books, connection: Connection) -> None:
    assert item_problems([books.fuel.id], connection) == {}


def test_combined_target_works_through_either_match(
    books: Books, connection: Connection, there: Callable[..., RemoteItem]
) -> None:
    rule = save_supplier_rule(books.fuel, RuleInput(category_id=books.motor.id), books.user)
    there(books.phone)
    combine(books.motor, books.phone, books.user)
    assert rule_problems(rule, connection) == []


def test_many_rules_cost_no_more_queries_than_few(
    books: Books, connection: Connection, there: Callable[..., RemoteItem]
) -> None:
    rules = [save_supplier_rule(books.fuel, RuleInput(category_id=books.motor.id), books.user)]

    def add() -> None:
        for number in range(5):
            supplier = factories.make_list_item(books.business, f"Supplier {number}", books.fuel.list)
            target = factories.make_list_item(books.business, f"Category {number}", books.motor.list)
            there(target, "archived" if number % 2 else "active")
            rules.append(save_supplier_rule(supplier, RuleInput(category_id=target.id), books.user))

    there(books.motor, "archived")
    assert_rows_add_no_queries(lambda: problems_of(rules, connection), add, most=5)


def test_uses_are_counted_over_every_field_of_rules_that_are_on(books: Books) -> None:
    values = RuleInput(category_id=books.motor.id, tax_rate_id=books.vat.id)
    save_supplier_rule(books.fuel, values, books.user)
    off = save_supplier_rule(books.bt, values, books.user)
    set_active(off, False, books.user)
    everything = [books.fuel.id, books.bt.id, books.motor.id, books.vat.id, books.phone.id]
    assert count_uses(everything) == {books.fuel.id: 1, books.motor.id: 1, books.vat.id: 1}
    assert count_rules() == {"all": 2, "active": 1}
