"""Supplier lists made from real names of organisations by known changes, with the truth."""

import random

from bookbind.merge.matching.items import Item
from training.lists import Labelled
from training.noise import HELD_OUT, TRAINED, changed, draw_kind, same_identity, sibling

_UNCHANGED, _ABSENT, _ABSENT_WITH_SIBLING, _MATCHED_WITH_SIBLING, _UNRELATED = 0.3, 0.12, 0.5, 0.08, 0.15


def generate(name: str, base: list[str], size: int, seed: int, held_out: float = 0.0) -> Labelled:
    """Lists of about `size` entries; a share `held_out` of the changes is of kinds that no training sees."""
    draw = random.Random(seed)
    names = draw.sample(base, int(size * (1 + _UNRELATED)))
    old, new, truth, kinds = [], [], {}, {}
    for place, original in enumerate(names[:size]):
        old_id, new_id = f"o{place}", f"n{place}"
        kind = _draw_changes(draw, held_out)
        target = changed(original, kind, draw)
        source = original
        # Ledger noise stands on the old side as often as on the new one.
        if draw.random() < 0.5:
            source, target = target, source
        old.append(Item(old_id, source))
        if draw.random() < _ABSENT:
            truth[old_id], kinds[old_id] = frozenset[str](), "absent"
            _add_sibling(new, original, f"s{place}", draw, _ABSENT_WITH_SIBLING)
            continue
        new.append(Item(new_id, target))
        truth[old_id], kinds[old_id] = frozenset({new_id}), "+".join(kind) or "same"
        _add_sibling(new, original, f"s{place}", draw, _MATCHED_WITH_SIBLING)
    new += [Item(f"u{place}", other) for place, other in enumerate(names[size:])]
    draw.shuffle(new)
    same = frozenset(old_id for old_id, found in truth.items() if found)
    return Labelled(name, old, new, truth, same, kinds)


def _draw_changes(draw: random.Random, held_out: float) -> list[str]:
    if draw.random() < _UNCHANGED:
        return []
    first = draw_kind(HELD_OUT if draw.random() < held_out else TRAINED, draw)
    more = [draw_kind(TRAINED, draw)] if draw.random() < 0.15 else []
    return [*([kind for kind in more if kind != first]), first]


def _add_sibling(new: list[Item], original: str, id_: str, draw: random.Random, share: float) -> None:
    if draw.random() < share:
        other = sibling(original, draw)
        if not same_identity(other, original):
            new.append(Item(id_, other))
