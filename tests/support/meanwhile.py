"""What somebody else does between two statements of a piece of code, or while its answer is on its way."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection


@contextmanager
def meanwhile(statement: str, act: Callable[[], object]) -> Iterator[None]:
    """Let `act` happen once: right after the first statement of the block that holds these words."""
    left = [act]

    def look(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        result = execute(sql, *rest)
        if left and statement in sql:
            left.pop()()
        return result

    with connection.execute_wrapper(look):
        yield
    assert not left, f"Nothing asked for {statement}"


@contextmanager
def beside(act: Callable[[], object]) -> Iterator[None]:
    """Let `act` go on in another thread while the block runs; whatever it raises fails the test."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            act()
        except BaseException as error:  # noqa: BLE001 - it is raised again below
            raised.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        thread.join(timeout=60)
    assert not thread.is_alive(), "it never came to an end"
    if raised:
        raise raised[0]
