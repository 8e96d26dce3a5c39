"""What the control API makes happen inside Xero: entries archived, renamed, merged, grown; dates locked."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from bookbind_sandbox.records import Record
from bookbind_sandbox.vendors.xero import names
from bookbind_sandbox.vendors.xero.contacts import new_contact
from bookbind_sandbox.vendors.xero.documents import FORMS, accept_document, store_document
from bookbind_sandbox.vendors.xero.kinds import (
    BY_LIST,
    CONTACTS,
    DOCUMENTS,
    INVOICES,
    TAX_RATES,
    TRACKING,
    Kind,
)
from bookbind_sandbox.vendors.xero.ledger import Ledger
from bookbind_sandbox.vendors.xero.wire import Entity, ms_date, parse_element, render_element
from bookbind_sandbox.world import Wish, WishRefused

LISTS = ("accounts", "contacts", "items", "tracking", "tax_rates")


@dataclass(frozen=True)
class Found:
    """An entry, or a tracking option inside its category."""

    kind: Kind
    entity: Entity
    option: Entity | None = None

    @property
    def shown(self) -> Wish:
        if self.option is not None:
            return {
                "list": self.kind.name,
                "id": self.option["TrackingOptionID"],
                "name": self.option["Name"],
            }
        return {
            "list": self.kind.name,
            "id": self.entity[self.kind.id_key],
            "name": self.entity.get(self.kind.name_key),
        }


def find_entry(ledger: Ledger, wish: Wish) -> Found:
    """The entry that a wish names by id, code or name; for tracking, a category or an option of any."""
    wanted = str(wish.get("id") or "")
    if wish.get("list") not in LISTS:
        raise WishRefused(f"list must be one of: {', '.join(LISTS)}.")
    kind = BY_LIST[str(wish["list"])]
    record = _record(ledger, kind, wanted)
    if record is not None:
        return Found(kind, parse_element(record.body))
    for category in ledger.records.select(TRACKING.name) if kind is TRACKING else []:
        entity = parse_element(category.body)
        for option in entity["Options"]:
            if wanted.lower() in {option["TrackingOptionID"], option["Name"].lower()}:
                return Found(kind, entity, option)
    raise WishRefused(f"There is no {wanted!r} in {kind.name} of this organisation.", 404)


def _record(ledger: Ledger, kind: Kind, wanted: str) -> Record | None:
    found = ledger.records.get(kind.name, wanted.lower()) or ledger.records.get(kind.name, wanted)
    by_words = ledger.records.with_code(kind.name, wanted) or ledger.records.with_name(kind.name, wanted)
    return found or (by_words[0] if wanted and by_words else None)


def archive(ledger: Ledger, wish: Wish) -> Wish:
    """Archive an entry; items have no such state at Xero, so they lose their sale and purchase instead."""
    found = find_entry(ledger, wish)
    if found.option is not None:
        found.option.update({"Status": "ARCHIVED", "IsArchived": True, "IsActive": False})
    elif found.kind.name == "items":
        found.entity.update({"IsSold": False, "IsPurchased": False})
    else:
        found.entity[found.kind.status_key] = "ARCHIVED"
    ledger.save(found.kind, found.entity)
    return found.shown | {"archived": True}


def rename(ledger: Ledger, wish: Wish) -> Wish:
    name = str(wish.get("name") or "").strip()
    if not name:
        raise WishRefused("name must say what the entry is called from now on.")
    found = find_entry(ledger, wish)
    (found.option if found.option is not None else found.entity)["Name"] = name
    ledger.save(found.kind, found.entity)
    return found.shown


def delete(ledger: Ledger, wish: Wish) -> Wish:
    """Delete as Xero does: tax rates and accounts keep a DELETED row, the rest is gone."""
    found = find_entry(ledger, wish)
    if found.option is not None:
        found.entity["Options"].remove(found.option)
        ledger.save(found.kind, found.entity)
    elif found.kind is TAX_RATES or found.kind.name == "accounts":
        ledger.save(found.kind, found.entity | {"Status": "DELETED"})
    else:
        ledger.records.remove(found.kind.name, found.entity[found.kind.id_key])
    return found.shown | {"deleted": True}


def merge_contacts(ledger: Ledger, wish: Wish) -> Wish:
    """Merge one contact into another: it is archived with a pointer, and its documents move over."""
    gone = find_entry(ledger, {"list": "contacts", "id": wish.get("from")}).entity
    kept = find_entry(ledger, {"list": "contacts", "id": wish.get("into")}).entity
    if gone["ContactID"] == kept["ContactID"]:
        raise WishRefused("A contact cannot be merged into itself.")
    gone |= {"ContactStatus": "ARCHIVED", "MergedToContactID": kept["ContactID"]}
    kept |= {key: gone[key] or kept[key] for key in ("IsSupplier", "IsCustomer")}
    for entity in (gone, kept):
        ledger.save(CONTACTS, entity)
    for kind in DOCUMENTS:
        for record in ledger.records.select(kind.name):
            if record.parent == gone["ContactID"]:
                document = parse_element(record.body)
                document["Contact"] |= {"ContactID": kept["ContactID"], "Name": kept["Name"]}
                ledger.records.save(replace(record, parent=kept["ContactID"], body=render_element(document)))
    return {"from": gone["ContactID"], "into": kept["ContactID"]}


def grow(ledger: Ledger, wish: Wish) -> Wish:
    """Add many contacts at once, to measure paging and syncs; their ids follow from their numbers."""
    if wish.get("list") != "contacts":
        raise WishRefused("Only the list contacts can be grown.")
    count = _count(wish.get("count"))
    start = ledger.records.count(CONTACTS.name)
    for number in range(start + 1, start + count + 1):
        name = f"Contact {number:05d} Ltd"
        entity = new_contact(name, names.fixed_id(ledger.organisation, "contact", name))
        entity |= {"IsSupplier": True, "EmailAddress": f"contact{number}@grown.test"}
        ledger.save(CONTACTS, entity)
    return {"list": "contacts", "added": count, "total": ledger.records.count(CONTACTS.name)}


def _count(value: Any) -> int:
    if not isinstance(value, int) or not 0 < value <= 200_000:
        raise WishRefused("count must be a number from 1 to 200000.")
    return value


def lock(ledger: Ledger, wish: Wish) -> Wish:
    """Set or, with null, lift the dates up to which the books are closed."""
    settings = ledger.settings()
    for key, field in (
        ("period_lock_date", "PeriodLockDate"),
        ("end_of_year_lock_date", "EndOfYearLockDate"),
    ):
        if key not in wish:
            continue
        if wish[key] is None:
            settings.pop(field, None)
            continue
        try:
            settings[field] = ms_date(date.fromisoformat(str(wish[key])))
        except ValueError:
            raise WishRefused(f"{key} must be a date such as 2026-09-30, or null.") from None
    ledger.save_settings(settings)
    return {key: settings.get(key) for key in ("PeriodLockDate", "EndOfYearLockDate")}


def add_bill(ledger: Ledger, wish: Wish) -> Wish:
    """Enter a bill by hand inside Xero, as a bookkeeper would who did not wait for the app."""
    line = {
        "Description": str(wish.get("description") or "Entered by hand"),
        "Quantity": 1,
        "UnitAmount": wish.get("total"),
        "AccountCode": str(wish.get("account") or "429"),
    }
    raw: Entity = {
        "Type": "ACCPAY",
        "Contact": {"Name": str(wish.get("contact") or "")},
        "Date": wish.get("date"),
        "DueDate": wish.get("due_date") or wish.get("date"),
        "InvoiceNumber": str(wish.get("reference") or ""),
        "Status": str(wish.get("status") or "AUTHORISED"),
        "CurrencyCode": wish.get("currency"),
        "LineAmountTypes": "Inclusive",
        "LineItems": [line],
    }
    form = FORMS[INVOICES.name]
    entity, contact, errors = accept_document(ledger, form, raw, None, 2)
    if errors:
        raise WishRefused(" ".join(errors))
    stored = store_document(ledger, form, entity, contact)
    return {"id": stored["InvoiceID"], "reference": stored["InvoiceNumber"], "total": str(stored["Total"])}
