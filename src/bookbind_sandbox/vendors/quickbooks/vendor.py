"""QuickBooks Online as the sandbox sees it: its routes, its seed, and the wishes of the control API."""

import sqlite3
from dataclasses import asdict

from starlette.routing import BaseRoute, Route

from bookbind_sandbox.authorizing import Authorizing
from bookbind_sandbox.connecting import Connecting
from bookbind_sandbox.limits import Allowance
from bookbind_sandbox.population import Organisation
from bookbind_sandbox.records import Records, received_heading, received_rows
from bookbind_sandbox.simulated import SimulatedVendor
from bookbind_sandbox.vendors.quickbooks import names
from bookbind_sandbox.vendors.quickbooks.api import Api
from bookbind_sandbox.vendors.quickbooks.books import Books
from bookbind_sandbox.vendors.quickbooks.consent import CompanyConsent
from bookbind_sandbox.vendors.quickbooks.identity import Identity
from bookbind_sandbox.vendors.quickbooks.kinds import BY_NAME, DOCUMENTS, LISTS, PEOPLE, TRANSACTIONS
from bookbind_sandbox.vendors.quickbooks.lines import SUBTOTAL_LINE
from bookbind_sandbox.vendors.quickbooks.pages import QuickBooksPages
from bookbind_sandbox.vendors.quickbooks.seed import Company, add_company, seed
from bookbind_sandbox.vendors.quickbooks.tokens import PARALLEL_META, PARALLEL_RULES, Tokens
from bookbind_sandbox.vendors.quickbooks.uploads import files_of_all
from bookbind_sandbox.vendors.quickbooks.wire import Entity, parse_entity
from bookbind_sandbox.vendors.quickbooks.wishes import QuickBooksWishes
from bookbind_sandbox.wishes import Wish, WishRefused
from bookbind_sandbox.world import World

# What is not supported is refused in QuickBooks' own words, whatever the method.
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
KIND_NAMES = {
    "Bill": "bill",
    "VendorCredit": "supplier_credit",
    "Invoice": "invoice",
    "CreditMemo": "customer_credit",
}


class QuickBooks(SimulatedVendor):
    """QuickBooks Online put together: its routes, its seed, and the wishes that it grants."""

    brand = names.BRAND
    # For each company, with ten calls a second, and at a time, for one app in it (2026-11).
    allowance = Allowance(second=10, minute=500, day=10**9, concurrent=10, app_minute=10**9)
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
        super().__init__(world)
        authorizing = Authorizing(self.directory, world.clock)
        connecting = Connecting(world, self.brand.name)
        self.tokens = Tokens(world, authorizing, connecting)
        self.consents: CompanyConsent = CompanyConsent(world, self.directory, authorizing, connecting)
        self.identity = Identity(world, self.tokens, self.consents)
        self.api = Api(world, self.tokens, self.consents)
        self.pages = QuickBooksPages(world, self.identity.entrance, self.tokens)

    def routes(self) -> list[BaseRoute]:
        return [
            *self.identity.routes(),
            Route("/quickbooks/v3/company/{realm}/{path:path}", self.api.answer, methods=METHODS),
            *self.pages.routes(),
        ]

    def seed(self) -> None:
        seed(self.world)

    def count_lists(self, organisation: str) -> dict[str, int]:
        records = Records(self.store, self.brand.name, organisation)
        counts = {kind.name: records.count(kind.name) for kind in (*LISTS, *TRANSACTIONS)}
        return counts | {
            "accounts": counts["Account"],
            "contacts": sum(counts[kind.name] for kind in PEOPLE),
            "invoices": sum(counts[kind.name] for kind in DOCUMENTS),
        }

    def received(self) -> list[Wish]:
        rows = received_rows(self.store, self.brand.name, [kind.name for kind in DOCUMENTS])
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
        spent = "receive" if entity.get("Credit") else "spend"
        return received_heading(row) | {
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
        }

    def consent(self, wish: Wish) -> Wish:
        """A consent is for one company."""
        if not wish.get("cancel") and len(wish.get("organisations") or []) != 1:
            raise WishRefused("QuickBooks connects one company at a time; name one.")
        return super().consent(wish)

    def revoke(self, wish: Wish) -> Wish:
        """Disconnect inside QuickBooks; with `admin_role` false the login only loses its role there."""
        if "admin_role" not in wish:
            return super().revoke(wish)
        login, realm = self.find_named(wish)
        if not login or not realm:
            raise WishRefused("Say whose role in which organisation.")
        books = Books(self.world, realm, "control")
        settings = books.settings()
        others = [one for one in settings["standard_users"] if one != login]
        settings["standard_users"] = others if wish["admin_role"] else [*others, login]
        books.save_settings(settings)
        return {"admin_role": bool(wish["admin_role"])}

    def end_connections(self, login: str, organisation: str) -> int:
        return self.tokens.end(login=login, realm=organisation)

    def wishes(self, organisation: str) -> QuickBooksWishes:
        return QuickBooksWishes(Books(self.world, organisation, "control"))

    def organisation_id(self, seed: str) -> str:
        return names.realm_id(seed)

    def open_organisation(self, made: Organisation) -> str:
        return add_company(self.world, Company(**asdict(made)))

    def change_app(self, wish: Wish) -> Wish:
        """Also what two refreshes at once come to."""
        changed = super().change_app(wish)
        if "parallel_refresh" in wish:
            if wish["parallel_refresh"] not in PARALLEL_RULES:
                raise WishRefused(f"parallel_refresh must be one of: {', '.join(PARALLEL_RULES)}.")
            self.store.set_meta(PARALLEL_META, str(wish["parallel_refresh"]))
        return changed | {"parallel_refresh": self.store.get_meta(PARALLEL_META, PARALLEL_RULES[0])}


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
