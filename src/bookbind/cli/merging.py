"""`bookbind merge suggest`: what the matcher would propose for two lists in files, without any database."""

import csv
import io
import json
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from importlib import import_module
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from bookbind.kit.sheets import named_separator
from bookbind.kit.text import plural
from bookbind.merge.matching.items import Item, Kind, Suggestion, parse_kind
from bookbind.merge.matching.tax_words import parse_side

INVALID = 2
_SAME_COLUMN = {"rate_percent": "rate", "direction": "side"}
_TEXTS = (
    *("id", "name", "code", "type", "tax_kind", "tax_number", "company_number", "account_number"),
    *("sku", "email", "currency", "parent"),
)
_OTHERS = ("rate", "side", "archived", "used_with")
_TRUE, _FALSE = {"1", "true", "yes", "y"}, {"", "0", "false", "no", "n"}
_LONGEST_LISTED = 40
_OTHER_MARKS = {";": "semicolons", "\t": "tabs", "|": "bars"}
_KINDS = ", ".join(Kind)
# A cell that is well formed, with the separator after it.
_CELL = r'(?:"(?:[^"]|"")*+"|[^"{0}\r\n][^{0}\r\n]*|){0}'

_app = typer.Typer(help="Match the lists of two accounting softwares.", no_args_is_help=True)


@dataclass(frozen=True, slots=True)
class FileInvalid(Exception):
    """A list can't be read from a file."""

    path: Path
    line: int
    column: str
    problem: str

    def __str__(self) -> str:
        place = f", line {self.line}" if self.line else ""
        return f"{self.path}{place}{f', column {self.column}' if self.column else ''}: {self.problem}"


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.add_typer(_app, name="merge")


def app() -> None:
    """Run these commands alone: they need no database, no keys and no mode."""
    alone = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)
    add_to(alone)
    alone()


@_app.callback()
def merge() -> None:
    """Match the lists of two accounting softwares."""


