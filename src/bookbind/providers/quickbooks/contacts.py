"""Suppliers looked up at QuickBooks, by name and by tax number."""

from bookbind.kit.text import plain_tax_number
from bookbind.providers.base.contacts import has_number, pick_contact
from bookbind.providers.base.types import NewContact, RemoteEntry
from bookbind.providers.quickbooks.client import CompanyApi, expected_shape
from bookbind.providers.quickbooks.entries import parse_vendor
from bookbind.providers.quickbooks.wire import quoted


def find_contact(api: CompanyApi, wanted: NewContact) -> RemoteEntry | None:
    """What `pick_contact` picks of the active suppliers.

    No query asks for a tax number, so those are looked through page by page: only when one is wanted that the
    supplier of this name does not have.
    """
    named = pick_contact(wanted, _find_vendors(api, f"DisplayName = {quoted(wanted.name)}"))
    if not plain_tax_number(wanted.tax_number) or (named is not None and has_number(wanted, named)):
        return named
    for rows in api.pages("Vendor", "Active = true", "find_contact"):
        with expected_shape():
            entries = [parse_vendor(row) for row in rows]
        found = next((entry for entry in entries if has_number(wanted, entry)), None)
        if found is not None:
            return found
    return named


def _find_vendors(api: CompanyApi, where: str) -> list[RemoteEntry]:
    rows = api.rows("Vendor", where, "find_contact")
    with expected_shape():
        return [parse_vendor(row) for row in rows]
