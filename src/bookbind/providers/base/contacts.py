"""Pure: which of a vendor's contacts a supplier of ours is; the order is said here alone."""

from collections.abc import Iterable

from bookbind.kit.text import fold_name, plain_tax_number
from bookbind.providers.base.types import NewContact, RemoteEntry


def pick_contact(wanted: NewContact, entries: Iterable[RemoteEntry]) -> RemoteEntry | None:
    """The active one with this tax number, of several the one of this name; else the one of this name.

    A tax number is compared without blanks, dots and dashes, a name whatever its case.
    """
    active = [each for each in entries if not each.archived]
    numbered = [each for each in active if has_number(wanted, each)]
    named = [each for each in numbered or active if fold_name(each.name) == fold_name(wanted.name)]
    return next(iter([*named, *numbered]), None)


def has_number(wanted: NewContact, entry: RemoteEntry) -> bool:
    """Whether both have a tax number, and the same."""
    number = plain_tax_number(wanted.tax_number)
    return bool(number) and plain_tax_number(entry.details.get("tax_number")) == number
