"""Our matcher over one labelled pair of lists, in a process of its own: prints one line of JSON."""

import json
import resource
import sys
import time
from dataclasses import asdict

from bookbind.merge.matching import Kind, match
from training.lists import read_labelled
from training.quality import measure


def main(folder: str, kind: str) -> None:
    """Match the lists, measure quality, time (the best of three where it is short) and peak memory."""
    labelled = read_labelled(folder)
    seconds = []
    while len(seconds) < 3 and sum(seconds) < 3:
        started = time.perf_counter()
        suggestions = match(labelled.old, labelled.new, Kind(kind))
        seconds.append(time.perf_counter() - started)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    quality = asdict(measure(labelled, suggestions))
    print(json.dumps(quality | {"seconds": min(seconds), "gigabytes": peak}))


if __name__ == "__main__":
    main(*sys.argv[1:])
