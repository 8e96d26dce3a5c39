"""Vendors in memory: the sign-in of each real provider leads to organisations that are `VendorBooks`.

Only the outside is replaced: what would be HTTP is a call to books that keep what they are given, forget
keys as the vendor does, refuse what is archived, and fail where they are told. Tests compare their end state.
"""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from bookbind.connections.finish import finish as finish_sign_in
from bookbind.connections.models import Connection, SignIn
from bookbind.connections.pending import choose_organisation
from bookbind.connections.sign_in import begin_sign_in, receive_answer
from bookbind.kit import clock
from bookbind.providers.base.errors import ErrorKind, FieldError, ProviderError, RejectedReason
from bookbind.providers.base.types import (
    AttachedFile,
    DocumentKind,
    ListName,
    NewContact,
    NewEntry,
    Organisation,
    OutgoingFile,
    Page,
    PreparedWrite,
    Published,
    Redirect,
    RemoteEntry,
    Tokens,
)
from bookbind.providers.registry import get_provider
from bookbind.tenancy.models import Business, User
from tests.support.fake_books import FakeBooks

_numbers = itertools.count(1)


@dataclass
class VendorBooks(FakeBooks):
    """One organisation of a vendor. `trouble` says how the next calls of one kind end, one each.

    "down" and "refused" do nothing; "lost" does what it was asked and then gives no answer.
    """

    id: str = ""
    provider: str = ""
    trouble: dict[str, list[str]] = field(default_factory=dict)
    remembered: dict[str, datetime] = field(default_factory=dict)
    # What somebody does here while the vendor looks for a contact, one each.
    meanwhile: list[Callable[[], object]] = field(default_factory=list)

    @property
    def organisation(self) -> Organisation:
        return Organisation(self.id, f"Acme at {self.id}", country="GB", currency="GBP")

    def fetch_organisation(self) -> Organisation:
        return self.organisation

    def fetch_items(self, name: ListName, dimension_id: str, since: datetime | None) -> Iterator[Page]:
        self._fail_before("read")
        return super().fetch_items(name, dimension_id, since)

    def find_contact(self, contact: NewContact) -> RemoteEntry | None:
        found = super().find_contact(contact)
        if self.meanwhile:
            self.meanwhile.pop(0)()
        return found

    def create_contact(self, contact: NewContact, key: str) -> RemoteEntry:
        lost = self._fail_before("contact")
        self._forget(key)
        made = super().create_contact(contact, key)
        return self._answer(made, is_lost=lost)

    def create_entry(self, entry: NewEntry, key: str) -> RemoteEntry:
        lost = self._fail_before("entry")
        self._forget(key)
        made = super().create_entry(entry, key)
        return self._answer(made, is_lost=lost)

    def send(self, write: PreparedWrite, key: str) -> Published:
        lost = self._fail_before("send")
        self._forget(key)
        if key not in self.keys:
            self._refuse_unusable(write)
        return self._answer(super().send(write, key), is_lost=lost)

    def attach(self, published_id: str, kind: DocumentKind, file: OutgoingFile, key: str) -> AttachedFile:
        lost = self._fail_before("attach")
        return self._answer(super().attach(published_id, kind, file, key), is_lost=lost)

    def markers(self) -> list[str]:
        """The markers of the documents that stand in the books, one each."""
        return [document.marker for document, _ in self.documents.values()]

    def _forget(self, key: str) -> None:
        """A vendor knows a key for a while; after that the same key is a new one."""
        window = timedelta(seconds=get_provider(self.provider).idempotency_seconds)
        known = self.remembered.setdefault(key, clock.now())
        if clock.now() - known > window:
            self.keys.pop(key, None)
            self.remembered[key] = clock.now()

    def _fail_before(self, operation: str) -> bool:
        """Whether the answer of this call gets lost; raises where nothing is done at all."""
        waiting = self.trouble.get(operation)
        fault = waiting.pop(0) if waiting else ""
        if fault == "down":
            raise ProviderError(ErrorKind.PROVIDER_DOWN, "Service Unavailable", http_status=503)
        if fault == "refused":
            raise ProviderError(ErrorKind.REJECTED, "No.", http_status=400)
        return fault == "lost"

    def _answer(self, made: Any, *, is_lost: bool) -> Any:
        if is_lost:
            raise ProviderError(ErrorKind.TRANSIENT, "Timed out.", maybe_done=True)
        return made

    def _refuse_unusable(self, write: PreparedWrite) -> None:
        document = self.prepared[write.body]
        named = {ListName.CATEGORIES: [line.category_id for line in document.lines]}
        named[ListName.TAX_RATES] = [line.tax_rate_id for line in document.lines if line.tax_rate_id]
        named[ListName.SUPPLIERS] = [document.contact_id]
        for name, ids in named.items():
            for id_ in ids:
                there = self.lists.get(name, {}).get(id_)
                assert there is not None or self.was_here(name, id_), f"{id_} was never in {self.id}"
                if there is None or there.archived:
                    refusal = FieldError("category", RejectedReason.CATEGORY_UNUSABLE, f"{id_} is archived.")
                    raise ProviderError(ErrorKind.REJECTED, "", field_errors=(refusal,), http_status=400)

    def was_here(self, name: ListName, remote_id: str) -> bool:
        """Whether the list ever had an entry of this id."""
        return (name, remote_id) in self.changed


