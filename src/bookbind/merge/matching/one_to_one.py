"""Suggestions for lists in which every entry stands for one thing: businesses, products, bank accounts."""

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bookbind.merge.matching.accepting import BUSINESSES, LOWEST, is_never, least_accepted
from bookbind.merge.matching.apart import SORT, are_apart, read_apart
from bookbind.merge.matching.folding import fold
from bookbind.merge.matching.identifiers import contradictions, equal_evidence
from bookbind.merge.matching.items import Item, Kind, Suggestion
from bookbind.merge.matching.model import MOST, Model, best_rival, load_model
from bookbind.merge.matching.named import Reader, Scored, choose, score_names
from bookbind.merge.matching.names import read_name
from bookbind.merge.matching.namesakes import parting
from bookbind.merge.matching.numbered import compare_numbers
from bookbind.merge.matching.payment_ways import compare_ways
from bookbind.merge.matching.products import read_product

# What people number, letter and name in pairs themselves: departments, phases, cards, ways to pay.
_SORTED = (Kind.TRACKING, Kind.BANK_ACCOUNTS, Kind.PAYMENT_METHODS)
# How likely the rival of what is accepted may be.
_RIVAL = 0.3
# Below this probability nothing is shown.
SHOWN = 0.04
_CONTRADICTED = 0.3
# From here on an identifier is as good as a name tag; other pairs of its entries are hardly likely.
_NUMBER_KNOWN, _KNOWN_ELSEWHERE = 0.97, 0.1
_ADDRESS_ALONE, _ADDRESSED_ELSEWHERE = 0.8, 0.7
_MOST_ALTERNATIVES = 3
MODELS = dict.fromkeys(Kind, "names") | {Kind.PRODUCTS: "products"}
READERS: dict[Kind, Reader] = dict.fromkeys(Kind, read_name) | {Kind.PRODUCTS: read_product}

Integers = NDArray[np.int64]
NOTHING = ("nothing alike",)
_NOT_WORDS = re.compile(r"[\W_]+")


def match_one_to_one(
    old_items: Sequence[Item], new_items: Sequence[Item], kind: Kind, model: Model | None = None
) -> list[Suggestion]:
    """One suggestion for each old entry, in their order; no new entry is suggested twice.

    `model` is another model than the one that belongs to the kind, for the training to judge.
    """
    # The result must not depend on the order in which a software lists its entries.
    parents = _parents_tell(old_items, new_items)
    old, old_texts = _in_order(old_items, with_parent=parents)
    new, new_texts = _in_order([item for item in new_items if not item.archived], with_parent=parents)
    scored = score_names(old_texts, new_texts, model or load_model(MODELS[kind]), READERS[kind])
    if kind in _SORTED:
        scored = replace(scored, doubts=_with_sorts(scored, old_texts, new_texts))
    if kind is Kind.PAYMENT_METHODS:
        scored = compare_ways(scored, old_texts, new_texts)
    if kind is Kind.TRACKING:
        scored = compare_numbers(scored, old_texts, new_texts)
    if kind in BUSINESSES:
        scored = replace(scored, doubts=_with_partings(scored, old_texts, new_texts))
    scored = _with_evidence(scored, old, new, kind)
    made = dict(zip((item.id for item in old), _suggestions(scored, old, new, kind), strict=True))
    return [made[item.id] for item in old_items]


def _with_sorts(scored: Scored, old: Sequence[str], new: Sequence[str]) -> list[str]:
    """What speaks against each pair; that entries are two of a sort before all else."""
    apart = [[read_apart(_NOT_WORDS.sub(" ", text).split()) for text in side] for side in (old, new)]
    return [
        SORT if are_apart(apart[0][one], apart[1][other]) else doubt
        for one, other, doubt in zip(scored.old.tolist(), scored.new.tolist(), scored.doubts, strict=True)
    ]


def _with_partings(scored: Scored, old: Sequence[str], new: Sequence[str]) -> list[str]:
    """What speaks against each pair, and what parts two names where a pair would be accepted otherwise."""
    doubts = list(scored.doubts)
    for place in np.flatnonzero(scored.probability >= LOWEST).tolist():
        one, other = old[scored.old[place]], new[scored.new[place]]
        if one != other and not is_never(doubts[place]):
            doubts[place] = parting(one, other) or doubts[place]
    return doubts


def _parents_tell(old: Sequence[Item], new: Sequence[Item]) -> bool:
    """Whether both lists name parents, and more than the one that all entries of a side hang below."""
    named = [{fold(parent) for parent in {item.parent for item in side}} for side in (old, new)]
    return all(any(names) for names in named) and any(len(names) > 1 for names in named)


