"""The marks that a published picture gets, as `[publish]` asks for them: what made it, signed, and a watermark.

The EU's AI Act (article 50, in force since 2 August 2026) wants pictures of models to be marked for machines; its Code
of Practice asks for signed metadata and an imperceptible watermark.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from collection.concurrency.prefetch import batches_ahead
from collection.config import Config
from collection.errors import CredentialsError, ImageError, PublishError
from collection.marks import SOURCE_TYPES, Credentials, Disclosure, Statement, Watermark, payload, sign, write_xmp
from collection.pictures.files import encode_png, pixel_sha256, read_picture
from collection.publish.watermarks import key_of, watermark_of
from collection.store.files import Files
from collection.store.publication_records import PublishedImage
from collection.store.records import Asset
from collection.store.store import Store
from collection.values import Progress, canonical_json, sha256_hex, silent

PAINTER = "painter"
TOGETHER = 32
"""Pictures that are held in memory and written to the disk together."""
TRAINED, COMPOSITE, ALGORITHMIC = "trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "algorithmicMedia"
MODELS = frozenset({"diffusion", "latent", "tiles", "upscaler"})
"""Built-in generators that run a trained model."""
IPTC, C2PA, WATERMARK = "IPTC", "C2PA", "watermark"
"""The marks, as token metadata names them."""
Ask = Callable[[], Credentials]
"""Gives what signs; called once, and only if something is to be signed."""
Channels = npt.NDArray[np.uint8]
"""(h, w, 3 or 4)."""


def disclosure_of(config: Config, asset: Asset, by_file: Mapping[str, Asset]) -> Disclosure:
    """What is to be said of a picture; empty for one that is not to be marked, or of which nobody knows what made it.

    `by_file` holds the images of the project by the SHA-256 of their files: what recipes begin from.
    """
    publish, recipe = config.publish, asset.recipe
    kind = source_type(asset, by_file)
    if recipe is None or not kind or publish.disclose == "none":
        return Disclosure()
    if publish.disclose == "models" and kind == ALGORITHMIC:
        return Disclosure()
    revision = recipe.options.get("revision") or asset.generator.get("revision")
    writer = ", ".join(artist.name for artist in config.artists)
    told = publish.disclose_prompt
    return Disclosure(
        source_type=kind,
        system=f"{recipe.generator}: {recipe.model}",
        version=str(revision or ""),
        prompt=recipe.prompt if told else "",
        prompt_writer=writer if told and recipe.prompt else "",
    )


def source_type(asset: Asset, by_file: Mapping[str, Asset]) -> str:
    """IPTC's digital source type of a picture; empty where it is not known.

    A generator of another package says it in its identity, as `digital_source_type`. What a model made of a picture
    that no model made, or that is not of this project, is a composite.
    """
    recipe, said = asset.recipe, asset.generator.get("digital_source_type")
    if recipe is None:
        return ""
    if said in SOURCE_TYPES:
        return str(said)
    if recipe.generator == PAINTER:
        return ALGORITHMIC
    if not _is_model(asset):
        return ""
    origin: Asset | None = asset
    while origin and origin.recipe and origin.recipe.init_image and _is_model(origin):
        origin = by_file.get(origin.recipe.init_image)
    return TRAINED if origin and _is_model(origin) else COMPOSITE


def _is_model(asset: Asset) -> bool:
    """Whether a trained model made it: a built-in one, or one of a package whose weights have a recorded license."""
    recipe = asset.recipe
    return recipe is not None and (recipe.generator in MODELS or bool(asset.generator.get("license")))


class _Marked(NamedTuple):
    """A picture with its marks, before its file is kept."""

    file: bytes
    pixel_sha256: str
    disclosure: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Marker:
    """Marks the pictures of one set."""

    files: Files
    watermark: Watermark | None
    key: bytes
    public: bool
    """Whether the key is everybody's."""
    credentials: Credentials | None
    timestamps: str | None

    def made_from(self, asset: Asset, told: Disclosure) -> str:
        """SHA-256 of all that the published file of a picture is made from."""
        watermark = [self.watermark.method, sha256_hex(self.key)] if self.watermark else None
        signer = self.credentials.fingerprint if self.credentials else None
        recipe = asset.recipe.sha256 if asset.recipe else None
        return sha256_hex(
            canonical_json([asset.file_sha256, recipe, asdict(told), watermark, signer, bool(self.timestamps)])
        )

    def mark(self, work: tuple[Asset, Disclosure]) -> _Marked:
        """The picture with its marks; raises PublishError, which names it, where it can hold none."""
        asset, told = work
        data = self.files.read(asset.file_sha256)
        said: dict[str, Any] = {"line": told.sentence, "digital_source_type": told.source_type, "marks": [IPTC]}
        try:
            data, pixels = self._watermarked(data, asset, said)
            data = write_xmp(data, told.packet())
            if self.credentials:
                statement = Statement(told.source_type, told.system, told.version, self._parents(asset))
                data = sign(data, statement, self.credentials, self.timestamps)
                said["marks"].append(C2PA)
        except (ImageError, CredentialsError) as error:
            hint = error.hint or '`disclose = "none"` under [publish] leaves marks out'
            raise PublishError(f"image {asset.label} cannot be marked: {error.message}", hint) from error
        return _Marked(data, pixels, said)

    def _watermarked(self, data: bytes, asset: Asset, said: dict[str, Any]) -> tuple[bytes, str]:
        """The file with the watermark, and the hash of its pixels; as it is where it is too small to hold one."""
        if self.watermark is None or asset.recipe is None:
            return data, asset.pixel_sha256
        bits = payload(asset.recipe.sha256)
        try:
            pixels = with_watermark(read_picture(data).channels, self.watermark, bits, self.key)
        except ValueError:
            return data, asset.pixel_sha256
        said["marks"].append(WATERMARK)
        said["watermark"] = {
            "method": self.watermark.method, "bits": f"{bits:016x}", "key": "public" if self.public else "secret",
        }  # fmt: skip
        return encode_png(pixels, asset.recipe, asset.generator), pixel_sha256(pixels)

    def _parents(self, asset: Asset) -> tuple[bytes, ...]:
        """The files of the pictures that it was made from, as far as they are kept."""
        first = asset.recipe.init_image if asset.recipe else ""
        return (self.files.read(first),) if first and self.files.path(first).exists() else ()


