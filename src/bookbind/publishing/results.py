"""What became of the documents that waited when a connection came back: numbers, and one sentence."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from bookbind.kit.text import plural
from bookbind.providers.registry import get_provider
from bookbind.publishing.models import Publication, Resume
from bookbind.publishing.reasons import Reason
from bookbind.publishing.states import State

_UNDER_WAY = frozenset({Reason.CONNECTION, Reason.LISTS})
_CLOSED = frozenset({Reason.PERIOD_LOCKED, Reason.BOOKS_CLOSED, Reason.REFUSED_PERIOD})


@dataclass(frozen=True)
class Results:
    """How many documents stand where. `to_look_at` are those that wait for a person."""

    total: int = 0
    published: int = 0
    twins: int = 0
    closed_period: int = 0
    refused: int = 0
    other_holds: int = 0
    look_first: int = 0
    under_way: int = 0
    taken_back: int = 0

    @property
    def to_look_at(self) -> int:
        """How many need a person besides a press on Publish all."""
        return self.twins + self.closed_period + self.refused + self.other_holds

    @property
    def is_done(self) -> bool:
        """Whether nothing moves by itself any more."""
        return self.under_way == 0


def results_of(resume: Resume) -> Results:
    """Where the gathered documents stand now, in one query."""
    rows = Publication.objects.filter(resume=resume).values_list("state", "reason")
    return count_results(rows)


def count_results(rows: Iterable[tuple[str, str]]) -> Results:
    """Count (state, reason); pure."""
    counted = Counter(_place_of(state, reason) for state, reason in rows)
    return Results(total=sum(counted.values()), **counted)


def explain_results(resume: Resume, results: Results) -> str:
    """`14 waiting documents: 11 published, 2 look already in the books, 1 is dated in a closed period.`"""
    provider = get_provider(resume.connection.provider).name
    return describe_results(results, provider, publish_now=resume.publish_now)


def describe_results(results: Results, provider: str, *, publish_now: bool = True) -> str:
    """The sentence for these numbers; pure. Empty when nothing had waited.

    Whoever looks first (not `publish_now`) is told of checking: nothing of theirs is on its way.
    """
    if results.total == 0:
        return ""
    parts = [text for count, text in _parts(results, provider, publish_now=publish_now) if count]
    return f"{plural(results.total, 'waiting document')}: {', '.join(parts)}."


def _parts(results: Results, provider: str, *, publish_now: bool) -> list[tuple[int, str]]:
    return [
        (results.published, f"{results.published} published"),
        (results.under_way, f"{results.under_way} being {'published' if publish_now else 'checked'}"),
        (results.look_first, f"{results.look_first} ready for your look"),
        (results.twins, f"{results.twins} {_verb(results.twins, 'looks', 'look')} already in {provider}"),
        (
            results.closed_period,
            f"{results.closed_period} {_verb(results.closed_period, 'is', 'are')} dated in a closed period",
        ),
        (results.refused, f"{results.refused} refused by {provider}"),
        (
            results.other_holds,
            f"{results.other_holds} {_verb(results.other_holds, 'waits', 'wait')} for something else",
        ),
        (results.taken_back, f"{results.taken_back} taken back"),
    ]


def _verb(count: int, one: str, many: str) -> str:
    return one if count == 1 else many


def _place_of(state: str, reason: str) -> str:
    if state == State.PUBLISHED:
        return "published"
    if state == State.WITHDRAWN:
        return "taken_back"
    if state in (State.WAITING, State.SENDING, State.UNKNOWN) or reason in _UNDER_WAY:
        return "under_way"
    if reason in _CLOSED:
        return "closed_period"
    if state == State.REJECTED:
        return "refused"
    if reason == Reason.LOOK_FIRST:
        return "look_first"
    return "twins" if reason == Reason.TWIN else "other_holds"
