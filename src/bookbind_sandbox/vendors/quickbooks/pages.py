"""QuickBooks' own pages: the companies, one company's books, a transaction with its files, and deep links."""

import sqlite3
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bookbind_sandbox.html import SHOWN_INLINE, file_response, page
from bookbind_sandbox.sign_in import read_form
from bookbind_sandbox.vendors.quickbooks import names
from bookbind_sandbox.vendors.quickbooks.books import Books
from bookbind_sandbox.vendors.quickbooks.identity import Identity
from bookbind_sandbox.vendors.quickbooks.kinds import (
    ACCOUNT,
    BILL,
    BY_NAME,
    CLASS,
    CREDIT_MEMO,
    CUSTOMER,
    DEPARTMENT,
    DOCUMENTS,
    INVOICE,
    ITEM,
    PURCHASE,
    TAX_CODE,
    TERM,
    VENDOR,
    VENDOR_CREDIT,
    Kind,
)
from bookbind_sandbox.vendors.quickbooks.lines import SUBTOTAL_LINE
from bookbind_sandbox.vendors.quickbooks.uploads import files_of, find_file, link_key
from bookbind_sandbox.vendors.quickbooks.wire import Entity, parse_day, parse_entity
from bookbind_sandbox.world import World

LIST_TITLES = {
    ACCOUNT: "Chart of accounts",
    VENDOR: "Suppliers",
    CUSTOMER: "Customers",
    ITEM: "Products and services",
    TAX_CODE: "VAT codes",
    CLASS: "Classes",
    DEPARTMENT: "Locations",
    TERM: "Terms",
}
KIND_TITLES = {
    BILL: "Bill",
    PURCHASE: "Expense",
    VENDOR_CREDIT: "Supplier credit",
    INVOICE: "Invoice",
    CREDIT_MEMO: "Credit note",
}
# What stands in the addresses of QuickBooks' own application (2026-11).
APP_WORDS = {
    "bill": BILL,
    "expense": PURCHASE,
    "vendorcredit": VENDOR_CREDIT,
    "invoice": INVOICE,
    "creditmemo": CREDIT_MEMO,
}
MAX_ROWS = 200
NOTHING = "-"


