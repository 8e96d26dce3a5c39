"""Trains all models and says how good they are on lists that they were not trained on."""

import sys
import time
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from bookbind.merge.matching.accounts import match_accounts
from bookbind.merge.matching.items import Kind, Suggestion
from bookbind.merge.matching.model import Model, pack
from bookbind.merge.matching.one_to_one import match_one_to_one
from bookbind.merge.matching.products import read_product
from training.charts import train_accounts
from training.generated import Recipe, generate
from training.lists import FOLDER, Labelled, read_labelled
from training.names import RIVALS_ALONE, Sample, base_names, common_words, sample_pairs, train
from training.quality import Quality, measure
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
_PRODUCT_SIZES = (300, 600, 600, 1000, 1500, 600)


def main() -> int:
    """Train, write the models, and print the figures for the model card."""
    if not FOLDER.exists():
        print(f"There are no lists to learn from in {FOLDER}; BOOKBIND_MATCHING_DATA says where they are.")
        return 2
    # The rounds are few on purpose: a network that has converged knows its lists by heart.
    warnings.filterwarnings("ignore", category=ConvergenceWarning)
    started = time.perf_counter()
    _train_products()
    _train_accounts()
    _train_names()
    print(f"Trained in {time.perf_counter() - started:.0f} s.")
    return 0


def _train_names() -> None:
    synthetic = read_labelled(_SYNTHETIC)
    sets = {_SYNTHETIC: synthetic, _SMALL: read_labelled(_SMALL)} | {
        name: read_labelled(name) for name in _REAL
    }
    base = base_names(synthetic)
    shares = common_words([*base, *(item.name for name in _REAL for item in sets[name].new)])
    drawn = [
        generate(f"drawn {seed}", base[:_TRAINED_NAMES], size, seed)
        for seed, size in enumerate(_GENERATED_SIZES)
    ]
    weight = _GENERATED_WEIGHT / len(drawn)
    samples = [sample_pairs(labelled, shares, _WEIGHTS[name]) for name, labelled in sets.items()]
    samples += [sample_pairs(labelled, shares, weight) for labelled in drawn]
    model = _train(samples, shares)
    _write("names", model)
    unseen = base[_TRAINED_NAMES:]
    evaluations = {
        "drawn, known noise": generate("drawn", unseen, 2500, 1003, Recipe()),
        "drawn, unseen noise": generate("unseen", unseen, 2500, 1004, Recipe(held_out=1.0)),
    }
    for name, labelled in evaluations.items():
        _say(name, measure(labelled, _match_names(labelled, model)))
    for left_out in (*_REAL, "suppliers_synthetic"):
        kept = [sample for sample in samples if not sample.name.startswith(left_out)]
        name = left_out if left_out in sets else _SMALL
        _say(f"{name}, not trained on", measure(sets[name], _match_names(sets[name], _train(kept, shares))))


def _train(samples: Sequence[Sample], shares: dict[str, float]) -> Model:
    return train(samples, shares, size=(96, 32), rounds=20)


def _match_names(labelled: Labelled, model: Model) -> list[Suggestion]:
    return match_one_to_one(labelled.old, labelled.new, Kind.SUPPLIERS, model)


def _train_accounts() -> None:
    model = train_accounts()
    _write("accounts", model)
    for name in _CHARTS:
        labelled = read_labelled(name)
        _say(f"{name}, not trained on", measure(labelled, match_accounts(labelled.old, labelled.new, model)))


def _train_products() -> None:
    drawn = [generate_products(f"drawn {seed}", size, seed) for seed, size in enumerate(_PRODUCT_SIZES)]
    samples: Sequence[Sample] = [sample_pairs(labelled, {}, 1.0, read_product) for labelled in drawn]
    model = train(samples, {}, size=(32, 16), rival_columns=RIVALS_ALONE)
    _write("products", model)
    for labelled in (read_labelled("products_abtbuy"), generate_products("drawn, other products", 600, 99)):
        suggestions = match_one_to_one(labelled.old, labelled.new, Kind.PRODUCTS, model)
        _say(f"{labelled.name}, not trained on", measure(labelled, suggestions))


def _write(name: str, model: Model) -> None:
    path = MODELS / f"{name}.npz"
    np.savez_compressed(path, **pack(model))
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
