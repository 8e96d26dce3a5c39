"""Books at the real sandbox: a business connected over HTTP, its lists read, a queue that runs here."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import pytest

from bookbind.connections.finish import finish as finish_sign_in
from bookbind.connections.gateway import open_session
from bookbind.connections.models import Connection
from bookbind.connections.pending import choose_organisation
from bookbind.connections.queries import get_connection
from bookbind.connections.sign_in import begin_sign_in, receive_answer
from bookbind.documents import services as documents
from bookbind.documents.capture import capture_file
from bookbind.documents.inputs import DocumentInput, LineInput
from bookbind.documents.models import Document
from bookbind.documents.queries import get_document
from bookbind.jobs.runner import run_due
from bookbind.kit import clock
from bookbind.lists.models import ListItem
from bookbind.lists.services import get_or_create_supplier
from bookbind.providers.base.types import DocumentKind, ListName, Redirect, RemoteEntry
from bookbind.publishing.models import Publication
from bookbind.publishing.services import request_publish
from bookbind.tenancy.models import Business, User
from bookbind.tenancy.scope import BusinessScope, within
from tests.support import factories, papers
from tests.support.processes import Sandbox
from tests.support.worlds import world

QUEUE = "publishing.queue"
SYNC = "lists.sync"
SWITCH = "publishing.switch"
LOGIN = "ada@acme.test"


@pytest.fixture
def sandbox(transactional_db: None, sandbox_process: Sandbox, settings: Any, tmp_path: Any) -> Sandbox:
    """The sandbox as seeded, without limits that tests would run into, and the product pointed at it."""
    sandbox_process.clear_faults()
    sandbox_process.control("reset")
    settings.SANDBOX_URL = sandbox_process.url
    settings.MEDIA_ROOT = tmp_path / "files"
    return sandbox_process


@dataclass
class Desk:
    """One business at work: uploads, edits, publishes, and looks at what the books hold."""

    sandbox: Sandbox
    business: Business
    user: User
    connection: Connection
    skip: Callable[..., None]

    def item(self, name: ListName, text: str) -> ListItem:
        """One of the business's own entries by its code or name."""
        rows = ListItem.objects.filter(list=name)
        found: ListItem = rows.filter(code=text).first() or rows.get(name=text)
        return found

    def upload(self, name: str = "bill.pdf", content: bytes = b"") -> Document:
        return capture_file(self.business, self.user, name, content or papers.pdf(name))

    def values(self, number: str, **changes: Any) -> DocumentInput:
        """A complete bill of £120.00; `line` changes its one line."""
        line: dict[str, Any] = {"description": "Diesel", "net": Decimal(100), "tax": Decimal(20)}
        line |= changes.pop("line", {})
        if "category_id" not in line:
            line["category_id"] = self.item(ListName.CATEGORIES, "449").id
        if "tax_rate_id" not in line:
            line["tax_rate_id"] = self.item(ListName.TAX_RATES, "20% (VAT on Expenses)").id
        today = clock.now().date()
        values: dict[str, Any] = {
            "currency": "GBP",
            "supplier_id": self.supplier(changes.pop("supplier", "City Fuel Ltd")).id,
            "kind": DocumentKind.BILL,
            "date": today,
            "due_date": today + timedelta(days=30),
            "reference": number,
            "total": Decimal(120),
            "lines": (LineInput(**line),),
        }
        return DocumentInput(**(values | changes))

    def supplier(self, name: str) -> ListItem:
        return get_or_create_supplier(self.business.id, name, self.user)

    def bill(self, number: str = "INV-1", *, paper: str = "bill.pdf", **changes: Any) -> Document:
        """An uploaded, completely coded document in review."""
        document = self.upload(paper)
        return self.edit(document, self.values(number, **changes))

    def edit(self, document: Document, values: DocumentInput) -> Document:
        fresh = get_document(document.id)
        return documents.save_document(document.id, values, fresh.version, self.user)

    def publish(self, document: Document) -> Publication:
        return request_publish(get_document(document.id), self.user)

    def publish_expired(self, number: str) -> Publication:
        """A document that waits because the year is over."""
        document = self.bill(number)
        self.move_time(days=366)
        self.refresh()
        publication = self.publish(document)
        self.work()
        return publication

    def work(self) -> int:
        """Let the queue run until nothing is due any more."""
        return run_due(kinds=[QUEUE])

    def look(self, publication: Publication) -> Publication:
        found: Publication = Publication.objects.select_related("connection", "document").get(
            id=publication.id
        )
        return found

    def refresh(self) -> None:
        self.connection = get_connection(self.connection.id)

    def bills(self) -> list[dict[str, Any]]:
        """What the books hold of ours: the documents that the sandbox received, oldest first."""
        found: list[dict[str, Any]] = self.sandbox.received()["documents"]
        return [document for document in found if document["kind"] != "contact"]

    def item_id(self, text: str, name: ListName = ListName.CATEGORIES) -> UUID:
        return self.item(name, text).id

    def contacts(self, name: str) -> list[RemoteEntry]:
        """The books' contacts of this name, read as any client reads them."""
        session = open_session(self.connection)
        entries = [
            entry for page in session.fetch_items(ListName.SUPPLIERS, "", None) for entry in page.entries
        ]
        return [entry for entry in entries if entry.name == name]

    def calls(self) -> int:
        """How many calls to the books there were so far."""
        return int(self.sandbox.received()["requests"])

    def fault(self, operation: str, fault: str, times: int = 1, **more: Any) -> None:
        self.sandbox.control("faults", vendor="xero", operation=operation, fault=fault, times=times, **more)

    def move_time(self, **duration: float) -> None:
        """Product and sandbox go ahead together."""
        self.skip(**duration)
        seconds = int(timedelta(**duration).total_seconds())
        self.sandbox.control("clock", skip=f"{seconds}s")

    def reconnect(self, *, publish_now: bool) -> None:
        """Sign in again at the same organisation and finish; the lists are read by the next job."""
        self.connection = sign_in(
            self.sandbox, self.business, self.user, connection=self.connection, publish_now=publish_now
        )

    def change(self, organisation: str = "Acme Holdings Ltd", **more: Any) -> Connection:
        """Begin to move to another organisation, up to Finish; its lists are read by the next job."""
        return sign_in(
            self.sandbox,
            self.business,
            self.user,
            connection=self.connection,
            organisation=organisation,
            purpose="change",
            **more,
        )

    def move(self, organisation: str = "Acme Holdings Ltd", **more: Any) -> Connection:
        """The whole change, up to the switch: the other organisation is in use, publishing not started."""
        joined = self.change(organisation, **more)
        run_due(kinds=[SYNC])
        run_due(kinds=[SWITCH])
        self.connection = get_connection(joined.id)
        return self.connection


