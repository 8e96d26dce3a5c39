"""Reading the timeline, and proving that nobody rewrote it."""

from collections.abc import Sequence

from django.db import models
from django.db.models import Q

from bookbind.activity.models import Chain, Entry
from bookbind.activity.services import entry_hash


def list_entries(subject: models.Model, limit: int = 50, named_as: Sequence[str] = ()) -> list[Entry]:
    """What happened to the subject, newest first.

    Entries about others of its kind belong to it too where their `data` names it under a key of `named_as`.
    """
    is_about = Q(subject_id=subject.pk)
    for key in named_as:
        is_about |= Q((f"data__{key}", str(subject.pk)))
    about = Entry.objects.filter(is_about, subject_type=subject._meta.label_lower)
    return list(about.select_related("actor").order_by("-at", "-position")[:limit])


def list_recent(limit: int = 50) -> list[Entry]:
    """What happened in the scope in force, newest first."""
    return list(Entry.objects.select_related("actor").order_by("-at", "-position")[:limit])


def verify_chain(name: str) -> list[int]:
    """The positions that were changed, removed or put in afterwards; empty when the chain is whole."""
    broken: list[int] = []
    previous_hash = ""
    expected = 1
    for entry in Entry.objects.filter(chain=name).order_by("position").iterator(chunk_size=500):
        broken += range(expected, entry.position)
        if entry.previous_hash != previous_hash or entry.hash != entry_hash(entry):
            broken.append(entry.position)
        previous_hash = entry.hash
        expected = entry.position + 1
    return broken + _missing_end(name, expected, previous_hash)


def _missing_end(name: str, expected: int, last_hash: str) -> list[int]:
    """What the chain's own row knows of but the entries lack: removal of the newest leaves no other trace."""
    chain = Chain.objects.filter(name=name).first()
    if chain is None:
        return []
    if chain.length >= expected:
        return list(range(expected, chain.length + 1))
    return [] if chain.last_hash == last_hash else [chain.length]
