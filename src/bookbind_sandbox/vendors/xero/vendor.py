"""Xero as the sandbox sees it: its routes, its seed, and the wishes of the control API."""

import json
import sqlite3
from collections.abc import Callable

from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bookbind_sandbox.answer import Answer
from bookbind_sandbox.authorizing import Allowed, Authorizing
from bookbind_sandbox.gate import Caller, Plan, answer_call
from bookbind_sandbox.limits import Allowance
from bookbind_sandbox.log import Call
from bookbind_sandbox.population import Organisation
from bookbind_sandbox.records import Records, received_heading, received_rows
from bookbind_sandbox.simulated import SimulatedVendor
from bookbind_sandbox.vendors.xero import names
from bookbind_sandbox.vendors.xero.accounting import Accounting
from bookbind_sandbox.vendors.xero.attachments import files_of
from bookbind_sandbox.vendors.xero.connections import Connections
from bookbind_sandbox.vendors.xero.consent import BULK_META, XeroConsent
from bookbind_sandbox.vendors.xero.documents import FORMS
from bookbind_sandbox.vendors.xero.identity import Identity, stamp
from bookbind_sandbox.vendors.xero.kinds import DOCUMENTS, KINDS
from bookbind_sandbox.vendors.xero.ledger import Ledger
from bookbind_sandbox.vendors.xero.pages import XeroPages
from bookbind_sandbox.vendors.xero.seed import add_organisation, seed
from bookbind_sandbox.vendors.xero.tokens import Tokens
from bookbind_sandbox.vendors.xero.wire import Entity, parse_day, parse_element
from bookbind_sandbox.vendors.xero.wishes import XeroWishes
from bookbind_sandbox.wishes import Wish
from bookbind_sandbox.world import World


class AnyCaseConnections(Convertor[str]):
    """Both spellings of /connections, which official clients use side by side."""

    regex = "(?i:connections)"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("any_case_connections", AnyCaseConnections())


