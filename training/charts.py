"""Charts of accounts made from the catalogue, and the model of accounts that is trained on them."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bookbind.merge.matching.accounts import FEATURES, compare_accounts
from bookbind.merge.matching.catalogue import WRITTEN_DOWN, load_catalogue
from bookbind.merge.matching.items import Item
from bookbind.merge.matching.model import Model
from training.names import Sample, train

Floats = NDArray[np.float32]
_STYLES: tuple[dict[str, str], ...] = (
    {
        "bank": "BANK", "card": "BANK", "receivable": "CURRENT", "asset": "CURRENT", "stock": "INVENTORY",
        "fixed": "FIXED", "payable": "CURRLIAB", "liability": "CURRLIAB", "loan": "TERMLIAB", "equity": "EQUITY",
        "income": "REVENUE", "other_income": "OTHERINCOME", "direct": "DIRECTCOSTS", "expense": "OVERHEADS",
        "other_expense": "DEPRECIATN",
    },
    {
        "bank": "Bank", "card": "Credit Card", "receivable": "Accounts Receivable", "asset": "Other Current Asset",
        "stock": "Other Current Asset", "fixed": "Fixed Asset", "payable": "Accounts Payable",
        "liability": "Other Current Liability", "loan": "Long Term Liability", "equity": "Equity",
        "income": "Income", "other_income": "Other Income", "direct": "Cost of Goods Sold", "expense": "Expense",
        "other_expense": "Other Expense",
    },
    {
        "bank": "Asset", "card": "Liability", "receivable": "Asset", "asset": "Asset", "stock": "Asset",
        "fixed": "Asset", "payable": "Liability", "liability": "Liability", "loan": "Liability", "equity": "Equity",
        "income": "Income", "other_income": "Income", "direct": "Expense", "expense": "Expense",
        "other_expense": "Expense",
    },
    {
        "bank": "asset_cash", "card": "liability_credit_card", "receivable": "asset_receivable",
        "asset": "asset_current", "stock": "asset_current", "fixed": "asset_fixed", "payable": "liability_payable",
        "liability": "liability_current", "loan": "liability_non_current", "equity": "equity", "income": "income",
        "other_income": "income_other", "direct": "expense_direct_cost", "expense": "expense",
        "other_expense": "expense_depreciation",
    },
    {
        "bank": "Current Assets", "card": "Current Liabilities", "receivable": "Current Assets",
        "asset": "Current Assets", "stock": "Current Assets", "fixed": "Fixed Assets",
        "payable": "Current Liabilities", "liability": "Current Liabilities", "loan": "Long Term Liabilities",
        "equity": "Capital & Reserves", "income": "Sales", "other_income": "Sales", "direct": "Direct Expenses",
        "expense": "Overheads", "other_expense": "Overheads",
    },
)  # fmt: skip
_OWN_WORDS = "Alpha Mill Harbour Unit Depot Elm Street Phase North Wing Studio Lodge Site Cedar Barn Dock Tower".split()
_HELD_PHRASE = 0.25
_BROADER_TAKEN, _KIN_TAKEN = 0.65, 0.25


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart with the concept that each account stands for, -1 for one that the catalogue does not know."""

    items: list[Item]
    concepts: NDArray[np.int64]
    without: NDArray[np.int64]


def draw_chart(draw: random.Random, share: float, own: Sequence[str]) -> Chart:
    """A chart that has each concept with a probability, in words and types of its own style."""
    catalogue, style = load_catalogue(), draw.choice(_STYLES)
    items, concepts, without = [], [], []
    rows: dict[int, list[int]] = {}
    for row, owner in enumerate(catalogue.owner.tolist()):
        rows.setdefault(owner, []).append(row)
    for place, concept in enumerate(catalogue.concepts):
        rare = 0.3 if concept.key.startswith(WRITTEN_DOWN) or concept.broader else 1.0
        if draw.random() > share * rare:
            continue
        # The first phrases are the usual ones.
        row = rows[place][min(int(draw.expovariate(0.25)), len(rows[place]) - 1)]
        family = draw.choice(sorted(concept.families))
        name = catalogue.phrases[row]
        name = name.title() if draw.random() < 0.5 else name.capitalize()
        items.append(Item(f"c{len(items)}", name, str(draw.randint(100, 9999)), style[family]))
        concepts.append(place)
        without.append(row if draw.random() < _HELD_PHRASE else -1)
    for name in own:
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


def sample_charts(seed: int) -> Sample:
    """All allowed pairs of two drawn charts; right are those of one concept, or of its nearest broader one."""
    draw = random.Random(seed)
    own = [f"{draw.choice(_OWN_WORDS)} {draw.choice(_OWN_WORDS)}" for _ in range(6)]
    old = draw_chart(draw, draw.uniform(0.4, 0.8), own[:4])
    new = draw_chart(draw, draw.uniform(0.3, 0.8), own[2:])
    evidence = compare_accounts(old.items, new.items, (old.without, new.without))
    right = _right(old, new, seed)
    rows, columns = np.nonzero(evidence.allowed)
    features = evidence.features[rows, columns]
    # Most pairs have nothing in common; a part of them is enough.
    keep = (features[:, FEATURES.index("words_shared")] > 0) | (features[:, FEATURES.index("concept")] > 0)
    keep |= right[rows, columns] | (np.random.default_rng(seed).random(len(rows)) < 0.2)
    # Nothing competes for the new side, so each pair is its own rival there.
    return Sample(
        f"charts {seed}",
        features[keep],
        right[rows, columns][keep],
        rows[keep],
        np.arange(int(keep.sum())),
        1.0,
    )


def _right(old: Chart, new: Chart, seed: int) -> NDArray[np.bool_]:
    relation = load_catalogue().relation
    known = (old.concepts[:, None] >= 0) & (new.concepts[None, :] >= 0)
    near = np.where(known, relation[old.concepts[:, None], new.concepts[None, :]], 0)
    own = np.array([[a.name == b.name for b in new.items] for a in old.items])
    near = np.where(own, 1.0, near)
    best = near.max(axis=1, keepdims=True)
    # Where the same account is missing, people take a broader one or a narrower one, or leave the row open.
    chance = np.select([best >= 0.99, best >= 0.3, best >= 0.15], [1.0, _BROADER_TAKEN, _KIN_TAKEN], 0.0)
    taken = np.random.default_rng(seed).random(best.shape) < chance
    right: NDArray[np.bool_] = (near == best) & taken
    return right


def train_accounts(charts: int = 60) -> Model:
    """The model of accounts, from charts that were drawn."""
    return train([sample_charts(seed) for seed in range(charts)], {}, size=(24, 12))