class Pages:
    def __init__(self, world: World, identity: Identity) -> None:
        self.world = world
        self.identity = identity
        self.directory = identity.directory

    def routes(self) -> list[BaseRoute]:
        base = "/quickbooks"
        return [
            Route(base, self.to_home),
            Route(f"{base}/", self.home),
            Route(f"{base}/app/{{word}}", self.deep_link),
            Route(f"{base}/files/{{company}}/{{attachable}}", self.fetch),
            Route(f"{base}/companies/{{company}}", self.company),
            Route(f"{base}/companies/{{company}}/lists/{{kind}}", self.list),
            Route(f"{base}/companies/{{company}}/disconnect", self.disconnect, methods=["POST"]),
            Route(f"{base}/companies/{{company}}/{{kind}}/{{document}}", self.document),
            Route(f"{base}/companies/{{company}}/{{kind}}/{{document}}/files/{{attachable}}", self.file),
        ]

    async def to_home(self, _: Request) -> Response:
        return RedirectResponse("/quickbooks/", 307)

    async def home(self, request: Request) -> Response:
        vendor = self.world.vendors[names.VENDOR]
        person = self.identity.entrance.person(request)
        return page("quickbooks/home.html", companies=vendor.overview(), person=person)

    async def deep_link(self, request: Request) -> Response:
        """Open a transaction by its number; where several companies have it, ask which one is meant.

        The real application opens it in the company that the browser last worked in.
        """
        kind = APP_WORDS.get(request.path_params["word"])
        wanted = request.query_params.get("txnId", "")
        if kind is None:
            return self._missing("page")
        found = [
            row
            for row in self.directory.all_organisations()
            if self._books(row).records.get(kind.name, wanted) is not None
        ]
        addresses = [
            (row["name"], f"/quickbooks/companies/{row['id']}/{kind.path}/{wanted}") for row in found
        ]
        if not addresses:
            return self._missing(KIND_TITLES[kind].lower())
        if len(addresses) == 1:
            return RedirectResponse(addresses[0][1], 302)
        return page("quickbooks/which.html", title=KIND_TITLES[kind], addresses=addresses)

    async def company(self, request: Request) -> Response:
        row = self._row(request)
        if row is None:
            return self._missing("company")
        books = self._books(row)
        records = [
            (kind, record)
            for kind in DOCUMENTS
            for record in books.records.select(kind.name, order="seq DESC", window=(MAX_ROWS, 0))
        ]
        records.sort(key=lambda entry: entry[1].created_at, reverse=True)
        return page(
            "quickbooks/company.html",
            company=row,
            info=books.company(),
            preferences=books.preferences(),
            documents=[_summary(kind, parse_entity(record.body)) for kind, record in records],
            connected=self.directory.connected(row["id"]),
            lists=[(kind.path, title, books.records.count(kind.name)) for kind, title in LIST_TITLES.items()],
        )

    async def list(self, request: Request) -> Response:
        row = self._row(request)
        kind = _kind(request.path_params["kind"])
        if row is None or kind not in LIST_TITLES:
            return self._missing("list")
        records = self._books(row).records
        rows = records.select(kind.name, order="name COLLATE NOCASE", window=(MAX_ROWS, 0))
        return page(
            "quickbooks/list.html",
            company=row,
            title=LIST_TITLES[kind],
            entries=[_entry(parse_entity(record.body)) | {"name": record.name} for record in rows],
            total=records.count(kind.name),
        )

    async def disconnect(self, request: Request) -> Response:
        """The button of the company's My apps page: the app loses the company."""
        row = self._row(request)
        if row is None:
            return self._missing("company")
        login = (await read_form(request)).get("login", "")
        if login:
            self.identity.tokens.end(login=login, realm=row["id"])
        return RedirectResponse(f"/quickbooks/companies/{row['id']}", 303)

    async def document(self, request: Request) -> Response:
        row = self._row(request)
        kind = _kind(request.path_params["kind"])
        if row is None or kind not in DOCUMENTS:
            return self._missing("document")
        books = self._books(row)
        entity = books.entity(kind, request.path_params["document"])
        if entity is None:
            return self._missing(KIND_TITLES[kind].lower())
        codes = {record.id: record.name for record in books.records.select(TAX_CODE.name)}
        tax = entity.get("TxnTaxDetail", {}).get("TotalTax", 0)
        return page(
            "quickbooks/document.html",
            company=row,
            entity=entity,
            summary=_summary(kind, entity),
            due=_day(entity.get("DueDate")),
            lines=[_line(line, codes) for line in entity["Line"] if line["DetailType"] != SUBTOTAL_LINE],
            tax=tax,
            net=entity["TotalAmt"] - tax,
            files=files_of(books, kind.name, entity["Id"]),
            inline=SHOWN_INLINE,
            base=f"/quickbooks/companies/{row['id']}/{kind.path}/{entity['Id']}/files",
        )

    async def file(self, request: Request) -> Response:
        row = self._row(request)
        found = find_file(self._books(row), request.path_params["attachable"]) if row else None
        if found is None:
            return self._missing("file")
        return file_response(found, download="download" in request.query_params)

    async def fetch(self, request: Request) -> Response:
        """A temporary address of a file, which opens without a token until its time is over."""
        row, wanted = self._row(request), request.path_params["attachable"]
        until, key = request.query_params.get("until", ""), request.query_params.get("key", "")
        is_true = until.isdigit() and key == link_key(request.path_params["company"], wanted, int(until))
        if row is None or not is_true or int(until) < self.world.clock.now_ms():
            return Response(b"<Error><Code>AccessDenied</Code></Error>", 403, media_type="application/xml")
        found = find_file(self._books(row), wanted)
        if found is None:
            return self._missing("file")
        name = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(found['file_name'])}"}
        return Response(found["content"], media_type=found["mime_type"], headers=name)

    def _row(self, request: Request) -> sqlite3.Row | None:
        return self.directory.organisation(request.path_params["company"])

    def _books(self, row: sqlite3.Row) -> Books:
        return Books(self.world, row["id"], "control")

    def _missing(self, what: str) -> Response:
        description = f"There is no such {what} in this QuickBooks"
        return page("quickbooks/error.html", 404, error="not_found", description=description)


def _kind(path: str) -> Kind | None:
    return next((kind for kind in BY_NAME.values() if kind.path == path), None)


def _day(value: str | None) -> str:
    day = parse_day(value) if value else None
    return f"{day.day} {day:%b %Y}" if day else ""


def _summary(kind: Kind, entity: Entity) -> Entity:
    owed = entity.get("Balance")
    return {
        "kind": kind.path,
        "id": entity["Id"],
        "title": KIND_TITLES[kind],
        "is_sale": kind in (INVOICE, CREDIT_MEMO),
        "number": entity.get("DocNumber", ""),
        "contact": (entity.get(kind.contact_key) or {}).get("name") or "nobody",
        "date": _day(entity["TxnDate"]),
        "total": entity["TotalAmt"],
        "currency": entity["CurrencyRef"]["value"],
        "status": "Paid" if kind is PURCHASE or owed == 0 else "Open",
        "status_code": "paid" if kind is PURCHASE or owed == 0 else "authorised",
    }


def _line(line: Entity, codes: dict[str, str]) -> Entity:
    detail = line.get(line["DetailType"]) or {}
    coded = detail.get("AccountRef") or detail.get("ItemRef") or {}
    code = (detail.get("TaxCodeRef") or {}).get("value")
    return {
        "description": line.get("Description", ""),
        "account": coded.get("name", NOTHING),
        "tax_code": codes.get(code, code) if code else NOTHING,
        "class": (detail.get("ClassRef") or {}).get("name", NOTHING),
        "customer": (detail.get("CustomerRef") or {}).get("name", NOTHING),
        "amount": line.get("Amount", 0),
    }


def _entry(entity: Entity) -> Entity:
    about = entity.get("AccountType") or entity.get("CompanyName") or entity.get("Type") or ""
    return {
        "code": entity.get("AcctNum") or entity["Id"],
        "note": entity.get("Description") or about,
        "status": "Active" if entity.get("Active", True) else "Inactive",
    }
