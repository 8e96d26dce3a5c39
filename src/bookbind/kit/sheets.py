"""Pure: tables that leave and come as CSV; formulas are made harmless, and what is no table is refused."""

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bookbind.kit.text import clean_text, plural

MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 100_000
LONGEST_SHOWN = 80
BYTE_ORDER_MARK = "\ufeff"
"""Put in front so that a spreadsheet reads the file as UTF-8."""

# A spreadsheet takes these for the start of a formula, some also in their full-width form.
_RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001
_KNOWN_FILES = (
    (b"PK\x03\x04", "an Excel workbook"),
    (b"\xd0\xcf\x11\xe0", "an Excel workbook"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
)
# What may stand between cells, the usual one first: in many countries a spreadsheet's CSV has semicolons.
_SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab"}
# Excel's own first line, quoted or filled up to the width of the table where a program wrote it anew.
_NAMED = re.compile(r'"?sep=(?P<mark>[^\w"\r\n])"?(?P=mark)*(?=[\r\n]|\Z)', re.IGNORECASE)
_SHORTENED = re.compile(r"(?P<whole>[0-9])(?:[.,](?P<decimals>[0-9]{1,15}))?[Ee]\+(?P<exponent>[0-9]{1,2})")
_SAVE_AS_CSV = "Open it in your spreadsheet, save it as “CSV UTF-8” and choose that file."


class SheetUnreadable(ValueError):
    """This file can't be read as a table."""


@dataclass(frozen=True)
class CellError:
    """What is wrong at one place of a file, and what to do; lines count as in an editor, from 1.

    `entry` is what the line calls the thing that it is about, as far as it says so.
    """

    line: int
    column: str
    what: str
    entry: str = ""


@dataclass(frozen=True)
class Row:
    """One line of the table: what it says under each heading that is known."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Sheet:
    """A table as it was read. `ignored` are headings of no meaning here, `errors` lines that don't fit."""

    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    ignored: tuple[str, ...] = ()
    errors: tuple[CellError, ...] = ()


def safe_cell(text: str) -> str:
    """The text with an apostrophe in front where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.lstrip("' ").startswith(_RUNS) else text


def plain_cell(text: str) -> str:
    """What `safe_cell` made safe, as it was."""
    return text[1:] if text.startswith("'") and text[1:].lstrip("' ").startswith(_RUNS) else text


def fits_shortened(text: str, number: str) -> bool:
    """Whether a spreadsheet may have made this text of a long number: `1.23457E+15` of `1234567890123456`."""
    found = _SHORTENED.fullmatch(text)
    if found is None or not (number.isascii() and number.isdecimal()):
        return False
    decimals = found["decimals"] or ""
    unit = Decimal(10) ** (int(found["exponent"]) - len(decimals))
    return abs(Decimal(number) - int(found["whole"] + decimals) * unit) <= unit / 2


def is_shortened(text: str) -> bool:
    """Whether the text looks like a long number that a spreadsheet shortened."""
    return _SHORTENED.fullmatch(text) is not None


def write_line(cells: Iterable[str | Decimal | int]) -> str:
    """One line of CSV: numbers stay numbers, every text is safe to open."""
    out = io.StringIO()
    safe = [safe_cell(cell) if isinstance(cell, str) else str(cell) for cell in cells]
    csv.writer(out, lineterminator="\r\n").writerow(safe)
    return out.getvalue()


def write_sheet(headings: Sequence[str], rows: Iterable[Iterable[str | Decimal | int]]) -> Iterator[str]:
    """A whole file, one line after another, so that a long table is never held whole."""
    yield BYTE_ORDER_MARK + write_line(headings)
    for row in rows:
        yield write_line(row)


def read_sheet(content: bytes, known: Sequence[str], required: Collection[str]) -> Sheet:
    """The table in a file that somebody chose; SheetUnreadable says what is wrong with it and what to do."""
    named, text = named_separator(_decode(content))
    separator = named or _find_separator(text, known)
    lines = _split(text, separator)
    first = next((line for line in lines if not _is_blank(line[1])), None)
    if first is None:
        raise SheetUnreadable("This file is empty. The first line names the columns.")
    columns, ignored = _find_columns(first[1], known, required)
    rows: list[Row] = []
    errors: list[CellError] = []
    for line, cells in lines:
        if _is_blank(cells):
            continue
        if len(rows) + len(errors) == MOST_ROWS:
            raise SheetUnreadable(
                f"This file has more than {MOST_ROWS:,} lines. Split it and import one part after the other."
            )
        if len(cells) != len(columns):
            named = next((cell for name, cell in zip(columns, cells, strict=False) if name in required), "")
            what = _misfit_words(len(cells), len(columns), separator)
            errors.append(CellError(line, "", what, clean_text(plain_cell(named), LONGEST_SHOWN)))
            continue
        pairs = zip(columns, cells, strict=True)
        rows.append(Row(line, {name: plain_cell(cell.strip()) for name, cell in pairs if name}))
    return Sheet(tuple(filter(None, columns)), tuple(rows), ignored, tuple(errors))


def named_separator(text: str) -> tuple[str, str]:
    """What a first line such as `sep=;` says stands between cells, and the text with that line empty.

    Empty, and the text as it is, where no line says so.
    """
    found = _NAMED.match(text)
    return (found["mark"], text[found.end() :]) if found else ("", text)


def _decode(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        size = f"{MOST_BYTES // 1024 // 1024} MB"
        raise SheetUnreadable(
            f"This file is larger than {size}. Split it and import one part after the other."
        )
    for start, what in _KNOWN_FILES:
        if content.startswith(start):
            raise SheetUnreadable(f"This is {what}, not CSV. {_SAVE_AS_CSV}")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SheetUnreadable(f"This file is saved as UTF-16 text. {_SAVE_AS_CSV}")
    if b"\x00" in content:
        raise SheetUnreadable(f"This is not a text file. {_SAVE_AS_CSV}")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SheetUnreadable(
            f"Line {line} has letters that are not saved as UTF-8. {_SAVE_AS_CSV}"
        ) from error


def _find_separator(text: str, known: Sequence[str]) -> str:
    """What stands between the cells: the one that splits most headings of ours out of the first record."""
    words = {_word(name) for name in known}
    return max(_SEPARATORS, key=lambda mark: sum(_word(cell) in words for cell in _headings(text, mark)))


def _headings(text: str, separator: str) -> list[str]:
    try:
        records = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        return next((cells for cells in records if not _is_blank(cells)), [])
    except csv.Error:
        # Reading the file itself says what is wrong there.
        return []


def _is_blank(cells: Sequence[str]) -> bool:
    return not any(cell.strip() for cell in cells)


def _split(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line on which it begins; a quoted cell may go over several."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator)
    while True:
        begins = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise SheetUnreadable(
                f"Line {begins} can't be read as CSV ({error}). Look at the quotation marks from there on."
            ) from error
        if cells is None:
            return
        yield begins, cells


def _find_columns(
    headings: Sequence[str], known: Sequence[str], required: Collection[str]
) -> tuple[list[str], tuple[str, ...]]:
    """For each column the heading that it means, empty for none; and the headings that mean nothing here."""
    by_word = {_word(name): name for name in known}
    columns = [by_word.get(_word(heading), "") for heading in headings]
    if not any(columns):
        _refuse_headings(headings, known)
    twice = sorted({name for name in columns if name and columns.count(name) > 1})
    if twice:
        raise SheetUnreadable(f"The column {twice[0]} is there twice. Remove one of the two.")
    missing = [name for name in known if name in required and name not in columns]
    if missing:
        named = ", ".join(missing)
        raise SheetUnreadable(
            f"{plural(len(missing), 'column')} {'is' if len(missing) == 1 else 'are'} missing: {named}. "
            "The first line of the file names the columns."
        )
    ignored = tuple(
        heading.strip()[:60]
        for heading, name in zip(headings, columns, strict=True)
        if not name and heading.strip()
    )
    return columns, ignored


def _refuse_headings(headings: Sequence[str], known: Sequence[str]) -> None:
    words = {_word(name) for name in known}
    parts = {_word(part) for part in "|".join(headings).split("|")}
    if len(headings) < len(parts) and parts & words:
        raise SheetUnreadable(
            f"The columns of this file are separated by bars; commas are needed. {_SAVE_AS_CSV}"
        )
    raise SheetUnreadable(
        f"The first line names none of the columns that are known here: {', '.join(known)}."
    )


def _misfit_words(found: int, wanted: int, separator: str) -> str:
    mark = _SEPARATORS.get(separator, f"“{separator}”")
    return (
        f"There {'is' if found == 1 else 'are'} {plural(found, 'cell')} for {plural(wanted, 'column')}. "
        f"Put a text with a {mark} into quotation marks, and leave no cell out."
    )


def _word(heading: str) -> str:
    return "".join(letter for letter in heading.casefold() if letter.isalnum())
