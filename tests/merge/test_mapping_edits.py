"""A mapping that was edited by hand: what a person changed counts, and what contradicts itself is refused."""

import pytest

from bookbind.merge.drafting import NewChoice, save_choices
from bookbind.merge.errors import DraftMoved
from bookbind.merge.mapping_csv import import_mapping
from bookbind.merge.models import DraftRow
from tests.merge.conftest import CATEGORIES, Firm, Moved, Place
from tests.merge.mapping_files import Line, as_file, exported

TWO = (
    "new_id is that of 6200 Advertising, but new_name says “Parking”. "
    "Clear new_id and new_code to take “Parking”, or write Advertising under new_name."
)


def choose(firm: Firm, place: Place, remote_id: str) -> None:
    choice = NewChoice(firm.item("Motor expenses").id, target=place.remote(remote_id).id)
    save_choices(place.connection, [choice], firm.user, place.version)


def motor(place: Place) -> Line:
    [row] = [row for row in exported(place) if row["old_name"] == "Motor expenses"]
    return row


@pytest.fixture
def parking(moved: Moved) -> Moved:
    """The same with one more entry of the books to choose."""
    _, _, second = moved
    second.books.add(CATEGORIES, "n-7400", "Parking", "7400", account_type="Expense")
    second.read(CATEGORIES)
    return moved


@pytest.mark.req("LST-07", "CHG-09")
def test_a_line_whose_id_is_out_of_date_beside_an_edited_name_is_refused(parking: Moved) -> None:
    firm, _, second = parking
    choose(firm, second, "n-6200")
    edited = motor(second) | {"new_name": "Parking"}
    choose(firm, second, "n-7300")
    report = import_mapping(second.connection, as_file(edited), firm.user, second.version)
    assert report.changes == ()
    assert [(each.line, each.column, each.what) for each in report.problems] == [(2, "new_name", TWO)]
    cleared = as_file(edited | {"new_id": "", "new_code": ""})
    report = import_mapping(second.connection, cleared, firm.user, second.version)
    assert [change.target for change in report.changes] == [second.remote("n-7400").id]


@pytest.mark.req("LST-07")
@pytest.mark.parametrize(
    "edit",
    [
        {"new_name": "Parking"},
        {"new_id": "n-7400"},
        {"new_code": "7400"},
        {"new_name": "Parking", "new_id": ""},
        {"new_name": "parking", "new_code": "7400"},
    ],
)
def test_one_column_that_was_edited_is_enough(parking: Moved, edit: Line) -> None:
    firm, _, second = parking
    choose(firm, second, "n-6200")
    report = import_mapping(second.connection, as_file(motor(second) | edit), firm.user, second.version)
    assert report.problems == ()
    assert [change.target for change in report.changes] == [second.remote("n-7400").id]


@pytest.mark.req("LST-07")
def test_a_code_of_another_entry_than_the_id_is_refused(parking: Moved) -> None:
    firm, _, second = parking
    choose(firm, second, "n-6200")
    edited = motor(second) | {"new_id": "n-7300", "new_code": "7400"}
    report = import_mapping(second.connection, as_file(edited), firm.user, second.version)
    assert report.changes == ()
    assert [(each.line, each.column) for each in report.problems] == [(2, "new_code")]
    assert "new_id is that of 7300 Vehicle and travel costs, but new_code says “7400”" in (
        report.problems[0].what
    )


@pytest.mark.req("LST-07", "CHG-09")
def test_nothing_is_taken_when_the_draft_moved_since_the_look(parking: Moved) -> None:
    firm, _, second = parking
    choose(firm, second, "n-6200")
    content, seen = as_file(motor(second) | {"new_name": "Parking"}), second.version
    advertising = NewChoice(firm.item("Advertising").id, action="leave")
    save_choices(second.connection, [advertising], firm.user, seen)
    with pytest.raises(DraftMoved):
        import_mapping(second.connection, content, firm.user, seen)
    row = DraftRow.objects.get(list_item=firm.item("Motor expenses"))
    assert row.remote_item_id == second.remote("n-6200").id
