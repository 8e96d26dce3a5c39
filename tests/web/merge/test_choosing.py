"""Choosing in Merge lists: saved at once, never over somebody else's choice, and refused with the reason."""

import re
from dataclasses import replace

import pytest

from bookbind.lists.labels import TRACKING_LISTS
from bookbind.lists.models import Dimension
from bookbind.lists.services import create_item
from bookbind.merge.models import DraftRow, Suggested
from bookbind.merge.proposals import to_json
from bookbind.merge.suggestions import read_suggestions
from bookbind.providers.base.types import ListName, RemoteDimension
from tests.merge.conftest import CATEGORIES, TAXES
from tests.support.factories import People
from tests.support.pages import Page, read
from tests.support.queries import counting
from tests.web.conftest import Browse
from tests.web.merge.conftest import Desk

pytestmark = pytest.mark.django_db


def test_a_choice_is_kept_at_once_and_its_row_comes_back(desk: Desk) -> None:
    row = desk.match("Motor expenses", "n-7300")
    assert row.status == 200
    assert "7300 Vehicle and travel costs" in row.text
    assert 'aria-checked="true"' in row.html
    assert DraftRow.objects.get(list_item__name="Motor expenses").ticked


def test_a_tick_is_taken_away_and_given_back(desk: Desk) -> None:
    ads = desk.firm.item("Advertising")
    target = desk.new.remote("n-6200").id
    off = desk.choose(f"{ads.id}:any:match:{target}:0")
    assert 'aria-checked="false"' in off.html
    assert "certain, not ticked" in off.text
    assert "likely" not in off.html
    on = desk.choose(f"{ads.id}:any:match:{target}:1")
    assert 'aria-checked="true"' in on.html
    assert "certain" in on.text, "it stands as it was proposed"
    assert "not ticked" not in on.text
    assert not DraftRow.objects.filter(list_item=ads).exists()


def test_a_tick_given_back_leaves_what_was_chosen_for_the_other_side(desk: Desk) -> None:
    rate = desk.firm.item("20% VAT", TAXES)
    target = desk.new.remote("n-20c", TAXES).id
    desk.choose(f"{rate.id}:sales:leave::1")
    desk.choose(f"{rate.id}:costs:match:{target}:0")
    desk.choose(f"{rate.id}:costs:match:{target}:1")
    assert desk.uses_of("20% VAT", TAXES) == {
        "costs": ("match", target, True),
        "sales": ("leave", None, True),
    }


@pytest.mark.req("CHG-08")
def test_a_tax_rate_of_another_kind_is_refused_with_the_reason(desk: Desk) -> None:
    row = desk.match("Zero rated", "n-5", in_list=TAXES)
    assert row.status == 422
    assert "can't be 5.0% R" in row.text
    assert not DraftRow.objects.filter(list_item__name="Zero rated").exists()


@pytest.mark.req("CHG-08")
def test_an_entry_is_split_by_use_and_joined_again(desk: Desk) -> None:
    motor = desk.firm.item("5% VAT", TAXES)
    row = desk.choose(f"{motor.id}:any:split::1")
    assert "on costs" in row.text
    assert "on sales" in row.text
    joined = desk.choose(f"{motor.id}:costs:join::1")
    assert "on costs" not in joined.text


def test_what_is_left_unmatched_stays_so_until_it_is_taken_back(desk: Desk) -> None:
    ads = desk.firm.item("Advertising")
    left = desk.choose(f"{ads.id}:any:leave::1")
    assert "Left unmatched" in left.text
    proposed = desk.choose(f"{ads.id}:any:forget::1")
    assert "6200 Advertising" in proposed.text


@pytest.mark.req("CHG-09")
@pytest.mark.parametrize(
    ("action", "said"),
    [
        ("split", "You chose to match it on costs and on sales separately."),
        ("join", "You chose one match for costs and sales."),
        ("forget", "You chose what is proposed."),
    ],
)
def test_whoever_was_second_is_told_what_they_chose_themselves(
    desk: Desk, people: People, browse: Browse, action: str, said: str
) -> None:
    seen = desk.new.version
    desk.match("20% VAT", "n-20c", use="costs", in_list=TAXES)
    item = desk.firm.item("20% VAT", TAXES)
    row = desk.choose(f"{item.id}:any:{action}::1", version=seen, client=browse(people.carol))
    assert row.status == 409
    assert said in row.text


