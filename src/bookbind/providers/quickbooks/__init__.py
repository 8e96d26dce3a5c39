"""QuickBooks Online: known, not built yet."""

from bookbind.providers.base.contract import Provider

PROVIDER = Provider(
    id="quickbooks",
    name="QuickBooks Online",
    order=2,
    available=False,
    unavailable_reason="Connecting to QuickBooks Online is not part of this version of Bookbind yet.",
    description="Bills, expenses and supplier credits, with classes and locations.",
)
