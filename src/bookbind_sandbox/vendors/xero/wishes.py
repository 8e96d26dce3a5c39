"""What the control API makes happen inside Xero: entries archived, renamed, merged, grown; dates locked."""

from dataclasses import dataclass, replace

from bookbind_sandbox.records import Record
from bookbind_sandbox.vendors.xero import names
from bookbind_sandbox.vendors.xero.contacts import new_contact
from bookbind_sandbox.vendors.xero.documents import FORMS, accept_document, store_document
from bookbind_sandbox.vendors.xero.kinds import (
    ACCOUNTS,
    BY_LIST,
    CONTACTS,
    DOCUMENTS,
    INVOICES,
    TAX_RATES,
    TRACKING,
    Kind,
)
from bookbind_sandbox.vendors.xero.ledger import Ledger
from bookbind_sandbox.vendors.xero.seed import tax_settings
from bookbind_sandbox.vendors.xero.wire import Entity, ms_date, parse_element, render_element
from bookbind_sandbox.wishes import LOCK_DATES, Wish, Wishes, WishRefused, read_lock_date

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


class XeroWishes(Wishes):
    """What the control API makes happen inside one organisation."""

    growing = ("contacts",)

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(ledger.organisation)
        self.ledger = ledger

    def archive(self, wish: Wish) -> Wish:
        """Archive an entry; items, which have no such state at Xero, lose their sale and purchase."""
        found = find_entry(self.ledger, wish)
        if found.option is not None:
            found.option.update({"Status": "ARCHIVED", "IsArchived": True, "IsActive": False})
        elif found.kind.name == "items":
            found.entity.update({"IsSold": False, "IsPurchased": False})
        else:
            found.entity[found.kind.status_key] = "ARCHIVED"
        self.ledger.save(found.kind, found.entity)
        return found.shown | {"archived": True}

    def rename_entry(self, wish: Wish, name: str) -> Wish:
        found = find_entry(self.ledger, wish)
        (found.option if found.option is not None else found.entity)["Name"] = name
        self.ledger.save(found.kind, found.entity)
        return found.shown

    def rename_organisation(self, name: str) -> None:
        self.ledger.save_settings(self.ledger.settings() | {"Name": name, "LegalName": name})

    def delete(self, wish: Wish) -> Wish:
        """Delete as Xero does: tax rates and accounts keep a DELETED row, the rest is gone."""
        found = find_entry(self.ledger, wish)
        if found.option is not None:
            found.entity["Options"].remove(found.option)
            self.ledger.save(found.kind, found.entity)
        elif found.kind is TAX_RATES or found.kind.name == "accounts":
            self.ledger.save(found.kind, found.entity | {"Status": "DELETED"})
        else:
            self.ledger.records.remove(found.kind.name, found.entity[found.kind.id_key])
        return found.shown | {"deleted": True}

    def merge_contacts(self, wish: Wish) -> Wish:
        """Merge one contact into another: it is archived with a pointer, and its documents move over."""
        gone = find_entry(self.ledger, {"list": "contacts", "id": wish.get("from")}).entity
        kept = find_entry(self.ledger, {"list": "contacts", "id": wish.get("into")}).entity
        if gone["ContactID"] == kept["ContactID"]:
            raise WishRefused("A contact cannot be merged into itself.")
        gone |= {"ContactStatus": "ARCHIVED", "MergedToContactID": kept["ContactID"]}
        kept |= {key: gone[key] or kept[key] for key in ("IsSupplier", "IsCustomer")}
        for entity in (gone, kept):
            self.ledger.save(CONTACTS, entity)
        for kind in DOCUMENTS:
            for record in self.ledger.records.select(kind.name):
                if record.parent == gone["ContactID"]:
                    document = parse_element(record.body)
                    document["Contact"] |= {"ContactID": kept["ContactID"], "Name": kept["Name"]}
                    self.ledger.records.save(
                        replace(record, parent=kept["ContactID"], body=render_element(document))
                    )
        return {"from": gone["ContactID"], "into": kept["ContactID"]}

    def count(self, entries: str) -> int:  # noqa: ARG002
        return self.ledger.records.count(CONTACTS.name)

    def add_entries(self, entries: str, numbers: range) -> None:  # noqa: ARG002
        """Contacts whose ids follow from their numbers."""
        for number in numbers:
            name = f"Contact {number:05d} Ltd"
            entity = new_contact(name, names.fixed_id(self.organisation, "contact", name))
            entity |= {"IsSupplier": True, "EmailAddress": f"contact{number}@grown.test"}
            self.ledger.save(CONTACTS, entity)

    def lock(self, wish: Wish) -> Wish:
        """Lock periods, lift that with null, and register the organisation for tax or no more."""
        settings = self.ledger.settings()
        if "sales_tax" in wish:
            settings |= tax_settings(registered=bool(wish["sales_tax"]))
            if not wish["sales_tax"]:
                self._tax_nothing()
        for key, field in zip(LOCK_DATES, ("PeriodLockDate", "EndOfYearLockDate"), strict=True):
            if key not in wish:
                continue
            if wish[key] is None:
                settings.pop(field, None)
            else:
                settings[field] = ms_date(read_lock_date(wish, key))
        self.ledger.save_settings(settings)
        return {key: settings.get(key) for key in ("PeriodLockDate", "EndOfYearLockDate")}

    def _tax_nothing(self) -> None:
        """An organisation that is registered no more has no rate on any account; the rates stay (2026-11)."""
        for record in self.ledger.records.select(ACCOUNTS.name):
            self.ledger.save(ACCOUNTS, parse_element(record.body) | {"TaxType": "NONE"})

    def add_bill(self, wish: Wish) -> Wish:
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
        entity, contact, errors = accept_document(self.ledger, form, raw, None, 2)
        if errors:
            raise WishRefused(" ".join(errors))
        stored = store_document(self.ledger, form, entity, contact)
        return {
            "id": stored["InvoiceID"],
            "reference": stored["InvoiceNumber"],
            "total": str(stored["Total"]),
        }
