"""Our matcher over the lists of a usual business, in a process of its own: prints one line of JSON."""

import json
from time import perf_counter

from bench.timing import best_of_some
from bookbind.merge.matching import Item, Kind, match
from training.charts import draw_chart
from training.lists import read_labelled

ACCOUNTS, TAXES, SUPPLIERS = 200, 30, 2000


def main() -> None:
    """Match a chart, its taxes and suppliers one after the other: seconds at first, and warm."""
    lists = _business()
    started = perf_counter()
    _match_all(lists)
    first = perf_counter() - started
    _, seconds = best_of_some(lambda: _match_all(lists))
    print(json.dumps({"seconds": seconds, "first": first}))


def _business() -> dict[Kind, tuple[list[Item], list[Item]]]:
    taxes = read_labelled("taxes/odoo_uk__xero_uk")
    suppliers = read_labelled("suppliers_synthetic/syn_dev_2000")
    charts = [draw_chart(f"bench {side}", 1.0, []).items[:ACCOUNTS] for side in ("old", "new")]
    return {
        Kind.CATEGORIES: (charts[0], charts[1]),
        Kind.TAX_RATES: (taxes.old[:TAXES], taxes.new[:TAXES]),
        Kind.SUPPLIERS: (suppliers.old[:SUPPLIERS], suppliers.new),
    }


def _match_all(lists: dict[Kind, tuple[list[Item], list[Item]]]) -> None:
    for kind, (old, new) in lists.items():
        match(old, new, kind)


if __name__ == "__main__":
    main()
