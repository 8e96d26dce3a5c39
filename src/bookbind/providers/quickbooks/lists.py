"""QuickBooks' lists: whole by paged query, or what changed of all of them in one call."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bookbind.kit import clock
from bookbind.providers.base.errors import ErrorKind, ProviderError
from bookbind.providers.base.shapes import Row, rows_of, text_of
from bookbind.providers.base.types import ListName, Page, RemoteEntry
from bookbind.providers.quickbooks import entries
from bookbind.providers.quickbooks.client import CompanyApi, expected_shape
from bookbind.providers.quickbooks.company import CLASS, LOCATION
from bookbind.providers.quickbooks.tax import parse_tax_codes
from bookbind.providers.quickbooks.wire import moment

# Rows that were made inactive are hidden until they are asked for (2026-11).
EVERY = "Active in (true, false)"
# Change data capture reaches back 30 days and gives 1,000 objects at the most (2026-11).
_LONGEST_AGO = timedelta(days=29)
_MOST_CHANGES = 1000
# Our clock and QuickBooks' may differ a little; reading a change twice does no harm.
_SINCE_MARGIN = timedelta(minutes=2)
_CAPTURED = ("Account", "Vendor", "Customer", "Item", CLASS, LOCATION, "PaymentMethod")


@dataclass(frozen=True)
class Source:
    """Where a list comes from: the entity, how one of its rows is read, and what the call is named."""

    entity: str
    parse: Callable[[Row], RemoteEntry | None]
    operation: str


SOURCES = {
    ListName.CATEGORIES: Source("Account", entries.parse_category, "accounts"),
    ListName.BANK_ACCOUNTS: Source("Account", entries.parse_bank_account, "accounts"),
    ListName.SUPPLIERS: Source("Vendor", entries.parse_vendor, "suppliers"),
    ListName.CUSTOMERS: Source("Customer", entries.parse_customer, "customers"),
    ListName.PRODUCTS: Source("Item", entries.parse_product, "items"),
    ListName.PAYMENT_METHODS: Source("PaymentMethod", entries.parse_payment_method, "payment_methods"),
}
DIMENSIONS = {
    CLASS: Source(CLASS, entries.parse_class, "tracking"),
    LOCATION: Source(LOCATION, entries.parse_location, "tracking"),
}


@dataclass(frozen=True)
class Changes:
    """What changed since a moment, by entity; an entity that is missing must be read whole."""

    since: datetime
    rows: dict[str, list[Row]]


@dataclass
class Kept:
    """What one session has read already and another list of it needs again."""

    accounts: list[Row] | None = None
    changes: Changes | None = field(default=None)


def fetch_list(
    api: CompanyApi, name: ListName, dimension_id: str, since: datetime | None, kept: Kept
) -> Iterator[Page]:
    """Every page of a list, complete or a ProviderError; `kept` lives as long as the session."""
    if name is ListName.TAX_RATES:
        yield _fetch_tax_rates(api)
        return
    source = _source(name, dimension_id)
    changed = _fetch_changes(api, since, kept).rows.get(source.entity) if since else None
    if changed is not None:
        entries = _parse(changed, source)
        kept_here = {entry.remote_id for entry in entries}
        changed_ids = (text_of(row, "Id") for row in changed)
        yield Page(entries, 1, left=tuple(id_ for id_ in changed_ids if id_ not in kept_here))
    elif source.entity == "Account":
        yield from _fetch_accounts(api, source, kept)
    else:
        yield from _fetch_pages(api, source)


def parse_changes(content: Any, since: datetime) -> Changes:
    """Read an answer of change data capture.

    Where it is full, more may have changed than it says, so nothing of it is used. Where an entry was
    deleted, which lists don't allow for, its name is gone and only a whole read tells what that means.
    """
    answers = [found for part in rows_of(content, "CDCResponse") for found in rows_of(part, "QueryResponse")]
    rows: dict[str, list[Row]] = {entity: [] for entity in _CAPTURED}
    for answer in answers:
        for entity in rows.keys() & answer.keys():
            rows[entity] += rows_of(answer, entity)
    if sum(map(len, rows.values())) >= _MOST_CHANGES:
        return Changes(since, {})
    deleted = {
        entity for entity, found in rows.items() if any(text_of(row, "status") == "Deleted" for row in found)
    }
    return Changes(since, {entity: found for entity, found in rows.items() if entity not in deleted})


def _source(name: ListName, dimension_id: str) -> Source:
    found = SOURCES.get(name)
    if name in (ListName.TRACKING_1, ListName.TRACKING_2):
        found = DIMENSIONS.get(dimension_id)
    if found is None:
        raise ProviderError(
            ErrorKind.UNSUPPORTED, f"QuickBooks has no list of {name.value} {dimension_id}".strip()
        )
    return found


def _fetch_changes(api: CompanyApi, since: datetime, kept: Kept) -> Changes:
    """What changed of all lists since, in one call for the session; nothing when that is too long ago."""
    asked = since - _SINCE_MARGIN
    if kept.changes is not None and kept.changes.since <= asked:
        return kept.changes
    if clock.now() - asked > _LONGEST_AGO:
        return Changes(asked, {})
    reply = api.get("cdc", "cdc", entities=",".join(_CAPTURED), changedSince=moment(asked))
    kept.changes = reply.read(lambda content: parse_changes(content, asked))
    return kept.changes


def _fetch_pages(api: CompanyApi, source: Source) -> Iterator[Page]:
    for number, rows in enumerate(api.pages(source.entity, EVERY, source.operation), start=1):
        yield Page(_parse(rows, source), number)


def _fetch_accounts(api: CompanyApi, source: Source, kept: Kept) -> Iterator[Page]:
    """Categories and bank accounts are one list at QuickBooks, so a session reads it once."""
    if kept.accounts is None:
        kept.accounts = api.rows("Account", EVERY, source.operation)
    yield Page(_parse(kept.accounts, source), 1)


def _fetch_tax_rates(api: CompanyApi) -> Page:
    """All codes with all rates: no change data capture tells of them (2026-11)."""
    rates = api.rows("TaxRate", EVERY, "tax_rates")
    codes = api.rows("TaxCode", EVERY, "tax_rates")
    with expected_shape():
        found = parse_tax_codes(codes, rates)
    return Page(found, 1, len(found))


def _parse(rows: list[Row], source: Source) -> tuple[RemoteEntry, ...]:
    with expected_shape():
        return tuple(entry for entry in map(source.parse, rows) if entry is not None)
