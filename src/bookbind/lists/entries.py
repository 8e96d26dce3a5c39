"""Pure: entries as they are staged, and what a read of a list changes against what was known."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from bookbind.kit.text import clean_text, fold_name
from bookbind.providers.base.types import RemoteEntry

LONGEST_NAME = 255
LONGEST_CODE = 60
LONGEST_DETAIL = 1000

Key = tuple[str, str]
Staged = list[Any]


@dataclass(frozen=True)
class Known:
    """A mirrored entry as it stands before the read. `state` is active, archived or gone."""

    id: UUID
    remote_type: str
    remote_id: str
    name: str
    code: str
    state: str
    merged_into: str
    details: dict[str, Any]
    is_elsewhere: bool = False

    @property
    def key(self) -> Key:
        """What the vendor knows the entry by."""
        return self.remote_type, self.remote_id


@dataclass(frozen=True)
class Plan:
    """What a complete read changes. `elsewhere` are contacts that live on in the other list alone."""

    new: tuple[RemoteEntry, ...]
    changed: tuple[tuple[Known, RemoteEntry], ...]
    gone: tuple[Known, ...]
    elsewhere: tuple[Known, ...] = ()


def plan_changes(
    known: Mapping[Key, Known],
    entries: Mapping[Key, RemoteEntry],
    left: Collection[str] = (),
    *,
    marks_gone: bool,
) -> Plan:
    """Compare what was read with what is known. Only a full read may say that whatever it misses is gone.

    `left` are the vendor's ids of what a light read told to be none of the list any more.
    """
    new = tuple(entry for key, entry in entries.items() if key not in known)
    changed = tuple(
        (known[key], entry) for key, entry in entries.items() if key in known and _differs(known[key], entry)
    )
    missing = [old for key, old in known.items() if key not in entries and old.state != "gone"]
    gone = tuple(old for old in missing if marks_gone or old.remote_id in left)
    return Plan(new, changed, gone)


def state_of(entry: RemoteEntry) -> str:
    """The state that the mirror of a read entry has; one that was merged away can't be used either."""
    return "archived" if entry.archived or entry.merged_into_id else "active"


def by_key(entries: Iterable[RemoteEntry]) -> dict[Key, RemoteEntry]:
    """Each entry once; of two with one id the later was read last and wins."""
    return {(entry.remote_type, entry.remote_id): entry for entry in entries}


def tidy(entry: RemoteEntry) -> RemoteEntry:
    """The entry with words that are safe to store and show."""
    name, code = _clean(entry.name, LONGEST_NAME), _clean(entry.code, LONGEST_CODE)
    details = {key: _clean(value, LONGEST_DETAIL) for key, value in entry.details.items()}
    if (name, code, details) == (entry.name, entry.code, entry.details):
        return entry
    return RemoteEntry(
        entry.remote_id, entry.remote_type, name, code, entry.archived, entry.merged_into_id, details
    )


def fold(name: str) -> str:
    """`fold_name`, short-cut for the plain names that most are."""
    return " ".join(name.casefold().split()) if name.isascii() else fold_name(name)[:LONGEST_NAME]


def to_staged(entry: RemoteEntry) -> Staged:
    """The entry as plain values for the staging row."""
    return [
        entry.remote_id,
        entry.remote_type,
        entry.name,
        entry.code,
        entry.archived,
        entry.merged_into_id,
        entry.details,
    ]


def from_staged(values: Staged) -> RemoteEntry:
    """What `to_staged` wrote."""
    return RemoteEntry(*values)


def follow_merges(merged_into: Mapping[str, str]) -> dict[str, str]:
    """For each entry that was merged away, where its chain ends; a ring leads nowhere and is left out."""
    ends: dict[str, str] = {}
    for start in merged_into:
        seen, at = {start}, merged_into[start]
        while at in merged_into and at not in seen:
            seen.add(at)
            at = merged_into[at]
        if at not in seen:
            ends[start] = at
    return ends


def _differs(old: Known, entry: RemoteEntry) -> bool:
    return old.is_elsewhere or (old.name, old.code, old.state, old.merged_into, old.details) != (
        entry.name,
        entry.code,
        state_of(entry),
        entry.merged_into_id,
        entry.details,
    )


def _clean(text: Any, longest: int) -> Any:
    """A text made harmless; what is no text stays as it is."""
    if not isinstance(text, str):
        return text
    if text.isascii() and text.isprintable() and len(text) <= longest and text == text.strip():
        return text
    return clean_text(text, longest)
