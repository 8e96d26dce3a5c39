"""Tables as CSV: nothing in them runs, what is no table is refused in words, and a round trip is exact."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookbind.kit import sheets
from bookbind.kit.sheets import (
    SheetUnreadable,
    fits_shortened,
    plain_cell,
    read_sheet,
    safe_cell,
    write_line,
    write_sheet,
)

KNOWN = ("ID", "Name", "Tax number")
CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)


@pytest.mark.req("LST-07")
@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "＝1", "＠x", "'=1", " =1"])  # noqa: RUF001
def test_cells_that_would_run_are_disarmed(text: str) -> None:
    assert safe_cell(text) == f"'{text}"
    assert safe_cell(f"x{text}") == f"x{text}"


@pytest.mark.req("LST-07")
@given(CELLS)
def test_a_safe_cell_becomes_what_it_was(text: str) -> None:
    assert plain_cell(safe_cell(text)) == text
    assert not safe_cell(text).lstrip("' ").startswith(("=", "+", "-", "@")) or safe_cell(text).startswith(
        "'"
    )


@pytest.mark.req("LST-07")
@given(st.lists(st.tuples(CELLS, CELLS), max_size=8))
def test_a_table_comes_back_as_it_left(rows: list[tuple[str, str]]) -> None:
    kept = [(name.strip(), number.strip()) for name, number in rows]
    kept = [row for row in kept if any(cell.strip() for cell in row)]
    content = "".join(write_sheet(KNOWN[1:], kept)).encode()
    found = read_sheet(content, KNOWN, {"Name"})
    assert [tuple(row.cells.values()) for row in found.rows] == kept
    assert found.errors == ()


def test_numbers_stay_numbers() -> None:
    assert write_line(["-1", -1]) == "'-1,-1\r\n"


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_any_line_ending_and_a_byte_order_mark_are_read(ending: str) -> None:
    content = ending.join(
        ["\ufeffname , TAX-NUMBER", "Zoë,1", '"two', 'lines",2', "", ",", "Last,3"]
    ).encode()
    found = read_sheet(content, KNOWN, {"Name"})
    assert next((row.cells["Name"], row.cells["Tax number"]) for row in found.rows) == ("Zoë", "1")
    assert [row.line for row in found.rows] == [2, 3, 7]


def test_an_unknown_column_is_named_and_left_aside() -> None:
    found = read_sheet(b"Name,Colour,\r\nBT,blue,x\r\n", KNOWN, {"Name"})
    assert (found.headings, found.ignored) == (("Name",), ("Colour",))
    assert found.rows[0].cells == {"Name": "BT"}


@pytest.mark.req("LST-07")
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "This file is empty."),
        (b"PK\x03\x04rest", "This is an Excel workbook, not CSV."),
        (b"%PDF-1.7", "This is a PDF, not CSV."),
        ("Name\nBT".encode("utf-16"), "saved as UTF-16"),
        (b"Name\nBT\x00", "not a text file"),
        ("Name\nBT\nZoë\n".encode("latin-1"), "Line 3 has letters that are not saved as UTF-8."),
        (b"ID|Name\n|BT\n", "separated by bars"),
        (b"Colour,Size\nred,1\n", "names none of the columns that are known here: ID, Name, Tax number."),
        (b"ID,Tax number\n,1\n", "1 column is missing: Name."),
        (b"Name,name\nBT,BT\n", "The column Name is there twice."),
        (b'Name\nBT\n"never closed\n', "Line 3 can't be read as CSV"),
        (b'Name\n"a"b\n', "Line 2 can't be read as CSV"),
        (b'Name\n"' + b"x" * 200_000 + b'"\n', "Line 2 can't be read as CSV"),
        (b"x" * 200_000, "Line 1 can't be read as CSV"),
        (b'{"Name": ["' + b"x" * 200_000 + b'"]}', "Line 1 can't be read as CSV"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused_in_words(content: bytes, words: str) -> None:
    with pytest.raises(SheetUnreadable) as refused:
        read_sheet(content, KNOWN, {"Name"})
    assert words in str(refused.value)


@pytest.mark.req("LST-07")
@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"ID;Name;Tax number\n;BT, Ltd;1\n", "BT, Ltd"),
        (b"ID\tName\tTax number\n\tBT; Ltd\t1\n", "BT; Ltd"),
        (b'"ID";"Name";"Tax number"\r\n;"BT; Ltd";1\r\n', "BT; Ltd"),
        (b'"Note\r\nto us";Name;Tax number\r\nx;BT;1\r\n', "BT"),
        (b"Name;Note, long;Tax number\nBT;x, y;1\n", "BT"),
        (b"\xef\xbb\xbfID,Name,Tax number\r,BT; Ltd,1\r", "BT; Ltd"),
    ],
)
def test_semicolons_and_tabs_part_cells_where_the_headings_say_so(content: bytes, name: str) -> None:
    found = read_sheet(content, KNOWN, {"Name"})
    assert [(row.cells["Name"], row.cells["Tax number"]) for row in found.rows] == [(name, "1")]
    assert found.errors == ()


@pytest.mark.req("LST-07")
@pytest.mark.parametrize("start", ["sep={0}\r\n", "\ufeffSEP={0}\n", '"sep={0}"\r\n', "sep={0}{0}{0}\r\n"])
@pytest.mark.parametrize("mark", [",", ";", "\t", "|", "^"])
def test_a_first_line_that_names_the_separator_is_believed_and_counted(start: str, mark: str) -> None:
    """Excel's habit: such a file opens the same in every country."""
    lines = [mark.join(KNOWN), mark.join(["", "BT, Ltd" if mark != "," else '"BT, Ltd"', "1"]), "one"]
    found = read_sheet((start.format(mark) + "\r\n".join(lines)).encode(), KNOWN, {"Name"})
    assert [(row.line, row.cells) for row in found.rows] == [
        (3, {"ID": "", "Name": "BT, Ltd", "Tax number": "1"})
    ]
    assert [(error.line, error.what.split(".")[0]) for error in found.errors] == [
        (4, "There is 1 cell for 3 columns")
    ]


