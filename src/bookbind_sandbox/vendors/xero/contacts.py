"""Contacts: made, changed, found for a document, and refused in Xero's words."""

import re
import uuid
from dataclasses import replace
from typing import Any

from bookbind_sandbox.vendors.xero.kinds import CONTACTS
from bookbind_sandbox.vendors.xero.ledger import Ledger
from bookbind_sandbox.vendors.xero.wire import Entity, parse_element, render_element

EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
LENGTHS = {
    "Name": 255,
    "FirstName": 255,
    "LastName": 255,
    "EmailAddress": 255,
    "ContactNumber": 50,
    "AccountNumber": 50,
    "CompanyNumber": 50,
    "TaxNumber": 50,
}
WRITABLE = (
    *LENGTHS,
    "BankAccountDetails",
    "DefaultCurrency",
    "AccountsReceivableTaxType",
    "AccountsPayableTaxType",
    "SalesDefaultAccountCode",
    "PurchasesDefaultAccountCode",
    "Website",
    "Addresses",
    "Phones",
    "ContactPersons",
    "PaymentTerms",
)
MISSING = (
    "The Contact must contain at least 1 of the following elements to identify the contact: "
    "Name, ContactID, ContactNumber"
)
ARCHIVED = (
    "The contact with the specified contact details has been archived. "
    "The contact must be un-archived before creating new invoices or credit notes."
)


def new_contact(name: str, contact_id: str | None = None) -> Entity:
    return {
        "ContactID": contact_id or str(uuid.uuid4()),
        "ContactStatus": "ACTIVE",
        "Name": name,
        "EmailAddress": "",
        "BankAccountDetails": "",
        "Addresses": [{"AddressType": "STREET", "City": "", "Region": "", "PostalCode": "", "Country": ""}],
        "Phones": [{"PhoneType": "DEFAULT", "PhoneNumber": "", "PhoneAreaCode": "", "PhoneCountryCode": ""}],
        "ContactGroups": [],
        "IsSupplier": False,
        "IsCustomer": False,
        "ContactPersons": [],
        "HasAttachments": False,
        "HasValidationErrors": False,
    }


def accept_contact(
    ledger: Ledger, raw: Entity, *, only_create: bool, contact_id: str = ""
) -> tuple[Entity, list[str]]:
    """Create or change one contact; returns it as it would be, with what stands against it."""
    existing = (
        None if only_create else find_contact(ledger, raw | ({"ContactID": contact_id} if contact_id else {}))
    )
    name = str(raw.get("Name") or "").strip()
    if existing is None:
        if raw.get("ContactID") and not only_create:
            return raw, ["The contact with the specified ContactID could not be found."]
        entity = new_contact(name)
        errors = [] if name else ["The contact name must be specified."]
    else:
        entity, errors = dict(existing), []
    _apply(entity, raw)
    errors += [
        f"The {key} field exceeds the maximum length of {length} characters"
        for key, length in LENGTHS.items()
        if len(str(entity.get(key) or "")) > length
    ]
    errors += _conflicts(ledger, entity)
    if entity["EmailAddress"] and not EMAIL.match(entity["EmailAddress"]):
        errors.append("Email address must be valid.")
    return entity, errors


def _apply(entity: Entity, raw: Entity) -> None:
    for key in WRITABLE:
        if raw.get(key) is not None:
            entity[key] = raw[key].strip() if isinstance(raw[key], str) else raw[key]
    status = raw.get("ContactStatus")
    if status in {"ACTIVE", "ARCHIVED"}:
        entity["ContactStatus"] = status


def _conflicts(ledger: Ledger, entity: Entity) -> list[str]:
    """Names are unique over active contacts, numbers over all."""
    taken = any(
        record.id != entity["ContactID"] and record.status == "ACTIVE"
        for record in ledger.named(CONTACTS, entity["Name"])
    )
    errors = []
    if taken:
        errors.append(
            f"The contact name {entity['Name']} is already assigned to another contact. "
            "The contact name must be unique across all active contacts."
        )
    number = entity.get("ContactNumber")
    if number and any(
        record.id != entity["ContactID"] for record in ledger.records.with_code(CONTACTS.name, number)
    ):
        errors.append(f"The Contact Number {number} is already assigned to another contact.")
    return errors


def find_contact(ledger: Ledger, raw: Any) -> Entity | None:
    """Find the contact that a request means: by id, then number, then name, active before archived."""
    if not isinstance(raw, dict):
        return None
    if raw.get("ContactID"):
        return ledger.entity(CONTACTS, str(raw["ContactID"]).lower())
    number, name = str(raw.get("ContactNumber") or ""), str(raw.get("Name") or "").strip()
    found = ledger.records.with_code(CONTACTS.name, number) if number else []
    found = found or (ledger.named(CONTACTS, name) if name else [])
    found = sorted(found, key=lambda record: record.status != "ACTIVE")
    return parse_element(found[0].body) if found else None


def contact_of_document(ledger: Ledger, raw: Any, errors: list[str]) -> Entity | None:
    """The contact a document is for, made from its name when there is none yet."""
    given: Entity = raw if isinstance(raw, dict) else {}
    if not any(str(given.get(key) or "").strip() for key in ("Name", "ContactID", "ContactNumber")):
        errors.append(MISSING)
        return None
    existing = find_contact(ledger, given)
    if existing is not None and existing["ContactStatus"] != "ACTIVE":
        errors.append(ARCHIVED)
        return None
    if (
        existing is not None
        and set(given) <= {"ContactID", "Name", "ContactNumber"}
        and _same_name(existing, given)
    ):
        return existing
    entity, problems = accept_contact(ledger, given, only_create=False)
    errors.extend(problems)
    return None if problems else entity


def _same_name(existing: Entity, given: Entity) -> bool:
    return bool(str(given.get("Name") or existing["Name"]).strip() == existing["Name"])


def mark_used(ledger: Ledger, contact: Entity, *, purchase: bool) -> None:
    """Remember what a contact is; Xero does so without touching UpdatedDateUTC."""
    key = "IsSupplier" if purchase else "IsCustomer"
    stored = ledger.entity(CONTACTS, contact["ContactID"])
    if stored is None:
        contact[key] = True
        ledger.save(CONTACTS, contact)
    elif not stored[key]:
        silent = stored | {key: True}
        record = ledger.records.get(CONTACTS.name, contact["ContactID"])
        assert record is not None
        ledger.records.save(replace(record, body=render_element(silent)))


def embedded(contact: Entity) -> Entity:
    """A contact as documents show it."""
    return {
        "ContactID": contact["ContactID"],
        "Name": contact["Name"],
        "Addresses": [],
        "Phones": [],
        "ContactGroups": [],
        "ContactPersons": [],
        "HasValidationErrors": False,
    }
