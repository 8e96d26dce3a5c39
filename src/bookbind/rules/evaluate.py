"""Pure: what the rules of a supplier say about a document, and which of them said it."""

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from bookbind.kit.text import plural, show_date

# A field may be called date, and then its own default would hide the type.
Day = date
RULE_SOURCE = "rule"
DEFAULT_SOURCE = "default"
DEFAULT_EXPLANATION = "the connection's settings"


class CodedField(StrEnum):
    """The fields that a rule can set; the values are the fields' names on documents and lines."""

    CATEGORY = "category"
    TAX_RATE = "tax_rate"
    TRACKING_1 = "tracking_1"
    TRACKING_2 = "tracking_2"
    DUE_DATE = "due_date"
    KIND = "kind"
    PUBLISH_AS = "publish_as"
    AUTO_PUBLISH = "auto_publish"


# These name entries of the lists, which can be archived or have no match.
ITEM_FIELDS = (CodedField.CATEGORY, CodedField.TAX_RATE, CodedField.TRACKING_1, CodedField.TRACKING_2)


class DueMode(StrEnum):
    """How a due date follows from the document's date."""

    NONE = ""
    DAYS_AFTER_DATE = "days_after_date"
    DAYS_AFTER_MONTH_END = "days_after_month_end"
    DAY_OF_NEXT_MONTH = "day_of_next_month"


class Problem(StrEnum):
    """Why the entry that a rule names can't be used as it stands."""

    NONE = ""
    ARCHIVED = "archived"
    NEEDS_MATCH = "needs_match"
    GONE = "gone"


@dataclass(frozen=True)
class RuleValues:
    """A rule as plain values; combined list entries already followed. None leaves a field alone."""

    id: UUID
    version: int
    supplier_name: str
    saved_on: date
    category: UUID | None = None
    tax_rate: UUID | None = None
    tracking_1: UUID | None = None
    tracking_2: UUID | None = None
    due_mode: DueMode = DueMode.NONE
    due_days: int = 0
    kind: str = ""
    publish_as: str = ""
    auto_publish: bool | None = None

    @property
    def source(self) -> str:
        """How a document's field remembers the rule."""
        return f"{RULE_SOURCE}:{self.id}:{self.version}"


@dataclass(frozen=True)
class CodingDefaults:
    """What the connection's settings say where no rule does."""

    tax_rate: UUID | None = None
    kind: str = ""
    publish_as: str = ""
    auto_publish: bool = False


@dataclass(frozen=True)
class DocumentFacts:
    """What evaluation looks at. `typed` names the fields that a person decided: no rule touches them."""

    date: Day | None = None
    typed: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Coded:
    """A field's value, where it comes from for the document and for a reader, and what is wrong with it.

    A value with a problem is given all the same: nothing is put in its place, a person chooses.
    """

    value: Any
    source: str
    explanation: str
    problem: Problem = Problem.NONE


@dataclass(frozen=True)
class Coding:
    """What to put into each field; a field that is missing here is to be left as it is."""

    fields: Mapping[CodedField, Coded] = field(default_factory=dict)

    def value(self, name: CodedField, otherwise: Any = None) -> Any:
        """The field's value, or `otherwise` where nobody says anything."""
        coded = self.fields.get(name)
        return otherwise if coded is None else coded.value

    @property
    def problems(self) -> dict[CodedField, Problem]:
        """The fields whose entry can't be used as it stands."""
        return {name: coded.problem for name, coded in self.fields.items() if coded.problem}


def evaluate(
    rules: Sequence[RuleValues],
    document: DocumentFacts,
    defaults: CodingDefaults | None = None,
    problems: Mapping[UUID, Problem] | None = None,
) -> Coding:
    """For each field the first rule, in the order given, that says something; else the default.

    `problems` tells which list entries can't be used. Typed fields are never part of the answer.
    """
    known = problems or {}
    fields: dict[CodedField, Coded] = {}
    for name in CodedField:
        if name in document.typed:
            continue
        coded = _by_rules(name, rules, document, known) or _by_default(name, defaults, known)
        if coded is not None:
            fields[name] = coded
    return Coding(fields)


def due_date(mode: DueMode, days: int, on: date) -> date | None:
    """The due date of a document of that day; None where the rule says nothing or the calendar ends."""
    if mode is DueMode.NONE:
        return None
    try:
        if mode is DueMode.DAYS_AFTER_DATE:
            return on + timedelta(days=days)
        if mode is DueMode.DAYS_AFTER_MONTH_END:
            return _month_end(on) + timedelta(days=days)
        next_month_end = _month_end(_month_end(on) + timedelta(days=1))
    except OverflowError:
        return None
    # The 31st of a shorter month is its last day.
    return next_month_end.replace(day=min(max(days, 1), next_month_end.day))


def explain_due(mode: DueMode, days: int) -> str:
    """The due mode in words: `30 days after the document's date`."""
    if mode is DueMode.NONE:
        return ""
    if mode is DueMode.DAY_OF_NEXT_MONTH:
        return f"day {days} of the next month"
    start = "the document's date" if mode is DueMode.DAYS_AFTER_DATE else "the end of its month"
    return f"{plural(days, 'day')} after {start}" if days else start


def explain_rule(rule: RuleValues) -> str:
    """How a page names the rule: `rule for City Fuel Ltd, saved 3 March 2027`."""
    return f"rule for {rule.supplier_name}, saved {show_date(rule.saved_on)}"


def says(rule: RuleValues, name: CodedField) -> bool:
    """Whether the rule says anything about the field."""
    if name is CodedField.DUE_DATE:
        return rule.due_mode is not DueMode.NONE
    return getattr(rule, name) not in (None, "")


def fields_of(rule: RuleValues) -> frozenset[CodedField]:
    """The fields that the rule says something about."""
    return frozenset(name for name in CodedField if says(rule, name))


def _by_rules(
    name: CodedField, rules: Sequence[RuleValues], document: DocumentFacts, problems: Mapping[UUID, Problem]
) -> Coded | None:
    rule = next((rule for rule in rules if says(rule, name)), None)
    if rule is None:
        return None
    if name is CodedField.DUE_DATE:
        return _due(rule, document)
    value = getattr(rule, name)
    return Coded(value, rule.source, explain_rule(rule), _problem(name, value, problems))


def _due(rule: RuleValues, document: DocumentFacts) -> Coded | None:
    if document.date is None:
        return None
    due = due_date(rule.due_mode, rule.due_days, document.date)
    why = f"{explain_rule(rule)}: {explain_due(rule.due_mode, rule.due_days)}"
    return None if due is None else Coded(due, rule.source, why)


def _by_default(
    name: CodedField, defaults: CodingDefaults | None, problems: Mapping[UUID, Problem]
) -> Coded | None:
    value = getattr(defaults, name, None)
    if value in (None, ""):
        return None
    return Coded(value, DEFAULT_SOURCE, DEFAULT_EXPLANATION, _problem(name, value, problems))


def _problem(name: CodedField, value: Any, problems: Mapping[UUID, Problem]) -> Problem:
    return problems.get(value, Problem.NONE) if name in ITEM_FIELDS else Problem.NONE


def _month_end(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])
