"""Metadata of tokens and of the contract: what the typed model says of a project's assets and configuration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from collection.config import Config
from collection.config.publishing import PLACE
from collection.config.shares import token_shares
from collection.errors import PublishError
from collection.publish.additions import ANIMATIONS, MEDIA_TYPES, Addition
from collection.publish.duties import duties_of
from collection.publish.layout import extra_name
from collection.publish.model import ContractMetadata, TokenMetadata
from collection.publish.traits import traits_of
from collection.store.publication_records import Extras, PublishedImage
from collection.store.records import TOLD_TRAITS, Asset
from collection.values import Recipe, canonical_json, sha256_hex


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """A further file of a token."""

    folder: str
    """animations, words or thumbnails."""
    uri: str
    sha256: str
    suffix: str

    def as_json(self) -> dict[str, str]:
        """The member of `properties.files`: where it lies, what it is for, its type and its hash."""
        kind = MEDIA_TYPES.get(self.suffix, "application/octet-stream")
        return {"uri": self.uri, "folder": self.folder, "type": kind, "sha256": self.sha256}


def published_files(token_id: int, extras: Extras, cids: Mapping[str, str]) -> list[PublishedFile]:
    """The further files of a token, by the CIDs of their folders."""
    return [
        PublishedFile(folder, f"ipfs://{cids[folder]}/{extra_name(token_id, suffix)}", sha256, suffix)
        for folder, (sha256, suffix) in extras.items()
    ]


def token_metadata(
    config: Config,
    asset: Asset,
    token_id: int,
    images_cid: str,
    image: PublishedImage | None = None,
    addition: Addition | None = None,
    files: Sequence[PublishedFile] = (),
) -> dict[str, Any]:
    """The JSON of one token; see `described_token`."""
    return described_token(config, asset, token_id, images_cid, image, addition, files).as_json()


def described_token(
    config: Config,
    asset: Asset,
    token_id: int,
    images_cid: str,
    image: PublishedImage | None = None,
    addition: Addition | None = None,
    files: Sequence[PublishedFile] = (),
) -> TokenMetadata:
    """The metadata of one token.

    `image` is the published picture, where it is not the asset's own file, `addition` what the artist says of it,
    `files` what is published beside it.

    A picture that is marked says so for people in the description, and for programs in `disclosure`.

    `properties` holds what a proof needs: the whole recipe, what ran it (in `generator`, which has
    `reproducible: false` where it cannot run it again alike), and the hashes of file and pixels. `reported` stands
    there only where the generator reports another value of a planned trait than the attributes state.
    `artists` and their shares are those of the whole set; `shares`, where styles or the generator name an artist, what
    each has of this picture. Of an animation the image is one frame, and `animation_url` names the whole.
    """
    publish = config.publish
    shown = image or PublishedImage(asset.file_sha256, asset.pixel_sha256)
    marked = shown.pixel_sha256 != asset.pixel_sha256
    described = (addition and addition.description) or config.description
    played = next((file.uri for file in files if file.folder == ANIMATIONS), "")
    more = [file.as_json() for file in files if asset.animation is None or file.sha256 != asset.animation[0]]
    said = {"title": config.title, "id": str(token_id)}
    recipe = asset.recipe.as_json() if asset.recipe else None
    return TokenMetadata(
        token_id=token_id,
        name=(addition and addition.name) or filled(publish.name, said),
        description="\n\n".join(filter(None, (described, shown.disclosure.get("line")))),
        image=f"ipfs://{images_cid}/{token_id}.png",
        traits=tuple(traits_of(asset, config.trait_types)),
        animation_url=played or filled(publish.animation_url or "", said),
        external_url=filled(publish.external_url or "", said),
        background_color=publish.background_color or "",
        properties={
            "made_by": _maker(asset),
            "recipe": recipe,
            "recipe_sha256": sha256_hex(canonical_json(recipe)) if recipe else None,
            "generator": {key: value for key, value in asset.generator.items() if key != TOLD_TRAITS},
            "image_sha256": shown.image_sha256,
            "pixel_sha256": shown.pixel_sha256,
            **({"rendered_pixel_sha256": asset.pixel_sha256} if marked else {}),
            **({"disclosure": dict(shown.disclosure)} if shown.disclosure else {}),
            "artists": [artist.model_dump(exclude_none=True) for artist in config.artists],
            **({"shares": shares_of(config, asset)} if config.credits else {}),
            "license": publish.license,
            **model_license(asset),
            **({"model_duties": list(duties)} if (duties := duties_of(asset)) else {}),
            **({"reported": reported} if (reported := asset.contradicted) else {}),
            **({"animation_sha256": asset.animation[0]} if asset.animation else {}),
            **({"files": more} if more else {}),
        },
    )


def filled(template: str, said: Mapping[str, str]) -> str:
    """A text with {id} and {title} filled in, once: what was filled in is not looked at again."""
    return PLACE.sub(lambda place: said[place[1]], template) if "{" in template else template


def _maker(asset: Asset) -> str:
    if asset.recipe is None:
        return "unknown: imported"
    again = "" if asset.reproducible else ", which does not make the same picture twice"
    picture = asset.recipe.init_image and not asset.recipe.parents
    return f"a machine, from the recipe below{' and the picture that it begins from' if picture else ''}{again}"


def shares_of(config: Config, asset: Asset) -> list[dict[str, Any]]:
    """What each artist has of one picture, in percent to two places, which sum to 100; by name.

    `artists`, beside it, says what each has of the whole set, as royalties are paid.
    """
    points = token_shares(config.credits, asset.recipe)
    return [{"name": name, "share": share / 100} for name, share in sorted(points.items())]


def model_license(asset: Asset) -> dict[str, str]:
    """`model_license` of the weights that made an image, and `model_attribution`, whom it asks to name, as they were
    recorded when the image was made.

    Empty where none was: what the configuration says now may be of another model.
    """
    recorded = {name: asset.generator.get(name) for name in ("license", "attribution")}
    return {f"model_{name}": value for name, value in recorded.items() if isinstance(value, str) and value}


def recipe_of(metadata: Mapping[str, Any]) -> Recipe:
    """The recipe that token metadata carries; raises PublishError if it carries none that matches its own hash."""
    properties = metadata.get("properties")
    body = properties.get("recipe") if isinstance(properties, dict) else None
    if not isinstance(properties, dict) or not isinstance(body, dict):
        raise PublishError("its metadata carries no recipe, so it cannot be rendered again")
    try:
        recipe = Recipe.from_json(body)
        sha256 = recipe.sha256
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise PublishError(f"the recipe in its metadata cannot be read: {error!r}") from error
    if sha256 != properties.get("recipe_sha256"):
        raise PublishError(f"the recipe in its metadata has SHA-256 {sha256}, which is not the one beside it")
    return recipe


def contract_metadata(config: Config, images_cid: str) -> ContractMetadata:
    """The metadata of the contract. A link that differs by token is none of the contract's."""
    publish = config.publish
    link = publish.external_url or ""
    return ContractMetadata(
        name=config.title,
        symbol=config.token_symbol,
        description=config.description,
        image=f"ipfs://{images_cid}/1.png",
        banner_image=publish.banner_image or "",
        featured_image=publish.featured_image or "",
        external_link="" if PLACE.search(link) else link,
        collaborators=publish.collaborators,
    )
