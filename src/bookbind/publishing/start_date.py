"""The first day of the new books: which waiting documents it holds back, and whether that was meant."""

from dataclasses import dataclass
from datetime import date, timedelta

from bookbind.connections.models import Connection
from bookbind.kit import clock
from bookbind.publishing.queries import list_unsent, list_waiting
from bookbind.publishing.reasons import Reason

# The first of the next month, with which books often begin, is never further away.
USUAL_AHEAD = timedelta(days=31)
MANY = 10


@dataclass(frozen=True)
class StartDate:
    """A first day: how far ahead it lies, and how many of the documents that move are dated before it."""

    day: date
    ahead: timedelta
    held_back: int
    moving: int

    @property
    def is_far(self) -> bool:
        """Whether much that is still to come in would be dated before it."""
        return self.ahead > USUAL_AHEAD

    @property
    def holds_back_many(self) -> bool:
        """Whether many documents, or most of them, would go on waiting."""
        return self.held_back >= MANY or self.held_back * 2 > self.moving

    @property
    def is_unusual(self) -> bool:
        """Whether a person is asked once more before it is taken."""
        return self.is_far or self.holds_back_many


def read_start_date(left: Connection, day: date, *, publish_first: bool) -> StartDate:
    """What the day does to what waits at the connection that is left; what goes first does not move."""
    moving = list_waiting(left.id)
    if publish_first:
        moving = moving.exclude(id__in=list_unsent(left.id, {Reason.LOOK_FIRST}).values("id"))
    today = clock.local_date(clock.now(), left.business.time_zone)
    held_back = moving.filter(document__date__lt=day).count()
    return StartDate(day, day - today, held_back, moving.count())
