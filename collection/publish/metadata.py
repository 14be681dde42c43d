"""Metadata of tokens (ERC-721 JSON) and of the contract (ERC-7572)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from collection.config import Config
from collection.errors import PublishError
from collection.publish.traits import traits_of
from collection.store.records import Asset
from collection.values import Recipe


def token_metadata(config: Config, asset: Asset, token_id: int, images_cid: str) -> dict[str, Any]:
    """The JSON of one token (ERC-721 Metadata JSON Schema; attributes as marketplaces read them).

    `properties` holds what a proof needs: the whole recipe, what ran it (in `generator`, which has
    `reproducible: false` where it cannot run it again alike), and the hashes of file and pixels.
    """
    value: dict[str, Any] = {
        "name": f"{config.title} #{token_id}",
        "description": config.description,
        "image": f"ipfs://{images_cid}/{token_id}.png",
        "attributes": [trait.as_attribute() for trait in traits_of(asset, config.publish.traits)],
        "properties": {
            "made_by": _maker(asset),
            "recipe": asset.recipe.as_json() if asset.recipe else None,
            "recipe_sha256": asset.recipe.sha256 if asset.recipe else None,
            "generator": dict(asset.generator),
            "image_sha256": asset.file_sha256,
            "pixel_sha256": asset.pixel_sha256,
            "artists": [artist.model_dump(exclude_none=True) for artist in config.artists],
            "license": config.publish.license,
            **model_license(asset),
        },
    }
    if config.publish.external_url:
        value["external_url"] = config.publish.external_url
    return value


def _maker(asset: Asset) -> str:
    if asset.recipe is None:
        return "unknown: imported"
    again = "" if asset.reproducible else ", which does not make the same picture twice"
    return f"a machine, from the recipe below{again}"


def model_license(asset: Asset) -> dict[str, str]:
    """`model_license`, the license of the weights that made an image, as it was recorded when the image was made.

    Empty where none was: what the configuration says now may be of another model.
    """
    recorded = asset.generator.get("license")
    return {"model_license": recorded} if isinstance(recorded, str) and recorded else {}


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


def contract_metadata(config: Config, images_cid: str) -> dict[str, Any]:
    """The JSON of the contract (ERC-7572): name, symbol, description, image."""
    value = {
        "name": config.title,
        "symbol": config.token_symbol,
        "description": config.description,
        "image": f"ipfs://{images_cid}/1.png",
    }
    if config.publish.external_url:
        value["external_link"] = config.publish.external_url
    return value
