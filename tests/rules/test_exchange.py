"""Rules taken out as CSV, to another business and back, are the same rules."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookbind.kit.sheets import SheetUnreadable
from bookbind.lists.combine import combine
from bookbind.lists.models import ListItem
from bookbind.providers.base.types import ListName
from bookbind.rules.errors import ImportHasErrors, ImportOutdated
from bookbind.rules.evaluate import DueMode
from bookbind.rules.exchange import Plan, apply_import, digest_of, plan_import, read_rules, rules_as_csv
from bookbind.rules.models import RuleRevision, SupplierRule
from bookbind.rules.services import RuleInput, add_supplier_rule, save_supplier_rule, set_active
from bookbind.tenancy.models import Business, User
from bookbind.tenancy.scope import BusinessScope, within
from tests.rules.conftest import Books
from tests.support import factories


def run(business: Business, user: User, text: str) -> Plan:
    """Preview and confirm."""
    sheet = read_rules(text.encode())
    return apply_import(business.id, sheet, digest_of(plan_import(sheet)), user, "rules.csv")


def counts(plan: Plan) -> tuple[int, int, int]:
    return plan.new, len(plan.changes) - plan.new, plan.unchanged


def without_ids(text: str) -> list[str]:
    return [line.partition(",")[2] for line in text.splitlines()]


@pytest.fixture
def exported(books: Books) -> str:
    """Acme's three rules: two of one supplier, one that is switched off."""
    values = RuleInput(
        category_id=books.motor.id,
        tax_rate_id=books.vat.id,
        tracking_1_id=books.north.id,
        due_mode=DueMode.DAY_OF_NEXT_MONTH,
        due_days=31,
        publish_to="bill",
        publish_as="draft",
        auto_publish=False,
    )
    save_supplier_rule(books.fuel, values, books.user)
    add_supplier_rule(books.fuel, RuleInput(category_id=books.phone.id), books.user)
    set_active(save_supplier_rule(books.bt, RuleInput(publish_as="draft"), books.user), False, books.user)
    return "".join(rules_as_csv())


@pytest.mark.req("RUL-03")
@pytest.mark.req("LST-07")
def test_round_trip_over_another_business_gives_the_same_rules(books: Books, exported: str) -> None:
    other = factories.make_business("Other Ltd")
    user = factories.make_member(other, "Olga Other", factories.Role.BUSINESS_ADMIN)
    for item in (books.motor, books.phone, books.vat, books.north):
        factories.make_list_item(other, item.name, ListName(item.list))
    with within(BusinessScope(other.id)):
        assert counts(run(other, user, exported)) == (3, 0, 0)
        assert without_ids("".join(rules_as_csv())) == without_ids(exported)
        assert counts(run(other, user, exported)) == (0, 0, 3)
        assert RuleRevision.objects.count() == 3


@pytest.mark.req("LST-07")
def test_the_same_file_again_changes_nothing(books: Books, exported: str) -> None:
    before = list(SupplierRule.objects.order_by("id").values())
    assert counts(run(books.business, books.user, exported)) == (0, 0, 3)
    assert list(SupplierRule.objects.order_by("id").values()) == before


@pytest.mark.req("LST-07")
def test_looking_says_what_would_happen_and_changes_nothing(books: Books, exported: str) -> None:
    changed = exported.replace("Draft", "Awaiting payment", 1) + ",Newcomer,,,,,,,,Draft,,yes\r\n"
    before = (list(SupplierRule.objects.order_by("id").values()), ListItem.objects.count())
    plan = plan_import(read_rules(changed.encode()))
    assert counts(plan) == (1, 1, 2)
    assert {change.supplier for change in plan.changes} == {"BT", "Newcomer"}
    assert (list(SupplierRule.objects.order_by("id").values()), ListItem.objects.count()) == before


def test_a_supplier_that_is_missing_is_made_once_for_all_its_rules(books: Books) -> None:
    text = "Supplier,Category\nNewcomer,Telephone\nnewcomer,Motor expenses\n"
    assert counts(run(books.business, books.user, text)) == (2, 0, 0)
    assert ListItem.objects.filter(folded_name="newcomer").count() == 1
    assert counts(run(books.business, books.user, text)) == (0, 0, 2)


