"""Trains all models and says how good they are on lists that they were not trained on."""

import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bookbind.merge.matching.accounts import match_accounts
from bookbind.merge.matching.items import Kind, Suggestion
from bookbind.merge.matching.known_words import pack_words
from bookbind.merge.matching.model import Model, pack
from bookbind.merge.matching.one_to_one import match_one_to_one
from bookbind.merge.matching.products import read_product
from training.charts import train_accounts
from training.fitting import RIVALS_AND_HABITS, Plan, train
from training.generated import Recipe, generate
from training.goods import generate_goods
from training.known import known_words
from training.lists import FOLDER, Labelled, read_labelled, split_halves
from training.quality import Quality, measure
from training.samples import Sample, base_names, common_words, sample_pairs
from training.wares import generate_products

MODELS = Path(__file__).parents[1] / "src/bookbind/merge/matching/models"
_SYNTHETIC = "suppliers_synthetic/syn_dev_20000"
_SMALL = "suppliers_synthetic/syn_dev_2000"
_REAL = ("suppliers_nhs", "suppliers_gpg")
_WEIGHTS = {_SYNTHETIC: 2.0, _SMALL: 0.5, "suppliers_nhs": 3.0, "suppliers_gpg": 0.4}
_GENERATED_WEIGHT = 3.5
_GENERATED_SIZES = (400, 600, 800, 1000) * 10
_TRAINED_NAMES = 13_000
_CHARTS = ("accounts/ledgersmb_gb__odoo_uk", "accounts/qbo_sample__xero_us")
_NAMES = Plan(
    first=(96, 32),
    closer=(64, 32),
    rivals=(16, 8),
    rival_columns=RIVALS_AND_HABITS,
    rounds=20,
    rival_rounds=60,
    judges=3,
)
_PRODUCTS = Plan(first=(32, 16), closer=(32, 16), judges=3)
_PRODUCT_SIZES = (300, 600, 600, 1000, 1500, 600)
_GOODS_SIZES = (40, 80, 150, 300, 600) * 4
_GOODS_WEIGHT = 0.1


def main() -> int:
    """Train, write the models, and print the figures for the model card."""
    if not FOLDER.exists():
        print(f"There are no lists to learn from in {FOLDER}; BOOKBIND_MATCHING_DATA says where they are.")
        return 2
    started = time.perf_counter()
    _write("known_words", pack_words(known_words()))
    _train_products()
    _train_accounts()
    _train_names()
    print(f"Trained in {time.perf_counter() - started:.0f} s.")
    return 0


def _train_names() -> None:
    sets = {name: read_labelled(name) for name in _WEIGHTS}
    base = base_names(sets[_SYNTHETIC])
    shares = common_words([*base, *(item.name for name in _REAL for item in sets[name].new)])
    weight = _GENERATED_WEIGHT / len(_GENERATED_SIZES)
    drawn = [
        sample_pairs(generate(f"drawn {seed}", base[:_TRAINED_NAMES], size, seed), shares, weight)
        for seed, size in enumerate(_GENERATED_SIZES)
    ]
    samples = [sample_pairs(sets[name], shares, weight) for name, weight in _WEIGHTS.items()]
    model = train([*samples, *drawn], shares, _NAMES)
    _write("names", pack(model))
    _judge_by_noise(model, base[_TRAINED_NAMES:])
    _judge_by_halves(sets, drawn, shares)
    for left_out in (*_REAL, "suppliers_synthetic"):
        kept = [sample for sample in samples if not sample.name.startswith(left_out)]
        judged = sets[left_out if left_out in sets else _SMALL]
        model = train([*kept, *drawn], shares, _NAMES)
        _say(f"{judged.name}, not trained on", measure(judged, _match_names(judged, model)))


def _judge_by_noise(model: Model, unseen: list[str]) -> None:
    """Lists drawn from names and seeds that no list of the training was drawn from."""
    evaluations = {
        "drawn, known noise": Recipe(),
        "drawn, unseen noise": Recipe(held_out=1.0),
        "drawn, drawn habits": None,
    }
    for seed, (name, recipe) in enumerate(evaluations.items(), 1003):
        labelled = generate(name, unseen, 2500, seed, recipe)
        _say(name, measure(labelled, _match_names(labelled, model)))


def _judge_by_halves(sets: dict[str, Labelled], drawn: Sequence[Sample], shares: dict[str, float]) -> None:
    """A model that learned from one half of each list, judged on the other half."""
    halves = {name: split_halves(sets[name], 5) for name in (_SYNTHETIC, *_REAL)}
    samples = [sample_pairs(first, shares, _WEIGHTS[name]) for name, (first, _) in halves.items()]
    model = train([*samples, *drawn], shares, _NAMES)
    for name, (_, second) in halves.items():
        _say(f"{name}, learned from the other half", measure(second, _match_names(second, model)))


def _match_names(labelled: Labelled, model: Model) -> list[Suggestion]:
    return match_one_to_one(labelled.old, labelled.new, Kind.SUPPLIERS, model)


def _train_accounts() -> None:
    model = train_accounts()
    _write("accounts", pack(model))
    for name in _CHARTS:
        labelled = read_labelled(name)
        _say(f"{name}, not trained on", measure(labelled, match_accounts(labelled.old, labelled.new, model)))


def _train_products() -> None:
    drawn = [generate_products(f"drawn {seed}", size, seed) for seed, size in enumerate(_PRODUCT_SIZES)]
    samples = [sample_pairs(labelled, {}, 1.0, read_product) for labelled in drawn]
    goods = [generate_goods(f"goods {seed}", size, seed) for seed, size in enumerate(_GOODS_SIZES)]
    samples += [sample_pairs(labelled, {}, _GOODS_WEIGHT, read_product) for labelled in goods]
    model = train(samples, {}, _PRODUCTS)
    _write("products", pack(model))
    judges = (generate_products("drawn, other products", 600, 99), generate_goods("drawn goods", 600, 99))
    for labelled in (read_labelled("products_abtbuy"), *judges):
        suggestions = match_one_to_one(labelled.old, labelled.new, Kind.PRODUCTS, model)
        _say(f"{labelled.name}, not trained on", measure(labelled, suggestions))


def _write(name: str, arrays: Mapping[str, NDArray[Any]]) -> None:
    path = MODELS / f"{name}.npz"
    np.savez_compressed(path, **dict(arrays))
    print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB", flush=True)


def _say(name: str, quality: Quality) -> None:
    print(
        f"  {name}: accepted at precision {quality.precision:.4f}, recall {quality.recall:.3f}, "
        f"without a partner {quality.partnerless_accepted:.4f}; first {quality.first:.3f}, "
        f"first three {quality.first_three:.3f}; calibration error {quality.calibration_error:.3f}; "
        f"recall at 0.99 {quality.recall_at_sure:.3f} (same: {quality.recall_at_sure_same:.3f})",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