def test_an_entry_is_to_be_created_when_the_matches_are_used(desk: Desk) -> None:
    motor = desk.firm.item("Motor expenses")
    row = desk.choose(f"{motor.id}:any:create::1")
    assert "Create “Motor expenses”" in row.text
    assert "and create 1" in desk.open("merge_step", "categories").text


@pytest.mark.req("CHG-09")
def test_the_second_of_two_people_is_told_who_chose_what_and_loses_nothing(
    desk: Desk, people: People, browse: Browse
) -> None:
    seen = desk.new.version
    desk.match("Motor expenses", "n-7300")
    motor, other = desk.firm.item("Motor expenses"), desk.new.remote("n-6200")
    mine = f"{motor.id}:any:match:{other.id}:1"
    carol = browse(people.carol)
    row = desk.choose(mine, version=seen, client=carol)
    assert row.status == 409
    assert "Alice Admin changed this just before you." in row.text
    assert "7300 Vehicle and travel costs" in row.text, "what stands now is shown"
    assert "You chose 6200 Advertising." in row.text, "what was chosen is not lost"
    assert row.has_button("Use mine")
    assert desk.choose(mine, client=carol).status == 200
    assert "Carol Accountant is also here" in desk.open("merge_step", "categories").text


def test_somebody_else_in_another_row_is_in_nobodys_way(desk: Desk, people: People, browse: Browse) -> None:
    seen = desk.new.version
    desk.match("Motor expenses", "n-7300")
    ads = desk.firm.item("Advertising")
    assert desk.choose(f"{ads.id}:any:leave::1", version=seen, client=browse(people.carol)).status == 200


@pytest.mark.parametrize("value", ["", "nonsense", "a:any:match:b:1", "x:y:z:w:1:2"])
def test_what_no_page_sends_is_no_choice(desk: Desk, value: str) -> None:
    assert desk.choose(value).status == 404


def test_the_field_offers_what_else_can_be_done(desk: Desk) -> None:
    motor = desk.firm.item("Motor expenses")
    field = desk.fragment("merge_edit", motor.id, use="any")
    for words in ("Create “Motor expenses” in QuickBooks Online", "Leave unmatched"):
        assert words in field.text
    rate = desk.firm.item("20% VAT", TAXES)
    desk.choose(f"{rate.id}:costs:join::1")
    assert "on costs and on sales separately" in desk.fragment("merge_edit", rate.id, use="any").text
    assert desk.fragment("merge_edit", motor.id, use="nonsense").status == 404


def test_the_field_offers_what_was_proposed_first_whatever_was_chosen_since(desk: Desk) -> None:
    ads, other = desk.firm.item("Advertising"), desk.new.remote("n-7300").id
    desk.choose(f"{ads.id}:any:leave::1")
    left = desk.fragment("merge_edit", ads.id, use="any").html.split("<option")
    assert re.search(r'data-hint="(\d+% sure)" label="6200 Advertising \(\1\)">6200 Advertising<', left[2])
    desk.choose(f"{ads.id}:any:match:{other}:1")
    chosen = desk.fragment("merge_edit", ads.id, use="any").html.split("<option")
    assert "selected>7300 Vehicle and travel costs<" in chosen[2]
    assert re.search(r'data-hint="(\d+% sure)" label="6200 Advertising \(\1\)">6200 Advertising<', chosen[3])


def test_the_field_reads_its_list_once(desk: Desk) -> None:
    ads = desk.firm.item("Advertising")
    with counting() as counted:
        assert "6200 Advertising" in desk.fragment("merge_edit", ads.id, use="any").html
    assert len([each for each in counted.queries if 'FROM "merge_suggested"' in each]) == 1


def test_the_field_names_nothing_that_is_all_but_impossible(desk: Desk) -> None:
    [proposal] = read_suggestions(desk.new.connection, CATEGORIES)[desk.firm.item("Motor expenses").id]
    alike = replace(proposal, alternatives=((desk.new.remote("n-6200").id, 0.004),))
    stored = Suggested.objects.get(connection=desk.new.connection, list=CATEGORIES)
    motor = desk.firm.item("Motor expenses")
    stored.proposals |= to_json({motor.id: [alike]})
    stored.save()
    field = desk.fragment("merge_edit", motor.id, use="any")
    assert "6200 Advertising" not in field.html
    assert '"0% sure"' not in field.html


