"""Maps of many images: `python benchmarks/map.py [IMAGES ...]` (default 10000 100000), of 512 numbers each.

Images of 20 kinds, so that it can be said how many of the ten nearest on the map are of the same kind. The time is that
of all that the review room works out when a map is opened for the first time: components, places and clusters. Memory
is the most that the process held meanwhile beyond the vectors, and beyond what it held before.
"""

from __future__ import annotations

import resource
import sys
import time

import numpy as np

from collection.curate.projection.layout import KEPT, clusters, lay_out
from collection.curate.projection.nearest import nearest
from collection.curate.projection.principal import principal
from collection.values import silent

KINDS, LENGTH = 20, 512
LIMITS = {10_000: 5, 100_000: 60}


def main() -> None:
    """Lay out a map of each size."""
    names = ("images", "components", "places", "clusters", "all", "processor", "limit", "memory", "same kind among ten")
    print("  ".join(f"{name:>10}" for name in names))
    for count in map(int, sys.argv[1:] or ["10000", "100000"]):
        rng = np.random.default_rng(count)
        kind = rng.integers(KINDS, size=count)
        vectors = rng.standard_normal((count, LENGTH), dtype=np.float32)
        vectors *= 0.7
        for number, middle in enumerate(rng.standard_normal((KINDS, LENGTH), dtype=np.float32)):
            vectors[kind == number] += middle  # kind by kind: what comes after is to need more memory than this
        held, times, busy = most_held(), [time.perf_counter()], time.process_time()
        points = principal(vectors, KEPT)
        times.append(time.perf_counter())
        places = lay_out(points, "tsne", silent)
        times.append(time.perf_counter())
        clusters(points)
        times.append(time.perf_counter())
        busy = time.process_time() - busy
        some = places[:2000]
        same = (kind[nearest(some, places, 11)[0]] == kind[:2000, None]).mean()
        spent = [*np.diff(times), times[-1] - times[0], busy]
        limit = f"{LIMITS[count]} s" if count in LIMITS else ""
        told = [f"{count:,}", *(f"{value:.2f} s" for value in spent), limit, f"{most_held() - held:,.0f} MB"]
        print("  ".join(f"{word:>10}" for word in [*told, f"{same:.1%}"]), flush=True)


def most_held() -> float:
    """The most memory that the process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


if __name__ == "__main__":
    main()
