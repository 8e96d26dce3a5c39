"""The pages that every simulated vendor has: its organisations, one's books, lists, documents and files."""

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import date
from typing import Any, Generic, Protocol, TypeVar

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bookbind_sandbox.html import SHOWN_INLINE, file_response, vendor_page
from bookbind_sandbox.records import Record, Records
from bookbind_sandbox.sign_in import SignIn, read_form
from bookbind_sandbox.world import World

MAX_ROWS = 200


class Kind(Protocol):
    """A kind of entry or document: its records are stored under `name`; `path` stands in addresses."""

    @property
    def name(self) -> str: ...

    @property
    def path(self) -> str: ...


K = TypeVar("K", bound=Kind)


class Pages(ABC, Generic[K]):
    """One vendor's pages; the vendor says how its entries and documents read.

    `lists` are the lists shown, with their titles, and `list_order` how their records are sorted;
    `documents` are the kinds of document.
    """

    lists: Mapping[K, str]
    list_order: str = "name COLLATE NOCASE"
    documents: tuple[K, ...]

    def __init__(self, world: World, entrance: SignIn) -> None:
        self.world = world
        self.entrance = entrance
        self.directory = entrance.directory
        self.brand = entrance.brand

    def routes(self) -> list[BaseRoute]:
        base = self.brand.address("{organisation}")
        return [
            Route(self.brand.home.rstrip("/"), self.to_home),
            Route(self.brand.home, self.home),
            Route(base, self.organisation),
            Route(f"{base}/lists/{{kind}}", self.list),
            Route(f"{base}/disconnect", self.disconnect, methods=["POST"]),
            Route(f"{base}/{{kind}}/{{document}}", self.document),
            Route(f"{base}/{{kind}}/{{document}}/files/{{file}}", self.file),
        ]

    async def to_home(self, _: Request) -> Response:
        return RedirectResponse(self.brand.home, 307)

    async def home(self, request: Request) -> Response:
        organisations = self.world.vendors[self.brand.name].overview()
        return self.page("home.html", organisations=organisations, person=self.entrance.person(request))

    async def organisation(self, request: Request) -> Response:
        row = self.find_row(request)
        if row is None:
            return self.missing(self.brand.organisation)
        records = self.records(row)
        found = [
            (kind, record)
            for kind in self.documents
            for record in records.select(kind.name, order="seq DESC", window=(MAX_ROWS, 0))
        ]
        found.sort(key=lambda entry: entry[1].created_at, reverse=True)
        return self.page(
            "organisation.html",
            organisation=row,
            documents=[self.summary(kind, record) for kind, record in found],
            connected=self.directory.connected(row["id"]),
            lists=[(kind.path, title, records.count(kind.name)) for kind, title in self.lists.items()],
            **self.about(row),
        )

    async def list(self, request: Request) -> Response:
        row, kind = self.find_row(request), self._find_kind(request, tuple(self.lists))
        if row is None or kind is None:
            return self.missing("list")
        records = self.records(row)
        return self.page(
            "list.html",
            organisation=row,
            title=self.lists[kind],
            entries=[
                self.entry(kind, record)
                for record in records.select(kind.name, order=self.list_order, window=(MAX_ROWS, 0))
            ],
            total=records.count(kind.name),
        )

    async def disconnect(self, request: Request) -> Response:
        """The button beside a connected app: one login's connection ends inside the vendor."""
        row = self.find_row(request)
        if row is None:
            return self.missing(self.brand.organisation)
        login = (await read_form(request)).get("login", "")
        if login:
            self.end_connection(login, row["id"])
        return RedirectResponse(self.brand.address(row["id"]), 303)

    async def document(self, request: Request) -> Response:
        row, kind = self.find_row(request), self._find_kind(request, self.documents)
        record = (
            self.records(row).get(kind.name, request.path_params["document"].lower())
            if row is not None and kind is not None
            else None
        )
        if row is None or kind is None or record is None:
            return self.missing("document")
        return self.page(
            "document.html",
            organisation=row,
            summary=self.summary(kind, record),
            inline=SHOWN_INLINE,
            base=f"{self.brand.address(row['id'])}/{kind.path}/{record.id}/files",
            **self.details(row, kind, record),
        )

    async def file(self, request: Request) -> Response:
        row, wanted = self.find_row(request), request.path_params["file"]
        found = self.find_file(row, request.path_params["document"].lower(), wanted) if row else None
        if found is None:
            return self.missing("file")
        return file_response(found, download="download" in request.query_params)

    def page(self, template: str, status: int = 200, **context: Any) -> Response:
        return vendor_page(self.brand, template, status, **context)

    def missing(self, what: str) -> Response:
        description = f"There is no such {what} in this {self.brand.title}"
        return self.page("error.html", 404, error="not_found", description=description)

    def find_row(self, request: Request) -> sqlite3.Row | None:
        """The organisation that the address names."""
        return self.directory.organisation(request.path_params["organisation"])

    def records(self, row: sqlite3.Row) -> Records:
        return Records(self.world.store, self.brand.name, row["id"])

    def _find_kind(self, request: Request, known: tuple[K, ...]) -> K | None:
        return next((kind for kind in known if kind.path == request.path_params["kind"]), None)

    @abstractmethod
    def about(self, row: sqlite3.Row) -> dict[str, Any]:
        """What the vendor's organisation page tells besides."""

    @abstractmethod
    def summary(self, kind: K, record: Record) -> dict[str, Any]:
        """A document in one row: title, number, contact, date, total, currency, status, status_code."""

    @abstractmethod
    def details(self, row: sqlite3.Row, kind: K, record: Record) -> dict[str, Any]:
        """What the document page shows besides: `due`, `lines`, `net`, `tax`, `files`, the vendor's facts."""

    @abstractmethod
    def entry(self, kind: K, record: Record) -> dict[str, Any]:
        """An entry of a list: code, name, note, status."""

    @abstractmethod
    def find_file(self, row: sqlite3.Row, document: str, wanted: str) -> sqlite3.Row | None:
        """A file of a document, or nothing."""

    @abstractmethod
    def end_connection(self, login: str, organisation: str) -> None:
        """Take the organisation away from the app that this login connected."""


def shown_day(day: date | None) -> str:
    """A date as the vendors' pages show it: 1 Nov 2026."""
    return f"{day.day} {day:%b %Y}" if day else ""
