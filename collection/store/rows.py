"""Database rows turned into records."""

from __future__ import annotations

import json

from collection.store.records import Asset, PlannedRecipe
from collection.store.tables import AssetRow, RecipeRow
from collection.values import Recipe


def as_planned(row: RecipeRow) -> PlannedRecipe:
    """The record of a recipe row."""
    return PlannedRecipe(row.id, Recipe.from_json(json.loads(row.body)))


def as_asset(row: AssetRow, recipe: RecipeRow | None) -> Asset:
    """The record of an asset row and its recipe's."""
    return Asset(
        id=row.id,
        recipe=Recipe.from_json(json.loads(recipe.body)) if recipe else None,
        file_sha256=row.file_sha256,
        pixel_sha256=row.pixel_sha256,
        width=row.width,
        height=row.height,
        size=row.size,
        generator=json.loads(row.generator),
        features=json.loads(row.features),
    )
