"""While a list is being matched nothing is adopted by itself; what is chosen is, and the rest at the end."""

import pytest
from django.test import Client

from bookbind.lists.combine import combine
from bookbind.lists.merging import adopt_chosen, finish_step, merging_lists
from bookbind.lists.models import ListItem, RemoteItem
from bookbind.lists.queries import NEEDS_MATCH, ONLY_THERE, READY, own_instead, pick_items
from bookbind.lists.services import create_item
from bookbind.merge.errors import StillTicked
from bookbind.merge.finishing import finish_list
from bookbind.merge.rows import Show, list_rows
from bookbind.merge.undoing import undo
from bookbind.merge.using import match_one, use_matches
from bookbind.providers.base.types import ListName
from bookbind.tenancy.scope import BusinessScope, within
from bookbind.web.views.costs_choices import list_tax_rates
from tests.merge.conftest import CATEGORIES, SUPPLIERS, TAXES, Firm, Moved, new_books, old_books
from tests.support.factories import make_list_item
from tests.support.fake_books import FakeBooks
from tests.support.office import posted


def names(list_name: ListName) -> list[str]:
    return sorted(ListItem.objects.filter(list=list_name).values_list("name", flat=True))


def test_a_business_without_lists_adopts_all_of_them(firm: Firm) -> None:
    first = firm.connect("xero", old_books())
    assert merging_lists(first.connection) == frozenset()
    assert names(CATEGORIES) == ["Advertising", "Motor expenses", "Sales"]


@pytest.mark.req("CHG-12")
def test_lists_that_were_kept_without_books_are_matched_and_the_others_adopted(firm: Firm) -> None:
    make_list_item(firm.business, "Own category", CATEGORIES)
    first = firm.connect("xero", old_books())
    assert merging_lists(first.connection) == {CATEGORIES}
    assert names(CATEGORIES) == ["Own category"]
    assert names(SUPPLIERS) == ["City Fuel Ltd", "Paper Mill"]


@pytest.mark.req("CHG-01")
def test_going_back_asks_nothing_about_an_entry_whose_combined_one_is_matched(firm: Firm) -> None:
    first = firm.connect("xero", old_books())
    own = create_item(firm.business.id, CATEGORIES, "Travel")
    combine(own, firm.item("Motor expenses"), firm.user)
    firm.connect("quickbooks", new_books())
    firm.go_back(first)
    assert list_rows(first.connection, CATEGORIES, Show.UNMATCHED).rows == ()
    assert CATEGORIES not in merging_lists(first.connection)
    first.books.add(CATEGORIES, "a-500", "Postage", "500", account_type="EXPENSE")
    first.read(CATEGORIES)
    assert "Postage" in names(CATEGORIES)


def test_suppliers_that_were_typed_before_the_first_connection_find_their_namesakes(firm: Firm) -> None:
    typed = [firm.supplier("City Fuel Ltd"), firm.supplier("Own Supplier")]
    first = firm.connect("xero", old_books())
    assert merging_lists(first.connection) == frozenset()
    assert names(SUPPLIERS) == ["City Fuel Ltd", "Own Supplier", "Paper Mill"]
    assert typed[0].id in {item_id for item_id, *_ in first.bound()}


def test_after_a_change_nothing_is_adopted_and_nothing_is_bound(moved: Moved) -> None:
    _, _, second = moved
    assert merging_lists(second.connection) == {CATEGORIES, TAXES, SUPPLIERS}
    assert second.bound() == set()
    assert names(SUPPLIERS) == ["City Fuel Ltd", "Paper Mill"]
    second.books.add(SUPPLIERS, "n-3", "Paper Mill")
    second.read(SUPPLIERS)
    assert second.bound() == set(), "not even a supplier of the very same name"


def test_pickers_show_what_is_matched_and_then_what_is_only_there(moved: Moved) -> None:
    firm, _, second = moved
    use_matches(second.connection, firm.user, expected_version=second.version, names=[CATEGORIES])
    shown = [(item.label, item.standing) for item in pick_items(CATEGORIES, connection=second.connection)]
    assert shown == [
        ("200 Sales", READY),
        ("400 Advertising", READY),
        ("7300 Vehicle and travel costs", ONLY_THERE),
    ]
    found = pick_items(CATEGORIES, "vehicle", connection=second.connection)
    assert [item.label for item in found] == ["7300 Vehicle and travel costs"]


