"""The query language: select, where with AND alone, orderby, startposition, maxresults."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from bookbind_sandbox.records import Condition
from bookbind_sandbox.vendors.quickbooks.errors import unreadable_query, wrong_query
from bookbind_sandbox.vendors.quickbooks.kinds import BY_NAME, Kind
from bookbind_sandbox.vendors.quickbooks.wire import Entity, parse_day, parse_moment_ms

ALL = "*"
DEFAULT_RESULTS, MOST_RESULTS = 100, 1000
TOKEN = re.compile(
    r"\s*(?:(?P<string>'(?:[^'\\]|\\.)*')|(?P<operator><=|>=|<|>|=)|(?P<mark>[(),*])|(?P<word>[\w.\-+:]+))"
)
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: bool(left == right),
    "<": lambda left, right: bool(left < right),
    ">": lambda left, right: bool(left > right),
    "<=": lambda left, right: bool(left <= right),
    ">=": lambda left, right: bool(left >= right),
}
MOMENTS = {"MetaData.CreateTime": "created_at", "MetaData.LastUpdatedTime": "updated_at"}
LINK_TYPE, LINK_VALUE = "AttachableRef.EntityRef.Type", "AttachableRef.EntityRef.Value"


@dataclass(frozen=True)
class Comparison:
    """One condition: a field, an operator (with `in` and `like`), and the texts that it compares with."""

    field: str
    operator: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Query:
    """A SELECT over one entity; `counts` asks for the number alone.

    No `columns` are all of them but those that have to be named. `order` has each field with whether it runs
    downward; `start` counts from one, and `most` is how many rows are given at most.
    """

    kind: Kind
    columns: tuple[str, ...]
    counts: bool
    where: tuple[Comparison, ...]
    order: tuple[tuple[str, bool], ...]
    start: int
    most: int


def parse_query(text: str) -> Query:
    """Read a statement, or refuse it in QuickBooks' words."""
    return _Parser(text).query()


class _Parser:
    def __init__(self, text: str) -> None:
        self.tokens: list[str] = []
        at, text = 0, text.strip().rstrip(";")
        while at < len(text):
            match = TOKEN.match(text, at)
            if match is None:
                raise unreadable_query(f'Encountered " {text[at : at + 20]} " at column {at}')
            self.tokens.append(match[0].strip())
            at = match.end()
        self.at = 0

    def peek(self) -> str:
        return self.tokens[self.at].lower() if self.at < len(self.tokens) else ""

    def take(self) -> str:
        if self.at >= len(self.tokens):
            raise unreadable_query('Encountered "<EOF>"')
        self.at += 1
        return self.tokens[self.at - 1]

    def skip(self, *words: str) -> bool:
        """Step over these words when they come next."""
        upcoming = [token.lower() for token in self.tokens[self.at : self.at + len(words)]]
        if upcoming != list(words):
            return False
        self.at += len(words)
        return True

    def expect(self, word: str) -> None:
        if not self.skip(word):
            raise unreadable_query(f'Encountered " {self.peek() or "<EOF>"} ", was expecting: "{word}"')

    def query(self) -> Query:
        self.expect("select")
        columns = self._columns()
        self.expect("from")
        name = self.take()
        kind = next((known for key, known in BY_NAME.items() if key.lower() == name.lower()), None)
        if kind is None:
            raise wrong_query(f"Metadata not found for Entity {name}")
        where = self._where(kind) if self.skip("where") else ()
        by = self.skip("orderby") or self.skip("order", "by")
        order = self._order(kind) if by else ()
        start = self._number(1) if self.skip("startposition") else 1
        most = self._number(0) if self.skip("maxresults") else DEFAULT_RESULTS
        if self.peek():
            raise unreadable_query(f'Encountered " {self.peek()} "')
        if most > MOST_RESULTS:
            raise wrong_query(f"value {most} is too large. Max allowed value is {MOST_RESULTS}.")
        return Query(kind, columns, columns == ("count(*)",), where, order, start, most)

    def _columns(self) -> tuple[str, ...]:
        """The columns asked for; none stands for all of them but those that have to be named."""
        if self.skip("*") and self.peek() != ",":
            return ()
        if self.skip("count", "(", "*", ")"):
            return ("count(*)",)
        columns = [ALL if self.peek() == "," else self.take()]
        while self.skip(","):
            columns.append(self.take())
        return tuple(columns)

    def _field(self, kind: Kind) -> str:
        name = self.take()
        known = kind.filterable.get(name.lower())
        if known is None:
            raise wrong_query(f"Property {name} not found for Entity {kind.name}")
        return known

    def _where(self, kind: Kind) -> tuple[Comparison, ...]:
        found = [self._comparison(kind)]
        while self.skip("and"):
            found.append(self._comparison(kind))
        return tuple(found)

    def _comparison(self, kind: Kind) -> Comparison:
        field = self._field(kind)
        operator = self.take().lower()
        if operator == "in":
            self.expect("(")
            values = [self._value()]
            while self.skip(","):
                values.append(self._value())
            self.expect(")")
            return Comparison(field, operator, tuple(values))
        if operator not in COMPARISONS and operator != "like":
            raise unreadable_query(f'Encountered " {operator} "')
        return Comparison(field, operator, (self._value(),))

    def _value(self) -> str:
        token = self.take()
        if token.startswith("'"):
            return re.sub(r"\\(.)", r"\1", token[1:-1])
        return token

    def _order(self, kind: Kind) -> tuple[tuple[str, bool], ...]:
        """Fields with whether each runs downward."""
        found = []
        while True:
            field = self._field(kind)
            found.append((field, self.skip("desc")))
            self.skip("asc")
            if not self.skip(","):
                return tuple(found)

    def _number(self, least: int) -> int:
        text = self.take()
        if not text.isdigit() or int(text) < least:
            raise wrong_query(f"value {text} is not a position")
        return int(text)


