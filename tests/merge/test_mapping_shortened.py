"""A mapping that came through a spreadsheet which made 1.23457E+15 of long ids and codes."""

import pytest

from bookbind.lists.models import ListItem
from bookbind.merge.mapping_csv import import_mapping
from bookbind.merge.models import DraftRow
from tests.merge.conftest import CATEGORIES, SUPPLIERS, Firm, Place, new_books, old_books
from tests.merge.mapping_files import Line, as_file, exported

pytestmark = pytest.mark.req("LST-07")

LONG, TWIN, OTHER = "1234567890123456", "1234569999999999", "9876543210987654"
SHORT = "1.23457E+15"


@pytest.fixture
def there(firm: Firm) -> Place:
    """Books whose ids are long numbers, two of which a spreadsheet shortens to the same."""
    firm.connect("xero", old_books())
    books = new_books()
    books.add(SUPPLIERS, LONG, "Zebra Haulage")
    books.add(SUPPLIERS, OTHER, "Stationers")
    books.add(CATEGORIES, "n-long", "Stationery", "200000000001", account_type="Expense")
    return firm.connect("quickbooks", books)


def line(**cells: str) -> Line:
    return {"list": "suppliers", "old_name": "Paper Mill", "use": "any", "action": "match"} | cells


def chosen(firm: Firm, place: Place, name: str = "Paper Mill") -> str:
    """Which entry of the books the draft has for one of ours, by the vendor's id."""
    item = ListItem.objects.get(business=firm.business, name=name)
    row = DraftRow.objects.filter(list_item=item).first()
    return row.remote_item.remote_id if row and row.remote_item else ""


@pytest.mark.parametrize("short", [SHORT, "1,23457E+15", "1.23457e+15"])
def test_an_id_that_was_shortened_is_taken_by_the_name_beside_it(
    firm: Firm, there: Place, short: str
) -> None:
    content = as_file(line(new_name="Zebra Haulage", new_id=short))
    report = import_mapping(there.connection, content, firm.user, there.version)
    assert report.problems == ()
    assert [(each.line, each.column, each.what) for each in report.notes] == [
        (2, "new_id", "A spreadsheet shortened it; taken for Zebra Haulage by the rest.")
    ]
    assert chosen(firm, there) == LONG


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"new_name": "Stationers"}, "1.23457E+15 is the new_id of another entry than Stationers."),
        ({"new_name": ""}, "Nothing is named: say which of the books' suppliers it is."),
        (
            {"new_name": "Nobody"},
            "There is no supplier called Nobody in the books. Write the name as it stands there.",
        ),
    ],
)
def test_nothing_is_guessed_from_what_a_spreadsheet_left(
    firm: Firm, there: Place, cells: Line, said: str
) -> None:
    content = as_file(line(new_id=SHORT) | cells)
    report = import_mapping(there.connection, content, firm.user, there.version)
    [problem] = report.problems
    assert problem.what.startswith(f"{said} A spreadsheet shortened new_id to 1.23457E+15:")
    assert report.changes == ()
    assert not DraftRow.objects.exists()


def test_of_two_with_the_same_name_neither_is_taken(firm: Firm) -> None:
    firm.connect("xero", old_books())
    books = new_books()
    books.add(SUPPLIERS, LONG, "Zebra Haulage")
    books.add(SUPPLIERS, TWIN, "Zebra Haulage")
    place = firm.connect("quickbooks", books)
    content = as_file(line(new_name="Zebra Haulage", new_id=SHORT))
    report = import_mapping(place.connection, content, firm.user, place.version)
    assert "Several of the books' suppliers are called Zebra Haulage" in report.problems[0].what
    assert report.changes == ()


def test_a_file_whose_ids_were_all_shortened_still_changes_nothing(firm: Firm, there: Place) -> None:
    import_mapping(
        there.connection, as_file(line(new_name="Zebra Haulage", new_id=LONG)), firm.user, there.version
    )
    rows = exported(there)
    assert LONG in {row["new_id"] for row in rows}
    content = as_file(*(row | ({"new_id": SHORT} if row["new_id"] == LONG else {}) for row in rows))
    report = import_mapping(there.connection, content, firm.user, there.version)
    assert (report.changes, report.problems, report.notes) == ((), (), ())


def test_whoever_writes_another_name_need_not_clear_the_shortened_id(firm: Firm, there: Place) -> None:
    import_mapping(
        there.connection, as_file(line(new_name="Zebra Haulage", new_id=LONG)), firm.user, there.version
    )
    content = as_file(line(new_name="Stationers", new_id=SHORT))
    report = import_mapping(there.connection, content, firm.user, there.version)
    assert (len(report.changes), report.problems) == (1, ())
    assert chosen(firm, there) == OTHER


def test_a_code_that_was_shortened_is_taken_by_the_name_beside_it(firm: Firm, there: Place) -> None:
    content = as_file(
        line(
            list="categories", old_name="Advertising", old_code="400", new_name="Stationery", new_code="2E+11"
        )
    )
    report = import_mapping(there.connection, content, firm.user, there.version)
    assert report.problems == ()
    assert chosen(firm, there, "Advertising") == "n-long"


def test_an_id_that_only_looks_shortened_is_what_it_says(firm: Firm) -> None:
    firm.connect("xero", old_books())
    books = new_books()
    books.add(SUPPLIERS, "1E+10", "Odd One")
    place = firm.connect("quickbooks", books)
    report = import_mapping(place.connection, as_file(line(new_id="1E+10")), firm.user, place.version)
    assert (len(report.changes), report.problems, report.notes) == (1, (), ())


def test_a_blank_first_line_is_skipped_and_lines_keep_their_numbers(firm: Firm, there: Place) -> None:
    content = b",,,,,,,,\r\n" + as_file(line(new_name="Nobody"))
    report = import_mapping(there.connection, content, firm.user, there.version)
    assert [problem.line for problem in report.problems] == [3]
