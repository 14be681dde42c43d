"""Queries of the review room: all images by columns, in few and plain rows; what changed; views that people saved."""

from __future__ import annotations

import json
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from sqlalchemy import PoolProxiedConnection, func, text
from sqlalchemy import select as columns_of
from sqlmodel import col, delete, select

from collection.store.database import Database, now
from collection.store.records import all_traits
from collection.store.review_records import SavedView
from collection.store.rows import CURRENT
from collection.store.tables import AssetRow, ChangeRow, RecipeRow, SavedViewRow, ScoreRow


class ImageColumns(NamedTuple):
    """What a list of ten thousand images needs of each: texts as they are stored, JSON unread."""

    id: int
    file_sha256: str
    width: int
    height: int
    features: str
    body: str | None
    """Of the recipe; None for an imported image."""


class ScoreColumns(NamedTuple):
    """One number of one picture."""

    file_sha256: str
    metric: str
    value: float
    percentile: float | None


class ComparedImage(NamedTuple):
    """What a search for near-duplicates needs of an image."""

    id: int
    file_sha256: str
    pixel_sha256: str
    width: int
    height: int
    series: str
    """Of the recipe; "" for an imported image, too."""
    made: bool
    """Whether it has a recipe."""
    told: tuple[tuple[str, str], ...] | None
    """Its traits, planned, imported or reported; None: none are known."""
    lossless: bool
    """Whether the file that it came as kept every pixel."""
    animated: bool
    claims: bool
    """Whether that file says how it was made."""


LOSSY = (".jpeg", ".jpg", ".mpo", ".jpeg2000", ".avif", ".heif")
"""Suffixes of files that do not keep every pixel, for images that were imported before that was noted."""


def _compared(*row: Any) -> ComparedImage:
    number, file, pixels, width, height, series, recipe, planned, features, lossless, suffix, animated, claims = row
    traits = all_traits(json.loads(planned or "{}"), json.loads(features or "{}"))
    told = tuple(sorted((name, str(value)) for name, value in traits.items())) or None
    kept = bool(lossless) if lossless is not None else suffix not in LOSSY
    made, moves = recipe is not None, bool(animated)
    return ComparedImage(number, file, pixels, width, height, series, made, told, kept, moves, claims is not None)


class Columns(Database):
    """Everything at once, for somebody who keeps it in memory."""

    def __init__(self, path: Path, *, busy_seconds: float = 30.0) -> None:
        super().__init__(path, busy_seconds=busy_seconds)
        self._asking = Lock()
        self._watcher: PoolProxiedConnection | None = None

    def close(self) -> None:
        """Let go of the file."""
        with self._asking:
            if self._watcher is not None:
                self._watcher.close()
                self._watcher = None
        super().close()

    def commits(self) -> int:
        """A number that is another after every commit, of whatever process; it costs microseconds to ask."""
        with self._asking:
            if self._watcher is None:
                self._watcher = self._engine.raw_connection()
            cursor = self._watcher.cursor()
            (number,) = cursor.execute("PRAGMA data_version").fetchone()
            cursor.close()
            return int(number)

    def changes(self) -> dict[str, int]:
        """A number for each part: images, scores, choice. It rises whenever that part is written to, by any program."""
        with self._reading() as session:
            return dict(session.exec(select(ChangeRow.what, ChangeRow.count)).all())

    def image_columns(self) -> list[ImageColumns]:
        """Every image of the plan and every imported one, by number."""
        query = (
            select(
                AssetRow.id, AssetRow.file_sha256, AssetRow.width, AssetRow.height, AssetRow.features, RecipeRow.body
            )  # type: ignore[call-overload]
            .join(RecipeRow, isouter=True)
            .where(CURRENT)
            .order_by(col(AssetRow.id))
        )
        with self._reading() as session:
            return [ImageColumns._make(row) for row in session.exec(query)]

    def compared_images(self) -> list[ComparedImage]:
        """Every image of the plan and every imported one, by number."""
        table, recipes = AssetRow.__table__, RecipeRow.__table__  # type: ignore[attr-defined]
        columns = (table.c.id, table.c.file_sha256, table.c.pixel_sha256, table.c.width, table.c.height)
        traits, source = func.json_extract(recipes.c.body, "$.traits"), table.c.generator
        facts = (func.json_extract(source, f"$.{name}") for name in ("lossless", "source_suffix", "animated", "claims"))
        query = (
            columns_of(*columns, func.coalesce(recipes.c.series, ""), recipes.c.id, traits, table.c.features, *facts)
            .select_from(AssetRow)
            .join(RecipeRow, isouter=True)
            .where(CURRENT)
            .order_by(table.c.id)
        )
        with self._reading() as session:
            return [_compared(*row) for row in session.execute(query)]

    def score_columns(self) -> list[ScoreColumns]:
        """Every score there is; those of models that count (they have percentiles) at the end."""
        table = ScoreRow.__table__  # type: ignore[attr-defined]
        query = select(table.c.file_sha256, table.c.metric, table.c.value, table.c.percentile).order_by(
            table.c.percentile.is_not(None), text("rowid")
        )
        with self._reading() as session:
            return [ScoreColumns._make(row) for row in session.exec(query)]

    def saved_views(self) -> list[SavedView]:
        """The views that people saved, by name."""
        with self._reading() as session:
            rows = session.exec(select(SavedViewRow).order_by(col(SavedViewRow.name)))
            return [SavedView(row.name, row.query, row.curator) for row in rows]

    def save_view(self, view: SavedView) -> None:
        """Keep a view, in place of one of the same name."""
        with self._writing() as session:
            session.merge(SavedViewRow(name=view.name, query=view.query, curator=view.curator, at=now()))

    def remove_view(self, name: str) -> bool:
        """Forget a view; whether there was one."""
        with self._writing() as session:
            return session.exec(delete(SavedViewRow).where(col(SavedViewRow.name) == name)).rowcount > 0
