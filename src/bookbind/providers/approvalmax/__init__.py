"""ApprovalMax: known, not built yet."""

from bookbind.providers.base.contract import Provider

PROVIDER = Provider(
    id="approvalmax",
    name="ApprovalMax",
    order=6,
    available=False,
    unavailable_reason="Connecting to ApprovalMax is not part of this version of Bookbind yet.",
    description="Approval before the bill reaches the books; stands beside a main connection.",
    stands_beside=True,
    lists_from_main=True,
)
