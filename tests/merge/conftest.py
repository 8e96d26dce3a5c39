"""A business between two organisations without any vendor: books in memory, documents that wait."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from bookbind.connections.events import ConnectionEnded, ConnectionStarted, tell
from bookbind.connections.models import Connection
from bookbind.documents.capture import capture_file
from bookbind.documents.inputs import DocumentInput, LineInput
from bookbind.documents.models import Document
from bookbind.documents.queries import get_document
from bookbind.documents.services import save_document
from bookbind.jobs.models import Job
from bookbind.jobs.runner import claim_next, run_due
from bookbind.kit import clock
from bookbind.lists.models import Binding, ListItem, RemoteItem
from bookbind.lists.services import get_or_create_supplier
from bookbind.lists.sync import SYNC_JOB, SyncRun, request_sync
from bookbind.merge.reading import draft_version, find_draft
from bookbind.merge.suggestions import SUGGEST_JOB
from bookbind.providers.base.types import DocumentKind, ListName, PublishAs
from bookbind.providers.registry import get_provider
from bookbind.publishing.models import Publication
from bookbind.publishing.resume import RECHECK
from bookbind.publishing.services import request_publish
from bookbind.rules.models import SupplierRule
from bookbind.rules.services import RuleInput, save_supplier_rule
from bookbind.tenancy.models import Business, User
from bookbind.tenancy.scope import BusinessScope, within
from tests.merge.story import Story
from tests.merge.story_world import make_world
from tests.support import factories, papers
from tests.support.fake_books import FakeBooks
from tests.support.vendors import enter
from tests.support.worlds import world

CATEGORIES, TAXES, SUPPLIERS = ListName.CATEGORIES, ListName.TAX_RATES, ListName.SUPPLIERS
_numbers = itertools.count(1)


@dataclass
class Place:
    """One organisation's books in memory and the connection to them."""

    connection: Connection
    books: FakeBooks

    def read(self, *names: ListName) -> None:
        """Read these lists (default all) whole, as the job does."""
        request_sync(self.connection, names or None, full=True)
        job = claim_next([SYNC_JOB])
        assert job is not None
        run = SyncRun(job, self.connection, get_provider(self.connection.provider))
        again = run.turn(lambda: run.read(self.books))
        assert again is None, again
        Job.objects.filter(id=job.id).delete()
        self.connection.refresh_from_db()
        run_due(kinds=[SUGGEST_JOB])

    def remote(self, remote_id: str, name: ListName = CATEGORIES) -> RemoteItem:
        """The mirror of one entry."""
        found: RemoteItem = RemoteItem.objects.get(connection=self.connection, list=name, remote_id=remote_id)
        return found

    def bound(self) -> set[tuple[UUID, str, str]]:
        """What stands for what now: (entry, use, the vendor's id)."""
        rows = Binding.objects.filter(connection=self.connection, closed_at__isnull=True)
        return set(rows.values_list("list_item_id", "use", "remote_item__remote_id"))

    @property
    def version(self) -> int:
        """The draft's version, as a page shows it now."""
        return draft_version(find_draft(self.connection))


@dataclass
class Firm:
    """A business that keeps its lists and may be at one of several organisations."""

    business: Business
    user: User
    places: list[Place] = field(default_factory=list)

    def connect(self, provider: str = "xero", books: FakeBooks | None = None, **fields: Any) -> Place:
        """Be at a new organisation from now on, with what its lists are read to be."""
        self.leave()
        connection = factories.make_connection(self.business, self.user, provider, **fields)
        place = Place(connection, books or FakeBooks())
        self.places.append(place)
        tell(ConnectionStarted(self.business.id, connection.id))
        # Pausing until the start belongs to the change itself, which has tests of its own.
        Connection.objects.filter(id=connection.id).update(awaits_start=False)
        connection.refresh_from_db()
        place.read()
        return place

    def go_back(self, place: Place) -> Place:
        """Be at an organisation again that the business had left."""
        self.leave()
        Connection.objects.filter(id=place.connection.id).update(
            stage=Connection.Stage.ACTIVE, awaits_start=False
        )
        place.connection.refresh_from_db()
        tell(ConnectionStarted(self.business.id, place.connection.id))
        Connection.objects.filter(id=place.connection.id).update(awaits_start=False)
        place.connection.refresh_from_db()
        place.read()
        return place

    def leave(self) -> None:
        """Be at no organisation."""
        for connection in Connection.objects.filter(stage=Connection.Stage.ACTIVE):
            Connection.objects.filter(id=connection.id).update(stage=Connection.Stage.ENDED)
            tell(ConnectionEnded(self.business.id, connection.id))

    def item(self, name: str, list_name: ListName = CATEGORIES) -> ListItem:
        """One of the business's own entries by its name."""
        found: ListItem = ListItem.objects.get(list=list_name, name=name)
        return found

    def supplier(self, name: str = "City Fuel Ltd") -> ListItem:
        """A supplier, found or made."""
        return get_or_create_supplier(self.business.id, name, self.user)

    def rule(self, supplier: str = "City Fuel Ltd", category: str = "Motor expenses") -> SupplierRule:
        """A rule that sets the category."""
        values = RuleInput(category_id=self.item(category).id)
        return save_supplier_rule(self.supplier(supplier), values, self.user)

    def bill(self, category: str = "Motor expenses", tax: str = "20% VAT", **changes: Any) -> Document:
        """A complete bill in review."""
        number = next(_numbers)
        line = LineInput(
            description="Diesel",
            net=Decimal(100),
            tax=Decimal(20),
            category_id=self.item(category).id,
            tax_rate_id=self.item(tax, TAXES).id,
        )
        values: dict[str, Any] = {
            "currency": "GBP",
            "supplier_id": self.supplier().id,
            "kind": DocumentKind.BILL,
            "publish_as": PublishAs.AWAITING_PAYMENT,
            "date": date(2026, 3, 3),
            "due_date": date(2026, 4, 2),
            "reference": f"INV-{number}",
            "total": Decimal(120),
            "lines": (line,),
        }
        document = capture_file(self.business, self.user, "bill.pdf", papers.pdf(f"bill {number}"))
        return save_document(document.id, DocumentInput(**(values | changes)), document.version, self.user)

    def wait(self, place: Place, **changes: Any) -> Publication:
        """A bill that somebody asked to publish there."""
        return self.publish(place, self.bill(**changes))

    def publish(self, place: Place, document: Document) -> Publication:
        """Ask for a document to be published there."""
        return request_publish(get_document(document.id), self.user, place.connection)

    def recheck(self) -> None:
        """Let the job put documents where they belong after matches changed."""
        run_due(kinds=[RECHECK])


