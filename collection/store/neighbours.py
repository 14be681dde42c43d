"""Queries of the search for duplicates: which pictures were searched, and which are near each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import func, insert
from sqlmodel import col, delete, select

from collection.store.database import Database
from collection.store.judging_records import Neighbour, Searched
from collection.store.rows import among
from collection.store.tables import NeighbourRow, SearchedRow


class Neighbourhood(Database):
    """What is known of which pictures are near which."""

    def searched(self, model: str) -> list[Searched]:
        """The pictures whose neighbours by a model are known, in the order in which they were searched."""
        query = select(
            SearchedRow.id, SearchedRow.file_sha256, SearchedRow.radius, SearchedRow.truncated_at
        ).where(SearchedRow.model == model)  # fmt: skip
        with self._reading() as session:
            return [Searched(*row) for row in session.exec(query.order_by(col(SearchedRow.id)))]

    def next_searched(self) -> int:
        """The id of the picture that is searched next."""
        with self._reading() as session:
            return (session.exec(select(func.max(SearchedRow.id))).one() or 0) + 1

    def add_searched(self, model: str, searched: Sequence[Searched], neighbours: Sequence[Neighbour]) -> None:
        """Keep what a search of some pictures found, in one transaction."""
        rows = [
            {
                "id": item.id, "file_sha256": item.file_sha256, "model": model, "radius": item.radius,
                "truncated_at": item.truncated_at,
            }
            for item in searched
        ]  # fmt: skip
        with self._writing() as session:
            if rows:
                session.execute(insert(SearchedRow), rows)
            if neighbours:
                session.execute(insert(NeighbourRow), [item._asdict() for item in neighbours])

    def forget_searched(self, ids: Iterable[int]) -> None:
        """Drop pictures, and every pair that one of them is in."""
        gone = list(ids)
        with self._writing() as session:
            for column in (NeighbourRow.a, NeighbourRow.b):
                session.exec(delete(NeighbourRow).where(among(column, gone)))
            session.exec(delete(SearchedRow).where(among(SearchedRow.id, gone)))

    def neighbours(self, model: str) -> list[Neighbour]:
        """The pairs of a model, in no order."""
        query = (
            select(NeighbourRow.a, NeighbourRow.b, NeighbourRow.kind, NeighbourRow.distance)
            .join(SearchedRow, col(SearchedRow.id) == col(NeighbourRow.a))
            .where(SearchedRow.model == model)
        )
        with self._reading() as session:
            return [Neighbour(*row) for row in session.exec(query)]

    def record_search(self, inputs: str, report: Mapping[str, Any]) -> None:
        """Remember what was searched, how, and the thresholds that the series ask for."""
        with self._writing() as session:
            self._write_stage(session, "neighbours", inputs, dict(report))
