"""Queries of the judge room about what pictures mean: texts, prompts, references, numbers of the whole set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import func
from sqlmodel import col, delete, or_, select

from collection.store.database import Database
from collection.store.judging_records import Nearest, Score, SetScores
from collection.store.rows import among
from collection.store.tables import EmbeddingRow, NearestRow, PromptedRow, ScoreRow


class Meanings(Database):
    """What is known of pictures and texts by their content, whether or not they are images of the project."""

    def known_vectors(self, model: str, sha256s: Iterable[str]) -> dict[str, npt.NDArray[np.float32]]:
        """The vectors (d,) that `model` gave to pictures or texts, by the hash of their content; others left out."""
        query = select(EmbeddingRow.file_sha256, EmbeddingRow.vector).where(
            EmbeddingRow.model == model, among(col(EmbeddingRow.file_sha256), sha256s)
        )
        with self._reading() as session:
            return {name: np.frombuffer(vector, "<f2").astype(np.float32) for name, vector in session.exec(query)}

    def prompts_asked(self, metric: str, model: str) -> dict[str, str]:
        """The hash of the prompt with which each picture got that number, by file hash."""
        query = select(PromptedRow).where(PromptedRow.metric == metric, PromptedRow.model == model)
        with self._reading() as session:
            return {row.file_sha256: row.prompt_sha256 for row in session.exec(query)}

    def add_prompted(self, scores: Sequence[Score], prompts: Mapping[str, str]) -> None:
        """Keep a batch of numbers of pictures and prompts (their hashes, by file hash) in one transaction."""
        asked = [
            {"file_sha256": item.file_sha256, "metric": item.metric, "model": item.model,
             "prompt_sha256": prompts[item.file_sha256]}
            for item in scores
        ]  # fmt: skip
        with self._writing() as session:
            self._insert(session, ScoreRow, [asdict(score) for score in scores], replace=True)
            self._insert(session, PromptedRow, asked, replace=True)

    def replace_set_scores(
        self, stage: str, families: Sequence[str], readings: Sequence[SetScores], nearest: Sequence[Nearest],
        inputs: str, report: dict[str, Any],
    ) -> None:  # fmt: skip
        """Make these all the numbers of some metrics and families of metrics (`NAME:`), whoever gave them before.

        `inputs` is the hash of what they follow from. One transaction.
        """
        exact = [name for name in families if not name.endswith(":")]
        prefixed = [func.substr(col(ScoreRow.metric), 1, len(name)) == name for name in families if name.endswith(":")]
        with self._writing() as session:
            session.exec(delete(ScoreRow).where(or_(col(ScoreRow.metric).in_(exact), *prefixed)))
            session.exec(delete(NearestRow))
            for item in readings:
                rows = [
                    {"file_sha256": name, "metric": item.metric, "model": item.model, "value": float(value)}
                    for name, value in zip(item.files, item.values, strict=True)
                ]
                self._insert(session, ScoreRow, rows, replace=True)
            self._insert(session, NearestRow, [asdict(item) for item in nearest], replace=True)
            self._write_stage(session, stage, inputs, report)

    def nearest(self) -> dict[str, Nearest]:
        """The reference most like each picture, by file hash."""
        with self._reading() as session:
            rows = session.exec(select(NearestRow)).all()
        return {row.file_sha256: Nearest(row.file_sha256, row.reference, row.cosine) for row in rows}
