"""Reading a document and the books of a connection as plain facts, in a constant number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from bookbind.connections.change import find_change_to
from bookbind.connections.models import Connection
from bookbind.connections.queries import keeps_tax
from bookbind.documents.files import EXTENSIONS
from bookbind.documents.models import Document, DocumentLine
from bookbind.kit import clock
from bookbind.kit.text import show_date
from bookbind.lists import queries as lists
from bookbind.lists.dimensions import list_dimensions
from bookbind.lists.labels import item_label
from bookbind.lists.models import Binding, ListItem, RemoteItem
from bookbind.providers.base.components import find_components
from bookbind.providers.base.contract import KindChoice
from bookbind.providers.base.types import DocumentKind, ListName, PublishAs, Side, TaxMode
from bookbind.providers.registry import get_provider
from bookbind.publishing.checks import BooksFacts, DocumentFacts, LineFacts, Reference, SharedDimension
from bookbind.publishing.configuration import get_settings
from bookbind.publishing.instead import find_way
from bookbind.publishing.models import Publication, PublishingSettings

# What each entry that a document names means at one connection; None names nothing.
References = Mapping[Any, Reference]
_LINE_FIELDS = ("position", "net", "tax", "quantity", "description")
_LINE_ITEMS = ("category_id", "tax_rate_id", "tracking_1_id", "tracking_2_id")


@dataclass(frozen=True)
class Books:
    """The books of a connection and the settings that they were read with."""

    facts: BooksFacts
    settings: PublishingSettings

    @property
    def computes_tax(self) -> bool:
        """Whether the tax in the books is computed from the rate; what is part of a cost never is."""
        computed = PublishingSettings.TaxAmounts.COMPUTED
        return self.facts.keeps_tax and self.settings.tax_amounts == computed


def read_books(connection: Connection) -> Books:
    """What the connection's books take and allow now."""
    provider = get_provider(connection.provider)
    settings = get_settings(connection)
    facts = BooksFacts(
        kinds=provider.kinds,
        tax_modes=provider.tax_modes,
        files=provider.files,
        base_currency=connection.base_currency,
        currencies=tuple(connection.currencies),
        locked_until=connection.locked_until,
        closed_until=settings.books_closed_until,
        documents_from=connection.documents_from,
        start_chosen=_start_chosen(connection) if connection.documents_from else "",
        asks_for_new_suppliers=settings.new_suppliers == PublishingSettings.NewSuppliers.ASK,
        keeps_tax=keeps_tax(connection),
        reference_length=provider.reference_length,
        shared_dimensions=tuple(
            SharedDimension(row.remote_id, row.name, row.slot)
            for row in list_dimensions(connection)
            if row.slot and not row.per_line
        ),
    )
    return Books(facts, settings)


def _start_chosen(connection: Connection) -> str:
    """Who chose the first day of these books, and when; empty where no change is recorded."""
    change = find_change_to(connection)
    if change is None:
        return ""
    day = clock.local_date(change.begun_at, connection.business.time_zone)
    return f" by {change.begun_by.get_full_name()} on {show_date(day)}"


def read_document(
    document: Document,
    connection: Connection,
    settings: PublishingSettings,
    publication: Publication | None = None,
) -> DocumentFacts:
    """The document as it stands now, with what each reference means at the connection."""
    references = read_references(connection, item_ids_of(document, settings))
    return build_facts(document, settings, get_provider(connection.provider).kinds, references, publication)


def build_facts(
    document: Document,
    settings: PublishingSettings,
    kinds: Iterable[KindChoice],
    references: References,
    publication: Publication | None = None,
    lines: Iterable[Any] | None = None,
) -> DocumentFacts:
    """The facts of one document out of what was read before; no query when lines and file were read too."""
    file = document.file
    lines = document.lines.all() if lines is None else lines
    asked = PublishAs(document.publish_as or settings.publish_as)
    way = find_way(DocumentKind(document.kind), asked, kinds, settings.instead)
    return DocumentFacts(
        kind=way.kind,
        publish_as=way.publish_as,
        kept_here=way.kept,
        currency=document.currency,
        supplier=references.get(document.supplier_id),
        date=document.date,
        due_date=document.due_date,
        reference=document.reference,
        tax_mode=TaxMode(document.tax_mode),
        total=document.total,
        note=document.note,
        paid=document.paid,
        paid_from=references.get(document.paid_from_id or settings.paid_from_id)
        if way.kind is DocumentKind.EXPENSE
        else None,
        lines=tuple(_line_facts(line, references) for line in lines),
        file_bytes=file.size_bytes if file else 0,
        file_extension=EXTENSIONS[file.content_type].lstrip(".") if file else "",
        archived=document.shelf == Document.Shelf.ARCHIVE,
        new_supplier_accepted=publication is not None and publication.new_supplier_accepted,
        early_accepted=publication is not None and publication.early_accepted,
        sources=document.field_sources,
    )


