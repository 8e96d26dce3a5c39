"""The rates that a vendor's tax code is made of, as they stand among an entry's details."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from bookbind.providers.base.types import Side, TaxComponent

_NAMES = {Side.COSTS: "cost_components", Side.SALES: "sales_components"}


def list_components(components: Iterable[TaxComponent]) -> list[list[str]]:
    """Components as plain JSON values: the rate's id at the vendor and its percentage."""
    return [[part.rate_id, f"{part.percent:f}"] for part in components]


def find_components(details: Mapping[str, Any], side: Side) -> tuple[TaxComponent, ...]:
    """The components that serve one side; empty where the vendor's codes have none, or none were read."""
    rows = details.get(_NAMES[side]) or []
    return tuple(TaxComponent(rate_id, Decimal(percent)) for rate_id, percent in rows)
