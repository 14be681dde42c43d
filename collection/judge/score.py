"""Score: every image gets its vector, its quality, its perceptual hash, and a number from each aesthetic head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol

import numpy as np
import numpy.typing as npt

from collection.concurrency.pieces import by_pieces
from collection.errors import CollectionError, WeightsError
from collection.judge.duplicates.hashes import fingerprint
from collection.judge.heads import Head
from collection.judge.pixels.technical import Technical
from collection.pictures.files import decode_image
from collection.store.files import Files
from collection.store.records import Asset, Embedding, Judgements, Score, together
from collection.store.store import Store
from collection.values import Failure, ImageEncoder, Pixels, Progress, silent


class PixelScorer(Protocol):
    """Gives numbers to one picture at a time from its pixels; several threads may ask at once."""

    @property
    def models(self) -> Mapping[str, str]:
        """The metrics that it gives, and the identity of what gives each."""
        ...

    def measure(self, pixels: Pixels) -> Mapping[str, float]:
        """Each metric of one RGB picture (h, w, 3) uint8."""
        ...


TECHNICAL: tuple[PixelScorer, ...] = (Technical(),)
"""What every picture is looked at by."""


@dataclass(frozen=True, slots=True)
class Examined:
    """What an examiner has to say: images that failed, by label, and what people should know."""

    failed: tuple[Failure, ...] = ()
    notes: tuple[str, ...] = ()


class Examiner(Protocol):
    """Gives more numbers to images that have their vectors. It keeps what is finished, and goes on from there."""

    @property
    def models(self) -> Mapping[str, str]:
        """Who gives each of its numbers."""
        ...

    def pending(self, store: Store) -> list[Asset]:
        """The images that lack its numbers."""
        ...

    def examine(self, store: Store, files: Files, *, batch_size: int, progress: Progress) -> Examined:
        """Give the numbers that are lacking."""
        ...


@dataclass(frozen=True, slots=True)
class Scorers:
    """What gives the numbers. Raises WeightsError for a head that was not trained on what the encoder gives."""

    encoder: ImageEncoder
    heads: tuple[Head, ...] = ()
    pixels: tuple[PixelScorer, ...] = TECHNICAL
    preferences: Examiner | None = None
    """Whose numbers hang on an image and its prompt alone."""
    whole_set: Examiner | None = None
    """Whose numbers change with the set of images."""

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
        """The names under which scores are kept; the metric of a head is the head's name."""
        return tuple(self.models)

    @property
    def models(self) -> dict[str, str]:
        """The identity of what gives each metric: scores of another are not compared with these."""
        found = {**pixel_models(self.pixels), **{head.name: self.model(head) for head in self.heads}}
        for examiner in (self.preferences, self.whole_set):
            found |= examiner.models if examiner else {}
        return found

    @property
    def of_pictures_alone(self) -> Scorers:
        """Those that need neither a prompt nor a set."""
        return replace(self, preferences=None, whole_set=None)

    def model(self, head: Head) -> str:
        """Identity of a head's scores: the head and the encoder that feeds it."""
        return f"{head.model}|{self.encoder.model}"


@dataclass(frozen=True, slots=True)
class ScoreReport:
    """What was done. `ranges` are the lowest and highest score of each metric over all images of the plan."""

    scored: int
    failed: tuple[Failure, ...]
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    """What people should know of the numbers."""


def pending(store: Store, scorers: Scorers) -> list[Asset]:
    """Images that lack any of the numbers, by number; of several with one file, the first.

    Where none lacks a number of its own: all, if the numbers that hang on the whole set are of another set.
    """
    lacking = _unseen(store, scorers) + [asset for head in scorers.heads for asset in _unjudged(store, scorers, head)]
    lacking += scorers.preferences.pending(store) if scorers.preferences else []
    return one_a_file(lacking or (scorers.whole_set.pending(store) if scorers.whole_set else []))


