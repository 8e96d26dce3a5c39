"""Lists with known matches: where they are, and how they are read."""

import csv
import os
import random
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from bookbind.merge.matching.items import Item
from bookbind.merge.matching.tax_words import parse_side

FOLDER = Path(os.environ.get("BOOKBIND_MATCHING_DATA", Path(__file__).parents[2] / "shared/data/matching"))


@dataclass(frozen=True, slots=True)
class Labelled:
    """Two lists and the truth: old id to the new ids that are right, none where nothing is.

    `same` are the old ids whose partner is the same thing rather than the best place for it.
    """

    name: str
    old: list[Item]
    new: list[Item]
    truth: dict[str, frozenset[str]]
    same: frozenset[str]
    kinds: dict[str, str]


def read_labelled(folder: str, name: str = "", root: Path = FOLDER) -> Labelled:
    """The lists of a folder below `root`."""
    path = root / folder
    truth, same, kinds = {}, set(), {}
    for row in _rows(path / "truth.csv"):
        others = (row.get("also_acceptable") or "").split("|")
        truth[row["old_id"]] = frozenset(target for target in (row["new_id"], *others) if target)
        kinds[row["old_id"]] = row.get("relation") or row.get("kind") or ""
        if row.get("relation", "same") == "same" and row["new_id"]:
            same.add(row["old_id"])
    lists = [[_item(row) for row in _rows(path / f"{side}.csv")] for side in ("old", "new")]
    return Labelled(name or folder, lists[0], lists[1], truth, frozenset(same), kinds)


def split_halves(labelled: Labelled, seed: int) -> tuple[Labelled, Labelled]:
    """Two sets with half of the old entries each; new ones go with their partners, others stand in both."""
    ids = sorted(labelled.truth)
    random.Random(seed).shuffle(ids)
    first = frozenset(ids[: len(ids) // 2])
    return _part(labelled, first), _part(labelled, frozenset(ids) - first)


def _part(labelled: Labelled, kept: frozenset[str]) -> Labelled:
    """What is left of a set when only these old entries, and no partners of others, are kept."""
    truth = {old: targets for old, targets in labelled.truth.items() if old in kept}
    others = {new for old, targets in labelled.truth.items() if old not in kept for new in targets}
    others -= {new for targets in truth.values() for new in targets}
    return Labelled(
        labelled.name,
        [item for item in labelled.old if item.id in kept],
        [item for item in labelled.new if item.id not in others],
        truth,
        labelled.same & kept,
        {old: kind for old, kind in labelled.kinds.items() if old in kept},
    )


def _item(row: dict[str, str]) -> Item:
    rate = row.get("rate_percent") or row.get("rate")
    return Item(
        id=row["id"],
        name=row["name"],
        code=row.get("code") or "",
        type=row.get("type") or "",
        rate=Decimal(rate) if rate else None,
        side=parse_side(row.get("direction") or row.get("side") or "") or "",
    )


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
