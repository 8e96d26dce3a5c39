"""Fits a model to pairs: networks over their features, weights over rivals, and a calibration."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.isotonic import IsotonicRegression
from sklearn.model_selection import GroupKFold
from sklearn.neural_network import MLPClassifier

from bookbind.merge.matching.model import (
    HOPELESS,
    LEAST,
    MOST,
    Model,
    Network,
    Pieces,
    both_looks,
    rival_features,
    run_networks,
    scaled,
)
from bookbind.merge.matching.named import best_readings
from training.samples import Sample

SEED = 7
FOLDS = 5
# How many columns of `rival_features` there are without the habits of the lists, and with them.
RIVALS_ALONE, RIVALS_AND_HABITS = 4, 8
_LEAST_RISE = 1e-4
_PIECES, _NARROWEST = 8, 1e-4
# How many networks make a score; those that look at rivals are so small that more of them cost nothing.
_WORKERS, _NETWORKS, _RIVAL_NETWORKS = 2, 3, 8
Floats = NDArray[np.float32]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Plan:
    """How a model is trained: the inner layers of its networks, and in how many rounds they see all pairs.

    `closer` is empty for a model that takes one look. `judges` are how many networks score each fold of pairs
    that they did not learn from; on those scores rivals and calibration are fitted.
    """

    first: tuple[int, ...]
    closer: tuple[int, ...] = ()
    rivals: tuple[int, ...] = (8,)
    rival_columns: int = RIVALS_ALONE
    rounds: int = 14
    rival_rounds: int = 14
    judges: int = 1


def train(samples: Sequence[Sample], shares: dict[str, float], plan: Plan) -> Model:
    """The model from all samples; rivals and calibration are fitted on scores of unseen pairs."""
    features = np.concatenate([sample.features for sample in samples])
    right = np.concatenate([sample.right for sample in samples])
    weights = _weights(samples)
    groups = np.concatenate([sample.old + 10**6 * place for place, sample in enumerate(samples)])
    mean, scale = features.mean(axis=0), np.maximum(features.std(axis=0), 1e-3)
    values = scaled(features, mean, scale)
    data = right, weights, groups
    networks, unseen = _look(values, *data, plan.first, plan.rounds, plan.judges)
    pieces, closer = cut_pieces(features[:0]), ()
    if plan.closer:
        hopeful = unseen > HOPELESS
        pieces = cut_pieces(features[hopeful])
        filled = pieces.filled(features[hopeful])
        chosen = (part[hopeful] for part in data)
        closer, second = _look(filled, *chosen, plan.closer, plan.rounds, plan.judges)
        unseen[hopeful] = both_looks(unseen[hopeful], second)
    seen, *known = _rival_pairs(samples, unseen, plan)
    rivals, final = _look(seen, *known, plan.rivals, plan.rival_rounds, 2 * plan.judges, _RIVAL_NETWORKS)
    return Model(
        mean.astype(np.float32),
        scale.astype(np.float32),
        networks,
        pieces,
        closer,
        rivals,
        (seen.min(axis=0), seen.max(axis=0)),
        calibrate(final, *known[:2]),
        shares,
    )


def cut_pieces(features: Floats) -> Pieces:
    """Each feature's range cut where the pairs are, into at most _PIECES pieces."""
    columns, starts, widths = [], [], []
    for column in range(features.shape[1] if len(features) else 0):
        ends = np.unique(features[:, column])
        if len(ends) > _PIECES + 1:
            # Most pairs stand at one end or the other; the cuts are for those between.
            between = features[(features[:, column] > ends[0]) & (features[:, column] < ends[-1]), column]
            cuts = np.quantile(between, np.linspace(0, 1, _PIECES - 1))
            ends = np.unique([ends[0], *cuts, ends[-1]])
        for start, end in pairwise(ends.tolist()):
            if end - start > _NARROWEST:
                columns.append(column)
                starts.append(start)
                widths.append(end - start)
    return Pieces(np.array(columns, np.int64), np.array(starts, np.float32), np.array(widths, np.float32))


def _look(
    values: Floats,
    right: NDArray[np.bool_],
    weights: Floats,
    groups: Integers,
    size: tuple[int, ...],
    rounds: int,
    judges: int,
    networks: int = _NETWORKS,
) -> tuple[tuple[Network, ...], Floats]:
    """Networks that learned from all pairs, and scores of each pair by others that did not learn from it."""
    middle = values.mean(axis=0)
    folds = list(GroupKFold(FOLDS).split(values, right, groups))
    tasks = [(rows, SEED + judge) for judge in range(judges) for rows, _ in folds]
    tasks += [(np.arange(len(values)), SEED + place) for place in range(networks)]
    fitted = Parallel(n_jobs=_WORKERS)(
        delayed(_fit)(values[rows] - middle, right[rows], weights[rows], size, seed, rounds)
        for rows, seed in tasks
    )
    fitted = [_moved(network, middle) for network in fitted]
    unseen = np.zeros(len(values), np.float32)
    for place, (_, held) in enumerate(folds):
        unseen[held] = run_networks(fitted[place : judges * FOLDS : FOLDS], values[held])
    return tuple(fitted[judges * FOLDS :]), unseen


def _moved(network: Network, middle: Floats) -> Network:
    """The network for values that `middle` was not taken from."""
    (weights, bias), *others = network
    return ((weights, (bias - middle @ weights).astype(np.float32)), *others)


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
) -> Network:
    network = MLPClassifier(
        size, alpha=1e-3, batch_size=512, learning_rate_init=2e-3, max_iter=rounds, random_state=seed, tol=0
    )
    with warnings.catch_warnings():
        # The rounds are few on purpose: a network that has converged knows its lists by heart.
        warnings.simplefilter("ignore", ConvergenceWarning)
        network.fit(features, right, sample_weight=weights)
    return tuple(
        (w.astype(np.float32), b.astype(np.float32))
        for w, b in zip(network.coefs_, network.intercepts_, strict=True)
    )


def _rival_pairs(
    samples: Sequence[Sample], unseen: Floats, plan: Plan
) -> tuple[Floats, NDArray[np.bool_], Floats, Integers]:
    """What each pair shows beside its rivals; whether it is right, its weight, and the group of its entry."""
    parts, first = [], 0
    for place, sample in enumerate(samples):
        scores = unseen[first : first + len(sample.right)]
        first += len(sample.right)
        kept = best_readings(sample.old, sample.new, scores)
        old, new, best = sample.old[kept], sample.new[kept], scores[kept]
        # Any reading of a right pair is right, so the truth can be looked up by the pair.
        truth = set(zip(sample.old[sample.right].tolist(), sample.new[sample.right].tolist(), strict=True))
        right = np.array([pair in truth for pair in zip(old.tolist(), new.tolist(), strict=True)])
        weight = np.full(len(right), sample.weight / len(right))
        shown = rival_features(best, old, new, sample.sizes)[:, : plan.rival_columns]
        parts.append((shown, right, weight, old + 10**6 * place))
    features, right, weights, groups = (np.concatenate(part) for part in zip(*parts, strict=True))
    return features, right, (weights / weights.mean()).astype(np.float32), groups


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
