"""Saving rules: every version kept, nothing overwritten unseen, only entries of the right lists."""

from dataclasses import replace
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookbind.activity.models import Entry
from bookbind.kit.events import Event
from bookbind.lists.combine import combine, undo_combination
from bookbind.providers.base.types import ListName
from bookbind.rules.errors import (
    DueDaysMissing,
    DueDaysOutOfRange,
    OrderIncomplete,
    RevisionUnknown,
    RuleEditedMeanwhile,
    RuleError,
    RuleTargetUnknown,
    SupplierUnknown,
)
from bookbind.rules.evaluate import DueMode
from bookbind.rules.events import RuleChanged
from bookbind.rules.models import RuleRevision, SupplierRule
from bookbind.rules.queries import find_supplier_rule, list_revisions, list_rule_values, list_rules
from bookbind.rules.services import (
    RuleInput,
    reorder,
    restore_revision,
    save_supplier_rule,
    set_active,
    values_from_json,
    values_of_rule,
    values_to_json,
)
from bookbind.tenancy.models import BusinessMembership
from tests.rules.conftest import Books
from tests.support import factories


def full(books: Books) -> RuleInput:
    return RuleInput(
        category_id=books.motor.id,
        tax_rate_id=books.vat.id,
        tracking_1_id=books.north.id,
        due_mode=DueMode.DAYS_AFTER_DATE,
        due_days=30,
        publish_to="bill",
        publish_as="draft",
        auto_publish=True,
    )


def positions(books: Books) -> dict[str, list[str]]:
    """For each supplier its rules' categories, in the order in which they are asked."""
    found: dict[str, list[str]] = {}
    for rule in list_rules():
        found.setdefault(rule.supplier.name, []).append(rule.category.name if rule.category else "")
    return found


def test_rule_is_saved_with_its_first_version_and_said_on_the_timeline(books: Books) -> None:
    rule = save_supplier_rule(books.fuel, full(books), books.user)
    assert values_of_rule(rule) == full(books)
    assert (rule.version, rule.position, rule.active) == (1, 1, True)
    assert Entry.objects.get(action="rule.saved").text == "The rule for City Fuel Ltd was made."


@pytest.mark.req("RUL-03")
def test_every_save_keeps_the_version_before_and_can_be_restored(books: Books) -> None:
    save_supplier_rule(books.fuel, full(books), books.user)
    save_supplier_rule(books.fuel, RuleInput(category_id=books.phone.id), books.user)
    rule = find_supplier_rule(books.fuel.id)
    assert rule is not None
    assert (rule.version, rule.category, rule.due_days) == (2, books.phone, None)
    restored = restore_revision(rule, 1, books.user)
    assert restored.version == 3
    assert values_of_rule(restored) == full(books)
    assert [revision.version for revision in list_revisions(rule)] == [3, 2, 1]
    assert SupplierRule.objects.count() == 1
    with pytest.raises(RevisionUnknown):
        restore_revision(rule, 9, books.user)


def test_the_same_again_makes_no_version(books: Books) -> None:
    save_supplier_rule(books.fuel, full(books), books.user)
    assert save_supplier_rule(books.fuel, full(books), books.user).version == 1
    assert RuleRevision.objects.count() == 1


def test_a_page_that_is_out_of_date_overwrites_nothing(books: Books) -> None:
    save_supplier_rule(books.fuel, full(books), books.user)
    changed = replace(full(books), due_days=14)
    save_supplier_rule(books.fuel, changed, books.user, expected_version=1)
    with pytest.raises(RuleEditedMeanwhile):
        save_supplier_rule(books.fuel, RuleInput(), books.user, expected_version=1)
    assert find_supplier_rule(books.fuel.id).due_days == 14  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("mode", "days", "refused"),
    [
        (DueMode.DAYS_AFTER_DATE, None, DueDaysMissing),
        (DueMode.DAYS_AFTER_DATE, 367, DueDaysOutOfRange),
        (DueMode.DAYS_AFTER_MONTH_END, -1, DueDaysOutOfRange),
        (DueMode.DAY_OF_NEXT_MONTH, 0, DueDaysOutOfRange),
        (DueMode.DAY_OF_NEXT_MONTH, 32, DueDaysOutOfRange),
    ],
)
def test_days_that_make_no_sense_are_refused(
    books: Books, mode: DueMode, days: int | None, refused: type[RuleError]
) -> None:
    with pytest.raises(refused):
        save_supplier_rule(books.fuel, RuleInput(due_mode=mode, due_days=days), books.user)


def test_entries_of_another_list_or_another_business_are_refused(books: Books) -> None:
    stranger = factories.make_business("Other Ltd")
    theirs = factories.make_list_item(stranger, "Their costs", ListName.CATEGORIES)
    for category_id in (books.vat.id, theirs.id, uuid4()):
        with pytest.raises(RuleTargetUnknown):
            save_supplier_rule(books.fuel, RuleInput(category_id=category_id), books.user)
    with pytest.raises(SupplierUnknown):
        save_supplier_rule(books.motor, RuleInput(), books.user)
    with pytest.raises(SupplierUnknown):
        save_supplier_rule(theirs, RuleInput(), books.user)
    assert SupplierRule.objects.count() == 0


