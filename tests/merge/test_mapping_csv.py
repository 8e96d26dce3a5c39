"""The mapping in a spreadsheet: safe to open, read back without a loss, errors with line and column."""

import contextlib

import pytest
from django.db import connection as db
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from bookbind.kit.sheets import SheetUnreadable
from bookbind.lists.models import ListItem, RemoteItem
from bookbind.merge.drafting import NewChoice, forget_choices, save_choices
from bookbind.merge.errors import MergeError
from bookbind.merge.mapping_csv import export_mapping, import_mapping
from bookbind.merge.models import DraftRow
from bookbind.merge.undoing import undo
from bookbind.merge.using import match_one, use_matches
from bookbind.providers.base.types import ListName
from tests.merge.conftest import CATEGORIES, SUPPLIERS, TAXES, Firm, Moved, Place, new_books, old_books
from tests.merge.mapping_files import Line, as_file, exported

NOTHING = dict.fromkeys(("new_code", "new_name", "new_id"), "")
CHOSEN = ("match", "not ticked", "create", "create (not ticked)", "leave unmatched", "still to choose")
WORDS = (*CHOSEN, "used", "ticked", "suggested", "created when first used", "none")
# What the words of today were called before each state had its own.
EARLIER = {"used": "match", "ticked": "suggested", "created when first used": "", "none": ""}


def line(name: str, old: str, new: str = "", action: str = "match", use: str = "any") -> Line:
    return {"list": name, "old_name": old, "new_name": new, "use": use, "action": action} | (
        {"old_code": {"Motor expenses": "449", "Advertising": "400", "Sales": "200"}.get(old, "")}
    )


@pytest.mark.req("LST-07")
def test_what_was_exported_changes_nothing_when_it_comes_back(moved: Moved) -> None:
    firm, _, second = moved
    use_matches(second.connection, firm.user, expected_version=second.version, names=[TAXES])
    content = "".join(export_mapping(second.connection)).encode()
    report = import_mapping(second.connection, content, firm.user, second.version)
    assert (report.changes, report.problems) == ((), ())
    assert report.unchanged == len(exported(second)) > 8
    assert not DraftRow.objects.exists()


def test_an_export_says_what_is_matched_chosen_and_suggested(moved: Moved) -> None:
    firm, _, second = moved
    use_matches(second.connection, firm.user, expected_version=second.version, names=[TAXES])
    rows = {(row["old_name"], row["use"]): row for row in exported(second)}
    rate = rows["20% VAT", "costs"]
    assert (rate["list"], rate["new_id"], rate["action"]) == ("tax_rates", "n-20c", "used")
    motor = rows["Motor expenses", "any"]
    assert (motor["new_code"], motor["new_name"], motor["action"]) == (
        "7300",
        "Vehicle and travel costs",
        "suggested",
    )


@pytest.mark.req("CHG-04", "LST-07")
@pytest.mark.parametrize("row", [{"new_name": "20.0% S on purchases"}, {"action": "create"}])
def test_a_rate_for_sales_is_nothing_on_costs(firm: Firm, row: Line) -> None:
    books = old_books()
    books.add(TAXES, "t-20s", "20% on income", rate="20", tax_kind="standard", side="sales")
    firm.connect("xero", books)
    second = firm.connect("quickbooks", new_books())
    content = as_file(line("tax_rates", "20% on income", use="costs") | row)
    report = import_mapping(second.connection, content, firm.user, second.version)
    said = "20% on income is for sales only and is never used on costs. Write sales or any."
    assert [(each.column, each.what) for each in report.problems] == [("use", said)]
    assert report.changes == ()


@pytest.mark.req("LST-07")
def test_a_file_is_previewed_then_chosen_then_unchanged(moved: Moved) -> None:
    firm, _, second = moved
    content = as_file(
        line("categories", "Motor expenses", "Vehicle and travel costs"),
        line("categories", "Advertising", action="leave"),
        line("suppliers", "Paper Mill", action="create"),
        line("categories", "Sales", "Consulting", action=""),
    )
    seen = import_mapping(second.connection, content, firm.user, second.version, is_preview=True)
    assert (len(seen.changes), seen.unchanged, seen.problems) == (3, 1, ())
    assert not DraftRow.objects.exists()
    done = import_mapping(second.connection, content, firm.user, second.version)
    assert done.changes == seen.changes
    again = import_mapping(second.connection, content, firm.user, second.version)
    assert (again.changes, again.unchanged) == ((), 4)
    motor = DraftRow.objects.get(list_item=firm.item("Motor expenses"))
    assert (motor.action, motor.remote_item_id) == ("match", second.remote("n-7300").id)


