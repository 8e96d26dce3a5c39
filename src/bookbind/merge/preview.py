"""What using the ticked matches would change, asked of the same checks that decide it afterwards."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from bookbind.connections.models import Connection
from bookbind.documents.models import Document
from bookbind.lists.models import RemoteItem
from bookbind.lists.queries import Instead
from bookbind.merge.impact import DocumentFacts, Impact, RuleFacts, weigh
from bookbind.merge.plans import ItemPlan, plan_item
from bookbind.merge.reading import Changes, list_names, own_targets, read_changes, read_lists
from bookbind.merge.sold_as import created_name, target_list, uses_apart
from bookbind.merge.waiting import Waiting, read_waiting
from bookbind.providers.base.types import ListName
from bookbind.providers.registry import get_provider
from bookbind.publishing.checks import check_document, list_blocking
from bookbind.publishing.facts import (
    Books,
    References,
    build_facts,
    item_ids_of,
    read_books,
    read_references,
)
from bookbind.publishing.models import Publication
from bookbind.publishing.reasons import Problem
from bookbind.rules.queries import item_problems
from bookbind.rules.targets import list_rule_targets


def preview(connection: Connection, names: Iterable[ListName] | None = None) -> Impact:
    """What *Use these matches* would change now, for these lists or for all; the rows add no queries."""
    data = read_lists(connection, list_names(connection) if names is None else names)
    return impact_of(connection, read_changes(connection, data))


def impact_now(connection: Connection) -> Impact:
    """How rules and waiting documents stand without any change."""
    return impact_of(connection, Changes())


def impact_of(connection: Connection, changes: Changes, waiting: Waiting | None = None) -> Impact:
    """What these changes would do, with what is created there before them.

    A document that was made ready before there were books counts like one that waits; what is on its way
    does not. `waiting` where the documents were read already.
    """
    rules = list_rule_targets()
    books = read_books(connection)
    waiting = waiting or read_waiting(connection)
    held, ready, lines = waiting.held, waiting.ready, waiting.lines
    named = {id_ for each in (*held, *ready) for id_ in item_ids_of(each, books.settings, lines[each.id])}
    ruled = {id_ for rule in rules for id_ in rule.targets}
    created = _created(connection, changes)
    instead = _instead(connection, changes, created, named | ruled)
    now = item_problems(ruled, connection)
    then = item_problems(ruled, connection, instead)
    references = read_references(connection, named, instead)
    documents = [
        DocumentFacts(row.reason, _then(each, lines[each.id], books, references, row))
        for each, row in held.items()
    ]
    standing = read_references(connection, named) if ready else {}
    for each in ready:
        before = _then(each, lines[each.id], books, standing)
        left = _then(each, lines[each.id], books, references)
        documents.append(DocumentFacts(before[0].reason if before else "", left))
    facts = [RuleFacts(not rule.targets & now.keys(), not rule.targets & then.keys()) for rule in rules]
    return weigh(facts, documents, _counts(changes) | {"ready": len(ready)})


def _then(
    document: Document,
    lines: list[Any],
    books: Books,
    references: References,
    publication: Publication | None = None,
) -> tuple[Problem, ...]:
    """What would stand in the way of one document, asked as it is asked before sending."""
    facts = build_facts(document, books.settings, books.facts.kinds, references, publication, lines)
    return tuple(list_blocking(check_document(facts, books.facts)))


def _instead(connection: Connection, changes: Changes, created: Instead, ids: set[UUID]) -> Instead:
    """For each of the entries that changes: all that would stand for it."""
    then: dict[UUID, dict[str, UUID]] = {}
    for id_ in ids & (changes.plans.keys() | created.keys()):
        name = changes.entries[id_].list
        made = {use: remote.id for use, remote in created.get(id_, {}).items()}
        current = own_targets(changes.standings[name], id_)
        if id_ in changes.plans:
            current = _after(current, changes.plans[id_])
        then[id_] = _after(current, plan_item(current, made, uses_apart(connection, name)))
    remote = RemoteItem.objects.in_bulk({target for uses in then.values() for target in uses.values()})
    remote |= {each.id: each for uses in created.values() for each in uses.values()}
    return {id_: {use: remote[target] for use, target in uses.items()} for id_, uses in then.items()}


def _after(current: Mapping[str, UUID], plan: ItemPlan[UUID]) -> dict[str, UUID]:
    return {use: target for use, target in current.items() if use not in plan.close} | dict(plan.open)


def _created(connection: Connection, changes: Changes) -> Instead:
    """What is created in the books first for entries of these lists, as it would be read from there."""
    creatable = get_provider(connection.provider).creatable
    found: dict[UUID, dict[str, RemoteItem]] = defaultdict(dict)
    for id_, use in ((id_, use) for id_, uses in changes.creating.items() for use in uses):
        entry = changes.entries[id_]
        target = target_list(entry, use, connection)
        if target in creatable:
            found[id_][use] = RemoteItem(
                list=target,
                remote_id="to be created",
                name=created_name(entry, use, connection),
                code=entry.code,
                details=dict(entry.details),
            )
    return found


def _counts(changes: Changes) -> dict[str, int]:
    counts = {
        "matches": changes.open_count,
        "taken_back": changes.close_count,
        "creations": changes.create_count,
    }
    fields = {ListName.SUPPLIERS: "new_suppliers", ListName.CUSTOMERS: "new_customers"}
    return counts | {fields[name]: changes.count_new(name) for name in fields if name in changes.standings}
