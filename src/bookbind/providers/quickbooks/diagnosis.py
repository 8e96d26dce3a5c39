"""Which of the things that a refused document points to is gone, since QuickBooks' words often don't say."""

from collections.abc import Iterator
from dataclasses import dataclass

from bookbind.providers.base.errors import ErrorKind, ProviderError, RejectedReason
from bookbind.providers.base.shapes import Row
from bookbind.providers.quickbooks.client import CompanyApi
from bookbind.providers.quickbooks.company import CLASS, LOCATION
from bookbind.providers.quickbooks.refusals import names_dead_reference, retell
from bookbind.providers.quickbooks.wire import LINE_DETAIL, quoted, ref_id


@dataclass(frozen=True)
class Pointed:
    """What a document points to in one of its fields."""

    entity: str
    field: str
    reason: RejectedReason
    ids: frozenset[str]


def explain_refusal(api: CompanyApi, error: ProviderError, sent: Row, contact_key: str) -> ProviderError:
    """The same refusal under the field that it is about; as it was when that can't be told."""
    if error.kind is not ErrorKind.REJECTED or not names_dead_reference(error.vendor_text):
        return error
    try:
        dead = next((found for found in list_pointed(sent, contact_key) if _is_dead(api, found)), None)
    except ProviderError:
        return error
    return error if dead is None else retell(error, dead.field, dead.reason)


def list_pointed(sent: Row, contact_key: str) -> Iterator[Pointed]:
    """Everything that a request body points to, in the order in which a person would look."""
    yield from _pointed("Vendor", "supplier", RejectedReason.CONTACT_ARCHIVED, [ref_id(sent, contact_key)])
    yield from _pointed(
        "Account", "paid_from", RejectedReason.CATEGORY_UNUSABLE, [ref_id(sent, "AccountRef")]
    )
    yield from _pointed(
        "Account", "category", RejectedReason.CATEGORY_UNUSABLE, _of_lines(sent, "AccountRef")
    )
    yield from _pointed(
        "TaxCode", "tax_rate", RejectedReason.TAX_RATE_UNUSABLE, _of_lines(sent, "TaxCodeRef")
    )
    yield from _pointed(CLASS, "tracking", RejectedReason.TRACKING_UNUSABLE, _of_lines(sent, "ClassRef"))
    yield from _pointed(
        LOCATION, "tracking", RejectedReason.TRACKING_UNUSABLE, [ref_id(sent, "DepartmentRef")]
    )


def _pointed(entity: str, field: str, reason: RejectedReason, ids: list[str]) -> Iterator[Pointed]:
    named = frozenset(filter(None, ids))
    if named:
        yield Pointed(entity, field, reason, named)


def _of_lines(sent: Row, key: str) -> list[str]:
    return [ref_id(line[LINE_DETAIL], key) for line in sent["Line"]]


def _is_dead(api: CompanyApi, pointed: Pointed) -> bool:
    ids = ", ".join(quoted(entity_id) for entity_id in sorted(pointed.ids))
    alive = api.rows(pointed.entity, f"Id in ({ids}) and Active = true", "find_reference")
    return {row["Id"] for row in alive if not row.get("Hidden")} != pointed.ids
