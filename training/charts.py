"""Charts of accounts made from the catalogue, and the model of accounts that is trained on them."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bookbind.merge.matching.account_evidence import LEARNED, Evidence, compare_accounts
from bookbind.merge.matching.account_types import FAMILIES
from bookbind.merge.matching.catalogue import LOOSELY, WRITTEN_DOWN, load_catalogue
from bookbind.merge.matching.items import Item
from bookbind.merge.matching.model import Model
from training.fitting import Plan, train
from training.samples import Sample

Floats = NDArray[np.float32]
# The types that seven styles of charts use, in the order of FAMILIES.
_STYLE_TYPES = """
BANK BANK CURRENT CURRENT INVENTORY FIXED CURRLIAB CURRLIAB TERMLIAB EQUITY REVENUE OTHERINCOME DIRECTCOSTS
    OVERHEADS DEPRECIATN
Bank Credit+Card Accounts+Receivable Other+Current+Asset Other+Current+Asset Fixed+Asset Accounts+Payable
    Other+Current+Liability Long+Term+Liability Equity Income Other+Income Cost+of+Goods+Sold Expense
    Other+Expense
Asset Liability Asset Asset Asset Asset Liability Liability Liability Equity Income Income Expense Expense
    Expense
asset_cash liability_credit_card asset_receivable asset_current asset_current asset_fixed liability_payable
    liability_current liability_non_current equity income income_other expense_direct_cost expense
    expense_depreciation
Current+Assets Current+Liabilities Current+Assets Current+Assets Current+Assets Fixed+Assets
    Current+Liabilities Current+Liabilities Long+Term+Liabilities Capital+&+Reserves Sales Sales
    Direct+Expenses Overheads Overheads
Current+Asset/Liability Current+Asset/Liability Current+Asset/Liability Current+Asset/Liability
    Current+Asset/Liability Fixed+Asset Current+Asset/Liability Current+Asset/Liability
    Current+Asset/Liability Capital+Reserves Turnover Turnover Cost+of+Sale Expenditure Expenditure
general general general general general general general general general general income income cost_of_sales
    admin_expenses admin_expenses
""".split()
_STYLES = tuple(
    {
        family: word.replace("+", " ")
        for family, word in zip(FAMILIES, _STYLE_TYPES[first : first + len(FAMILIES)], strict=True)
    }
    for first in range(0, len(_STYLE_TYPES), len(FAMILIES))
)
# Words that are in no catalogue are made of such parts; what stands beside them, most of them know.
_STARTS = "ba bre ka cho du fen gra hol ji kle lo mar ne os pla qui ro sto ta ul ve wy xa zor".split()
_ENDS = "bing dale der fax gen hurst kin lan mer nox pel quay ron sby ton vic wick xen yard zell".split()
_KINDS = "Costs Expenses Fees Project Fund Sales Income Materials Site Events Unit Club".split()
_OWN_COUNT, _OWN_SHARED, _OWN_FAMILIES = 8, 3, ("expense", "direct", "income", "other_income")
_HELD_PHRASE = 0.2
_RARE, _USUAL_PHRASES, _USUAL_FAMILY = 0.3, 25, 1.2
_BROADER_TAKEN, _LOOSELY_TAKEN, _KIN_TAKEN, _REST_TAKEN = 0.92, 0.5, 0.25, 0.25
# Accounts of one type that share so much of their words are as near as kin.
_WORDS_SHARED, _SAME_TYPE, _BY_WORDS = 0.45, 0.95, 0.15


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart with the concept that each account stands for, -1 for one that the catalogue does not know.

    Those are a business's own: `own` says which of its own things they stand for, -1 for none.
    """

    items: list[Item]
    concepts: NDArray[np.int64]
    without: NDArray[np.int64]
    own: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class OwnThing:
    """Something that only one business has an account for."""

    number: int
    name: str
    family: str


def draw_chart(seed: str, share: float, things: Sequence[OwnThing]) -> Chart:
    """A chart that has each concept with a probability, in words and types of its own style.

    Each account has a seed of its own, so that a new concept or phrase leaves all others as they were.
    """
    draw = random.Random(seed)
    catalogue, style = load_catalogue(), draw.choice(_STYLES)
    items, concepts, without = [], [], []
    rows: dict[int, list[int]] = {}
    for row, owner in enumerate(catalogue.owner.tolist()):
        rows.setdefault(owner, []).append(row)
    for place, concept in enumerate(catalogue.concepts):
        draw = random.Random(f"{seed} {concept.key}")
        if draw.random() > share * _frequency(concept.key, len(rows[place])):
            continue
        # The first phrases are the usual ones.
        row = rows[place][min(int(draw.expovariate(0.25)), len(rows[place]) - 1)]
        family = concept.families[min(int(draw.expovariate(_USUAL_FAMILY)), len(concept.families) - 1)]
        name = catalogue.phrases[row]
        name = name.title() if draw.random() < 0.5 else name.capitalize()
        items.append(Item(f"c{len(items)}", name, str(draw.randint(100, 9999)), style[family]))
        concepts.append(place)
        without.append(row if draw.random() < _HELD_PHRASE else -1)
    for thing in things:
        draw = random.Random(f"{seed} {thing.name}")
        number, name = str(draw.randint(100, 9999)), _as_written(thing.name, draw)
        items.append(Item(f"c{len(items)}", name, number, style[thing.family]))
        concepts.append(-1)
        without.append(-1)
    own = [-1] * (len(items) - len(things)) + [thing.number for thing in things]
    return Chart(items, np.array(concepts), np.array(without), np.array(own))