def read_own_document(document: Document) -> DocumentFacts:
    """The document as the business's own lists know it, without any books."""
    items = lists.items_by_id(item_ids_of(document, None))
    references: dict[Any, Reference] = {
        id_: replace(_reference(item, None, ""), alive=item.archived_at is None)
        for id_, item in items.items()
    }
    return DocumentFacts(
        kind=DocumentKind(document.kind),
        publish_as=PublishAs(document.publish_as or PublishAs.DRAFT),
        currency=document.currency,
        supplier=references.get(document.supplier_id),
        date=document.date,
        due_date=document.due_date,
        tax_mode=TaxMode(document.tax_mode),
        total=document.total,
        paid=document.paid,
        paid_from=references.get(document.paid_from_id),
        lines=tuple(_line_facts(line, references) for line in document.lines.all()),
        archived=document.shelf == Document.Shelf.ARCHIVE,
    )


def read_lines(documents: "QuerySet[Any, UUID]") -> dict[UUID, list[Any]]:
    """The lines of many documents, by document, as plain rows; objects would cost several times as much."""
    found: dict[UUID, list[Any]] = defaultdict(list)
    rows = DocumentLine.objects.filter(document__in=documents).order_by("position")
    for row in rows.values_list("document_id", *_LINE_FIELDS, *_LINE_ITEMS, named=True):
        found[row.document_id].append(row)
    return found


def item_ids_of(
    document: Document, settings: PublishingSettings | None, lines: Iterable[Any] | None = None
) -> set[UUID]:
    """Every entry that the document refers to, as published with these settings, or else as it stands."""
    ids = {document.supplier_id, document.paid_from_id, settings.paid_from_id if settings else None}
    for line in document.lines.all() if lines is None else lines:
        ids |= {getattr(line, column) for column in _LINE_ITEMS}
    return {item_id for item_id in ids if item_id is not None}


def read_references(
    connection: Connection, item_ids: set[UUID], instead: lists.Instead | None = None
) -> References:
    """Each item under the id that the document names, with what stands for it in the books for costs.

    Nothing does for what is not sent there: a tax rate means what it means here. `instead` asks how it would
    be with other matches.
    """
    items = lists.items_by_id(item_ids)
    sent = lists.sent_items(items, connection)
    bound = lists.current_bindings(connection.id, sent, Binding.Use.COSTS, instead, sent)
    slots = lists.dimension_slots(connection)
    return {
        item_id: _reference(item, bound.get(item_id), slots.get(ListName(item.list), ""))
        for item_id, item in items.items()
    }


def _line_facts(line: Any, references: References) -> LineFacts:
    tracking = (references.get(line.tracking_1_id), references.get(line.tracking_2_id))
    return LineFacts(
        position=line.position,
        net=line.net,
        tax=line.tax,
        quantity=line.quantity,
        description=line.description,
        category=references.get(line.category_id),
        tax_rate=references.get(line.tax_rate_id),
        tracking=tuple(option for option in tracking if option is not None),
    )


def _reference(item: ListItem, remote: RemoteItem | None, dimension_id: str) -> Reference:
    details = (remote.details if remote else item.details) or {}
    if dimension_id and details.get("dimension_id", dimension_id) != dimension_id:
        # The list was given another dimension and was not read again yet.
        dimension_id = ""
    return Reference(
        item_id=item.id,
        label=item.name if item.list == ListName.SUPPLIERS else item_label(item.name, item.code),
        remote_id=remote.remote_id if remote else "",
        remote_label=item_label(remote.name, remote.code) if remote else "",
        remote_code=remote.code if remote else "",
        alive=remote is None or remote.state == RemoteItem.State.ACTIVE,
        side=str(details.get("side", "")),
        rate=_rate(details.get("rate")),
        tax_number=str(item.details.get("tax_number", "")),
        email=str(item.details.get("email", "")),
        dimension_id=dimension_id,
        family=str(details.get("account_family", "")),
        tax_components=find_components(details, Side.COSTS),
    )


def _rate(text: Any) -> Decimal | None:
    try:
        return Decimal(str(text)) if text not in (None, "") else None
    except InvalidOperation:
        return None
