"""QuickBooks' entities: what they are called on the wire and where their columns come from."""

from dataclasses import dataclass

from bookbind_sandbox.records import Record
from bookbind_sandbox.vendors.quickbooks.fields import (
    ACCOUNT_FIELDS,
    ANY_FIELDS,
    CUSTOMER_FIELDS,
    EMPLOYEE_FIELDS,
    ENTRY_FIELDS,
    ITEM_FIELDS,
    OWED_FIELDS,
    PAID_FIELDS,
    SALE_FIELDS,
    TERM_FIELDS,
    VENDOR_FIELDS,
)
from bookbind_sandbox.vendors.quickbooks.wire import Entity, dump

COMMON = ("Id", "SyncToken", "MetaData.CreateTime", "MetaData.LastUpdatedTime")
TRANSACTION = ("DocNumber", "TxnDate", "TotalAmt")


@dataclass(frozen=True)
class Kind:
    """One entity; the keys name the fields that the store is searched by.

    `sequence` is what its ids are counted in: people of all kinds share one, and so do transactions.
    `filters` are the fields that a query may compare; QuickBooks refuses any other (2026-11).
    """

    name: str
    operation: str
    sequence: str
    filters: tuple[str, ...]
    name_key: str = "Name"
    code_key: str = ""
    detail_key: str = ""
    contact_key: str = ""
    is_list: bool = True
    writable: bool = True
    in_cdc: bool = True
    own_fields: tuple[str, ...] = ()

    @property
    def fields(self) -> frozenset[str]:
        """All that one of this kind may be sent with."""
        shared = ENTRY_FIELDS if self.is_list else ANY_FIELDS
        return frozenset((*shared, *self.own_fields, self.contact_key))

    @property
    def path(self) -> str:
        return self.name.lower()

    @property
    def filterable(self) -> dict[str, str]:
        """The fields that a query may name, by their lower-case form."""
        known = (*COMMON, *self.filters, *(("Active", self.name_key) if self.is_list else TRANSACTION))
        return {name.lower(): name for name in known}


