"""Xero's own pages: home, an organisation's books, a document with its files, and deep links."""

import sqlite3
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bookbind_sandbox.answer import Refused
from bookbind_sandbox.html import SHOWN_INLINE, file_response, page
from bookbind_sandbox.vendors.xero import names
from bookbind_sandbox.vendors.xero.attachments import find_attachment
from bookbind_sandbox.vendors.xero.connections import Connections
from bookbind_sandbox.vendors.xero.documents import FORMS
from bookbind_sandbox.vendors.xero.identity import Identity
from bookbind_sandbox.vendors.xero.kinds import (
    ACCOUNTS,
    BY_LIST,
    CONTACTS,
    CREDIT_NOTES,
    DOCUMENTS,
    ITEMS,
    TAX_RATES,
    TRACKING,
    Kind,
)
from bookbind_sandbox.vendors.xero.ledger import Ledger
from bookbind_sandbox.vendors.xero.wire import Entity, parse_day, parse_element
from bookbind_sandbox.world import World

LISTS = (ACCOUNTS, TAX_RATES, CONTACTS, ITEMS, TRACKING)
LIST_TITLES = {
    "accounts": "Chart of accounts",
    "tax_rates": "Tax rates",
    "contacts": "Contacts",
    "items": "Products and services",
    "tracking": "Tracking categories",
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
MAX_ROWS = 200


class Pages:
    def __init__(self, world: World, identity: Identity, connections: Connections) -> None:
        self.world = world
        self.store = world.store
        self.identity = identity
        self.connections = connections

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/xero", self.to_home),
            Route("/xero/", self.home),
            Route("/xero/organisationlogin/default.aspx", self.deep_link),
            Route("/xero/organisations/{organisation}", self.organisation),
            Route("/xero/organisations/{organisation}/lists/{kind}", self.list),
            Route("/xero/organisations/{organisation}/disconnect", self.disconnect, methods=["POST"]),
            Route("/xero/organisations/{organisation}/{kind}/{document}", self.document),
            Route("/xero/organisations/{organisation}/{kind}/{document}/files/{file}", self.file),
        ]

    async def to_home(self, _: Request) -> Response:
        return RedirectResponse("/xero/", 307)

    async def home(self, request: Request) -> Response:
        vendor = self.world.vendors[names.VENDOR]
        return page(
            "xero/home.html", organisations=vendor.overview(), person=self.identity.entrance.person(request)
        )

    async def deep_link(self, request: Request) -> Response:
        """Follow a link as go.xero.com does: the short code names the organisation, the path the document."""
        row = self.store.row(
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
            return self._missing("organisation")
        if wanted.path.lower().startswith("/contacts/view/"):
            return RedirectResponse(f"/xero/organisations/{row['id']}/lists/contacts", 302)
        for kind in DOCUMENTS:
            document = inner.get(kind.id_key.lower(), "")
            if names.GUID.match(document):
                return RedirectResponse(
                    f"/xero/organisations/{row['id']}/{kind.name}/{document.lower()}", 302
                )
        return RedirectResponse(f"/xero/organisations/{row['id']}", 302)

    async def organisation(self, request: Request) -> Response:
        row = self._organisation(request)
        if row is None:
            return self._missing("organisation")
        ledger = Ledger(self.world, row["id"], "control")
        documents = [
            (kind.name, parse_element(record.body), record)
            for kind in DOCUMENTS
            for record in ledger.records.select(kind.name, order="seq DESC", window=(MAX_ROWS, 0))
        ]
        documents.sort(key=lambda entry: entry[2].created_at, reverse=True)
        return page(
            "xero/organisation.html",
            organisation=row,
            settings=ledger.settings(),
            documents=[_row(kind, entity) for kind, entity, _ in documents],
            connected=self.identity.directory.connected(row["id"]),
            lists=[(kind.name, LIST_TITLES[kind.name], ledger.records.count(kind.name)) for kind in LISTS],
        )

    async def list(self, request: Request) -> Response:
        row = self._organisation(request)
        kind = BY_LIST.get(request.path_params["kind"])
        if row is None or kind not in LISTS:
            return self._missing("list")
        ledger = Ledger(self.world, row["id"], "control")
        records = ledger.records.select(kind.name, order="code, name COLLATE NOCASE", window=(MAX_ROWS, 0))
        total = ledger.records.count(kind.name)
        entries = [_entry(kind, parse_element(record.body)) for record in records]
        return page(
            "xero/list.html", organisation=row, title=LIST_TITLES[kind.name], entries=entries, total=total
        )

    async def disconnect(self, request: Request) -> Response:
        """The button of the organisation's Connected apps page: one login's connection ends inside Xero."""
        row = self._organisation(request)
        if row is None:
            return self._missing("organisation")
        fields = dict(parse_qsl((await request.body()).decode()))
        if fields.get("login"):
            self.connections.remove(login=fields["login"], organisation=row["id"])
        return RedirectResponse(f"/xero/organisations/{row['id']}", 303)

    async def document(self, request: Request) -> Response:
        row = self._organisation(request)
        kind = BY_LIST.get(request.path_params["kind"])
        if row is None or kind not in DOCUMENTS:
            return self._missing("document")
        ledger = Ledger(self.world, row["id"], "control")
        entity = ledger.entity(kind, request.path_params["document"].lower())
        if entity is None:
            return self._missing("document")
        files = self.store.rows(
            "SELECT file_name, mime_type, size, id FROM attachments"
            " WHERE vendor = ? AND organisation = ? AND entity = ? ORDER BY seq",
            names.VENDOR,
            row["id"],
            entity[kind.id_key],
        )
        rates = {record.code: record.name for record in ledger.records.select(TAX_RATES.name)}
        lines = [_line(ledger, line, rates) for line in entity["LineItems"]]
        return page(
            "xero/document.html",
            organisation=row,
            entity=entity,
            summary=_row(kind.name, entity),
            due=_day(entity.get("DueDate")),
            lines=lines,
            files=files,
            inline=SHOWN_INLINE,
            base=f"/xero/organisations/{row['id']}/{kind.name}/{entity[kind.id_key]}/files",
        )

    async def file(self, request: Request) -> Response:
        row = self._organisation(request)
        if row is None:
            return self._missing("file")
        ledger = Ledger(self.world, row["id"], "control")
        try:
            found = find_attachment(
                ledger, request.path_params["document"].lower(), request.path_params["file"]
            )
        except Refused:
            return self._missing("file")
        return file_response(found, download="download" in request.query_params)

    def _organisation(self, request: Request) -> sqlite3.Row | None:
        return self.store.row(
            "SELECT * FROM organisations WHERE vendor = ? AND id = ?",
            names.VENDOR,
            request.path_params["organisation"].lower(),
        )

    def _missing(self, what: str) -> Response:
        return page(
            "xero/error.html", 404, error="not_found", description=f"There is no such {what} in this Xero."
        )


def deep_link_path(short_code: str, kind: str, document: str) -> str:
    """The link with which the sandbox's own pages point to a document."""
    form = (
        "/AccountsPayable/ViewCreditNote.aspx" if kind == CREDIT_NOTES.name else "/AccountsPayable/Edit.aspx"
    )
    inner = f"{form}?{BY_LIST[kind].id_key}={document}"
    return "/xero/organisationlogin/default.aspx?" + urlencode(
        {"shortcode": short_code, "redirecturl": inner}
    )


def _day(value: str | None) -> str:
    day = parse_day(value) if value else None
    return f"{day.day} {day:%b %Y}" if day else ""


def _row(kind: str, entity: Entity) -> Entity:
    form = FORMS[kind]
    return {
        "kind": kind,
        "id": entity[form.kind.id_key],
        "title": KIND_TITLES[form.names[entity["Type"]]],
        "number": str(entity.get(form.kind.code_key) or ""),
        "contact": entity["Contact"]["Name"],
        "date": _day(entity["Date"]),
        "total": entity["Total"],
        "currency": entity["CurrencyCode"],
        "status": STATUS_WORDS[entity["Status"]],
        "status_code": entity["Status"].lower(),
        "files": entity["HasAttachments"],
    }


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
