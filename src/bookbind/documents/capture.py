"""A file becomes a document: inspected, stored byte for byte, and put into the inbox."""

from django.db import transaction

from bookbind.activity import services as activity
from bookbind.documents.events import DocumentCaptured
from bookbind.documents.files import inspect_file
from bookbind.documents.inputs import DocumentDefaults
from bookbind.documents.models import Document, DocumentLine, StoredFile
from bookbind.documents.sources import DEFAULT, line_field
from bookbind.documents.storage import drop_content, hash_content, store_content
from bookbind.kit import clock, events
from bookbind.kit.ids import new_id
from bookbind.kit.text import clean_text
from bookbind.tenancy.models import Business, User

_NAME_LENGTH = 200
NO_DEFAULTS = DocumentDefaults()


def capture_file(
    business: Business, user: User | None, name: str, content: bytes, defaults: DocumentDefaults = NO_DEFAULTS
) -> Document:
    """Take one uploaded file; FileRefused says which file, why, and what to do."""
    shown_name = clean_text(name.replace("\\", "/").rsplit("/", 1)[-1], _NAME_LENGTH) or "file"
    inspected = inspect_file(shown_name, content)
    file = StoredFile(
        id=new_id(),
        business=business,
        name=shown_name,
        content_type=inspected.content_type,
        size_bytes=len(content),
        sha256=hash_content(content),
        page_count=inspected.page_count,
        uploaded_at=clock.now(),
        uploaded_by=user,
    )
    # The bytes are written first: a row whose file is missing would be worse than a file without a row.
    file.path = store_content(business.id, file.id, inspected.content_type, content)
    try:
        return _store_document(business, user, file, defaults)
    except BaseException:
        # What went wrong may have done so when all was stored.
        if not StoredFile.objects.filter(id=file.id).exists():
            drop_content(file.path)
        raise


def _store_document(
    business: Business, user: User | None, file: StoredFile, defaults: DocumentDefaults
) -> Document:
    with transaction.atomic():
        file.save(force_insert=True)
        document = Document(
            business=business,
            file=file,
            kind=defaults.kind,
            publish_as=defaults.publish_as,
            currency=business.currency,
            captured_at=file.uploaded_at,
            captured_by=user,
            field_sources=_default_sources(defaults),
        )
        document.save(force_insert=True)
        DocumentLine.objects.create(
            business=business, document=document, position=1, tax_rate_id=defaults.tax_rate_id
        )
        activity.record(
            "document.captured",
            f"{file.name} was uploaded.",
            business_id=business.id,
            actor=user,
            subject=document,
            data={"file": file.name, "sha256": file.sha256, "pages": file.page_count},
        )
        events.announce(DocumentCaptured(business.id, document.id))
    return document


def _default_sources(defaults: DocumentDefaults) -> dict[str, str]:
    given = {"kind": defaults.kind, "publish_as": defaults.publish_as}
    sources = {field: DEFAULT for field, value in given.items() if value}
    if defaults.tax_rate_id:
        sources[line_field(1, "tax_rate")] = DEFAULT
    return sources