def test_choosing_what_is_only_there_adopts_that_one(moved: Moved) -> None:
    firm, first, second = moved
    there = second.remote("n-7300")
    chosen = adopt_chosen(CATEGORIES, there.id, firm.user)
    assert chosen is not None
    assert chosen.name == "Vehicle and travel costs"
    assert (chosen.id, "any", "n-7300") in second.bound()
    again = adopt_chosen(CATEGORIES, there.id, firm.user)
    assert again is not None
    assert again.id == chosen.id
    assert adopt_chosen(TAXES, there.id) is None, "it is an entry of another list"
    assert adopt_chosen(CATEGORIES, first.remote("a-400").id) is None, "the business has left those books"


def own_category(firm: Firm, name: str, code: str) -> ListItem:
    """A category that the business typed before it was anywhere."""
    item = make_list_item(firm.business, name, CATEGORIES)
    ListItem.objects.filter(id=item.id).update(code=code)
    return item


@pytest.mark.req("CHG-12")
@pytest.mark.parametrize("code", ["449", ""])
def test_a_picker_makes_no_second_entry_of_one_that_only_lacks_its_match(firm: Firm, code: str) -> None:
    own = own_category(firm, "Motor expenses", code)
    first = firm.connect("xero", old_books())
    offered = {
        item.name: (item.id, item.standing) for item in pick_items(CATEGORIES, "", 50, first.connection)
    }
    assert offered["Motor expenses"] == (own.id, NEEDS_MATCH)
    assert offered["Advertising"] == (first.remote("a-400").id, ONLY_THERE)
    assert len(offered) == 3
    chosen = adopt_chosen(CATEGORIES, first.remote("a-449").id, firm.user)
    assert chosen == own, "whoever still has it on the page gets ours"
    assert names(CATEGORIES) == ["Motor expenses"]


@pytest.mark.req("CHG-12")
def test_an_entry_of_the_same_name_under_another_code_is_another(firm: Firm) -> None:
    own = own_category(firm, "Motor expenses", "600")
    first = firm.connect("xero", old_books())
    chosen = adopt_chosen(CATEGORIES, first.remote("a-449").id, firm.user)
    assert chosen is not None
    assert chosen != own


@pytest.mark.req("CHG-12")
@pytest.mark.parametrize(("rate", "offers"), [("20.00", "ours"), ("17.5", "theirs")])
def test_a_tax_rate_of_the_same_name_and_rate_is_offered_once(firm: Firm, rate: str, offers: str) -> None:
    own = make_list_item(firm.business, "20% VAT", TAXES)
    ListItem.objects.filter(id=own.id).update(details={"rate": rate, "tax_kind": "standard", "side": "both"})
    first = firm.connect("xero", old_books())
    offered = [each.id for each in list_tax_rates(set(), first.connection) if each.name == "20% VAT"]
    assert offered == [own.id if offers == "ours" else first.remote("t-20", TAXES).id]


@pytest.mark.req("CHG-12")
def test_a_tax_rate_for_sales_stands_in_for_none_for_costs(firm: Firm) -> None:
    own = make_list_item(firm.business, "5% VAT", TAXES)
    ListItem.objects.filter(id=own.id).update(details={"rate": "5", "tax_kind": "reduced", "side": "sales"})
    first = firm.connect("xero", old_books())
    there = first.remote("t-5", TAXES)
    assert there.id in [each.id for each in list_tax_rates(set(), first.connection)]
    assert adopt_chosen(TAXES, there.id, firm.user) != own


def test_finishing_a_step_adopts_the_rest(moved: Moved) -> None:
    firm, _, second = moved
    use_matches(second.connection, firm.user, expected_version=second.version, names=[CATEGORIES])
    assert finish_step(second.connection, CATEGORIES, firm.user) == 1
    assert "Vehicle and travel costs" in names(CATEGORIES)
    assert merging_lists(second.connection) == {TAXES, SUPPLIERS}
    assert finish_step(second.connection, CATEGORIES, firm.user) == 0


@pytest.mark.req("CHG-01", "CHG-08")
def test_going_back_finds_each_entry_where_it_was(moved: Moved) -> None:
    firm, first, second = moved
    before = first.bound()
    use_matches(second.connection, firm.user, expected_version=second.version)
    there = second.bound()
    firm.go_back(first)
    assert first.bound() == before
    assert merging_lists(first.connection) == frozenset()
    firm.go_back(second)
    assert second.bound() == there


