"""Pure: which bindings a choice closes and opens, and which an undo does."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

ANY, COSTS, SALES = "any", "costs", "sales"
# An entry and a remote entry are told apart by whatever the caller has for an id.
Id = TypeVar("Id")


@dataclass(frozen=True)
class ItemPlan(Generic[Id]):
    """What changes for one entry: uses whose binding is closed, and what is opened for which use."""

    close: frozenset[str]
    open: Mapping[str, Id]

    @property
    def is_empty(self) -> bool:
        """Whether everything stands as wanted already."""
        return not self.close and not self.open


def plan_item(
    current: Mapping[str, Id], wanted: Mapping[str, Id | None], apart: frozenset[str] = frozenset()
) -> ItemPlan[Id]:
    """From what stands for an entry, by use, to what is wanted; None takes a match back.

    A match for any use replaces those for one side, and two for both sides replace one for any: no binding is
    left that nobody would ever see. `apart` are uses that stand for another list and are left alone.
    """
    close = {use for use, target in wanted.items() if use in current and current[use] != target}
    opened = {
        use: target for use, target in wanted.items() if target is not None and current.get(use) != target
    }
    kept = set(current) - close | set(opened)
    if ANY in opened:
        close |= {use for use in (COSTS, SALES) if use in current and use not in wanted and use not in apart}
    elif {COSTS, SALES} <= kept and not {COSTS, SALES} & apart and ANY in current and opened:
        close |= {ANY} - set(wanted)
    return ItemPlan(frozenset(close), opened)


@dataclass(frozen=True)
class Written(Generic[Id]):
    """A binding of one entry as history keeps it; `opened_in` and `closed_in` name sessions, or None."""

    id: Id
    use: str
    target: Id
    opened_in: Id | None
    closed_in: Id | None
    is_open: bool


@dataclass(frozen=True)
class UndoPlan(Generic[Id]):
    """What an undo does for one entry; `is_possible` is false when something else was written since."""

    is_possible: bool
    close: tuple[Id, ...] = ()
    reopen: tuple[Written[Id], ...] = ()


def plan_undo(
    history: Sequence[Written[Id]],
    session: Id,
    undone: frozenset[Id],
    later: frozenset[Id] = frozenset(),
    apart: frozenset[str] = frozenset(),
) -> UndoPlan[Id]:
    """Take back what a session wrote for one entry, oldest history first, as long as it still stands.

    What it closed is reopened; where that was written by a session that was undone since, what that one had
    closed comes back in its place. No match for one side comes back over one for any of a `later` session.
    `apart` are uses that stand for another list.
    """
    now_open = {row.use: row for row in history if row.is_open}
    written = {row.use for row in history if row.opened_in == session}
    if any(use not in now_open or now_open[use].opened_in != session for use in written):
        return UndoPlan(is_possible=False)
    back = _closed_by(history, session, undone)
    uses = [row.use for row in back]
    taken = set(now_open) - written
    if ANY in taken and now_open[ANY].opened_in in later:
        taken |= {COSTS, SALES} - apart
    if taken & set(uses) or len(uses) != len(set(uses)):
        return UndoPlan(is_possible=False)
    return UndoPlan(is_possible=True, close=tuple(now_open[use].id for use in written), reopen=tuple(back))


def _closed_by(
    history: Sequence[Written[Id]], session: Id, undone: frozenset[Id], seen: frozenset[Id] = frozenset()
) -> list[Written[Id]]:
    found: list[Written[Id]] = []
    for row in _latest_by_use(row for row in history if row.closed_in == session):
        writer = row.opened_in
        if writer is not None and writer in undone and writer not in seen:
            found += _closed_by(history, writer, undone, seen | {session})
        else:
            found.append(row)
    return found


def _latest_by_use(rows: Iterable[Written[Id]]) -> list[Written[Id]]:
    return list({row.use: row for row in rows}.values())
