"""Reading rules: as plain values for evaluation, and with what is wrong with them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from bookbind.connections.models import Connection
from bookbind.kit import clock
from bookbind.lists.history import earlier_labels
from bookbind.lists.labels import CONTACT_LISTS, TRACKING_LISTS, item_label
from bookbind.lists.models import Binding, ListItem, RemoteItem
from bookbind.lists.queries import (
    Instead,
    current_bindings,
    dimension_slots,
    items_by_id,
    members_of,
    search_items,
    sent_items,
    used_lists,
)
from bookbind.providers.base.types import ListName
from bookbind.rules.evaluate import CodedField, DueMode, Problem, RuleValues
from bookbind.rules.models import RuleRevision, SupplierRule
from bookbind.rules.targets import RULE_KINDS, SUPPLIER_RULE

_TARGETS = {CodedField(column.removesuffix("_id")): column for column in SUPPLIER_RULE.target_ids}


@dataclass(frozen=True)
class RuleProblem:
    """An entry that a rule names and that can't be used as it stands; `was` is what it was in other books."""

    field: CodedField
    item: ListItem
    label: str
    reason: Problem
    was: str = ""


def list_rule_values(supplier_id: UUID) -> list[RuleValues]:
    """The supplier's rules that are switched on, in order; of a combined supplier, those of the one kept."""
    kept = items_by_id([supplier_id]).get(supplier_id)
    if kept is None:
        return []
    return values_of(_rules().filter(supplier=kept, active=True).order_by("position", "id"))


def find_supplier_rule(supplier_id: UUID) -> SupplierRule | None:
    """The first of the supplier's rules that are switched on."""
    kept = items_by_id([supplier_id]).get(supplier_id)
    found: SupplierRule | None = (
        _rules().filter(supplier=kept, active=True).order_by("position", "id").first()
    )
    return found


def get_rule(rule_id: UUID) -> SupplierRule:
    """The rule with its entries; SupplierRule.DoesNotExist outside the scope in force."""
    found: SupplierRule = _rules().get(id=rule_id)
    return found


def list_rules(search: str = "", *, with_inactive: bool = True) -> QuerySet[SupplierRule]:
    """The business's rules by supplier, then in the order in which they are asked."""
    suppliers = search_items(ListItem.objects.filter(list=ListName.SUPPLIERS), search)
    rows = _rules().filter(supplier__in=suppliers.values("id")) if search.strip() else _rules()
    if not with_inactive:
        rows = rows.filter(active=True)
    return rows.order_by("supplier__folded_name", "supplier_id", "position", "id")


def list_revisions(rule: SupplierRule) -> list[RuleRevision]:
    """Every version of the rule, the newest first."""
    return list(RuleRevision.objects.filter(rule=rule).select_related("saved_by").order_by("-version"))


def values_of(rules: Iterable[SupplierRule]) -> list[RuleValues]:
    """The rules as plain values; what they name is followed to what it was combined into."""
    rows = list(rules)
    ids = {getattr(rule, column) for rule in rows for column in _TARGETS.values()} - {None}
    kept = {id_: item.id for id_, item in items_by_id(ids).items()}
    return [_values(rule, kept) for rule in rows]


def item_problems(
    item_ids: Iterable[UUID], connection: Connection | None, instead: Instead | None = None
) -> dict[UUID, Problem]:
    """What is wrong with each of these entries now; without a connection only our own archive counts.

    A dimension that the organisation lacks, or that nobody wants to fill there, is no problem; nor is a tax
    rate at books that keep no tax. `instead` asks how it would be with other matches.
    """
    items = items_by_id(item_ids)
    if connection is None:
        return {id_: Problem.ARCHIVED for id_, item in items.items() if item.archived_at is not None}
    sent = sent_items(items, connection)
    bound = current_bindings(connection.id, sent, Binding.Use.COSTS, instead, sent)
    needed = set(used_lists(connection)) - CONTACT_LISTS
    if any(item.list in TRACKING_LISTS for item in items.values()):
        needed -= set(TRACKING_LISTS) - dimension_slots(connection).keys()
    found = {id_: _problem(item, bound.get(id_), item.list in needed) for id_, item in items.items()}
    return {id_: problem for id_, problem in found.items() if problem}


