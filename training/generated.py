"""Supplier lists made from real names of organisations by known changes, with the truth."""

import random
from collections.abc import Mapping
from dataclasses import dataclass

from bookbind.merge.matching.items import Item
from training.lists import Labelled
from training.lookalikes import (
    near_name,
    near_words,
    numbered,
    other_number,
    other_town,
    placed,
    same_identity,
    sibling,
    town_of,
)
from training.noise import HELD_OUT, TRAINED, changed, draw_kind, trading_name

_ALIAS_TRAP = 0.3
# Of the look-alikes, those that differ by the number or the town where there is one, and by one letter.
_OTHER_NUMBER, _OTHER_TOWN, _NEAR_NAME = 0.7, 0.6, 0.2


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a pair of lists came to differ, as shares.

    Of names left as they were, of old entries that are gone, of gone and of kept entries that meet a
    look-alike, of unrelated new entries, of names that a number or a town tells apart, and of changes that
    are of unseen kinds.
    """

    unchanged: float = 0.3
    absent: float = 0.12
    absent_with_sibling: float = 0.5
    kept_with_sibling: float = 0.06
    unrelated: float = 0.15
    numbered: float = 0.04
    placed: float = 0.04
    held_out: float = 0.0


def draw_recipe(draw: random.Random) -> Recipe:
    """Lists differ in their habits, and the training sees many: in a crowded one look-alikes are common."""
    crowded = draw.random()
    return Recipe(
        unchanged=draw.uniform(0.1, 0.8),
        absent=draw.uniform(0.02, 0.35),
        absent_with_sibling=0.6 * crowded,
        kept_with_sibling=0.1 * crowded,
        unrelated=draw.uniform(0.02, 0.6),
        numbered=draw.uniform(0.0, 0.2),
        placed=draw.uniform(0.0, 0.15),
    )


def generate(name: str, base: list[str], size: int, seed: int, recipe: Recipe | None = None) -> Labelled:
    """Lists of about `size` entries by a recipe; without one it is drawn too."""
    draw = random.Random(seed)
    how = recipe or draw_recipe(draw)
    near = near_words(tuple(base))
    names = draw.sample(base, int(size * (1 + how.unrelated)))
    names = [_told_apart(name, draw, how) for name in names]
    old, new, truth, kinds = [], [], {}, {}
    for place, original in enumerate(names[:size]):
        old_id, new_id = f"o{place}", f"n{place}"
        kind = _draw_changes(draw, how)
        target = changed(original, kind, draw)
        source = original
        # Ledger noise stands on the old side as often as on the new one.
        if draw.random() < 0.5:
            source, target = target, source
        old.append(Item(old_id, source))
        if draw.random() < how.absent:
            truth[old_id], kinds[old_id] = frozenset[str](), "absent"
            if draw.random() < _ALIAS_TRAP * how.absent_with_sibling:
                # One owner with two shops: an equal part of the name is not the same business.
                old[-1] = Item(old_id, trading_name(original, draw))
                new.append(Item(f"t{place}", trading_name(original, draw)))
                continue
            _add_sibling(new, original, f"s{place}", near, draw, how.absent_with_sibling)
            continue
        new.append(Item(new_id, target))
        truth[old_id], kinds[old_id] = frozenset({new_id}), "+".join(kind) or "same"
        _add_sibling(new, original, f"s{place}", near, draw, how.kept_with_sibling)
    new += [Item(f"u{place}", other) for place, other in enumerate(names[size:])]
    draw.shuffle(new)
    same = frozenset(old_id for old_id, found in truth.items() if found)
    return Labelled(name, old, new, truth, same, kinds)


def _told_apart(name: str, draw: random.Random, how: Recipe) -> str:
    """The name, at times with a number or a town in it."""
    kind = draw.random()
    if kind < how.numbered:
        return numbered(name, draw)
    return placed(name, draw) if kind < how.numbered + how.placed else name


def _draw_changes(draw: random.Random, how: Recipe) -> list[str]:
    if draw.random() < how.unchanged:
        return []
    first = draw_kind(HELD_OUT if draw.random() < how.held_out else TRAINED, draw)
    more = [draw_kind(TRAINED, draw)] if draw.random() < 0.15 else []
    return [*([kind for kind in more if kind != first]), first]


def _add_sibling(
    new: list[Item], original: str, id_: str, near: Mapping[str, list[str]], draw: random.Random, share: float
) -> None:
    if draw.random() >= share:
        return
    kind = draw.random()
    if any(letter.isdigit() for letter in original) and kind < _OTHER_NUMBER:
        other = other_number(original, draw)
    elif town_of(original) and kind < _OTHER_TOWN:
        other = other_town(original, draw)
    elif kind < _NEAR_NAME:
        other = near_name(original, near, draw)
    else:
        other = sibling(original, draw)
    if not same_identity(other, original):
        new.append(Item(id_, other))
