"""A firm that moved to other books, and Alice, its Admin, in a browser on Merge lists."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from bookbind.connections.models import Change, Connection
from bookbind.kit import clock
from bookbind.merge.rows import Show, list_rows
from bookbind.providers.base.types import ListName
from bookbind.tenancy.models import User
from bookbind.tenancy.scope import BusinessScope, within
from tests.merge.conftest import CATEGORIES, Firm, Place, new_books, old_books
from tests.support.factories import People
from tests.support.pages import Page, read
from tests.support.worlds import world
from tests.web.conftest import Browse


@dataclass
class Desk:
    """Alice before Merge lists of the new books."""

    client: Client
    firm: Firm
    old: Place
    new: Place
    browse: Browse

    def url(self, name: str, *parts: object) -> str:
        """An address of Merge lists."""
        return reverse(name, args=[self.firm.business.slug, self.new.connection.id, *parts])

    def open(self, name: str = "merge", *parts: object, **query: str) -> Page:
        """A page of Merge lists."""
        return read(self.client.get(self.url(name, *parts), query))

    def fragment(self, name: str, *parts: object, **query: str) -> Page:
        """The same as a fragment asks for it."""
        return read(self.client.get(self.url(name, *parts), query, headers={"HX-Request": "true"}))

    def choose(self, value: str, version: int | None = None, client: Client | None = None) -> Page:
        """Press something in a row."""
        fields = {"choice": value, "version": str(version or self.new.version)}
        answer = (client or self.client).post(
            self.url("merge_choose"), fields, headers={"HX-Request": "true"}
        )
        return read(answer)

    def match(self, name: str, remote_id: str, use: str = "any", in_list: ListName = CATEGORIES) -> Page:
        """Choose an entry of the books for one of ours."""
        item = self.firm.item(name, in_list)
        return self.choose(f"{item.id}:{use}:match:{self.new.remote(remote_id, in_list).id}:1")

    def use(self, **fields: str) -> Page:
        """Press Use these matches."""
        values = {"version": str(self.new.version), **fields}
        return read(self.client.post(self.url("merge_use"), values, follow=True))

    def uses_of(self, name: str, in_list: ListName = CATEGORIES) -> dict[str, tuple[str, UUID | None, bool]]:
        """By use: what is chosen or proposed for an entry, and whether it is ticked."""
        rows = list_rows(self.new.connection, in_list, Show.ALL).rows
        [row] = [row for row in rows if row.name == name]
        return {use.use: (use.action, use.chosen.id if use.chosen else None, use.ticked) for use in row.uses}


@pytest.fixture
def firm(people: People, settings: Any, tmp_path: Any) -> Iterator[Firm]:
    """Acme Ltd and Alice, nowhere yet."""
    settings.MEDIA_ROOT = tmp_path / "files"
    with within(BusinessScope(people.acme.id)):
        yield Firm(people.acme, people.alice)


@pytest.fixture
def desk(firm: Firm, browse: Browse) -> Desk:
    """After the move from Xero to QuickBooks, with one rule."""
    return move(firm, browse, "xero", "quickbooks")


def move(firm: Firm, browse: Browse, left: str, joined: str) -> Desk:
    """Leave books of one software for books of another or the same."""

    def make() -> tuple[Place, Place]:
        old = firm.connect(left, old_books())
        firm.rule()
        new = firm.connect(joined, new_books())
        _remember_the_change(old.connection, new.connection, firm.user)
        return old, new

    old, new = firm.places[:] = world(("moved", left, joined), make)
    return Desk(browse(firm.user), firm, old, new, browse)


def _remember_the_change(left: Connection, joined: Connection, user: User) -> None:
    now = clock.now()
    Change.objects.create(
        business_id=left.business_id, left=left, joined=joined, begun_at=now, begun_by=user, switched_at=now
    )
