"""The mark that a published picture gets: what made it, as `[publish] disclose` asks for.

The EU's AI Act (article 50, in force since 2 August 2026) wants pictures of models to be marked for machines.
"""

from __future__ import annotations

from collections.abc import Container, Sequence

from collection.config import Config
from collection.errors import ImageError, PublishError
from collection.marks import SOURCE_TYPES, Disclosure, write_xmp
from collection.store.files import Files
from collection.store.records import Asset
from collection.store.store import Store

PAINTER = "painter"
TOGETHER = 32
"""Pictures that are held in memory and written to the disk together."""


def disclosure_of(config: Config, asset: Asset, generated: Container[str]) -> Disclosure:
    """What is to be said of a picture; empty for one that is not to be marked, or of which nobody knows what made it.

    `generated` holds the SHA-256 of every picture that a recipe of this project made: one that a model made from any
    other picture is a composite.
    """
    publish, recipe = config.publish, asset.recipe
    kind = source_type(asset, generated)
    if recipe is None or not kind or publish.disclose == "none":
        return Disclosure()
    if publish.disclose == "models" and kind == "algorithmicMedia":
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


def source_type(asset: Asset, generated: Container[str]) -> str:
    """IPTC's digital source type of a picture; empty where it is not known.

    A generator of another package says it in its identity, as `digital_source_type`. One whose weights have a recorded
    license is a trained model.
    """
    recipe, said = asset.recipe, asset.generator.get("digital_source_type")
    if recipe is None:
        return ""
    if said in SOURCE_TYPES:
        return str(said)
    if recipe.generator == PAINTER:
        return "algorithmicMedia"
    if recipe.generator != "diffusion" and not asset.generator.get("license"):
        return ""
    foreign = recipe.init_image and recipe.init_image not in generated
    return "compositeWithTrainedAlgorithmicMedia" if foreign else "trainedAlgorithmicMedia"


def marked(data: bytes, disclosure: Disclosure, asset: Asset) -> bytes:
    """The picture file with the mark in it; raises PublishError where it can hold none."""
    try:
        return write_xmp(data, disclosure.packet())
    except ImageError as error:
        hint = '`disclose = "none"` under [publish] leaves marks out'
        raise PublishError(f"image {asset.label} cannot be marked: {error.message}", hint) from error


def published_images(store: Store, files: Files, config: Config, assets: Sequence[Asset]) -> list[str]:
    """The SHA-256 of the picture of each asset as it is published: with a mark of what made it, where there is to be
    one. Raises UnavailableError for a picture that is gone or was changed."""
    generated = {asset.file_sha256 for asset in store.assets() if asset.recipe}
    found: list[str] = []
    for first in range(0, len(assets), TOGETHER):
        new: dict[int, bytes] = {}
        for place, asset in enumerate(assets[first : first + TOGETHER], first):
            data = files.read(asset.file_sha256)
            found.append(asset.file_sha256)
            if disclosure := disclosure_of(config, asset, generated):
                new[place] = marked(data, disclosure, asset)
        for place, sha256 in zip(new, files.add_all([*new.values()]), strict=True):
            found[place] = sha256
    return found
