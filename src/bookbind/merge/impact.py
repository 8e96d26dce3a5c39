"""Pure: what using the ticked matches changes for rules and waiting documents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from bookbind.publishing.reasons import MATCH_REASONS, Problem, Reason


@dataclass(frozen=True)
class RuleFacts:
    """A rule that is switched on: whether all it names can be used at the connection, now and then."""

    works_now: bool
    works_then: bool


@dataclass(frozen=True)
class DocumentFacts:
    """A waiting document: why it is held now, and what would stand in its way then."""

    held: str
    then: tuple[Problem, ...]

    @property
    def waits_for(self) -> Reason | None:
        """What Waiting says of it then: what a person has yet to decide, else the first thing in its way."""
        if self.held in _FOR_A_PERSON:
            return Reason(self.held)
        return self.then[0].reason if self.then else None


@dataclass(frozen=True)
class Impact:
    """What changes; `creations` are made in the books first.

    Counts of suppliers and customers are those that would be created when first used. Of those
    `still_waiting`, `unanswered` wait for an answer about how they are published, and `kept` stay because of
    one. `ready` of the documents are in Ready, not in Waiting. `early` documents have a date from before the
    new books, whatever else they lack. Each document counts once, under the reason that Waiting shows.
    """

    matches: int = 0
    taken_back: int = 0
    creations: int = 0
    rules: int = 0
    rules_ready: int = 0
    rules_gained: int = 0
    documents: int = 0
    ready: int = 0
    released: int = 0
    still_waiting: int = 0
    waiting_for: tuple[UUID, ...] = ()
    unanswered: int = 0
    kept: int = 0
    early: int = 0
    new_suppliers: int = 0
    new_customers: int = 0


# These outlive every match: nobody but a person says what becomes of such a document.
_FOR_A_PERSON = {Reason.TWIN.value, Reason.UNKNOWN.value}
_UNANSWERED = {Reason.KIND_NOT_TAKEN, Reason.PUBLISH_AS_NOT_TAKEN}
# Held for anything else, a document is not freed by a match.
_FREED = {reason.value for reason in MATCH_REASONS} - {Reason.LOOK_FIRST.value, Reason.NOT_STARTED.value}


def weigh(
    rules: Sequence[RuleFacts], documents: Sequence[DocumentFacts], changes: Mapping[str, int]
) -> Impact:
    """Count what changes; `changes` are the counts that need no weighing, by the name of their field."""
    released = [each for each in documents if each.held in _FREED and not each.then]
    waiting = [each for each in documents if each.waits_for in MATCH_REASONS]
    return Impact(
        **changes,
        rules=len(rules),
        rules_ready=sum(rule.works_then for rule in rules),
        rules_gained=sum(rule.works_then and not rule.works_now for rule in rules),
        documents=len(documents),
        released=len(released),
        still_waiting=len(waiting),
        waiting_for=tuple(dict.fromkeys(id_ for each in waiting for id_ in _entries(each))),
        unanswered=sum(1 for each in documents if each.waits_for in _UNANSWERED),
        kept=sum(1 for each in documents if each.waits_for is Reason.KEPT_HERE),
        early=sum(1 for each in documents if each.waits_for is Reason.BEFORE_START),
    )


def _entries(document: DocumentFacts) -> list[UUID]:
    """The entries that the document still needs a match for."""
    named = [p.data.get("item", "") for p in document.then if p.reason in MATCH_REASONS]
    return [UUID(item) for item in named if item]
