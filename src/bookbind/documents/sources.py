"""Where each value of a document came from: a person, a default, or a rule. Pure."""

from collections.abc import Mapping
from typing import Any

TYPED = "typed"
DEFAULT = "default"
RULE = "rule"

Sources = Mapping[str, str]


def line_field(position: int, field: str) -> str:
    """The name under which a line's field stands among the sources."""
    return f"lines.{position}.{field}"


def is_typed(sources: Sources, field: str) -> bool:
    """Whether a person decided the value, so that no rule may change it."""
    return sources.get(field) == TYPED


def note_changes(sources: Sources, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, str]:
    """The sources after a person saved: what they changed is typed, what they left keeps its source.

    Emptying a value that a rule or a default had put there counts as a decision; emptying a typed one gives
    the field back to the rules.
    """
    noted: dict[str, str] = {}
    for field, value in after.items():
        source = sources.get(field, "")
        if value != before.get(field):
            emptied = value in (None, "")
            source = "" if emptied and source in ("", TYPED) else TYPED
        if source:
            noted[field] = source
    return noted


def forget_emptied(sources: Sources, after: Mapping[str, Any]) -> dict[str, str]:
    """The sources without the decisions to leave a field empty; another supplier's rules may fill them."""
    return {
        field: source
        for field, source in sources.items()
        if not (source == TYPED and after.get(field) in (None, ""))
    }
