"""What two charts show about pairs of accounts that have anything in common."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from bookbind.merge.matching.account_types import CLASS_OF, classes_of, family_of
from bookbind.merge.matching.account_words import mark_doubt, read_marks
from bookbind.merge.matching.catalogue import WRITTEN_DOWN, load_catalogue
from bookbind.merge.matching.chart_sides import Charts, Side, read_charts
from bookbind.merge.matching.items import Item
from bookbind.merge.matching.pairs import compared, picked

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Features = dict[str, NDArray[Any]]

# A concept that both names fit this well is what both mean.
_SAME_CONCEPT = 0.75
_TIE = 0.12
_SAME_TYPE = 0.95
# Names of nothing weigh that much.
_HARDLY = 1e-6

FEATURES = (
    "concept",
    "related",
    "best_concept_old",
    "best_concept_new",
    "top_concept_same",
    "clear_old",
    "clear_new",
    "words_shared",
    "words_old",
    "words_new",
    "likeness",
    "token_set",
    "same_name",
    "type_fit",
    "type_same",
    "gap_of_old",
    "gap_of_new",
    "catch_all",
    "code_same",
    "used_with",
)
# Charts that are drawn have no history, so what the last two tell is not learned but stated.
LEARNED = len(FEATURES) - 2
# What holds all the rest of a family, the best first.
_COSTS, _INCOME = ("general_expenses", "office_expenses"), ("other_income", "sales")
_DEBTORS, _CREDITORS = ("other_debtors", "suspense"), ("other_creditors", "accruals", "suspense")
_REST = {
    "receivable": _DEBTORS,
    "asset": _DEBTORS,
    "stock": ("stock",),
    "fixed": ("other_fixed_assets", f"{WRITTEN_DOWN}other_fixed_assets"),
    "card": _CREDITORS,
    "payable": _CREDITORS,
    "liability": _CREDITORS,
    "loan": ("loans", "other_creditors"),
    "equity": ("other_reserves",),
    "income": _INCOME,
    "other_income": _INCOME,
    "direct": ("cost_of_sales", "purchases", *_COSTS),
    "expense": _COSTS,
    "other_expense": _COSTS,
}
_EACH_LATER = 0.15


# So many new accounts are weighed for each old one, the most promising; what is related, or the place for the
# rest, promises less than what is the same.
_WEIGHED = 40
_RELATED_PROMISES, _REST_PROMISES = 0.3, 0.1
# Cells of a block of rows: what is compared at once, so that memory stays small for any chart.
_CELLS = 1_000_000


@dataclass(frozen=True, slots=True)
class Evidence:
    """What pairs of two charts show, sorted by the places of the old account and of the new one.

    Only pairs that their types allow and that have anything in common, for each old account the best. Of each
    pair: its `features`, whether both mean the same, and what speaks against it, empty where nothing does.
    """

    old: Integers
    new: Integers
    features: Floats
    same_concept: Flags
    doubts: list[str]

    def column(self, feature: str) -> Floats:
        """One feature of all pairs."""
        found: Floats = self.features[:, FEATURES.index(feature)]
        return found


def compare_accounts(
    old: Sequence[Item], new: Sequence[Item], without: tuple[Integers, Integers] | None = None
) -> Evidence:
    """What the pairs of two charts show. `without` keeps phrases out of it, for the training."""
    charts = read_charts(old, new, without or (None, None))
    step = max(1, _CELLS // max(1, len(new)))
    best_old, best_new = np.zeros(len(old), np.float32), np.zeros(len(new), np.float32)
    parts: list[Features] = []
    for first in range(0, len(old), step):
        part = slice(first, min(first + step, len(old)))
        found, strength = _compare_rows(charts, part)
        best_old[part], best_new = strength.max(axis=1), np.maximum(best_new, strength.max(axis=0))
        parts.append(found)
    pairs = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    pairs["gap_of_old"] = best_old[pairs["old"]] - pairs["strength"]
    pairs["gap_of_new"] = best_new[pairs["new"]] - pairs["strength"]
    pairs |= _of_either(charts, pairs) | _of_words(charts, pairs) | _of_single_pairs(charts, pairs)
    same = (pairs["concept"] >= _SAME_CONCEPT) & (pairs["top_concept_same"] > 0)
    return Evidence(
        pairs["old"],
        pairs["new"],
        np.stack([pairs[name].astype(np.float32) for name in FEATURES], axis=1),
        same | (pairs["same_name"] > 0),
        _doubts(charts, pairs["old"], pairs["new"]),
    )


def _compare_rows(charts: Charts, part: slice) -> tuple[Features, Floats]:
    """The promising pairs of some old accounts, and how strongly all new ones speak for each: (old, new)."""
    old, new = charts.old, charts.new
    fits, shared = charts.fits.rows(part), charts.shared.between(part.start, part.stop)
    masses = charts.shared.mass_old[part, None] + charts.shared.mass_new[None, :]
    words = 2 * shared / np.maximum(masses, _HARDLY)
    concept, related = _concepts_in_common(old.concepts[part], new)
    rest = _takes_the_rest(old, new, part)
    faces = old.two_faced[part, None] | new.two_faced[None, :]
    both_assets = old.is_asset[part, None] & new.is_asset[None, :]
    apart = both_assets & (old.is_written_down[part, None] != new.is_written_down[None, :])
    allowed = (fits > 0) & (~charts.needs_faces.rows(part) | faces) & ~apart
    strength = np.where(allowed, (concept + 0.5 * words) * fits, 0).astype(np.float32)
    promise = strength + _RELATED_PROMISES * related + _REST_PROMISES * rest
    for row, place in charts.used | charts.coded:
        if part.start <= row < part.stop:
            promise[row - part.start, place] += 1
    rows, places = _most_promising(np.where(allowed, promise, 0))
    found = {"type_fit": fits, "concept": concept, "related": related, "catch_all": rest, "mass": shared}
    found |= {"words_shared": words, "strength": strength}
    chosen = {name: values[rows, places] for name, values in found.items()}
    return chosen | {"old": rows + part.start, "new": places}, strength


def _most_promising(promise: Floats) -> tuple[Integers, Integers]:
    """Rows and columns of the cells above nothing, of each row _WEIGHED at most, in order."""
    if promise.shape[1] > _WEIGHED:
        least = np.partition(promise, -_WEIGHED, axis=1)[:, -_WEIGHED, None]
        above, level = promise > least, promise == least
        # Of those that promise the same the first are taken.
        room = _WEIGHED - above.sum(axis=1, keepdims=True)
        promise = np.where(above | (level & (level.cumsum(axis=1) <= room)), promise, 0)
    rows, places = np.nonzero(promise)
    return rows, places


def _concepts_in_common(old: Floats, new: Side) -> tuple[Floats, Floats]:
    """How well each two accounts fit a concept that both fit, and how near their concepts are."""
    relation = load_catalogue().relation
    above = relation - np.eye(len(relation), dtype=np.float32)
    reach = np.zeros_like(old)
    for row, scores in enumerate(old):
        kept = np.flatnonzero(scores)
        if len(kept):
            reach[row] = (scores[kept, None] * above[kept]).max(axis=0)
    together = np.zeros((len(old), len(new.items)), np.float32)
    related = np.zeros_like(together)
    for kept in new.kept.T:
        fit = new.concepts[np.arange(len(kept)), kept]
        np.maximum(together, np.minimum(old[:, kept], fit), out=together)
        np.maximum(related, reach[:, kept] * fit, out=related)
    return together, related


def _takes_the_rest(old: Side, new: Side, part: slice) -> Floats:
    """Whether a new account is the one for all the rest of the old one's family, and how good a one."""
    concepts = load_catalogue().concepts
    place = {concept.key: number for number, concept in enumerate(concepts)}
    takes = np.zeros((len(CLASS_OF), len(place)), np.float32)
    for row, family in enumerate(CLASS_OF):
        for later, key in enumerate(_REST.get(family, ())):
            takes[row, place[key]] = 1 - _EACH_LATER * later
    families = list(CLASS_OF)
    found = np.zeros((part.stop - part.start, len(new.items)), np.float32)
    for row, (item, top) in enumerate(zip(old.items[part], old.top[part].tolist(), strict=True)):
        # Where the type leaves the family open, what the name stands for tells it.
        meant = {family_of(item.type)} & CLASS_OF.keys()
        if not meant and top >= 0:
            meant = {family for family in concepts[top].families if CLASS_OF[family] in classes_of(item.type)}
        if meant:
            found[row] = takes[[families.index(family) for family in meant]].max(axis=0)[new.top]
    return np.where(new.top[None, :] >= 0, found, 0).astype(np.float32)