def rule_problems(rule: SupplierRule, connection: Connection | None) -> list[RuleProblem]:
    """The entries of one rule that can't be used at the connection as they stand."""
    return problems_of([rule], connection)[rule.id]


def problems_of(
    rules: Sequence[SupplierRule], connection: Connection | None
) -> dict[UUID, list[RuleProblem]]:
    """The same for many rules, in a constant number of queries."""
    ids = {getattr(rule, column) for rule in rules for column in _TARGETS.values()} - {None}
    problems = item_problems(ids, connection)
    items = items_by_id(problems)
    unmatched = [id_ for id_, problem in problems.items() if problem is Problem.NEEDS_MATCH]
    earlier = earlier_labels(connection, unmatched) if unmatched else {}
    found: dict[UUID, list[RuleProblem]] = {rule.id: [] for rule in rules}
    for rule in rules:
        for name, column in _TARGETS.items():
            id_ = getattr(rule, column)
            if id_ in problems:
                item = items[id_]
                label = item_label(item.name, item.code)
                was = earlier[id_].words if id_ in earlier else ""
                found[rule.id].append(RuleProblem(name, item, label, problems[id_], was))
    return found


def count_uses(item_ids: Iterable[UUID], list_name: ListName | None = None) -> dict[UUID, int]:
    """How many rules that are switched on name each entry, as supplier or as what they set.

    What was combined counts for the entry kept. `list_name`, when all entries are of one list, spares the
    queries for what can't name them.
    """
    roots = {each: root for root, group in members_of(item_ids).items() for each in group}
    counts: dict[UUID, int] = defaultdict(int)
    for kind in RULE_KINDS:
        for column in kind.columns_naming(list_name):
            rows = kind.model.objects.filter(active=True, **{f"{column}__in": list(roots)})
            for row in rows.values(column).annotate(n=Count("id")).order_by(column):
                counts[roots[row[column]]] += row["n"]
    return dict(counts)


def count_rules() -> dict[str, int]:
    """How many rules the business has, and how many of them are switched on."""
    counted: dict[str, int] = SupplierRule.objects.aggregate(
        all=Count("id"), active=Count("id", Q(active=True))
    )
    return counted


def _rules() -> QuerySet[SupplierRule]:
    rows: QuerySet[SupplierRule] = SupplierRule.objects.select_related(
        "supplier", "business", "category", "tax_rate", "tracking_1", "tracking_2", "changed_by"
    )
    return rows


def _values(rule: SupplierRule, kept: Mapping[UUID, UUID]) -> RuleValues:
    def target(name: CodedField) -> UUID | None:
        id_: UUID | None = getattr(rule, _TARGETS[name])
        return None if id_ is None else kept.get(id_, id_)

    return RuleValues(
        id=rule.id,
        version=rule.version,
        supplier_name=rule.supplier.name,
        saved_on=_local_day(rule),
        category=target(CodedField.CATEGORY),
        tax_rate=target(CodedField.TAX_RATE),
        tracking_1=target(CodedField.TRACKING_1),
        tracking_2=target(CodedField.TRACKING_2),
        due_mode=DueMode(rule.due_mode),
        due_days=rule.due_days or 0,
        kind=rule.publish_to,
        publish_as=rule.publish_as,
        auto_publish=rule.auto_publish,
    )


def _local_day(rule: SupplierRule) -> date:
    changed_at: datetime = rule.changed_at
    return clock.local_date(changed_at, rule.business.time_zone)


def _problem(item: ListItem, remote: RemoteItem | None, needs_match: bool) -> Problem:  # noqa: FBT001
    if item.archived_at is not None:
        return Problem.ARCHIVED
    if remote is None:
        return Problem.NEEDS_MATCH if needs_match else Problem.NONE
    states = {RemoteItem.State.ARCHIVED.value: Problem.ARCHIVED, RemoteItem.State.GONE.value: Problem.GONE}
    return states.get(remote.state, Problem.NONE)
