"""Our matcher over one labelled pair of lists, in a process of its own: prints one line of JSON."""

import json
import resource
import sys
from dataclasses import asdict

from bench.timing import best_of_some
from bookbind.merge.matching import Kind, match
from training.lists import read_labelled
from training.quality import measure


def main(folder: str, kind: str) -> None:
    """Match the lists, measure quality, time (the best of some runs, as the peers') and peak memory."""
    labelled = read_labelled(folder)
    suggestions, seconds = best_of_some(lambda: match(labelled.old, labelled.new, Kind(kind)))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    quality = asdict(measure(labelled, suggestions))
    print(json.dumps(quality | {"seconds": seconds, "gigabytes": peak}))


if __name__ == "__main__":
    main(*sys.argv[1:])
