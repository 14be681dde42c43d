"""How long the choice of a set takes: `python benchmarks/selection.py [IMAGES] [CHOSEN] [WIDTH] [DIVERSITY]`.

Vectors in 500 clouds with scores that prefer some of them; compared with plain sorting by score.
"""

from __future__ import annotations

import resource
import sys
import time

import numpy as np

from collection.curate.selection.diverse import Pool, choose, coverage, spread


def main() -> None:
    given = sys.argv[1:]
    count, supply, width = (int(given[i]) if len(given) > i else d for i, d in enumerate((50_000, 5_000, 512)))
    diversity = float(given[3]) if len(given) > 3 else 0.3
    rng = np.random.default_rng(0)
    clouds = rng.normal(size=(500, width)).astype(np.float32)
    kinds = rng.integers(0, 500, count)
    vectors = clouds[kinds] + rng.normal(size=(count, width)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    scores = np.clip(0.5 + 0.15 * rng.normal(size=500)[kinds] + 0.2 * rng.normal(size=count), 0, 1)
    print(f"{supply:,} of {count:,} images, vectors of width {width}, diversity {diversity}")
    start = time.perf_counter()
    best = np.argsort(-scores, kind="stable")[:supply].tolist()
    report("sorting", time.perf_counter() - start, best, scores, vectors)
    start = time.perf_counter()
    chosen = choose(Pool(scores, np.zeros(count, np.intp), spread(vectors)), [supply], diversity).rows
    report("greedy DPP", time.perf_counter() - start, chosen, scores, vectors)
    print(f"  most memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10:,.0f} MiB")


def report(name: str, seconds: float, rows: list[int], scores: np.ndarray, vectors: np.ndarray) -> None:
    start = time.perf_counter()
    reach = coverage(vectors, rows)
    assert reach is not None
    print(
        f"  {name:11} {seconds:7.2f} s   mean score {scores[rows].mean():.3f}   distance to the nearest chosen: mean "
        f"{reach.mean:.3f}, most {reach.farthest:.3f} (measured in {time.perf_counter() - start:.1f} s)"
    )


if __name__ == "__main__":
    main()
