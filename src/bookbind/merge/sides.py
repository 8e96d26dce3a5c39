"""The two sides of Merge lists as its sentences name them: these books, and those left for them."""

from dataclasses import dataclass

from bookbind.connections.change import find_change_to
from bookbind.connections.models import Connection
from bookbind.connections.queries import label_of, organisation_name
from bookbind.providers.registry import get_provider


@dataclass(frozen=True)
class Sides:
    """What the two books are called; those before are empty where the business came from nowhere.

    `software` and `old_software` are never the same: where both books are in one software, the organisation
    stands beside it.
    """

    label: str
    software: str
    old_label: str = ""
    old_software: str = ""


def read_sides(connection: Connection) -> Sides:
    """The books of the connection, and those that the change which came here left."""
    change = find_change_to(connection)
    label, software = label_of(connection), get_provider(connection.provider).name
    if change is None or change.left is None:
        return Sides(label, software)
    old_label = _old_label(change.left, connection)
    if change.left.provider == connection.provider:
        return Sides(label, label, old_label, old_label)
    return Sides(label, software, old_label, get_provider(change.left.provider).name)


def _old_label(left: Connection, joined: Connection) -> str:
    """What the books before are called, also where the organisation there has the same name."""
    if label_of(left) != label_of(joined):
        return label_of(left)
    return f"{get_provider(left.provider).name} ({organisation_name(left)}, before)"
