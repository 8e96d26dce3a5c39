"""Saving, switching, ordering and restoring supplier rules; every version is kept."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Max

from bookbind.activity.services import record
from bookbind.kit import clock
from bookbind.kit.events import announce
from bookbind.lists.models import ListItem
from bookbind.lists.queries import items_by_id
from bookbind.providers.base.types import DocumentKind, ListName, PublishAs
from bookbind.rules.errors import (
    DueDaysMissing,
    DueDaysOutOfRange,
    OrderIncomplete,
    RevisionUnknown,
    RuleEditedMeanwhile,
    RuleTargetUnknown,
    SupplierUnknown,
)
from bookbind.rules.evaluate import DueMode
from bookbind.rules.events import RuleChanged
from bookbind.rules.models import RuleRevision, SupplierRule
from bookbind.rules.targets import SUPPLIER_RULE
from bookbind.tenancy.models import User

MOST_DUE_DAYS = 366
_LISTS = SUPPLIER_RULE.target_ids


@dataclass(frozen=True)
class RuleInput:
    """A whole rule as typed; an empty field leaves that field of documents alone."""

    category_id: UUID | None = None
    tax_rate_id: UUID | None = None
    tracking_1_id: UUID | None = None
    tracking_2_id: UUID | None = None
    due_mode: DueMode = DueMode.NONE
    due_days: int | None = None
    publish_to: DocumentKind | str = ""
    publish_as: PublishAs | str = ""
    auto_publish: bool | None = None


@transaction.atomic
def save_supplier_rule(
    supplier: ListItem,
    values: RuleInput,
    user: User | None,
    *,
    rule: SupplierRule | None = None,
    expected_version: int | None = None,
) -> SupplierRule:
    """Save a rule as a new version: the one given, else the supplier's present rule, else a new one.

    RuleEditedMeanwhile when `expected_version` is no longer the rule's; the same values again change nothing.
    Saving for a supplier switches its rule on; a rule that is given stays as it is, on or off.
    """
    kept = _hold_supplier(supplier)
    _check(values)
    present = rule or _present_rule(kept)
    if present is None:
        return _create(kept, values, user)
    return _change(present, values, user, expected_version, switches_on=rule is None)


@transaction.atomic
def add_supplier_rule(supplier: ListItem, values: RuleInput, user: User | None) -> SupplierRule:
    """Make a further rule, which is asked after those that the supplier has."""
    kept = _hold_supplier(supplier)
    _check(values)
    return _create(kept, values, user)


@transaction.atomic
def restore_revision(rule: SupplierRule, version: int, user: User) -> SupplierRule:
    """Save what the rule said in an earlier version as its newest one."""
    revision = RuleRevision.objects.filter(rule=rule, version=version).first()
    if revision is None:
        raise RevisionUnknown
    return _change(rule, values_from_json(revision.values), user, None, restored=version)


@transaction.atomic
def set_active(rule: SupplierRule, active: bool, user: User) -> None:  # noqa: FBT001
    """Switch a rule on or off; its versions are kept, and documents that it coded stay as they are."""
    if SupplierRule.objects.filter(id=rule.id).exclude(active=active).update(active=active):
        rule.active = active
        _tell(rule, "rule.switched", "was switched on" if active else "was switched off", user)


@transaction.atomic
def reorder(supplier: ListItem, rule_ids: Sequence[UUID], user: User) -> None:
    """Let the supplier's rules be asked in this order."""
    rules = {rule.id: rule for rule in SupplierRule.objects.filter(supplier=supplier)}
    if sorted(rule_ids) != sorted(rules):
        raise OrderIncomplete
    # Positions are unique, so they are first moved out of the way.
    SupplierRule.objects.filter(supplier=supplier).update(
        position=F("position") + len(rules) + _last(supplier)
    )
    for position, rule_id in enumerate(rule_ids, start=1):
        SupplierRule.objects.filter(id=rule_id).update(position=position)
    if rule_ids:
        _tell(rules[rule_ids[0]], "rule.reordered", "is asked first now", user)


def values_of_rule(rule: SupplierRule) -> RuleInput:
    """What the rule says now, as a form shows it."""
    names = [field.name for field in fields(RuleInput) if field.name != "due_mode"]
    return RuleInput(due_mode=DueMode(rule.due_mode), **{name: getattr(rule, name) for name in names})


def values_to_json(values: RuleInput) -> dict[str, Any]:
    """The values as a revision keeps them."""
    return {
        field.name: str(value) if isinstance(value := getattr(values, field.name), UUID) else value
        for field in fields(RuleInput)
    }