ACCOUNT = Kind(
    "Account",
    "accounts",
    "accounts",
    ("AcctNum", "AccountType", "AccountSubType", "Classification", "FullyQualifiedName", "SubAccount"),
    code_key="AcctNum",
    detail_key="AccountType",
    own_fields=ACCOUNT_FIELDS,
)
OF_PEOPLE = ("GivenName", "FamilyName")
OF_FIRMS = ("CompanyName", *OF_PEOPLE, "Balance")
VENDOR = Kind("Vendor", "contacts", "people", OF_FIRMS, "DisplayName", own_fields=VENDOR_FIELDS)
CUSTOMER = Kind("Customer", "contacts", "people", OF_FIRMS, "DisplayName", own_fields=CUSTOMER_FIELDS)
EMPLOYEE = Kind("Employee", "contacts", "people", OF_PEOPLE, "DisplayName", own_fields=EMPLOYEE_FIELDS)
CLASS = Kind("Class", "tracking", "classes", ("FullyQualifiedName", "SubClass"), own_fields=("SubClass",))
DEPARTMENT = Kind(
    "Department",
    "tracking",
    "departments",
    ("FullyQualifiedName", "SubDepartment"),
    own_fields=("SubDepartment", "Address"),
)
ITEM = Kind(
    "Item",
    "items",
    "items",
    ("Sku", "Type", "FullyQualifiedName"),
    code_key="Sku",
    detail_key="Type",
    own_fields=ITEM_FIELDS,
)
TERM = Kind("Term", "terms", "terms", (), own_fields=TERM_FIELDS)
PAYMENT_METHOD = Kind("PaymentMethod", "terms", "payment methods", ("Type",), own_fields=("Type",))
CURRENCY = Kind("CompanyCurrency", "currencies", "currencies", ("Code",), code_key="Code", writable=False)
TAX_CODE = Kind("TaxCode", "tax_rates", "tax codes", (), writable=False, in_cdc=False)
TAX_RATE = Kind("TaxRate", "tax_rates", "tax rates", ("RateValue",), writable=False, in_cdc=False)
TAX_AGENCY = Kind("TaxAgency", "tax_rates", "tax agencies", (), "DisplayName", writable=False, in_cdc=False)
BILL = Kind(
    "Bill",
    "find_invoices",
    "transactions",
    ("VendorRef", "DueDate", "Balance"),
    "",
    "DocNumber",
    contact_key="VendorRef",
    is_list=False,
    own_fields=(*OWED_FIELDS, "SalesTermRef", "DueDate", "HomeBalance", "RemitToAddr"),
)
PURCHASE = Kind(
    "Purchase",
    "find_invoices",
    "transactions",
    ("PaymentType", "AccountRef"),
    "",
    "DocNumber",
    "PaymentType",
    "EntityRef",
    is_list=False,
    own_fields=PAID_FIELDS,
)
VENDOR_CREDIT = Kind(
    "VendorCredit",
    "find_invoices",
    "transactions",
    ("VendorRef",),
    "",
    "DocNumber",
    contact_key="VendorRef",
    is_list=False,
    own_fields=OWED_FIELDS,
)
INVOICE = Kind(
    "Invoice",
    "find_invoices",
    "transactions",
    ("CustomerRef", "DueDate", "Balance"),
    "",
    "DocNumber",
    contact_key="CustomerRef",
    is_list=False,
    own_fields=SALE_FIELDS,
)
CREDIT_MEMO = Kind(
    "CreditMemo",
    "find_invoices",
    "transactions",
    ("CustomerRef", "Balance"),
    "",
    "DocNumber",
    contact_key="CustomerRef",
    is_list=False,
    own_fields=SALE_FIELDS,
)
BILL_PAYMENT = Kind(
    "BillPayment",
    "find_invoices",
    "transactions",
    ("VendorRef",),
    "",
    "DocNumber",
    "PayType",
    "VendorRef",
    is_list=False,
)
ATTACHABLE = Kind(
    "Attachable",
    "find_attachments",
    "attachables",
    ("FileName", "AttachableRef.EntityRef.Type", "AttachableRef.EntityRef.Value"),
    "FileName",
    is_list=False,
)
COMPANY_INFO = Kind(
    "CompanyInfo", "organisation", "company", (), "CompanyName", is_list=False, writable=False
)
PREFERENCES = Kind("Preferences", "preferences", "company", (), "", is_list=False, writable=False)

PEOPLE = (VENDOR, CUSTOMER)
# Nobody of these is called as another one is.
NAMED_ALONE = (*PEOPLE, EMPLOYEE)
LISTS = (ACCOUNT, *NAMED_ALONE, CLASS, DEPARTMENT, ITEM, TERM, PAYMENT_METHOD)
DOCUMENTS = (BILL, PURCHASE, VENDOR_CREDIT, INVOICE, CREDIT_MEMO)
TRANSACTIONS = (*DOCUMENTS, BILL_PAYMENT)
KINDS = (
    *LISTS,
    CURRENCY,
    TAX_CODE,
    TAX_RATE,
    TAX_AGENCY,
    *TRANSACTIONS,
    ATTACHABLE,
    COMPANY_INFO,
    PREFERENCES,
)
BY_PATH = {kind.path: kind for kind in KINDS}
BY_NAME = {kind.name: kind for kind in KINDS}


def to_record(kind: Kind, entity: Entity, now_ms: int, source: str) -> Record:
    """Turn an entity into its stored form."""
    contact = entity.get(kind.contact_key) or {}
    linked = [one["EntityRef"] for one in entity.get("AttachableRef") or [] if "EntityRef" in one]
    return Record(
        kind=kind.name,
        id=str(entity["Id"]),
        body=dump(entity),
        created_at=now_ms,
        updated_at=now_ms,
        source=source,
        code=str(entity.get(kind.code_key) or ""),
        name=str(entity.get(kind.name_key) or contact.get("name") or ""),
        status=str(entity.get("Active", "")).lower(),
        detail=str(entity.get(kind.detail_key) or ""),
        parent=str(contact.get("value") or ""),
        day=str(entity.get("TxnDate") or ""),
        # Each link of an attachment stands in a line of its own, so that one entity's files are found.
        search="".join(f"\n{ref['type'].lower()}:{ref['value']}\n" for ref in linked),
    )
