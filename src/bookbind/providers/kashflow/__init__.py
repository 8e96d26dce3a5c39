"""KashFlow: known, not built yet."""

from bookbind.providers.base.contract import Provider

PROVIDER = Provider(
    id="kashflow",
    name="KashFlow",
    order=4,
    available=False,
    unavailable_reason="Connecting to KashFlow is not part of this version of Bookbind yet.",
    description="Purchases and sales, with departments and projects.",
)
