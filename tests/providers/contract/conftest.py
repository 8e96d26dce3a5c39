"""The suite runs once for every vendor that is available."""

from collections.abc import Callable

import pytest

from bookbind.providers.registry import list_providers
from tests.providers.conftest import Visitor
from tests.providers.contract.books import Books


@pytest.fixture(params=[provider.id for provider in list_providers() if provider.available])
def visitor(request: pytest.FixtureRequest, visit: Callable[[str], Visitor]) -> Visitor:
    """A person at this vendor."""
    return visit(request.param)


@pytest.fixture
def books(visitor: Visitor) -> Books:
    """A session at the visitor's organisation, with entries to code documents to."""
    return Books.open(visitor)