def sign_in(
    sandbox: Sandbox,
    business: Business,
    user: User,
    *,
    connection: Connection | None = None,
    organisation: str = "Acme Ltd",
    provider: str = "xero",
    purpose: str = "",
    publish_first: bool = False,
    **finish: Any,
) -> Connection:
    """The two-step flow as a person walks it, with the sandbox's robot in place of the browser."""
    _, step = begin_sign_in(
        user=user,
        business=business,
        practice=None,
        provider=provider,
        purpose=purpose or ("reconnect" if connection else "connect"),
        connection=connection,
        session_key="browser-1",
        publish_first=publish_first,
    )
    assert isinstance(step, Redirect)
    answer = sandbox.control(
        "consent", vendor=provider, login=LOGIN, organisations=[organisation], authorize_url=step.url
    )
    query = dict(parse_qsl(urlsplit(answer["redirect"]).query))
    answered = receive_answer(provider_id=provider, query=query, user=user, session_key="browser-1")
    chosen = next(found for found in answered.organisations if found["name"] == organisation)
    choose_organisation(answered, chosen["id"])
    return finish_sign_in(answered, user=user, publish_now=finish.pop("publish_now", False), **finish)


@pytest.fixture
def desk(sandbox: Sandbox, skip: Callable[..., None]) -> Iterator[Desk]:
    """Acme Ltd, connected to the sandbox's Acme Ltd, with its lists read."""
    business, user, connection = world("Acme Ltd at its desk", lambda: connect_acme(sandbox), sandbox)
    with within(BusinessScope(business.id)):
        yield Desk(sandbox, business, user, connection, skip)


def connect_acme(sandbox: Sandbox) -> tuple[Business, User, Connection]:
    """Acme Ltd, its Admin, and its connection to the sandbox's Acme Ltd, the lists read."""
    business, user = factories.make_business_and_admin()
    with within(BusinessScope(business.id)):
        connection = sign_in(sandbox, business, user)
        run_due(kinds=[SYNC])
        return business, user, get_connection(connection.id)


@pytest.fixture
def today() -> date:
    return clock.now().date()
