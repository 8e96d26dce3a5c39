"""Suggestions for lists in which every entry stands for one thing: businesses, products, bank accounts."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from bookbind.merge.matching.folding import fold
from bookbind.merge.matching.identifiers import contradiction, equal_evidence
from bookbind.merge.matching.items import Item, Kind, Suggestion
from bookbind.merge.matching.model import MOST, load_model
from bookbind.merge.matching.named import Reader, Scored, choose, score_names
from bookbind.merge.matching.names import read_names
from bookbind.merge.matching.products import read_products

# From this probability on a suggestion is accepted by itself, and this is how likely its rival may be.
ACCEPTED = 0.95
_RIVAL = 0.3
# Below this probability nothing is shown.
SHOWN = 0.04
_CONTRADICTED = 0.3
_EMAIL_ALONE = 0.8
_MOST_ALTERNATIVES = 3
MODELS = dict.fromkeys(Kind, "names") | {Kind.PRODUCTS: "products"}
READERS: dict[Kind, Reader] = dict.fromkeys(Kind, read_names) | {Kind.PRODUCTS: read_products}

Why = dict[tuple[int, int], tuple[str, ...]]


def match_one_to_one(old_items: Sequence[Item], new_items: Sequence[Item], kind: Kind) -> list[Suggestion]:
    """One suggestion for each old entry, in their order; no new entry is suggested twice."""
    # The result must not depend on the order in which a software lists its entries.
    old = sorted(old_items, key=lambda item: (fold(item.name), item.id))
    new = sorted(
        (item for item in new_items if not item.archived), key=lambda item: (fold(item.name), item.id)
    )
    scored, why = _weigh_evidence(old, new, kind)
    chosen = choose(scored)
    by_old: dict[int, list[tuple[float, int]]] = defaultdict(list)
    by_new: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for one, other, chance in zip(
        scored.old.tolist(), scored.new.tolist(), scored.probability.tolist(), strict=True
    ):
        by_old[one].append((chance, other))
        by_new[other].append((chance, one))
    made = {
        item.id: _suggest(place, item, new, chosen.get(place), by_old, by_new, why)
        for place, item in enumerate(old)
    }
    return [made[item.id] for item in old_items]


def _weigh_evidence(old: list[Item], new: list[Item], kind: Kind) -> tuple[Scored, Why]:
    """What names say, corrected by identifiers, and the reasons for each pair."""
    scored = score_names(
        [fold(item.name) for item in old],
        [fold(item.name) for item in new],
        load_model(MODELS[kind]),
        READERS[kind],
    )
    evidence = equal_evidence(old, new, kind)
    chances: dict[tuple[int, int], float] = {}
    why: Why = {}
    rows = zip(
        scored.old.tolist(), scored.new.tolist(), scored.probability.tolist(), scored.reasons, strict=True
    )
    for one, other, chance, reason in rows:
        against = contradiction(old[one], new[other], kind)
        chances[one, other] = min(chance, _CONTRADICTED) if against else chance
        why[one, other] = (reason, against) if against else (reason,)
    for pair, (sure, reasons) in evidence.items():
        by_name = chances.get(pair, 0.0)
        # A shared mailbox is not enough where the names have nothing in common.
        known = sure if sure > ACCEPTED + 0.02 or by_name > 0.1 else _EMAIL_ALONE
        chances[pair] = min(MOST, max(known, by_name))
        why[pair] = (*reasons, *why.get(pair, ()))
    pairs = list(chances)
    return Scored(
        np.array([one for one, _ in pairs], dtype=np.int64),
        np.array([other for _, other in pairs], dtype=np.int64),
        np.array([chances[pair] for pair in pairs], dtype=np.float32),
        [],
    ), why


def _suggest(
    place: int,
    item: Item,
    new: list[Item],
    chosen: tuple[int, float] | None,
    by_old: dict[int, list[tuple[float, int]]],
    by_new: dict[int, list[tuple[float, int]]],
    why: Why,
) -> Suggestion:
    others = sorted(by_old.get(place, ()), key=lambda pair: (-pair[0], pair[1]))
    if chosen is None or chosen[1] < SHOWN:
        shown = _alternatives(others, new, None)
        return Suggestion(
            item.id, None, 0.0, False, ("nothing alike",) if not shown else ("nothing alike enough",), shown
        )
    target, chance = chosen
    rivals = [rival for rival, other in others if other != target]
    rivals += [rival for rival, other in by_new[target] if other != place]
    auto = chance >= ACCEPTED and max(rivals, default=0) < _RIVAL
    reasons = why[place, target]
    if chance >= ACCEPTED and not auto:
        reasons = (*reasons, "another one is as likely")
    return Suggestion(
        item.id, new[target].id, round(chance, 4), auto, reasons, _alternatives(others, new, target)
    )


def _alternatives(
    others: list[tuple[float, int]], new: list[Item], chosen: int | None
) -> tuple[tuple[str, float], ...]:
    shown = [(new[other].id, round(chance, 4)) for chance, other in others if other != chosen]
    return tuple(shown[:_MOST_ALTERNATIVES])
