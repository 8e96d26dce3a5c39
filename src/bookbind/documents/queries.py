"""Reading documents: the tabs with their counts, search, neighbours, look-alikes."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.db.models import Case, Count, F, Q, QuerySet, When

from bookbind.documents.models import Document, DocumentLine
from bookbind.kit.money import AmountUnreadable, parse_amount
from bookbind.kit.text import fold_name
from bookbind.lists.queries import list_combined_by_name
from bookbind.providers.base.types import DocumentKind, ListName, TaxMode

_LOOKALIKES = 5
_LINE_ITEMS = ("category", "tax_rate", "tracking_1", "tracking_2")
# Where documents name entries of a list; a receipt without an account of its own takes the usual one.
_NAMES_ENTRY_OF = {
    ListName.SUPPLIERS: Q(supplier__isnull=False),
    ListName.BANK_ACCOUNTS: Q(paid_from__isnull=False) | Q(kind=DocumentKind.EXPENSE),
    ListName.CATEGORIES: Q(lines__category__isnull=False),
    ListName.TAX_RATES: Q(lines__tax_rate__isnull=False) & ~Q(tax_mode=TaxMode.NO_TAX),
    ListName.TRACKING_1: Q(lines__tracking_1__isnull=False),
    ListName.TRACKING_2: Q(lines__tracking_2__isnull=False),
}
_ANY = Q()
# Somebody made it ready, and the software that was connected since needs something more.
IS_LACKING = Q(shelf=Document.Shelf.INBOX, stage=Document.Stage.READY) & ~Q(lacks="")
IS_READY = Q(shelf=Document.Shelf.INBOX, stage=Document.Stage.READY, lacks="")
IS_TO_REVIEW = Q(shelf=Document.Shelf.INBOX, stage=Document.Stage.REVIEW) | IS_LACKING
# A document that was changed after it left has not left as it stands now.
_IS_EXPORTED = Q(exported_at__isnull=False, exported_version=F("version"))


def owed(document: str = "") -> Case:
    """`Document.owed` for sums in the database; `document` leads to the row, as in `document__`."""
    credit = When(**{f"{document}kind": DocumentKind.SUPPLIER_CREDIT}, then=-F(f"{document}total"))
    return Case(credit, default=F(f"{document}total"))


class Tab(StrEnum):
    """The tabs of the Costs page, as the address names them."""

    REVIEW = "review"
    READY = "ready"
    WAITING = "waiting"
    FIXING = "fixing"
    PUBLISHED = "published"
    ARCHIVE = "archive"

    @property
    def label(self) -> str:
        """The tab as pages write it."""
        return "Archive" if self is Tab.ARCHIVE else Document.Stage(self.value).label


class Exported(StrEnum):
    """Which documents of a tab are shown: all, or by whether they left as a file as they stand now."""

    ANY = ""
    NO = "no"
    YES = "yes"


@dataclass(frozen=True)
class Neighbours:
    """Where a document stands in a list: `3 of 14`, and what lies on either side."""

    position: int
    count: int
    previous_id: UUID | None
    next_id: UUID | None


def get_document(document_id: UUID) -> Document:
    """One document with its file and supplier; Document.DoesNotExist outside the scope."""
    document: Document = Document.objects.select_related("file", "supplier", "paid_from").get(id=document_id)
    return document


def list_documents(
    tab: Tab, search: str = "", exported: Exported = Exported.ANY, narrowed: Q = _ANY
) -> QuerySet[Document]:
    """The documents of a tab, newest first, with supplier and file; `lines_of` has what their lines say."""
    rows = _in_tab(tab, search).filter(narrowed).select_related("supplier", "file")
    if exported is not Exported.ANY:
        rows = rows.filter(_IS_EXPORTED if exported is Exported.YES else ~_IS_EXPORTED)
    return rows.order_by("-captured_at", "-id")


def lines_of(document_ids: Iterable[UUID]) -> dict[UUID, list[DocumentLine]]:
    """The lines of each document in their order, with their tax rates, in one query."""
    rows = DocumentLine.objects.filter(document__in=list(document_ids)).select_related("tax_rate")
    found: dict[UUID, list[DocumentLine]] = defaultdict(list)
    for line in rows.order_by("document_id", "position"):
        found[line.document_id].append(line)
    return found


def naming(item_ids: Iterable[UUID]) -> Q:
    """The documents that refer to one of these list entries, themselves or in a line."""
    ids = list(item_ids)
    line = Q()
    for name in _LINE_ITEMS:
        line |= Q(**{f"{name}__in": ids})
    lines = DocumentLine.objects.filter(line).values("document")
    return Q(supplier__in=ids) | Q(paid_from__in=ids) | Q(id__in=lines)


def count_tabs() -> dict[Tab, int]:
    """How many documents each tab holds, in one query."""
    counted = Document.objects.values_list("shelf", "stage", "lacks").annotate(number=Count("id"))
    counts = dict.fromkeys(Tab, 0)
    for shelf, stage, lacks, number in counted:
        counts[_find_tab(shelf, stage, lacks)] += number
    return counts


def count_lacking() -> dict[str, int]:
    """How many ready documents lack something for the connected software, by what that is; one query."""
    rows = Document.objects.filter(IS_LACKING).order_by().values_list("lacks")
    return dict(rows.annotate(number=Count("id")))


def count_exported(tab: Tab) -> int:
    """How many documents of a tab left as a file as they stand now."""
    return _in_tab(tab, "").filter(_IS_EXPORTED).count()


def find_needing(document_ids: Iterable[UUID], lists: Iterable[ListName]) -> set[UUID]:
    """Those of the documents that name an entry of one of these lists."""
    needs = Q(pk__in=[])
    for name in lists:
        needs |= _NAMES_ENTRY_OF.get(name, Q(pk__in=[]))
    found = Document.objects.filter(needs, id__in=list(document_ids))
    return set(found.values_list("id", flat=True))


def tab_of(document: Document) -> Tab:
    """The tab that shows the document."""
    return _find_tab(document.shelf, document.stage, document.lacks)


def find_neighbours(document: Document, tab: Tab, search: str = "", narrowed: Q = _ANY) -> Neighbours | None:
    """Where the document stands in the tab; None when the tab does not hold it."""
    rows = _in_tab(tab, search).filter(narrowed)
    if not rows.filter(id=document.id).exists():
        return None
    same_moment = Q(captured_at=document.captured_at)
    newer = rows.filter(Q(captured_at__gt=document.captured_at) | same_moment & Q(id__gt=document.id))
    older = rows.filter(Q(captured_at__lt=document.captured_at) | same_moment & Q(id__lt=document.id))
    return Neighbours(
        position=newer.count() + 1,
        count=rows.count(),
        previous_id=newer.order_by("captured_at", "id").values_list("id", flat=True).first(),
        next_id=older.order_by("-captured_at", "-id").values_list("id", flat=True).first(),
    )


def list_same_paper(document: Document) -> list[Document]:
    """Other documents made from a file with exactly the same content, newest first."""
    if document.file is None:
        return []
    same = Document.objects.filter(file__sha256=document.file.sha256).exclude(id=document.id)
    return list(same.select_related("supplier", "file").order_by("-captured_at")[:_LOOKALIKES])


def _find_tab(shelf: str, stage: str, lacks: str) -> Tab:
    if shelf == Document.Shelf.ARCHIVE:
        return Tab.ARCHIVE
    return Tab.REVIEW if stage == Document.Stage.READY and lacks else Tab(stage)


def _held_by(tab: Tab) -> Q:
    if tab is Tab.ARCHIVE:
        return Q(shelf=Document.Shelf.ARCHIVE)
    if tab is Tab.REVIEW:
        return IS_TO_REVIEW
    return IS_READY if tab is Tab.READY else Q(shelf=Document.Shelf.INBOX, stage=tab.value)


def _in_tab(tab: Tab, search: str) -> QuerySet[Document]:
    rows = Document.objects.filter(_held_by(tab))
    for word in search.split():
        rows = rows.filter(_matches(word))
    found: QuerySet[Document] = rows
    return found


def _matches(word: str) -> Q:
    found = (
        Q(supplier__folded_name__contains=fold_name(word))
        | Q(supplier__in=list_combined_by_name(word))
        | Q(reference__icontains=word)
        | Q(note__icontains=word)
        | Q(file__name__icontains=word)
    )
    try:
        return found | Q(total=parse_amount(word))
    except AmountUnreadable:
        return found
