"""Sage Accounting: known, not built yet."""

from bookbind.providers.base.contract import Provider

PROVIDER = Provider(
    id="sage",
    name="Sage Accounting",
    order=3,
    available=False,
    unavailable_reason="Connecting to Sage Accounting is not part of this version of Bookbind yet.",
    description="Purchase invoices, credit notes and payments, with analysis types.",
)
