"""An organisation that is not registered for tax: what reaches its books, and when it is registered again."""

from decimal import Decimal

import pytest

from bookbind.activity.queries import list_entries
from bookbind.connections.queries import keeps_tax
from bookbind.documents.models import Document
from bookbind.jobs.runner import run_due
from bookbind.lists.models import Binding
from bookbind.lists.sync import request_sync
from bookbind.providers.base.types import ListName, TaxMode
from bookbind.publishing.configuration import get_settings
from bookbind.publishing.models import Publication, PublishingSettings
from bookbind.publishing.reasons import Reason
from bookbind.publishing.services import list_problems
from bookbind.publishing.states import State
from tests.publishing.conftest import SYNC, Desk


def register(desk: Desk, *, registered: bool) -> None:
    """The organisation registers for tax, or ends that, and its lists are read."""
    desk.sandbox.control("lock", vendor="xero", organisation="Acme Ltd", sales_tax=registered)
    request_sync(desk.connection)
    run_due(kinds=[SYNC])
    desk.refresh()


def publish(desk: Desk, document: Document) -> Publication:
    publication = desk.publish(document)
    desk.work()
    return desk.look(publication)


@pytest.mark.parametrize("mode", [TaxMode.EXCLUSIVE, TaxMode.INCLUSIVE])
@pytest.mark.req("PUB-09", "PUB-12")
def test_an_organisation_that_is_not_registered_bears_the_tax_of_its_suppliers(
    desk: Desk, mode: TaxMode
) -> None:
    register(desk, registered=False)
    assert not keeps_tax(desk.connection)
    document = desk.bill("INV-1", tax_mode=mode)
    assert [each.reason for each in list_problems(document, desk.connection)] == [Reason.TAX_IN_COST]
    publication = publish(desk, document)
    assert publication.state == State.PUBLISHED, (publication.reason, publication.error)
    assert publication.differences == []
    (bill,) = desk.bills()
    assert (Decimal(bill["total"]), Decimal(bill["tax"])) == (120, 0)
    assert bill["lines"][0]["tax_type"] == "NONE"
    assert publication.labels["lines"][0]["tax_rate"] == ""
    told = [entry.text for entry in list_entries(document)]
    assert "Published to Xero (Acme Ltd). Its VAT of £20.00 is part of the cost there." in told


@pytest.mark.req("PUB-07")
def test_no_rate_is_needed_there_and_it_is_again_once_registered(desk: Desk) -> None:
    register(desk, registered=False)
    rates = Binding.objects.filter(connection=desk.connection, list_item__list=ListName.TAX_RATES)
    rates.delete()
    assert publish(desk, desk.bill("INV-2")).state == State.PUBLISHED
    register(desk, registered=True)
    rates.delete()
    held = publish(desk, desk.bill("INV-3", paper="other.pdf"))
    assert (held.state, held.reason) == (State.HELD, Reason.TAX_RATE_UNMATCHED)
    register(desk, registered=False)
    desk.work()
    assert desk.look(held).state == State.PUBLISHED


@pytest.mark.req("PUB-09")
def test_what_is_part_of_the_cost_is_what_the_document_says(desk: Desk) -> None:
    register(desk, registered=False)
    settings = get_settings(desk.connection)
    settings.tax_amounts = PublishingSettings.TaxAmounts.COMPUTED
    settings.save()
    line = {"net": Decimal(100), "tax": Decimal("19.99")}
    assert publish(desk, desk.bill("INV-4", line=line, total=Decimal("119.99"))).state == State.PUBLISHED
    (bill,) = desk.bills()
    assert Decimal(bill["total"]) == Decimal("119.99")


def test_books_that_keep_tax_get_it_as_ever(desk: Desk) -> None:
    document = desk.bill("INV-5")
    assert list_problems(document, desk.connection) == []
    publication = publish(desk, document)
    assert publication.labels["tax_in_cost"] == ""
    assert publication.labels["lines"][0]["tax_rate"]
    (bill,) = desk.bills()
    assert (Decimal(bill["total"]), Decimal(bill["tax"])) == (120, 20)
    assert "Published to Xero (Acme Ltd)." in [entry.text for entry in list_entries(document)]
