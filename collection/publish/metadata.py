"""Metadata of tokens (ERC-721 JSON) and of the contract (ERC-7572)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from math import isfinite
from typing import Any

from collection.config import Config
from collection.errors import PublishError
from collection.json_fields import EXACT
from collection.publish.layout import animation_name
from collection.store.records import TOLD_TRAITS, Asset, ToldTrait
from collection.values import Recipe


@dataclass(frozen=True, slots=True)
class Attribute:
    """A trait of a token, as marketplaces show and filter it."""

    trait_type: str
    value: str | int | float
    display_type: str = ""
    """How a number is to be shown: number, boost_number, boost_percentage, date and others."""
    max_value: str | int | float = ""

    def as_json(self) -> dict[str, Any]:
        """What is published: fields that say nothing are left out."""
        return {name: value for name, value in asdict(self).items() if value != ""}


def attributes_of(asset: Asset) -> list[Attribute]:
    """Series, leading style, planned traits and what the generator reports beyond them.

    Text only, for scores would swamp every rarity rank; what was told of an imported image is told again as it was.
    """
    recipe = asset.recipe
    if recipe is None and asset.told_traits:
        return [_attribute(trait) for trait in asset.told_traits]
    found = []
    if recipe:
        found.append(Attribute("Series", recipe.series))
        if recipe.blend.leading:
            found.append(Attribute("Style", recipe.blend.leading))
    taken, planned = {item.trait_type.casefold() for item in found}, recipe.traits if recipe else {}
    traits = asset.traits.items()
    return found + [Attribute(*pair) for pair in traits if pair[0] in planned or pair[0].casefold() not in taken]


def _attribute(trait: ToldTrait) -> Attribute:
    value = exact_number(trait.value) if trait.number else trait.value
    return Attribute(trait.name, value, trait.display_type, exact_number(trait.max_value) if trait.max_value else "")


def exact_number(text: str) -> str | int | float:
    """A number that JSON readers give back with the value that is written; the text where a double cannot hold it."""
    if re.fullmatch(r"-?\d+", text):
        return int(text) if abs(int(text)) <= EXACT else text
    number = float(text)
    return number if isfinite(number) and Decimal(repr(number)) == Decimal(text) else text


def token_metadata(
    config: Config, asset: Asset, token_id: int, images_cid: str, animations_cid: str = ""
) -> dict[str, Any]:
    """The JSON of one token (ERC-721 Metadata JSON Schema; attributes as marketplaces read them).

    `properties` holds what a proof needs: the whole recipe, what ran it (in `generator`, which has
    `reproducible: false` where it cannot run it again alike), and the hashes of file and pixels. `reported` stands
    there only where the generator reports another value of a planned trait than the attributes state.
    Of an animation the image is one frame, and `animation_url` names the whole.
    """
    value: dict[str, Any] = {
        "name": f"{config.title} #{token_id}",
        "description": config.description,
        "image": f"ipfs://{images_cid}/{token_id}.png",
        "attributes": [attribute.as_json() for attribute in attributes_of(asset)],
        "properties": {
            "made_by": _maker(asset),
            "recipe": asset.recipe.as_json() if asset.recipe else None,
            "recipe_sha256": asset.recipe.sha256 if asset.recipe else None,
            "generator": {key: value for key, value in asset.generator.items() if key != TOLD_TRAITS},
            "image_sha256": asset.file_sha256,
            "pixel_sha256": asset.pixel_sha256,
            "artists": [artist.model_dump(exclude_none=True) for artist in config.artists],
            "license": config.publish.license,
            **model_license(asset),
            **({"reported": asset.contradicted} if asset.contradicted else {}),
        },
    }
    if config.publish.external_url:
        value["external_url"] = config.publish.external_url
    if asset.animation:
        sha256, suffix = asset.animation
        value["animation_url"] = f"ipfs://{animations_cid}/{animation_name(token_id, suffix)}"
        value["properties"]["animation_sha256"] = sha256
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
