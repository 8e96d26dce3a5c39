"""QuickBooks Online as the sandbox sees it: its routes, its seed, and the wishes of the control API."""

import sqlite3
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

from starlette.routing import BaseRoute, Route

from bookbind_sandbox.authorizing import AuthorizeError, Authorizing
from bookbind_sandbox.connecting import Connecting
from bookbind_sandbox.directory import Directory
from bookbind_sandbox.limits import Allowance
from bookbind_sandbox.population import DEMO_CLIENT_ID
from bookbind_sandbox.records import received_rows
from bookbind_sandbox.vendors.quickbooks import names, seed, wishes
from bookbind_sandbox.vendors.quickbooks.api import Api
from bookbind_sandbox.vendors.quickbooks.books import Books
from bookbind_sandbox.vendors.quickbooks.consent import Consent
from bookbind_sandbox.vendors.quickbooks.identity import Identity
from bookbind_sandbox.vendors.quickbooks.kinds import BY_NAME, DOCUMENTS, LISTS, PEOPLE, TRANSACTIONS
from bookbind_sandbox.vendors.quickbooks.lines import SUBTOTAL_LINE
from bookbind_sandbox.vendors.quickbooks.pages import Pages
from bookbind_sandbox.vendors.quickbooks.tokens import PARALLEL_META, PARALLEL_RULES, Tokens
from bookbind_sandbox.vendors.quickbooks.uploads import files_of_all
from bookbind_sandbox.vendors.quickbooks.wire import Entity, parse_entity
from bookbind_sandbox.world import Wish, WishRefused, World

KIND_NAMES = {
    "Bill": "bill",
    "VendorCredit": "supplier_credit",
    "Invoice": "invoice",
    "CreditMemo": "customer_credit",
}


