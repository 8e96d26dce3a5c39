"""Where a publication may go from where it stands; pure, and the only place that says so."""

from enum import StrEnum


class State(StrEnum):
    """The states of a publication."""

    WAITING = "waiting"
    HELD = "held"
    SENDING = "sending"
    UNKNOWN = "unknown"
    PUBLISHED = "published"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


_MOVES: dict[State, frozenset[State]] = {
    # Nothing was sent: the document may be held, sent, taken back, or found in the books by its marker.
    State.WAITING: frozenset({State.HELD, State.SENDING, State.WITHDRAWN, State.REJECTED, State.PUBLISHED}),
    State.HELD: frozenset({State.HELD, State.WAITING, State.UNKNOWN, State.WITHDRAWN, State.PUBLISHED}),
    # A delivery is committed: only its outcome moves the publication.
    State.SENDING: frozenset({State.PUBLISHED, State.REJECTED, State.UNKNOWN, State.WAITING, State.HELD}),
    State.UNKNOWN: frozenset({State.PUBLISHED, State.REJECTED, State.WAITING, State.HELD}),
    State.REJECTED: frozenset({State.WAITING, State.HELD, State.WITHDRAWN}),
    # The ends: publishing again begins with a new publication.
    State.PUBLISHED: frozenset(),
    State.WITHDRAWN: frozenset(),
}

OPEN = frozenset({State.WAITING, State.HELD, State.SENDING, State.UNKNOWN, State.REJECTED})
# A delivery was made, and what became of it is not known yet.
UNDER_WAY = frozenset({State.SENDING, State.UNKNOWN})
# While one of these holds, the document may already stand in the books, so nothing of it changes.
FROZEN = UNDER_WAY | {State.PUBLISHED}
# A person can still take these back.
RETURNABLE = frozenset({State.WAITING, State.HELD, State.REJECTED})
WAITING_STATES = frozenset({State.WAITING, State.HELD, State.SENDING, State.UNKNOWN})

_STAGES = {State.REJECTED: "fixing", State.PUBLISHED: "published", State.WITHDRAWN: "review"}


def can_move(before: State, after: State) -> bool:
    """Whether a publication may go from `before` to `after`."""
    return after in _MOVES[before]


def stage_of(state: State) -> str:
    """The tab of the inbox that shows a document whose latest publication is in this state."""
    return _STAGES.get(state, "waiting")
