"""A business at its desk without any vendor: matched lists, documents, and what a browser would post."""

import itertools
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from bookbind.connections.models import Connection
from bookbind.documents.capture import capture_file
from bookbind.documents.inputs import DocumentInput, LineInput
from bookbind.documents.models import Document
from bookbind.documents.queries import get_document
from bookbind.documents.services import save_document
from bookbind.kit import clock
from bookbind.kit.text import fold_name
from bookbind.lists.models import Binding, ListItem, RemoteItem
from bookbind.lists.services import get_or_create_supplier
from bookbind.providers.base.types import ListName
from bookbind.tenancy.models import Business, User
from tests.support import papers

_numbers = itertools.count(1)


@dataclass
class Office:
    """One business, somebody who works there, and its main connection, if it has one."""

    business: Business
    user: User
    connection: Connection | None = None

    def url(self, path: str = "") -> str:
        """An address inside the business."""
        return f"/b/{self.business.slug}/{path}"

    def item(self, name: ListName, text: str, code: str = "", **details: Any) -> ListItem:
        """An entry of a list that is matched at the connection."""
        item = self.unmatched(name, text, code, **details)
        if self.connection is not None:
            self.match(item)
        return item

    def unmatched(self, name: ListName, text: str, code: str = "", **details: Any) -> ListItem:
        """An entry of a list that stands for nothing in the books."""
        item: ListItem = ListItem.objects.create(
            business=self.business,
            list=name,
            name=text,
            folded_name=fold_name(text),
            code=code,
            details=details,
        )
        return item

    def remote(self, name: ListName, text: str, code: str = "") -> RemoteItem:
        """An entry of the books."""
        assert self.connection is not None
        remote: RemoteItem = RemoteItem.objects.create(
            business=self.business,
            connection=self.connection,
            list=name,
            remote_type=name.value,
            remote_id=f"remote-{next(_numbers)}",
            name=text,
            folded_name=fold_name(text),
            code=code,
            changed_at=clock.now(),
        )
        return remote

    def match(self, item: ListItem) -> RemoteItem:
        """Let an entry of the same name stand for it in the books."""
        remote = self.remote(ListName(item.list), item.name, item.code)
        RemoteItem.objects.filter(id=remote.id).update(details=item.details)
        Binding.objects.create(
            business=self.business,
            connection_id=remote.connection_id,
            list_item=item,
            remote_item=remote,
            opened_at=clock.now(),
            opened_why="adopted",
        )
        return remote

    @property
    def category(self) -> ListItem:
        """The category 449 Motor expenses, made when it is first asked for."""
        found: ListItem | None = ListItem.objects.filter(list=ListName.CATEGORIES, code="449").first()
        return found or self.item(ListName.CATEGORIES, "Motor expenses", "449")

    @property
    def tax_rate(self) -> ListItem:
        """The rate of 20 % for purchases, made when it is first asked for."""
        found: ListItem | None = ListItem.objects.filter(list=ListName.TAX_RATES, name="20% VAT").first()
        return found or self.item(ListName.TAX_RATES, "20% VAT", rate="20", side="costs")

    def supplier(self, name: str = "City Fuel Ltd") -> ListItem:
        """A supplier, found or made."""
        return get_or_create_supplier(self.business.id, name, self.user)

    def upload(self, name: str = "bill.pdf", content: bytes = b"") -> Document:
        """A captured file with nothing typed yet."""
        return capture_file(self.business, self.user, name, content or papers.pdf(f"{name} {next(_numbers)}"))

    def bill(self, reference: str = "INV-1", **changes: Any) -> Document:
        """A complete bill of £120.00 in To review."""
        line = LineInput(
            description="Diesel",
            net=Decimal(100),
            tax=Decimal(20),
            category_id=self.category.id,
            tax_rate_id=self.tax_rate.id,
        )
        values: dict[str, Any] = {
            "currency": "GBP",
            "supplier_id": self.supplier().id,
            "date": date(2026, 3, 3),
            "due_date": date(2026, 4, 2),
            "reference": reference,
            "total": Decimal(120),
            "lines": (line,),
        }
        document = self.upload()
        return save_document(document.id, DocumentInput(**(values | changes)), document.version, self.user)


def posted(document: Document, **changes: Any) -> dict[str, Any]:
    """What the browser posts for the document as it stands, with `changes`; None leaves a field out."""
    fresh = get_document(document.id)
    lines = list(fresh.lines.all())
    data: dict[str, Any] = {
        "version": fresh.version,
        "supplier": fresh.supplier_id or "",
        "supplier__typed": "",
        "kind": fresh.kind,
        "date": fresh.date or "",
        "due_date": fresh.due_date or "",
        "reference": fresh.reference,
        "currency": fresh.currency,
        "tax_mode": fresh.tax_mode,
        "total": "" if fresh.total is None else fresh.total,
        "note": fresh.note,
        "publish_as": fresh.publish_as,
        "lines-TOTAL_FORMS": len(lines),
        "lines-INITIAL_FORMS": len(lines),
    }
    for at, line in enumerate(lines):
        data |= {
            f"lines-{at}-description": line.description,
            f"lines-{at}-net": "" if line.net is None else line.net,
            f"lines-{at}-tax": "" if line.tax is None else line.tax,
            f"lines-{at}-tax_rate": line.tax_rate_id or "",
            f"lines-{at}-category": line.category_id or "",
            f"lines-{at}-tracking_1": line.tracking_1_id or "",
            f"lines-{at}-tracking_2": line.tracking_2_id or "",
        }
    return {name: value for name, value in (data | changes).items() if value is not None}
