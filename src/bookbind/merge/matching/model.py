"""The learned score: small neural networks and their calibration, as arrays that came out of the training."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Layer = tuple[Floats, Floats]
Network = tuple[Layer, ...]

# A probability is never said to be certain: the training saw about ten thousand pairs of the surest sort.
LEAST, MOST = 0.0005, 0.9995
# A pair whose log odds are lower at the first glance is not looked at again.
HOPELESS = -4.0
_GAP_SHOWN = 6.0
_BLOCK = 4_000
# A rival of these log odds is a look-alike.
_CONTESTED = -2.0
# As many entries of usual habits are added to each list.
_USUAL_ENTRIES = 60.0


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many entries two lists have, and how many of them have equal names."""

    old: int
    new: int
    equal: int = 0


@dataclass(frozen=True, slots=True)
class Pieces:
    """The range of each feature cut into pieces: `columns` say of which feature a piece is.

    A network over pieces can tell one letter from two, where one over the feature itself sees a slope.
    """

    columns: NDArray[np.int64]
    starts: Floats
    widths: Floats

    def filled(self, features: Floats) -> Floats:
        """How far each pair's features fill each piece, from 0 to 1."""
        filled: Floats = np.clip((features[:, self.columns] - self.starts) / self.widths, 0, 1)
        return filled


@dataclass(frozen=True, slots=True)
class Model:
    """Scores pairs (`raw`), then weighs each against its rivals (`settled`).

    The first of the `networks` glances at all pairs, whose features `mean` and `scale` bring to unit size;
    the others, and `closer` over `pieces`, look at those with any hope. `rivals` look at the first
    `rival_features`; only lists of businesses use those of the habits. `rival_range` is what the training saw
    of these: lists unlike all of its lists are taken for the nearest. `calibration` are places and heights of
    a rising line from score to probability.
    `word_shares` says in what share of all names a common word stands.
    """

    mean: Floats
    scale: Floats
    networks: tuple[Network, ...]
    pieces: Pieces
    closer: tuple[Network, ...]
    rivals: tuple[Network, ...]
    rival_range: tuple[Floats, Floats]
    calibration: tuple[Floats, Floats]
    word_shares: dict[str, float]

    def raw(self, features: Floats) -> Floats:
        """The log odds that a pair is right, looked at alone."""
        scores = np.empty(len(features), np.float32)
        # Block by block, so that memory stays small.
        for first in range(0, len(features), _BLOCK):
            part = slice(first, first + _BLOCK)
            scores[part] = run_network(self.networks[0], scaled(features[part], self.mean, self.scale))
        hopeful = np.flatnonzero(scores > HOPELESS)
        for first in range(0, len(hopeful), _BLOCK):
            rows = hopeful[first : first + _BLOCK]
            scores[rows] = self._looked_at(features[rows])
        return scores

    def _looked_at(self, features: Floats) -> Floats:
        """The log odds of pairs that have some hope, by all networks."""
        first = run_networks(self.networks, scaled(features, self.mean, self.scale))
        if not self.closer:
            return first
        return both_looks(first, run_networks(self.closer, self.pieces.filled(features)))

    def settled(
        self, scores: Floats, old: NDArray[np.int64], new: NDArray[np.int64], sizes: Sizes | None = None
    ) -> Floats:
        """The calibrated probability that a pair is right, its rivals on both sides considered.

        Without `sizes` nothing is made of the habits of the lists.
        """
        least, most = self.rival_range
        seen = rival_features(scores, old, new, sizes)[:, : len(least)].clip(least, most)
        final = np.empty(len(seen), np.float32)
        for first in range(0, len(seen), _BLOCK):
            part = slice(first, first + _BLOCK)
            final[part] = run_networks(self.rivals, seen[part])
        return np.interp(final, *self.calibration).clip(LEAST, MOST).astype(np.float32)


def scaled(features: Floats, mean: Floats, scale: Floats) -> Floats:
    """Features at unit size, what is far out brought in."""
    found: Floats = np.clip((features - mean) / scale, -6, 6)
    return found


def both_looks(first: Floats, second: Floats) -> Floats:
    """One score from the two looks at a pair."""
    found: Floats = np.mean([first, second], axis=0)
    return found


def run_networks(networks: Sequence[Network], values: Floats) -> Floats:
    """The mean log odds of several networks."""
    found: Floats = np.mean([run_network(network, values) for network in networks], axis=0)
    return found


def run_network(layers: Network, values: Floats) -> Floats:
    """Log odds from a network with rectified inner layers."""
    for weights, bias in layers[:-1]:
        values = np.maximum(values @ weights + bias, 0)
    weights, bias = layers[-1]
    return (values @ weights + bias)[:, 0]


def rival_features(
    scores: Floats, old: NDArray[np.int64], new: NDArray[np.int64], sizes: Sizes | None
) -> Floats:
    """For each pair: its log odds, how far it stands above or below its rivals, and the lists' habits."""
    above_old = np.clip(scores - best_rival(scores, old), -_GAP_SHOWN, _GAP_SHOWN)
    above_new = np.clip(scores - best_rival(scores, new), -_GAP_SHOWN, _GAP_SHOWN)
    columns = [scores / 4, above_old / 4, above_new / 4, np.minimum(above_old, above_new) / 4]
    if sizes:
        habits = list_habits(scores, old, new, sizes)
        columns += [np.full(len(scores), habit, np.float32) for habit in habits]
    return np.stack(columns, axis=1).astype(np.float32)