def with_watermark(pixels: Channels, watermark: Watermark, bits: int, key: bytes) -> Channels:
    """The picture with a watermark; what its alpha hides stays black. Raises ValueError where it cannot hold one."""
    marked = watermark.embed(pixels, bits, key)
    if marked.shape[-1] == 4:
        marked[marked[..., 3] == 0] = 0
    return marked


def published_images(
    store: Store,
    files: Files,
    config: Config,
    assets: Sequence[Asset],
    credentials: Ask | None = None,
    progress: Progress = silent,
) -> list[PublishedImage]:
    """The picture of each asset as it is published: with marks of what made it, where there are to be some.

    What was marked once, with the same words, key and signer, is the same file again; whether it is whole still is not
    looked at. Raises UnavailableError for a picture to mark that is gone or was changed, PublishError where one cannot
    be marked.
    """
    derived = any(asset.recipe and asset.recipe.init_image for asset in assets)
    by_file = {asset.file_sha256: asset for asset in store.assets()} if derived else {}
    told = [disclosure_of(config, asset, by_file) for asset in assets]
    found = {asset.id: PublishedImage(asset.file_sha256, asset.pixel_sha256) for asset in assets}
    to_mark = [(asset, each) for asset, each in zip(assets, told, strict=True) if each]
    if to_mark:
        marker = _Marker(
            files, watermark_of(config), key_of(config), config.publish.watermark_key is None,
            credentials() if credentials else None, config.publish.timestamps,
        )  # fmt: skip
        found |= _marked(store, marker, to_mark, progress)
    return [found[asset.id] for asset in assets]


def _marked(
    store: Store, marker: _Marker, to_mark: Sequence[tuple[Asset, Disclosure]], progress: Progress
) -> dict[int, PublishedImage]:
    """The marked picture of each asset, by its number: kept ones, and new ones, which are kept group by group."""
    keys = {asset.id: marker.made_from(asset, told) for asset, told in to_mark}
    known = store.marked_images("made_from", [*keys.values()])
    known = {key: image for key, image in known.items() if marker.files.path(image.image_sha256).exists()}
    new = [(asset, told) for asset, told in to_mark if keys[asset.id] not in known]
    done = 0
    for group in batches_ahead(marker.mark, new, TOGETHER):
        names = marker.files.add_all([item.file for item in group])
        made = {
            keys[asset.id]: PublishedImage(name, item.pixel_sha256, item.disclosure)
            for (asset, _), item, name in zip(new[done : done + len(group)], group, names, strict=True)
        }
        store.add_marked_images(made)
        known |= made
        done += len(group)
        progress(done, len(new))
    return {number: known[key] for number, key in keys.items()}
