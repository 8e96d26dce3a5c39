"""What using the ticked matches would change, asked of the same checks that decide it afterwards."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from bookbind.connections.models import Connection
from bookbind.lists.labels import CONTACT_LISTS
from bookbind.lists.models import RemoteItem
from bookbind.lists.queries import Instead
from bookbind.merge.impact import DocumentFacts, Impact, RuleFacts, weigh
from bookbind.merge.reading import Changes, list_names, own_targets, read_changes, read_lists
from bookbind.merge.standings import read_standings
from bookbind.providers.base.types import ListName
from bookbind.publishing.checks import check_document, list_blocking
from bookbind.publishing.facts import (
    Books,
    References,
    build_facts,
    item_ids_of,
    read_books,
    read_lines,
    read_references,
)
from bookbind.publishing.models import Publication
from bookbind.publishing.queries import list_unsent
from bookbind.publishing.reasons import Problem
from bookbind.publishing.states import State
from bookbind.rules.queries import item_problems
from bookbind.rules.targets import list_rule_targets

_NOT_NEEDED = ("frozen", "labels", "error", "reason_data", "differences", "paper_error")


def preview(connection: Connection, names: Iterable[ListName] | None = None) -> Impact:
    """What *Use these matches* would change now, for these lists or for all; the rows add no queries."""
    data = read_lists(connection, list_names(connection) if names is None else names)
    return impact_of(connection, read_changes(connection, data))


def count_unfinished(connection: Connection) -> int:
    """How many waiting documents need a match as things stand."""
    return impact_of(connection, Changes({}, {}, {}, (), {})).still_waiting


def impact_of(connection: Connection, changes: Changes) -> Impact:
    """What these changes would do."""
    rules = list_rule_targets()
    books = read_books(connection)
    rows, lines = _waiting(connection)
    named = {id_ for row in rows for id_ in item_ids_of(row.document, books.settings, lines[row.document_id])}
    ruled = {id_ for rule in rules for id_ in rule.targets}
    instead = _instead(changes, named | ruled)
    now = item_problems(ruled, connection)
    then = item_problems(ruled, connection, instead)
    references = read_references(connection, named, instead)
    documents = [
        DocumentFacts(row.reason, _then(row, lines[row.document_id], books, references)) for row in rows
    ]
    facts = [RuleFacts(not rule.targets & now.keys(), not rule.targets & then.keys()) for rule in rules]
    return weigh(facts, documents, _counts(connection, changes))


def _waiting(connection: Connection) -> tuple[list[Publication], dict[UUID, list[Any]]]:
    """What is held at the connection, without all that is kept for other purposes, and the lines of each."""
    rows = list_unsent(connection.id).filter(state=State.HELD.value).order_by().select_related(None)
    plain = rows.select_related("document__file").defer(*_NOT_NEEDED)
    return list(plain), read_lines(rows.values_list("document_id", flat=True))


def _then(
    publication: Publication, lines: list[Any], books: Books, references: References
) -> tuple[Problem, ...]:
    """What would stand in the way of one document, asked as it is asked before sending."""
    kinds = books.facts.kinds
    facts = build_facts(publication.document, books.settings, kinds, references, publication, lines)
    return tuple(list_blocking(check_document(facts, books.facts)))


def _instead(changes: Changes, ids: set[UUID]) -> Instead:
    """For each of the entries that changes: all that would stand for it."""
    planned = {id_: plan for id_, plan in changes.plans.items() if id_ in ids}
    then: dict[UUID, dict[str, UUID]] = {}
    for id_, plan in planned.items():
        current = own_targets(changes.standings[changes.entries[id_].list], id_)
        then[id_] = {use: target for use, target in current.items() if use not in plan.close} | dict(
            plan.open
        )
    remote = RemoteItem.objects.in_bulk({target for uses in then.values() for target in uses.values()})
    return {id_: {use: remote[target] for use, target in uses.items()} for id_, uses in then.items()}


def _counts(connection: Connection, changes: Changes) -> dict[str, int]:
    counts = {"matches": changes.open_count, "taken_back": changes.close_count}
    known = {name: each for name, each in changes.standings.items() if name in CONTACT_LISTS}
    missing = [name for name in CONTACT_LISTS if name not in known and name in list_names(connection)]
    known |= read_standings(connection, missing) if missing else {}
    fields = {ListName.SUPPLIERS: "new_suppliers", ListName.CUSTOMERS: "new_customers"}
    for name, standings in known.items():
        unmatched = [entry.id for entry in standings.unmatched() if not standings.is_lost(entry.id)]
        opened = sum(1 for id_ in unmatched if id_ in changes.plans and changes.plans[id_].open)
        counts[fields[name]] = len(unmatched) - opened
    return counts
