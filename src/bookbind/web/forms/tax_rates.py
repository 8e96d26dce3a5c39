"""The tax rates that a select offers, and which entry of ours the choice means."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from bookbind.lists.merging import adopt_chosen
from bookbind.providers.base.types import ListName


@dataclass(frozen=True)
class TaxRate:
    """A rate to choose. `only_there`: an entry of the books, under its own id, which choosing adopts."""

    id: UUID
    name: str
    rate: str
    only_there: bool = False


def offer(rates: Sequence[TaxRate]) -> list[tuple[str, str]]:
    """The rates as choices of a select."""
    return [(str(each.id), each.name) for each in rates]


def chosen_rate(value: str, rates: Sequence[TaxRate]) -> UUID | None:
    """The entry of ours that was chosen, made now if it was only in the books; None for none."""
    rate = next((each for each in rates if str(each.id) == value), None)
    if rate is None or not rate.only_there:
        return rate.id if rate else None
    item = adopt_chosen(ListName.TAX_RATES, rate.id)
    return item.id if item else None
