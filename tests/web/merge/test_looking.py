"""Looking at Merge lists: what opens first, what each step says, and what rows show."""

import pytest
from django.urls import reverse

from bookbind.connections.models import Connection
from bookbind.documents.models import Document
from bookbind.jobs.runner import run_due
from bookbind.kit import clock
from bookbind.lists.models import Dimension, ListItem
from bookbind.lists.services import create_item
from bookbind.merge.rows import Show
from bookbind.merge.suggestions import SUGGEST_JOB, queue_suggestions
from bookbind.providers.base.types import ListName, RemoteDimension
from bookbind.publishing.models import PublishingSettings
from tests.merge.conftest import CATEGORIES, SUPPLIERS, TAXES, Firm, new_books, old_books
from tests.support.factories import People
from tests.support.pages import read
from tests.support.queries import assert_rows_add_no_queries
from tests.web.conftest import Browse
from tests.web.merge.conftest import Desk, move

pytestmark = pytest.mark.django_db


def test_it_opens_on_the_first_step_in_which_something_is_left(desk: Desk) -> None:
    page = desk.open()
    assert page.heading == "Merge lists"
    assert "Xero (Acme Ltd)" in page.text
    assert "QuickBooks Online can't take bills as drafts." in page.text
    read = desk.client.post(desk.url("merge_way"), {"key": "bill/draft", "answer": "awaiting_payment"})
    assert read.status_code == 302
    page = desk.open()
    assert "449 Motor expenses" in page.text
    assert "Needed now 1" in page.text


def test_at_a_first_connection_nothing_was_published_before(desk: Desk) -> None:
    desk.client.post(desk.url("merge_way"), {"key": "bill/draft", "answer": "awaiting_payment"})
    Connection.objects.filter(id=desk.old.connection.id).delete()
    Document.objects.all().delete()
    PublishingSettings.objects.update(publish_as="awaiting_payment")
    page = desk.open("merge_step", "publishing").text
    assert "Nothing has to be decided here." in page
    assert "as before" not in page


@pytest.mark.req("CHG-03")
def test_each_step_says_how_it_stands_and_which_side_lacks_a_list(desk: Desk) -> None:
    page = desk.open("merge_step", "categories")
    assert "Categories 1 left" in page.text
    assert "Suppliers 1 ticked, 1 new" in page.text
    assert "Products none" in page.text
    item = ListItem(business=desk.firm.business, list=ListName.TRACKING_1, name="North", folded_name="north")
    item.save()
    lacking = desk.open("merge_step", "tracking_1")
    assert "Projects left out" in lacking.text
    assert "has none here. Yours are kept, and are left out of what is sent." in lacking.text


@pytest.mark.req("CHG-01", "CHG-03")
def test_between_two_books_of_one_software_a_note_names_the_organisation(firm: Firm, browse: Browse) -> None:
    """Xero has projects on the other side, so "Xero has none here" would say nothing."""
    desk = move(firm, browse, "xero", "xero")
    create_item(firm.business.id, ListName.TRACKING_1, "North")
    assert "Xero (Acme Ltd) has none here. Yours are kept" in desk.open("merge_step", "tracking_1").text
    assert "Neither you nor Xero (Acme Ltd) uses these." in desk.open("merge_step", "payment_methods").text
    desk.new.books.dimensions = [
        RemoteDimension(name, name, per_line=True, active=True) for name in ("Region", "Class")
    ]
    desk.new.read()
    asked = desk.open("merge_step", "tracking_1").text
    assert "Say under Dimensions first which dimension of Xero (Acme Ltd) these are." in asked
    desk.client.post(desk.url("merge_dimension"), {"key": "tracking_1", "answer": "none"})
    none = desk.open("merge_step", "tracking_1").text
    assert "You chose no dimension of Xero (Acme Ltd) for these." in none


