"""What the tests of this vendor begin with."""

from collections.abc import Callable

import pytest

from tests.providers.conftest import Visitor
from tests.providers.contract.books import Books


@pytest.fixture
def visitor(visit: Callable[[str], Visitor]) -> Visitor:
    """A person at this vendor."""
    return visit("quickbooks")


@pytest.fixture
def books(visitor: Visitor) -> Books:
    """A session at the visitor's company, with entries to code documents to."""
    return Books.open(visitor)