def values_from_json(stored: dict[str, Any]) -> RuleInput:
    """What `values_to_json` wrote."""
    ids: dict[str, Any] = {name: UUID(stored[name]) if stored.get(name) else None for name in _LISTS}
    rest = {name: value for name, value in stored.items() if name not in _LISTS and name != "due_mode"}
    return RuleInput(due_mode=DueMode(stored.get("due_mode", "")), **ids, **rest)


def check_due(mode: DueMode, days: int | None) -> None:
    """DueDaysMissing or DueDaysOutOfRange when no due date follows from these two."""
    if mode is DueMode.NONE:
        return
    if days is None:
        raise DueDaysMissing
    first, last = (1, 31) if mode is DueMode.DAY_OF_NEXT_MONTH else (0, MOST_DUE_DAYS)
    if not first <= days <= last:
        raise DueDaysOutOfRange


def next_position(supplier_id: UUID) -> int:
    """The position after the supplier's last rule."""
    last = SupplierRule.objects.filter(supplier_id=supplier_id).aggregate(last=Max("position"))["last"]
    return int(last or 0) + 1


def _hold_supplier(supplier: ListItem) -> ListItem:
    """The supplier, or the one that it was combined into; read anew, so that the scope in force decides.

    Its row is the lock, so that two people who save at once make one rule and two versions.
    """
    kept = items_by_id([supplier.id]).get(supplier.id)
    if kept is None or kept.list != ListName.SUPPLIERS:
        raise SupplierUnknown
    held: ListItem = ListItem.objects.select_for_update().get(id=kept.id)
    # It may have been combined while we waited, and a rule of what was absorbed is asked by nobody.
    return held if held.merged_into_id is None else _hold_supplier(held)


def _present_rule(supplier: ListItem) -> SupplierRule | None:
    """The rule that saving changes: the first that is switched on, else the first that was switched off."""
    found: SupplierRule | None = (
        SupplierRule.objects.filter(supplier=supplier).order_by("-active", "position", "id").first()
    )
    return found


def _create(supplier: ListItem, values: RuleInput, user: User | None) -> SupplierRule:
    rule = SupplierRule(
        business_id=supplier.business_id, supplier=supplier, position=next_position(supplier.id)
    )
    _write(rule, values, user)
    rule.save(force_insert=True)
    _keep_revision(rule, values, user)
    _tell(rule, "rule.saved", "was made", user, version=rule.version)
    return rule


def _change(
    rule: SupplierRule,
    values: RuleInput,
    user: User | None,
    expected_version: int | None,
    *,
    switches_on: bool = False,
    restored: int | None = None,
) -> SupplierRule:
    stored: SupplierRule = SupplierRule.objects.select_related("supplier").get(id=rule.id)
    if expected_version is not None and stored.version != expected_version:
        raise RuleEditedMeanwhile
    active = stored.active or switches_on
    if values == values_of_rule(stored) and stored.active == active:
        return stored
    mine = SupplierRule.objects.filter(id=stored.id, version=stored.version)
    if not mine.update(version=F("version") + 1):
        raise RuleEditedMeanwhile
    stored.version += 1
    stored.active = active
    _write(stored, values, user)
    stored.save()
    _keep_revision(stored, values, user)
    what = "was changed" if restored is None else f"was set back to version {restored}"
    _tell(stored, "rule.saved", what, user, version=stored.version)
    return stored


def _write(rule: SupplierRule, values: RuleInput, user: User | None) -> None:
    for field in fields(RuleInput):
        setattr(rule, field.name, getattr(values, field.name))
    if values.due_mode is DueMode.NONE:
        rule.due_days = None
    rule.changed_at = clock.now()
    rule.changed_by = user


def _keep_revision(rule: SupplierRule, values: RuleInput, user: User | None) -> None:
    RuleRevision.objects.create(
        business_id=rule.business_id,
        rule=rule,
        version=rule.version,
        values=values_to_json(values),
        saved_at=rule.changed_at,
        saved_by=user,
    )


def _check(values: RuleInput) -> None:
    """Ids come from a form; each must be an entry of the right list of this business."""
    wanted = {getattr(values, name): list_name for name, list_name in _LISTS.items()}
    wanted.pop(None, None)
    found = dict(ListItem.objects.filter(id__in=wanted).values_list("id", "list"))
    if any(found.get(id_) != list_name for id_, list_name in wanted.items()):
        raise RuleTargetUnknown
    check_due(values.due_mode, values.due_days)


def _last(supplier: ListItem) -> int:
    return next_position(supplier.id)


def _tell(rule: SupplierRule, action: str, what: str, user: User | None, **data: Any) -> None:
    supplier = rule.supplier
    record(
        action,
        f"The rule for {supplier.name} {what}.",
        business_id=rule.business_id,
        actor=user,
        subject=rule,
        data={"rule": str(rule.id), "supplier": str(supplier.id), **data},
    )
    announce(RuleChanged(rule.business_id, supplier.id, rule.id))
