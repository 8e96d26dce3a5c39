"""How one step of a queue ends: go on with the next, or rest until a moment."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Pause:
    """The queue rests; `at` is when it looks again, None when news will wake it."""

    at: datetime | None


# None means: go on.
Turn = Pause | None
# Renews the worker's right to the queue; False when another worker has it by now.
Keep = Callable[[], bool]