@pytest.mark.req("CHG-03")
def test_a_step_without_entries_says_that_nothing_has_to_be_done(desk: Desk) -> None:
    products = desk.open("merge_step", "products").text
    assert "You have no products. Nothing has to be done." in products
    assert "What is added in QuickBooks Online later is added to your lists by itself." in products
    dimensions = desk.open("merge_step", "dimensions").text
    assert "You have no projects, or QuickBooks Online has nothing that they could be." in dimensions
    create_item(desk.firm.business.id, ListName.TRACKING_1, "North")
    lacking = desk.open("merge_step", "tracking_1").text
    assert "Nothing has to be done: nothing waits for your 1 entry in " in lacking
    for item in ListItem.objects.filter(list=SUPPLIERS):
        item.archived_at = clock.now()
        item.save()
    none = desk.open("merge_step", "suppliers")
    assert "You have no suppliers. There is nothing of yours to match." in none.text
    assert none.has_button("Finish suppliers"), "what is only there can still be added"


@pytest.mark.req("CHG-03")
def test_a_list_left_out_by_choice_leads_back_to_the_choice(desk: Desk) -> None:
    create_item(desk.firm.business.id, ListName.TRACKING_1, "North")
    desk.new.books.dimensions = [RemoteDimension("c-1", "Class", per_line=True, active=True)]
    desk.new.read()
    desk.client.post(desk.url("merge_dimension"), {"key": "tracking_1", "answer": "none"})
    page = desk.open("merge_step", "tracking_1")
    assert page.link("Choose a dimension") == desk.url("merge_step", "dimensions")


def test_filters_and_searches_that_find_nothing_say_what_to_do(desk: Desk) -> None:
    rules = desk.open("merge_step", "tax_rates", show="rules").text
    assert "No rule uses an entry of this list. Nothing has to be matched for a rule. Show all" in rules
    page = desk.open("merge_step", "categories", q="sales")
    assert "Nothing matches “sales” Only Needed now was searched." in page.text
    everything = read(desk.client.get(page.link("Search all of categories")))
    assert "200 Sales" in everything.text
    none = desk.open("merge_step", "categories", show="all", q="zebra")
    assert "Look for another part of the name or code, or clear the search." in none.text
    assert "?show=all" in none.link("clear the search")
    beyond = desk.open("merge_step", "categories", show="all", start="900").text
    assert "There are no more entries. Back to the first" in beyond
    assert "Every entry is matched" not in beyond
    for name in ("categories", "tax_rates"):
        desk.match("Motor expenses", "n-7300")
        desk.use(list=name)
    matched = desk.open("merge_step", "categories", show="unmatched").text
    assert "Every entry is matched. Nothing has to be done. Show all" in matched


@pytest.mark.req("CHG-05")
def test_a_step_is_not_done_while_something_in_it_is_ticked_and_not_used(desk: Desk) -> None:
    """Advertising is ticked as certain, though nothing needs it now."""
    desk.match("Motor expenses", "n-7300")
    ticked = desk.open("merge_step", "categories")
    assert "Categories 3 ticked" in ticked.text
    desk.use(list="categories")
    assert "Categories done" in desk.open("merge_step", "categories").text


@pytest.mark.req("CHG-05")
def test_tab_bar_and_preview_count_contacts_and_creations_alike(desk: Desk) -> None:
    """City Fuel is ticked as a match; Paper Mill is created: when first used, or before, if told so."""
    assert "1 supplier will be created when first used." in desk.open("merge_preview").text
    assert "Suppliers 1 ticked, 1 new" in desk.open("merge_step", "suppliers").text
    desk.choose(f"{desk.firm.item('Paper Mill', SUPPLIERS).id}:any:create::1")
    step, preview = desk.open("merge_step", "suppliers"), desk.open("merge_preview")
    assert "Suppliers 2 ticked Customers" in step.text
    assert "and create 1" in step.text
    assert "1 entry will be created in QuickBooks Online first." in preview.text
    assert "when first used" not in preview.text
    assert "when first used" not in desk.open("merge_preview", list="tax_rates").text


@pytest.mark.req("CHG-03", "CHG-04")
def test_a_dimension_of_the_same_name_is_ticked_and_its_list_waits_for_it(firm: Firm, browse: Browse) -> None:
    books = old_books()
    books.dimensions = [RemoteDimension("d-1", "Region", per_line=True, active=True)]
    books.add(ListName.TRACKING_1, "o-1", "North")
    firm.connect("xero", books)
    there = new_books()
    there.dimensions = [
        RemoteDimension("r-1", "Department", per_line=True, active=True),
        RemoteDimension("r-2", "Region", per_line=True, active=True),
    ]
    new = firm.connect("xero", there)
    alice = browse(firm.user)
    projects = read(
        alice.get(reverse("merge_step", args=[firm.business.slug, new.connection.id, "tracking_1"]))
    )
    assert "Projects to decide" in projects.text
    assert "left out" not in projects.text
    step = reverse("merge_step", args=[firm.business.slug, new.connection.id, "dimensions"])
    assert ("Decide it", step) in projects.links
    asked = read(alice.get(step))
    assert "Region certain the same name in both" in asked.text
    assert "ticked, not saved yet" in asked.text
    region = Dimension.objects.get(connection=new.connection, name="Region")
    assert f'value="{region.id}" checked' in asked.html


