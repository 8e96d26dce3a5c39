"""Pure: rules of one supplier that say the same field twice, and rules that never say anything."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from bookbind.rules.evaluate import CodedField, RuleValues, fields_of


class WhyDead(StrEnum):
    """Why a rule never has an effect."""

    SAYS_NOTHING = "says_nothing"
    HIDDEN = "hidden"


@dataclass(frozen=True)
class Overlap:
    """Both rules set these fields; the first one is asked first, so its values count."""

    first: UUID
    second: UUID
    fields: tuple[CodedField, ...]


@dataclass(frozen=True)
class Dead:
    """A rule without effect, and why it has none."""

    rule: UUID
    why: WhyDead


def find_overlaps(rules: Sequence[RuleValues]) -> list[Overlap]:
    """Every two rules of the supplier, in their order, that set one field differently or alike."""
    found: list[Overlap] = []
    for number, second in enumerate(rules):
        for first in rules[:number]:
            both = fields_of(first) & fields_of(second)
            if both:
                found.append(Overlap(first.id, second.id, _in_order(both)))
    return found


def find_dead(rules: Sequence[RuleValues]) -> list[Dead]:
    """The supplier's rules that set nothing, or nothing that an earlier rule has not set already."""
    found: list[Dead] = []
    for number, rule in enumerate(rules):
        fields = fields_of(rule)
        taken = frozenset().union(*map(fields_of, rules[:number]))
        if not fields:
            found.append(Dead(rule.id, WhyDead.SAYS_NOTHING))
        elif fields <= taken:
            found.append(Dead(rule.id, WhyDead.HIDDEN))
    return found


def _in_order(fields: frozenset[CodedField]) -> tuple[CodedField, ...]:
    return tuple(name for name in CodedField if name in fields)