def test_going_back_leaves_only_what_is_new_or_died_to_match(moved: Moved) -> None:
    firm, first, second = moved
    adopt_chosen(CATEGORIES, second.remote("n-7300").id, firm.user)
    first.books.change(CATEGORIES, "a-400", archived=True)
    first.books.remove(CATEGORIES, "a-200")
    first.books.add(CATEGORIES, "a-201", "Sales", "201", account_type="REVENUE", side="sales")
    first.books.change(CATEGORIES, "a-449", name="Motor running costs")
    firm.go_back(first)
    page = list_rows(first.connection, CATEGORIES, Show.UNMATCHED)
    rows = {row.label: row for row in page.rows}
    assert set(rows) == {"200 Sales", "400 Advertising", "7300 Vehicle and travel costs"}
    assert {label: row.is_lost for label, row in rows.items()} == {
        "200 Sales": True,
        "400 Advertising": True,
        "7300 Vehicle and travel costs": False,
    }
    chosen = rows["200 Sales"].uses[0].chosen
    assert chosen is not None
    assert chosen.id == first.remote("a-201").id, "made again under its name, it is proposed"
    assert (firm.item("Sales").id, "any", "a-201") not in first.bound()


def test_an_archived_match_is_replaced_and_comes_back_with_an_undo(moved: Moved) -> None:
    firm, first, _ = moved
    first.books.change(CATEGORIES, "a-400", archived=True)
    firm.go_back(first)
    before = first.bound()
    ads = firm.item("Advertising")
    matched = match_one(first.connection, ads.id, first.remote("a-449").id, firm.user)
    assert (ads.id, "any", "a-449") in first.bound()
    undo(matched.applied, firm.user)
    assert first.bound() == before


def contact_books() -> FakeBooks:
    """Books in which one contact is supplier and customer at once."""
    books = FakeBooks()
    for name in (SUPPLIERS, ListName.CUSTOMERS):
        books.add(name, "c-1", "Both Ways Ltd", email="both@ways.test")
    return books


@pytest.mark.req("CHG-08")
def test_a_contact_that_is_supplier_and_customer_is_matched_in_each_list_for_itself(firm: Firm) -> None:
    first = firm.connect("xero", contact_books())
    second = firm.connect("quickbooks", contact_books())
    supplier = firm.item("Both Ways Ltd", SUPPLIERS)
    customer = firm.item("Both Ways Ltd", ListName.CUSTOMERS)
    use_matches(second.connection, firm.user, expected_version=second.version, names=[SUPPLIERS])
    assert second.bound() == {(supplier.id, "any", "c-1")}
    applied = use_matches(
        second.connection, firm.user, expected_version=second.version, names=[ListName.CUSTOMERS]
    )
    assert second.bound() == {(supplier.id, "any", "c-1"), (customer.id, "any", "c-1")}
    undo(applied, firm.user)
    assert second.bound() == {(supplier.id, "any", "c-1")}
    assert len(first.bound()) == 2


@pytest.mark.req("CHG-08")
def test_two_way_rates_become_two_and_one_again_on_the_way_back(moved: Moved) -> None:
    firm, first, second = moved
    vat = firm.item("20% VAT", TAXES)
    use_matches(second.connection, firm.user, expected_version=second.version, names=[TAXES])
    assert {(vat.id, "costs", "n-20c"), (vat.id, "sales", "n-20s")} <= second.bound()
    firm.go_back(first)
    assert (vat.id, "any", "t-20") in first.bound()


@pytest.mark.req("CHG-08")
def test_two_one_sided_rates_meet_on_a_two_way_one(firm: Firm) -> None:
    first = firm.connect("quickbooks", new_books())
    second = firm.connect("xero", old_books())
    use_matches(second.connection, firm.user, expected_version=second.version, names=[TAXES])
    costs, sales = firm.item("20.0% S on purchases", TAXES), firm.item("20.0% S on sales", TAXES)
    proposed = {row.id: row.uses[0] for row in list_rows(second.connection, TAXES, Show.ALL).rows}
    for item in (costs, sales):
        chosen = proposed[item.id].current or proposed[item.id].chosen
        assert chosen is not None
        assert chosen.id == second.remote("t-20", TAXES).id
        match = proposed[item.id].current is None
        if match:
            match_one(second.connection, item.id, chosen.id, firm.user)
    assert {(costs.id, "any", "t-20"), (sales.id, "any", "t-20")} <= second.bound()
    assert RemoteItem.objects.filter(connection=first.connection).exists()