def test_a_named_separator_that_is_not_there_is_no_reason_to_guess() -> None:
    with pytest.raises(SheetUnreadable, match="names none of the columns"):
        read_sheet(b"sep=;\nID,Name\n1,BT\n", KNOWN, {"Name"})
    with pytest.raises(SheetUnreadable, match="This file is empty"):
        read_sheet(b"sep=;", KNOWN, {"Name"})
    found = read_sheet(b"sep=^\nID^Name\n1^BT^2\n", KNOWN, {"Name"})
    assert "Put a text with a “^” into quotation marks" in found.errors[0].what


@pytest.mark.req("LST-07")
@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("blank", ["\n", "  \n", "{0}{0}\n", "\n{0}{0}\n\n"])
def test_blank_lines_before_the_headings_are_skipped_and_counted(mark: str, blank: str) -> None:
    start = blank.format(mark)
    content = start + mark.join(KNOWN) + "\n" + mark.join(["", "BT", "1"]) + "\n" + "one\n"
    found = read_sheet(content.encode(), KNOWN, {"Name"})
    lines = start.count("\n")
    assert [(row.line, row.cells["Name"]) for row in found.rows] == [(lines + 2, "BT")]
    assert [error.line for error in found.errors] == [lines + 3]


def test_a_file_of_blank_lines_is_empty() -> None:
    with pytest.raises(SheetUnreadable, match="This file is empty"):
        read_sheet(b"\n ,,\n", KNOWN, {"Name"})


@pytest.mark.parametrize(
    ("text", "number", "fits"),
    [
        ("1.23457E+15", "1234567890123456", True),
        ("1,23457E+15", "1234567890123456", True),
        ("1.23457E+15", "1234564999999999", False),
        ("2E+11", "200000000001", True),
        ("2E+11", "260000000000", False),
        ("1.23457E+15", "n-1", False),
        ("1234567890123456", "1234567890123456", False),
    ],
)
def test_a_shortened_number_fits_what_it_was_made_of(text: str, number: str, fits: bool) -> None:  # noqa: FBT001
    assert fits_shortened(text, number) is fits


def test_a_cell_that_was_not_quoted_is_told_with_the_files_own_separator() -> None:
    found = read_sheet(b"Name;Tax number\nSmith; Jones;2\n", KNOWN, {"Name"})
    assert "Put a text with a semicolon into quotation marks" in found.errors[0].what


def test_a_line_of_another_width_is_an_error_with_its_line() -> None:
    found = read_sheet(b"Name,Tax number\nBT,1\nSmith, Jones,2\nOne\n", KNOWN, {"Name"})
    assert [(error.line, error.what.split(".")[0]) for error in found.errors] == [
        (3, "There are 3 cells for 2 columns"),
        (4, "There is 1 cell for 2 columns"),
    ]
    assert len(found.rows) == 1


@pytest.mark.req("LST-07")
def test_files_that_are_too_long_or_too_large_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = sheets.MOST_ROWS
    assert len(read_sheet(b"Name\n" + b"x\n" * rows, KNOWN, {"Name"}).rows) == rows
    with pytest.raises(SheetUnreadable, match="more than 100,000 lines"):
        read_sheet(b"Name\n" + b"x\n" * (rows + 1), KNOWN, {"Name"})
    monkeypatch.setattr(sheets, "MOST_BYTES", 1024 * 1024)
    with pytest.raises(SheetUnreadable, match="larger than 1 MB"):
        read_sheet(b"Name\n" + b"x" * 1024 * 1024, KNOWN, {"Name"})


def test_what_is_written_is_plain_csv() -> None:
    text = "".join(write_sheet(["Name"], [['Say "hi", Ltd']]))
    assert list(csv.reader(io.StringIO(text.lstrip("\ufeff")))) == [["Name"], ['Say "hi", Ltd']]