def look(publication: Publication) -> Publication:
    """The publication as it stands now."""
    found: Publication = Publication.objects.select_related("connection", "document").get(id=publication.id)
    return found


def old_books() -> FakeBooks:
    """Books with a few accounts, two-way and one-way rates, and suppliers."""
    books = FakeBooks()
    books.add(CATEGORIES, "a-449", "Motor expenses", "449", account_type="EXPENSE", side="costs")
    books.add(CATEGORIES, "a-400", "Advertising", "400", account_type="OVERHEADS", side="costs")
    books.add(CATEGORIES, "a-200", "Sales", "200", account_type="REVENUE", side="sales")
    books.add(TAXES, "t-20", "20% VAT", rate="20", tax_kind="standard", side="both")
    books.add(TAXES, "t-5", "5% VAT", rate="5", tax_kind="reduced", side="costs")
    books.add(TAXES, "t-0", "Zero rated", rate="0", tax_kind="zero_rated", side="costs")
    books.add(SUPPLIERS, "s-1", "City Fuel Ltd", tax_number="GB123456789")
    books.add(SUPPLIERS, "s-2", "Paper Mill")
    return books


def new_books() -> FakeBooks:
    """Books of other software: other names, one-sided rates, a supplier under almost the same name."""
    books = FakeBooks()
    books.add(
        CATEGORIES,
        "n-7300",
        "Vehicle and travel costs",
        "7300",
        account_type="Expense",
        account_family="expenses",
    )
    books.add(CATEGORIES, "n-6200", "Advertising", "6200", account_type="Expense", account_family="expenses")
    books.add(CATEGORIES, "n-4000", "Sales", "4000", account_type="Income", account_family="income")
    books.add(CATEGORIES, "n-9", "Old motor account", "9", account_type="Expense")
    books.change(CATEGORIES, "n-9", archived=True)
    books.add(TAXES, "n-20c", "20.0% S on purchases", rate="20", tax_kind="standard", side="costs")
    books.add(TAXES, "n-20s", "20.0% S on sales", rate="20", tax_kind="standard", side="sales")
    books.add(TAXES, "n-5", "5.0% R", rate="5", tax_kind="reduced", side="costs")
    books.add(TAXES, "n-0", "0.0% Z", rate="0", tax_kind="zero_rated", side="costs")
    books.add(SUPPLIERS, "n-1", "City Fuel Limited", tax_number="GB123456789")
    books.add(SUPPLIERS, "n-2", "Somebody Else")
    return books


@pytest.fixture
def firm(db: None, settings: Any, tmp_path: Any) -> Iterator[Firm]:
    """Acme Ltd, which is nowhere yet."""
    settings.MEDIA_ROOT = tmp_path / "files"
    business, user = world("Acme Ltd and its Admin", factories.make_business_and_admin)
    with within(BusinessScope(business.id)):
        yield Firm(business, user)


@pytest.fixture
def moved(firm: Firm) -> tuple[Firm, Place, Place]:
    """The same after it left its first books for others: (the firm, the books it left, the new ones)."""

    def move() -> tuple[Place, Place]:
        return firm.connect("xero", old_books()), firm.connect("quickbooks", new_books())

    first, second = firm.places[:] = world("moved", move)
    return firm, first, second


# The business, the books that it left, and those that it is at now.
Moved = tuple[Firm, Place, Place]


@pytest.fixture
def vendors(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> Iterator[pytest.MonkeyPatch]:
    """What `tests.support.vendors.enter` replaces things with, and the clock as it was when all is over."""
    settings.MEDIA_ROOT = tmp_path / "files"
    before = clock._offset
    yield monkeypatch
    clock.use_offset(before)


@contextmanager
def telling(name: str, vendors: pytest.MonkeyPatch) -> Iterator[Story]:
    """The beginning of a story about a business of this name, inside it."""
    business = factories.make_business(name)
    user = factories.make_member(business, "Alice Admin", factories.Role.BUSINESS_ADMIN)
    other = factories.make_member(business, "Ursula Admin", factories.Role.USER_ADMIN)
    world = make_world()
    enter(world, vendors)
    with within(BusinessScope(business.id)):
        yield Story(world, business, user, other)


@pytest.fixture
def story(db: None, vendors: pytest.MonkeyPatch) -> Iterator[Story]:
    """Where every story begins: at one organisation, with rules, and documents in several states."""
    with telling("Story Ltd", vendors) as told:
        yield told