def draw_things(draw: random.Random) -> list[OwnThing]:
    """A business's own things, of words that no catalogue knows; some share a word or differ by a number."""
    words = [f"{draw.choice(_STARTS)}{draw.choice(_ENDS)}".title() for _ in range(_OWN_COUNT - 2)]
    things = []
    for number in range(_OWN_COUNT):
        beside = draw.choice([*_KINDS, *_KINDS, draw.choice(words), str(draw.randint(1, 30))])
        name = " ".join(dict.fromkeys([draw.choice(words), beside][: draw.choice([1, 2, 2, 2])]))
        things.append(OwnThing(number, name, draw.choice(_OWN_FAMILIES)))
    return list({thing.name: thing for thing in things}.values())


def _as_written(name: str, draw: random.Random) -> str:
    """The name as one of two charts may write it: unchanged, with a slip, turned round, or a word more."""
    words, how = name.split(), draw.random()
    if how < 0.1 and len(words[0]) > 5:
        place = draw.randrange(1, len(words[0]) - 1)
        return name.replace(words[0], words[0][:place] + words[0][place + 1 :])
    if how < 0.2:
        return " ".join(reversed(words))
    if how < 0.3:
        return f"{name} {draw.choice(_KINDS)}"
    return name


def _frequency(key: str, phrases: int) -> float:
    """How often charts have a concept, beside the most usual ones: what is usual has many names."""
    return _RARE if key.startswith(WRITTEN_DOWN) else min(max(phrases / _USUAL_PHRASES, _RARE), 1.0)


def sample_charts(seed: int) -> Sample:
    """All allowed pairs of two drawn charts; right are those of one concept, or of its nearest relative."""
    draw = random.Random(seed)
    things = draw_things(draw)
    old = draw_chart(f"{seed} old", draw.uniform(0.4, 0.8), things[:-_OWN_SHARED])
    new = draw_chart(f"{seed} new", draw.uniform(0.3, 0.8), things[_OWN_SHARED:])
    evidence = compare_accounts(old.items, new.items, (old.without, new.without))
    right = _right(old, new, evidence, seed)
    # Nothing competes for the new side, so each pair is its own rival there.
    return Sample(
        f"charts {seed}",
        evidence.features[:, :LEARNED],
        right,
        evidence.old,
        np.arange(len(right)),
        1.0,
    )


def _right(old: Chart, new: Chart, evidence: Evidence, seed: int) -> NDArray[np.bool_]:
    """Which pairs people would take: of each old account those that are nearest."""
    relation = load_catalogue().relation
    concept_old, concept_new = old.concepts[evidence.old], new.concepts[evidence.new]
    known = (concept_old >= 0) & (concept_new >= 0)
    near = np.where(known, relation[concept_old, concept_new], 0)
    shared, fit = evidence.column("words_shared"), evidence.column("type_fit")
    by_words = (shared >= _WORDS_SHARED) & (fit >= _SAME_TYPE)
    near = np.maximum(near, by_words * (_BY_WORDS + 0.01 * shared))
    near = np.maximum(near, 0.1 * known * evidence.column("catch_all") * fit)
    own = [
        old.own[a] >= 0 and old.own[a] == new.own[b] for a, b in zip(evidence.old, evidence.new, strict=True)
    ]
    near = np.where(own, 1.0, near)
    best = np.zeros(len(old.items))
    np.maximum.at(best, evidence.old, near)
    # Where the same account is missing, people take a broader one or a narrower one, one that will do at a
    # pinch, then one of its kind or the one for all the rest, or leave the row open.
    chance = np.select(
        [best >= 0.99, best > LOOSELY, best == LOOSELY, best >= 0.15, best > 0],
        [1.0, _BROADER_TAKEN, _LOOSELY_TAKEN, _KIN_TAKEN, _REST_TAKEN],
    )
    taken = np.random.default_rng(seed).random(best.shape) < chance
    right: NDArray[np.bool_] = (near == best[evidence.old]) & taken[evidence.old]
    return right


def train_accounts(charts: int = 320) -> Model:
    """The model of accounts, from charts that were drawn."""
    return train([sample_charts(seed) for seed in range(charts)], {}, Plan(first=(24, 12), rounds=20))
