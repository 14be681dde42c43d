"""The preference models as an examiner: every image made from a prompt gets their numbers, with that prompt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from collection.concurrency.prefetch import batches_ahead
from collection.errors import CollectionError
from collection.judge.preference.model import PreferenceModel
from collection.judge.score import Examined, one_a_file
from collection.pictures.files import decode_image
from collection.store.files import Files
from collection.store.records import Asset, Score
from collection.store.store import Store
from collection.values import Failure, Pixels, Progress, sha256_hex


@dataclass(frozen=True, slots=True)
class _Seen:
    """A decoded image and the prompt that it was made from."""

    asset: Asset
    prompt: str
    pixels: Pixels


@dataclass(frozen=True, slots=True)
class Preferences:
    """An examiner around some models. A file is decoded once for all of them, and each batch is one commit a model."""

    networks: tuple[PreferenceModel, ...]

    @property
    def models(self) -> Mapping[str, str]:
        """Who gives each number."""
        return {network.name: network.model for network in self.networks}

    def pending(self, store: Store) -> list[Asset]:
        """Images with a prompt that a model has not seen with it; of several with one file, the first."""
        return [asset for asset, _ in self._lacking(store)]

    def examine(self, store: Store, files: Files, *, batch_size: int, progress: Progress) -> Examined:
        """Score what is pending; an image that cannot be read is named and the rest goes on."""
        lacking, failed, done = self._lacking(store), list[Failure](), 0
        wanted = {asset.id: networks for asset, networks in lacking}
        for batch in batches_ahead(partial(_decode, files), [asset for asset, _ in lacking], batch_size):
            seen = [item for item in batch if isinstance(item, _Seen)]
            failures = [item for item in batch if isinstance(item, Failure)]
            for network in self.networks:
                _keep(store, network, [item for item in seen if network.name in wanted[item.asset.id]])
            store.record_failures("score", failures, mended=[item.asset.label for item in seen])
            failed += failures
            done += len(batch)
            progress(done, len(lacking))
        return Examined(tuple(failed))

    def _lacking(self, store: Store) -> list[tuple[Asset, set[str]]]:
        """Images, and the models that have not seen them with their prompts."""
        asked = {name: store.prompts_asked(name, model) for name, model in self.models.items()}
        lacking = []
        for asset in one_a_file(store.assets()):
            if prompt := _prompt(asset):
                sha256 = sha256_hex(prompt.encode())
                networks = {name for name, seen in asked.items() if seen.get(asset.file_sha256) != sha256}
                lacking += [(asset, networks)] if networks else []
        return lacking


def _keep(store: Store, network: PreferenceModel, seen: Sequence[_Seen]) -> None:
    if seen:
        values = network.score([item.pixels for item in seen], [item.prompt for item in seen])
        scores = [
            Score(item.asset.file_sha256, network.name, network.model, float(value))
            for item, value in zip(seen, values, strict=True)
        ]
        store.add_prompted(scores, {item.asset.file_sha256: sha256_hex(item.prompt.encode()) for item in seen})


def _decode(files: Files, asset: Asset) -> _Seen | Failure:
    try:
        pixels = decode_image(files.read(asset.file_sha256), files.path(asset.file_sha256))
    except CollectionError as error:
        return Failure(asset.label, error.message)
    return _Seen(asset, _prompt(asset), pixels)


def _prompt(asset: Asset) -> str:
    return asset.recipe.prompt if asset.recipe else ""
