"""Trains the model of names: networks over pair features, weights over rivals, and a calibration."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression
from sklearn.model_selection import GroupKFold
from sklearn.neural_network import MLPClassifier

from bookbind.merge.matching.folding import fold
from bookbind.merge.matching.model import LEAST, MOST, Layer, Model, rival_features, run_network
from bookbind.merge.matching.named import Reader, best_readings, prepare_pairs, split_equal
from bookbind.merge.matching.names import full_words, read_name
from bookbind.merge.matching.products import read_product
from training.lists import Labelled

SEED = 7
FOLDS = 5
# How many columns of `rival_features` there are without the habits of the lists, and with them.
RIVALS_ALONE, RIVALS_AND_HABITS = 4, 7
_COMMON_WORDS = 3000
_LEAST_RISE = 1e-4
Floats = NDArray[np.float32]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Sample:
    """The pairs of a set that the exact layer left: features, truth, entries, and the set's weight."""

    name: str
    features: Floats
    right: NDArray[np.bool_]
    old: Integers
    new: Integers
    weight: float
    equal_share: float = 0.0


def common_words(names: Sequence[str]) -> dict[str, float]:
    """In what share of all names the commonest words stand."""
    counts: Counter[str] = Counter()
    for name in names:
        counts.update(set(full_words(read_name(fold(name)).readings[0].words)))
    return {word: count / len(names) for word, count in counts.most_common(_COMMON_WORDS)}


def sample_pairs(
    labelled: Labelled, shares: dict[str, float], weight: float, reader: Reader = read_name
) -> Sample:
    """The likely pairs of a set, with the truth."""
    old, new = [fold(item.name) for item in labelled.old], [fold(item.name) for item in labelled.new]
    rest = split_equal(old, new, reader)
    prepared = prepare_pairs(rest.old, rest.new, shares, products=reader is read_product)
    owners = zip(rest.old_places[prepared.old].tolist(), rest.new_places[prepared.new].tolist(), strict=True)
    right = [labelled.new[b].id in labelled.truth.get(labelled.old[a].id, ()) for a, b in owners]
    return Sample(
        labelled.name,
        prepared.features,
        np.array(right),
        prepared.old,
        prepared.new,
        weight,
        len(rest.equal) / len(old),
    )


def train(
    samples: Sequence[Sample],
    shares: dict[str, float],
    size: tuple[int, ...] = (48, 24),
    rival_columns: int = RIVALS_AND_HABITS,
    rounds: int = 14,
) -> Model:
    """The model from all samples; rivals and calibration are fitted on scores of unseen pairs."""
    features = np.concatenate([sample.features for sample in samples])
    right = np.concatenate([sample.right for sample in samples])
    weights = _weights(samples)
    groups = np.concatenate([sample.old + 10**6 * place for place, sample in enumerate(samples)])
    mean, scale = features.mean(axis=0), np.maximum(features.std(axis=0), 1e-3)
    scaled = np.clip((features - mean) / scale, -6, 6)
    unseen = np.zeros(len(features), np.float32)
    for fitted, held in GroupKFold(FOLDS).split(scaled, right, groups):
        network = _fit(scaled[fitted], right[fitted], weights[fitted], size, SEED, rounds)
        unseen[held] = run_network(network, scaled[held])
    networks = tuple(_fit(scaled, right, weights, size, SEED + place, rounds) for place in range(3))
    rivals, final, truth, weight = _fit_rivals(samples, unseen, rival_columns, rounds)
    return Model(
        mean.astype(np.float32),
        scale.astype(np.float32),
        networks,
        rivals,
        calibrate(final, truth, weight),
        shares,
    )


def _weights(samples: Sequence[Sample]) -> Floats:
    """Each set counts by its weight, whatever its size."""
    parts = [np.full(len(sample.right), sample.weight / len(sample.right)) for sample in samples]
    joined = np.concatenate(parts)
    return (joined / joined.mean()).astype(np.float32)


def _fit(
    features: Floats,
    right: NDArray[np.bool_],
    weights: Floats,
    size: tuple[int, ...],
    seed: int,
    rounds: int,
) -> tuple[Layer, ...]:
    network = MLPClassifier(
        size, alpha=1e-3, batch_size=512, learning_rate_init=2e-3, max_iter=rounds, random_state=seed, tol=0
    )
    network.fit(features, right, sample_weight=weights)
    return tuple(
        (w.astype(np.float32), b.astype(np.float32))
        for w, b in zip(network.coefs_, network.intercepts_, strict=True)
    )


def _fit_rivals(
    samples: Sequence[Sample], unseen: Floats, columns: int, rounds: int
) -> tuple[tuple[Layer, ...], Floats, NDArray[np.bool_], Floats]:
    """A small network over a pair's score and its distance from its rivals; scored on folds of its own."""
    parts, first = [], 0
    for sample in samples:
        scores = unseen[first : first + len(sample.right)]
        first += len(sample.right)
        right = sample.right.astype(np.float32)
        kept = best_readings(sample.old, sample.new, scores)
        old, new, best = sample.old[kept], sample.new[kept], scores[kept]
        # Any reading of a right pair is right, so the truth can be looked up by the pair.
        truth = dict(zip(zip(sample.old.tolist(), sample.new.tolist(), strict=True), right, strict=True))
        labels = np.array([truth[pair] for pair in zip(old.tolist(), new.tolist(), strict=True)]) > 0
        weight = np.full(len(labels), sample.weight / len(labels), dtype=np.float32)
        parts.append((rival_features(best, old, new, sample.equal_share)[:, :columns], labels, weight, old))
    features, labels, weights = (np.concatenate([part[place] for part in parts]) for place in range(3))
    groups = np.concatenate([part[3] + 10**6 * place for place, part in enumerate(parts)])
    weights = weights / weights.mean()
    final = np.zeros(len(labels), np.float32)
    for fitted, held in GroupKFold(FOLDS).split(features, labels, groups):
        final[held] = run_network(
            _fit(features[fitted], labels[fitted], weights[fitted], (8,), SEED, rounds), features[held]
        )
    return _fit(features, labels, weights, (8,), SEED, rounds), final, labels, weights


def calibrate(scores: Floats, right: NDArray[np.bool_], weights: Floats) -> tuple[Floats, Floats]:
    """A rising line from score to probability."""
    fitted = IsotonicRegression(y_min=LEAST, y_max=MOST, out_of_bounds="clip").fit(
        scores, right, sample_weight=weights
    )
    # The line goes through the middle of each step: pairs of one step are not equally likely.
    heights, step = np.unique(fitted.predict(scores), return_inverse=True)
    total = np.bincount(step, weights)
    places = np.bincount(step, weights * scores) / total
    kept = [0, *(np.nonzero(np.diff(heights) > _LEAST_RISE)[0] + 1)]
    return places[kept].astype(np.float32), heights[kept].astype(np.float32)


def base_names(labelled: Labelled) -> list[str]:
    """Distinct names to make lists from, in a shuffled order that the seed fixes."""
    names = sorted({item.name for item in labelled.old})
    random.Random(SEED).shuffle(names)
    return names