class World:
    """Every organisation that there is, by its id."""

    def __init__(self, *books: VendorBooks) -> None:
        self.books = {each.id: each for each in books}

    def of(self, connection: Connection) -> VendorBooks:
        """The books that a connection leads to."""
        return self.books[connection.organisation_id]

    def sign_in(
        self,
        business: Business,
        user: User,
        organisation_id: str,
        purpose: str,
        connection: Connection | None = None,
        *,
        publish_now: bool = False,
        publish_first: bool = False,
    ) -> Connection:
        """The two-step flow, up to Finish."""
        books = self.books[organisation_id]
        _, step = begin_sign_in(
            user=user,
            business=business,
            practice=None,
            provider=books.provider,
            purpose=purpose,
            connection=connection,
            session_key="browser-1",
            publish_first=publish_first,
        )
        assert isinstance(step, Redirect)
        state = dict(parse_qsl(urlsplit(step.url).query))["state"]
        answered = receive_answer(
            provider_id=books.provider,
            query={"state": state, "code": organisation_id},
            user=user,
            session_key="browser-1",
        )
        choose_organisation(answered, organisation_id)
        rows = SignIn.objects.select_related("business", "connection", "leaves", "practice")
        pending = rows.get(id=answered.id)
        return finish_sign_in(pending, user=user, publish_now=publish_now, shared_confirmed=True)


def enter(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on each vendor's sign-in and calls lead to the organisations that this world has then."""

    def complete(_self: object, _app: object, answer: Any) -> Tokens:
        return _tokens(answer.values["code"])

    def organisations(_self: object, tokens: Tokens) -> list[Organisation]:
        return [world.books[tokens.consent_id].organisation]

    def reachable(_self: object, _tokens: Tokens) -> list[Organisation]:
        return [each.organisation for each in world.books.values()]

    def refresh(_self: object, _app: object, tokens: Tokens) -> Tokens:
        return _tokens(tokens.consent_id)

    def ends(*_: object) -> None:
        return None

    def open_(_self: object, _tokens: Tokens, organisation: Organisation) -> VendorBooks:
        return world.books[organisation.id]

    replaced = {
        "complete": complete,
        "organisations": organisations,
        "reachable_organisations": reachable,
        "refresh": refresh,
        "revoke": ends,
        "disconnect": ends,
        "open": open_,
    }
    for provider in {each.provider for each in world.books.values()}:
        adapter = type(get_provider(provider).adapter)
        for name, function in replaced.items():
            monkeypatch.setattr(adapter, name, function)


def _tokens(organisation_id: str) -> Tokens:
    return Tokens(
        f"access-{next(_numbers)}",
        f"refresh-{next(_numbers)}",
        clock.now() + timedelta(minutes=30),
        login_id="ada",
        login_email="ada@acme.test",
        consent_id=organisation_id,
    )