@pytest.mark.req("CHG-04")
def test_a_rate_for_costs_is_neither_offered_nor_taken_on_sales(desk: Desk) -> None:
    rate = desk.firm.item("5% VAT", TAXES)
    assert "on costs and on sales separately" not in desk.fragment("merge_edit", rate.id, use="any").text
    refused = desk.match("5% VAT", "n-5", use="sales", in_list=TAXES)
    assert refused.status == 422
    assert (
        "5% VAT is for costs only and is never used on sales; "
        "match it on costs, or choose one match for costs and sales." in refused.text
    )
    created = desk.choose(f"{rate.id}:sales:create::1")
    assert "5% VAT is for costs only and is never used on sales." in created.text
    assert desk.uses_of("5% VAT", TAXES).keys() == {"any"}


@pytest.mark.req("CHG-04", "CHG-08")
def test_a_one_sided_rate_chosen_for_both_sides_is_matched_on_its_own_and_that_is_said(desk: Desk) -> None:
    row = desk.match("20% VAT", "n-20c", in_list=TAXES)
    assert row.status == 200
    said = "20.0% S on purchases is for costs only, so 20% VAT is matched to it on costs."
    assert f"{said} Choose what it is on sales, too." in row.text
    assert "on costs 20.0% S on purchases" in row.text
    assert desk.uses_of("20% VAT", TAXES)["costs"] == ("match", desk.new.remote("n-20c", TAXES).id, True)
    item = desk.firm.item("20% VAT", TAXES)
    offered = desk.fragment("merge_targets", item.id, use="any", q="20").html
    hint = "20%, costs: matched on costs only"
    assert f'data-hint="{hint}" label="20.0% S on purchases ({hint})">20.0% S on purchases' in offered
    fields = {"choice": f"{item.id}:any:match:{desk.new.remote('n-20s', TAXES).id}:1"}
    fields["version"] = str(desk.new.version)
    page = read(desk.client.post(desk.url("merge_choose"), fields, follow=True))
    assert "20.0% S on sales is for sales only" in page.text


@pytest.mark.req("CHG-08")
def test_of_a_rate_taken_for_one_side_the_other_asks_to_be_chosen(desk: Desk) -> None:
    desk.new.books.add(TAXES, "n-20b", "20% VAT", rate="20", tax_kind="standard", side="both")
    desk.new.read(TAXES)
    row = desk.match("20% VAT", "n-20c", in_list=TAXES)
    assert "on sales choose…" in row.text
    assert "Left unmatched" not in row.text


def test_dimensions_and_ways_take_only_what_is_offered(desk: Desk) -> None:
    assert desk.client.post(desk.url("merge_dimension"), {"key": "categories"}).status_code == 404
    refused = desk.client.post(
        desk.url("merge_way"), {"key": "bill/draft", "answer": "nonsense"}, follow=True
    )
    assert b"to decide" in refused.content


def test_finishing_a_step_adds_what_is_only_there(desk: Desk) -> None:
    page = desk.open("merge_step", "suppliers", show="all")
    assert page.has_button("Finish suppliers")
    said = "Finish adds 1 entry that is only in QuickBooks Online to your list"
    assert said in page.text, "of two there, one is ticked"
    assert "This can't be undone." in page.text
    refused = read(desk.client.post(desk.url("merge_finish", "suppliers"), follow=True))
    assert "1 tick in suppliers is not used yet, so nothing was added to your list." in refused.text
    assert "Somebody Else" not in desk.open("merge_step", "suppliers", show="all").text
    desk.use(list="suppliers")
    assert said in desk.open("merge_step", "suppliers").text
    answer = read(desk.client.post(desk.url("merge_finish", "suppliers"), follow=True))
    assert "Suppliers: finished. 1 entry was added from QuickBooks Online (Acme Ltd)." in answer.text
    assert "Somebody Else" in desk.open("merge_step", "suppliers", show="all").text


