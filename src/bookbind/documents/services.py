"""Saving, archiving and restoring documents."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from bookbind.activity import services as activity
from bookbind.documents.coding import code_document
from bookbind.documents.errors import DocumentFrozen, EditedMeanwhile, ItemUnknown
from bookbind.documents.events import DocumentArchived, DocumentSaved
from bookbind.documents.inputs import DOCUMENT_FIELDS, LINE_FIELDS, DocumentInput, LineInput
from bookbind.documents.models import Document, DocumentLine
from bookbind.documents.sources import forget_emptied, line_field, note_changes
from bookbind.kit import clock, events
from bookbind.kit.text import clean_text
from bookbind.lists.models import ListItem
from bookbind.providers.base.types import ListName
from bookbind.tenancy.models import User

_DOCUMENT_LISTS = {"supplier_id": (ListName.SUPPLIERS,), "paid_from_id": (ListName.BANK_ACCOUNTS,)}
_LINE_LISTS = {
    "category_id": (ListName.CATEGORIES,),
    "tax_rate_id": (ListName.TAX_RATES,),
    "tracking_1_id": (ListName.TRACKING_1,),
    "tracking_2_id": (ListName.TRACKING_2,),
}


@dataclass(frozen=True)
class _Before:
    """The document as it stood, by field name."""

    fields: dict[str, Any]
    lines: list[dict[str, Any]]

    def by_source(self) -> dict[str, Any]:
        """Every value under the name that its source is kept under."""
        return self.fields | _lines_by_source(self.lines)


def save_document(document_id: UUID, changes: DocumentInput, expected_version: int, user: User) -> Document:
    """Replace the document's fields and lines, then let the supplier's rule fill what nobody typed.

    EditedMeanwhile when somebody saved since the page was opened, DocumentFrozen when it is on its way to the
    books, ItemUnknown when a chosen entry is not in the business's lists.
    """
    with transaction.atomic():
        document: Document = Document.objects.get(id=document_id)
        _claim_version(document, expected_version)
        # Read again under the claim: publishing may have moved the document to another tab meanwhile.
        document.refresh_from_db()
        _check_items(changes)
        before = _Before(_fields_of(document), [_line_values(line) for line in document.lines.all()])
        _write_fields(document, changes)
        _write_lines(document, changes.lines)
        _note_sources(document, before)
        code_document(document)
        document.save()
        changed = _changed_fields(before, document)
        if changed:
            activity.record(
                "document.saved",
                "The document was edited.",
                business_id=document.business_id,
                actor=user,
                subject=document,
                data={"fields": changed, "version": document.version},
            )
        events.announce(DocumentSaved(document.business_id, document.id, by_person=True))
    return document


def apply_rules(document_id: UUID) -> bool:
    """Let the supplier's rules fill what nobody typed, after a rule was saved; whether anything changed."""
    with transaction.atomic():
        document = Document.objects.select_for_update().get(id=document_id)
        if document.frozen_at is not None or not code_document(document):
            return False
        claimed = Document.objects.filter(id=document.id, version=document.version, frozen_at=None)
        if claimed.update(version=F("version") + 1) != 1:
            return False
        document.version += 1
        document.save()
        events.announce(DocumentSaved(document.business_id, document.id, by_person=False))
    return True


def archive(document_id: UUID, why: str, user: User) -> None:
    """Put the document aside without publishing it; what waits for it is taken back by publishing."""
    with transaction.atomic():
        open_rows = Document.objects.filter(id=document_id, shelf=Document.Shelf.INBOX)
        reason = clean_text(why, 40)
        if open_rows.update(shelf=Document.Shelf.ARCHIVE, archived_why=reason) != 1:
            return
        document = Document.objects.get(id=document_id)
        events.announce(DocumentArchived(document.business_id, document.id, user.id))
        activity.record(
            "document.archived",
            f"Archived: {reason}." if reason else "Archived.",
            business_id=document.business_id,
            actor=user,
            subject=document,
            data={"why": reason},
        )


