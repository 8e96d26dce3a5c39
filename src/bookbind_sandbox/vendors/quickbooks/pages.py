"""QuickBooks' own pages: the companies, one company's books, a transaction with its files, and deep links."""

import sqlite3
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bookbind_sandbox.pages import Pages, shown_day
from bookbind_sandbox.records import Record
from bookbind_sandbox.sign_in import SignIn
from bookbind_sandbox.vendors.quickbooks.books import Books
from bookbind_sandbox.vendors.quickbooks.kinds import (
    ACCOUNT,
    BILL,
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
from bookbind_sandbox.vendors.quickbooks.tokens import Tokens
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
NOTHING = "-"


class QuickBooksPages(Pages[Kind]):
    """A company's lists and transactions as its people see them, and the links that lead into them."""

    lists = LIST_TITLES
    documents = DOCUMENTS

    def __init__(self, world: World, entrance: SignIn, tokens: Tokens) -> None:
        super().__init__(world, entrance)
        self.tokens = tokens

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/quickbooks/app/{word}", self.deep_link),
            Route("/quickbooks/files/{organisation}/{attachable}", self.fetch),
            *super().routes(),
        ]

    async def deep_link(self, request: Request) -> Response:
        """Open a transaction by its number; where several companies have it, ask which one is meant.

        The real application opens it in the company that the browser last worked in.
        """
        kind = APP_WORDS.get(request.path_params["word"])
        wanted = request.query_params.get("txnId", "")
        if kind is None:
            return self.missing("page")
        found = [
            row
            for row in self.directory.all_organisations()
            if self.records(row).get(kind.name, wanted) is not None
        ]
        addresses = [(row["name"], f"{self.brand.address(row['id'])}/{kind.path}/{wanted}") for row in found]
        if not addresses:
            return self.missing(KIND_TITLES[kind].lower())
        if len(addresses) == 1:
            return RedirectResponse(addresses[0][1], 302)
        return self.page("which.html", title=KIND_TITLES[kind], addresses=addresses)

    async def fetch(self, request: Request) -> Response:
        """A temporary address of a file, which opens without a token until its time is over."""
        row, wanted = self.find_row(request), request.path_params["attachable"]
        until, key = request.query_params.get("until", ""), request.query_params.get("key", "")
        is_true = until.isdigit() and key == link_key(request.path_params["organisation"], wanted, int(until))
        if row is None or not is_true or int(until) < self.world.clock.now_ms():
            return Response(b"<Error><Code>AccessDenied</Code></Error>", 403, media_type="application/xml")
        found = find_file(self._books(row), wanted)
        if found is None:
            return self.missing("file")
        name = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(found['file_name'])}"}
        return Response(found["content"], media_type=found["mime_type"], headers=name)

    def about(self, row: sqlite3.Row) -> dict[str, Any]:
        books = self._books(row)
        return {"info": books.company(), "preferences": books.preferences()}

    def summary(self, kind: Kind, record: Record) -> Entity:
        entity = parse_entity(record.body)
        is_paid = kind is PURCHASE or entity.get("Balance") == 0
        return {
            "kind": kind.path,
            "id": record.id,
            "title": KIND_TITLES[kind],
            "is_sale": kind in (INVOICE, CREDIT_MEMO),
            "number": entity.get("DocNumber", ""),
            "contact": (entity.get(kind.contact_key) or {}).get("name") or "nobody",
            "date": shown_day(parse_day(entity["TxnDate"])),
            "total": entity["TotalAmt"],
            "currency": entity["CurrencyRef"]["value"],
            "status": "Paid" if is_paid else "Open",
            "status_code": "paid" if is_paid else "authorised",
        }

    def details(self, row: sqlite3.Row, kind: Kind, record: Record) -> dict[str, Any]:
        books, entity = self._books(row), parse_entity(record.body)
        codes = {code.id: code.name for code in books.records.select(TAX_CODE.name)}
        tax = entity.get("TxnTaxDetail", {}).get("TotalTax", 0)
        return {
            "entity": entity,
            "due": shown_day(parse_day(entity.get("DueDate"))),
            "lines": [_line(line, codes) for line in entity["Line"] if line["DetailType"] != SUBTOTAL_LINE],
            "net": entity["TotalAmt"] - tax,
            "tax": tax,
            "files": files_of(books, kind.name, record.id),
        }

    def entry(self, kind: Kind, record: Record) -> Entity:  # noqa: ARG002
        entity = parse_entity(record.body)
        about = entity.get("AccountType") or entity.get("CompanyName") or entity.get("Type") or ""
        return {
            "code": entity.get("AcctNum") or entity["Id"],
            "name": record.name,
            "note": entity.get("Description") or about,
            "status": "Active" if entity.get("Active", True) else "Inactive",
        }

    def find_file(self, row: sqlite3.Row, document: str, wanted: str) -> sqlite3.Row | None:  # noqa: ARG002
        """A file by its own number; it may hang on several transactions, or on none."""
        return find_file(self._books(row), wanted)

    def end_connection(self, login: str, organisation: str) -> None:
        self.tokens.end(login=login, realm=organisation)

    def _books(self, row: sqlite3.Row) -> Books:
        return Books(self.world, row["id"], "control")


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