@pytest.mark.parametrize(
    ("row", "column", "what"),
    [
        ("BT,493 Travel,,,", "Category", "There is no category 493 Travel here."),
        (" ,Telephone,,,", "Supplier", "A rule belongs to a supplier. Write its name."),
        ("BT,493 Travel,,,", "Category", "Write one by its code and name, as the list Categories shows it,"),
        ("BT,,never,,", "Due", "“never” can't be used here. Write one of: days after the date,"),
        (
            "BT,,days after the date,soon,",
            "Due days",
            "“soon” can't be used here. Write a number of days",
        ),
        ("BT,,days after the date,,", "Due days", "Please say how many days."),
        ("BT,,day of the next month,32,", "Due days", "a day of the month goes from 1 to 31"),
        ("BT,,,,perhaps", "Active", "Write one of: yes, no."),
    ],
)
def test_a_line_that_cannot_be_used_keeps_the_whole_file_out(
    books: Books, row: str, column: str, what: str
) -> None:
    text = f"Supplier,Category,Due,Due days,Active\nCity Fuel Ltd,Telephone,,,\n{row}\n"
    plan = plan_import(read_rules(text.encode()))
    assert [(error.line, error.column) for error in plan.errors] == [(3, column)]
    assert what in plan.errors[0].what
    assert plan.errors[0].entry == row.split(",", maxsplit=1)[0].strip()
    with pytest.raises(ImportHasErrors):
        run(books.business, books.user, text)
    assert not SupplierRule.objects.exists()


def test_an_id_that_stands_twice_or_belongs_to_another_supplier_is_refused(
    books: Books, exported: str
) -> None:
    lines = exported.splitlines()
    twice = "\n".join([*lines, lines[1]])
    assert "is about the same rule" in plan_import(read_rules(twice.encode())).errors[0].what
    moved = exported.replace(",BT,", ",City Fuel Ltd,")
    assert "belongs to BT" in plan_import(read_rules(moved.encode())).errors[0].what


def test_a_rule_that_was_saved_since_the_preview_is_left_alone(books: Books, exported: str) -> None:
    sheet = read_rules(exported.replace("Draft", "Awaiting approval").encode())
    digest = digest_of(plan_import(sheet))
    save_supplier_rule(books.bt, RuleInput(publish_as="awaiting_payment"), books.user)
    with pytest.raises(ImportOutdated):
        apply_import(books.business.id, sheet, digest, books.user, "rules.csv")
    assert SupplierRule.objects.get(supplier=books.bt).publish_as == "awaiting_payment"


def test_other_files_are_refused(books: Books) -> None:
    with pytest.raises(SheetUnreadable, match="names none of the columns"):
        read_rules(b"Colour\nred\n")


def test_combined_entries_are_exported_as_the_ones_kept_and_found_by_their_old_name(
    books: Books, exported: str
) -> None:
    combine(books.phone, books.motor, books.user)
    again = "".join(rules_as_csv())
    assert "Motor expenses" not in again
    assert counts(plan_import(read_rules(again.encode()))) == (0, 0, 3)
    plan = plan_import(read_rules(b"Supplier,Category\nNewcomer,Motor expenses\n"))
    assert plan.changes[0].values.category_id == books.phone.id


@pytest.mark.req("LST-07")
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_rules_come_back_as_they_left(books: Books, data: Any) -> None:
    SupplierRule.objects.all().delete()
    for supplier in (books.fuel, books.bt, books.fuel):
        mode = data.draw(st.sampled_from(list(DueMode)))
        values = RuleInput(
            category_id=data.draw(st.sampled_from([None, books.motor.id, books.phone.id])),
            tax_rate_id=data.draw(st.sampled_from([None, books.vat.id])),
            due_mode=mode,
            due_days=data.draw(st.integers(1, 31)) if mode else None,
            publish_to=data.draw(st.sampled_from(["", "bill", "expense", "supplier_credit"])),
            publish_as=data.draw(st.sampled_from(["", "draft", "awaiting_approval", "awaiting_payment"])),
            auto_publish=data.draw(st.sampled_from([None, True, False])),
        )
        set_active(add_supplier_rule(supplier, values, books.user), data.draw(st.booleans()), books.user)
    exported = "".join(rules_as_csv())
    assert counts(plan_import(read_rules(exported.encode()))) == (0, 0, 3)
