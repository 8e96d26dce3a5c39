"""Xero's lists and documents: what they are called on the wire and where their columns come from."""

from dataclasses import dataclass

from bookbind_sandbox.records import Record
from bookbind_sandbox.vendors.xero.wire import Entity, parse_day, render_element


@dataclass(frozen=True)
class Kind:
    """One kind of entry; the keys name the fields that the store is searched by."""

    name: str
    plural: str
    id_key: str
    operation: str
    scopes: tuple[str, ...]
    code_key: str = ""
    name_key: str = "Name"
    status_key: str = "Status"
    detail_key: str = "Type"
    paged: bool = False
    modified_since: bool = False
    hides_archived: bool = False
    search_keys: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """What stands in the addresses of the sandbox's pages."""
        return self.name


SETTINGS = ("accounting.settings",)
ACCOUNTS = Kind(
    "accounts", "Accounts", "AccountID", "accounts", SETTINGS, code_key="Code", modified_since=True
)
TAX_RATES = Kind(
    "tax_rates", "TaxRates", "TaxType", "tax_rates", SETTINGS, code_key="TaxType", detail_key="ReportTaxType"
)
TRACKING = Kind(
    "tracking", "TrackingCategories", "TrackingCategoryID", "tracking", SETTINGS, hides_archived=True
)
ITEMS = Kind(
    "items",
    "Items",
    "ItemID",
    "items",
    ("accounting.settings", "accounting.invoices"),
    code_key="Code",
    modified_since=True,
)
CURRENCIES = Kind(
    "currencies", "Currencies", "Code", "currencies", SETTINGS, code_key="Code", name_key="Description"
)
USERS = Kind("users", "Users", "UserID", "users", SETTINGS, name_key="EmailAddress", modified_since=True)
CONTACTS = Kind(
    "contacts",
    "Contacts",
    "ContactID",
    "contacts",
    ("accounting.contacts",),
    code_key="ContactNumber",
    status_key="ContactStatus",
    paged=True,
    modified_since=True,
    hides_archived=True,
    search_keys=("Name", "FirstName", "LastName", "ContactNumber", "CompanyNumber", "EmailAddress"),
)
INVOICES = Kind(
    "invoices",
    "Invoices",
    "InvoiceID",
    "find_invoices",
    ("accounting.invoices",),
    code_key="InvoiceNumber",
    paged=True,
    modified_since=True,
    search_keys=("InvoiceNumber", "Reference"),
)
CREDIT_NOTES = Kind(
    "credit_notes",
    "CreditNotes",
    "CreditNoteID",
    "find_invoices",
    ("accounting.invoices",),
    code_key="CreditNoteNumber",
    paged=True,
    modified_since=True,
    search_keys=("CreditNoteNumber", "Reference"),
)
BANK_TRANSACTIONS = Kind(
    "bank_transactions",
    "BankTransactions",
    "BankTransactionID",
    "find_invoices",
    ("accounting.banktransactions",),
    code_key="Reference",
    paged=True,
    modified_since=True,
    search_keys=("Reference",),
)
DOCUMENTS = (INVOICES, CREDIT_NOTES, BANK_TRANSACTIONS)
KINDS = (ACCOUNTS, TAX_RATES, TRACKING, ITEMS, CURRENCIES, USERS, CONTACTS, *DOCUMENTS)
BY_PATH = {kind.plural.lower(): kind for kind in KINDS}
BY_LIST = {kind.name: kind for kind in KINDS}


def to_record(kind: Kind, entity: Entity, now_ms: int, source: str) -> Record:
    """Turn an entity into its stored form."""
    contact = entity.get("Contact") or {}
    searched = [str(entity.get(key) or "") for key in kind.search_keys] + [str(contact.get("Name") or "")]
    day = parse_day(entity["Date"]) if entity.get("Date") else None
    return Record(
        kind=kind.name,
        id=str(entity[kind.id_key]),
        body=render_element(entity),
        created_at=now_ms,
        updated_at=now_ms,
        source=source,
        code=str(entity.get(kind.code_key) or ""),
        name=str(entity.get(kind.name_key) or ""),
        status=str(entity.get(kind.status_key) or ""),
        detail=str(entity.get(kind.detail_key) or ""),
        parent=str(contact.get("ContactID") or ""),
        day=day.isoformat() if day else "",
        search="\n".join(searched).lower(),
    )
