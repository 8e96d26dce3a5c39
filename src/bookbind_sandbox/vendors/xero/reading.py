"""GET of lists and entries: paging, modified-since, filters, and what an unpaged list leaves out."""

from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import QueryParams

from bookbind_sandbox.records import Condition
from bookbind_sandbox.vendors.xero.errors import not_found, query_exception
from bookbind_sandbox.vendors.xero.kinds import DOCUMENTS, INVOICES, Kind
from bookbind_sandbox.vendors.xero.ledger import Ledger
from bookbind_sandbox.vendors.xero.query import Where, parse_order, parse_where
from bookbind_sandbox.vendors.xero.wire import Entity, parse_element, parse_moment_ms, render_element

DEFAULT_PAGE_SIZE = 100
MAX_PAGE_SIZE = 1000
COLUMN_ORDERS = {
    "name": "name COLLATE NOCASE",
    "name asc": "name COLLATE NOCASE",
    "name desc": "name COLLATE NOCASE DESC",
    "updateddateutc": "updated_at, seq",
    "updateddateutc asc": "updated_at, seq",
    "updateddateutc desc": "updated_at DESC, seq DESC",
    "date": "day, seq",
    "date asc": "day, seq",
    "date desc": "day DESC, seq DESC",
}


@dataclass(frozen=True)
class Page:
    """Stored bodies ready to send, with the pagination object where paging was asked for."""

    bodies: list[str]
    pagination: Entity = field(default_factory=dict)


def read_one(ledger: Ledger, kind: Kind, wanted: str) -> Page:
    """One entry by its id, or a document by its number."""
    record = ledger.records.get(kind.name, wanted.lower())
    if record is None and kind in DOCUMENTS:
        record = next(iter(ledger.records.with_code(kind.name, wanted)), None)
    if record is None:
        raise not_found()
    return Page([record.body])


def read_list(ledger: Ledger, kind: Kind, query: QueryParams, modified_since: str | None) -> Page:
    """A list as asked for; filters that the columns can answer never open the bodies."""
    conditions = _conditions(kind, query, modified_since)
    where = parse_where(query["where"]) if query.get("where") else None
    if where is not None:
        conditions += _narrowing(kind, where)
    paged = kind.paged and "page" in query
    order = COLUMN_ORDERS.get(query.get("order", "").strip().lower(), "" if query.get("order") else "seq")
    if where is None and order:
        page = _read_by_columns(ledger, kind, conditions, order, query, paged=paged)
    else:
        page = _read_by_bodies(ledger, kind, conditions, where, query, paged=paged)
    if kind in DOCUMENTS and (not paged or _flag(query, "summaryOnly")):
        return Page([_without_lines(body) for body in page.bodies], page.pagination)
    return page


def _read_by_columns(
    ledger: Ledger, kind: Kind, conditions: list[Condition], order: str, query: QueryParams, *, paged: bool
) -> Page:
    if not paged:
        return Page(ledger.records.bodies(kind.name, *conditions, order=order, window=None))
    number, size = _page_asked(query)
    count = ledger.records.count(kind.name, *conditions)
    bodies = ledger.records.bodies(kind.name, *conditions, order=order, window=(size, (number - 1) * size))
    return Page(bodies, _pagination(number, size, count))


def _read_by_bodies(
    ledger: Ledger,
    kind: Kind,
    conditions: list[Condition],
    where: Where | None,
    query: QueryParams,
    *,
    paged: bool,
) -> Page:
    bodies = ledger.records.bodies(kind.name, *conditions, order="seq", window=None)
    entities = [parse_element(body) for body in bodies]
    if where is not None:
        entities = [entity for entity in entities if where.test(entity)]
    entities = parse_order(query.get("order", ""))(entities)
    if not paged:
        return Page([render_element(entity) for entity in entities])
    number, size = _page_asked(query)
    window = entities[(number - 1) * size : number * size]
    return Page([render_element(entity) for entity in window], _pagination(number, size, len(entities)))


def _page_asked(query: QueryParams) -> tuple[int, int]:
    """Page and size as asked, sizes out of range pulled back into it."""
    size = _integer(query.get("pageSize"), DEFAULT_PAGE_SIZE)
    return max(1, _integer(query["page"], 1)), min(max(size, 1), MAX_PAGE_SIZE)


def _pagination(number: int, size: int, count: int) -> Entity:
    return {"page": number, "pageSize": size, "pageCount": -(-count // size), "itemCount": count}


def _conditions(kind: Kind, query: QueryParams, modified_since: str | None) -> list[Condition]:
    found: list[Condition] = []
    if modified_since and kind.modified_since:
        moment = parse_moment_ms(modified_since)
        if moment is None:
            raise query_exception("The If-Modified-Since header is not a valid date")
        found.append(Condition("updated_at >= ?", (moment,)))
    asked_by_id = bool(query.get("IDs"))
    if kind.hides_archived and not asked_by_id and not _flag(query, "includeArchived"):
        found.append(Condition("status = 'ACTIVE'"))
    if query.get("searchTerm") and kind.search_keys:
        found.append(Condition("instr(search, ?) > 0", (query["searchTerm"].lower(),)))
    columns = {"IDs": "id", "InvoiceNumbers": "code", "ContactIDs": "parent", "Statuses": "status"}
    for parameter, column in columns.items():
        if query.get(parameter):
            found.append(_one_of(column, query.getlist(parameter)))
    if kind is INVOICES and _flag(query, "createdByMyApp"):
        found.append(Condition("source = 'api'"))
    return found


def _one_of(column: str, given: list[str]) -> Condition:
    """Values separated by commas; ids are stored in lower case, the rest is compared without case."""
    values = tuple(value.strip() for text in given for value in text.split(",") if value.strip())
    marks = ", ".join("?" for _ in values)
    return Condition(f"{column} COLLATE NOCASE IN ({marks})", values)


def _narrowing(kind: Kind, where: Where) -> list[Condition]:
    """Comparisons that a column can make, so that a search by name does not open 10,000 bodies."""
    columns = {
        kind.name_key: "name",
        kind.code_key: "code",
        kind.detail_key: "detail",
        kind.status_key: "status",
        "Contact.ContactID": "parent",
    }
    return [
        Condition(f"{columns[path]} = ? COLLATE NOCASE", (wanted,))
        for path, wanted in where.equals.items()
        if path in columns and isinstance(wanted, str)
    ]


def _without_lines(body: str) -> str:
    entity = parse_element(body)
    return render_element(entity | {"LineItems": []})


def _flag(query: QueryParams, name: str) -> bool:
    return query.get(name, "").lower() == "true"


def _integer(text: Any, default: int) -> int:
    try:
        return int(text)
    except (TypeError, ValueError):
        return default