def list_habits(
    scores: Floats, old: NDArray[np.int64], new: NDArray[np.int64], sizes: Sizes
) -> tuple[float, ...]:
    """How two lists differ as a whole, each from -1 to 1.

    The share of equal names among the old: where most are, a name that is merely alike is likelier to be
    somebody else's. Of the other names, the share with a likely partner, and of those the share with a second
    one that is nearly as likely: where many have one, look-alikes are common, and one is no proof. The share
    of the new entries that have a partner: where nearly all have, what is left belongs to what is left.
    """
    if not len(scores):
        return 0.2, 0.0, -0.5, 0.6
    second = best_rival(scores, old)
    is_best = scores > second
    best, second = scores[is_best], second[is_best]
    hopeful = best > 0
    others = len(np.unique(old))
    # A short list shows no habits; it is taken for a usual one.
    listed = others * sizes.old / max(sizes.old - sizes.equal, 1)
    equal = _usual(listed * sizes.equal / sizes.old, listed, 0.6)
    likely = _usual(float(hopeful.sum()), others, 0.5)
    contested = _usual(float((second[hopeful] > _CONTESTED).sum()), float(hopeful.sum()), 0.05)
    partners = len(np.unique(new[is_best][hopeful]))
    covered = _usual(float(sizes.equal + partners), float(sizes.new), 0.8)
    return equal * 2 - 1, likely * 2 - 1, min(contested * 10, 2.0) - 1, covered * 2 - 1


def _usual(count: float, total: float, share: float) -> float:
    """The share of `total` that `count` is, drawn towards the usual share where `total` is small."""
    return (count + _USUAL_ENTRIES * share) / (total + _USUAL_ENTRIES)


def best_rival(scores: Floats, owners: NDArray[np.int64]) -> Floats:
    """The best score among the other pairs of the same owner; very low where there is no other."""
    lowest = np.float32(-20)
    if not len(scores):
        return scores
    size = int(owners.max()) + 1
    best = np.full(size, lowest)
    np.maximum.at(best, owners, scores)
    is_best = scores >= best[owners]
    ties = np.bincount(owners[is_best], minlength=size)
    second = np.full(size, lowest)
    np.maximum.at(second, owners[~is_best], scores[~is_best])
    alone_at_top = is_best & (ties[owners] == 1)
    return np.where(alone_at_top, second[owners], best[owners]).astype(np.float32)


@cache
def load_model(name: str) -> Model:
    """The model that was trained for a kind of list, from the file beside this package."""
    content = files("bookbind.merge.matching").joinpath("models", f"{name}.npz").read_bytes()
    with np.load(BytesIO(content), allow_pickle=False) as stored:
        return unpack({key: stored[key] for key in stored.files})


def unpack(stored: dict[str, NDArray[Any]]) -> Model:
    """The model from its arrays, as `pack` made them."""
    words = stored["words"].tobytes().decode().split()
    return Model(
        mean=stored["mean"],
        scale=stored["scale"],
        networks=_networks(stored, "networks"),
        pieces=Pieces(stored["piece_columns"], stored["piece_starts"], stored["piece_widths"]),
        closer=_networks(stored, "closer"),
        rivals=_networks(stored, "rivals"),
        rival_range=(stored["rival_least"], stored["rival_most"]),
        calibration=(stored["calibration_from"], stored["calibration_to"]),
        word_shares=dict(zip(words, stored["word_shares"].tolist(), strict=True)),
    )


def pack(model: Model) -> dict[str, NDArray[Any]]:
    """The model as arrays that a file can hold."""
    stored: dict[str, NDArray[Any]] = {
        "mean": model.mean,
        "scale": model.scale,
        "piece_columns": model.pieces.columns,
        "piece_starts": model.pieces.starts,
        "piece_widths": model.pieces.widths,
        "rival_least": model.rival_range[0],
        "rival_most": model.rival_range[1],
        "calibration_from": model.calibration[0],
        "calibration_to": model.calibration[1],
        "words": np.frombuffer(" ".join(model.word_shares).encode(), dtype=np.uint8),
        "word_shares": np.array(list(model.word_shares.values()), dtype=np.float32),
    }
    groups = {"networks": model.networks, "closer": model.closer, "rivals": model.rivals}
    for group, networks in groups.items():
        for name, layers in ((f"{group}.{place}", layers) for place, layers in enumerate(networks)):
            for place, (weights, bias) in enumerate(layers):
                # Half the length is enough for a weight, and half the file.
                stored[f"{name}.{place}.weights"] = weights.astype(np.float16)
                stored[f"{name}.{place}.bias"] = bias.astype(np.float32)
    return stored


def _networks(stored: dict[str, NDArray[Any]], name: str) -> tuple[Network, ...]:
    found: list[Network] = []
    while f"{name}.{len(found)}.0.weights" in stored:
        found.append(_layers(stored, f"{name}.{len(found)}"))
    return tuple(found)


def _layers(stored: dict[str, NDArray[Any]], name: str) -> Network:
    found: list[Layer] = []
    while f"{name}.{len(found)}.weights" in stored:
        weights, bias = stored[f"{name}.{len(found)}.weights"], stored[f"{name}.{len(found)}.bias"]
        found.append((weights.astype(np.float32), bias))
    return tuple(found)
