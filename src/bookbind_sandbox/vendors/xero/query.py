"""The `where` and `order` parameters: a small reading of Xero's filter language."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from bookbind_sandbox.vendors.xero.errors import query_exception
from bookbind_sandbox.vendors.xero.wire import Entity, parse_day

TOKEN = re.compile(
    r"\s*(?:(?P<string>\"(?:[^\"\\]|\\.)*\")|(?P<number>-?\d+(?:\.\d+)?)|(?P<operator>==|!=|>=|<=|>|<|&&|\|\||\(|\)|,)"
    r"|(?P<word>[A-Za-z_][\w.]*))"
)
Test = Callable[[Entity], bool]


@dataclass(frozen=True)
class Token:
    """One word of a filter: the name of the pattern that found it, and its text."""

    kind: str
    text: str


@dataclass(frozen=True)
class Where:
    """A filter; `equals` holds the plain comparisons that every match must meet, for a search by column."""

    test: Test
    equals: dict[str, Any]


def parse_where(text: str) -> Where:
    """Read a filter such as `Type=="ACCPAY" AND Date>=DateTime(2026,11,01)`."""
    parser = _Parser(_tokens(text))
    where = parser.either()
    if parser.peek() is not None:
        raise query_exception(f"Unexpected '{parser.peek()}' in the where parameter")
    return where


def parse_order(text: str) -> Callable[[list[Entity]], list[Entity]]:
    """Read an order such as `Name ASC`, or several with commas; later ones break ties."""
    parts = [part.split() for part in text.split(",") if part.strip()]

    def sort(entities: list[Entity]) -> list[Entity]:
        for part in reversed(parts):
            descending = len(part) > 1 and part[1].upper() in {"DESC", "DESCENDING"}
            entities = sorted(entities, key=_sort_key(part[0]), reverse=descending)
        return entities

    return sort


def _tokens(text: str) -> list[Token]:
    found, at = [], 0
    while at < len(text.rstrip()):
        match = TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise query_exception(f"The where parameter cannot be read at '{text[at : at + 20]}'")
        found.append(Token(match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return found


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.at = 0

    def peek(self) -> str | None:
        return self.tokens[self.at].text if self.at < len(self.tokens) else None

    def take(self) -> Token:
        if self.at >= len(self.tokens):
            raise query_exception("The where parameter ends too early")
        self.at += 1
        return self.tokens[self.at - 1]

    def expect(self, text: str) -> None:
        if self.take().text != text:
            raise query_exception(f"'{text}' was expected in the where parameter")

    def either(self) -> Where:
        left = self.both()
        while (self.peek() or "").upper() in {"OR", "||"}:
            self.take()
            left = Where(_either(left.test, self.both().test), {})
        return left

    def both(self) -> Where:
        left = self.single()
        while (self.peek() or "").upper() in {"AND", "&&"}:
            self.take()
            right = self.single()
            left = Where(_both(left.test, right.test), left.equals | right.equals)
        return left

    def single(self) -> Where:
        token = self.take()
        if token.text == "(":
            inside = self.either()
            self.expect(")")
            return inside
        if token.kind != "word":
            raise query_exception(f"A field was expected instead of '{token.text}'")
        path, _, method = token.text.rpartition(".")
        if method.lower() in _METHODS and self.peek() == "(":
            return self._method(path, method.lower())
        return self._comparison(token.text)

    def _method(self, path: str, method: str) -> Where:
        self.expect("(")
        wanted = "" if self.peek() == ")" else str(self.value())
        self.expect(")")
        if method in {"tolower", "toupper"}:
            return self._comparison(path)
        matches = _METHODS[method]
        return Where(lambda entity: matches(str(_look_up(entity, path) or "").lower(), wanted.lower()), {})

    def _comparison(self, path: str) -> Where:
        operator = self.take().text
        if operator not in _OPERATORS:
            raise query_exception(f"'{operator}' is not a comparison")
        wanted = self.value()
        compare = _OPERATORS[operator]
        equals = {path: wanted} if operator == "==" else {}
        return Where(lambda entity: _compare(_look_up(entity, path), wanted, compare), equals)

    def value(self) -> Any:
        """A literal, or a call such as guid("…") or DateTime(2026,11,01)."""
        token = self.take()
        if token.kind == "string":
            return re.sub(r"\\(.)", r"\1", token.text[1:-1])
        if token.kind == "number":
            return Decimal(token.text)
        word = token.text.lower()
        if word in _CONSTANTS:
            return _CONSTANTS[word]
        if word in {"guid", "datetime", "datetime.parse"} and self.peek() == "(":
            return self._call(word)
        raise query_exception(f"'{token.text}' is not a value")

    def _call(self, name: str) -> Any:
        self.expect("(")
        values = [self.value()]
        while self.peek() == ",":
            self.take()
            values.append(self.value())
        self.expect(")")
        if name == "guid":
            return str(values[0]).lower()
        if name == "datetime.parse":
            return parse_day(values[0])
        try:
            return date(*(int(number) for number in values[:3]))
        except (TypeError, ValueError):
            raise query_exception("DateTime needs a year, a month and a day") from None


def _either(first: Test, second: Test) -> Test:
    return lambda entity: first(entity) or second(entity)


def _both(first: Test, second: Test) -> Test:
    return lambda entity: first(entity) and second(entity)


def _sort_key(path: str) -> Callable[[Entity], tuple[int, Any]]:
    return lambda entity: _sortable(_look_up(entity, path))


def _look_up(entity: Entity, path: str) -> Any:
    found: Any = entity
    for part in path.split("."):
        if part in {"Value", "HasValue"}:
            continue
        found = found.get(part) if isinstance(found, dict) else None
    return found


def _compare(found: Any, wanted: Any, compare: Callable[[Any, Any], bool]) -> bool:
    """Compare as a database does: text without case, dates as days, a missing value equal to null alone."""
    if wanted is None:
        return compare("" if found is None else "x", "")
    if found is None:
        return compare("", "x") if compare is _OPERATORS["!="] else False
    left: Any = found
    if isinstance(wanted, date):
        left = parse_day(found)
        if left is None:
            return False
    elif isinstance(wanted, Decimal):
        try:
            left = Decimal(str(found))
        except InvalidOperation:
            return False
    elif isinstance(wanted, str):
        left, wanted = str(found).lower(), wanted.lower()
    return compare(left, wanted)


def _sortable(value: Any) -> tuple[int, Any]:
    if value is None:
        return (0, "")
    return (1, value) if isinstance(value, (int, Decimal)) else (2, str(value).lower())


_METHODS: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda found, wanted: wanted in found,
    "startswith": lambda found, wanted: found.startswith(wanted),
    "endswith": lambda found, wanted: found.endswith(wanted),
    "tolower": lambda found, wanted: found == wanted,
    "toupper": lambda found, wanted: found == wanted,
}
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda left, right: bool(left == right),
    "!=": lambda left, right: bool(left != right),
    ">": lambda left, right: bool(left > right),
    "<": lambda left, right: bool(left < right),
    ">=": lambda left, right: bool(left >= right),
    "<=": lambda left, right: bool(left <= right),
}
_CONSTANTS: dict[str, Any] = {"true": True, "false": False, "null": None}
