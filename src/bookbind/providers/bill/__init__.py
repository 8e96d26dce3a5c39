"""Bill.com: known, not built yet."""

from bookbind.providers.base.contract import Provider

PROVIDER = Provider(
    id="bill",
    name="Bill.com",
    order=7,
    available=False,
    unavailable_reason="Connecting to Bill.com is not part of this version of Bookbind yet.",
    description="Bill approval and payment; stands beside a main connection.",
    stands_beside=True,
)
