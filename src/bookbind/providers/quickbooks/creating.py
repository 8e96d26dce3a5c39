"""Entries made at QuickBooks: suppliers, and what of the other lists can be made there."""

from dataclasses import replace
from typing import Any

from bookbind.kit.text import fold_name
from bookbind.providers.base.bodies import as_json
from bookbind.providers.base.errors import ErrorKind, ProviderError, RejectedReason, refused
from bookbind.providers.base.shapes import Row
from bookbind.providers.base.types import AccountFamily, ListName, NewContact, NewEntry, RemoteEntry
from bookbind.providers.quickbooks.client import CompanyApi, expected_shape
from bookbind.providers.quickbooks.contacts import find_contact
from bookbind.providers.quickbooks.entries import FAMILIES
from bookbind.providers.quickbooks.lists import DIMENSIONS, SOURCES, Source
from bookbind.providers.quickbooks.refusals import retell
from bookbind.providers.quickbooks.wire import as_ref, quoted

CREATABLE = frozenset(
    {
        ListName.CATEGORIES,
        ListName.PRODUCTS,
        ListName.SUPPLIERS,
        ListName.CUSTOMERS,
        ListName.TRACKING_1,
        ListName.TRACKING_2,
    }
)
# The longest name of what is no supplier or customer, and company's name of those that are (2026-11).
LONGEST_NAME = 100
# The longest number of an account, by country; seven signs in all others (2026-11).
_LONGEST_NUMBERS = {"AU": 20, "CA": 20, "FR": 20}
_LONGEST_NUMBER = 7
_TYPES = {family: account_type for account_type, family in FAMILIES.items()}


def create_contact(api: CompanyApi, contact: NewContact, key: str) -> RemoteEntry:
    """Create a supplier, or take the active one that has the name already.

    Suppliers, customers and employees share their names (2026-11), so another kind of contact may have it:
    then contact_name_taken. Its currency can never be changed (2026-11): it has that of its first document.
    """
    contact = replace(contact, name=fit_name(contact.name), currency=foreign_currency(api, contact.currency))
    body = build_vendor(contact)
    try:
        return _create(api, SOURCES[ListName.SUPPLIERS], "create_contact", body, key)
    except ProviderError as error:
        if not _is_name_taken(error):
            raise
        found = find_contact(api, NewContact(contact.name))
        if found is None:
            raise
        return replace(found, was_there=True)


def create_entry(api: CompanyApi, entry: NewEntry, key: str) -> RemoteEntry:
    """Create an entry of any list that takes new ones, or take the active one that has the name already."""
    if entry.list is ListName.SUPPLIERS:
        return create_contact(api, _as_contact(entry), key)
    told = {"currency": foreign_currency(api, entry.details.get("currency", ""))}
    entry = replace(entry, name=fit_name(entry.name, entry.list), details=entry.details | told)
    refuse_entry(entry, api.organisation.country)
    source, body = _source(entry), build_entry(entry)
    try:
        return _create(api, source, "create_entry", body, key)
    except ProviderError as error:
        if not _is_name_taken(error):
            raise
        found = _find_named(api, source, entry)
        if found is None:
            raise retell(error, "name", RejectedReason.OTHER) from error
        return replace(found, was_there=True)


def foreign_currency(api: CompanyApi, currency: str) -> str:
    """The currency where it is named to the company: not its own, and none where it keeps only that."""
    named = api.organisation.many_currencies and currency != api.organisation.currency
    return currency if named else ""


def fit_name(name: str, listed_in: ListName = ListName.SUPPLIERS) -> str:
    """The name without what QuickBooks refuses in it (2026-11).

    It keeps colons for what stands under something else, and takes no double quotes in accounts.
    """
    if listed_in is ListName.CATEGORIES:
        name = name.replace('"', "'")
    return " - ".join(filter(None, map(str.strip, name.split(":")))) or name


