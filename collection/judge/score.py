"""Score: every image gets its vector, its quality, its perceptual hash, and a number from each aesthetic head."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from collection.errors import CollectionError, WeightsError
from collection.images import decode_image
from collection.judge.hashes import perceptual_hash
from collection.judge.heads import Head
from collection.judge.technical import Technical, measure, technical_model
from collection.store.files import Files
from collection.store.records import Asset, Embedding, Judgements, Score
from collection.store.store import Store
from collection.values import Failure, ImageEncoder, Pixels, Progress, silent

QUALITY = "quality"
"""The metric of technical quality, 0 to 100; the metric of a head is the head's name."""


@dataclass(frozen=True, slots=True)
class Scorers:
    """What gives the numbers. Raises WeightsError for a head that was not trained on what the encoder gives."""

    encoder: ImageEncoder
    heads: tuple[Head, ...] = ()

    def __post_init__(self) -> None:
        space = getattr(self.encoder, "space", None)
        for head in self.heads:
            if not (head.accepts(space) or head.accepts(self.encoder.model)):
                raise WeightsError(
                    f"head {head.name} was trained on {' or '.join(head.encoders)}, not on {space or 'this encoder'}",
                    f"set encoder in [score] to {head.encoders[0].replace('openai/', '')}-quickgelu/openai",
                )

    @property
    def metrics(self) -> tuple[str, ...]:
        """The names under which scores are kept; higher is better in each."""
        return (QUALITY, *(head.name for head in self.heads))

    def model(self, head: Head) -> str:
        """Identity of a head's scores: the head and the encoder that feeds it."""
        return f"{head.model}|{self.encoder.model}"


@dataclass(frozen=True, slots=True)
class ScoreReport:
    """What was done. `ranges` are the lowest and highest score of each metric over all images of the plan."""

    scored: int
    failed: tuple[Failure, ...]
    flagged: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Flags (tiny, blank, clipped) of the images seen in this run, by label."""
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)


def pending(store: Store, scorers: Scorers) -> list[Asset]:
    """Images that lack any of the numbers, by number; of several with one file, the first."""
    lacking = _unseen(store, scorers) + [asset for head in scorers.heads for asset in _unjudged(store, scorers, head)]
    return _one_a_file(lacking)


def score(
    store: Store, files: Files, scorers: Scorers, *, batch_size: int = 16, progress: Progress = silent
) -> ScoreReport:
    """Score what is pending. Each batch is one commit; an image that cannot be read is named and the rest goes on.

    Each file is decoded once, ahead of the encoder, for vector, quality and hash. Heads work on the vectors as stored
    (half precision), so that a head added later gives the same numbers without looking at any image again.
    """
    total, unseen = len(pending(store, scorers)), _one_a_file(_unseen(store, scorers))
    failed: list[Failure] = []
    flagged: dict[str, tuple[str, ...]] = {}
    done = 0
    progress(0, total)
    for batch in _looked_at(files, unseen, batch_size):
        seen = [look for look in batch if isinstance(look, _Look)]
        failures = [look for look in batch if isinstance(look, Failure)]
        found = _judgements(scorers.encoder, seen)
        store.add_judgements(found.scores, found.embeddings, found.fingerprints)
        store.record_failures("score", failures, mended=[look.asset.label for look in seen])
        failed += failures
        flagged |= {look.asset.label: look.technical.flags for look in seen if look.technical.flags}
        done += len(batch)
        progress(done, total)
    for head in scorers.heads:
        _judge(store, scorers, head)
    progress(total, total)
    return ScoreReport(total - len(failed), tuple(failed), flagged, ranges(store, scorers))


@dataclass(frozen=True, slots=True)
class _Look:
    """What one decoded picture says before any network has seen it."""

    asset: Asset
    pixels: Pixels
    technical: Technical
    phash: int


def _unseen(store: Store, scorers: Scorers) -> list[Asset]:
    """Images whose pixels must be looked at."""
    return [
        *store.assets_without_embedding(scorers.encoder.model),
        *store.assets_without_score(QUALITY, technical_model()),
        *store.assets_without_fingerprint(),
    ]


def _unjudged(store: Store, scorers: Scorers, head: Head) -> list[Asset]:
    return store.assets_without_score(head.name, scorers.model(head))


def _one_a_file(assets: Sequence[Asset]) -> list[Asset]:
    first: dict[str, Asset] = {}
    for asset in sorted(assets, key=lambda asset: asset.id):
        first.setdefault(asset.file_sha256, asset)
    return list(first.values())


def _looked_at(files: Files, assets: Sequence[Asset], batch_size: int) -> Iterator[list[_Look | Failure]]:
    """Batches in order; while one is worked on, the next is being decoded and measured."""
    batches = [assets[start : start + batch_size] for start in range(0, len(assets), batch_size)]
    ahead: deque[list[Future[_Look | Failure]]] = deque()
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for batch in batches:
            ahead.append([pool.submit(_look, files, asset) for asset in batch])
            if len(ahead) == 2:
                yield [future.result() for future in ahead.popleft()]
        while ahead:
            yield [future.result() for future in ahead.popleft()]


def _look(files: Files, asset: Asset) -> _Look | Failure:
    try:
        pixels = decode_image(files.read(asset.file_sha256), files.path(asset.file_sha256))
    except CollectionError as error:
        return Failure(asset.label, error.message)
    return _seen(asset, pixels)


def judge(encoder: ImageEncoder, assets: Sequence[Asset], pictures: Sequence[Pixels]) -> Judgements:
    """Vector, quality and perceptual hash of pictures at hand, as `score` would find them in their files."""
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        return _judgements(encoder, list(pool.map(_seen, assets, pictures)))


def _seen(asset: Asset, pixels: Pixels) -> _Look:
    return _Look(asset, pixels, measure(pixels), perceptual_hash(pixels))


def _judgements(encoder: ImageEncoder, seen: Sequence[_Look]) -> Judgements:
    vectors = encoder.encode([look.pixels for look in seen])
    names = [look.asset.file_sha256 for look in seen]
    return Judgements(
        scores=[Score(look.asset.file_sha256, QUALITY, technical_model(), look.technical.quality) for look in seen],
        embeddings=[Embedding(name, encoder.model, vector) for name, vector in zip(names, vectors, strict=True)],
        fingerprints={look.asset.file_sha256: look.phash for look in seen},
    )


def _judge(store: Store, scorers: Scorers, head: Head) -> None:
    """Let a head score every stored vector that it has not scored yet."""
    todo = {asset.id: asset.file_sha256 for asset in _unjudged(store, scorers, head)}
    ids, vectors = store.embeddings(scorers.encoder.model)
    rows = [row for row, asset_id in enumerate(ids) if asset_id in todo]
    if rows:
        values = head.score(unit_length(vectors[rows]))
        model = scorers.model(head)
        scores = [
            Score(todo[ids[row]], head.name, model, float(value)) for row, value in zip(rows, values, strict=True)
        ]
        store.add_judgements(scores)


def unit_length(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Stored vectors (n, d) with the rounding of their length taken out."""
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def ranges(store: Store, scorers: Scorers) -> dict[str, tuple[float, float]]:
    """The lowest and highest score of each metric over all images of the plan."""
    models = {QUALITY: technical_model(), **{head.name: scorers.model(head) for head in scorers.heads}}
    values: dict[str, list[float]] = {metric: [] for metric in models}
    for item in store.scores():
        if models.get(item.metric) == item.model:
            values[item.metric].append(item.value)
    return {metric: (min(found), max(found)) for metric, found in values.items() if found}