@pytest.mark.req("CHG-04")
def test_a_row_says_what_is_proposed_how_sure_that_is_and_why(desk: Desk) -> None:
    page = desk.open("merge_step", "categories", show="all")
    assert "400 Advertising" in page.text
    spoken = "400 Advertising: 6200 Advertising, certain, the same in both"
    assert f'role="checkbox" aria-checked="true" aria-label="{spoken}"' in page.html
    assert "same name" in page.text
    assert "% sure" in page.html, "the number is there on hover and for screen readers"
    assert "1 rule" in desk.open("merge_step", "categories").text


def test_a_supplier_without_a_match_is_created_when_first_used(desk: Desk) -> None:
    page = desk.open("merge_step", "suppliers", show="all")
    assert "Paper Mill" in page.text
    assert "Created when first used" in page.text


@pytest.mark.req("CHG-04")
def test_where_the_settings_ask_about_new_suppliers_each_row_and_the_preview_say_so(desk: Desk) -> None:
    desk.open("merge")
    PublishingSettings.objects.update(new_suppliers=PublishingSettings.NewSuppliers.ASK)
    page = desk.open("merge_step", "suppliers", show="all")
    assert "Paper Mill You are asked when first used" in page.text
    assert "reated when first used" not in page.text
    edit = desk.fragment("merge_edit", desk.firm.item("Paper Mill", SUPPLIERS).id)
    assert "Ask me when first used" in edit.html
    preview = desk.open("merge_preview").text
    assert "You are asked about 1 supplier when first used." in preview
    assert "will be created" not in preview


def test_of_suppliers_nothing_has_to_be_matched(desk: Desk) -> None:
    needed = desk.open("merge_step", "suppliers").text
    assert "No suppliers have to be matched" in needed
    assert "the others are created when first used." in needed
    PublishingSettings.objects.update(new_suppliers=PublishingSettings.NewSuppliers.ASK)
    needed = desk.open("merge_step", "suppliers").text
    assert "you are asked about the others when they are first used." in needed
    assert "use is matched" not in needed


def test_filters_and_search_stand_in_the_address(desk: Desk) -> None:
    all_of_them = desk.open("merge_step", "categories", show="all")
    assert "Needed now 1" in all_of_them.text
    assert "All 3" in all_of_them.text
    found = desk.open("merge_step", "categories", show="all", q="adver")
    assert "400 Advertising" in found.text
    assert "449 Motor" not in found.text
    assert "Nothing matches “zebra”" in desk.open("merge_step", "categories", q="zebra").text
    rows = desk.fragment("merge_step", "categories", show="all", q="sales")
    assert "200 Sales" in rows.text
    assert "<html" not in rows.html


def test_one_row_can_be_shown_alone_and_edited_without_scripts(desk: Desk) -> None:
    motor = desk.firm.item("Motor expenses")
    page = desk.open("merge_step", "categories", item=str(motor.id), edit="any")
    assert "Only 449 Motor expenses." in page.text
    assert "7300 Vehicle and travel costs" in page.text
    assert 'name="choice"' in page.html
    chosen = f"{motor.id}:any:match:{desk.new.remote('n-7300').id}:1"
    back = desk.url("merge_step", "categories")
    answer = desk.client.post(
        desk.url("merge_choose"), {"choice": chosen, "version": str(desk.new.version), "back": back}
    )
    assert answer["Location"] == back
    assert desk.uses_of("Motor expenses")["any"] == ("match", desk.new.remote("n-7300").id, True)


