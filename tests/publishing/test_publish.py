"""One bill from upload to the books, over real HTTP."""

from decimal import Decimal

from bookbind.publishing.states import State
from tests.publishing.conftest import Desk


def test_a_bill_is_published_once_with_its_paper(desk: Desk) -> None:
    document = desk.bill("INV-2231")
    publication = desk.publish(document)
    desk.work()
    publication = desk.look(publication)
    assert publication.state == State.PUBLISHED, (publication.reason, publication.error)
    assert publication.paper == "attached"
    bills = desk.bills()
    assert len(bills) == 1
    assert Decimal(str(bills[0]["total"])) == Decimal(120)
    print(bills, publication.remote_url)
