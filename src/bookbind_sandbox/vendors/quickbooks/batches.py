"""Batches: up to thirty operations in series, each with its own answer, the whole always HTTP 200."""

from typing import Any

from bookbind_sandbox.vendors.quickbooks.books import Books
from bookbind_sandbox.vendors.quickbooks.errors import (
    Fault,
    batch_too_large,
    missing,
    unsupported,
)
from bookbind_sandbox.vendors.quickbooks.kinds import BY_NAME
from bookbind_sandbox.vendors.quickbooks.reading import answer_query
from bookbind_sandbox.vendors.quickbooks.wire import Entity
from bookbind_sandbox.vendors.quickbooks.writing import write

MOST_ITEMS = 30


def run_batch(books: Books, content: Entity) -> list[Entity]:
    items = content.get("BatchItemRequest")
    if not isinstance(items, list) or not items:
        raise missing("BatchItemRequest")
    if len(items) > MOST_ITEMS:
        raise batch_too_large(MOST_ITEMS)
    return [_run(books, item if isinstance(item, dict) else {}) for item in items]


def _run(books: Books, item: Entity) -> Entity:
    """Do one item; what it did is undone alone when it is refused."""
    number: dict[str, Any] = {"bId": str(item.get("bId", ""))}
    try:
        with books.world.store.transaction():
            return _answer(books, item) | number
    except Fault as fault:
        return {"Fault": fault.content} | number


def _answer(books: Books, item: Entity) -> Entity:
    if not item.get("bId"):
        raise missing("bId")
    if "Query" in item:
        return answer_query(books, str(item["Query"]))
    name = next((key for key in item if key in BY_NAME), None)
    if name is None or not isinstance(item[name], dict):
        raise missing("entity")
    operation = str(item.get("operation") or "")
    if operation not in {"create", "update", "delete", "void"}:
        raise unsupported(operation or "without a name")
    query = {"operation": operation, "include": str(item.get("optionsData") or "")}
    return write(books, BY_NAME[name], item[name], query)
