"""Xero as the sandbox sees it: its routes, its seed, and the wishes of the control API."""

import json
import sqlite3
from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bookbind_sandbox.answer import Answer
from bookbind_sandbox.authorizing import Allowed, AuthorizeError, Authorizing
from bookbind_sandbox.directory import Directory
from bookbind_sandbox.gate import Caller, Plan, answer_call
from bookbind_sandbox.limits import Allowance
from bookbind_sandbox.log import Call
from bookbind_sandbox.population import DEMO_CLIENT_ID
from bookbind_sandbox.records import received_rows
from bookbind_sandbox.vendors.xero import names, seed, wishes
from bookbind_sandbox.vendors.xero.accounting import Accounting
from bookbind_sandbox.vendors.xero.connections import Connections
from bookbind_sandbox.vendors.xero.consent import BULK_META, Consent
from bookbind_sandbox.vendors.xero.documents import FORMS
from bookbind_sandbox.vendors.xero.identity import Identity, stamp
from bookbind_sandbox.vendors.xero.kinds import DOCUMENTS, KINDS
from bookbind_sandbox.vendors.xero.ledger import Ledger
from bookbind_sandbox.vendors.xero.pages import Pages
from bookbind_sandbox.vendors.xero.tokens import Tokens
from bookbind_sandbox.vendors.xero.wire import Entity, parse_day, parse_element
from bookbind_sandbox.world import Wish, WishRefused, World


class AnyCaseConnections(Convertor[str]):
    """Both spellings of /connections, which official clients use side by side."""

    regex = "(?i:connections)"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("any_case_connections", AnyCaseConnections())