def refuse_entry(entry: NewEntry, country: str) -> None:
    """Raise rejected, in our own words, for a name or number that QuickBooks would not take; none is cut."""
    longest = _LONGEST_NUMBERS.get(country, _LONGEST_NUMBER)
    if entry.list is not ListName.CUSTOMERS and len(entry.name) > LONGEST_NAME:
        text = f"QuickBooks takes names of up to {LONGEST_NAME} characters here. Type a shorter one."
        raise refused("name", RejectedReason.OTHER, text)
    if entry.list is ListName.CATEGORIES and (len(entry.code) > longest or ":" in entry.code):
        text = (
            f"QuickBooks takes account numbers of up to {longest} characters and without a colon, which"
            f" {entry.code} is not. Make the account there under another number and refresh the lists."
        )
        raise refused("code", RejectedReason.OTHER, text)


def build_vendor(contact: NewContact) -> Row:
    """A supplier in QuickBooks' words."""
    return _person(contact, "TaxIdentifier")


def build_entry(entry: NewEntry) -> Row:
    """A new entry in QuickBooks' words."""
    if entry.list is ListName.CUSTOMERS:
        return _person(_as_contact(entry), "PrimaryTaxIdentifier")
    if entry.list is ListName.CATEGORIES:
        return _filled({"Name": entry.name, "AcctNum": entry.code, "AccountType": account_type(entry)})
    if entry.list is ListName.PRODUCTS:
        income, cost = entry.details.get("category_id", ""), entry.details.get("cost_category_id", "")
        product = _filled({"Name": entry.name, "Type": "Service", "Sku": entry.code})
        product |= {"IncomeAccountRef": as_ref(income)} if income else {}
        return product | ({"ExpenseAccountRef": as_ref(cost)} if cost else {})
    return {"Name": entry.name}


def account_type(entry: NewEntry) -> str:
    """The type of a new account: the very one where it is QuickBooks' own, else the family's usual one."""
    told, family = entry.details.get("account_type", ""), entry.details.get("account_family", "")
    found = told if told in FAMILIES else _TYPES.get(AccountFamily(family)) if family else None
    if found is None:
        text = "QuickBooks needs to know what type of account it is."
        raise refused("account_family", RejectedReason.OTHER, text)
    return str(found)


def _source(entry: NewEntry) -> Source:
    found = SOURCES.get(entry.list) if entry.list in CREATABLE else None
    if entry.list in (ListName.TRACKING_1, ListName.TRACKING_2):
        found = DIMENSIONS.get(entry.details.get("dimension_id", ""))
    if found is None:
        raise ProviderError(ErrorKind.UNSUPPORTED, f"QuickBooks lets us create no {entry.list.value}.")
    return found


def _create(api: CompanyApi, source: Source, operation: str, body: Row, key: str) -> RemoteEntry:
    reply = api.write(source.entity.lower(), operation, as_json(body), key)
    return reply.read(lambda content: _parse_created(content, source))


def _parse_created(content: Any, source: Source) -> RemoteEntry:
    found = source.parse(content[source.entity])
    if found is None:
        raise ValueError("It was created as something else.")
    return found


def _find_named(api: CompanyApi, source: Source, entry: NewEntry) -> RemoteEntry | None:
    key = "DisplayName" if entry.list is ListName.CUSTOMERS else "Name"
    rows = api.rows(source.entity, f"{key} = {quoted(entry.name)}", source.operation)
    with expected_shape():
        found = [parsed for row in rows if (parsed := source.parse(row)) is not None]
    return next((each for each in found if fold_name(each.name) == fold_name(entry.name)), None)


def _is_name_taken(error: ProviderError) -> bool:
    return any(each.reason is RejectedReason.CONTACT_NAME_TAKEN for each in error.field_errors)


def _as_contact(entry: NewEntry) -> NewContact:
    told = (entry.details.get(name, "") for name in ("email", "tax_number", "currency"))
    return NewContact(entry.name, *told)


def _person(contact: NewContact, number_key: str) -> Row:
    person: Row = {"DisplayName": contact.name}
    person |= {"CompanyName": contact.name} if len(contact.name) <= LONGEST_NAME else {}
    person |= {"PrimaryEmailAddr": {"Address": contact.email}} if contact.email else {}
    person |= {"CurrencyRef": as_ref(contact.currency)} if contact.currency else {}
    return person | ({number_key: contact.tax_number} if contact.tax_number else {})


def _filled(fields: Row) -> Row:
    return {name: value for name, value in fields.items() if value}
