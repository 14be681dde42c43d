"""The store: every query of a project, a named method each.

Rooms of the house meet here and nowhere else. Each method that writes is one transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from math import fsum
from typing import Any

from sqlalchemy import ColumnElement, func
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select, update

from collection.store.columns import Columns
from collection.store.contracts import Contracts
from collection.store.database import now
from collection.store.judging import Judging
from collection.store.judging_records import ScoredBatch
from collection.store.maps import Maps
from collection.store.meanings import Meanings
from collection.store.neighbours import Neighbourhood
from collection.store.percentiles import Percentiles
from collection.store.publishing import Publishing
from collection.store.queue import Queue
from collection.store.records import Asset, Batch, KnownRecipe, PlannedRecipe
from collection.store.reviewing import Reviewing
from collection.store.rows import CURRENT, among, as_known, as_planned, assets_where, new_rows, next_number
from collection.store.tables import AssetRow, BatchRow, RecipeRow
from collection.values import Failure, Recipe, canonical_json


class Store(Judging, Maps, Meanings, Neighbourhood, Percentiles, Reviewing, Columns, Publishing, Contracts, Queue):
    """A project's collection.db, opened and brought to the newest schema."""

    # Recipes

    def replace_plan(self, recipes: Sequence[Recipe]) -> tuple[int, int]:
        """Make `recipes` the configuration's part of the plan; returns (added, retired).

        A recipe that is known keeps its number; a recipe that left the plan keeps its row and its image. What people
        added stays, and what they replaced does not come back.
        """
        wanted = {recipe.sha256: recipe for recipe in recipes}
        with self._writing() as session:
            known = {row.sha256: row for row in session.exec(select(RecipeRow))}
            configured = _with_stand_ins(wanted.keys(), {sha256: row.stands_for for sha256, row in known.items()})
            retired = 0
            for sha256, row in known.items():
                planned = _belongs(sha256 in configured, row.origin, row.retired)
                retired += row.planned and not planned
                row.planned = planned
            added = [recipe for sha256, recipe in wanted.items() if sha256 not in known]
            session.add_all(new_rows(session, added, "config"))
            return len(added), retired

    def plan_changes(self, recipes: Sequence[Recipe]) -> int:
        """How many recipes `replace_plan(recipes)` would bring into the plan or take out of it."""
        wanted = {recipe.sha256 for recipe in recipes}
        rows = self._memberships(wanted)
        known = {row.sha256 for row, _ in rows}
        return sum(row.planned != belongs for row, belongs in rows) + len(wanted - known)

    def leaving_images(self, recipes: Sequence[Recipe]) -> list[int]:
        """The numbers of the images whose recipes `replace_plan(recipes)` would take out of the plan."""
        rows = self._memberships({recipe.sha256 for recipe in recipes})
        made = {number for number, _, _ in self.generated_files()}
        return sorted(row.id for row, belongs in rows if row.planned and not belongs and row.id in made)

    def _memberships(self, wanted: set[str]) -> list[tuple[RecipeRow, bool]]:
        """Every recipe that is known, and whether it belongs to a plan of the `wanted` identities."""
        with self._reading() as session:
            query = select(RecipeRow).options(defer(RecipeRow.body))  # type: ignore[arg-type]
            rows = list(session.exec(query))
        configured = _with_stand_ins(wanted, {row.sha256: row.stands_for for row in rows})
        return [(row, _belongs(row.sha256 in configured, row.origin, row.retired)) for row in rows]

    def add_recipes(
        self, recipes: Sequence[Recipe], origin: str, *, instead_of: Sequence[int] = ()
    ) -> list[PlannedRecipe]:
        """Plan what people asked for, in one transaction; the n-th recipe in the place of the n-th of `instead_of`.

        A recipe that has an image stays in the plan until the image that is to replace it is made. `origin` is the
        command. Returns those that were not in the plan before; one that is known keeps its number.
        """
        wanted = {recipe.sha256: recipe for recipe in recipes}
        with self._writing() as session:
            known = {row.sha256: row for row in session.exec(select(RecipeRow)) if row.sha256 in wanted}
            back = [row for row in known.values() if not row.planned]
            for row in back:
                row.planned, row.retired, row.origin = True, False, origin
            new = new_rows(session, [wanted[sha256] for sha256 in wanted if sha256 not in known], origin)
            session.add_all(new)
            takers = known | {row.sha256: row for row in new}
            for recipe, number in zip(recipes, instead_of, strict=False):
                takers[recipe.sha256].replaces = session.exec(_sha256_of(number)).one()
            session.flush()
            _retire_replaced(session, [row.id for row in takers.values()], unmade=instead_of)
            return [PlannedRecipe(row.id, wanted[row.sha256]) for row in (*back, *new)]

    def remove_recipes(self, numbers: Sequence[int]) -> list[int]:
        """Take recipes that people added out of the plan; what they had replaced is back, and its numbers returned.

        Their rows and images stay.
        """
        with self._writing() as session:
            removed = session.exec(select(RecipeRow).where(among(col(RecipeRow.id), numbers))).all()
            for row in removed:
                row.planned, row.retired = False, True
            replaced = [row.replaces for row in removed if row.replaces]
            gone = col(RecipeRow.retired) & among(col(RecipeRow.sha256), replaced)
            back = session.exec(select(RecipeRow).where(gone, ~among(col(RecipeRow.id), numbers))).all()
            for row in back:
                row.planned, row.retired = True, False
            return [row.id for row in back]

    def recipes(self) -> list[KnownRecipe]:
        """Every recipe that there ever was, by number."""
        with self._reading() as session:
            return [as_known(row) for row in session.exec(select(RecipeRow).order_by(col(RecipeRow.id)))]

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

    def count_unmade(self) -> int:
        """How many `unmade` would name."""
        made = select(AssetRow.recipe_id).where(col(AssetRow.recipe_id).is_not(None))
        query = (
            select(func.count()).select_from(RecipeRow).where(col(RecipeRow.planned), col(RecipeRow.id).not_in(made))
        )
        with self._reading() as session:
            return session.exec(query).one()

    # Assets

    def add_assets(self, assets: Sequence[Asset]) -> None:
        """Keep generated images (id = number of the recipe). One that is there stays as it is."""
        with self._writing() as session:
            self._add_assets(session, assets)

    def add_imported(self, assets: Sequence[Asset]) -> list[int]:
        """Keep images that nobody generated here, under the next free numbers, which are returned; `id` is ignored."""
        with self._writing() as session:
            first = next_number(session)
            numbered = [replace(asset, id=number) for number, asset in enumerate(assets, start=first)]
            self._add_assets(session, numbered)
            return [asset.id for asset in numbered]

    def update_imported(self, assets: Sequence[Asset]) -> None:
        """Keep what is told now of imported images: their records and features. All else stays as it is."""
        with self._writing() as session:
            for asset in assets:
                session.exec(
                    update(AssetRow)
                    .where(col(AssetRow.id) == asset.id, col(AssetRow.recipe_id).is_(None))
                    .values(
                        generator=canonical_json(dict(asset.generator)).decode(),
                        features=canonical_json(dict(asset.features)).decode(),
                    )
                )

    def imported(self) -> list[Asset]:
        """The images that were imported, by number."""
        return self._assets_where(col(AssetRow.recipe_id).is_(None))

    def keep_batch(
        self, batch: Batch, assets: Sequence[Asset], failed: Sequence[Failure], judgements: ScoredBatch
    ) -> None:
        """End a batch in one transaction: its images, what was found out about them, and what failed."""
        mended = {asset.label for asset in assets} - {failure.what for failure in failed}
        with self._writing() as session:
            self._add_assets(session, assets)
            self._add_judgements(session, judgements)
            self._record_failures(session, "generate", failed, mended)
            row = session.get(BatchRow, batch.id)
            if row is not None:
                row.made = len(mended)

    def _add_assets(self, session: Session, assets: Sequence[Asset]) -> None:
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
        self._insert(session, AssetRow, rows)
        _retire_replaced(session, [asset.id for asset in assets])

    def assets(self) -> list[Asset]:
        """Every image of the present plan (and every imported one), by number."""
        return self._assets_where(CURRENT)

    def numbers(self) -> list[int]:
        """The numbers of `assets`, without reading the images' recipes."""
        query = select(AssetRow.id).join(RecipeRow, isouter=True).where(CURRENT)
        with self._reading() as session:
            return list(session.exec(query.order_by(col(AssetRow.id))))

    def generated_files(self) -> list[tuple[int, str, int]]:
        """(number, file hash, bytes) of every generated image of the present plan."""
        query = select(AssetRow.id, AssetRow.file_sha256, AssetRow.size).join(RecipeRow).where(col(RecipeRow.planned))
        with self._reading() as session:
            return [(number, sha256, size) for number, sha256, size in session.exec(query.order_by(col(AssetRow.id)))]

    def reproducible_numbers(self) -> tuple[list[int], int]:
        """The numbers of the generated images of the present plan whose recipes can be rendered again; how many can
        not, because their generator said so when it made them."""
        said = func.coalesce(func.json_type(AssetRow.generator, "$.reproducible"), "")
        query = select(AssetRow.id, said).join(RecipeRow).where(col(RecipeRow.planned)).order_by(col(AssetRow.id))
        with self._reading() as session:
            found = session.exec(query).all()
        numbers = [number for number, kind in found if kind != "false"]
        return numbers, len(found) - len(numbers)

    def assets_of(self, numbers: Sequence[int]) -> list[Asset]:
        """The images of these numbers, of whatever plan; numbers without one are left out."""
        return self._assets_where(among(col(AssetRow.id), numbers))

    def warned_assets(self, numbers: Sequence[int]) -> list[Asset]:
        """Of the images of these numbers those whose generator had something to say."""
        return self._assets_where(among(col(AssetRow.id), numbers), col(AssetRow.generator).contains('"warnings":'))

    def asset(self, asset_id: int) -> Asset | None:
        """One image by its number, of whatever plan."""
        return next(iter(self._assets_where(col(AssetRow.id) == asset_id)), None)

    def _assets_where(self, *conditions: ColumnElement[bool]) -> list[Asset]:
        with self._reading() as session:
            return assets_where(session, *conditions)

    def measured(self) -> tuple[float | None, float | None]:
        """(seconds, bytes a pixel) that the last 200 images took, each on average; None if too few were made.

        The time between images is told to the second; pauses of more than ten minutes do not count.
        """
        query = select(AssetRow.made_at, AssetRow.size, AssetRow.width, AssetRow.height)
        query = query.where(col(AssetRow.recipe_id).is_not(None)).order_by(col(AssetRow.made_at).desc()).limit(200)
        with self._reading() as session:
            rows = list(session.exec(query))
        times = [datetime.fromisoformat(made_at).timestamp() for made_at, *_ in rows]
        gaps = [late - early for late, early in pairwise(times) if late - early <= 600]
        pixels = sum(width * height for _, _, width, height in rows)
        seconds = fsum(gaps) / len(gaps) if len(gaps) > 3 and any(gaps) else None
        return seconds, sum(size for _, size, _, _ in rows) / pixels if pixels else None

    def counts(self) -> dict[str, int]:
        """How far the project is: the integers of `collection status`."""
        with self._reading() as session:
            images = select(func.count()).select_from(AssetRow).join(RecipeRow, isouter=True).where(CURRENT)
            generated = session.exec(images).one()
            foreign = session.exec(select(func.count()).where(col(AssetRow.recipe_id).is_(None))).one()
        planned = len(self.planned_sha256s())
        made = {"planned": planned, "imported": foreign, "generated": generated - foreign}
        return {**made, **self._judging_counts(), **self._publishing_counts()}