def score(
    store: Store, files: Files, scorers: Scorers, *, batch_size: int = 32, progress: Progress = silent
) -> ScoreReport:
    """Score what is pending. Each batch is one commit; an image that cannot be read is named and the rest goes on.

    Each file is decoded once, for vector, quality and hash. Heads work on the vectors as stored (half precision), so
    that a head added later gives the same numbers without looking at any image again.
    """
    total, unseen = len(pending(store, scorers)), one_a_file(_unseen(store, scorers))
    failed: list[Failure] = []
    done = 0
    progress(0, total)
    for batch in by_pieces(partial(_look, files, scorers), unseen, scorers.encoder, batch_size):
        found = together([piece for piece, _, _ in batch])
        store.add_judgements(found.scores, found.embeddings, found.fingerprints)
        seen = [label for _, labels, _ in batch for label in labels]
        failures = [failure for _, _, failures in batch for failure in failures]
        store.record_failures("score", failures, mended=seen)
        failed += failures
        done += len(seen) + len(failures)
        progress(done, total)
    for head in scorers.heads:
        _judge(store, scorers, head)
    progress(total, total)
    examined = _examine(store, files, scorers, batch_size, progress)
    failed += [item for item in examined.failed if item.what not in {failure.what for failure in failed}]
    store.keep_percentiles(scorers.models)
    return ScoreReport(total - len(failed), tuple(failed), store.score_ranges(scorers.models), examined.notes)


def _examine(store: Store, files: Files, scorers: Scorers, batch_size: int, progress: Progress) -> Examined:
    """Let each examiner do what it has to; the one of the whole set comes last."""
    examiners = [examiner for examiner in (scorers.preferences, scorers.whole_set) if examiner]
    done = [examiner.examine(store, files, batch_size=batch_size, progress=progress) for examiner in examiners]
    licences = tuple(f"{head.name}: {head.licence}" for head in scorers.heads if head.licence)
    failed = {failure.what: failure for examined in done for failure in examined.failed}
    return Examined(tuple(failed.values()), (*licences, *(note for examined in done for note in examined.notes)))


def _unseen(store: Store, scorers: Scorers) -> list[Asset]:
    """Images whose pixels must be looked at."""
    return [
        *store.assets_without_embedding(scorers.encoder.model),
        *store.assets_without_scores(pixel_models(scorers.pixels)),
        *store.assets_without_fingerprint(),
    ]


def _unjudged(store: Store, scorers: Scorers, head: Head) -> list[Asset]:
    return store.assets_without_score(head.name, scorers.model(head))


def one_a_file(assets: Sequence[Asset]) -> list[Asset]:
    """The first, by number, of the images of each file."""
    first: dict[str, Asset] = {}
    for asset in sorted(assets, key=lambda asset: asset.id):
        first.setdefault(asset.file_sha256, asset)
    return list(first.values())


def _look(files: Files, scorers: Scorers, assets: Sequence[Asset]) -> tuple[Judgements, list[str], list[Failure]]:
    """What is found out about a piece: also the labels of the images that could be read, and those that could not."""
    seen, failed = list[tuple[Asset, Pixels]](), list[Failure]()
    for asset in assets:
        try:
            seen.append((asset, decode_image(files.read(asset.file_sha256), files.path(asset.file_sha256))))
        except CollectionError as error:
            failed.append(Failure(asset.label, error.message))
    return judgements(scorers, seen), [asset.label for asset, _ in seen], failed


def judge(scorers: Scorers, assets: Sequence[Asset], pictures: Sequence[Pixels]) -> Judgements:
    """Vector, pixel metrics and perceptual hash of pictures at hand, as `score` would find them in their files.

    Heads have no part in it: they work on the vectors as stored.
    """
    images = list(zip(assets, pictures, strict=True))
    batches = by_pieces(partial(judgements, scorers), images, scorers.encoder, len(images))
    return together([found for batch in batches for found in batch])


def judgements(scorers: Scorers, pictures: Sequence[tuple[Asset, Pixels]]) -> Judgements:
    """`judge` for one piece, by the thread that asks."""
    encoder, models = scorers.encoder, pixel_models(scorers.pixels)
    vectors = encoder.encode([pixels for _, pixels in pictures])
    return Judgements(
        scores=[
            Score(asset.file_sha256, metric, models[metric], value)
            for asset, pixels in pictures
            for scorer in scorers.pixels
            for metric, value in scorer.measure(pixels).items()
        ],
        embeddings=[
            Embedding(asset.file_sha256, encoder.model, vector)
            for (asset, _), vector in zip(pictures, vectors, strict=True)
        ],
        fingerprints={asset.file_sha256: fingerprint(pixels) for asset, pixels in pictures},
    )


def pixel_models(scorers: Sequence[PixelScorer]) -> dict[str, str]:
    """The metrics that these give, and the identity of what gives each."""
    return {metric: model for scorer in scorers for metric, model in scorer.models.items()}


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