def test_rule_that_is_switched_off_says_nothing_and_saving_switches_it_on(books: Books) -> None:
    rule = save_supplier_rule(books.fuel, full(books), books.user)
    set_active(rule, False, books.user)
    assert list_rule_values(books.fuel.id) == []
    assert find_supplier_rule(books.fuel.id) is None
    again = save_supplier_rule(books.fuel, full(books), books.user)
    assert (again.id, again.version, again.active) == (rule.id, 2, True)


def test_changes_are_told_to_those_who_code_documents(books: Books, heard: list[Event]) -> None:
    rule = save_supplier_rule(books.fuel, full(books), books.user)
    set_active(rule, True, books.user)
    set_active(rule, False, books.user)
    changed = RuleChanged(books.business.id, books.fuel.id, rule.id)
    assert [event for event in heard if isinstance(event, RuleChanged)] == [changed, changed]


def test_combining_suppliers_orders_their_rules_and_undo_puts_all_back(books: Books) -> None:
    save_supplier_rule(books.fuel, RuleInput(category_id=books.motor.id), books.user)
    save_supplier_rule(books.bt, RuleInput(category_id=books.phone.id), books.user)
    before = state()
    combination = combine(books.fuel, books.bt, books.user)
    assert positions(books) == {"City Fuel Ltd": ["Motor expenses", "Telephone"]}
    assert [rule.category for rule in list_rule_values(books.bt.id)] == [books.motor.id, books.phone.id]
    undo_combination(combination.id, books.user)
    assert state() == before


def test_undo_gives_back_a_rule_as_it_was_edited_meanwhile(books: Books) -> None:
    save_supplier_rule(books.bt, RuleInput(category_id=books.phone.id), books.user)
    combination = combine(books.fuel, books.bt, books.user)
    save_supplier_rule(books.bt, RuleInput(category_id=books.motor.id), books.user)
    assert positions(books) == {"City Fuel Ltd": ["Motor expenses"]}
    undo_combination(combination.id, books.user)
    assert positions(books) == {"BT": ["Motor expenses"]}


def test_rules_are_asked_in_the_order_that_somebody_chose(books: Books) -> None:
    first = save_supplier_rule(books.fuel, RuleInput(category_id=books.motor.id), books.user)
    second = save_supplier_rule(books.bt, RuleInput(category_id=books.phone.id), books.user)
    combine(books.fuel, books.bt, books.user)
    reorder(books.fuel, [second.id, first.id], books.user)
    assert positions(books) == {"City Fuel Ltd": ["Telephone", "Motor expenses"]}
    for wrong in ([first.id], [first.id, first.id], [first.id, second.id, uuid4()]):
        with pytest.raises(OrderIncomplete):
            reorder(books.fuel, wrong, books.user)


def test_target_that_was_combined_is_read_as_the_one_kept(books: Books) -> None:
    save_supplier_rule(books.fuel, RuleInput(category_id=books.phone.id), books.user)
    combine(books.motor, books.phone, books.user)
    assert [rule.category for rule in list_rule_values(books.fuel.id)] == [books.motor.id]


def test_rules_of_another_business_are_not_seen(books: Books) -> None:
    stranger = factories.make_business("Other Ltd")
    user = factories.make_member(stranger, "Olga Other", BusinessMembership.Role.BUSINESS_ADMIN)
    theirs = factories.make_list_item(stranger, "City Fuel Ltd", ListName.SUPPLIERS)
    assert list_rule_values(theirs.id) == []
    with pytest.raises(SupplierUnknown):
        save_supplier_rule(theirs, RuleInput(), user)


def test_rules_are_found_by_their_supplier(books: Books) -> None:
    save_supplier_rule(books.fuel, full(books), books.user)
    save_supplier_rule(books.bt, full(books), books.user)
    assert [rule.supplier.name for rule in list_rules("fuel")] == ["City Fuel Ltd"]
    assert [rule.supplier.name for rule in list_rules()] == ["BT", "City Fuel Ltd"]


INPUTS = st.builds(
    RuleInput,
    category_id=st.none() | st.uuids(),
    tax_rate_id=st.none() | st.uuids(),
    tracking_1_id=st.none() | st.uuids(),
    tracking_2_id=st.none() | st.uuids(),
    due_mode=st.sampled_from(DueMode),
    due_days=st.none() | st.integers(0, 366),
    publish_to=st.sampled_from(["", "bill"]),
    publish_as=st.sampled_from(["", "draft"]),
    auto_publish=st.sampled_from([None, True, False]),
)


@pytest.mark.req("RUL-03")
@given(INPUTS)
def test_revision_keeps_every_value(values: RuleInput) -> None:
    assert values_from_json(values_to_json(values)) == values


def state() -> list[object]:
    """Everything about every rule, and which supplier is read as which."""
    rules = SupplierRule.objects.order_by("id").values()
    return [*rules, *SupplierRule.objects.order_by("id").values_list("supplier__merged_into", flat=True)]
