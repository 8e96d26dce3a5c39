"""Hearing what is announced during a test."""

from collections.abc import Iterator
from contextlib import contextmanager

from bookbind.kit.events import Event, _listeners


@contextmanager
def hearing() -> Iterator[list[Event]]:
    """Every event that is announced in the block, in order; those that listen otherwise go on listening."""
    heard: list[Event] = []
    before = {kind: list(listeners) for kind, listeners in _listeners.items()}
    for kind in _kinds(Event):
        _listeners[kind].append(heard.append)
    yield heard
    _listeners.clear()
    _listeners.update(before)


def _kinds(kind: type[Event]) -> list[type[Event]]:
    return [kind, *(found for child in kind.__subclasses__() for found in _kinds(child))]
