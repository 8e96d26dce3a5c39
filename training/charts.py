"""Charts of accounts made from the catalogue, and the model of accounts that is trained on them."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bookbind.merge.matching.account_evidence import FEATURES, LEARNED, compare_accounts
from bookbind.merge.matching.account_types import FAMILIES
from bookbind.merge.matching.catalogue import WRITTEN_DOWN, load_catalogue
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
_OWN_WORDS = "Alpha Mill Harbour Unit Depot Elm Street Phase North Wing Studio Lodge Cedar Barn Dock".split()
_HELD_PHRASE = 0.2
_RARE, _USUAL_PHRASES, _USUAL_FAMILY = 0.3, 25, 1.2
_BROADER_TAKEN, _KIN_TAKEN, _REST_TAKEN = 0.85, 0.3, 0.3
# Accounts of one type that share so much of their words are as near as kin.
_WORDS_SHARED, _SAME_TYPE, _BY_WORDS = 0.45, 0.95, 0.15


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart with the concept that each account stands for, -1 for one that the catalogue does not know."""

    items: list[Item]
    concepts: NDArray[np.int64]
    without: NDArray[np.int64]


def draw_chart(seed: str, share: float, own: Sequence[str]) -> Chart:
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
    for name in own:
        draw = random.Random(f"{seed} {name}")
        items.append(
            Item(
                f"c{len(items)}",
                name,
                str(draw.randint(100, 9999)),
                style[draw.choice(["income", "expense"])],
            )
        )
        concepts.append(-1)
        without.append(-1)
    return Chart(items, np.array(concepts), np.array(without))


def _frequency(key: str, phrases: int) -> float:
    """How often charts have a concept, beside the most usual ones: what is usual has many names."""
    return _RARE if key.startswith(WRITTEN_DOWN) else min(max(phrases / _USUAL_PHRASES, _RARE), 1.0)


def sample_charts(seed: int) -> Sample:
    """All allowed pairs of two drawn charts; right are those of one concept, or of its nearest relative."""
    draw = random.Random(seed)
    own = [f"{draw.choice(_OWN_WORDS)} {draw.choice(_OWN_WORDS)}" for _ in range(6)]
    old = draw_chart(f"{seed} old", draw.uniform(0.4, 0.8), own[:4])
    new = draw_chart(f"{seed} new", draw.uniform(0.3, 0.8), own[2:])
    evidence = compare_accounts(old.items, new.items, (old.without, new.without))
    right = _right(old, new, evidence.features, seed)
    rows, columns = np.nonzero(evidence.allowed)
    features = evidence.features[rows, columns]
    # Most pairs have nothing in common; a part of them is enough.
    telling = [FEATURES.index(name) for name in ("words_shared", "concept", "related", "catch_all")]
    keep = (features[:, telling] > 0).any(axis=1)
    keep |= right[rows, columns] | (np.random.default_rng(seed).random(len(rows)) < 0.2)
    # Nothing competes for the new side, so each pair is its own rival there.
    return Sample(
        f"charts {seed}",
        features[keep][:, :LEARNED],
        right[rows, columns][keep],
        rows[keep],
        np.arange(int(keep.sum())),
        1.0,
    )


def _right(old: Chart, new: Chart, features: Floats, seed: int) -> NDArray[np.bool_]:
    relation = load_catalogue().relation
    known = (old.concepts[:, None] >= 0) & (new.concepts[None, :] >= 0)
    near = np.where(known, relation[old.concepts[:, None], new.concepts[None, :]], 0)
    shared, fit = (features[:, :, FEATURES.index(name)] for name in ("words_shared", "type_fit"))
    by_words = (shared >= _WORDS_SHARED) & (fit >= _SAME_TYPE)
    near = np.maximum(near, by_words * (_BY_WORDS + 0.01 * shared))
    near = np.maximum(near, 0.1 * known * features[:, :, FEATURES.index("catch_all")] * fit)
    own = np.array([[a.name == b.name for b in new.items] for a in old.items])
    near = np.where(own, 1.0, near)
    best = near.max(axis=1, keepdims=True)
    # Where the same account is missing, people take a broader one or a narrower one, then one of its kind or
    # the one for all the rest, or leave the row open.
    chance = np.select(
        [best >= 0.99, best >= 0.3, best >= 0.15, best > 0], [1.0, _BROADER_TAKEN, _KIN_TAKEN, _REST_TAKEN]
    )
    taken = np.random.default_rng(seed).random(best.shape) < chance
    right: NDArray[np.bool_] = (near == best) & taken
    return right


def train_accounts(charts: int = 160) -> Model:
    """The model of accounts, from charts that were drawn."""
    return train([sample_charts(seed) for seed in range(charts)], {}, Plan(first=(24, 12), rounds=20))
