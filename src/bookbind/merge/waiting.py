"""The documents that need matches: those that wait at a connection, and those made ready without one."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q

from bookbind.connections.models import Connection
from bookbind.documents.models import Document
from bookbind.documents.queries import IS_READY
from bookbind.publishing.facts import read_lines
from bookbind.publishing.queries import list_unsent
from bookbind.publishing.states import State

_ALL = Q()


@dataclass(frozen=True)
class Waiting:
    """The documents with their files, and by document the lines and the publication of each, as plain rows.

    Without a publication is what was made ready without accounting software.
    """

    documents: list[Document]
    publications: dict[UUID, Any]
    lines: dict[UUID, list[Any]]

    @property
    def held(self) -> dict[Document, Any]:
        """Those that Waiting holds, and not those on their way, with the publication of each."""
        rows = ((each, self.publications.get(each.id)) for each in self.documents)
        return {each: row for each, row in rows if row is not None and row.state == State.HELD}

    @property
    def ready(self) -> list[Document]:
        """Those that nobody asked to publish yet."""
        return [each for each in self.documents if each.stage == Document.Stage.READY]


def read_waiting(connection: Connection, among: Q = _ALL) -> Waiting:
    """What waits and nothing was sent of, or what of it is `among` these; in three queries."""
    unsent = list_unsent(connection.id).order_by().select_related(None)
    rows = Document.objects.filter(Q(id__in=unsent.values("document")) | IS_READY).filter(among)
    publications = unsent.values_list(
        "document_id", "state", "reason", "new_supplier_accepted", "early_accepted", named=True
    )
    return Waiting(
        documents=list(rows.select_related("file")),
        publications={row.document_id: row for row in publications},
        lines=read_lines(rows.values_list("id", flat=True)),
    )
