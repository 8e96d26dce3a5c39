"""How much work a piece of code is, in lines of ours that run or in steps of the database: the same on every
machine, however busy."""

import sys
from collections.abc import Callable
from contextlib import closing
from types import FrameType
from typing import Any, TypeVar

from django.db import connection

from tests.support.processes import ROOT

OURS = str(ROOT / "src")
Result = TypeVar("Result")


def lines_of(act: Callable[[], Result]) -> tuple[int, Result]:
    """How many lines of the product `act` runs, each as often as it is run, and what it gave."""
    counted = 0

    def count(_frame: FrameType, event: str, _value: Any) -> Any:
        nonlocal counted
        counted += event == "line"
        return count

    def enter(frame: FrameType, _event: str, _value: Any) -> Any:
        return count if frame.f_code.co_filename.startswith(OURS) else None

    before = sys.gettrace()
    sys.settrace(enter)
    try:
        result = act()
    finally:
        sys.settrace(before)
    return counted, result


def grows_like_rows(few: int, many: int, times: int) -> bool:
    """Whether the work grew no faster than the rows, of which there are `times` as many, with some room."""
    return few > 0 and many <= few * times * 1.5


def steps_of(act: Callable[[], object]) -> int:
    """How many steps SQLite takes for `act`, in hundreds: it shows a question whose rows multiply."""
    counted = 0

    def count() -> int:
        nonlocal counted
        counted += 1
        return 0

    with closing(connection.cursor()):
        database = connection.connection
    database.set_progress_handler(count, 100)
    try:
        act()
    finally:
        database.set_progress_handler(None, 0)
    return counted
