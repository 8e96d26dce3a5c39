"""Entries of lists made and changed: their names, what they may point to, and being made inactive."""

import re
from decimal import Decimal
from typing import Any

from bookbind_sandbox.vendors.quickbooks.books import Books
from bookbind_sandbox.vendors.quickbooks.errors import (
    business_rule,
    duplicate_name,
    invalid_enumeration,
    invalid_reference,
    invalid_string,
    missing,
    one_currency,
)
from bookbind_sandbox.vendors.quickbooks.kinds import (
    ACCOUNT,
    CLASS,
    CURRENCY,
    CUSTOMER,
    DEPARTMENT,
    EMPLOYEE,
    ITEM,
    NAMED_ALONE,
    PEOPLE,
    TAX_CODE,
    TERM,
    VENDOR,
    Kind,
)
from bookbind_sandbox.vendors.quickbooks.values import is_given, read_decimal, read_text
from bookbind_sandbox.vendors.quickbooks.wire import Entity, parse_entity, reference

# An entry made inactive carries this behind its name, so that the name is free again (2026-11, unconfirmed).
INACTIVE_SUFFIX = " (deleted)"
NO_SUFFIX = (TERM.name, "PaymentMethod")
BAD_IN_NAMES = re.compile(r"[:\t\n]")
BAD_IN_ACCOUNTS = re.compile(r"[:\"\t\n]")
CLASSIFICATIONS = {
    "Bank": "Asset",
    "Accounts Receivable": "Asset",
    "Other Current Asset": "Asset",
    "Fixed Asset": "Asset",
    "Other Asset": "Asset",
    "Accounts Payable": "Liability",
    "Credit Card": "Liability",
    "Other Current Liability": "Liability",
    "Long Term Liability": "Liability",
    "Equity": "Equity",
    "Income": "Revenue",
    "Cost of Goods Sold": "Expense",
    "Expense": "Expense",
    "Other Income": "Revenue",
    "Other Expense": "Expense",
}
ITEM_TYPES = ("Service", "NonInventory", "Inventory", "Category", "Group")
SUB_FLAGS = {ACCOUNT: "SubAccount", CLASS: "SubClass", DEPARTMENT: "SubDepartment", ITEM: "SubItem"}
SERVER_FIELDS = {
    "Id",
    "SyncToken",
    "MetaData",
    "domain",
    "sparse",
    "FullyQualifiedName",
    "Balance",
    "Classification",
}
LONGEST_NAMES = {VENDOR: 500, CUSTOMER: 500, EMPLOYEE: 500}
LONGEST_OF_PEOPLE = {"CompanyName": 100, "TaxIdentifier": 20, "PrimaryTaxIdentifier": 20}
LONGEST_EMAIL = 100
# The number of an account, by country; seven signs elsewhere.
LONGEST_NUMBERS = {"AUS": 20, "CAN": 20, "FRA": 20}
LONGEST_NUMBER = 7


def accept_entry(books: Books, kind: Kind, raw: Entity, existing: Entity | None) -> Entity:
    """Judge one entry of a list and return it completed; the caller stores it."""
    sent = {
        key: value for key, value in raw.items() if key not in SERVER_FIELDS and value not in (None, "", {})
    }
    entity: Entity = ({"Id": existing["Id"]} if existing else {}) | sent
    active = raw.get("Active", (existing or {}).get("Active", True)) is not False
    name = _name(books, kind, raw, existing, active=active)
    entity |= {kind.name_key: name, "Active": active}
    if kind in PEOPLE:
        entity |= _person(books, kind, entity, existing)
    elif kind in SUB_FLAGS:
        entity |= _place_in_tree(books, kind, entity, name)
    if kind is ACCOUNT:
        entity |= _account(books, entity, existing)
    return entity | (_item(books, entity) if kind is ITEM else {})


def _name(books: Books, kind: Kind, raw: Entity, existing: Entity | None, *, active: bool) -> str:
    """The entry's name, alone under its parent; suppliers, customers and employees share one space."""
    name = read_text(raw, kind.name_key, LONGEST_NAMES.get(kind, 100)).strip().removesuffix(INACTIVE_SUFFIX)
    if not name:
        raise missing(kind.name_key)
    if (BAD_IN_ACCOUNTS if kind is ACCOUNT else BAD_IN_NAMES).search(name):
        raise invalid_string(name, kind.name_key)
    name += INACTIVE_SUFFIX if not active and kind.name not in NO_SUFFIX else ""
    own_id = (existing or {}).get("Id")
    parent = (raw.get("ParentRef") or {}).get("value")
    for other in NAMED_ALONE if kind in NAMED_ALONE else (kind,):
        for record in books.records.with_name(other.name, name):
            same_place = (parse_entity(record.body).get("ParentRef") or {}).get("value") == parent
            if record.id != own_id and (other in NAMED_ALONE or same_place):
                raise duplicate_name(record.id)
    return name