def test_a_row_saved_without_scripts_and_without_a_choice_asks_for_one(desk: Desk) -> None:
    motor = desk.firm.item("Motor expenses")
    back = f"{desk.url('merge_step', 'categories')}?item={motor.id}"
    before = desk.uses_of("Motor expenses")
    answer = desk.client.post(desk.url("merge_choose"), {"choice": "", "version": "1", "back": back})
    assert answer["Location"] == back
    assert "Nothing was chosen for it. Press the match and choose one." in read(desk.client.get(back)).text
    assert desk.uses_of("Motor expenses") == before


def test_a_two_way_tax_rate_is_shown_by_use(desk: Desk) -> None:
    page = desk.open("merge_step", "tax_rates", show="all", q="20")
    assert "on costs" in page.text
    assert "on sales" in page.text
    assert "20.0% S on purchases" in page.text


def test_several_entries_on_one_say_so(desk: Desk) -> None:
    desk.match("Motor expenses", "n-6200")
    page = desk.open("merge_step", "categories", show="all")
    assert "also for 400 Advertising" in page.text


def test_when_nothing_is_left_the_page_says_so(desk: Desk) -> None:
    desk.client.post(desk.url("merge_way"), {"key": "bill/draft", "answer": "awaiting_payment"})
    desk.match("Motor expenses", "n-7300")
    desk.use()
    page = desk.open("merge")
    assert "Everything your rules and documents use is matched." in page.text
    assert "left alone" in page.text


def test_a_connection_that_is_not_in_use_has_nothing_to_match(desk: Desk) -> None:
    Connection.objects.filter(id=desk.new.connection.id).update(stage=Connection.Stage.SETTING_UP)
    assert "are still being read" in desk.open("merge").text
    step = desk.open("merge_step", "categories")
    assert "are still being read" in step.text
    assert step.link("Look again") == desk.url("merge")
    Connection.objects.filter(id=desk.new.connection.id).update(stage=Connection.Stage.ENDED)
    assert "is not in use" in desk.open("merge").text


@pytest.mark.req("CHG-09")
@pytest.mark.parametrize(
    "name",
    [
        ("merge",),
        ("merge_step", "categories"),
        ("merge_step", "publishing"),
        ("merge_preview",),
        ("merge_import",),
    ],
)
def test_every_address_says_that_the_books_are_not_in_use_any_more(desk: Desk, name: tuple[str, ...]) -> None:
    Connection.objects.filter(id=desk.new.connection.id).update(stage=Connection.Stage.ENDED)
    page = desk.open(*name)
    assert page.status == 200
    assert "QuickBooks Online (Acme Ltd) is not in use." in page.text
    assert page.link("Back to connections")


@pytest.mark.req("CHG-09")
def test_a_page_that_is_open_when_the_books_change_is_told_above_its_rows(desk: Desk) -> None:
    motor, seen = desk.firm.item("Motor expenses"), str(desk.new.version)
    choice = f"{motor.id}:any:leave::1"
    Connection.objects.filter(id=desk.new.connection.id).update(stage=Connection.Stage.ENDED)
    headers = {"HX-Request": "true"}
    answers = [
        desk.client.get(desk.url("merge_state"), {"seen": seen}, headers=headers),
        desk.client.get(desk.url("merge_edit", motor.id), {"use": "any"}, headers=headers),
        desk.client.get(desk.url("merge_step", "categories"), headers=headers),
        desk.client.post(desk.url("merge_choose"), {"choice": choice, "version": seen}, headers=headers),
    ]
    for answer in answers:
        page = read(answer)
        assert answer.status_code == 409
        assert (answer["HX-Retarget"], answer["HX-Reswap"]) == ("#merge-notice", "innerHTML")
        assert "QuickBooks Online (Acme Ltd) is not in use." in page.text
        assert "<html" not in page.html
        assert '<div id="merge-start" hx-swap-oob="delete">' in page.html, "nothing can be started from there"
    posted = desk.client.post(desk.url("merge_choose"), {"choice": choice, "version": seen})
    assert posted.status_code == 409
    assert "is not in use" in read(posted).text


def test_a_step_that_is_none_is_not_found(desk: Desk) -> None:
    assert desk.open("merge_step", "nonsense").status == 404
    assert desk.open("merge_step", "categories", item="nonsense").status == 404