def _belongs(configured: bool, origin: str, retired: bool) -> bool:
    """Whether a recipe is in the plan: the configuration or a person wants it, and nobody replaced it."""
    return (configured or origin != "config") and not retired


def _sha256_of(number: int) -> Any:
    return select(RecipeRow.sha256).where(RecipeRow.id == number)


def _retire_replaced(session: Session, takers: Sequence[int], unmade: Sequence[int] = ()) -> None:
    """Take out of the plan what those of `takers` replace that have an image, and of `unmade` those that have none."""
    made = select(AssetRow.recipe_id).where(col(AssetRow.recipe_id).is_not(None))
    stands = col(RecipeRow.planned) & among(col(RecipeRow.id), takers) & col(RecipeRow.id).in_(made)
    replaced = [sha256 for sha256 in session.exec(select(RecipeRow.replaces).where(stands)) if sha256]
    without = among(col(RecipeRow.id), unmade) & col(RecipeRow.id).not_in(made)
    gone = col(RecipeRow.planned) & (among(col(RecipeRow.sha256), replaced) | without)
    session.exec(update(RecipeRow).where(gone).values(planned=False, retired=True))


def _with_stand_ins(wanted: Iterable[str], stands_for: Mapping[str, str | None]) -> set[str]:
    """Recipes that are wanted, and those that stand for them, also at second hand."""
    found = set(wanted)
    while more := {sha256 for sha256, other in stands_for.items() if other in found} - found:
        found |= more
    return found
