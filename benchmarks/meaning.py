"""The numbers of the whole set on vectors alone: `python benchmarks/meaning.py [IMAGES] [WIDTH]`.

Random unit vectors stand for images, and a hundred of them for references: novelty, style consistency, the nearest
reference, and the rows in SQLite, held against the blocked product of all pairs.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from collection.judge.set_metrics.novelty import distance_to_nearest
from collection.judge.set_metrics.reference_similarity import most_similar
from collection.judge.set_metrics.set_scorer import SetScorer
from collection.judge.set_metrics.style_consistency import style_consistency
from collection.store.files import Files
from collection.store.judging_records import Embedding
from collection.store.records import Asset
from collection.store.store import Store
from collection.values import silent

STYLES, REFERENCES, BLOCK = 20, 100, 400


class Vectors:
    """An encoder that has encoded everything already."""

    model = "random@1"

    def __init__(self, width: int) -> None:
        self.dimensions = width


def measured(what: str, start: tuple[float, float]) -> None:
    wall, processor = time.perf_counter() - start[0], time.process_time() - start[1]
    print(f"  {what:<28} {wall:8.1f} s   {processor:8.1f} s of processors")


def now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    width = int(sys.argv[2]) if len(sys.argv) > 2 else 512
    vectors = np.random.default_rng(0).normal(size=(count, width)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    print(f"{count:,} vectors of width {width}")
    start = now()
    for row in range(0, count, BLOCK):
        vectors[row : row + BLOCK] @ vectors.T
    measured("blocked product alone", start)
    start = now()
    distance_to_nearest(vectors)
    measured("novelty", start)
    start = now()
    style_consistency(vectors, [row % STYLES for row in range(count)])
    measured("style consistency", start)
    start = now()
    most_similar(vectors, vectors[:REFERENCES])
    measured("nearest of 100 references", start)
    with tempfile.TemporaryDirectory() as folder:
        store, encoder = Store(Path(folder) / "collection.db"), Vectors(width)
        names = [f"{row:064x}" for row in range(count)]
        store.add_imported([Asset(0, None, name, name, 1, 1, 1) for name in names])
        rows = zip(names, vectors, strict=True)
        store.add_judgements(embeddings=[Embedding(name, encoder.model, vector) for name, vector in rows])
        start = now()
        scorer = SetScorer(encoder)  # type: ignore[arg-type]
        scorer.score(store, Files(Path(folder) / "files"), scorer.pending(store), batch_size=16, progress=silent)
        measured("whole stage, with SQLite", start)
        store.close()
    print(f"  memory at most               {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:8.0f} MB")


if __name__ == "__main__":
    main()
