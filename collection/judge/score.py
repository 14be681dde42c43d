"""Score: every image gets its vector, its metrics of pixels, its perceptual hash, and what follows from its vector."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from collection.concurrency.pieces import by_pieces
from collection.errors import CollectionError, WeightsError
from collection.judge.aesthetic import AestheticPredictor
from collection.judge.duplicates.hashes import fingerprint
from collection.judge.metric import Vectors
from collection.judge.pixels.colour import COLOUR, colour_numbers
from collection.judge.pixels.pixel_metrics import PixelMetrics
from collection.judge.scoring import MetricScorer, Pending, PixelScorer, ScoringResult, one_a_file, pixel_models
from collection.judge.vector_scorer import LearnedScorer, VectorMetric, VectorScorer
from collection.judge.vectors import described, unit_length
from collection.pictures.files import decode
from collection.store.files import Files
from collection.store.judging_records import Embedding, Score, ScoredBatch, together
from collection.store.records import Asset
from collection.store.store import Store
from collection.values import Failure, ImageEncoder, Progress, Shown, silent


@dataclass(frozen=True, slots=True)
class Scorers:
    """What gives the numbers.

    Raises WeightsError for a predictor that was trained on other vectors than the encoder's.
    """

    encoder: ImageEncoder
    predictors: tuple[AestheticPredictor, ...] = ()
    """Published aesthetic predictors."""
    pixels: tuple[PixelScorer, ...] = field(default_factory=lambda: (PixelMetrics(),))
    prompts: MetricScorer | None = None
    """Its numbers depend on an image and its prompt alone."""
    whole_set: MetricScorer | None = None
    """Its numbers change with the set of images."""
    vector_metrics: tuple[VectorMetric, ...] = ()
    """Metrics of packages that are computed of one vector."""
    learned: tuple[LearnedScorer, ...] = ()
    """Preferences that votes taught."""

    def __post_init__(self) -> None:
        space = getattr(self.encoder, "space", None)
        for predictor in self.predictors:
            if not predictor.accepts(space):
                trained = " or ".join(predictor.encoders)
                raise WeightsError(
                    f"the aesthetic predictor {predictor.name} was trained on {trained}, "
                    f"not on {space or 'this encoder'}",
                    predictor.fix,
                )

    @property
    def metrics(self) -> tuple[str, ...]:
        """The names under which scores are kept."""
        return tuple(self.models)

    @property
    def models(self) -> dict[str, str]:
        """The identity of what gives each metric: scores of another are not compared with these."""
        found = {**pixel_models(self.pixels), **{item.name: self.model(item) for item in self.of_vectors}}
        for scorer in (self.prompts, self.whole_set):
            found |= scorer.models if scorer else {}
        return found

    @property
    def of_vectors(self) -> tuple[VectorScorer, ...]:
        """What gives a number to a vector alone."""
        return (*self.predictors, *self.vector_metrics, *self.learned)

    @property
    def of_pictures_alone(self) -> Scorers:
        """Those that need neither a prompt nor a set."""
        return replace(self, prompts=None, whole_set=None)

    @property
    def licenses(self) -> tuple[str, ...]:
        """What people should know of the licenses of these."""
        return tuple(f"{item.name}: {item.license}" for item in self.predictors if item.license)

    def model(self, scorer: VectorScorer) -> str:
        """Identity of the numbers of vectors: what gives them, and the encoder that it is fed by."""
        return f"{scorer.model}|{self.encoder.model}"


@dataclass(frozen=True, slots=True)
class ScoreReport:
    """What was done. `ranges` are the lowest and highest score of each metric over all images of the plan."""

    scored: int
    failed: tuple[Failure, ...]
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    """What people should know of the numbers."""
    incomplete: bool = False
    """Whether images still lack numbers: they could not be read, or a metric failed."""


@dataclass(frozen=True, slots=True)
class PendingScores:
    """What is still to be done; several of the parts may hold the same image."""

    unseen: Sequence[Asset]
    """Images whose pixels must be looked at, one a file."""
    of_vectors: Mapping[str, Sequence[Asset]]
    """Images that lack the number of a metric of vectors, by the metric."""
    of_prompts: Pending
    whole_set: Pending | None
    """None: not known before the others are done."""

    @property
    def assets(self) -> list[Asset]:
        """The images that lack any number, by number; of several with one file, the first."""
        lacking = [*self.unseen, *self.of_prompts.assets]
        lacking += [asset for assets in self.of_vectors.values() for asset in assets]
        return one_a_file(lacking or (self.whole_set.assets if self.whole_set else []))


def pending_scores(store: Store, scorers: Scorers) -> PendingScores:
    """What is to be done; that of the whole set only where no image lacks a number of its own."""
    unseen = one_a_file([
        *store.assets_without_embedding(scorers.encoder.model),
        *store.assets_without_embedding(COLOUR),
        *store.assets_without_scores(pixel_models(scorers.pixels)),
        *store.assets_without_fingerprint(),
    ])  # fmt: skip
    of_vectors = {item.name: store.assets_without_score(item.name, scorers.model(item)) for item in scorers.of_vectors}
    of_prompts = scorers.prompts.pending(store) if scorers.prompts else Pending()
    lacking = unseen or of_prompts.assets or any(of_vectors.values())
    whole_set = scorers.whole_set.pending(store) if scorers.whole_set and not lacking else None
    return PendingScores(unseen, of_vectors, of_prompts, whole_set)


def pending(store: Store, scorers: Scorers) -> list[Asset]:
    """Images that lack any of the numbers, by number; of several with one file, the first.

    Where none lacks a number of its own: all, if the numbers that depend on the whole set are of another set.
    """
    return pending_scores(store, scorers).assets


def score(
    store: Store, files: Files, scorers: Scorers, *, batch_size: int = 32, progress: Progress = silent,
    work: PendingScores | None = None,
) -> ScoreReport:  # fmt: skip
    """Score what is pending (`work`, where that is known already).

    Each batch is one commit. An image that cannot be read, and a metric that fails, are named and the rest goes on.
    Each file is decoded once, for vector, metrics of pixels and hash. Metrics of vectors work on the vectors as stored
    (half precision), so that one that is added later gives the same numbers without looking at any image again.
    """
    work = work or pending_scores(store, scorers)
    total, failed = len(work.assets), list[Failure]()
    progress(0, total)
    for failures, done in _look_at(store, files, scorers, work.unseen, batch_size):
        failed += failures
        progress(done, total)
    wrong = [note for scorer in scorers.pixels for note in scorer.take_notes()]
    wrong += [note for item in scorers.of_vectors for note in _of_vectors(store, scorers, item, work)]
    progress(total, total)
    after = _after(store, files, scorers, work, batch_size, progress)
    failed += [item for item in after.failed if item.what not in {failure.what for failure in failed}]
    store.keep_percentiles(scorers.models)
    ranges = store.score_ranges(scorers.models)
    notes = (*scorers.licenses, *wrong, *after.notes)
    return ScoreReport(total - len(failed), tuple(failed), ranges, notes, bool(failed or wrong))


def _look_at(
    store: Store, files: Files, scorers: Scorers, unseen: Sequence[Asset], batch_size: int
) -> Iterator[tuple[list[Failure], int]]:
    """Look at pixels; after each batch its failures, and how many images are done in all."""
    done, encoded = 0, frozenset(store.encoded(scorers.encoder.model))
    for batch in by_pieces(partial(_look, files, scorers, encoded), unseen, scorers.encoder, batch_size):
        found = together([piece for piece, _, _ in batch])
        store.add_judgements(found.scores, found.embeddings, found.fingerprints)
        seen = [label for _, labels, _ in batch for label in labels]
        failures = [failure for _, _, failures in batch for failure in failures]
        store.record_failures("score", failures, mended=seen)
        done += len(seen) + len(failures)
        yield failures, done


def _after(
    store: Store, files: Files, scorers: Scorers, work: PendingScores, batch_size: int, progress: Progress
) -> ScoringResult:
    """The numbers of images with their prompts, then those of the whole set."""
    done = []
    if scorers.prompts:
        done.append(scorers.prompts.score(store, files, work.of_prompts, batch_size=batch_size, progress=progress))
    if scorers.whole_set:
        whole_set = work.whole_set or scorers.whole_set.pending(store)
        done.append(scorers.whole_set.score(store, files, whole_set, batch_size=batch_size, progress=progress))
    failed = {failure.what: failure for result in done for failure in result.failed}
    return ScoringResult(tuple(failed.values()), tuple(note for result in done for note in result.notes))


def _look(
    files: Files, scorers: Scorers, encoded: Set[str], assets: Sequence[Asset]
) -> tuple[ScoredBatch, list[str], list[Failure]]:
    """What is found out about a piece: also the labels of the images that could be read, and those that could not."""
    seen, failed = list[tuple[Asset, Shown]](), list[Failure]()
    for asset in assets:
        try:
            seen.append((asset, decode(files.read(asset.file_sha256), files.path(asset.file_sha256))))
        except CollectionError as error:
            failed.append(Failure(asset.label, error.message))
    return score_piece(scorers, seen, encoded), [asset.label for asset, _ in seen], failed


def score_batch(scorers: Scorers, assets: Sequence[Asset], pictures: Sequence[Shown]) -> ScoredBatch:
    """Vector, metrics of pixels and perceptual hash of pictures at hand, as `score` would find them in their files.

    Metrics of vectors have no part in it: they work on the vectors as stored.
    """
    images = list(zip(assets, pictures, strict=True))
    batches = by_pieces(partial(score_piece, scorers), images, scorers.encoder, len(images))
    return together([found for batch in batches for found in batch])


def score_piece(
    scorers: Scorers, pictures: Sequence[tuple[Asset, Shown]], encoded: Set[str] = frozenset()
) -> ScoredBatch:
    """`score_batch` for one piece, in the calling thread; pictures whose files are `encoded` get no vector again."""
    encoder, models = scorers.encoder, pixel_models(scorers.pixels)
    new = [(asset, shown.pixels) for asset, shown in pictures if asset.file_sha256 not in encoded]
    vectors: Sequence[Vectors] = list(encoder.encode([pixels for _, pixels in new])) if new else []
    return ScoredBatch(
        scores=[
            Score(asset.file_sha256, metric, models[metric], value)
            for asset, shown in pictures
            for scorer in scorers.pixels
            for metric, value in scorer.measure(shown.pixels, shown.transparent).items()
        ],
        embeddings=[
            *(Embedding(asset.file_sha256, encoder.model, row) for (asset, _), row in zip(new, vectors, strict=True)),
            *(Embedding(asset.file_sha256, COLOUR, colour_numbers(shown.pixels)) for asset, shown in pictures),
        ],
        fingerprints={asset.file_sha256: fingerprint(shown.pixels) for asset, shown in pictures},
    )


def _inputs(store: Store, encoder: str, scorer: VectorScorer) -> tuple[list[int], Vectors]:
    """Numbers of images, and what a scorer sees of each, (n, d): its vector; a learned preference sees colour too."""
    if isinstance(scorer, LearnedScorer):
        ids, blocks = described(store, encoder)
        return ids, np.hstack(blocks)
    ids, vectors = store.embeddings(encoder)
    return ids, unit_length(vectors) if ids else vectors


def _of_vectors(store: Store, scorers: Scorers, scorer: VectorScorer, work: PendingScores) -> list[str]:
    """Let a metric of vectors score the pending images; says what is wrong with it, if anything."""
    todo = {asset.id: asset.file_sha256 for asset in work.of_vectors[scorer.name]}
    if not todo:
        return []
    ids, inputs = _inputs(store, scorers.encoder.model, scorer)
    rows = [row for row, number in enumerate(ids) if number in todo]
    if not rows:
        return []
    values, notes = scorer.values(inputs[rows])
    model = scorers.model(scorer)
    store.add_judgements([
        Score(todo[ids[row]], scorer.name, model, float(value))
        for row, value in zip(rows, values, strict=True)
        if not np.isnan(value)
    ])  # fmt: skip
    return notes