def _person(books: Books, kind: Kind, entity: Entity, existing: Entity | None) -> Entity:
    """A currency chosen once for good, and the fields that QuickBooks adds."""
    for name, longest in LONGEST_OF_PEOPLE.items():
        read_text(entity, name, longest)
    read_text(entity.get("PrimaryEmailAddr") or {}, "Address", LONGEST_EMAIL)
    home = books.home_currency()
    given = str((entity.get("CurrencyRef") or {}).get("value") or "")
    kept = existing["CurrencyRef"]["value"] if existing else given or home
    if given and not existing and not books.many_currencies():
        raise one_currency()
    if given and given != kept:
        raise business_rule("The currency of a customer or supplier can't be changed.")
    known = books.records.with_code(CURRENCY.name, kept)
    if kept != home and not (books.many_currencies() and known and known[0].status == "true"):
        raise invalid_reference("Currencies", kept, "CurrencyRef")
    if is_given(entity, "TermRef"):
        books.find_reference(TERM, entity["TermRef"], "TermRef")
    extra: Entity = {"Vendor1099": False} if kind is VENDOR else {"Taxable": False, "BillWithParent": False}
    return extra | {
        "PrintOnCheckName": entity.get("PrintOnCheckName") or entity["DisplayName"],
        "Balance": (existing or {}).get("Balance", Decimal(0)),
        "CurrencyRef": reference(kept, known[0].name if known else kept),
    }


def _place_in_tree(books: Books, kind: Kind, entity: Entity, name: str) -> Entity:
    if not is_given(entity, "ParentRef"):
        return {SUB_FLAGS[kind]: False, "FullyQualifiedName": name}
    parent = books.find_reference(kind, entity["ParentRef"], "ParentRef")
    full = f"{parent['FullyQualifiedName']}:{name}"
    return {
        SUB_FLAGS[kind]: True,
        "ParentRef": reference(parent["Id"], parent["FullyQualifiedName"]),
        "FullyQualifiedName": full,
    }


def _account(books: Books, entity: Entity, existing: Entity | None) -> Entity:
    kind = entity.get("AccountType")
    if not kind:
        raise missing("AccountType")
    if kind not in CLASSIFICATIONS:
        raise invalid_enumeration(kind, "AccountType")
    number = read_text(entity, "AcctNum", LONGEST_NUMBERS.get(books.company()["Country"], LONGEST_NUMBER))
    if ":" in number:
        raise invalid_string(number, "AcctNum")
    given = str((entity.get("CurrencyRef") or {}).get("value") or "")
    if given and not existing and not books.many_currencies():
        raise one_currency()
    currency = given or books.home_currency()
    balance = (existing or {}).get("CurrentBalance", Decimal(0))
    return {
        "Classification": CLASSIFICATIONS[kind],
        "AccountSubType": entity.get("AccountSubType") or str(kind).replace(" ", ""),
        "CurrentBalance": balance,
        "CurrentBalanceWithSubAccounts": balance,
        "CurrencyRef": reference(currency, currency),
    }


def _item(books: Books, entity: Entity) -> Entity:
    """What a product or service sells from and buys to; a service needs an income account."""
    kind = entity.get("Type") or "Service"
    if kind not in ITEM_TYPES:
        raise invalid_enumeration(kind, "Type")
    fields: Entity = {"Type": kind, "UnitPrice": read_decimal(entity, "UnitPrice") or Decimal(0)}
    for name in ("IncomeAccountRef", "ExpenseAccountRef"):
        if is_given(entity, name):
            account = books.find_reference(ACCOUNT, entity[name], name)
            fields[name] = reference(account["Id"], account["FullyQualifiedName"])
    for name in ("SalesTaxCodeRef", "PurchaseTaxCodeRef"):
        if is_given(entity, name):
            code = books.find_reference(TAX_CODE, entity[name], name)
            fields[name] = reference(code["Id"], code["Name"])
    if kind == "Service" and not {"IncomeAccountRef", "ExpenseAccountRef"} & set(fields):
        raise missing("IncomeAccountRef")
    return fields | {"TrackQtyOnHand": kind == "Inventory"}


def made_inactive(kind: Kind, entity: Entity) -> dict[str, Any]:
    """The same entry as the list shows it once nobody can choose it any more."""
    gone = entity | {"Active": False}
    if kind.name in NO_SUFFIX or entity[kind.name_key].endswith(INACTIVE_SUFFIX):
        return gone
    gone[kind.name_key] += INACTIVE_SUFFIX
    if "FullyQualifiedName" in gone:
        gone["FullyQualifiedName"] += INACTIVE_SUFFIX
    return gone
