"""How long a call takes: for our matcher and its peers alike, in an environment of either."""

import time
from collections.abc import Callable
from typing import TypeVar

_MOST_RUNS, _LONG_ENOUGH = 3, 12.0
_Result = TypeVar("_Result")


def best_of_some(call: Callable[[], _Result]) -> tuple[_Result, float]:
    """What the call gave, and the seconds of its fastest run: three, or fewer where they take long.

    The first run also pays for the import of libraries, which a server pays once.
    """
    seconds: list[float] = []
    while len(seconds) < _MOST_RUNS and sum(seconds) < _LONG_ENOUGH:
        started = time.perf_counter()
        result = call()
        seconds.append(time.perf_counter() - started)
    return result, min(seconds)