def to_condition(kind: Kind, comparison: Comparison) -> tuple[Condition | None, bool]:
    """The comparison in SQL, if a column knows enough for it, and whether nothing is left to test."""
    field, operator, values = comparison.field, comparison.operator, comparison.values
    if field in {LINK_TYPE, LINK_VALUE}:
        if operator != "=":
            return None, False
        mark = f"\n{values[0].lower()}:" if field == LINK_TYPE else f":{values[0]}\n"
        return Condition("instr(search, ?) > 0", (mark,)), False
    column = order_column(kind, field)
    if column is None:
        return None, False
    if operator == "like":
        pattern = re.sub(r"([_\\])", r"\\\1", values[0])
        return Condition(f"{column} LIKE ? ESCAPE '\\'", (pattern,)), True
    known = tuple(_for_column(field, value) for value in values)
    if operator == "in":
        return Condition(f"{column} IN ({', '.join('?' for _ in known)})", known), True
    return Condition(f"{column} {operator} ?", known), True


def order_column(kind: Kind, field: str) -> str | None:
    """The column that holds a field, as it is compared and sorted."""
    if field in MOMENTS:
        return MOMENTS[field]
    columns = {
        kind.contact_key: "parent",
        kind.detail_key: "detail",
        kind.code_key: "code COLLATE NOCASE",
        kind.name_key: "name COLLATE NOCASE",
        "Id": "CAST(id AS INTEGER)",
        "Active": "status",
        "TxnDate": "day",
    }
    return columns.get(field) if field else None


def _for_column(field: str, value: str) -> str | int:
    if field in MOMENTS:
        found = parse_moment_ms(value)
        if found is None:
            raise wrong_query(f"Invalid value {value} for {field}")
        return found
    if field == "Id":
        return int(value) if value.isdigit() else -1
    if field == "TxnDate" and parse_day(value) is None:
        raise wrong_query(f"Invalid value {value} for {field}")
    if field == "Active" and value.lower() not in {"true", "false"}:
        raise wrong_query(f"Invalid value {value} for {field}")
    return value.lower() if field == "Active" else value


def meets(entity: Entity, comparison: Comparison) -> bool:
    """Whether an entity meets a condition that no column could settle."""
    return any(_meets_one(found, comparison) for found in _look_up(entity, comparison.field.split(".")))


def _look_up(value: Any, path: list[str]) -> list[Any]:
    """All values at a path, lists walked through, names compared without case."""
    if isinstance(value, list):
        return [found for item in value for found in _look_up(item, path)]
    if not path:
        return [value.get("value") if isinstance(value, dict) else value]
    if not isinstance(value, dict):
        return []
    found = next((item for key, item in value.items() if key.lower() == path[0].lower()), None)
    return [] if found is None else _look_up(found, path[1:])


def _meets_one(found: Any, comparison: Comparison) -> bool:
    text = str(found).lower()
    if comparison.operator == "like":
        pattern = "".join(".*" if sign == "%" else re.escape(sign) for sign in comparison.values[0].lower())
        return re.fullmatch(pattern, text, re.DOTALL) is not None
    if comparison.operator == "in":
        return text in {value.lower() for value in comparison.values}
    compare = COMPARISONS[comparison.operator]
    left, right = _number(found), _number(comparison.values[0])
    if left is not None and right is not None:
        return compare(left, right)
    return compare(text, comparison.values[0].lower())


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool):
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None