class Xero:
    name = names.VENDOR
    title = "Xero"
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
        self.world = world
        self.store = world.store
        self.directory = Directory(world.store, self.name, self.title)
        authorizing = Authorizing(self.directory, world.clock)
        self.tokens = Tokens(world, authorizing)
        self.connections = Connections(world)
        self.consents = Consent(world, self.directory, authorizing, self.connections)
        self.identity = Identity(world, self.tokens, self.connections, self.consents)
        self.accounting = Accounting(world, self.tokens, self.connections)
        self.pages = Pages(world, self.identity, self.connections)

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
            self.name, "identity", "connections", request.method, path, query, None, None, b"", writes
        )
        allowed: list[Allowed] = []

        def admit() -> Caller:
            allowed.append(self.tokens.read_access(request.headers.get("authorization", "")))
            return Caller(allowed[0].client_id, allowed[0].login, "")

        plan = Plan(lambda _: respond(allowed[0]), admit, stamp=lambda answer, _: stamp(answer))
        return await answer_call(self.world, request, call, plan)

    def seed(self) -> None:
        self.tokens.key.keep()
        seed.seed(self.world)

    def find_organisation(self, wanted: str) -> str:
        return self.directory.find_organisation(wanted)

    def overview(self) -> list[Wish]:
        return [self._overview_of(row) for row in self.directory.all_organisations()]

    def _overview_of(self, row: sqlite3.Row) -> Wish:
        ledger = Ledger(self.world, row["id"], "control")
        counts = {kind.name: ledger.records.count(kind.name) for kind in KINDS}
        logins = dict.fromkeys(one["email"] for one in self.directory.connected(row["id"]))
        return {
            "id": row["id"],
            "name": row["name"],
            "lists": counts,
            "connected_by": list(logins),
        }

    def received(self) -> list[Wish]:
        rows = received_rows(self.store, self.name, [kind.name for kind in DOCUMENTS])
        return [self._received(row) for row in rows]

    def _received(self, row: sqlite3.Row) -> Wish:
        form = FORMS[row["kind"]]
        entity = parse_element(row["body"])
        number = str(entity.get(form.kind.code_key) or "")
        due = parse_day(entity["DueDate"]) if entity.get("DueDate") else None
        return {
            "organisation": row["organisation"],
            "organisation_name": row["organisation_name"],
            "id": row["id"],
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
            "created_at": names.iso_moment(row["created_at"]),
        }

    def _attachments(self, row: sqlite3.Row) -> list[Wish]:
        found = self.store.rows(
            "SELECT file_name, mime_type, size, sha256 FROM attachments WHERE vendor = ? AND organisation = ?"
            " AND entity = ? ORDER BY seq",
            self.name,
            row["organisation"],
            row["id"],
        )
        return [dict(one) for one in found]

    def consent(self, wish: Wish) -> Wish:
        """Sign in and allow; several organisations are several ticks of one bulk consent."""
        login = self.directory.find_login(wish.get("login"))
        asked = dict(parse_qsl(urlsplit(str(wish.get("authorize_url") or "")).query))
        wanted = [self.find_organisation(one) for one in wish.get("organisations") or []]
        try:
            request_id = self.consents.open_request(asked)
            if wish.get("cancel"):
                return {"redirect": self.consents.refuse(request_id)}
            return {"redirect": self.consents.allow(request_id, login, wanted)}
        except AuthorizeError as error:
            raise WishRefused(f"{error.error}: {error.description}") from None

    def revoke(self, wish: Wish) -> Wish:
        """Remove an organisation's connections inside Xero; for a login alone, all of them and its tokens."""
        if not wish.get("organisation") and not wish.get("login"):
            raise WishRefused("Say which organisation, which login, or both.")
        login = self.directory.find_login(wish["login"]) if wish.get("login") else ""
        organisation = self.find_organisation(wish["organisation"]) if wish.get("organisation") else ""
        removed = self.connections.remove(login=login, organisation=organisation)
        if login and not organisation:
            self.tokens.kill_all(login)
        return {"removed": removed}

    def archive(self, wish: Wish) -> Wish:
        return wishes.archive(self._ledger(wish), wish)

    def rename(self, wish: Wish) -> Wish:
        """Rename an entry, or the organisation itself when no list is named."""
        ledger = self._ledger(wish)
        if wish.get("list"):
            return wishes.rename(ledger, wish)
        name = str(wish.get("name") or "").strip()
        if not name:
            raise WishRefused("name must say what the organisation is called from now on.")
        ledger.save_settings(ledger.settings() | {"Name": name, "LegalName": name})
        return {"organisation": ledger.organisation, "name": name}

    def delete(self, wish: Wish) -> Wish:
        return wishes.delete(self._ledger(wish), wish)

    def merge_contacts(self, wish: Wish) -> Wish:
        return wishes.merge_contacts(self._ledger(wish), wish)

    def grow(self, wish: Wish) -> Wish:
        return wishes.grow(self._ledger(wish), wish)

    def lock(self, wish: Wish) -> Wish:
        return wishes.lock(self._ledger(wish), wish)

    def add_bill(self, wish: Wish) -> Wish:
        return wishes.add_bill(self._ledger(wish), wish)

    def _ledger(self, wish: Wish) -> Ledger:
        return Ledger(self.world, self.find_organisation(str(wish.get("organisation") or "")), "control")

    def add_organisation(self, wish: Wish) -> Wish:
        name = str(wish.get("name") or "").strip()
        logins = tuple(str(one) for one in wish.get("logins") or ())
        if not name:
            raise WishRefused("name must say what the organisation is called.")
        made = seed.Organisation(
            name,
            str(wish.get("tax_number") or ""),
            tuple(self.directory.email(login) for login in logins),
            country=str(wish.get("country") or "GB"),
            currency=str(wish.get("currency") or "GBP"),
            key=str(wish.get("key") or ""),
        )
        if self.store.row("SELECT 1 FROM organisations WHERE id = ?", names.organisation_id(made.seed)):
            raise WishRefused(f"Xero has an organisation {made.seed!r} already; give another key.", 409)
        return {"id": seed.add_organisation(self.world, made), "name": name}

    def change_app(self, wish: Wish) -> Wish:
        """Change what an app may do: its secret, its scopes, whether one consent may tick several."""
        client_id = str(wish.get("client_id") or DEMO_CLIENT_ID)
        self.directory.change_app(client_id, wish)
        if "bulk_connections" in wish:
            self.store.set_meta(BULK_META, json.dumps(bool(wish["bulk_connections"])))
        return {"client_id": client_id, "bulk_connections": self.consents.bulk_allowed()}


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
