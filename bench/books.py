"""A business with books of a given size, connected by the steps that people take."""

from datetime import timedelta
from decimal import Decimal

from bookbind.connections.models import Connection
from bookbind.demo import seed
from bookbind.demo.world import CLIENTS, Client
from bookbind.documents.models import Document, DocumentLine
from bookbind.jobs.runner import run_due
from bookbind.kit import clock
from bookbind.lists.models import ListItem
from bookbind.providers.base.types import ListName
from bookbind.tenancy.models import Business, User
from bookbind.tenancy.scope import BusinessScope, within

SIZED = next(client for client in CLIENTS if client.name == "Cole & Son Ltd")
WAITING = next(client for client in CLIENTS if client.name == "Fern Catering Ltd")


def connect(client: Client, people: dict[str, User]) -> Connection:
    """Connect the client and read its lists; what else is due is done too."""
    seed.connect(client, people)
    run_due()
    business = seed.business_of(client)
    with within(BusinessScope(business.id)):
        connection: Connection = Connection.objects.select_related("grant", "business").get()
    return connection


def fill_costs(business: Business, user: User, count: int) -> None:
    """Put `count` coded documents into the inbox, with one line each."""
    with within(BusinessScope(business.id)):
        suppliers = list(ListItem.objects.filter(list=ListName.SUPPLIERS)[:200])
        category = ListItem.objects.filter(list=ListName.CATEGORIES).first()
        tax_rate = ListItem.objects.filter(list=ListName.TAX_RATES).first()
        now = clock.now()
        documents = [
            Document(
                business=business,
                supplier=suppliers[number % len(suppliers)],
                reference=f"BENCH-{number:05}",
                date=(now - timedelta(days=number % 90)).date(),
                currency=business.currency,
                total=Decimal("120.00"),
                captured_at=now - timedelta(minutes=number),
                captured_by=user,
            )
            for number in range(count)
        ]
        Document.objects.bulk_create(documents, batch_size=500)
        lines = [
            DocumentLine(
                business=business,
                document=document,
                position=1,
                description="Goods",
                net=Decimal("100.00"),
                tax=Decimal("20.00"),
                tax_rate=tax_rate,
                category=category,
            )
            for document in documents
        ]
        DocumentLine.objects.bulk_create(lines, batch_size=500)
