"""The one way in: match two lists, or ask whether two entries may be matched at all."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bookbind.merge.matching.accounts import account_refusal, match_accounts
from bookbind.merge.matching.items import Item, Kind, Refusal, Suggestion
from bookbind.merge.matching.one_to_one import match_one_to_one
from bookbind.merge.matching.taxes import match_taxes, tax_refusal

PARTICULAR = frozenset({Kind.CATEGORIES, Kind.TAX_RATES})
"""The kinds of which not every two living entries may be matched; of the others a person may match any."""


def match(old_items: Sequence[Item], new_items: Sequence[Item], kind: Kind) -> list[Suggestion]:
    """One suggestion for each old entry, in their order.

    Old ids must be unique, and new ids too. Archived new entries, and those that `compatible` refuses, are
    never suggested. Categories and tax rates may share a new entry; in all other lists each new entry is
    suggested at most once. The result does not depend on the order of either list.
    """
    if kind is Kind.TAX_RATES:
        return match_taxes(old_items, new_items)
    if kind is Kind.CATEGORIES:
        return match_accounts(old_items, new_items)
    with _collector_paused():
        return match_one_to_one(old_items, new_items, kind)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Nothing in here makes cycles; looking for some among many names takes a fifth of the time."""
    was_running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_running:
            gc.enable()


def compatible(old: Item, new: Item, kind: Kind) -> Refusal | None:
    """Why two entries must not be matched, by a person either; None where they may."""
    if new.archived:
        return Refusal(f"{new.name} is archived.")
    if kind is Kind.TAX_RATES:
        return tax_refusal(old, new)
    return account_refusal(old, new) if kind is Kind.CATEGORIES else None