@pytest.fixture
def browser(moved: Moved) -> Client:
    """Alice, signed in."""
    client = Client()
    client.force_login(moved[0].user)
    return client


def test_a_form_takes_what_is_only_there_and_makes_it_ours(moved: Moved, browser: Client) -> None:
    firm, _, second = moved
    document = firm.bill()
    here = f"/b/{firm.business.slug}/"
    options = browser.get(f"{here}lists/categories/pick").content.decode()
    assert "only in QuickBooks Online" in options
    category, rate = second.remote("n-7300"), second.remote("n-20c", TAXES)
    page = browser.get(f"{here}costs/{document.id}/").content.decode()
    assert f'value="{rate.id}"' in page
    assert "20.0% S on sales" not in page
    with within(BusinessScope(firm.business.id)):
        data = posted(document, **{"lines-0-category": category.id, "lines-0-tax_rate": rate.id})
    answer = browser.post(f"{here}costs/{document.id}/save", data)
    assert answer.status_code in (200, 302), answer.content.decode()[:2000]
    line = document.lines.get()
    assert (line.category.name, line.tax_rate.name) == ("Vehicle and travel costs", "20.0% S on purchases")
    assert {(line.category_id, "any", "n-7300"), (line.tax_rate_id, "any", "n-20c")} <= second.bound()


@pytest.mark.req("CHG-08")
def test_what_is_matched_on_sales_alone_is_still_the_one_of_its_name_on_costs(firm: Firm) -> None:
    """Else choosing its namesake in the books would make a second of ours."""
    firm.connect("xero", old_books())
    books = new_books()
    books.add(ListName.PRODUCTS, "p-1", "Consulting", category_id="n-4000", side="sales")
    books.add(TAXES, "n-20", "20% VAT", rate="20", tax_kind="standard", side="both")
    books.add(CATEGORIES, "n-200", "Sales", "200", account_type="Income", account_family="income")
    second = firm.connect("quickbooks", books)
    sales, vat = firm.item("Sales"), firm.item("20% VAT", TAXES)
    match_one(second.connection, sales.id, second.remote("p-1", ListName.PRODUCTS).id, firm.user, "sales")
    match_one(second.connection, vat.id, second.remote("n-20s", TAXES).id, firm.user, "sales")
    for item, there in ((sales, second.remote("n-200")), (vat, second.remote("n-20", TAXES))):
        name = ListName(item.list)
        assert own_instead(name, [there], second.connection) == {there.id: item}
        offered = pick_items(name, item.name, connection=second.connection)
        assert [(each.id, each.standing) for each in offered if each.code == item.code] == [
            (item.id, NEEDS_MATCH)
        ]
        assert adopt_chosen(name, there.id, firm.user) == item
        finish_step(second.connection, name, firm.user)
        assert ListItem.objects.filter(list=name, name=item.name, code=item.code).count() == 1


def test_what_is_matched_on_costs_alone_is_offered_on_costs_once(moved: Moved) -> None:
    firm, _, second = moved
    vat = firm.item("20% VAT", TAXES)
    match_one(second.connection, vat.id, second.remote("n-20c", TAXES).id, firm.user)
    offered = pick_items(TAXES, "20% VAT", connection=second.connection)
    assert [(each.id, each.standing) for each in offered] == [(vat.id, READY)]


@pytest.mark.req("CHG-08")
def test_a_list_is_not_finished_while_ticks_in_it_are_not_used(moved: Moved) -> None:
    """Else what is ticked would become an entry of its own beside the one that it is."""
    firm, _, second = moved
    with pytest.raises(StillTicked, match="1 tick in suppliers is not used yet"):
        finish_list(second.connection, SUPPLIERS, firm.user)
    assert SUPPLIERS in merging_lists(second.connection)
    assert names(SUPPLIERS) == ["City Fuel Ltd", "Paper Mill"]
    use_matches(second.connection, firm.user, expected_version=second.version, names=[SUPPLIERS])
    assert finish_list(second.connection, SUPPLIERS, firm.user) == 1
    assert names(SUPPLIERS) == ["City Fuel Ltd", "Paper Mill", "Somebody Else"]
