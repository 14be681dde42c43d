"""Database rows turned into records."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func
from sqlalchemy import select as columns_of
from sqlmodel import Session, col, select

from collection.store.records import Asset, Batch, KnownRecipe, PlannedRecipe
from collection.store.tables import AssetRow, BatchRow, RecipeRow
from collection.values import Recipe, canonical_json

CURRENT = col(AssetRow.recipe_id).is_(None) | col(RecipeRow.planned)
"""An asset counts while its recipe is in the plan, or if it has none (imported)."""


def as_planned(row: RecipeRow) -> PlannedRecipe:
    """The record of a recipe row."""
    return PlannedRecipe(row.id, Recipe.from_json(json.loads(row.body)))


def as_known(row: RecipeRow) -> KnownRecipe:
    """The record of a recipe row of any plan."""
    return KnownRecipe(row.id, Recipe.from_json(json.loads(row.body)), row.origin, row.planned)


def assets_where(session: Session, *conditions: ColumnElement[bool]) -> list[Asset]:
    """The images of which that is so, by number.

    Read by columns: of a hundred thousand, objects that SQLAlchemy watches over take as long as all else together.
    """
    table = AssetRow.__table__  # type: ignore[attr-defined]
    query = columns_of(*table.c, col(RecipeRow.body)).select_from(AssetRow).join(RecipeRow, isouter=True)
    rows = session.execute(query.where(*conditions).order_by(table.c.id))
    return [as_asset(row, row.body) for row in rows]


def as_asset(row: Any, body: str | None) -> Asset:
    """The record of an asset, by the columns of its row and the body of its recipe."""
    return Asset(
        id=row.id,
        recipe=Recipe.from_json(json.loads(body)) if body else None,
        file_sha256=row.file_sha256,
        pixel_sha256=row.pixel_sha256,
        width=row.width,
        height=row.height,
        size=row.size,
        generator=json.loads(row.generator),
        features=json.loads(row.features),
    )


def as_batch(row: BatchRow) -> Batch:
    """The record of a batch row."""
    return Batch(row.id, tuple(json.loads(row.recipes)), row.worker, row.attempts)


def new_rows(session: Session, recipes: Sequence[Recipe], origin: str) -> list[RecipeRow]:
    """Rows under the next free numbers."""
    return [
        RecipeRow(
            id=number,
            sha256=recipe.sha256,
            series=recipe.series,
            body=canonical_json(recipe.as_json()).decode(),
            origin=origin,
        )
        for number, recipe in enumerate(recipes, start=next_number(session))
    ]


def next_number(session: Session) -> int:
    """The first number that neither a recipe nor an imported image has."""
    highest = (session.exec(select(func.max(column))).one() or 0 for column in (RecipeRow.id, AssetRow.id))
    return max(highest) + 1


def among(column: Any, values: Iterable[int | str]) -> ColumnElement[bool]:
    """Whether a column holds one of `values`: one SQL variable however many there are (SQLite takes 32,766)."""
    listed = func.json_each(json.dumps(list(values))).table_valued("value")
    condition: ColumnElement[bool] = column.in_(select(listed.c.value))
    return condition
