"""One organisation's books under test: a session, entries to code to, and documents made of them."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from bookbind.kit import clock
from bookbind.providers.base.components import find_components
from bookbind.providers.base.contract import Session
from bookbind.providers.base.types import (
    DocumentKind,
    ListName,
    OutgoingDocument,
    OutgoingLine,
    PublishAs,
    RemoteEntry,
    Side,
    TaxKind,
    TaxMode,
)
from tests.providers.conftest import Visitor


@dataclass
class Books:
    """What a test needs to publish at one organisation."""

    visitor: Visitor
    session: Session
    since: datetime
    entries: dict[ListName, list[RemoteEntry]] = field(default_factory=dict)

    @classmethod
    def open(cls, visitor: Visitor) -> "Books":
        return cls(visitor, visitor.open(), clock.now() - timedelta(minutes=5))

    def usable(self, name: ListName) -> list[RemoteEntry]:
        """A list's usable entries, read once a test."""
        if name not in self.entries:
            self.entries[name] = [entry for entry in read_list(self.session, name) if not entry.archived]
        return self.entries[name]

    def bill(self, **changes: Any) -> OutgoingDocument:
        """A bill of two lines, tracked where the vendor can."""
        supplier = self.usable(ListName.SUPPLIERS)[0]
        category = next(
            entry for entry in self.usable(ListName.CATEGORIES) if entry.details["side"] == Side.COSTS
        )
        rate = next(
            entry
            for entry in self.usable(ListName.TAX_RATES)
            if entry.details["tax_kind"] == TaxKind.STANDARD
            and entry.details["side"] in (Side.COSTS, Side.BOTH)
        )
        tracking = {
            options[0].details["dimension_id"]: options[0].remote_id
            for options in (self.usable(ListName.TRACKING_1), self.usable(ListName.TRACKING_2))
            if options
        }
        per_document = {found.remote_id for found in self.session.fetch_dimensions() if not found.per_line}
        shared = {dimension: option for dimension, option in tracking.items() if dimension in per_document}
        lines = (
            self._line("Diesel", "3", "100.00", "20.00", category, rate, tracking),
            self._line("Car wash", "1", "8.33", "1.66", category, rate, shared),
        )
        values: dict[str, Any] = {
            "kind": DocumentKind.BILL,
            "publish_as": self.visitor.provider.kinds[0].choices[0].publish_as,
            "marker": "marker-1",
            "contact_id": supplier.remote_id,
            "contact_name": supplier.name,
            "date": date(2026, 11, 2),
            "due_date": date(2026, 12, 2),
            "reference": "CF-1001",
            "currency": "GBP",
            "tax_mode": TaxMode.EXCLUSIVE,
            "lines": lines,
            "net": Decimal("108.33"),
            "tax": Decimal("21.66"),
            "total": Decimal("129.99"),
        }
        return OutgoingDocument(**(values | changes))

    def document(self, kind: DocumentKind, publish_as: PublishAs) -> OutgoingDocument:
        """The same document as another kind."""
        document = self.bill(kind=kind, publish_as=publish_as, marker=f"marker-{kind}-{publish_as}")
        return self.paid_from(document, 0) if kind is DocumentKind.EXPENSE else document

    def paid_from(self, document: OutgoingDocument, position: int) -> OutgoingDocument:
        """The document paid from one of the accounts."""
        account = self.usable(ListName.BANK_ACCOUNTS)[position]
        family = account.details["account_family"]
        return replace(document, paid_from_id=account.remote_id, paid_from_family=family)

    def received(self) -> list[dict[str, Any]]:
        """The documents that stand in the vendor's books because of us."""
        found: list[dict[str, Any]] = self.visitor.sandbox.received(self.visitor.provider.id)["documents"]
        return found

    def fault(self, operation: str, kind: str, times: int = 1, **more: Any) -> None:
        vendor = self.visitor.provider.id
        self.visitor.sandbox.control(
            "faults", vendor=vendor, operation=operation, fault=kind, times=times, **more
        )

    @staticmethod
    def _line(
        description: str,
        quantity: str,
        net: str,
        tax: str,
        category: RemoteEntry,
        rate: RemoteEntry,
        tracking: dict[str, str],
    ) -> OutgoingLine:
        amount, count = Decimal(net), Decimal(quantity)
        return OutgoingLine(
            description=description,
            quantity=count,
            unit_amount=(amount / count).quantize(Decimal("0.0001")),
            net=amount,
            tax=Decimal(tax),
            category_id=category.remote_id,
            category_code=category.code,
            tax_rate_id=rate.remote_id,
            tracking=tuple(tracking.items()),
            tax_components=find_components(rate.details, Side.COSTS),
        )


def read_list(session: Session, name: ListName, since: datetime | None = None) -> list[RemoteEntry]:
    """Every entry of a list, over all pages; the tracking slots stand for the first two dimensions."""
    slots = (ListName.TRACKING_1, ListName.TRACKING_2)
    dimension_id = ""
    if name in slots:
        dimensions = session.fetch_dimensions()
        if len(dimensions) <= slots.index(name):
            return []
        dimension_id = dimensions[slots.index(name)].remote_id
    return [entry for page in session.fetch_items(name, dimension_id, since) for entry in page.entries]
