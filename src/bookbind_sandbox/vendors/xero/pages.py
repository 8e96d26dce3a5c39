"""Xero's own pages: home, an organisation's books, a document with its files, and deep links."""

import sqlite3
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bookbind_sandbox.pages import Pages, shown_day
from bookbind_sandbox.records import Record
from bookbind_sandbox.sign_in import SignIn
from bookbind_sandbox.vendors.xero import names
from bookbind_sandbox.vendors.xero.attachments import files_of, find_attachment
from bookbind_sandbox.vendors.xero.connections import Connections
from bookbind_sandbox.vendors.xero.documents import FORMS
from bookbind_sandbox.vendors.xero.kinds import (
    ACCOUNTS,
    CONTACTS,
    DOCUMENTS,
    ITEMS,
    TAX_RATES,
    TRACKING,
    Kind,
)
from bookbind_sandbox.vendors.xero.ledger import Ledger
from bookbind_sandbox.vendors.xero.wire import Entity, parse_day, parse_element
from bookbind_sandbox.world import World

LIST_TITLES = {
    ACCOUNTS: "Chart of accounts",
    TAX_RATES: "Tax rates",
    CONTACTS: "Contacts",
    ITEMS: "Products and services",
    TRACKING: "Tracking categories",
}
KIND_TITLES = {
    "bill": "Bill",
    "invoice": "Invoice",
    "supplier_credit": "Supplier credit note",
    "customer_credit": "Credit note",
    "spend": "Spend money",
    "receive": "Receive money",
}
STATUS_WORDS = {
    "DRAFT": "Draft",
    "SUBMITTED": "Awaiting approval",
    "AUTHORISED": "Awaiting payment",
    "PAID": "Paid",
    "DELETED": "Deleted",
    "VOIDED": "Voided",
}


class XeroPages(Pages[Kind]):
    """An organisation's books as its people see them, and the links that lead into them."""

    lists = LIST_TITLES
    list_order = "code, name COLLATE NOCASE"
    documents = DOCUMENTS

    def __init__(self, world: World, entrance: SignIn, connections: Connections) -> None:
        super().__init__(world, entrance)
        self.connections = connections

    def routes(self) -> list[BaseRoute]:
        return [Route("/xero/organisationlogin/default.aspx", self.deep_link), *super().routes()]

    async def deep_link(self, request: Request) -> Response:
        """Follow a link as go.xero.com does: the short code names the organisation, the path the document."""
        row = self.world.store.row(
            "SELECT id FROM organisations WHERE vendor = ? AND short_code = ?",
            names.VENDOR,
            request.query_params.get("shortcode", ""),
        )
        wanted = urlsplit(request.query_params.get("redirecturl", ""))
        # A link written without escaping loses its inner parameters to the outer query.
        inner = {
            key.lower(): value for key, value in (*request.query_params.items(), *parse_qsl(wanted.query))
        }
        if row is None:
            return self.missing("organisation")
        address = self.brand.address(row["id"])
        if wanted.path.lower().startswith("/contacts/view/"):
            return RedirectResponse(f"{address}/lists/contacts", 302)
        for kind in DOCUMENTS:
            document = inner.get(kind.id_key.lower(), "")
            if names.GUID.match(document):
                return RedirectResponse(f"{address}/{kind.path}/{document.lower()}", 302)
        return RedirectResponse(address, 302)

    def about(self, row: sqlite3.Row) -> dict[str, Any]:
        return {"settings": self._ledger(row).settings()}

    def summary(self, kind: Kind, record: Record) -> Entity:
        entity = parse_element(record.body)
        return {
            "kind": kind.path,
            "id": record.id,
            "title": KIND_TITLES[FORMS[kind.name].names[entity["Type"]]],
            "number": str(entity.get(kind.code_key) or ""),
            "contact": entity["Contact"]["Name"],
            "date": shown_day(parse_day(entity["Date"])),
            "total": entity["Total"],
            "currency": entity["CurrencyCode"],
            "status": STATUS_WORDS[entity["Status"]],
            "status_code": entity["Status"].lower(),
        }

    def details(self, row: sqlite3.Row, kind: Kind, record: Record) -> dict[str, Any]:  # noqa: ARG002
        ledger, entity = self._ledger(row), parse_element(record.body)
        rates = {rate.code: rate.name for rate in ledger.records.select(TAX_RATES.name)}
        return {
            "entity": entity,
            "due": shown_day(parse_day(entity.get("DueDate"))),
            "lines": [_line(ledger, line, rates) for line in entity["LineItems"]],
            "net": entity["SubTotal"],
            "tax": entity["TotalTax"],
            "files": files_of(ledger, record.id),
        }

    def entry(self, kind: Kind, record: Record) -> Entity:
        return _entry(kind, parse_element(record.body))

    def find_file(self, row: sqlite3.Row, document: str, wanted: str) -> sqlite3.Row | None:
        return find_attachment(self._ledger(row), document, wanted)

    def end_connection(self, login: str, organisation: str) -> None:
        self.connections.remove(login=login, organisation=organisation)

    def _ledger(self, row: sqlite3.Row) -> Ledger:
        return Ledger(self.world, row["id"], "control")


def _line(ledger: Ledger, line: Entity, rates: dict[str, str]) -> Entity:
    account = ledger.account(code=line.get("AccountCode", "")) if line.get("AccountCode") else None
    return {
        "description": line["Description"],
        "quantity": line["Quantity"].normalize(),
        "unit": line["UnitAmount"],
        "account": f"{account['Code']} {account['Name']}" if account else line.get("AccountCode", ""),
        "tax_rate": rates.get(line["TaxType"], line["TaxType"]),
        "tax": line["TaxAmount"],
        "amount": line["LineAmount"],
        "tracking": [f"{entry['Name']}: {entry['Option']}" for entry in line["Tracking"]],
    }


def _entry(kind: Kind, entity: Entity) -> Entity:
    notes = {
        "accounts": lambda: f"{entity['Type']} · {entity['TaxType']}",
        "tax_rates": lambda: f"{entity['EffectiveRate']}%",
        "contacts": lambda: " · ".join(
            word for key, word in (("IsSupplier", "supplier"), ("IsCustomer", "customer")) if entity[key]
        ),
        "items": lambda: " · ".join(
            word for key, word in (("IsSold", "sold"), ("IsPurchased", "bought")) if entity[key]
        ),
        "tracking": lambda: ", ".join(option["Name"] for option in entity["Options"]),
    }
    return {
        "code": entity.get(kind.code_key, ""),
        "name": entity.get(kind.name_key, ""),
        "note": notes[kind.name](),
        "status": str(entity.get(kind.status_key, "")).title(),
    }