@pytest.mark.req("LST-07")
@pytest.mark.parametrize(
    ("edit", "action", "remote_id"),
    [
        ({"new_name": "Advertising"}, "match", "n-6200"),
        ({"new_code": "6200"}, "match", "n-6200"),
        ({"new_id": "n-6200"}, "match", "n-6200"),
        ({"new_code": "", "new_name": "advertising", "new_id": ""}, "match", "n-6200"),
        ({"new_name": ""}, "leave", ""),
        ({"new_code": "", "new_name": "", "new_id": ""}, "leave", ""),
    ],
)
def test_a_suggestion_that_somebody_changed_is_what_they_made_of_it(
    moved: Moved, edit: Line, action: str, remote_id: str
) -> None:
    firm, _, second = moved
    [suggested] = [row for row in exported(second) if row["old_name"] == "Motor expenses"]
    assert suggested["action"] == "suggested"
    content = as_file(suggested | edit)
    report = import_mapping(second.connection, content, firm.user, second.version)
    assert (len(report.changes), report.unchanged, report.problems) == (1, 0, ())
    row = DraftRow.objects.get()
    assert row.action == action
    assert row.remote_item_id == (second.remote(remote_id).id if remote_id else None)
    again = import_mapping(second.connection, content, firm.user, second.version)
    assert (again.changes, again.unchanged) == ((), 1)


@pytest.mark.parametrize(
    "edit", [{"new_id": ""}, {"new_code": "07300"}, {"new_name": "VEHICLE and travel costs"}]
)
def test_a_suggestion_that_still_says_the_same_is_nothing_new(moved: Moved, edit: Line) -> None:
    firm, _, second = moved
    [suggested] = [row for row in exported(second) if row["old_name"] == "Motor expenses"]
    report = import_mapping(second.connection, as_file(suggested | edit), firm.user, second.version)
    assert (report.changes, report.unchanged, report.problems) == ((), 1, ())


def test_a_file_without_the_new_columns_clears_no_suggestion(moved: Moved) -> None:
    firm, _, second = moved
    [row] = [row for row in exported(second) if row["old_name"] == "Motor expenses"]
    content = f"list,old_id,use,action\ncategories,{row['old_id']},any,suggested\n".encode()
    report = import_mapping(second.connection, content, firm.user, second.version)
    assert (report.changes, report.unchanged, report.problems) == ((), 1, ())


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        ({"list": "colours"}, "list", "There is no list called colours. Write one of categories, "),
        ({"use": "both"}, "use", "Write one of any, costs, sales, not “both”."),
        (
            {"action": "merge"},
            "action",
            f"Write one of {', '.join(WORDS)}, not “merge”.",
        ),
        (
            {"action": "none"},
            "action",
            "The line says none, but names an entry of the books. Write match, or clear",
        ),
        (
            {"action": "created when first used", "new_name": ""},
            "action",
            "Only suppliers and customers are created when first used. Write create or leave unmatched.",
        ),
        ({"action": "used", "new_name": ""}, "new_name", "Nothing is named"),
        ({"old_name": "Nobody"}, "old_name", "There is no category called 449 Nobody."),
        ({"old_id": "7"}, "old_id", "7 is the id of none of your categories."),
        (
            {"new_name": "Nothing"},
            "new_name",
            "There is no category called Nothing in the books.",
        ),
        (
            {"list": "tax_rates", "old_code": "", "old_name": "20% VAT", "new_name": "Ghost", "use": "costs"},
            "new_name",
            "There is no tax rate called Ghost in the books.",
        ),
        ({"list": "tax_rates", "old_id": "7"}, "old_id", "7 is the id of none of your tax rates."),
        (
            {"list": "suppliers", "old_code": "", "old_name": "Ghost"},
            "old_name",
            "There is no supplier called Ghost.",
        ),
        (
            {"list": "suppliers", "old_code": "", "old_name": ""},
            "old_name",
            "say which of your suppliers it is.",
        ),
        ({"new_id": "x-1"}, "new_id", "There is no category with the id x-1 in the books."),
        ({"new_name": "", "new_code": "1"}, "new_code", "There is no category with the code 1 in the books."),
        ({"new_name": "Sales"}, "new_name", "449 Motor expenses can't be 4000 Sales."),
        (
            {"new_name": "Vehicle and travel costs", "new_code": "6200"},
            "new_name",
            "6200 and Vehicle and travel costs are two of the books' categories.",
        ),
        ({"new_name": ""}, "new_name", "Nothing is named: say which of the books' categories it is."),
        ({"new_id": "n-9"}, "new_name", "is archived"),
    ],
)
def test_each_error_names_line_and_column(moved: Moved, row: Line, column: str, words: str) -> None:
    firm, _, second = moved
    good = line("categories", "Advertising", "Advertising")
    bad = line("categories", "Motor expenses", "Vehicle and travel costs") | row
    report = import_mapping(second.connection, as_file(good, bad), firm.user, second.version)
    assert [(problem.line, problem.column) for problem in report.problems] == [(3, column)]
    assert words in report.problems[0].what
    assert len(report.changes) == 1