class Xero(SimulatedVendor):
    """Xero put together: its routes, its seed, and the wishes that it grants."""

    brand = names.BRAND
    # Per organisation and app, and over the whole app (2026-11).
    allowance = Allowance(minute=60, day=5_000, concurrent=5, app_minute=10_000)
    operations: tuple[str, ...] = (
        "token",
        "revoke",
        "connections",
        "organisation",
        "accounts",
        "tax_rates",
        "contacts",
        "tracking",
        "items",
        "currencies",
        "users",
        "find_invoices",
        "create_invoice",
        "create_contact",
        "attach",
        "find_attachments",
    )

    def __init__(self, world: World) -> None:
        super().__init__(world)
        authorizing = Authorizing(self.directory, world.clock)
        self.tokens = Tokens(world, authorizing)
        self.connections = Connections(world)
        self.consents: XeroConsent = XeroConsent(world, self.directory, authorizing, self.connections)
        self.identity = Identity(world, self.tokens, self.connections, self.consents)
        self.accounting = Accounting(world, self.tokens, self.connections)
        self.pages = XeroPages(world, self.identity.entrance, self.connections)

    def routes(self) -> list[BaseRoute]:
        methods = ["GET", "PUT", "POST", "DELETE"]
        return [
            *self.identity.routes(),
            Route("/xero/{spelling:any_case_connections}", self.list_connections),
            Route(
                "/xero/{spelling:any_case_connections}/{connection}",
                self.delete_connection,
                methods=["DELETE"],
            ),
            Route("/xero/api.xro/2.0/{path:path}", self.accounting.answer, methods=methods),
            *self.pages.routes(),
        ]

    async def list_connections(self, request: Request) -> Response:
        event = request.query_params.get("authEventId")
        return await self._identity_call(
            request, lambda allowed: self.connections.answer_list(allowed, event)
        )

    async def delete_connection(self, request: Request) -> Response:
        wanted = request.path_params["connection"].lower()
        return await self._identity_call(
            request, lambda allowed: self.connections.answer_delete(allowed, wanted)
        )

    async def _identity_call(self, request: Request, respond: Callable[[Allowed], Answer]) -> Response:
        """A call that names no organisation, authenticated like the others."""
        writes = request.method == "DELETE"
        path, query = request.url.path, request.url.query
        call = Call(
            self.brand.name, "identity", "connections", request.method, path, query, None, None, b"", writes
        )
        allowed: list[Allowed] = []

        def admit() -> Caller:
            allowed.append(self.tokens.read_access(request.headers.get("authorization", "")))
            return Caller(allowed[0].client_id, allowed[0].login, "")

        plan = Plan(lambda _: respond(allowed[0]), admit, stamp=lambda answer, _: stamp(answer))
        return await answer_call(self.world, request, call, plan)

    def seed(self) -> None:
        seed(self.world)

    def count_lists(self, organisation: str) -> dict[str, int]:
        records = Records(self.store, self.brand.name, organisation)
        return {kind.name: records.count(kind.name) for kind in KINDS}

    def received(self) -> list[Wish]:
        rows = received_rows(self.store, self.brand.name, [kind.name for kind in DOCUMENTS])
        return [self._received(row) for row in rows]

    def _received(self, row: sqlite3.Row) -> Wish:
        form = FORMS[row["kind"]]
        entity = parse_element(row["body"])
        number = str(entity.get(form.kind.code_key) or "")
        due = parse_day(entity["DueDate"]) if entity.get("DueDate") else None
        return received_heading(row) | {
            "kind": form.names[entity["Type"]],
            "reference": number if entity["Type"] in form.purchase_types else entity["Reference"],
            "number": number,
            "contact": entity["Contact"]["Name"],
            "contact_id": entity["Contact"]["ContactID"],
            "date": row["day"],
            "due_date": due.isoformat() if due else None,
            "currency": entity["CurrencyCode"],
            "net": str(entity["SubTotal"]),
            "tax": str(entity["TotalTax"]),
            "total": str(entity["Total"]),
            "status": entity["Status"],
            "url": entity.get("Url"),
            "lines": [_line(line) for line in entity["LineItems"]],
            "attachments": self._attachments(row),
        }

    def _attachments(self, row: sqlite3.Row) -> list[Wish]:
        files = files_of(Ledger(self.world, row["organisation"], "control"), row["id"])
        return [{key: file[key] for key in ("file_name", "mime_type", "size", "sha256")} for file in files]

    def end_connections(self, login: str, organisation: str) -> int:
        """A login alone loses its tokens too."""
        removed = self.connections.remove(login=login, organisation=organisation)
        if login and not organisation:
            self.tokens.kill_all(login)
        return removed

    def wishes(self, organisation: str) -> XeroWishes:
        return XeroWishes(Ledger(self.world, organisation, "control"))

    def organisation_id(self, seed: str) -> str:
        return names.organisation_id(seed)

    def open_organisation(self, made: Organisation) -> str:
        return add_organisation(self.world, made)

    def change_app(self, wish: Wish) -> Wish:
        """Also whether one consent may tick several organisations."""
        changed = super().change_app(wish)
        if "bulk_connections" in wish:
            self.store.set_meta(BULK_META, json.dumps(bool(wish["bulk_connections"])))
        return changed | {"bulk_connections": self.consents.bulk_allowed()}


def _line(line: Entity) -> Wish:
    return {
        "description": line["Description"],
        "quantity": str(line["Quantity"]),
        "unit_amount": str(line["UnitAmount"]),
        "amount": str(line["LineAmount"]),
        "account": line.get("AccountCode"),
        "tax_type": line["TaxType"],
        "tax": str(line["TaxAmount"]),
        "item": line.get("ItemCode"),
        "tracking": {entry["Name"]: entry["Option"] for entry in line["Tracking"]},
    }
