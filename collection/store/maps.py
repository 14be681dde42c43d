"""Queries of the review room: places on maps, and the order of tokens by hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from sqlmodel import col, delete, select

from collection.store.database import Database, now
from collection.store.room_tables import MapRow, TokenOrderRow
from collection.store.rows import CURRENT
from collection.store.tables import AssetRow, EmbeddingRow, RecipeRow

Places = npt.NDArray[np.float32]


class Maps(Database):
    """Where images are on maps, and in which order their tokens come."""

    def vector_models(self) -> list[str]:
        """The models that gave vectors to images of the plan, by name."""
        query = (
            select(EmbeddingRow.model)
            .join(AssetRow, col(EmbeddingRow.file_sha256) == col(AssetRow.file_sha256))
            .join(RecipeRow, col(RecipeRow.id) == col(AssetRow.recipe_id), isouter=True)
            .where(CURRENT)
            .distinct()
        )
        with self._reading() as session:
            return sorted(session.exec(query))

    def map_places(self, method: str, model: str) -> tuple[list[int], Places] | None:
        """The images of a map, by number, and their places (n, 2); None where it was never laid out."""
        with self._reading() as session:
            row = session.get(MapRow, (method, model))
            if row is None:
                return None
            return np.frombuffer(row.images, "<i8").tolist(), np.frombuffer(row.places, "<f4").reshape(-1, 2)

    def keep_map_places(self, method: str, model: str, images: Sequence[int], places: Places) -> None:
        """Make these the places of a map."""
        numbers, at = np.asarray(images, "<i8").tobytes(), places.astype("<f4").tobytes()
        with self._writing() as session:
            session.merge(MapRow(method=method, model=model, images=numbers, places=at, at=now()))

    def token_order(self) -> list[int]:
        """The images whose tokens come first, in this order; none where nobody ordered them."""
        with self._reading() as session:
            return list(session.exec(select(TokenOrderRow.asset_id).order_by(col(TokenOrderRow.place))))

    def set_token_order(self, images: Sequence[int]) -> None:
        """Make this the order of tokens by hand; none takes it back."""
        rows = [{"place": place, "asset_id": number} for place, number in enumerate(images)]
        with self._writing() as session:
            session.exec(delete(TokenOrderRow))
            if rows:
                self._insert(session, TokenOrderRow, rows)
