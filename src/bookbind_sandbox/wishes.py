"""What the control API asks for, and what it can make happen inside one organisation of a vendor."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import date
from typing import Any

Wish = dict[str, Any]
LOCK_DATES = ("period_lock_date", "end_of_year_lock_date")
MAX_GROWTH = 200_000


class WishRefused(Exception):
    """The control API cannot do what was asked, and says why."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.message = message
        self.status = status


class Wishes(ABC):
    """The wishes that a vendor grants inside one organisation, each named as the control API names it.

    `growing` are the lists that can be grown.
    """

    growing: Sequence[str]

    def __init__(self, organisation: str) -> None:
        self.organisation = organisation

    @abstractmethod
    def archive(self, wish: Wish) -> Wish:
        """Archive an entry, or whatever comes nearest to it at the vendor."""

    @abstractmethod
    def delete(self, wish: Wish) -> Wish:
        """Delete an entry as far as the vendor does."""

    @abstractmethod
    def merge_contacts(self, wish: Wish) -> Wish:
        """Merge the contact `from` into the contact `into`; its documents move over."""

    @abstractmethod
    def lock(self, wish: Wish) -> Wish:
        """Close the books up to the LOCK_DATES that the wish names; null lifts one."""

    @abstractmethod
    def add_bill(self, wish: Wish) -> Wish:
        """Enter a bill by hand inside the vendor, as a bookkeeper would who did not wait for the app."""

    def rename(self, wish: Wish) -> Wish:
        """Rename an entry, or the organisation itself when no list is named."""
        if wish.get("list"):
            return self.rename_entry(wish, read_name(wish, "the entry is called from now on"))
        name = read_name(wish, "the organisation is called from now on")
        self.rename_organisation(name)
        return {"organisation": self.organisation, "name": name}

    @abstractmethod
    def rename_entry(self, wish: Wish, name: str) -> Wish:
        """Give the entry that the wish names another name."""

    @abstractmethod
    def rename_organisation(self, name: str) -> None:
        """Give the organisation another name, on its pages too."""

    def grow(self, wish: Wish) -> Wish:
        """Add many entries to a list at once, to measure paging and syncs."""
        wanted, count = str(wish.get("list")), wish.get("count")
        if wanted not in self.growing:
            raise WishRefused(f"Only these lists can be grown: {', '.join(self.growing)}.")
        if not isinstance(count, int) or not 0 < count <= MAX_GROWTH:
            raise WishRefused(f"count must be a number from 1 to {MAX_GROWTH}.")
        start = self.count(wanted)
        self.add_entries(wanted, range(start + 1, start + count + 1))
        return {"list": wanted, "added": count, "total": self.count(wanted)}

    @abstractmethod
    def count(self, entries: str) -> int:
        """How many entries a list that can be grown holds."""

    @abstractmethod
    def add_entries(self, entries: str, numbers: range) -> None:
        """Add an entry for each number to a list that can be grown."""


def read_name(wish: Wish, what: str) -> str:
    """The name that a wish gives; `what` ends the refusal of one that gives none."""
    name = str(wish.get("name") or "").strip()
    if not name:
        raise WishRefused(f"name must say what {what}.")
    return name


def read_lock_date(wish: Wish, key: str) -> date:
    try:
        return date.fromisoformat(str(wish[key]))
    except ValueError:
        raise WishRefused(f"{key} must be a date such as 2026-09-30, or null.") from None
