"""Publishing without a press: where a rule or the settings say so, and only what is complete and adds up."""

from uuid import UUID

from bookbind.connections.models import Connection
from bookbind.connections.queries import find_main_connection
from bookbind.documents.coding import find_coding
from bookbind.documents.models import Document
from bookbind.documents.queries import get_document
from bookbind.publishing.configuration import get_settings
from bookbind.publishing.errors import PublishingError
from bookbind.publishing.models import Publication
from bookbind.publishing.queries import find_publication
from bookbind.publishing.services import request_publish
from bookbind.rules.evaluate import CodedField


def publish_if_automatic(document_id: UUID) -> Publication | None:
    """Publish a saved document when nobody has to press; None when somebody has to, or already did."""
    document = get_document(document_id)
    if document.shelf != Document.Shelf.INBOX or find_publication(document_id) is not None:
        return None
    connection = find_main_connection(document.business_id)
    if connection is None or not wants_automatic(document, connection):
        return None
    try:
        return request_publish(document, None, connection, automatic=True)
    except PublishingError:
        # Not complete yet: it stays in review, where its page says what is missing.
        return None


def wants_automatic(document: Document, connection: Connection) -> bool:
    """The supplier's rule decides; where it says nothing, the settings with their exceptions."""
    if document.supplier_id is None:
        return False
    ruled = find_coding(document).value(CodedField.AUTO_PUBLISH)
    if ruled is not None:
        return bool(ruled)
    settings = get_settings(connection)
    if not settings.auto_publish:
        return False
    return not settings.auto_publish_exceptions.filter(id=document.supplier_id).exists()
