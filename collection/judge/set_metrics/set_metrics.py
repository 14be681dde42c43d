"""The numbers that follow from stored vectors and the plan: what pictures mean, and how they lie to each other.

They change with every image that comes or goes, so that they are worked out anew for the whole set, in one commit,
when it changed; vectors of texts and references are kept, and no picture of the set is looked at again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from collection.judge.score import Examined, one_a_file, unit_length
from collection.judge.set_metrics.clip_metrics import (
    MOOD_TEMPLATES,
    PREFIX,
    Vectors,
    WordEncoder,
    clipscore,
    ensemble,
    knows_words,
    mood_texts,
    text_vectors,
    words_of,
    zero_shot,
)
from collection.judge.set_metrics.references import References, read_references, reference_state
from collection.judge.set_metrics.similarity import distance_to_nearest, most_alike, style_consistency
from collection.judge.set_metrics.trait_match import read_traits
from collection.store.files import Files
from collection.store.records import Asset, Nearest, Readings
from collection.store.store import Store
from collection.values import ImageEncoder, Progress, canonical_json, sha256_hex

STAGE, VERSION = "meaning", 1
FAMILIES = (
    "clipscore", "trait-match", "trait:", "mood:", "style-consistency", "style-margin", "novelty", "reference",
    "reference-novelty",
)  # fmt: skip
"""The metrics that are worked out here; a colon stands before a trait or a mood."""
FEWEST_OF_A_STYLE = 3
"""Images of one series and blend that make a style of their own; fewer are held against their whole series."""


@dataclass(frozen=True, slots=True)
class WholeSet:
    """An examiner of the whole set. `references` are folders of pictures or of other projects."""

    encoder: ImageEncoder
    moods: tuple[str, ...] = ()
    references: tuple[Path, ...] = ()

    @property
    def models(self) -> Mapping[str, str]:
        """Who gives each number; those of single traits are probabilities that need no comparison."""
        words = ("clipscore", "trait-match", *(f"mood:{mood}" for mood in self.moods))
        held = ("reference", "reference-novelty") if self.references else ()
        likeness = ("style-consistency", "style-margin", "novelty", *held)
        return dict.fromkeys((*likeness, *(words if knows_words(self.encoder) else ())), self.model)

    @property
    def model(self) -> str:
        """Identity of the numbers: these rules, and the encoder."""
        return f"whole-set/{VERSION}|{self.encoder.model}"

    def pending(self, store: Store) -> list[Asset]:
        """All images that have a vector, if anything changed since they were last examined."""
        assets = self._assets(store)
        return assets if assets and store.stage_inputs(STAGE) != self._inputs(assets) else []

    def examine(self, store: Store, files: Files, *, batch_size: int, progress: Progress) -> Examined:
        """Work the numbers out anew, if anything changed."""
        assets = self.pending(store)
        if not assets:
            return Examined()
        inputs = self._inputs(assets)
        references = read_references(store, self.encoder, self.references, batch_size, progress=progress)
        vectors = unit_length(
            store.vectors(self.encoder.model, [asset.file_sha256 for asset in assets]).astype(np.float32)
        )
        readings = list(self._readings(store, assets, vectors, references, progress))
        nearest = list(_nearest(assets, vectors, references))
        report = {"images": len(assets), "references": len(references)}
        store.replace_readings(STAGE, FAMILIES, readings, nearest, inputs, report)
        notes = [f"reference {item.what} skipped: {item.why}" for item in references.skipped]
        if not knows_words(self.encoder):
            notes.append(
                f"{self.encoder.model.partition('@')[0]} knows no words: no clipscore, trait-match or mood; "
                'encoder = "cpu" in [score] does'
            )
        return Examined(notes=tuple(notes))

    def _assets(self, store: Store) -> list[Asset]:
        encoded = store.encoded(self.encoder.model)
        return one_a_file([asset for asset in store.assets() if asset.file_sha256 in encoded])

    def _inputs(self, assets: Sequence[Asset]) -> str:
        """Hash of all that the numbers follow from: what an image's number stands for never changes."""
        state = reference_state(self.references)
        images = [[asset.id, asset.file_sha256] for asset in assets]
        return sha256_hex(canonical_json([self.model, list(self.moods), state, images]))

    def _readings(
        self, store: Store, assets: Sequence[Asset], vectors: Vectors, references: References, progress: Progress
    ) -> Iterator[Readings]:
        def of(metric: str, values: npt.NDArray[np.floating], rows: Sequence[int] | None = None) -> Readings:
            """The numbers of the images in `rows` (all), without those that have none."""
            held = range(len(assets)) if rows is None else rows
            kept = [place for place, value in enumerate(values) if not np.isnan(value)]
            return Readings(metric, self.model, [assets[held[p]].file_sha256 for p in kept], values[kept])

        consistency, margin = style_consistency(vectors, _styles(assets))
        yield of("style-consistency", consistency)
        yield of("style-margin", margin)
        yield of("novelty", distance_to_nearest(vectors, progress=progress))
        if references:
            yield of("reference", most_alike(vectors, references.vectors)[1])
            yield of("reference-novelty", distance_to_nearest(vectors, references.vectors))
        if knows_words(self.encoder):
            words = words_of(self.encoder)
            rows, values = _clipscores(store, words, assets, vectors, progress)
            yield of("clipscore", values, rows)
            lowest = np.full(len(assets), np.nan, np.float32)
            for trait in read_traits(store, words, assets, vectors, progress=progress):
                lowest[trait.rows] = np.fmin(lowest[trait.rows], trait.match)
                yield of(f"trait:{trait.name}", trait.match, trait.rows.tolist())
            yield of("trait-match", lowest)
            if self.moods:
                chances = _moods(store, words, self.moods, vectors, progress)
                yield from (of(f"mood:{mood}", chances[:, place]) for place, mood in enumerate(self.moods))


def _clipscores(
    store: Store, encoder: WordEncoder, assets: Sequence[Asset], vectors: Vectors, progress: Progress
) -> tuple[list[int], Vectors]:
    """The rows of the images that were made from a prompt, and the score of each with its own."""
    prompts = {row: asset.recipe.prompt for row, asset in enumerate(assets) if asset.recipe and asset.recipe.prompt}
    if not prompts:
        return [], np.zeros(0, np.float32)
    captions = text_vectors(store, encoder, [PREFIX + prompt for prompt in prompts.values()], progress=progress)
    return list(prompts), clipscore(vectors[list(prompts)], captions)


def _moods(store: Store, encoder: WordEncoder, moods: Sequence[str], vectors: Vectors, progress: Progress) -> Vectors:
    texts = [text for mood in moods for text in mood_texts(mood)]
    classes = ensemble(text_vectors(store, encoder, texts, progress=progress), len(MOOD_TEMPLATES))
    return zero_shot(vectors, classes, encoder.logit_scale)


def _nearest(assets: Sequence[Asset], vectors: Vectors, references: References) -> Iterator[Nearest]:
    if references:
        for asset, row, cosine in zip(assets, *most_alike(vectors, references.vectors), strict=True):
            yield Nearest(asset.file_sha256, references.names[row], float(cosine))


def _styles(assets: Sequence[Asset]) -> list[tuple[str, str]]:
    """The style of each image: its series and blend, or its series alone where too few share the blend."""
    series = [asset.recipe.series if asset.recipe else "" for asset in assets]
    blends = [str(asset.recipe.blend.weights) if asset.recipe else "" for asset in assets]
    both = list(zip(series, blends, strict=True))
    sizes = Counter(both)
    return [style if sizes[style] >= FEWEST_OF_A_STYLE else (style[0], "") for style in both]
