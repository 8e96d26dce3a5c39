"""Acme's desk without any accounting software, with Alice, its Admin, in a browser."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from tests.support.factories import People
from tests.support.office import Office
from tests.web.conftest import Browse


@pytest.fixture
def office(people: People, scope: Callable[..., None], settings: Settings, tmp_path: Path) -> Office:
    """Acme, never connected."""
    settings.MEDIA_ROOT = tmp_path / "files"
    scope(people.acme)
    return Office(people.acme, people.alice)


@pytest.fixture
def alice(people: People, browse: Browse) -> Client:
    """Alice's browser."""
    return browse(people.alice)