@_app.command("suggest")
def suggest(
    old: Annotated[Path, typer.Argument(help="CSV of the old list: id,name and what else is known.")],
    new: Annotated[Path, typer.Argument(help="CSV of the new list.")],
    kind: Annotated[str, typer.Option(help=f"Which list it is: {_KINDS}.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Propose a new entry for each old one; nothing is changed."""
    list_kind = parse_kind(kind)
    if list_kind is None:
        _refuse(f"There is no list called {kind!r}; there are {_KINDS}.")
    try:
        lists = read_list(old), read_list(new)
    except FileInvalid as problem:
        _refuse(str(problem))
    # Loaded here, so that a wrong file or --help answers at once.
    match = import_module("bookbind.merge.matching.match").match
    started = time.perf_counter()
    suggestions: list[Suggestion] = match(*lists, list_kind)
    seconds = round(time.perf_counter() - started, 4)
    if as_json:
        shown = {"suggestions": [_as_json(suggestion) for suggestion in suggestions], "seconds": seconds}
        typer.echo(json.dumps(shown, ensure_ascii=False, indent=1))
    else:
        _print_table(lists[0], lists[1], suggestions, seconds)


def read_list(path: Path) -> list[Item]:
    """The entries of a CSV file; the first thing that is wrong with it is raised."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(_read_rows(path, file.read()))
    except UnicodeDecodeError as error:
        raise _not_utf_8(path, path.read_bytes()) from error
    except OSError as error:
        raise FileInvalid(path, 0, "", error.strerror or "can't be read") from error


def _not_utf_8(path: Path, content: bytes) -> FileInvalid:
    """Where the first character stands that is not UTF-8."""
    readable = content.decode("utf-8-sig", "replace").partition("\N{REPLACEMENT CHARACTER}")[0]
    mark, text = named_separator(readable)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark or ",")
    records = list(reader)[1 if mark else 0 :] or [[]]
    position = max(len(records[-1]) - 1, 0) if not readable.endswith("\n") else 0
    column = records[0][position].strip() if len(records) > 1 and position < len(records[0]) else ""
    line = readable.count("\n") + 1
    return FileInvalid(path, line, column, "this is not UTF-8; save the file as CSV UTF-8")


def _read_rows(path: Path, text: str) -> Iterator[Item]:
    records = _split(path, text)
    columns = _read_header(path, next(records, (1, []))[1])
    seen: dict[str, int] = {}
    for line, cells in records:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(columns):
            # The first value too many or missing.
            odd = columns[len(cells)] if len(cells) < len(columns) else str(len(columns) + 1)
            problem = f"{plural(len(cells), 'value')} where the header has {len(columns)} columns"
            raise FileInvalid(path, line, odd, problem)
        row = {column: cell.strip() for column, cell in zip(columns, cells, strict=True) if column}
        item = _read_item(path, line, row)
        if item.id in seen:
            raise FileInvalid(path, line, "id", f"{item.id!r} stands in line {seen[item.id]} already")
        seen[item.id] = line
        yield item


def _split(path: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line on which it ends."""
    # A cell whose quotation mark is never closed may be as long as the file.
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))
    named, text = named_separator(text)
    mark = named or ","
    lines = list(io.StringIO(text, newline=""))
    reader = csv.reader(lines, strict=True, delimiter=mark)
    if named:
        next(reader, None)
    header: list[str] = []
    while True:
        begins = reader.line_num
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise _misquoted(path, begins, "".join(lines[begins:]), header, mark) from error
        if cells is None:
            return
        header = header or cells
        yield reader.line_num, cells


def _misquoted(path: Path, begins: int, text: str, header: list[str], mark: str) -> FileInvalid:
    """Where the quotation mark opens that is closed nowhere, or only within other text."""
    end, position = 0, 0
    well_formed = re.compile(_CELL.format(re.escape(mark)))
    while cell := well_formed.match(text, end):
        end, position = cell.end(), position + 1
    column = header[position].strip() if position < len(header) else ""
    before = "a comma" if mark == "," else f"a “{mark}”"
    problem = f"this is not CSV: the quotation mark here is not closed before {before} or a new line"
    return FileInvalid(path, begins + text.count("\n", 0, end) + 1, column, problem)


def _read_header(path: Path, cells: list[str]) -> list[str]:
    """The columns by our names; one that is unknown is ignored, which is said."""
    names = [cell.strip().lower().replace(" ", "_") for cell in cells]
    columns = [_SAME_COLUMN.get(name, name) for name in names]
    missing = [name for name in ("id", "name") if name not in columns]
    if missing:
        problem = f"the header needs the columns id and name; it has {_said(cells)}"
        raise FileInvalid(path, 1, missing[0], problem + _other_mark(cells))
    twice = next((name for name in columns if name and columns.count(name) > 1), "")
    if twice:
        raise FileInvalid(path, 1, twice, "this column stands in the header twice")
    unknown = [name for name in columns if name not in (*_TEXTS, *_OTHERS)]
    if unknown:
        typer.echo(f"{path}: ignoring {_said(unknown)}, which the matcher does not know.", err=True)
    return [name if name in (*_TEXTS, *_OTHERS) else "" for name in columns]


def _other_mark(cells: list[str]) -> str:
    """What to do where the whole header came as one cell because other marks part its columns."""
    mark = next((mark for mark in _OTHER_MARKS if len(cells) == 1 and mark in cells[0]), "")
    return f"; its columns are parted by {_OTHER_MARKS[mark]}, save it with commas" if mark else ""


def _said(names: list[str]) -> str:
    shown = [name or "(no name)" for name in names[:_LONGEST_LISTED]]
    return ", ".join(shown) or "no columns"


def _read_item(path: Path, line: int, row: dict[str, str]) -> Item:
    for column in ("id", "name"):
        if not row[column]:
            raise FileInvalid(path, line, column, "this is empty")
    side = parse_side(row.get("side", "")) if row.get("side") else ""
    if side is None:
        raise FileInvalid(path, line, "side", f"{row['side']!r} is none of sales, purchases and both")
    archived = row.get("archived", "").lower()
    if archived not in _TRUE | _FALSE:
        raise FileInvalid(path, line, "archived", f"{row['archived']!r} is neither yes nor no")
    return Item(
        **{column: row.get(column, "") for column in _TEXTS},
        rate=_read_rate(path, line, row.get("rate", "")),
        side=side,
        archived=archived in _TRUE,
        used_with=frozenset(key for key in row.get("used_with", "").split("|") if key),
    )


def _read_rate(path: Path, line: int, text: str) -> Decimal | None:
    if not text:
        return None
    try:
        rate = Decimal(text.rstrip("% "))
    except InvalidOperation:
        rate = Decimal("NaN")
    if not rate.is_finite() or not 0 <= rate <= 1000:
        raise FileInvalid(path, line, "rate", f"{text!r} is no percentage, such as 20 or 13.5")
    return rate


def _as_json(suggestion: Suggestion) -> dict[str, object]:
    return {
        "old": suggestion.old,
        "new": suggestion.new,
        "confidence": suggestion.confidence,
        "auto": suggestion.auto,
        "reasons": list(suggestion.reasons),
        "alternatives": [{"new": new, "confidence": chance} for new, chance in suggestion.alternatives],
    }


def _print_table(old: list[Item], new: list[Item], suggestions: list[Suggestion], seconds: float) -> None:
    names = {item.id: item.name for item in new}
    rows = [("old", "new", "sure", "accepted", "why")]
    for item, suggestion in zip(old, suggestions, strict=True):
        target = names[suggestion.new] if suggestion.new is not None else "-"
        sure = f"{suggestion.confidence:.0%}" if suggestion.new is not None else ""
        rows.append(
            (item.name, target, sure, "yes" if suggestion.auto else "", ", ".join(suggestion.reasons))
        )
    widths = [min(_LONGEST_LISTED, max(len(row[column]) for row in rows)) for column in range(4)]
    for row in rows:
        cells = [cell[:width].ljust(width) for cell, width in zip(row, widths, strict=False)]
        typer.echo("  ".join([*cells, row[4]]).rstrip())
    accepted = sum(suggestion.auto for suggestion in suggestions)
    typer.echo(f"\n{accepted:,} of {len(suggestions):,} would be accepted without asking; {seconds:.2f} s.")


def _refuse(problem: str) -> NoReturn:
    typer.echo(problem, err=True)
    sys.exit(INVALID)