def _in_order(items: Sequence[Item], *, with_parent: bool) -> tuple[list[Item], list[str]]:
    """The entries by their folded names, below their parents' where that tells them apart, and the names."""
    texts = [fold(f"{item.parent} {item.name}" if with_parent else item.name) for item in items]
    order = sorted(range(len(items)), key=[item.id for item in items].__getitem__)
    order.sort(key=texts.__getitem__)
    return [items[place] for place in order], [texts[place] for place in order]


def _with_evidence(scored: Scored, old: Sequence[Item], new: Sequence[Item], kind: Kind) -> Scored:
    """What names say, corrected by the identifiers of either entry."""
    probability, reasons, doubts = scored.probability.copy(), list(scored.reasons), list(scored.doubts)
    for place, against in contradictions(old, new, scored.old, scored.new, kind).items():
        probability[place] = min(probability[place], _CONTRADICTED)
        reasons[place] = f"{reasons[place]}, {against}"
    evidence = equal_evidence(old, new, kind)
    if not evidence:
        return replace(scored, probability=probability, reasons=reasons)
    pairs = list(zip(scored.old.tolist(), scored.new.tolist(), strict=True))
    places = {pair: at for at, pair in enumerate(pairs)}
    added: list[tuple[int, int, float, str]] = []
    known = scored.known.copy()
    # What is known by its number is not sought by its name.
    known_old = {one for (one, _), (sure, _) in evidence.items() if sure >= _NUMBER_KNOWN}
    known_new = {other for (_, other), (sure, _) in evidence.items() if sure >= _NUMBER_KNOWN}
    addressed_old, addressed_new = {one for one, _ in evidence}, {other for _, other in evidence}
    for place, (one, other) in enumerate(pairs):
        if (one, other) in evidence:
            continue
        if one in known_old or other in known_new:
            probability[place] = min(probability[place], _KNOWN_ELSEWHERE)
        elif one in addressed_old or other in addressed_new:
            probability[place] = min(probability[place], _ADDRESSED_ELSEWHERE)
    for pair, (sure, said) in evidence.items():
        at = places.get(pair, -1)
        by_name = float(probability[at]) if at >= 0 else 0.0
        # An address that a whole group shares is not enough where the names have nothing in common.
        least = sure if sure >= _NUMBER_KNOWN or by_name > 0.1 else _ADDRESS_ALONE
        chance, why = min(MOST, max(least, by_name)), ", ".join(said)
        if at < 0:
            added.append((*pair, chance, why))
        else:
            probability[at], reasons[at] = chance, f"{why}, {reasons[at]}"
            doubts[at], known[at] = "", True
    return Scored(
        np.concatenate([scored.old, np.array([row[0] for row in added], dtype=np.int64)]),
        np.concatenate([scored.new, np.array([row[1] for row in added], dtype=np.int64)]),
        np.concatenate([probability, np.array([row[2] for row in added], dtype=np.float32)]),
        reasons + [row[3] for row in added],
        doubts + [""] * len(added),
        np.concatenate([known, np.ones(len(added), bool)]),
    )


def _suggestions(scored: Scored, old: Sequence[Item], new: Sequence[Item], kind: Kind) -> list[Suggestion]:
    """One suggestion for each old entry, in order."""
    chosen = choose(scored, len(old), SHOWN)
    rivals = np.maximum(
        best_rival(scored.probability, scored.old), best_rival(scored.probability, scored.new)
    )
    is_clear = rivals < _RIVAL
    least = least_accepted(scored, chosen, is_clear, kind)
    sure, clear = (scored.probability >= least).tolist(), is_clear.tolist()
    order = np.lexsort((scored.new, -scored.probability, scored.old))
    starts = np.searchsorted(scored.old[order], np.arange(len(old) + 1)).tolist()
    places, targets = order.tolist(), scored.new.tolist()
    chances = scored.probability.astype(float).round(4).tolist()
    made = []
    for row, item in enumerate(old):
        pairs = places[starts[row] : starts[row + 1]]
        at = chosen[row]
        others = _others(pairs, at, new, targets, chances) if len(pairs) > 1 or at < 0 else ()
        if at < 0:
            reasons = ("nothing alike enough",) if others else NOTHING
            made.append(Suggestion(item.id, None, 0.0, False, reasons, others))
            continue
        auto = sure[at] and clear[at]
        doubt = "another is as likely" if sure[at] and not auto else scored.doubts[at]
        said = (scored.reasons[at], doubt) if doubt and not auto else (scored.reasons[at],)
        made.append(Suggestion(item.id, new[targets[at]].id, chances[at], auto, said, others))
    return made


def _others(
    pairs: list[int], chosen: int, new: Sequence[Item], targets: list[int], chances: list[float]
) -> tuple[tuple[str, float], ...]:
    """The runners-up of an old entry, the likeliest first."""
    places = [place for place in pairs if place != chosen][:_MOST_ALTERNATIVES]
    return tuple((new[targets[place]].id, chances[place]) for place in places)
