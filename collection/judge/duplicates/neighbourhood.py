"""The neighbours of a project's pictures, kept in the store: each picture is searched once.

The store knows which pictures were searched, so that a new one costs one query against the others, a changed one (it
has another file hash) the same, and one that is gone takes its pairs with it. What is kept reaches further than the
thresholds, so that those can be moved without looking at a vector.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import numpy as np
import numpy.typing as npt

from collection.judge.duplicates.calibrate import series_cosines
from collection.judge.duplicates.cosine import Vectors
from collection.judge.duplicates.groups import Neighbours, no_neighbours, of_hashes, of_vectors
from collection.judge.duplicates.hash_neighbours import BORDER, KINDS, TURNS, Hashes, near_hashes
from collection.judge.duplicates.hashes import FORMS
from collection.judge.duplicates.neighbours import near_vectors
from collection.judge.duplicates.pairs import TOP, NeighbourPairs, Rows
from collection.judge.duplicates.small_copies import Read
from collection.store.columns import ComparedImage
from collection.store.judging_records import Look, Neighbour, Searched
from collection.store.store import Store
from collection.values import Progress, canonical_json, sha256_hex, silent

HASHES = "phash/4"
"""The model under which neighbours by hash are kept, with the forms that were compared."""
BITS = 7
"""Bits within which neighbours by hash are kept, or more where more is asked for."""
MARGIN = 0.05
"""How far below the cosine where calibration starts (no series has a lower threshold) neighbours by vector are kept: so
low that thresholds can be moved, and no lower, since pictures of one series reach it without being copies."""
STEPS = (-0.02, -0.01, 0.0, 0.01, 0.02)
"""How far the thresholds are moved to say what that would change."""
BLOCK = 8192
"""Pictures searched in one transaction."""
EXACT_UP_TO = 100_000
"""A search of more pictures than these is left to FAISS: every pair of a million takes long."""

SIGNALS = ("phash", "turns", "borders", "vectors")
"""What finds candidates: hashes, hashes of other forms, and vectors."""

Data = npt.NDArray[Any]
"""Vectors or hashes, a row a picture."""
Near = Callable[[Data, Data, Rows], NeighbourPairs]
"""(queries, others, how many of the others each query is compared with)."""


@dataclass(frozen=True, slots=True)
class KnownNeighbours:
    """What is known of the pictures' neighbours."""

    files: Sequence[str]
    """The pictures: their file hashes, in the order of rows."""
    cosines: Mapping[str, float]
    """The threshold that each series asks for."""
    by_hash: Neighbours
    by_vector: Neighbours
    looks: Callable[[], Sequence[Look | None]]
    """What is known of each picture for a second look, row by row."""
    small_copies: Read
    """The files of the small copies of some."""
    search: Mapping[str, Any]
    """How vectors were searched: `method` exact or faiss; with faiss `recall`, the share that it found of the
    neighbours of `sampled` pictures, None where those have none. `searched` pictures are new."""


def find_neighbours(
    store: Store, assets: Sequence[ComparedImage], model: str, *, least: float, cosine: float | None = None,
    bits: int = BITS, exact_up_to: int = EXACT_UP_TO, signals: Sequence[str] = SIGNALS, progress: Progress = silent,
) -> KnownNeighbours:  # fmt: skip
    """Bring the kept neighbours of these images up to date, by hash and by the vectors of `model`.

    Calibration starts at `least`; `cosine` and `bits` are thresholds that people ask for; what is no signal is not
    searched. Each block of pictures is one transaction: what was searched stays searched when this is stopped. Raises
    UsageError where FAISS is needed and missing.
    """
    files = sorted({asset.file_sha256 for asset in assets})
    hashes, vectors = cache(lambda: _hashes(store, files)), cache(lambda: store.vectors(model, files))
    inputs, cosines, told = _calibrated(store, assets, files, model, least, vectors)
    floor = least if cosine is None else min(least, cosine)
    forms = forms_of(signals)
    by_hash = _Kept(store, _hash_model(forms), files if "phash" in signals else [], max(BITS, bits), bits)
    by_vector = _Kept(
        store, model, files if "vectors" in signals else [], round(1 - floor + MARGIN, 6),
        round(1 - floor - min(STEPS), 6),
    )  # fmt: skip
    progress(0, len(files))
    if by_hash.left:
        by_hash.search(partial(_near_hashes, radius=by_hash.radius, forms=forms), hashes())
    new = len(by_vector.left)
    if len(files) > exact_up_to and new * (2 * len(files) - new) > exact_up_to**2:
        told = by_vector.search_large(vectors())
    elif new:
        told = told if new < len(files) else {"method": "exact"}
        by_vector.search(partial(_near_vectors, radius=by_vector.radius), vectors(), progress)
    progress(len(files), len(files))
    store.record_search(inputs, {"cosines": cosines, "search": told, "model": model})
    told = {**told, "searched": new}
    return KnownNeighbours(
        files,
        cosines,
        of_hashes(by_hash.found(), hashes, forms) if "phash" in signals else no_neighbours(len(files)),
        of_vectors(by_vector.found(), vectors) if "vectors" in signals else no_neighbours(len(files)),
        cache(lambda: _looks(store, files)),
        _small_copies(store, files),
        told,
    )


