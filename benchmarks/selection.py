"""How long the choice of a set takes: `python benchmarks/selection.py [IMAGES] [CHOSEN] [WIDTH] [DIVERSITY]`.

Vectors in 500 clouds with scores that prefer some of them; compared with plain sorting by score. Then, of small sets,
the gap to the best set: as greedy choice proves it, as it is reported after swaps, and the true one, of all sets.
"""

from __future__ import annotations

import resource
import sys
import time
from itertools import combinations

import numpy as np

from collection.curate.selection.bounds import upper_bound
from collection.curate.selection.diverse import Pool, choose, coverage, problem_of, spread
from collection.curate.selection.swaps import swapped


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


def show_gaps() -> None:
    rng, rows = np.random.default_rng(0), list[tuple[float, ...]]()
    for _ in range(40):
        width, diversity = int(rng.choice([4, 8, 32])), float(rng.choice([0.1, 0.3, 0.7]))
        vectors = spread(rng.normal(size=(12, width)).astype(np.float32))
        pool, capacity = Pool(rng.random(12), rng.integers(0, 2, 12), vectors), [3, 2]
        problem, greedy = problem_of(pool, capacity, diversity), choose(pool, capacity, diversity)
        swaps = np.array(swapped(problem, greedy.rows, pool.kinds), dtype=np.intp)
        sets = [np.array(some, dtype=np.intp) for some in combinations(range(12), sum(problem.taken))]
        fitting = [some for some in sets if (np.bincount(pool.kinds[some], minlength=2) == problem.taken).all()]
        best = max(map(problem.worth, fitting))
        most = upper_bound(problem, swaps, np.array([], dtype=np.intp))
        rows.append(
            (greedy.gap, 1 - greedy.worth / best, 1 - problem.worth(swaps) / most, 1 - problem.worth(swaps) / best)
        )
    proven, left, reported, true = np.maximum(np.array(rows).T, 0)
    print("5 of 12 images, two kinds, 40 sets; gaps as shares of F, means")
    print(f"  greedy: proven {proven.mean():.4f}, true {left.mean():.4f}, {proven.mean() / left.mean():.1f} times")
    apart = float((reported - true).max())
    print(f"  swaps:  reported {reported.mean():.4f}, true {true.mean():.4f}, apart by {apart:.4f} at most")


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
    show_gaps()
