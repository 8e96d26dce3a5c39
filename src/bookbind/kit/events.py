"""Typed news that travels up: written where it happens, heard by the packages above, in one transaction."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar


@dataclass(frozen=True)
class Event:
    """Base of all news; subclasses carry ids, never rows."""


Told = TypeVar("Told", bound=Event)
_listeners: dict[type[Event], list[Callable[..., None]]] = defaultdict(list)


def subscribe(kind: type[Told]) -> Callable[[Callable[[Told], None]], Callable[[Told], None]]:
    """Call the decorated function for each `kind` that is announced, in the announcer's transaction."""

    def add(listener: Callable[[Told], None]) -> Callable[[Told], None]:
        _listeners[kind].append(listener)
        return listener

    return add


def announce(event: Event) -> None:
    """Tell every listener now; an exception in one of them undoes the announcer's transaction."""
    for listener in _listeners[type(event)]:
        listener(event)
