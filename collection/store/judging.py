"""Queries of the judge and curate rooms: vectors, scores, duplicates, the selection."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import and_, func, or_
from sqlmodel import Session, col, delete, select

from collection.store.database import Database
from collection.store.judging_records import (
    CrossCollectionDuplicate,
    Duplicate,
    Embedding,
    Fingerprint,
    Look,
    Score,
    ScoredBatch,
)
from collection.store.records import Asset
from collection.store.review_records import Selection
from collection.store.rows import CURRENT, among, assets_where
from collection.store.tables import (
    AgainstRow,
    AssetRow,
    DiversityRow,
    DuplicateRow,
    EmbeddingRow,
    FingerprintRow,
    RecipeRow,
    ScoreRow,
    SelectionRow,
)


class Judging(Database):
    """What is known about the pictures, and what was decided."""

    def assets_without_score(self, metric: str, model: str) -> list[Asset]:
        """Images of the plan that this metric of this model has not seen, by number."""
        return self.assets_without_scores({metric: model})

    def assets_without_scores(self, models: Mapping[str, str]) -> list[Asset]:
        """Images of the plan that lack the score of any of these models, by metric; by number."""
        if not models:
            return []
        known = [and_(col(ScoreRow.metric) == metric, col(ScoreRow.model) == model) for metric, model in models.items()]
        complete = select(ScoreRow.file_sha256).where(or_(*known)).group_by(col(ScoreRow.file_sha256))
        return self._assets(col(AssetRow.file_sha256).not_in(complete.having(func.count() == len(models))))

    def assets_without_embedding(self, model: str) -> list[Asset]:
        """Images of the plan that this encoder has not seen, by number."""
        encoded = select(EmbeddingRow.file_sha256).where(EmbeddingRow.model == model)
        return self._assets(col(AssetRow.file_sha256).not_in(encoded))

    def assets_without_fingerprint(self) -> list[Asset]:
        """Images of the plan whose perceptual hashes are not known, by number."""
        hashed = select(FingerprintRow.file_sha256)
        return self._assets(col(AssetRow.file_sha256).not_in(hashed))

    def add_judgements(
        self,
        scores: Sequence[Score] = (),
        embeddings: Sequence[Embedding] = (),
        fingerprints: Mapping[str, Fingerprint] | None = None,
    ) -> None:
        """Keep a batch in one transaction: scores, vectors, and perceptual hashes by file hash."""
        with self._writing() as session:
            self._add_judgements(session, ScoredBatch(scores, embeddings, fingerprints or {}))

    def _add_judgements(self, session: Session, found: ScoredBatch) -> None:
        vectors = [
            {"file_sha256": item.file_sha256, "model": item.model, "vector": item.vector.astype("<f2").tobytes()}
            for item in found.embeddings
        ]
        hashes = [{"file_sha256": sha256, **_fingerprint_row(item)} for sha256, item in found.fingerprints.items()]
        self._insert(session, EmbeddingRow, vectors, replace=True)
        self._insert(session, ScoreRow, [_as_row(score) for score in found.scores], replace=True)
        self._insert(session, FingerprintRow, hashes, replace=True)

    def hashes(self) -> dict[str, tuple[int, ...]]:
        """The perceptual hashes of every picture that has them, by file hash."""
        with self._reading() as session:
            rows = session.exec(select(FingerprintRow.file_sha256, FingerprintRow.hashes)).all()
        return {sha256: tuple(int(item, 16) for item in hashes.split()) for sha256, hashes in rows}

    def looks(self, files: Sequence[str]) -> dict[str, Look]:
        """The looks of those of some pictures that have one, by file hash."""
        query = select(FingerprintRow.file_sha256, FingerprintRow.facts).where(col(FingerprintRow.look).is_not(None))
        with self._reading() as session:
            rows = session.exec(query.where(among(col(FingerprintRow.file_sha256), files))).all()
        return {sha256: _look(json.loads(facts)) for sha256, facts in rows}

    def small_copies(self, files: Sequence[str]) -> list[bytes]:
        """The JPEG files of the small copies of some pictures, all of which have a look, in their order."""
        query = select(FingerprintRow.file_sha256, FingerprintRow.look)
        with self._reading() as session:
            found = dict(session.exec(query.where(among(col(FingerprintRow.file_sha256), files))).all())
        return [found[file] or b"" for file in files]

    def encoded(self, model: str) -> set[str]:
        """The file hashes of the pictures that `model` has encoded."""
        with self._reading() as session:
            return set(session.exec(select(EmbeddingRow.file_sha256).where(EmbeddingRow.model == model)))

    def vectors(self, model: str, files: Sequence[str]) -> npt.NDArray[np.float16]:
        """The vectors (n, d) that `model` gave to pictures, as stored; all of `files` must be `encoded`."""
        query = select(EmbeddingRow.file_sha256, EmbeddingRow.vector).where(EmbeddingRow.model == model)
        rows = {sha256: row for row, sha256 in enumerate(files)}
        found = np.zeros((len(files), 0), dtype=np.float16)
        with self._reading() as session:
            for sha256, vector in session.exec(query.where(among(col(EmbeddingRow.file_sha256), files))):
                if not found.shape[1]:
                    found = np.zeros((len(files), len(vector) // 2), dtype=np.float16)
                found[rows[sha256]] = np.frombuffer(vector, dtype="<f2")
        return found

    def embeddings(self, model: str) -> tuple[list[int], npt.NDArray[np.float32]]:
        """Numbers and vectors, (n, d) float32, of the images of the plan that `model` has encoded."""
        query = (
            select(AssetRow.id, EmbeddingRow.vector)
            .join(RecipeRow, isouter=True)
            .join(EmbeddingRow, col(EmbeddingRow.file_sha256) == col(AssetRow.file_sha256))
            .where(CURRENT, EmbeddingRow.model == model)
            .order_by(col(AssetRow.id))
        )
        with self._reading() as session:
            found = session.exec(query).all()
        ids = [asset_id for asset_id, _ in found]
        data = np.frombuffer(b"".join(vector for _, vector in found), dtype="<f2").astype(np.float32)
        return ids, data.reshape(len(ids), -1) if ids else data.reshape(0, 0)

    def scores(self) -> list[Score]:
        """Every score of the images of the plan, by file, metric and model."""
        query = (
            select(ScoreRow)
            .join(AssetRow, col(AssetRow.file_sha256) == col(ScoreRow.file_sha256))
            .join(RecipeRow, col(RecipeRow.id) == col(AssetRow.recipe_id), isouter=True)
            .where(CURRENT)
            .distinct()
            .order_by(col(ScoreRow.file_sha256), col(ScoreRow.metric), col(ScoreRow.model))
        )
        with self._reading() as session:
            rows = session.exec(query)
            return [Score(row.file_sha256, row.metric, row.model, row.value, row.percentile) for row in rows]

    def replace_metric(self, metric: str, scores: Sequence[Score], inputs: str, report: dict[str, Any]) -> None:
        """Make these the only scores of a metric that a whole-set stage of its name finds; `inputs` as elsewhere."""
        with self._writing() as session:
            session.exec(delete(ScoreRow).where(col(ScoreRow.metric) == metric))
            self._insert(session, ScoreRow, [asdict(score) for score in scores])
            self._write_stage(session, metric, inputs, report)

    def replace_duplicates(self, duplicates: Sequence[Duplicate], inputs: str, report: dict[str, Any]) -> None:
        """Make these the assets set aside for others; `inputs` is the hash of what was compared."""
        with self._writing() as session:
            session.exec(delete(DuplicateRow))
            session.add_all(
                DuplicateRow(
                    asset_id=item.asset_id,
                    representative_id=item.representative_id,
                    why=item.why,
                    distance=item.distance,
                )
                for item in duplicates
                if item.representative_id is not None
            )
            self._write_stage(session, "dedupe", inputs, report)

    def duplicates(self) -> list[Duplicate]:
        """The assets set aside, by number; one that has a twin elsewhere for that one."""
        with self._reading() as session:
            rows = session.exec(select(DuplicateRow)).all()
        found = {row.asset_id: Duplicate(row.asset_id, row.representative_id, row.why, row.distance) for row in rows}
        found |= {item.asset_id: item for item in self.against()}
        return [found[number] for number in sorted(found)]

    def replace_against(self, place: str, twins: Sequence[CrossCollectionDuplicate]) -> None:
        """Make these the pictures that are near-duplicates of some at `place`."""
        with self._writing() as session:
            session.exec(delete(AgainstRow).where(col(AgainstRow.place) == place))
            session.add_all(AgainstRow(place=place, **asdict(twin)) for twin in twins)

    def against(self) -> list[Duplicate]:
        """The assets that are near-duplicates of pictures elsewhere, by number, each for the nearest of those."""
        query = (
            select(AssetRow.id, AgainstRow)
            .join(RecipeRow, isouter=True)
            .join(AgainstRow, col(AgainstRow.file_sha256) == col(AssetRow.file_sha256))
            .where(CURRENT)
            .order_by(col(AssetRow.id), col(AgainstRow.distance).desc())
        )
        with self._reading() as session:
            rows = session.exec(query).all()
        nearest = {number: Duplicate(number, None, "against", row.distance, row.representative) for number, row in rows}
        return list(nearest.values())

    def replace_selection(self, chosen: Sequence[Selection], inputs: str, report: dict[str, Any]) -> None:
        """Make these the chosen assets; `inputs` is the hash of what they were chosen by."""
        with self._writing() as session:
            session.exec(delete(SelectionRow))
            session.add_all(SelectionRow(asset_id=item.asset_id, rank=item.rank, why=item.why) for item in chosen)
            self._write_stage(session, "select", inputs, report)

    def set_diversity(self, value: float, instead_of: float) -> None:
        """Remember that people chose with this diversity where collection.toml says `instead_of`."""
        with self._writing() as session:
            session.merge(DiversityRow(id=1, value=value, configured=instead_of))

    def diversity(self, configured: float) -> float:
        """The diversity to choose with: what people last chose with, until collection.toml says something new."""
        with self._reading() as session:
            row = session.get(DiversityRow, 1)
        return row.value if row and row.configured == configured else configured

    def selection(self) -> list[Selection]:
        """The chosen assets, best first."""
        with self._reading() as session:
            columns = select(SelectionRow.asset_id, SelectionRow.rank, SelectionRow.why)
            return [Selection(*row) for row in session.exec(columns.order_by(col(SelectionRow.rank)))]

    def _assets(self, condition: Any) -> list[Asset]:
        with self._reading() as session:
            return assets_where(session, CURRENT, condition)

    def _judging_counts(self) -> dict[str, int]:
        aside = len(self.duplicates())
        images = select(func.count()).select_from(AssetRow).join(RecipeRow, isouter=True).where(CURRENT)
        with self._reading() as session:
            return {
                "scored": session.exec(images.where(col(AssetRow.file_sha256).in_(select(ScoreRow.file_sha256)))).one(),
                "duplicates": aside,
                "selected": session.exec(select(func.count()).select_from(SelectionRow)).one(),
            }


def _fingerprint_row(item: Fingerprint) -> dict[str, Any]:
    look = item.look
    facts = {} if look is None else look._asdict()
    hashes = " ".join(f"{value:016x}" for value in item.hashes)
    return {"hashes": hashes, "look": item.small_copy, "facts": json.dumps(facts)}


def _look(facts: dict[str, Any]) -> Look:
    left, top, right, bottom = facts.pop("box")
    return Look(box=(left, top, right, bottom), **facts)


def _as_row(score: Score) -> dict[str, Any]:
    """The row of a score. Its percentile is kept by `keep_percentiles` alone, for it depends on the others."""
    return {"file_sha256": score.file_sha256, "metric": score.metric, "model": score.model, "value": score.value}
