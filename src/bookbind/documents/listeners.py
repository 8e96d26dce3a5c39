"""News from below: a changed rule codes anew what nobody has published yet."""

from bookbind.documents.models import Document
from bookbind.documents.services import apply_rules
from bookbind.kit.events import subscribe
from bookbind.lists.queries import members_of
from bookbind.rules.events import RuleChanged


@subscribe(RuleChanged)
def code_anew(event: RuleChanged) -> None:
    """Only documents in review follow a rule; what somebody has asked to publish stays as they saw it."""
    suppliers = members_of([event.supplier_id])[event.supplier_id]
    review = Document.objects.filter(
        supplier_id__in=suppliers, shelf=Document.Shelf.INBOX, stage=Document.Stage.REVIEW
    )
    for document_id in list(review.values_list("id", flat=True)):
        apply_rules(document_id)
