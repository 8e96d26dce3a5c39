"""Rules taken to another business and back are the same rules."""

import json
from typing import Any

import pytest

from bookbind.lists.combine import combine
from bookbind.lists.models import ListItem
from bookbind.providers.base.types import ListName
from bookbind.rules.errors import FileUnreadable
from bookbind.rules.evaluate import DueMode
from bookbind.rules.exchange import BadRow, Report, export_rules, import_rules
from bookbind.rules.models import RuleRevision, SupplierRule
from bookbind.rules.services import RuleInput, add_supplier_rule, save_supplier_rule, set_active
from bookbind.tenancy.scope import BusinessScope, within
from tests.rules.conftest import Books
from tests.support import factories


@pytest.fixture
def exported(books: Books) -> Any:
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
    return json.loads(json.dumps(export_rules()))


@pytest.mark.req("RUL-03")
def test_round_trip_over_another_business_gives_the_same_rules(books: Books, exported: Any) -> None:
    other = factories.make_business("Other Ltd")
    user = factories.make_member(other, "Olga Other", factories.Role.BUSINESS_ADMIN)
    for item in (books.motor, books.phone, books.vat, books.north):
        factories.make_list_item(other, item.name, ListName(item.list))
    with within(BusinessScope(other.id)):
        assert import_rules(exported, other.id, user) == Report(3, 0, 0, ())
        assert export_rules() == exported
        assert import_rules(exported, other.id, user) == Report(0, 0, 3, ())
        assert RuleRevision.objects.count() == 3


def test_preview_says_what_would_happen_and_changes_nothing(books: Books, exported: Any) -> None:
    exported["rules"][0]["publish_as"] = "awaiting_payment"
    exported["rules"].append({"supplier": "Newcomer", "publish_as": "draft"})
    before = (list(SupplierRule.objects.order_by("id").values()), ListItem.objects.count())
    report = import_rules(exported, books.business.id, books.user, preview=True)
    assert (report.made, report.changed, report.unchanged) == (1, 1, 2)
    assert (list(SupplierRule.objects.order_by("id").values()), ListItem.objects.count()) == before


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (
            {"supplier": "BT", "category": {"name": "Travel", "code": "493"}},
            "There is no category 493 Travel here.",
        ),
        (
            {"supplier": "BT", "category": "Travel"},
            "This rule can't be read: an entry has a name and a code.",
        ),
        ({"supplier": " "}, "This rule names no supplier."),
        ("BT", "This rule names no supplier."),
        ({"supplier": "BT", "due_mode": "never"}, "This rule can't be read: 'never' is not a valid DueMode."),
        ({"supplier": "BT", "due_days": "30"}, "This rule can't be read: '30' is not a number of days."),
        ({"supplier": "BT", "auto_publish": 1}, "This rule can't be read: 1 is neither yes nor no."),
        ({"supplier": "BT", "due_mode": "days_after_date"}, "Please say how many days."),
    ],
)
def test_bad_row_is_reported_and_the_others_are_saved(books: Books, row: Any, why: str) -> None:
    content = {"format": "bookbind-rules", "version": 1, "rules": [row, {"supplier": "City Fuel Ltd"}]}
    report = import_rules(content, books.business.id, books.user)
    name = row.get("supplier") if isinstance(row, dict) else ""
    assert report == Report(1, 0, 0, (BadRow(1, name, why),))


@pytest.mark.parametrize("content", [None, [], {}, {"format": "bookbind-rules", "version": 2, "rules": []}])
def test_other_files_are_refused(books: Books, content: Any) -> None:
    with pytest.raises(FileUnreadable):
        import_rules(content, books.business.id, books.user)


def test_a_file_without_a_list_of_rules_is_refused(books: Books) -> None:
    with pytest.raises(FileUnreadable):
        import_rules({"format": "bookbind-rules", "version": 1}, books.business.id, books.user)


def test_combined_entries_are_exported_as_the_ones_kept(books: Books, exported: Any) -> None:
    combine(books.phone, books.motor, books.user)
    assert export_rules()["rules"][1]["category"] == {"name": "Telephone", "code": ""}