def forms_of(signals: Sequence[str]) -> tuple[int, ...]:
    """The forms of a picture, besides the plain one, by which it is searched."""
    return (*(TURNS if "turns" in signals else ()), *(BORDER if "borders" in signals else ()))


def _hash_model(forms: Sequence[int]) -> str:
    return f"{HASHES}+{'+'.join(map(str, forms))}"


def _looks(store: Store, files: Sequence[str]) -> list[Look | None]:
    known = store.looks(files)
    return [known.get(file) for file in files]


def _small_copies(store: Store, files: Sequence[str]) -> Read:
    return lambda rows: store.small_copies([files[row] for row in rows])


def kept_neighbours(
    store: Store, assets: Sequence[ComparedImage], model: str, signals: Sequence[str] = SIGNALS
) -> tuple[KnownNeighbours, float, float]:
    """What is kept of the neighbours of these images, and the bits and the cosine down to which it reaches.

    Nothing is searched, calibrated or written: pictures that were not searched are left out.
    """
    forms = forms_of(signals)
    models = {"phash": _hash_model(forms), "vectors": model}
    on = [name for name in models if name in signals]
    searched = {name: {item.file_sha256: item for item in store.searched(models[name])} for name in on}
    files = sorted({asset.file_sha256 for asset in assets}.intersection(*searched.values()))
    hashes, vectors = cache(lambda: _hashes(store, files)), cache(lambda: store.vectors(model, files))
    found = {name: _found(store, models[name], files) for name in on}
    radius = {name: min((items[file].radius for file in files), default=0.0) for name, items in searched.items()}
    report = store.stage_report("neighbours")
    known = KnownNeighbours(
        files,
        report.get("cosines", {}),
        of_hashes(found["phash"], hashes, forms) if "phash" in found else no_neighbours(len(files)),
        of_vectors(found["vectors"], vectors) if "vectors" in found else no_neighbours(len(files)),
        cache(lambda: _looks(store, files)),
        _small_copies(store, files),
        report.get("search", {}),
    )
    return known, radius.get("phash", 0.0), 1 - radius.get("vectors", 0.0)


def series_thresholds(store: Store, assets: Sequence[ComparedImage], model: str, *, least: float) -> dict[str, float]:
    """The cosine that each series asks for: as it was worked out last time, if its pictures are the same."""
    files = sorted({asset.file_sha256 for asset in assets})
    return _calibrated(store, assets, files, model, least, lambda: store.vectors(model, files))[1]


def _calibrated(
    store: Store, assets: Sequence[ComparedImage], files: Sequence[str], model: str, least: float,
    vectors: Callable[[], Vectors],
) -> tuple[str, dict[str, float], dict[str, Any]]:  # fmt: skip
    """What the thresholds depend on (a hash), the thresholds, and how the last search was made.

    The thresholds are those of the last time, unless what they depend on has changed.
    """
    series: dict[str, set[str]] = defaultdict(set)
    for asset in assets:
        series[asset.series].add(asset.file_sha256)
    inputs = sha256_hex(canonical_json([model, least, {name: sorted(found) for name, found in series.items()}]))
    report = store.stage_report("neighbours")
    told = report["search"] if report.get("model") == model else {"method": "exact"}
    if store.stage_inputs("neighbours") == inputs:
        return inputs, report["cosines"], told
    place = {file: row for row, file in enumerate(files)}
    rows = {name: sorted(place[file] for file in found) for name, found in sorted(series.items())}
    return inputs, series_cosines(vectors(), rows, least=least), told


def _near_vectors(queries: Data, others: Data, before: Rows, *, radius: float) -> NeighbourPairs:
    return near_vectors(queries, others, radius, before=before, top=TOP)