def restore(document_id: UUID, user: User) -> None:
    """Bring an archived document back into the inbox; Document.DoesNotExist outside the scope."""
    with transaction.atomic():
        document = Document.objects.get(id=document_id)
        archived = Document.objects.filter(id=document_id, shelf=Document.Shelf.ARCHIVE)
        if archived.update(shelf=Document.Shelf.INBOX, archived_why="") != 1:
            return
        # That it was ready was said before it was put aside; somebody looks at it anew.
        ready = Document.objects.filter(id=document_id, stage=Document.Stage.READY)
        ready.update(stage=Document.Stage.REVIEW, lacks="")
        activity.record(
            "document.restored",
            "Brought back from the archive.",
            business_id=document.business_id,
            actor=user,
            subject=document,
        )


def place(document_id: UUID, stage: Document.Stage) -> None:
    """Say which tab shows the document; publishing calls it in the transaction that moves a publication."""
    Document.objects.filter(id=document_id).update(stage=stage, lacks="")


def place_all(document_ids: Iterable[UUID], stage: Document.Stage) -> None:
    """The same for many documents, in one statement."""
    Document.objects.filter(id__in=list(document_ids)).update(stage=stage, lacks="")


def freeze(document_id: UUID, version: int) -> bool:
    """Let nothing of this version change any more; False when somebody saved meanwhile."""
    free = Document.objects.filter(
        id=document_id, version=version, frozen_at=None, shelf=Document.Shelf.INBOX
    )
    return free.update(frozen_at=clock.now()) == 1


def freeze_as_it_is(document_id: UUID) -> None:
    """Let nothing change any more, whatever the version: the document was found in the books."""
    Document.objects.filter(id=document_id).update(frozen_at=clock.now())


def unfreeze(document_id: UUID) -> None:
    """Allow changes again: the vendor refused the document, or never received it."""
    Document.objects.filter(id=document_id).update(frozen_at=None)


def _claim_version(document: Document, expected_version: int) -> None:
    """Take the row for this transaction; whoever saves at the same time waits here and is too late."""
    rows = Document.objects.filter(id=document.id, version=expected_version, frozen_at=None)
    if rows.update(version=F("version") + 1) != 1:
        raise DocumentFrozen if document.frozen_at is not None else EditedMeanwhile


def _check_items(changes: DocumentInput) -> None:
    """Ids come from a form; each must be an entry of the right list of this business."""
    wanted = [(getattr(changes, field), lists) for field, lists in _DOCUMENT_LISTS.items()]
    wanted += [
        (getattr(line, field), lists) for line in changes.lines for field, lists in _LINE_LISTS.items()
    ]
    ids = {item_id for item_id, _ in wanted if item_id is not None}
    found = dict(ListItem.objects.filter(id__in=ids).values_list("id", "list"))
    for item_id, lists in wanted:
        if item_id is not None and found.get(item_id) not in lists:
            raise ItemUnknown


def _fields_of(document: Document) -> dict[str, Any]:
    return {field: getattr(document, column) for field, column in DOCUMENT_FIELDS.items()}


def _line_values(line: DocumentLine) -> dict[str, Any]:
    return {field: getattr(line, column) for field, column in LINE_FIELDS.items()}


def _write_fields(document: Document, changes: DocumentInput) -> None:
    for column in DOCUMENT_FIELDS.values():
        setattr(document, column, getattr(changes, column))
    document.reference = clean_text(changes.reference, 120)
    document.note = clean_text(changes.note, 500)


def _write_lines(document: Document, lines: tuple[LineInput, ...]) -> None:
    document.lines.all().delete()
    rows = [
        DocumentLine(business_id=document.business_id, document=document, position=position, **asdict(line))
        for position, line in enumerate(lines or (LineInput(),), start=1)
    ]
    for row in rows:
        row.description = clean_text(row.description, 500)
    DocumentLine.objects.bulk_create(rows)


def _note_sources(document: Document, before: _Before) -> None:
    after = _after(document)
    noted = note_changes(document.field_sources, before.by_source(), after)
    is_other_supplier = before.fields["supplier"] != document.supplier_id
    document.field_sources = forget_emptied(noted, after) if is_other_supplier else noted


def _changed_fields(before: _Before, document: Document) -> list[str]:
    old, new = before.by_source(), _after(document)
    return sorted(field for field in old.keys() | new.keys() if old.get(field) != new.get(field))


def _after(document: Document) -> dict[str, Any]:
    return _fields_of(document) | _lines_by_source([_line_values(line) for line in document.lines.all()])


def _lines_by_source(lines: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        line_field(position, field): value
        for position, line in enumerate(lines, start=1)
        for field, value in line.items()
    }
