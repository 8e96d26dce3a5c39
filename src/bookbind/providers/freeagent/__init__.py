"""FreeAgent: known, not built yet."""

from bookbind.providers.base.contract import Provider

PROVIDER = Provider(
    id="freeagent",
    name="FreeAgent",
    order=5,
    available=False,
    unavailable_reason="Connecting to FreeAgent is not part of this version of Bookbind yet.",
    description="Bills and expenses, with projects.",
)