def test_several_entries_of_one_name_are_told_apart_by_id(moved: Moved) -> None:
    firm, _, second = moved
    second.books.add(CATEGORIES, "n-6201", "Advertising", "6201", account_type="Expense")
    second.read(CATEGORIES)
    rows = (line("categories", "Advertising", "Advertising"), line("customers", "Ghost", "Ghost"))
    report = import_mapping(second.connection, as_file(*rows), firm.user, second.version)
    assert [problem.what for problem in report.problems] == [
        "Several of the books' categories are called Advertising; say which by new_id.",
        "There is no customer called Ghost. Write it as your list has it.",
    ]
    assert [problem.entry for problem in report.problems] == ["400 Advertising", "Ghost"]


@pytest.mark.req("CHG-08")
def test_one_entry_can_not_be_two_but_for_costs_and_sales(moved: Moved) -> None:
    firm, _, second = moved
    twice = [
        line("tax_rates", "20% VAT", "20.0% S on purchases", use="costs"),
        line("tax_rates", "20% VAT", "20.0% S on sales", use="sales"),
        line("tax_rates", "20% VAT", "20.0% S on purchases"),
        line("categories", "Motor expenses", "Vehicle and travel costs"),
        line("categories", "Motor expenses", "Advertising"),
    ]
    report = import_mapping(second.connection, as_file(*twice), firm.user, second.version)
    assert [(problem.line, problem.column) for problem in report.problems] == [(4, "use"), (6, "use")]
    assert "Line 2 says already what 20% VAT is." in report.problems[0].what
    assert len(report.changes) == 3


@pytest.mark.req("LST-07")
def test_nothing_in_the_file_runs_and_formulas_come_back_as_they_were(firm: Firm) -> None:
    books = old_books()
    books.add(SUPPLIERS, "s-9", "=cmd|' /C calc'!A0")
    books.add(CATEGORIES, "a-9", "+1-800", "@SUM")
    firm.connect("xero", books)
    there = new_books()
    there.add(SUPPLIERS, "n-9x", "=cmd|' /C calc'!A0")
    second = firm.connect("quickbooks", there)
    cells = [cell for row in exported(second) for cell in row.values()]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    content = "".join(export_mapping(second.connection)).replace(",ticked", ",match").encode()
    report = import_mapping(second.connection, content, firm.user, second.version)
    assert report.problems == ()
    assert firm.item("=cmd|' /C calc'!A0", SUPPLIERS).id in {change.item_id for change in report.changes}


def test_a_long_file_takes_no_more_queries(moved: Moved) -> None:
    firm, _, second = moved
    shared = {"business": firm.business, "list": SUPPLIERS}
    ListItem.objects.bulk_create(
        [ListItem(**shared, name=f"Ours {n}", folded_name=f"ours {n}") for n in range(90)]
    )
    for n in range(90):
        second.books.add(SUPPLIERS, f"t-{n}", f"Theirs {n}")
    second.read(SUPPLIERS)

    def count(numbers: range) -> int:
        file = as_file(*(line("suppliers", f"Ours {n}", f"Theirs {n}") for n in numbers))
        with CaptureQueriesContext(db) as counted:
            report = import_mapping(second.connection, file, firm.user, second.version)
        assert (len(report.changes), report.problems) == (len(numbers), ())
        return len(counted)

    count(range(5))
    assert count(range(10, 15)) == count(range(20, 90))


def test_a_file_that_is_no_mapping_is_refused_whole(moved: Moved) -> None:
    firm, _, second = moved
    for content in (b"", b"%PDF-1.7", b"list,use,action\ncategories,any,match\n", b"colour\nred\n"):
        with pytest.raises(SheetUnreadable):
            import_mapping(second.connection, content, firm.user, second.version)


def words(place: Place) -> dict[tuple[str, str], str]:
    return {(row["old_name"], row["use"]): row["action"] for row in exported(place)}