class QuickBooks:
    name = names.VENDOR
    title = names.TITLE
    # For each company, with ten calls at a time for one app in it (2026-11).
    allowance = Allowance(minute=500, day=10**9, concurrent=10, app_minute=10**9)
    operations: tuple[str, ...] = (
        "token",
        "revoke",
        "userinfo",
        "organisation",
        "preferences",
        "accounts",
        "tax_rates",
        "contacts",
        "tracking",
        "items",
        "terms",
        "currencies",
        "find_invoices",
        "create_invoice",
        "create_contact",
        "attach",
        "find_attachments",
        "cdc",
        "batch",
    )

    def __init__(self, world: World) -> None:
        self.world = world
        self.store = world.store
        self.directory = Directory(world.store, self.name, self.title)
        authorizing = Authorizing(self.directory, world.clock)
        connecting = Connecting(world, self.name)
        self.tokens = Tokens(world, authorizing, connecting)
        self.consents = Consent(world, self.directory, authorizing, connecting)
        self.identity = Identity(world, self.tokens, self.consents)
        self.api = Api(world, self.tokens, self.consents)
        self.pages = Pages(world, self.identity)

    def routes(self) -> list[BaseRoute]:
        return [
            *self.identity.routes(),
            Route("/quickbooks/v3/company/{realm}/{path:path}", self.api.answer, methods=["GET", "POST"]),
            *self.pages.routes(),
        ]

    def seed(self) -> None:
        self.tokens.key.keep()
        seed.seed(self.world)

    def find_organisation(self, wanted: str) -> str:
        return self.directory.find_organisation(wanted)

    def overview(self) -> list[Wish]:
        return [self._overview_of(row) for row in self.directory.all_organisations()]

    def _overview_of(self, row: sqlite3.Row) -> Wish:
        records = Books(self.world, row["id"], "control").records
        counts = {kind.name: records.count(kind.name) for kind in (*LISTS, *TRANSACTIONS)}
        together = {
            "accounts": counts["Account"],
            "contacts": sum(counts[kind.name] for kind in PEOPLE),
            "invoices": sum(counts[kind.name] for kind in DOCUMENTS),
        }
        return {
            "id": row["id"],
            "name": row["name"],
            "lists": counts | together,
            "connected_by": list(dict.fromkeys(one["email"] for one in self.directory.connected(row["id"]))),
        }

    def received(self) -> list[Wish]:
        rows = received_rows(self.store, self.name, [kind.name for kind in DOCUMENTS])
        files = files_of_all(self.store)
        return [
            self._received(row) | {"attachments": files.get((row["organisation"], _link(row)), [])}
            for row in rows
        ]

    def _received(self, row: sqlite3.Row) -> Wish:
        entity = parse_entity(row["body"])
        kind = BY_NAME[row["kind"]]
        contact = entity.get(kind.contact_key) or {"name": "", "value": ""}
        detail = entity.get("TxnTaxDetail") or {"TotalTax": 0}
        created = datetime.fromtimestamp(row["created_at"] / 1000, tz=UTC)
        spent = "receive" if entity.get("Credit") else "spend"
        return {
            "organisation": row["organisation"],
            "organisation_name": row["organisation_name"],
            "id": row["id"],
            "kind": KIND_NAMES.get(kind.name, spent),
            "reference": entity.get("DocNumber", ""),
            "number": entity.get("DocNumber", ""),
            "contact": contact["name"],
            "contact_id": contact["value"],
            "date": entity["TxnDate"],
            "due_date": entity.get("DueDate"),
            "currency": entity["CurrencyRef"]["value"],
            "net": f"{float(entity['TotalAmt']) - float(detail['TotalTax']):.2f}",
            "tax": f"{detail['TotalTax']:.2f}",
            "total": f"{entity['TotalAmt']:.2f}",
            "status": "POSTED",
            "url": None,
            "note": entity.get("PrivateNote", ""),
            "location": (entity.get("DepartmentRef") or {}).get("name"),
            "paid_from": (entity.get("AccountRef") or {}).get("name"),
            "lines": [_line(line) for line in entity["Line"] if line["DetailType"] != SUBTOTAL_LINE],
            "created_at": created.isoformat(timespec="milliseconds"),
        }

    def consent(self, wish: Wish) -> Wish:
        """Sign in and allow; a consent is for one company."""
        login = self.directory.find_login(wish.get("login"))
        asked = dict(parse_qsl(urlsplit(str(wish.get("authorize_url") or "")).query))
        wanted = [self.find_organisation(one) for one in wish.get("organisations") or []]
        try:
            request_id = self.consents.open_request(asked)
            if wish.get("cancel"):
                return {"redirect": self.consents.refuse(request_id)}
            if len(wanted) != 1:
                raise WishRefused("QuickBooks connects one company at a time; name one.")
            return {"redirect": self.consents.allow(request_id, login, wanted[0])}
        except AuthorizeError as error:
            raise WishRefused(f"{error.error}: {error.description}") from None

    def revoke(self, wish: Wish) -> Wish:
        """Disconnect inside QuickBooks; with `admin_role` false the login only loses its role there."""
        if not wish.get("organisation") and not wish.get("login"):
            raise WishRefused("Say which organisation, which login, or both.")
        login = self.directory.find_login(wish["login"]) if wish.get("login") else ""
        realm = self.find_organisation(wish["organisation"]) if wish.get("organisation") else ""
        if "admin_role" not in wish:
            return {"removed": self.tokens.end(login=login, realm=realm)}
        if not login or not realm:
            raise WishRefused("Say whose role in which organisation.")
        books = Books(self.world, realm, "control")
        settings = books.settings()
        others = [one for one in settings["standard_users"] if one != login]
        settings["standard_users"] = others if wish["admin_role"] else [*others, login]
        books.save_settings(settings)
        return {"admin_role": bool(wish["admin_role"])}

    def archive(self, wish: Wish) -> Wish:
        return wishes.archive(self._books(wish), wish)

    def rename(self, wish: Wish) -> Wish:
        """Rename an entry, or the company itself when no list is named."""
        if wish.get("list"):
            return wishes.rename(self._books(wish), wish)
        name = str(wish.get("name") or "").strip()
        if not name:
            raise WishRefused("name must say what the organisation is called from now on.")
        return wishes.rename_company(self._books(wish), name)

    def delete(self, wish: Wish) -> Wish:
        return wishes.delete(self._books(wish), wish)

    def merge_contacts(self, wish: Wish) -> Wish:
        return wishes.merge_contacts(self._books(wish), wish)

    def grow(self, wish: Wish) -> Wish:
        return wishes.grow(self._books(wish), wish)

    def lock(self, wish: Wish) -> Wish:
        return wishes.lock(self._books(wish), wish)

    def add_bill(self, wish: Wish) -> Wish:
        return wishes.add_bill(self._books(wish), wish)

    def _books(self, wish: Wish) -> Books:
        return Books(self.world, self.find_organisation(str(wish.get("organisation") or "")), "control")

    def add_organisation(self, wish: Wish) -> Wish:
        name = str(wish.get("name") or "").strip()
        if not name:
            raise WishRefused("name must say what the organisation is called.")
        made = seed.Company(
            name,
            tuple(self.directory.email(login) for login in wish.get("logins") or ()),
            vat=str(wish.get("tax_number") or ""),
            country=str(wish.get("country") or "GB"),
            currency=str(wish.get("currency") or "GBP"),
            key=str(wish.get("key") or ""),
        )
        if self.directory.organisation(names.realm_id(made.seed)) is not None:
            raise WishRefused(f"QuickBooks has a company {made.seed!r} already; give another key.", 409)
        return {"id": seed.add_company(self.world, made), "name": name}

    def change_app(self, wish: Wish) -> Wish:
        """Change the app's secret, scopes or name, and what two refreshes at once come to."""
        client_id = str(wish.get("client_id") or DEMO_CLIENT_ID)
        self.directory.change_app(client_id, wish)
        if "parallel_refresh" in wish:
            if wish["parallel_refresh"] not in PARALLEL_RULES:
                raise WishRefused(f"parallel_refresh must be one of: {', '.join(PARALLEL_RULES)}.")
            self.store.set_meta(PARALLEL_META, str(wish["parallel_refresh"]))
        rule = self.store.get_meta(PARALLEL_META, PARALLEL_RULES[0])
        return {"client_id": client_id, "parallel_refresh": rule}


def _link(row: sqlite3.Row) -> str:
    """How a file points to a document."""
    return f"{row['kind'].lower()}:{row['id']}"


def _line(line: Entity) -> Wish:
    detail = line.get(line["DetailType"]) or {}
    named = {
        key: (detail.get(f"{key}Ref") or {}) for key in ("Account", "Item", "TaxCode", "Class", "Customer")
    }
    return {
        "description": line.get("Description", ""),
        "amount": f"{line.get('Amount', 0):.2f}",
        "account": named["Account"].get("name"),
        "account_id": named["Account"].get("value"),
        "item": named["Item"].get("name"),
        "tax_type": named["TaxCode"].get("value"),
        "class": named["Class"].get("name"),
        "customer": named["Customer"].get("name"),
        "tracking": {"Class": named["Class"]["name"]} if named["Class"] else {},
    }
