"""The metrics of the whole set: worked out anew for all images when the set changed.

They change with every image that comes or goes, so they are worked out in one commit for the whole set; vectors of
texts and references are kept, and no picture of the set is looked at again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from collection.judge.catalogue import metrics
from collection.judge.checked_values import Column, checked_parts, checked_values
from collection.judge.encoders.text_tower import has_text_tower, text_model
from collection.judge.metric import Metric, Need, OfSet, OfSetByPart
from collection.judge.scoring import Pending, ScoringResult, one_a_file
from collection.judge.set_metrics.image_set import BUILT_IN, ImageSet
from collection.judge.set_metrics.reference_similarity import nearest_references
from collection.judge.set_metrics.references import read_references, reference_state
from collection.judge.vectors import unit_length
from collection.store.files import Files
from collection.store.judging_records import Nearest, SetScores
from collection.store.records import Asset
from collection.store.store import Store
from collection.values import ImageEncoder, Progress, canonical_json, sha256_hex

STAGE = "meaning"


@dataclass(frozen=True, slots=True)
class PendingSet(Pending):
    """The images of a set that changed."""

    inputs: str = ""
    """Hash of all that the numbers follow from."""


@dataclass(frozen=True, slots=True)
class SetScorer:
    """Gives the metrics of the whole set (a `MetricScorer`)."""

    encoder: ImageEncoder
    emotions: tuple[str, ...] = ()
    references: tuple[Path, ...] = ()
    """Folders of pictures, or of other projects."""

    @property
    def models(self) -> Mapping[str, str]:
        """The identity of what gives each number; those of single traits are probabilities without a percentile."""
        found: dict[str, str] = {}
        for metric, computed in self._given():
            parts = self.emotions if metric.name == "mood" else ()
            names = [metric.name] if isinstance(computed, OfSet) else [f"{metric.name}:{part}" for part in parts]
            found |= dict.fromkeys(names, self._model(metric, computed))
        return found

    def pending(self, store: Store) -> PendingSet:
        """All images that have a vector, if anything changed since the numbers were last worked out."""
        encoded = store.encoded(self.encoder.model)
        assets = one_a_file([asset for asset in store.assets() if asset.file_sha256 in encoded])
        inputs = self._inputs(assets)
        return PendingSet(() if not assets or store.stage_inputs(STAGE) == inputs else assets, inputs)

    def score(
        self, store: Store, files: Files, pending: PendingSet, *, batch_size: int, progress: Progress
    ) -> ScoringResult:
        """Work the numbers out anew, if anything changed."""
        assets = pending.assets
        if not assets:
            return ScoringResult()
        references = read_references(store, self.encoder, self.references, batch_size, progress=progress)
        stored = store.vectors(self.encoder.model, [asset.file_sha256 for asset in assets])
        images = ImageSet(
            store, self.encoder, assets, unit_length(stored.astype(np.float32)), references, self.emotions, progress
        )
        notes = [f"reference {item.what} skipped: {item.why}" for item in references.skipped]
        needs: dict[Need, bool] = {"text": has_text_tower(self.encoder), "references": bool(references)}
        readings = list(self._readings(images, needs, notes))
        report: dict[str, Any] = {
            "images": len(assets),
            "references": len(references),
            "metrics": [f"{metric.name}:" if metric.parts else metric.name for metric, _ in self._known()],
        }
        families = {*report["metrics"], *store.stage_report(STAGE).get("metrics", ())}  # also of packages now gone
        store.replace_set_scores(STAGE, sorted(families), readings, _nearest(images), pending.inputs, report)
        if not needs["text"]:
            notes.append(
                f"{self.encoder.model.partition('@')[0]} has no text tower: no clipscore, trait-match or mood; "
                'encoder = "tiny-clip" in [score] has one'
            )
        return ScoringResult(notes=tuple(notes))

    def _known(self) -> Iterator[tuple[Metric, OfSet | OfSetByPart]]:
        for metric in metrics().values():
            if isinstance(metric.computed, OfSet | OfSetByPart):
                yield metric, metric.computed

    def _given(self) -> Iterator[tuple[Metric, OfSet | OfSetByPart]]:
        """The metrics for which there is what they need."""
        there = {"text": has_text_tower(self.encoder), "references": bool(self.references)}
        for metric, computed in self._known():
            if all(there[need] for need in computed.needs):
                yield metric, computed

    def _model(self, metric: Metric, computed: OfSet | OfSetByPart) -> str:
        by = text_model(self.encoder) if "text" in computed.needs else self.encoder.model
        return f"{metric.model}|{by}"

    def _inputs(self, assets: Sequence[Asset]) -> str:
        """Hash of all that the numbers follow from: what an image's number stands for never changes."""
        images = [[asset.id, asset.file_sha256] for asset in assets]
        seen: list[Any] = [f"{BUILT_IN}|{text_model(self.encoder)}", list(self.emotions)]
        seen += [reference_state(self.references), images]
        added = [[metric.name, metric.model] for metric, _ in self._known() if metric.identity != BUILT_IN]
        return sha256_hex(canonical_json([*seen, added] if added else seen))

    def _readings(self, images: ImageSet, there: Mapping[Need, bool], notes: list[str]) -> Iterator[SetScores]:
        for metric, computed in self._known():
            if not all(there[need] for need in computed.needs):
                continue
            columns, wrong = _columns(metric, computed, images)
            notes += wrong
            for name, column in columns.items():
                held = np.flatnonzero(~np.isnan(column))
                files = [images.assets[row].file_sha256 for row in held.tolist()]
                yield SetScores(name, self._model(metric, computed), files, column[held])


def _columns(metric: Metric, computed: OfSet | OfSetByPart, images: ImageSet) -> tuple[dict[str, Column], list[str]]:
    def work() -> Any:
        return computed.measure(images)

    if isinstance(computed, OfSetByPart):
        return checked_parts(metric, work, len(images))
    column, notes = checked_values(metric, work, len(images), lacking=True)
    return {metric.name: column}, notes


def _nearest(images: ImageSet) -> list[Nearest]:
    if not images.references:
        return []
    found = zip(images.assets, *images.once(nearest_references), strict=True)
    return [Nearest(asset.file_sha256, images.references.names[row], float(cosine)) for asset, row, cosine in found]