def test_a_standard_user_is_told_who_may(desk: Desk, people: People, browse: Browse) -> None:
    bob = browse(people.bob)
    refused = bob.get(desk.url("merge"))
    assert refused.status_code == 403
    assert b"Connections are managed by Admins" in refused.content


@pytest.mark.req("UX-04")
def test_rows_add_no_queries(desk: Desk) -> None:
    def look() -> None:
        assert desk.open("merge_step", "suppliers", show="all").status == 200

    def add() -> None:
        items = [
            ListItem(business=desk.firm.business, list=SUPPLIERS, name=f"New {n}", folded_name=f"new {n}")
            for n in range(60)
        ]
        ListItem.objects.bulk_create(items)
        # What is proposed is made in the background after each read of a list.
        queue_suggestions(desk.new.connection)
        run_due(kinds=[SUGGEST_JOB])

    assert_rows_add_no_queries(look, add, most=75)


def test_the_frame_is_drawn_anew_only_when_something_changed(desk: Desk) -> None:
    seen = str(desk.new.version)
    assert desk.fragment("merge_state", seen=seen, step="categories").status == 204
    desk.match("Motor expenses", "n-7300")
    fresh = desk.fragment("merge_state", seen=seen, step="categories")
    assert fresh.status == 200
    assert "Categories 3 ticked" in fresh.text
    assert "Draft saved" in fresh.text


@pytest.mark.req("CHG-09")
def test_rows_are_drawn_anew_by_their_ids_after_somebody_else_used_them(
    desk: Desk, people: People, browse: Browse
) -> None:
    step, ads = desk.open("merge_step", "categories", show="all"), desk.firm.item("Advertising")
    assert f'data-rows="{desk.url("merge_step", "categories")}"' in step.html
    assert f'data-version="{desk.new.version}"' in step.html
    motor = desk.firm.item("Motor expenses")
    seen = str(desk.new.version)
    browse(people.carol).post(desk.url("merge_use"), {"version": seen, "list": "categories"})
    state = desk.fragment("merge_state", seen=seen, step="categories")
    assert 'data-by="Carol Accountant"' in state.html
    rows = desk.fragment("merge_step", "categories", ids=f"{ads.id},{motor.id}")
    assert "Matched, and in use" in rows.html
    assert 'aria-checked="true"' not in rows.html, "what a colleague used is not ticked any more"
    assert (rows.html.count("data-entry="), "merge-table" in rows.html) == (2, False)
    assert f'data-there="{desk.new.remote("n-6200").id}"' in rows.html
    assert desk.fragment("merge_step", "categories", ids="nonsense").status == 404


@pytest.mark.parametrize("show", list(Show))
@pytest.mark.parametrize("name", ["tax_rates", "suppliers", "categories", "payment_methods"])
def test_every_list_opens_under_every_filter(desk: Desk, name: str, show: Show) -> None:
    assert desk.open("merge_step", name, show=show.value).status == 200


def test_taxes_are_offered_by_what_fits(desk: Desk) -> None:
    zero = desk.firm.item("Zero rated", TAXES)
    options = desk.fragment("merge_targets", zero.id, use="any").html
    assert options.index("0.0% Z") < options.index("20.0% S on sales"), "what can be chosen stands first"
    greyed = options[options.index("5.0% R") - 400 : options.index("5.0% R")]
    assert "disabled" in greyed
    assert "data-hint" in greyed, "what can't be chosen says why"


@pytest.mark.req("CHG-03", "CHG-08")
def test_a_row_says_why_what_stood_for_an_entry_has_to_be_replaced(desk: Desk) -> None:
    """A proposal beside it is no reason to keep that to oneself."""
    desk.match("Motor expenses", "n-7300")
    desk.use()
    desk.match("Motor expenses", "n-6200")
    assert (
        "instead of 7300 Vehicle and travel costs" in desk.open("merge_step", "categories", show="all").text
    )
    desk.new.books.change(CATEGORIES, "n-7300", archived=True)
    desk.new.read()
    row = desk.open("merge_step", "categories", show="all").text
    assert "7300 Vehicle and travel costs is archived" in row
    assert "instead of" not in row


@pytest.mark.parametrize("step", ["publishing", "dimensions"])
def test_a_step_without_rows_has_none_to_give(desk: Desk, step: str) -> None:
    assert desk.fragment("merge_step", step).status == 404
    assert desk.open("merge_step", step).status == 200
