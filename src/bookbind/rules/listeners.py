"""Rules follow their supplier when it is combined with another, and go back when that is undone."""

from uuid import UUID

from bookbind.kit.events import announce, subscribe
from bookbind.lists.events import CombinationUndone, ItemsCombined
from bookbind.lists.models import Combination
from bookbind.rules.events import RuleChanged
from bookbind.rules.models import SupplierRule
from bookbind.rules.services import next_position

_MOVED = "rules"


@subscribe(ItemsCombined)
def bring_rules_along(event: ItemsCombined) -> None:
    """Put the absorbed supplier's rules behind the kept one's; none is dropped."""
    moved = []
    for rule in SupplierRule.objects.filter(supplier_id=event.absorbed_id).order_by("position", "id"):
        moved.append({"id": str(rule.id), "position": rule.position})
        position = next_position(event.kept_id)
        SupplierRule.objects.filter(id=rule.id).update(supplier_id=event.kept_id, position=position)
        announce(RuleChanged(event.business_id, event.kept_id, rule.id))
    if moved:
        combination = Combination.objects.get(id=event.combination_id)
        combination.moved = {**combination.moved, _MOVED: moved}
        combination.save(update_fields=["moved"])


@subscribe(CombinationUndone)
def take_rules_back(event: CombinationUndone) -> None:
    """Give the supplier that is separate again the rules that came from it, as they are now."""
    combination = Combination.objects.get(id=event.combination_id)
    for moved in combination.moved.get(_MOVED, []):
        rules = SupplierRule.objects.filter(id=moved["id"], supplier_id=event.kept_id)
        if rules.update(supplier_id=event.absorbed_id, position=moved["position"]):
            announce(RuleChanged(event.business_id, event.absorbed_id, UUID(moved["id"])))
