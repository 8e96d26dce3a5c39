"""The kinds of rule and, in this one place, which entries of which lists each of them points to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from bookbind.providers.base.types import ListName
from bookbind.rules.models import SupplierRule
from bookbind.tenancy.models import BusinessOwned


@dataclass(frozen=True)
class RuleKind:
    """A kind of rule: `owner` is the column of the contact it belongs to, `targets` what it sets, by list.

    `owner_list` is the list that the contact stands in.
    """

    name: str
    label: str
    model: type[BusinessOwned]
    owner: str
    owner_list: ListName
    targets: Mapping[str, ListName]

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that names an entry of a list."""
        return (self.owner, *self.targets)

    def columns_naming(self, name: ListName | None) -> tuple[str, ...]:
        """The columns that name entries of a list; all of them without one."""
        lists = {self.owner: self.owner_list, **self.targets}
        return tuple(column for column, named in lists.items() if name in (None, named))

    @property
    def target_ids(self) -> dict[str, ListName]:
        """The targets by the name of the column that holds the id."""
        return {f"{column}_id": name for column, name in self.targets.items()}


SUPPLIER_RULE = RuleKind(
    "supplier",
    "supplier rule",
    SupplierRule,
    "supplier",
    ListName.SUPPLIERS,
    {
        "category": ListName.CATEGORIES,
        "tax_rate": ListName.TAX_RATES,
        "tracking_1": ListName.TRACKING_1,
        "tracking_2": ListName.TRACKING_2,
    },
)
RULE_KINDS = (SUPPLIER_RULE,)


@dataclass(frozen=True)
class RuleTargets:
    """One rule that is switched on, the contact whose rule it is, and the entries that it sets.

    A rule works without a match for its `owner`, who is created when first used, but not without `targets`.
    """

    kind: str
    owner: UUID
    targets: frozenset[UUID]

    @property
    def named(self) -> frozenset[UUID]:
        """Every entry that the rule names."""
        return self.targets | {self.owner}


def list_rule_targets(item_ids: Iterable[UUID] | None = None) -> list[RuleTargets]:
    """Every rule that is switched on, or those that set one of these entries; one query for each kind."""
    wanted = None if item_ids is None else set(item_ids)
    found: list[RuleTargets] = []
    for kind in RULE_KINDS:
        rows = kind.model.objects.filter(active=True)
        for owner, *targets in rows.values_list(f"{kind.owner}_id", *kind.target_ids):
            ids = frozenset(target for target in targets if target is not None)
            if wanted is None or ids & wanted:
                found.append(RuleTargets(kind.name, owner, ids))
    return found
