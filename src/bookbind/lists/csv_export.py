"""A list as CSV that a spreadsheet opens without running anything that stands in it."""

import csv
import io
from collections.abc import Iterable, Iterator

from bookbind.lists.models import ListItem

COLUMNS = ("Code", "Name", "Tax number", "E-mail", "Rate", "Archived")
_RUNS = ("=", "+", "-", "@", "\t", "\r")


def list_as_csv(items: Iterable[ListItem]) -> Iterator[str]:
    """One line after another, so that a long list is never held whole."""
    yield csv_line(COLUMNS)
    for item in items:
        details = item.details
        yield csv_line(
            (
                item.code,
                item.name,
                str(details.get("tax_number", "")),
                str(details.get("email", "")),
                str(details.get("rate", "")),
                item.archived_at.date().isoformat() if item.archived_at else "",
            )
        )


def safe_cell(text: str) -> str:
    """The text with an apostrophe in front where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(_RUNS) else text


def plain_cell(text: str) -> str:
    """The text as it was before `safe_cell`."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_RUNS) else text


def csv_line(cells: Iterable[str]) -> str:
    """One line of CSV with its end, in which nothing runs."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([safe_cell(cell) for cell in cells])
    return out.getvalue()