def _of_either(charts: Charts, pairs: Features) -> Features:
    """How well each account of a pair fits any concept, how clearly, and whether both fit the same best."""
    old, new = charts.old.concepts, charts.new.concepts
    best_old, best_new = old.max(axis=1)[pairs["old"]], new.max(axis=1)[pairs["new"]]
    best = np.maximum(best_old, best_new)
    return {
        "best_concept_old": best_old,
        "best_concept_new": best_new,
        "clear_old": _clearness(old)[pairs["old"]],
        "clear_new": _clearness(new)[pairs["new"]],
        "top_concept_same": (pairs["concept"] > 0) & (pairs["concept"] >= best - _TIE),
        "type_same": pairs["type_fit"] >= _SAME_TYPE,
    }


def _clearness(scores: Floats) -> Floats:
    """By how much each name fits the best concept better than the second."""
    two: Floats = np.partition(scores, -2, axis=1)[:, -2:]
    return two[:, 1] - two[:, 0]


def _of_words(charts: Charts, pairs: Features) -> Features:
    """What share of either name the words are that both have, and how alike the names are as texts."""
    shared, mass = charts.shared, pairs["mass"]
    texts = picked(charts.old.names, pairs["old"]), picked(charts.new.names, pairs["new"])
    return {
        "words_old": mass / np.maximum(shared.mass_old[pairs["old"]], _HARDLY),
        "words_new": mass / np.maximum(shared.mass_new[pairs["new"]], _HARDLY),
        "likeness": compared(texts, fuzz.token_sort_ratio) / 100,
        "token_set": compared(texts, fuzz.token_set_ratio) / 100,
        "same_name": np.array([one == other for one, other in zip(*texts, strict=True)], dtype=bool),
    }


def _of_single_pairs(charts: Charts, pairs: Features) -> Features:
    keys = list(zip(pairs["old"].tolist(), pairs["new"].tolist(), strict=True))
    return {
        "code_same": np.array([charts.coded.get(key, 0.0) for key in keys], np.float32),
        "used_with": np.array([charts.used.get(key, 0.0) for key in keys], np.float32),
    }


def _doubts(charts: Charts, old: Integers, new: Integers) -> list[str]:
    """What speaks against each pair: accounts of one sort that are numbered, lettered or named by place."""
    marks = [[read_marks(name) for name in side.names] for side in (charts.old, charts.new)]
    marked = [np.array([each.says_anything for each in side], dtype=bool) for side in marks]
    doubts = [""] * len(old)
    for pair in np.flatnonzero(marked[0][old] & marked[1][new]).tolist():
        doubts[pair] = mark_doubt(marks[0][old[pair]], marks[1][new[pair]])
    return doubts