@pytest.mark.req("CHG-03")
def test_a_dimension_taken_from_another_list_is_said_and_that_list_is_asked_again(desk: Desk) -> None:
    desk.new.books.dimensions = [RemoteDimension("c-1", "Class", per_line=True, active=True)]
    desk.new.read()
    there = Dimension.objects.get(connection=desk.new.connection)
    assert there.slot == "tracking_1"

    def answer(slot: ListName) -> Page:
        fields = {"key": slot.value, "answer": str(there.id)}
        return read(desk.client.post(desk.url("merge_dimension"), fields, follow=True))

    assert "Class was Projects' until now." in answer(ListName.TRACKING_2).text
    for slot in TRACKING_LISTS:
        create_item(desk.firm.business.id, slot, "North")
    asked = answer(ListName.TRACKING_1).text
    assert "Class was Projects 2's until now; say again what Projects 2 is." in asked
    assert "Projects 2: which dimension is it there? to decide" in asked
    assert "until now" not in answer(ListName.TRACKING_1).text


@pytest.mark.req("CHG-03")
def test_one_save_keeps_the_answer_to_each_question_of_the_page(desk: Desk) -> None:
    desk.new.books.dimensions = [
        RemoteDimension(name, name, per_line=True, active=True) for name in ("Class", "Department")
    ]
    desk.new.read()
    for slot in TRACKING_LISTS:
        create_item(desk.firm.business.id, slot, "North")
    Dimension.objects.filter(connection=desk.new.connection).update(slot="")
    there = Dimension.objects.get(connection=desk.new.connection, name="Class")
    page = desk.open("merge_step", "dimensions")
    assert page.html.count(">Save</button>") == 1
    fields = {
        "key": ["tracking_1", "tracking_2"],
        "answer-tracking_1": str(there.id),
        "answer-tracking_2": "none",
    }
    saved = read(desk.client.post(desk.url("merge_dimension"), fields, follow=True)).text
    assert "Projects: which dimension is it there? decided" in saved
    assert "Projects 2: which dimension is it there? decided" in saved
    assert "until now" not in saved
    open_again = {"key": ["tracking_1", "tracking_2"], "answer-tracking_2": str(there.id)}
    moved = read(desk.client.post(desk.url("merge_dimension"), open_again, follow=True)).text
    assert "Class was Projects' until now; say again what Projects is." in moved
    assert (
        "Choose an answer first."
        in read(desk.client.post(desk.url("merge_dimension"), {"key": "tracking_1"}, follow=True)).text
    )


@pytest.mark.req("CHG-03")
def test_one_dimension_for_two_lists_keeps_both_answers_and_marks_the_second(desk: Desk) -> None:
    desk.new.books.dimensions = [
        RemoteDimension(name, name, per_line=True, active=True) for name in ("Class", "Department")
    ]
    desk.new.read()
    for slot in TRACKING_LISTS:
        create_item(desk.firm.business.id, slot, "North")
    Dimension.objects.filter(connection=desk.new.connection).update(slot="")
    there = Dimension.objects.get(connection=desk.new.connection, name="Class")
    both = {f"answer-{slot.value}": str(there.id) for slot in TRACKING_LISTS}
    keys = {"key": [slot.value for slot in TRACKING_LISTS]}
    refused = read(desk.client.post(desk.url("merge_dimension"), keys | both, follow=True))
    assert "One dimension can be one of your lists only. Nothing was changed" in refused.text
    for slot in TRACKING_LISTS:
        given = f'<input type="radio" name="answer-{slot.value}" value="{there.id}" checked'
        assert given in refused.html
    first, second = refused.text.split("Projects 2: which dimension is it there?")
    assert "Projects is to be Class already" not in first
    assert "Projects is to be Class already. Choose another here, or none." in second
    assert not Dimension.objects.exclude(slot="").exists()


@pytest.mark.req("CHG-03")
def test_an_answer_that_stays_as_it_is_loses_no_choice(desk: Desk) -> None:
    create_item(desk.firm.business.id, ListName.TRACKING_1, "North")
    desk.new.books.dimensions = [RemoteDimension("c-1", "Class", per_line=True, active=True)]
    desk.new.read()
    there = Dimension.objects.get(connection=desk.new.connection)
    fields = {"key": ["tracking_1"], "answer-tracking_1": str(there.id)}
    desk.client.post(desk.url("merge_dimension"), fields)
    desk.new.books.add(ListName.TRACKING_1, "k-1", "Shop floor")
    desk.new.read(ListName.TRACKING_1)
    desk.match("North", "k-1", in_list=ListName.TRACKING_1)
    assert desk.uses_of("North", ListName.TRACKING_1)["any"][0] == "match"
    assert "Saved." in read(desk.client.post(desk.url("merge_dimension"), fields, follow=True)).text
    assert desk.uses_of("North", ListName.TRACKING_1)["any"][0] == "match"