def _near_hashes(queries: Data, others: Data, before: Rows, *, radius: float, forms: Sequence[int]) -> NeighbourPairs:
    return near_hashes(queries, others, int(radius), forms=forms, before=before, top=TOP)


def _hashes(store: Store, files: Sequence[str]) -> Hashes:
    known = store.hashes()
    return np.array([known[file] for file in files], dtype=np.uint64).reshape(-1, FORMS)


class _Kept:
    """The neighbours by one model: which pictures were searched, and which are left."""

    def __init__(self, store: Store, model: str, files: Sequence[str], radius: float, needed: float) -> None:
        """Forget pictures that are gone, and those for which was not looked as far as `needed`."""
        self._store, self._model, self._files, self.radius = store, model, files, radius
        there, before = set(files), store.searched(model)
        old = [item.id for item in before if item.file_sha256 not in there or item.radius < needed]
        if old:
            store.forget_searched(old)
        self._searched = [item for item in before if item.file_sha256 in there and item.radius >= needed]
        self.left = sorted(there - {item.file_sha256 for item in self._searched})

    def search(self, near: Near, data: Data, progress: Progress = silent) -> None:
        """Search what is left, block by block, each against all that come before it."""
        data = self._ordered(data)
        for start in range(len(self._searched), len(data), BLOCK):
            stop = min(len(data), start + BLOCK)
            self._keep(near(data[start:stop], data[:stop], np.arange(start, stop)))
            progress(stop, len(data))

    def search_large(self, vectors: Vectors) -> dict[str, Any]:
        """Search what is left by FAISS; says what share it found."""
        from collection.judge.duplicates.large import measured_recall, near_vectors_large

        ordered, start = self._ordered(vectors), len(self._searched)
        found = near_vectors_large(ordered, start, self.radius)
        recall, sampled = measured_recall(ordered, start, self.radius, found)
        self._keep(found)
        return {"method": "faiss", "recall": recall, "sampled": sampled}

    def _ordered(self, data: Data) -> Data:
        """Rows of the searched pictures, then of those that are left."""
        place = {file: row for row, file in enumerate(self._files)}
        return data[[place[file] for file in (*(item.file_sha256 for item in self._searched), *self.left)]]

    def _keep(self, found: NeighbourPairs) -> None:
        """Store what the search of the next pictures found, under the next ids."""
        start, first = len(self._searched), self._store.next_searched()
        left = self.left[len(self._searched) + len(self.left) - len(self._files) :][: len(found.truncated_at)]
        new = [
            Searched(first + row, file, self.radius, truncated_at if np.isfinite(truncated_at) else None)
            for row, (file, truncated_at) in enumerate(zip(left, found.truncated_at.tolist(), strict=True))
        ]
        ids = [item.id for item in (*self._searched, *new)]
        names = KINDS if self._model.startswith(HASHES) else ("cosine",)
        columns = (found.queries, found.others, found.distances, found.kinds)
        pairs = [
            Neighbour(ids[other], ids[start + query], names[kind], distance)
            for query, other, distance, kind in zip(*(column.tolist() for column in columns), strict=True)
        ]
        self._store.add_searched(self._model, new, pairs)
        self._searched += new

    def found(self) -> NeighbourPairs:
        """All that is known, by the rows of the files."""
        return _found(self._store, self._model, self._files)


def _found(store: Store, model: str, files: Sequence[str]) -> NeighbourPairs:
    """All that is kept of the neighbours of searched pictures, by the rows of `files`."""
    place = {file: row for row, file in enumerate(files)}
    searched = [item for item in store.searched(model) if item.file_sha256 in place]
    rows = {item.id: place[item.file_sha256] for item in searched}
    truncated_at = np.full(len(files), np.inf)
    for item in searched:
        truncated_at[rows[item.id]] = np.inf if item.truncated_at is None else item.truncated_at
    pairs = [pair for pair in store.neighbours(model) if pair.a in rows and pair.b in rows]
    return NeighbourPairs(
        np.array([rows[pair.b] for pair in pairs], dtype=np.int64),
        np.array([rows[pair.a] for pair in pairs], dtype=np.int64),
        np.array([pair.distance for pair in pairs], dtype=np.float64),
        np.array([KINDS.index(pair.kind) if pair.kind in KINDS else 0 for pair in pairs], dtype=np.uint8),
        truncated_at,
    )
