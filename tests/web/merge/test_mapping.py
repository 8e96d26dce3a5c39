"""The mapping as a file, through the pages: out, looked at, and taken into the draft."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from bookbind.web.views.merge_mapping import MOST_BYTES, PROBLEMS_SHOWN
from tests.support.pages import Page, read
from tests.web.merge.conftest import Desk

pytestmark = pytest.mark.django_db


def upload(client: Client, url: str, text: str) -> Page:
    """Choose a file and press Look at it."""
    file = SimpleUploadedFile("mapping.csv", text.encode(), content_type="text/csv")
    return read(client.post(url, {"file": file, "do": "look"}))


def download(desk: Desk) -> str:
    answer = desk.client.get(desk.url("merge_export"))
    assert answer["Content-Type"].startswith("text/csv")
    return b"".join(answer.streaming_content).decode()


def test_the_mapping_goes_out_and_back_in_through_a_look(desk: Desk) -> None:
    mine = [line for line in download(desk).splitlines() if ",449,Motor expenses," in line]
    assert len(mine) == 1
    headings = download(desk).splitlines()[0].lstrip("\ufeff")
    changed = f"{headings}\ncategories,449,Motor expenses,,any,7300,Vehicle and travel costs,,match\n"
    looked = upload(desk.client, desk.url("merge_import"), changed)
    assert "1 choice would change in the draft." in looked.text
    assert desk.uses_of("Motor expenses")["any"][0] != "match" or not desk.uses_of("Motor expenses")["any"][2]
    fields = {name: _hidden(looked, name) for name in ("content", "version")}
    done = read(desk.client.post(desk.url("merge_import"), {**fields, "do": "use"}, follow=True))
    assert "1 choice taken from the file into the draft." in done.text
    assert desk.uses_of("Motor expenses")["any"] == ("match", desk.new.remote("n-7300").id, True)


def test_the_look_shows_what_each_line_becomes(desk: Desk) -> None:
    text = (
        "list,old_code,old_name,use,new_name,action\n"
        "categories,449,Motor expenses,any,Advertising,suggested\n"
        "categories,400,Advertising,any,,leave\n"
        "suppliers,,Paper Mill,any,,create\n"
        "tax_rates,,20% VAT,costs,20.0% S on purchases,match\n"
    )
    looked = upload(desk.client, desk.url("merge_import"), text).text
    assert "Categories 449 Motor expenses 6200 Advertising" in looked
    assert "Categories 400 Advertising left unmatched" in looked
    assert "Suppliers Paper Mill a new entry there" in looked
    assert "Tax rates 20% VAT, on costs 20.0% S on purchases" in looked
    assert "more" not in looked.split("What would change in the draft")[-1].split("Another file")[0]


@pytest.mark.req("CHG-08")
def test_the_look_says_which_lines_are_taken_for_one_side(desk: Desk) -> None:
    text = "list,old_name,use,new_name,action\ntax_rates,20% VAT,any,20.0% S on purchases,match\n"
    looked = upload(desk.client, desk.url("merge_import"), text).text
    assert "Tax rates 20% VAT, on costs 20.0% S on purchases" in looked
    assert "2 use 20.0% S on purchases is for costs only, so 20% VAT is matched to it on costs." in looked


def test_the_look_at_a_long_file_says_how_many_more_there_are(desk: Desk) -> None:
    for number in range(22):
        desk.firm.supplier(f"Supplier {number}")
    lines = [f"suppliers,Supplier {number},any,leave" for number in range(22)]
    looked = upload(
        desk.client, desk.url("merge_import"), "\n".join(["list,old_name,use,action", *lines])
    ).text
    assert "Supplier 19 left unmatched" in looked
    assert "Supplier 20" not in looked
    assert "and 2 more" in looked


def test_the_page_says_what_each_action_means(desk: Desk) -> None:
    text = desk.open("merge_import").text
    for action in (
        "match : it is",
        "create : it is created in QuickBooks Online",
        "leave unmatched :",
        "suggested :",
    ):
        assert action in text.replace(":", " :").replace("  ", " ")


def test_lines_that_cannot_be_used_are_listed_with_their_place(desk: Desk) -> None:
    text = "list,old_name,use,new_name,action\ncategories,Nobody,any,Vehicle and travel costs,match\n"
    looked = upload(desk.client, desk.url("merge_import"), text)
    assert "1 line can't be used and is left out" in looked.text
    assert "Nobody" in looked.text
    assert "old_name" in looked.text


def test_a_file_that_says_nothing_new_is_not_counted_as_choices(desk: Desk) -> None:
    headings = "list,old_name,use,new_name,action\n"
    assert (
        "The file has no line below its headings."
        in upload(desk.client, desk.url("merge_import"), headings).text
    )
    same = f"{headings}suppliers,Paper Mill,any,,none\n"
    assert "Nothing would change in the draft." in upload(desk.client, desk.url("merge_import"), same).text


def test_a_file_of_the_largest_size_that_is_taken_is_used_as_well_as_looked_at(desk: Desk) -> None:
    headings = "list,old_name,use,new_name,action,note\n"
    line = "suppliers,Paper Mill,any,,create,\n"
    other = f"suppliers,City Fuel Ltd,any,,,{'x' * 100_000}\n"
    text = headings + line + other * ((MOST_BYTES - 200) // len(other))
    looked = upload(desk.client, desk.url("merge_import"), text)
    fields = {name: _hidden(looked, name) for name in ("content", "version")}
    done = read(desk.client.post(desk.url("merge_import"), {**fields, "do": "use"}, follow=True))
    assert "1 choice taken from the file into the draft." in done.text


@pytest.mark.parametrize("text", ["", "PK\x03\x04nonsense", "name,what\na,b\n"])
def test_a_file_that_is_no_mapping_is_refused_in_words(desk: Desk, text: str) -> None:
    looked = upload(desk.client, desk.url("merge_import"), text)
    assert looked.status == 422
    assert "The file was not taken." in looked.text


def _hidden(page: Page, name: str) -> str:
    return page.html.split(f'name="{name}" value="')[1].split('"')[0]


@pytest.mark.req("LST-07", "CHG-09")
def test_only_what_the_look_showed_is_taken(desk: Desk) -> None:
    desk.match("Motor expenses", "n-7300")
    [row] = [line for line in download(desk).splitlines() if ",449,Motor expenses," in line]
    headings = download(desk).splitlines()[0].lstrip("\ufeff")
    text = f"{headings}\n{row.replace(',Vehicle and travel costs,', ',Advertising,')}\n"
    looked = upload(desk.client, desk.url("merge_import"), text)
    assert "Categories 449 Motor expenses 6200 Advertising" in looked.text
    desk.match("Motor expenses", "n-4000")
    desk.choose(f"{desk.firm.item('Motor expenses').id}:any:leave::1")
    fields = {name: _hidden(looked, name) for name in ("content", "version")}
    taken = read(desk.client.post(desk.url("merge_import"), {**fields, "do": "use"}))
    assert taken.status == 409
    assert "Merge lists changed since you looked at the file, so nothing was taken from it." in taken.text
    assert desk.uses_of("Motor expenses")["any"][0] == "leave"
    assert "new_id is that of 7300 Vehicle and travel costs, but new_name says “Advertising”" in taken.text


@pytest.mark.req("LST-07")
def test_each_line_that_cannot_be_used_names_its_entry_and_no_line_is_left_out_unsaid(desk: Desk) -> None:
    headings = "list,old_code,old_name,old_id,use,new_name,action,comment\n"
    motor = desk.firm.item("Motor expenses").id
    lines = [
        "categories,449,Motor expenses,7,any,Sales,match,",
        f"colours,,,{motor},any,Sales,match,",
        "categories,449,Motor expenses,,both,Sales,match,",
        "categories,449,Motor expenses",
        *(f"suppliers,,Nobody {number},,any,,create," for number in range(PROBLEMS_SHOWN)),
    ]
    looked = upload(desk.client, desk.url("merge_import"), headings + "\n".join(lines)).text
    assert "2 449 Motor expenses old_id 7 is the id of none of your categories. Clear it," in looked
    assert "3 449 Motor expenses list There is no list called colours." in looked
    assert "4 449 Motor expenses use Write one of any, costs, sales" in looked
    assert "whole line There are 3 cells for 8 columns." in looked
    assert "Nobody 0 old_name There is no supplier called Nobody 0. Write it as your list has it." in looked
    assert "and 4 more" in looked
    assert "104 lines can't be used and are left out." in looked
    assert "0 lines" not in looked
    assert "Left aside: comment. This column means nothing here." in looked