@pytest.mark.req("LST-07")
def test_each_line_says_how_it_stands(moved: Moved) -> None:
    firm, _, second = moved
    firm.supplier("Nobody There")
    use_matches(second.connection, firm.user, expected_version=second.version, names=[TAXES])
    said = words(second)
    assert said["20% VAT", "costs"] == "used"
    assert said["Advertising", "any"] == "ticked", "certain, and ticked by itself"
    assert said["Motor expenses", "any"] == "suggested", "likely, and not ticked"
    assert said["Nobody There", "any"] == "created when first used"
    motor, ads = firm.item("Motor expenses").id, firm.item("Advertising").id
    there = second.remote("n-7300").id
    for choice, word in (
        (NewChoice(motor, target=there), "match"),
        (NewChoice(motor, target=there, ticked=False), "not ticked"),
        (NewChoice(motor, action="create"), "create"),
        (NewChoice(motor, action="create", ticked=False), "create (not ticked)"),
        (NewChoice(motor, action="leave"), "leave unmatched"),
        (NewChoice(motor, action="leave", ticked=False), "still to choose"),
    ):
        save_choices(second.connection, [choice, NewChoice(ads, action="leave")], firm.user, second.version)
        said = words(second)
        assert (said["Motor expenses", "any"], said["Advertising", "any"]) == (word, "leave unmatched")


@pytest.mark.req("LST-07")
def test_a_match_that_died_is_said_to_be_none(moved: Moved) -> None:
    firm, _, second = moved
    use_matches(second.connection, firm.user, expected_version=second.version, names=[CATEGORIES])
    second.books.change(CATEGORIES, "n-4000", archived=True)
    second.read(CATEGORIES)
    assert words(second)["Sales", "any"] == "none"
    content = "".join(export_mapping(second.connection)).encode()
    report = import_mapping(second.connection, content, firm.user, second.version)
    assert (report.changes, report.problems) == ((), ())


@pytest.mark.req("LST-07")
@pytest.mark.parametrize(
    ("name", "edit", "change"),
    [
        ("Motor expenses", {"action": "ticked"}, ("match", "n-7300", True)),
        ("Motor expenses", {"action": "Ticked "}, ("match", "n-7300", True)),
        ("Motor expenses", {"action": "not ticked"}, ("match", "n-7300", False)),
        ("Advertising", {"action": "suggested"}, None),
        ("Advertising", {"action": "not  ticked"}, ("match", "n-6200", False)),
        ("Advertising", {"new_name": "Vehicle and travel costs"}, ("match", "n-7300", True)),
        ("Advertising", NOTHING, ("leave", "", True)),
        ("Sales", {"new_name": "", "action": "Leave"}, ("leave", "", True)),
        ("Sales", {"action": "create (not ticked)"}, ("create", "", False)),
        ("Sales", {"action": "none"} | NOTHING, None),
        ("Paper Mill", {"action": "created when first used"}, None),
        ("City Fuel Ltd", {"action": "created when first used"} | NOTHING, ("leave", "", True)),
    ],
)
def test_a_word_or_a_name_that_was_changed_is_what_somebody_made_of_the_line(
    moved: Moved, name: str, edit: Line, change: tuple[str, str, bool] | None
) -> None:
    firm, _, second = moved
    [row] = [row for row in exported(second) if (row["old_name"], row["use"]) == (name, "any")]
    content = as_file(row | edit)
    report = import_mapping(second.connection, content, firm.user, second.version)
    assert report.problems == ()
    found = [
        (row.action, row.remote_item.remote_id if row.remote_item else "", row.ticked)
        for row in DraftRow.objects.select_related("remote_item")
    ]
    assert found == ([change] if change else [])
    again = import_mapping(second.connection, content, firm.user, second.version)
    assert (again.changes, again.unchanged) == ((), 1)


@pytest.mark.req("LST-07")
@pytest.mark.parametrize("word", ["used", "match"])
def test_another_name_counts_though_the_id_still_says_the_match_before(moved: Moved, word: str) -> None:
    firm, _, second = moved
    motor = firm.item("Motor expenses").id
    save_choices(
        second.connection, [NewChoice(motor, target=second.remote("n-7300").id)], firm.user, second.version
    )
    if word == "used":
        use_matches(second.connection, firm.user, expected_version=second.version, names=[CATEGORIES])
    [row] = [row for row in exported(second) if row["old_name"] == "Motor expenses"]
    assert (row["action"], row["new_id"]) == (word, "n-7300")
    edited = as_file(row | {"new_name": "Advertising"})
    report = import_mapping(second.connection, edited, firm.user, second.version)
    assert [change.target for change in report.changes] == [second.remote("n-6200").id]


