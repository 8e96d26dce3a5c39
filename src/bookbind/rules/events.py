"""What the rules tell the packages above them."""

from dataclasses import dataclass
from uuid import UUID

from bookbind.kit.events import Event


@dataclass(frozen=True)
class RuleChanged(Event):
    """What a supplier's documents get is different now: a rule was saved, moved, switched on or off."""

    business_id: UUID
    supplier_id: UUID
    rule_id: UUID
