"""One matcher of others over one pair of lists, in the peers' own environment: prints one line of JSON."""

import csv
import json
import resource
import sys
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from bench.timing import best_of_some

# Each matcher imports its libraries itself, so that none is charged for another.
# At most so many old names are compared with all new ones; more would take an hour.
MOST_ROWS = 5_000
Match = tuple[int, int, float]


def main(peer: str, folder: str, pairs_file: str) -> None:
    """Match the lists, write the pairs as one JSON list, print seconds, peak memory and the share."""
    old, new = (_read_names(Path(folder) / f"{side}.csv") for side in ("old", "new"))
    (matches, share), seconds = best_of_some(lambda: PEERS[peer](old, new))
    Path(pairs_file).write_text(json.dumps(list(matches)), encoding="utf-8")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(json.dumps({"seconds": seconds / share, "gigabytes": peak, "share": share}))


def _read_names(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row["name"] for row in csv.DictReader(file)]


def _tf_idf(old: list[str], new: list[str]) -> tuple[Iterable[Match], float]:
    text, product = import_module("sklearn.feature_extraction.text"), import_module("sparse_dot_topn")
    vectorizer = text.TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3)).fit([*old, *new])
    left, right = vectorizer.transform(old).tocsr(), vectorizer.transform(new).tocsr()
    found = product.sp_matmul_topn(
        left, right.T.tocsr(), top_n=5, threshold=0.2, sort=True, n_threads=2
    ).tocoo()
    return list(zip(found.row.tolist(), found.col.tolist(), found.data.tolist(), strict=True)), 1.0


def _string_grouper(old: list[str], new: list[str]) -> tuple[Iterable[Match], float]:
    pandas, grouper = import_module("pandas"), import_module("string_grouper")
    found = grouper.match_strings(pandas.Series(new), pandas.Series(old), min_similarity=0.3)
    columns = found["right_index"].tolist(), found["left_index"].tolist(), found["similarity"].tolist()
    return list(zip(*columns, strict=True)), 1.0


def _rapidfuzz(old: list[str], new: list[str]) -> tuple[Iterable[Match], float]:
    fuzz, process, utils = (import_module(f"rapidfuzz.{name}") for name in ("fuzz", "process", "utils"))
    taken = old if len(old) * len(new) <= 1e9 else old[:MOST_ROWS]
    plain_old, plain_new = ([utils.default_process(name) for name in side] for side in (taken, new))
    matches: list[Match] = []
    for first in range(0, len(taken), 500):
        block = plain_old[first : first + 500]
        scores: Any = process.cdist(block, plain_new, scorer=fuzz.token_sort_ratio, workers=2, dtype=np.uint8)
        best = np.argpartition(-scores.astype(np.int16), min(3, len(new) - 1), axis=1)[:, :3]
        for row, columns in enumerate(best.tolist()):
            matches += [(first + row, column, float(scores[row, column])) for column in columns]
    return matches, len(taken) / len(old)


PEERS: dict[str, Callable[[list[str], list[str]], tuple[Iterable[Match], float]]] = {
    "tf-idf + sparse top-n": _tf_idf,
    "string_grouper": _string_grouper,
    "rapidfuzz": _rapidfuzz,
}

if __name__ == "__main__":
    main(*sys.argv[1:])
