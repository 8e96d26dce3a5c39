"""A business with lists, and the scope of it."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from bookbind.kit.events import Event
from bookbind.lists.models import ListItem
from bookbind.providers.base.types import ListName
from bookbind.tenancy.models import Business, User
from bookbind.tenancy.scope import BusinessScope, within
from tests.support import factories
from tests.support.events import hearing


@dataclass
class Books:
    """Acme with two suppliers and something to code to."""

    business: Business
    user: User
    fuel: ListItem
    bt: ListItem
    motor: ListItem
    phone: ListItem
    vat: ListItem
    north: ListItem


@pytest.fixture
def books(db: None) -> Iterator[Books]:
    business = factories.make_business("Acme Ltd")
    user = factories.make_member(business, "Alice Admin", factories.Role.BUSINESS_ADMIN)

    def item(name: str, list_name: ListName) -> ListItem:
        return factories.make_list_item(business, name, list_name)

    with within(BusinessScope(business.id)):
        yield Books(
            business,
            user,
            item("City Fuel Ltd", ListName.SUPPLIERS),
            item("BT", ListName.SUPPLIERS),
            item("Motor expenses", ListName.CATEGORIES),
            item("Telephone", ListName.CATEGORIES),
            item("20% (VAT on Expenses)", ListName.TAX_RATES),
            item("North", ListName.TRACKING_1),
        )


@pytest.fixture
def heard() -> Iterator[list[Event]]:
    """Every event that is announced during the test."""
    with hearing() as events:
        yield events
