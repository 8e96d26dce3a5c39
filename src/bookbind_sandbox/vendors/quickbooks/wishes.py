"""What the control API makes happen inside QuickBooks: entries made inactive, merged, books closed."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from bookbind_sandbox.records import Record
from bookbind_sandbox.vendors.quickbooks.books import Books
from bookbind_sandbox.vendors.quickbooks.errors import Fault
from bookbind_sandbox.vendors.quickbooks.kinds import (
    ACCOUNT,
    BILL,
    CLASS,
    COMPANY_INFO,
    CUSTOMER,
    DEPARTMENT,
    ITEM,
    PAYMENT_METHOD,
    PREFERENCES,
    TAX_CODE,
    TERM,
    TRANSACTIONS,
    VENDOR,
    Kind,
)
from bookbind_sandbox.vendors.quickbooks.lists import accept_entry, made_inactive
from bookbind_sandbox.vendors.quickbooks.names import VENDOR as VENDOR_NAME
from bookbind_sandbox.vendors.quickbooks.transactions import FORMS, Draft, accept_transaction
from bookbind_sandbox.vendors.quickbooks.wire import Entity, dump, parse_entity, reference
from bookbind_sandbox.world import Wish, WishRefused

# The control API's own names for lists, which are the same at every vendor, and those that are QuickBooks'.
LISTS: dict[str, tuple[Kind, ...]] = {
    "accounts": (ACCOUNT,),
    "contacts": (VENDOR, CUSTOMER),
    "vendors": (VENDOR,),
    "customers": (CUSTOMER,),
    "items": (ITEM,),
    "tracking": (CLASS, DEPARTMENT),
    "classes": (CLASS,),
    "locations": (DEPARTMENT,),
    "tax_rates": (TAX_CODE,),
    "terms": (TERM,),
    "payment_methods": (PAYMENT_METHOD,),
}
GROWING = {"contacts": VENDOR, "vendors": VENDOR, "customers": CUSTOMER}
HIDDEN = ("warns_of_duplicates", "lapsed", "masks_tax_ids")
SWITCHES = {
    "classes": "ClassTrackingPerTxnLine",
    "locations": "TrackDepartments",
}


@dataclass(frozen=True)
class Found:
    kind: Kind
    entity: Entity

    @property
    def shown(self) -> Wish:
        return {
            "list": self.kind.name,
            "id": self.entity["Id"],
            "name": self.entity[self.kind.name_key],
        }


def find_entry(books: Books, wish: Wish) -> Found:
    """The entry that a wish names by id, number or name."""
    wanted = str(wish.get("id") or "")
    kinds = LISTS.get(str(wish.get("list")))
    if kinds is None:
        raise WishRefused(f"list must be one of: {', '.join(LISTS)}.")
    for kind in kinds:
        record = _record(books, kind, wanted)
        if record is not None:
            return Found(kind, parse_entity(record.body))
    raise WishRefused(f"There is no {wanted!r} in {wish['list']} of this company.", 404)


def _record(books: Books, kind: Kind, wanted: str) -> Record | None:
    by_words = books.records.with_name(kind.name, wanted)
    if kind.code_key and not by_words:
        by_words = books.records.with_code(kind.name, wanted)
    return books.records.get(kind.name, wanted) or (by_words[0] if wanted and by_words else None)


def archive(books: Books, wish: Wish) -> Wish:
    """Make an entry inactive, which is as gone as an entry of a list ever is."""
    found = find_entry(books, wish)
    hidden = {"Hidden": True} if found.kind is TAX_CODE else {}
    kept = found.entity if found.kind is TAX_CODE else made_inactive(found.kind, found.entity)
    books.save(found.kind, kept | {"Active": False} | hidden)
    return found.shown | {"archived": True}


def delete(books: Books, wish: Wish) -> Wish:
    """QuickBooks deletes no entries; its Delete button makes them inactive."""
    return archive(books, wish) | {"deleted": True}


def rename(books: Books, wish: Wish) -> Wish:
    name = str(wish.get("name") or "").strip()
    if not name:
        raise WishRefused("name must say what the entry is called from now on.")
    found = find_entry(books, wish)
    changed = found.entity | {found.kind.name_key: name}
    if found.kind is not TAX_CODE:
        try:
            changed = accept_entry(books, found.kind, changed, found.entity)
        except Fault as fault:
            raise WishRefused(fault.detail) from None
    return Found(found.kind, books.save(found.kind, changed)).shown


def rename_company(books: Books, name: str) -> Wish:
    company = books.company() | {"CompanyName": name, "LegalName": name}
    books.save(COMPANY_INFO, company)
    books.world.store.run(
        "UPDATE organisations SET name = ? WHERE vendor = ? AND id = ?", name, VENDOR_NAME, books.realm
    )
    return {"organisation": books.realm, "name": name}


def merge_contacts(books: Books, wish: Wish) -> Wish:
    """Merge one person into another of the same kind: the first goes inactive, its documents move over."""
    gone = find_entry(books, {"list": "contacts", "id": wish.get("from")})
    kept = find_entry(books, {"list": "contacts", "id": wish.get("into")})
    if gone.kind is not kept.kind or gone.entity["Id"] == kept.entity["Id"]:
        raise WishRefused("Two different suppliers, or two different customers, can be merged.")
    books.save(gone.kind, made_inactive(gone.kind, gone.entity))
    for kind in TRANSACTIONS:
        for record in books.records.select(kind.name):
            document = parse_entity(record.body)
            contact = document.get(kind.contact_key) or {}
            if record.parent == gone.entity["Id"]:
                moved = contact | reference(kept.entity["Id"], kept.entity["DisplayName"])
                document[kind.contact_key] = moved
                books.records.save(replace(record, parent=kept.entity["Id"], body=dump(document)))
    return {"from": gone.entity["Id"], "into": kept.entity["Id"]}


def grow(books: Books, wish: Wish) -> Wish:
    """Add many suppliers or customers at once, to measure paging and syncs."""
    kind = GROWING.get(str(wish.get("list")))
    if kind is None:
        raise WishRefused(f"Only these lists can be grown: {', '.join(GROWING)}.")
    count = wish.get("count")
    if not isinstance(count, int) or not 0 < count <= 200_000:
        raise WishRefused("count must be a number from 1 to 200000.")
    start = books.records.count(kind.name)
    home = books.home_currency()
    for number in range(start + 1, start + count + 1):
        name = f"{kind.name} {number:05d} Ltd"
        entity: Entity = {
            "DisplayName": name,
            "CompanyName": name,
            "PrintOnCheckName": name,
            "PrimaryEmailAddr": {"Address": f"{kind.path}{number}@grown.test"},
            "Balance": 0,
            "CurrencyRef": reference(home, home),
            "Active": True,
        }
        books.save(kind, entity)
    return {"list": wish["list"], "added": count, "total": books.records.count(kind.name)}


def lock(books: Books, wish: Wish) -> Wish:
    """Close the books up to a day, lift that with null, and change what else the settings refuse."""
    preferences, hidden = books.preferences(), books.settings()
    accounting = preferences["AccountingInfoPrefs"]
    for key in ("period_lock_date", "end_of_year_lock_date"):
        if key in wish:
            accounting.pop("BookCloseDate", None)
    days = [_day(wish[key]) for key in ("period_lock_date", "end_of_year_lock_date") if wish.get(key)]
    accounting |= {"BookCloseDate": max(days)} if days else {}
    accounting |= {SWITCHES[key]: bool(wish[key]) for key in SWITCHES if key in wish}
    hidden |= {key: bool(wish[key]) for key in HIDDEN if key in wish}
    if "custom_numbers" in wish:
        preferences["SalesFormsPrefs"]["CustomTxnNumbers"] = bool(wish["custom_numbers"])
    books.save(PREFERENCES, preferences)
    books.save_settings(hidden)
    return {"BookCloseDate": accounting.get("BookCloseDate")} | hidden


def _day(value: Any) -> str:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise WishRefused("A lock date is a date such as 2026-09-30, or null.") from None


def add_bill(books: Books, wish: Wish) -> Wish:
    """Enter a bill by hand inside QuickBooks, as a bookkeeper would who did not wait for the app."""
    supplier = find_entry(books, {"list": "vendors", "id": wish.get("contact")}).entity
    account = find_entry(books, {"list": "accounts", "id": wish.get("account") or "Sundry expenses"}).entity
    detail: Entity = {"AccountRef": reference(account["Id"])}
    raw: Entity = {
        "VendorRef": reference(supplier["Id"]),
        "TxnDate": wish.get("date"),
        "DueDate": wish.get("due_date") or wish.get("date"),
        "DocNumber": str(wish.get("reference") or ""),
        "CurrencyRef": supplier["CurrencyRef"],
        "GlobalTaxCalculation": "NotApplicable",
        "Line": [
            {
                "Amount": wish.get("total"),
                "Description": str(wish.get("description") or "Entered by hand"),
                "DetailType": "AccountBasedExpenseLineDetail",
                "AccountBasedExpenseLineDetail": detail,
            }
        ],
    }
    try:
        stored = books.save(BILL, accept_transaction(Draft(books, FORMS[BILL], raw, None)))
    except Fault as fault:
        raise WishRefused(fault.detail) from None
    return {"id": stored["Id"], "reference": stored.get("DocNumber", ""), "total": str(stored["TotalAmt"])}