@pytest.mark.req("LST-07", "CHG-09")
def test_lines_on_which_nobody_had_chosen_leave_alone_what_somebody_chose_since(moved: Moved) -> None:
    firm, _, second = moved
    before = "".join(export_mapping(second.connection)).encode()
    choice = NewChoice(firm.item("Motor expenses").id, action="leave")
    paper = NewChoice(firm.item("Paper Mill", SUPPLIERS).id, action="create")
    save_choices(second.connection, [choice, paper], firm.user, second.version)
    report = import_mapping(second.connection, before, firm.user, second.version)
    assert (report.changes, report.problems) == ((), ())


@pytest.mark.req("LST-07")
def test_a_match_that_was_taken_back_since_is_chosen_again_from_the_file(moved: Moved) -> None:
    firm, _, second = moved
    motor, there = firm.item("Motor expenses"), second.remote("n-7300")
    matched = match_one(second.connection, motor.id, there.id, firm.user)
    before = "".join(export_mapping(second.connection)).encode()
    undo(matched.applied, firm.user)
    forget_choices(second.connection, [motor.id], firm.user, second.version)
    report = import_mapping(second.connection, before, firm.user, second.version)
    assert report.changes == (NewChoice(motor.id, target=there.id),)


@pytest.mark.req("LST-07")
def test_a_file_from_before_the_words_reads_as_it_did(moved: Moved) -> None:
    """Then matches in use were called match, and what was proposed suggested, ticked or not."""
    firm, _, second = moved
    use_matches(second.connection, firm.user, expected_version=second.version, names=[TAXES])
    rows = [row | {"action": EARLIER.get(row["action"], row["action"])} for row in exported(second)]
    assert {row["action"] for row in rows} == {"match", "suggested", ""}
    report = import_mapping(second.connection, as_file(*rows), firm.user, second.version)
    assert (report.changes, report.problems, report.unchanged) == ((), (), len(rows))


Draft = set[tuple[str, str, str, str | None, bool]]


def draft() -> Draft:
    """What people chose: entry, use, action, the vendor's id, and whether it is ticked."""
    rows = DraftRow.objects.values_list(
        "list_item__name", "use", "action", "remote_item__remote_id", "ticked"
    )
    return set(rows)


CHOICES = st.lists(
    st.tuples(
        st.integers(0, 30),
        st.sampled_from(["any", "costs", "sales"]),
        st.sampled_from(["match", "create", "leave"]),
        st.integers(0, 30),
        st.booleans(),
    ),
    max_size=12,
)


@pytest.mark.req("LST-07")
def test_an_exported_file_makes_the_very_draft_again(moved: Moved) -> None:
    firm, _, second = moved
    second.books.add(ListName.PRODUCTS, "p-1", "Consulting", category_id="n-4000", side="sales")
    second.read(ListName.PRODUCTS)
    match_one(second.connection, firm.item("Zero rated", TAXES).id, second.remote("n-0", TAXES).id, firm.user)
    items = list(ListItem.objects.order_by("list", "name"))
    targets = list(RemoteItem.objects.filter(connection=second.connection).order_by("list", "remote_id"))
    used = {("Zero rated", "any", "match", "n-0", True), ("Consulting", "any", "match", "p-1", True)}

    @settings(max_examples=15, deadline=None)
    @given(CHOICES)
    def round_trip(wanted: list[tuple[int, str, str, int, bool]]) -> None:
        DraftRow.objects.all().delete()
        for item, use, action, there, ticked in wanted:
            mine, there_is = items[item % len(items)], targets[there % len(targets)]
            if (mine.list, there_is.list, use) == (CATEGORIES, CATEGORIES, "sales"):
                continue  # No page offers a category in place of the product that it is sold as.
            target = there_is.id if action == "match" else None
            choice = NewChoice(mine.id, use, action, target, ticked)
            with contextlib.suppress(MergeError):
                save_choices(second.connection, [choice], firm.user, second.version)
        chosen, content = draft(), "".join(export_mapping(second.connection)).encode()
        rows = exported(second)
        same = import_mapping(second.connection, content, firm.user, second.version)
        assert (same.changes, same.problems) == ((), ())
        DraftRow.objects.all().delete()
        report = import_mapping(second.connection, content, firm.user, second.version)
        assert report.problems == ()
        # What is used already, and chosen once more, is the same without a choice.
        assert draft() == chosen - used
        named = {(name, use, there) for name, use, _, there, _ in chosen & used}
        for row in rows:
            if (row["old_name"], row["use"], row["new_id"]) in named:
                row["action"] = "used"
        assert exported(second) == rows

    round_trip()
