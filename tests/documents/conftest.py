"""A business with people, lists and files of its own; no accounting software."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bookbind.documents import services
from bookbind.documents.capture import capture_file
from bookbind.documents.inputs import DocumentInput, LineInput
from bookbind.documents.models import Document
from bookbind.documents.queries import get_document
from bookbind.lists.models import ListItem
from bookbind.lists.services import create_item, get_or_create_supplier
from bookbind.providers.base.types import ListName
from bookbind.tenancy.models import Business, User
from bookbind.tenancy.scope import BusinessScope, within
from tests.support import factories, papers


@dataclass
class Office:
    """What tests of documents work with."""

    business: Business
    user: User

    def upload(self, name: str = "bill.pdf", content: bytes = b"") -> Document:
        return capture_file(self.business, self.user, name, content or papers.pdf(name))

    def item(self, name: ListName, text: str) -> ListItem:
        return create_item(self.business.id, name, text, user=self.user)

    def supplier(self, name: str) -> ListItem:
        return get_or_create_supplier(self.business.id, name, self.user)

    def save(self, document: Document, **changes: Any) -> Document:
        fresh = get_document(document.id)
        return services.save_document(document.id, self.values(**changes), fresh.version, self.user)

    def values(self, **changes: Any) -> DocumentInput:
        line: dict[str, Any] = {"net": Decimal(100), "tax": Decimal(20)} | changes.pop("line", {})
        values: dict[str, Any] = {
            "currency": "GBP",
            "date": date(2027, 3, 3),
            "reference": "INV-1",
            "total": Decimal(120),
            "lines": (LineInput(**line),),
        }
        return DocumentInput(**(values | changes))


@pytest.fixture
def office(db: None, settings: Any, tmp_path: Any) -> Iterator[Office]:
    settings.MEDIA_ROOT = tmp_path / "files"
    business = factories.make_business("Acme Ltd")
    user = factories.make_member(business, "Alice Admin", factories.Role.BUSINESS_ADMIN)
    with within(BusinessScope(business.id)):
        yield Office(business, user)
