"""What a query, a read of one entity and change data capture answer."""

import re
from datetime import timedelta

from bookbind_sandbox.records import Condition
from bookbind_sandbox.vendors.quickbooks.books import DELETED, Books
from bookbind_sandbox.vendors.quickbooks.errors import Fault, invalid_date, missing, not_found, wrong_query
from bookbind_sandbox.vendors.quickbooks.kinds import BY_NAME, BY_PATH, COMPANY_INFO, PREFERENCES, Kind
from bookbind_sandbox.vendors.quickbooks.query import (
    ALL,
    Query,
    meets,
    order_column,
    parse_query,
    to_condition,
)
from bookbind_sandbox.vendors.quickbooks.wire import Entity, parse_entity, parse_moment_ms

CDC_DAYS = 30
MOST_CHANGES = 1000
NAMED_ONLY = ("Sku",)
# Shown with all the others and never by name (integrators' reports, 2026-11).
NEVER_NAMED = frozenset({"billaddr", "shipaddr", "parentref", "invoicelink"})
ONLY_ACTIVE = Condition("status IN ('', 'true')")


def answer_query(books: Books, text: str) -> Entity:
    """Run a statement; without rows the response is an empty object."""
    query = parse_query(text)
    _check_columns(books, query)
    conditions, left = _conditions(query)
    if query.counts:
        rows = _matching(books, query, conditions) if left else None
        count = len(rows) if rows is not None else books.records.count(query.kind.name, *conditions)
        return {"QueryResponse": {"totalCount": count}}
    entities = _window(books, query, conditions, by_columns=not left)
    entities = [_shown(entity, query) for entity in entities]
    if not entities:
        return {"QueryResponse": {}}
    shown: Entity = {query.kind.name: entities, "startPosition": query.start, "maxResults": len(entities)}
    return {"QueryResponse": shown}


def kind_asked(text: str) -> Kind | None:
    """The entity that a statement reads, for the log and the faults, however wrong the rest of it is."""
    found = re.search(r"\bfrom\s+(\w+)", text, re.IGNORECASE)
    return BY_PATH.get(found[1].lower()) if found else None


def _check_columns(books: Books, query: Query) -> None:
    """Refuse a column that the entity has not, or that is only ever shown with all the others."""
    if query.counts:
        return
    kind = query.kind
    known = {name.split(".")[0].lower() for name in (*kind.fields, *kind.filterable.values())} | {ALL}
    for column in query.columns:
        head = column.split(".")[0].lower()
        if head in NEVER_NAMED or not (head in known or head in _fields_there(books, kind)):
            raise wrong_query(f"Property {column} not found for Entity {kind.name}")


def _fields_there(books: Books, kind: Kind) -> set[str]:
    """Every field that an entity of the kind has there."""
    bodies = books.records.bodies(kind.name, order="seq", window=None)
    return {key.lower() for body in bodies for key in parse_entity(body)}


def _conditions(query: Query) -> tuple[list[Condition], bool]:
    """The SQL of a query, and whether more has to be tested on the bodies; inactive rows hide by default."""
    found, left = [], False
    for comparison in query.where:
        condition, enough = to_condition(query.kind, comparison)
        found += [condition] if condition is not None else []
        left = left or not enough
    if query.kind.is_list and "Active" not in {comparison.field for comparison in query.where}:
        found.append(ONLY_ACTIVE)
    return found, left


def _order(query: Query) -> str:
    parts = []
    for field, down in query.order or (("Id", False),):
        column = order_column(query.kind, field)
        if column is None:
            raise wrong_query(f"Property {field} is not sortable for Entity {query.kind.name}")
        parts.append(f"{column} {'DESC' if down else 'ASC'}")
    return ", ".join((*parts, "seq"))


def _matching(books: Books, query: Query, conditions: list[Condition]) -> list[Entity]:
    bodies = books.records.bodies(query.kind.name, *conditions, order=_order(query), window=None)
    unsettled = [one for one in query.where if not to_condition(query.kind, one)[1]]
    entities = (parse_entity(body) for body in bodies)
    return [entity for entity in entities if all(meets(entity, one) for one in unsettled)]


def _window(books: Books, query: Query, conditions: list[Condition], *, by_columns: bool) -> list[Entity]:
    first = query.start - 1
    if not by_columns:
        return _matching(books, query, conditions)[first : first + query.most]
    window = (query.most, first)
    bodies = books.records.bodies(query.kind.name, *conditions, order=_order(query), window=window)
    return [parse_entity(body) for body in bodies]


def _shown(entity: Entity, query: Query) -> Entity:
    """What a query tells of an entity: some fields stand in its answer only when they are named (2026-11)."""
    wanted = {column.split(".")[0].lower() for column in query.columns}
    if query.columns and ALL not in wanted:
        return _only(entity, wanted)
    return {key: value for key, value in entity.items() if key not in NAMED_ONLY or key.lower() in wanted}


def _only(entity: Entity, wanted: set[str]) -> Entity:
    kept = {key: value for key, value in entity.items() if key.lower() in wanted}
    return kept | {"domain": "QBO", "sparse": True}


def read_one(books: Books, kind: Kind, entity_id: str) -> Entity:
    """One entity by its id; the company is read by its own number, preferences without one."""
    wanted = "1" if kind in (COMPANY_INFO, PREFERENCES) else entity_id
    if kind is COMPANY_INFO and entity_id not in {"", "1", books.realm}:
        raise not_found()
    found = books.entity(kind, wanted)
    if found is None:
        raise not_found()
    return {kind.name: found}


def answer_changes(books: Books, entities: str, changed_since: str) -> Entity:
    """Change data capture: whole entities that changed since, and marks of those that are gone."""
    if not entities:
        raise missing("entities")
    since = parse_moment_ms(changed_since)
    if since is None:
        raise invalid_date(changed_since, "changedSince") if changed_since else missing("changedSince")
    oldest = books.world.clock.now() - timedelta(days=CDC_DAYS)
    if since < oldest.timestamp() * 1000:
        raise Fault("4001", "Invalid query", f"changedSince may reach back {CDC_DAYS} days at the most")
    answers, left = [], MOST_CHANGES
    for name in entities.split(","):
        kind = BY_NAME.get(name.strip())
        if kind is None or not kind.in_cdc or kind in (COMPANY_INFO, PREFERENCES):
            raise wrong_query(f"Entity {name.strip()} is not supported by change data capture")
        changed = _changes(books, kind, since, left)
        left -= len(changed)
        answers.append(
            {kind.name: changed, "startPosition": 1, "maxResults": len(changed)} if changed else {}
        )
    return {"CDCResponse": [{"QueryResponse": answers}]}


def _changes(books: Books, kind: Kind, since: int, most: int) -> list[Entity]:
    condition, window = Condition("updated_at >= ?", (since,)), (most, 0)
    changed = books.records.select(kind.name, condition, order="updated_at, seq", window=window)
    gone = books.records.select(
        DELETED, condition, Condition("name = ?", (kind.name,)), order="updated_at, seq", window=window
    )
    rows = sorted((*changed, *gone), key=lambda record: record.updated_at)
    return [parse_entity(record.body) for record in rows[:most]]
