"""The preference models at work: every image made from a prompt gets their numbers, with that prompt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from collection.concurrency.prefetch import batches_ahead
from collection.errors import CollectionError
from collection.judge.preference.model import PreferenceModel
from collection.judge.scoring import Pending, ScoringResult, one_a_file
from collection.pictures.files import decode_image
from collection.store.files import Files
from collection.store.judging_records import Score
from collection.store.records import Asset
from collection.store.store import Store
from collection.values import Failure, Pixels, Progress, sha256_hex


@dataclass(frozen=True, slots=True)
class _PromptedPicture:
    """A decoded image and the prompt that it was made from."""

    asset: Asset
    prompt: str
    pixels: Pixels


@dataclass(frozen=True, slots=True)
class PendingPrompts(Pending):
    """Images with a prompt that a model has not seen with it."""

    models: Mapping[int, frozenset[str]] = field(default_factory=dict)
    """The names of those models, by the image's number."""


@dataclass(frozen=True, slots=True)
class PromptScorer:
    """Some models (a `MetricScorer`). A file is decoded once for all of them, and each batch is one commit a model."""

    networks: tuple[PreferenceModel, ...]

    @property
    def models(self) -> Mapping[str, str]:
        """The identity of what gives each number."""
        return {network.name: network.model for network in self.networks}

    def pending(self, store: Store) -> PendingPrompts:
        """Images with a prompt that a model has not seen with it; of several with one file, the first."""
        asked = {name: store.prompts_asked(name, model) for name, model in self.models.items()}
        lacking, models = list[Asset](), dict[int, frozenset[str]]()
        for asset in one_a_file(store.assets()):
            if prompt := _prompt(asset):
                sha256 = sha256_hex(prompt.encode())
                names = frozenset(name for name, seen in asked.items() if seen.get(asset.file_sha256) != sha256)
                if names:
                    lacking.append(asset)
                    models[asset.id] = names
        return PendingPrompts(lacking, models)

    def score(
        self, store: Store, files: Files, pending: PendingPrompts, *, batch_size: int, progress: Progress
    ) -> ScoringResult:
        """Score what is pending; an image that cannot be read is named and the rest goes on."""
        failed, done = list[Failure](), 0
        for batch in batches_ahead(partial(_decode, files), list(pending.assets), batch_size):
            decoded = [item for item in batch if isinstance(item, _PromptedPicture)]
            failures = [item for item in batch if isinstance(item, Failure)]
            for network in self.networks:
                _keep(store, network, [item for item in decoded if network.name in pending.models[item.asset.id]])
            store.record_failures("score", failures, mended=[item.asset.label for item in decoded])
            failed += failures
            done += len(batch)
            progress(done, len(pending.assets))
        return ScoringResult(tuple(failed))


def _keep(store: Store, network: PreferenceModel, decoded: Sequence[_PromptedPicture]) -> None:
    if decoded:
        values = network.score([item.pixels for item in decoded], [item.prompt for item in decoded])
        scores = [
            Score(item.asset.file_sha256, network.name, network.model, float(value))
            for item, value in zip(decoded, values, strict=True)
        ]
        store.add_prompted(scores, {item.asset.file_sha256: sha256_hex(item.prompt.encode()) for item in decoded})


def _decode(files: Files, asset: Asset) -> _PromptedPicture | Failure:
    try:
        pixels = decode_image(files.read(asset.file_sha256), files.path(asset.file_sha256))
    except CollectionError as error:
        return Failure(asset.label, error.message)
    return _PromptedPicture(asset, _prompt(asset), pixels)


def _prompt(asset: Asset) -> str:
    return asset.recipe.prompt if asset.recipe else ""
