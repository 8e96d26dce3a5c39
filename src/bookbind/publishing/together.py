"""Checking many documents at once: the books are read once, and reads do not grow with the documents."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from bookbind.connections.models import Connection
from bookbind.documents.models import Document
from bookbind.publishing.checks import check_document
from bookbind.publishing.facts import build_facts, item_ids_of, read_books, read_lines, read_references
from bookbind.publishing.models import Publication
from bookbind.publishing.placement import Checked


def check_together(
    connection: Connection,
    documents: Sequence[Document],
    publications: Mapping[UUID, Publication] | None = None,
) -> dict[UUID, Checked]:
    """Each document as the connection sees it, and what is in its way, by its id; its file was read before.

    `publications`, by document, say what a person accepted already.
    """
    books = read_books(connection)
    rows = Document.objects.filter(id__in=[each.id for each in documents])
    lines = read_lines(rows.values_list("id", flat=True))
    named = [item_ids_of(each, books.settings, lines[each.id]) for each in documents]
    references = read_references(connection, set().union(*named))
    found = {}
    for document in documents:
        publication = (publications or {}).get(document.id)
        facts = build_facts(
            document, books.settings, books.facts.kinds, references, publication, lines[document.id]
        )
        found[document.id] = Checked(document, facts, books, check_document(facts, books.facts))
    return found


def check_again_together(connection: Connection, publications: Sequence[Publication]) -> dict[UUID, Checked]:
    """The documents of publications at the connection, read anew and checked, by document."""
    by_document = {each.document_id: each for each in publications}
    documents = Document.objects.filter(id__in=list(by_document)).select_related("file")
    return check_together(connection, list(documents), by_document)
