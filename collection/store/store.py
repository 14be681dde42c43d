"""The store: every query of a project, a named method each.

Rooms of the house meet here and nowhere else. Each method that writes is one transaction.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func
from sqlmodel import col, select

from collection.store.database import now
from collection.store.judging import Judging
from collection.store.publishing import Publishing
from collection.store.records import Asset, PlannedRecipe
from collection.store.rows import as_asset, as_planned
from collection.store.tables import AssetRow, RecipeRow
from collection.values import Recipe, canonical_json


class Store(Judging, Publishing):
    """A project's collection.db, opened and brought to the newest schema."""

    # Recipes

    def replace_plan(self, recipes: Sequence[Recipe]) -> tuple[int, int]:
        """Make `recipes` the plan; returns (added, retired).

        A recipe that is known keeps its number; a recipe that left the plan keeps its row and its image.
        """
        wanted = {recipe.sha256: recipe for recipe in recipes}
        with self._writing() as session:
            known = {row.sha256: row for row in session.exec(select(RecipeRow))}
            retired = [row for sha256, row in known.items() if row.planned and sha256 not in wanted]
            for sha256, row in known.items():
                row.planned = sha256 in wanted
            highest = max(
                session.exec(select(func.max(RecipeRow.id))).one() or 0,
                session.exec(select(func.max(AssetRow.id))).one() or 0,
            )
            added = [(sha256, recipe) for sha256, recipe in wanted.items() if sha256 not in known]
            session.add_all(
                RecipeRow(
                    id=number, sha256=sha256, series=recipe.series, body=canonical_json(recipe.as_json()).decode()
                )
                for number, (sha256, recipe) in enumerate(added, start=highest + 1)
            )
            return len(added), len(retired)

    def plan_differs(self, recipes: Sequence[Recipe]) -> bool:
        """Whether `replace_plan(recipes)` would change anything."""
        return self.planned_sha256s() != {recipe.sha256 for recipe in recipes}

    def planned_sha256s(self) -> set[str]:
        """The identities of the recipes in the plan."""
        with self._reading() as session:
            return set(session.exec(select(RecipeRow.sha256).where(col(RecipeRow.planned))))

    def planned(self) -> list[PlannedRecipe]:
        """The plan, in the order of its numbers."""
        with self._reading() as session:
            rows = session.exec(select(RecipeRow).where(col(RecipeRow.planned)).order_by(col(RecipeRow.id)))
            return [as_planned(row) for row in rows]

    def unmade(self) -> list[PlannedRecipe]:
        """Planned recipes of which no image exists yet."""
        made = select(AssetRow.recipe_id).where(col(AssetRow.recipe_id).is_not(None))
        query = select(RecipeRow).where(col(RecipeRow.planned), col(RecipeRow.id).not_in(made))
        with self._reading() as session:
            return [as_planned(row) for row in session.exec(query.order_by(col(RecipeRow.id)))]

    # Assets

    def add_assets(self, assets: Sequence[Asset]) -> None:
        """Keep a batch of generated images (id = number of the recipe). One that is there stays as it is."""
        rows = [
            {
                "id": asset.id, "recipe_id": asset.id if asset.recipe else None,
                "file_sha256": asset.file_sha256, "pixel_sha256": asset.pixel_sha256,
                "width": asset.width, "height": asset.height, "size": asset.size,
                "generator": canonical_json(dict(asset.generator)).decode(),
                "features": canonical_json(dict(asset.features)).decode(), "made_at": now(),
            }
            for asset in assets
        ]  # fmt: skip
        with self._writing() as session:
            self._insert(session, AssetRow, rows)

    def assets(self) -> list[Asset]:
        """Every image of the present plan (and every imported one), by number."""
        query = (
            select(AssetRow, RecipeRow)
            .join(RecipeRow, isouter=True)
            .where(col(AssetRow.recipe_id).is_(None) | col(RecipeRow.planned))
            .order_by(col(AssetRow.id))
        )
        with self._reading() as session:
            return [as_asset(asset, recipe) for asset, recipe in session.exec(query)]

    def asset(self, asset_id: int) -> Asset | None:
        """One image by its number, of whatever plan."""
        query = select(AssetRow, RecipeRow).join(RecipeRow, isouter=True).where(AssetRow.id == asset_id)
        with self._reading() as session:
            found = session.exec(query).first()
        return as_asset(*found) if found else None

    def counts(self) -> dict[str, int]:
        """How far the project is: the integers of `collection status`."""
        planned, made = len(self.planned_sha256s()), self.assets()
        return {"planned": planned, "generated": len(made), **self._judging_counts(), **self._publishing_counts()}
