"""The Lists pages: what was read, search, matching, and combining with undo."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from bookbind.connections.models import Connection
from bookbind.connections.queries import label_of
from bookbind.documents.queries import get_document
from bookbind.kit import clock
from bookbind.lists.bindings import replace_binding
from bookbind.lists.combine import combine
from bookbind.lists.models import Binding, Combination, Dimension, ListItem, ListSync, RemoteItem
from bookbind.lists.queries import current_bindings, dimension_slots
from bookbind.lists.sync import request_sync
from bookbind.merge.using import find_last_applied
from bookbind.providers.base.types import ListName
from bookbind.publishing.configuration import get_settings
from bookbind.publishing.models import Publication, PublishingSettings
from bookbind.publishing.services import request_publish
from bookbind.rules.services import RuleInput, save_supplier_rule
from bookbind.web.views.lists_matching import suggest
from tests.support.factories import People
from tests.support.office import Office
from tests.support.pages import read
from tests.support.queries import assert_rows_add_no_queries
from tests.web.conftest import Browse

pytestmark = pytest.mark.django_db


def test_the_overview_counts_and_says_when_each_list_was_read(office: Office, alice: Client) -> None:
    assert office.connection is not None
    office.item(ListName.CATEGORIES, "Advertising", "400")
    office.unmatched(ListName.CATEGORIES, "Motor", "449")
    request_sync(office.connection)
    ListSync.objects.update(state=ListSync.State.COMPLETE, last_success_at=clock.now(), item_count=1)
    page = read(alice.get(office.url("lists/")))
    assert "Categories Chart of accounts 2 Complete 1 needs a match today" in page.text
    assert page.has_button("Refresh all")
    assert "every 1s" not in page.html, "nothing moves, so nothing is asked for again"


def test_reading_shows_progress_and_asks_again(office: Office, alice: Client) -> None:
    assert office.connection is not None
    request_sync(office.connection)
    ListSync.objects.filter(list="suppliers").update(
        state=ListSync.State.READING, read_count=1200, expected_count=3000
    )
    page = read(alice.get(office.url("lists/")))
    assert "1,200 of 3,000" in page.text
    assert 'hx-trigger="every 1s"' in page.html


def test_a_read_that_failed_says_that_nothing_was_lost(office: Office, alice: Client) -> None:
    assert office.connection is not None
    request_sync(office.connection)
    ListSync.objects.update(
        state=ListSync.State.FAILED, last_error={"kind": "transient", "text": "<script>boom</script>"}
    )
    page = read(alice.get(office.url("lists/")))
    assert "What was read before stays; it is tried again by itself." in page.text
    assert "<script>boom" not in page.html


def test_refresh_asks_for_one_list_or_all(office: Office, alice: Client) -> None:
    page = read(alice.post(office.url("lists/refresh"), {"list": "suppliers"}, follow=True))
    assert "Reading from Xero (Acme Ltd)." in page.text
    wanted = ListSync.objects.exclude(requested_at=None).values_list("list", flat=True)
    assert list(wanted) == ["suppliers"]
    alice.post(office.url("lists/refresh"))
    assert ListSync.objects.filter(requested_at=None).count() == 0


def test_a_standard_user_sees_lists_and_changes_none(office: Office, browse: Browse, people: People) -> None:
    item = office.item(ListName.CATEGORIES, "Advertising", "400")
    bob = browse(people.bob)
    assert "Advertising" in read(bob.get(office.url("lists/categories/"))).text
    for path in ("lists/refresh", "lists/categories/match", "lists/suppliers/keep-apart"):
        assert bob.post(office.url(path), {"item": item.id}).status_code == 403, path
    assert bob.get(office.url(f"lists/suppliers/combine?kept={item.id}")).status_code == 403


def test_a_list_is_searched_and_says_what_each_entry_is(office: Office, alice: Client) -> None:
    office.item(ListName.CATEGORIES, "Advertising", "400")
    motor = office.item(ListName.CATEGORIES, "Motor expenses", "449")
    RemoteItem.objects.filter(code="449").update(name="Vehicles", code="V1")
    save_supplier_rule(office.supplier(), RuleInput(category_id=motor.id), office.user)
    page = read(alice.get(office.url("lists/categories/?q=motor")))
    assert "Motor expenses 449 Matched V1 Vehicles 1 rule" in page.text
    assert "Advertising" not in page.text
    assert page.link("1 rule") == office.url(f"rules/?item={motor.id}")


def test_a_supplier_without_a_match_needs_none(office: Office, alice: Client) -> None:
    office.supplier("New Ltd")
    page = read(alice.get(office.url("lists/suppliers/")))
    assert "New Ltd – Created when first used" in page.text  # noqa: RUF001


def test_where_the_settings_ask_about_new_suppliers_the_lists_and_fields_say_so(
    office: Office, alice: Client
) -> None:
    office.supplier("New Ltd")
    document = office.bill()
    assert office.connection is not None
    get_settings(office.connection)
    PublishingSettings.objects.update(new_suppliers=PublishingSettings.NewSuppliers.ASK)
    page = read(alice.get(office.url("lists/suppliers/")))
    assert "New Ltd – You are asked when first used" in page.text  # noqa: RUF001
    html = alice.get(office.url("lists/suppliers/pick?q=new")).content.decode()
    hint = "you are asked when first used"
    assert f'data-hint="{hint}" label="New Ltd ({hint})">New Ltd</option>' in html
    html = alice.get(office.url(f"costs/{document.id}/")).content.decode()
    assert "you are asked on publish" in html
    assert "created on publish" not in html


def test_unknown_lists_and_other_tenants_are_404(
    office: Office, alice: Client, browse: Browse, people: People
) -> None:
    assert alice.get(office.url("lists/nonsense/")).status_code == 404
    assert alice.get(office.url("lists/nonsense/pick")).status_code == 404
    assert browse(people.olga).get(office.url("lists/categories/pick")).status_code == 404


def test_a_field_is_offered_what_works_at_the_connection(office: Office, alice: Client) -> None:
    office.item(ListName.CATEGORIES, "Advertising", "400")
    office.unmatched(ListName.CATEGORIES, "Adrift", "401")
    html = alice.get(office.url("lists/categories/pick?q=ad")).content.decode()
    assert "400 Advertising" in html
    assert "Adrift" not in html
    office.supplier("Adam & Sons")
    html = alice.get(office.url("lists/suppliers/pick?q=adam")).content.decode()
    hint = "created when first used"
    assert f'data-hint="{hint}" label="Adam &amp; Sons ({hint})">Adam &amp; Sons</option>' in html


def test_matching_lets_what_waits_go_on(office: Office, alice: Client) -> None:
    assert office.connection is not None
    lost = office.unmatched(ListName.CATEGORIES, "Motor vehicle expenses", "450")
    vehicle = office.remote(ListName.CATEGORIES, "Motor expenses", "V1")
    document = office.bill()
    document.lines.update(category=lost)
    publication = request_publish(get_document(document.id), office.user)
    assert publication.reason == "category_unmatched"
    page = read(alice.get(office.url("lists/categories/?show=match")))
    assert "450 Motor vehicle expenses" in page.text
    assert "1 document waits for it" in page.text
    hinted = 'data-hint="similar name" label="V1 Motor expenses (similar name)"'
    assert f'<option value="{vehicle.id}" {hinted} selected>' in page.html
    answer = alice.post(
        office.url("lists/categories/match"), {"item": lost.id, "remote": vehicle.id}, follow=True
    )
    assert "Matched. 1 document is being published." in read(answer).text
    assert current_bindings(office.connection.id, [lost.id])[lost.id] == vehicle
    assert Publication.objects.get().state == Publication.State.WAITING


@pytest.mark.req("CHG-03", "CHG-06")
def test_what_needs_a_match_leads_to_the_proposals_and_promises_no_more_than_happens(
    office: Office, alice: Client, people: People, browse: Browse
) -> None:
    assert office.connection is not None
    for number in range(3):
        office.unmatched(ListName.CATEGORIES, f"Motor {number}", f"45{number}")
    address = office.url("lists/categories/?show=match")
    page = read(alice.get(address))
    merge = reverse("merge_step", args=[office.business.slug, office.connection.id, "categories"])
    assert page.link("Match them in Merge lists") == f"{merge}?show=unmatched"
    published = "documents that wait for it are published by themselves"
    assert published in page.text
    Connection.objects.filter(id=office.connection.id).update(awaits_start=True)
    paused = read(alice.get(address)).text
    assert published not in paused
    assert "Nothing is sent there until publishing is started." in paused
    bob = read(browse(people.bob).get(address))
    assert bob.text.count("Admins match") == 1
    assert "Say what each one is" not in bob.text
    assert "Match them in Merge lists" not in [label for label, _ in bob.links]


def test_a_supplier_that_was_deleted_and_made_anew_is_proposed_under_its_name(
    office: Office, alice: Client
) -> None:
    supplier = office.item(ListName.SUPPLIERS, "City Fuel Ltd")
    assert "Needs a match" not in read(alice.get(office.url("lists/suppliers/"))).text
    RemoteItem.objects.filter(name="City Fuel Ltd").update(state=RemoteItem.State.GONE)
    anew = office.remote(ListName.SUPPLIERS, "CITY FUEL LTD")
    page = read(alice.get(office.url("lists/suppliers/")))
    assert "Needs a match" in page.text
    page = read(alice.get(office.url("lists/suppliers/?show=match")))
    assert (
        f'<option value="{anew.id}" data-hint="same name" label="CITY FUEL LTD (same name)" selected>'
        in page.html
    )
    alice.post(office.url("lists/suppliers/match"), {"item": supplier.id, "remote": anew.id})
    assert office.connection is not None
    assert current_bindings(office.connection.id, [supplier.id])[supplier.id] == anew


def test_a_tracking_list_is_told_which_dimension_it_shows(office: Office, alice: Client) -> None:
    assert office.connection is not None
    made = {
        name: Dimension.objects.create(
            business=office.business, connection=office.connection, remote_id=name, name=name, slot=slot
        )
        for name, slot in (("Region", "tracking_1"), ("Department", ""))
    }
    assert "Department" in read(alice.get(office.url("lists/tracking_1/"))).text
    assert "Department" not in read(alice.get(office.url("lists/suppliers/"))).text
    address = office.url("lists/tracking_1/dimension")
    alice.post(address, {"dimension": made["Department"].id})
    assert dimension_slots(office.connection) == {ListName.TRACKING_1: "Department"}
    assert ListSync.objects.get(list=ListName.TRACKING_1).wants_full
    gone = read(alice.post(address, {"dimension": "nothing of ours"}, follow=True))
    assert "That choice is not there any more." in gone.text
    second = office.url("lists/tracking_2/dimension")
    taken = read(alice.post(second, {"dimension": made["Department"].id}, follow=True))
    assert "What it shows now was Projects' until now." in taken.text
    assert dimension_slots(office.connection) == {ListName.TRACKING_2: "Department"}
    alice.post(second, {"dimension": ""})
    assert dimension_slots(office.connection) == {}
    assert alice.post(office.url("lists/suppliers/dimension"), {"dimension": ""}).status_code == 404


def test_a_match_needs_an_entry_of_the_same_list_and_connection(office: Office, alice: Client) -> None:
    lost = office.unmatched(ListName.CATEGORIES, "Motor", "450")
    other = office.remote(ListName.TAX_RATES, "20%")
    page = read(
        alice.post(office.url("lists/categories/match"), {"item": lost.id, "remote": other.id}, follow=True)
    )
    assert "That entry is not there any more." in page.text
    page = read(
        alice.post(office.url("lists/categories/match"), {"item": lost.id, "remote": ""}, follow=True)
    )
    assert "Choose an entry first." in page.text
    assert not Binding.objects.filter(list_item=lost).exists()


@pytest.mark.req("CHG-04")
def test_a_match_in_the_list_is_checked_and_can_be_undone_as_in_merge_lists(
    office: Office, alice: Client
) -> None:
    rate = office.unmatched(ListName.TAX_RATES, "20% standard", rate="20", side="both", tax_kind="standard")
    wrong, half = office.remote(ListName.TAX_RATES, "5% standard"), office.remote(ListName.TAX_RATES, "20%")
    for remote, side, percent in ((wrong, "both", "5"), (half, "costs", "20")):
        details = {"rate": percent, "side": side, "tax_kind": "standard"}
        RemoteItem.objects.filter(id=remote.id).update(details=details)
    address = office.url("lists/tax_rates/match")
    refused = read(alice.post(address, {"item": rate.id, "remote": wrong.id}, follow=True))
    assert "20% standard can't be 5% standard." in refused.text
    assert not Binding.objects.filter(list_item=rate).exists()
    matched = read(alice.post(address, {"item": rate.id, "remote": half.id}, follow=True))
    assert "is for costs only, so 20% standard is matched to it on costs." in matched.text
    assert Binding.objects.get(list_item=rate, closed_at=None).use == Binding.Use.COSTS
    assert office.connection is not None
    assert find_last_applied(office.connection) is not None


def test_no_entry_is_proposed_that_could_not_be_a_match(office: Office, alice: Client) -> None:
    lost = office.unmatched(ListName.CATEGORIES, "Vehicle leasing", "450", account_type="EXPENSE")
    asset = office.remote(ListName.CATEGORIES, "Vehicles leasing", "V1")
    RemoteItem.objects.filter(id=asset.id).update(details={"account_type": "FIXED"})
    page = read(alice.get(office.url("lists/categories/?show=match")))
    assert lost.name in page.text
    assert f'<option value="{asset.id}" data-hint' not in page.html


@pytest.mark.parametrize(
    ("name", "best"),
    [("Motor vehicle expenses", "2"), ("advertising & marketing", "1"), ("Interest income", "")],
)
def test_the_proposal_is_the_most_similar_name_or_none(name: str, best: str) -> None:
    offered = [("1", "Advertising and Marketing"), ("2", "Motor Vehicle Expense"), ("3", "Rent")]
    assert suggest(name, offered) == best


def test_any_two_entries_can_be_combined_however_they_are_written(
    office: Office, alice: Client, people: People, browse: Browse
) -> None:
    kept, other = office.supplier("BT Business"), office.supplier("British Telecommunications")
    for tab in ("twice", "combined"):
        page = read(alice.get(office.url(f"lists/suppliers/?show={tab}")))
        assert page.has_button("Combine…")
        assert page.html.count(f'data-url="{office.url("lists/suppliers/pick?own=yes")}"') == 2
    categories = office.url("lists/categories/?show=combined")
    office.item(ListName.CATEGORIES, "Advertising", "400")
    assert not read(alice.get(categories)).has_button("Combine…"), "one entry is no two"
    office.item(ListName.CATEGORIES, "Marketing", "401")
    assert read(alice.get(categories)).has_button("Combine…")
    bob = browse(people.bob)
    assert not read(bob.get(office.url("lists/suppliers/?show=combined"))).has_button("Combine…")
    preview = read(alice.get(office.url(f"lists/suppliers/combine?kept={kept.id}&absorbed={other.id}")))
    assert preview.has_button("Combine")


@pytest.mark.req("CHG-03")
def test_a_page_without_scripts_finds_the_entries_that_do_not_stand_in_its_fields(
    office: Office, alice: Client
) -> None:
    shared = {"business": office.business, "list": ListName.SUPPLIERS}
    names = [f"supplier {number}" for number in range(1_001)]
    address = office.url("lists/suppliers/?show=combined")
    ListItem.objects.bulk_create([ListItem(**shared, name=name, folded_name=name) for name in names[:1_000]])
    assert "<noscript>" not in read(alice.get(address)).html
    ListItem.objects.create(**shared, name=names[-1], folded_name=names[-1])
    page = read(alice.get(address))
    assert "Each field shows up to 1,000 of 1,001 entries." in page.html.split("<noscript>")[-1]
    last, other = (ListItem.objects.get(name=name) for name in ("supplier 999", "supplier 7"))
    assert str(last.id) not in page.html, "it is the last by name"
    found = read(alice.get(f"{address}&kept={other.id}&find_kept=supplier+7&find_absorbed=supplier+999"))
    kept, absorbed, *_ = found.html.split("</select>")
    assert f'<option value="{other.id}" selected>' in kept
    assert f'<option value="{last.id}" selected>' in absorbed, "the only one found is the one meant"


def test_what_still_needs_a_match_can_be_combined_and_what_is_only_there_is_not_offered(
    office: Office, alice: Client
) -> None:
    office.unmatched(ListName.CATEGORIES, "Motor", "449")
    office.unmatched(ListName.CATEGORIES, "Motoring", "450")
    office.remote(ListName.CATEGORIES, "Motor vehicles", "V1")
    ListSync.objects.update_or_create(
        business=office.business, connection=office.connection, list="categories", defaults={"merging": True}
    )
    page = read(alice.get(office.url("lists/categories/?show=combined")))
    [address, _] = re.findall(r'data-url="([^"]+)"', page.html)
    offered = alice.get(f"{address}&q=motor").content.decode()
    assert re.findall(r">([^<]+)</option>", offered) == ["449 Motor", "450 Motoring"]
    assert page.html.count(">449 Motor</option>") == 2, "without scripts they are chosen from the page"


def test_a_rule_that_names_what_was_combined_counts_for_the_entry_kept(office: Office, alice: Client) -> None:
    kept = office.item(ListName.CATEGORIES, "Motor expenses", "449")
    twice = office.item(ListName.CATEGORIES, "Motoring", "450")
    for supplier, category in (("One Ltd", kept), ("Two Ltd", twice)):
        save_supplier_rule(office.supplier(supplier), RuleInput(category_id=category.id), office.user)
    combine(kept, twice, office.user)
    page = read(alice.get(office.url("lists/categories/?q=449")))
    assert "2 rules" in page.text
    rules = read(alice.get(page.link("2 rules")))
    assert "One Ltd" in rules.text
    assert "Two Ltd" in rules.text


def test_combining_names_the_software_of_a_match_and_warns_of_two_tax_numbers(
    office: Office, alice: Client
) -> None:
    assert office.connection is not None
    kept, other = office.supplier("BT Business"), office.supplier("British Telecommunications")
    address = office.url(f"lists/suppliers/combine?kept={kept.id}&absorbed={other.id}")
    replace_binding(kept, office.remote(ListName.SUPPLIERS, "BT Business"), "chosen")
    ListItem.objects.filter(id=kept.id).update(details={"tax_number": "GB 245 7193 48"})
    ListItem.objects.filter(id=other.id).update(details={"tax_number": "245719348"})
    page = read(alice.get(address))
    assert f"Matched to BT Business in {label_of(office.connection)}" in page.text
    assert "tax numbers differ" not in page.text
    ListItem.objects.filter(id=other.id).update(details={"tax_number": "GB999999973"})
    warned = read(alice.get(address))
    assert "Their tax numbers differ." in warned.text
    assert "BT Business has GB 245 7193 48, British Telecommunications has GB999999973." in warned.text
    assert warned.has_button("Combine")


def test_the_way_to_the_first_combination_is_a_tab(
    office: Office, people: People, browse: Browse, alice: Client
) -> None:
    office.item(ListName.CATEGORIES, "Motor expenses", "449")
    assert "Combined" not in read(alice.get(office.url("lists/categories/"))).text, "there is no second one"
    office.item(ListName.CATEGORIES, "Fuel", "450")
    page = read(alice.get(office.url("lists/categories/")))
    assert read(alice.get(page.link("Combined"))).has_button("Combine…")
    bob = browse(people.bob)
    assert "Combined" not in read(bob.get(office.url("lists/categories/"))).text


def test_what_an_entry_absorbed_before_is_counted_with_it(office: Office, alice: Client) -> None:
    kept, twice, first = office.supplier("BT plc"), office.supplier("BT Ltd"), office.supplier("BT")
    office.bill("INV-1", supplier_id=first.id)
    replace_binding(first, office.remote(ListName.SUPPLIERS, "BT"), "chosen")
    combine(twice, first, office.user)
    page = read(alice.get(office.url(f"lists/suppliers/combine?kept={kept.id}&absorbed={twice.id}")))
    assert "0 rules and 1 open document of BT Ltd count as BT plc." in page.text
    assert "Matched to BT in" in page.text


def test_duplicates_are_previewed_combined_and_undone(office: Office, alice: Client) -> None:
    kept, twice = office.supplier("BT plc"), office.supplier("BT Ltd")
    save_supplier_rule(twice, RuleInput(category_id=office.category.id), office.user)
    office.bill("INV-1", supplier_id=twice.id)
    page = read(alice.get(office.url("lists/suppliers/?show=twice")))
    assert "BT plc and BT Ltd" in page.text
    preview = read(alice.get(office.url(f"lists/suppliers/combine?kept={kept.id}&absorbed={twice.id}")))
    assert "1 rule and 1 open document of BT Ltd count as BT plc." in preview.text
    pair = {"kept": kept.id, "absorbed": twice.id}
    page = read(alice.post(office.url("lists/suppliers/combine"), pair, follow=True))
    assert "BT Ltd is read as BT plc from now on. You can undo this." in page.text
    assert ListItem.objects.get(id=twice.id).merged_into == kept
    combination = Combination.objects.get()
    page = read(alice.post(office.url(f"combinations/{combination.id}/undo"), follow=True))
    assert "Undone: BT Ltd and BT plc are two again." in page.text
    assert ListItem.objects.get(id=twice.id).merged_into is None


def test_whoever_looks_for_what_was_combined_is_led_to_the_entry_kept(office: Office, alice: Client) -> None:
    kept, twice = office.supplier("British Telecom"), office.supplier("BT plc")
    combine(kept, twice, office.user)
    page = read(alice.get(office.url("lists/suppliers/?q=bt")))
    assert "BT plc is read as British Telecom" in page.text
    assert "British Telecom" in read(alice.get(f"{page.path}{page.link('British Telecom')}")).text
    assert "is read as" not in read(alice.get(office.url("lists/suppliers/?q=british"))).text


def test_an_undone_combination_says_which_of_the_two_needs_a_match_now(office: Office, alice: Client) -> None:
    kept = office.item(ListName.CATEGORIES, "Motor expenses", "449")
    twice = office.unmatched(ListName.CATEGORIES, "Motoring", "450")
    combination = combine(kept, twice, office.user)
    page = read(alice.post(office.url(f"combinations/{combination.id}/undo"), follow=True))
    assert "Undone: Motoring and Motor expenses are two again." in page.text
    assert "Motoring needs a match in Xero (Acme Ltd) now; what uses it waits for that." in page.text


def test_whoever_goes_back_to_what_was_combined_hears_that_it_was(office: Office, alice: Client) -> None:
    kept, twice = office.supplier("BT Business"), office.supplier("British Telecommunications")
    address = office.url("lists/suppliers/combine")
    pair = {"kept": kept.id, "absorbed": twice.id}
    combine(kept, twice, office.user)
    for answer in (alice.get(address, pair, follow=True), alice.post(address, pair, follow=True)):
        page = read(answer)
        assert "British Telecommunications is read as BT Business already." in page.text
        assert page.path.endswith("?show=combined")
    assert Combination.objects.count() == 1


def test_an_entry_is_not_combined_with_itself_or_another_list(office: Office, alice: Client) -> None:
    supplier = office.supplier("BT plc")
    for other in (supplier.id, office.category.id):
        page = read(
            alice.post(
                office.url("lists/suppliers/combine"), {"kept": supplier.id, "absorbed": other}, follow=True
            )
        )
        assert "Choose two different entries of this list." in page.text
    assert not Combination.objects.exists()


def test_two_that_only_look_alike_are_not_proposed_again(office: Office, alice: Client) -> None:
    one, other = office.supplier("BT plc"), office.supplier("BT Ltd")
    alice.post(office.url("lists/suppliers/keep-apart"), {"kept": one.id, "absorbed": other.id})
    page = read(alice.get(office.url("lists/suppliers/?show=twice")))
    assert "No duplicates." in page.text


def test_another_tenants_combination_is_not_there(
    office: Office, alice: Client, browse: Browse, people: People
) -> None:
    pair = {"kept": office.supplier("BT plc").id, "absorbed": office.supplier("BT Ltd").id}
    alice.post(office.url("lists/suppliers/combine"), pair)
    combination = Combination.objects.get()
    url = f"/b/{people.other.slug}/combinations/{combination.id}/undo"
    assert browse(people.olga).post(url).status_code == 404
    assert Combination.objects.get().undone_at is None


def test_the_export_runs_nothing(office: Office, alice: Client) -> None:
    office.supplier("=cmd()")
    answer = alice.get(office.url("lists/suppliers/export"))
    assert "'=cmd()" in b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]


def test_entries_add_no_queries(office: Office, alice: Client) -> None:
    office.item(ListName.CATEGORIES, "Advertising", "400")

    def add_rows() -> None:
        for number in range(40):
            office.item(ListName.CATEGORIES, f"Category {number}", f"9{number}")
            office.unmatched(ListName.CATEGORIES, f"Lost {number}", f"8{number}")

    def look() -> None:
        for path in ("lists/", "lists/categories/", "lists/categories/pick"):
            alice.get(office.url(path))

    assert_rows_add_no_queries(look, add_rows, most=75)


def test_without_software_the_lists_are_still_there(office: Office, alice: Client) -> None:
    office.supplier("Kept Ltd")
    assert office.connection is not None
    office.connection.stage = "ended"
    office.connection.save()
    page = read(alice.get(office.url("lists/")))
    assert "They stay when accounting software is connected or changed." in page.text
    assert "Suppliers 1" in page.text
