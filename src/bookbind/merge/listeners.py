"""Merge lists hears when lists were read, so that what is proposed is ready when somebody looks."""

from bookbind.connections.queries import get_connection
from bookbind.kit.events import subscribe
from bookbind.lists.events import ListsSynced
from bookbind.merge.suggestions import queue_suggestions


@subscribe(ListsSynced)
def suggest_anew(event: ListsSynced) -> None:
    """Other entries in the books may mean other matches."""
    queue_suggestions(get_connection(event.connection_id))
