"""Acme's desk: connected, with Alice, its Admin, in a browser."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.support.factories import People, make_connection
from tests.support.office import Office
from tests.web.conftest import Browse


@pytest.fixture
def office(people: People, scope: Callable[..., None], settings: Any, tmp_path: Any) -> Office:
    """Acme, connected, seen by Alice."""
    settings.MEDIA_ROOT = tmp_path / "files"
    connection = make_connection(people.acme, people.alice, base_currency="GBP", currencies=["GBP", "EUR"])
    scope(people.acme)
    return Office(people.acme, people.alice, connection)


@pytest.fixture
def alice(people: People, browse: Browse) -> Client:
    """Alice's browser."""
    return browse(people.alice)
