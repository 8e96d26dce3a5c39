"""What the control API makes happen inside QuickBooks: entries made inactive, merged, books closed."""

from dataclasses import dataclass, replace

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
from bookbind_sandbox.wishes import LOCK_DATES, Wish, Wishes, WishRefused, read_lock_date

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
HIDDEN = ("warns_of_duplicates", "lapsed", "gone", "masks_tax_ids")
STATUS = "SubscriptionStatus"
SWITCHES = {
    "classes": "ClassTrackingPerTxnLine",
    "locations": "TrackDepartments",
}


@dataclass(frozen=True)
class Found:
    """An entry of a company, with the entity that it is."""

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


class QuickBooksWishes(Wishes):
    """What the control API makes happen inside one company."""

    growing = tuple(GROWING)

    def __init__(self, books: Books) -> None:
        super().__init__(books.realm)
        self.books = books

    def archive(self, wish: Wish) -> Wish:
        """Make an entry inactive, which is as gone as an entry of a list ever is."""
        found = find_entry(self.books, wish)
        hidden = {"Hidden": True} if found.kind is TAX_CODE else {}
        kept = found.entity if found.kind is TAX_CODE else made_inactive(found.kind, found.entity)
        self.books.save(found.kind, kept | {"Active": False} | hidden)
        return found.shown | {"archived": True}

    def delete(self, wish: Wish) -> Wish:
        """QuickBooks deletes no entries; its Delete button makes them inactive."""
        return self.archive(wish) | {"deleted": True}

    def rename_entry(self, wish: Wish, name: str) -> Wish:
        found = find_entry(self.books, wish)
        changed = found.entity | {found.kind.name_key: name}
        if found.kind is not TAX_CODE:
            try:
                changed = accept_entry(self.books, found.kind, changed, found.entity)
            except Fault as fault:
                raise WishRefused(fault.detail) from None
        return Found(found.kind, self.books.save(found.kind, changed)).shown

    def rename_organisation(self, name: str) -> None:
        company = self.books.company() | {"CompanyName": name, "LegalName": name}
        self.books.save(COMPANY_INFO, company)
        self.books.world.store.run(
            "UPDATE organisations SET name = ? WHERE vendor = ? AND id = ?",
            name,
            VENDOR_NAME,
            self.books.realm,
        )

    def merge_contacts(self, wish: Wish) -> Wish:
        """Merge one person into another of the same kind: the first goes inactive and points nowhere."""
        gone = find_entry(self.books, {"list": "contacts", "id": wish.get("from")})
        kept = find_entry(self.books, {"list": "contacts", "id": wish.get("into")})
        if gone.kind is not kept.kind or gone.entity["Id"] == kept.entity["Id"]:
            raise WishRefused("Two different suppliers, or two different customers, can be merged.")
        self.books.save(gone.kind, made_inactive(gone.kind, gone.entity))
        for kind in TRANSACTIONS:
            for record in self.books.records.select(kind.name):
                document = parse_entity(record.body)
                contact = document.get(kind.contact_key) or {}
                if record.parent == gone.entity["Id"]:
                    moved = contact | reference(kept.entity["Id"], kept.entity["DisplayName"])
                    document[kind.contact_key] = moved
                    self.books.records.save(replace(record, parent=kept.entity["Id"], body=dump(document)))
        return {"from": gone.entity["Id"], "into": kept.entity["Id"]}

    def count(self, entries: str) -> int:
        return self.books.records.count(GROWING[entries].name)

    def add_entries(self, entries: str, numbers: range) -> None:
        kind, home = GROWING[entries], self.books.home_currency()
        for number in numbers:
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
            self.books.save(kind, entity)

    def lock(self, wish: Wish) -> Wish:
        """Close the books up to a day, lift that with null, and change what else the settings refuse."""
        preferences, hidden = self.books.preferences(), self.books.settings()
        accounting = preferences["AccountingInfoPrefs"]
        if any(key in wish for key in LOCK_DATES):
            accounting.pop("BookCloseDate", None)
        days = [read_lock_date(wish, key) for key in LOCK_DATES if wish.get(key)]
        accounting |= {"BookCloseDate": max(days).isoformat()} if days else {}
        accounting |= {SWITCHES[key]: bool(wish[key]) for key in SWITCHES if key in wish}
        hidden |= {key: bool(wish[key]) for key in HIDDEN if key in wish}
        if "sales_tax" in wish:
            preferences["TaxPrefs"]["UsingSalesTax"] = bool(wish["sales_tax"])
        if "automated_tax" in wish:
            preferences["TaxPrefs"]["PartnerTaxEnabled"] = bool(wish["automated_tax"])
        if "custom_numbers" in wish:
            preferences["SalesFormsPrefs"]["CustomTxnNumbers"] = bool(wish["custom_numbers"])
        if "lapsed" in wish:
            self._tell_status("SUSPENDED" if wish["lapsed"] else "SUBSCRIBED")
        self.books.save(PREFERENCES, preferences)
        self.books.save_settings(hidden)
        return {"BookCloseDate": accounting.get("BookCloseDate")} | hidden

    def _tell_status(self, status: str) -> None:
        """The company says of itself how its subscription stands."""
        company = self.books.company()
        others = [each for each in company["NameValue"] if each["Name"] != STATUS]
        self.books.save(COMPANY_INFO, company | {"NameValue": [*others, {"Name": STATUS, "Value": status}]})

    def add_bill(self, wish: Wish) -> Wish:
        supplier = find_entry(self.books, {"list": "vendors", "id": wish.get("contact")}).entity
        account = find_entry(
            self.books, {"list": "accounts", "id": wish.get("account") or "Sundry expenses"}
        ).entity
        detail: Entity = {"AccountRef": reference(account["Id"])}
        raw: Entity = {
            "VendorRef": reference(supplier["Id"]),
            "TxnDate": wish.get("date"),
            "DueDate": wish.get("due_date") or wish.get("date"),
            "DocNumber": str(wish.get("reference") or ""),
            "CurrencyRef": supplier["CurrencyRef"] if self.books.many_currencies() else {},
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
            stored = self.books.save(BILL, accept_transaction(Draft(self.books, FORMS[BILL], raw, None)))
        except Fault as fault:
            raise WishRefused(fault.detail) from None
        return {
            "id": stored["Id"],
            "reference": stored.get("DocNumber", ""),
            "total": str(stored["TotalAmt"]),
        }
