"""Where each score stands among those of its kind: percentiles, in one place for all who rank or show."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from itertools import count
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import and_, func, or_
from sqlmodel import Session, col, select

from collection.store.database import Database
from collection.store.judging_records import Score
from collection.store.rows import CURRENT
from collection.store.tables import AssetRow, RecipeRow, ScoreRow

FEWEST = 8
"""Images of one prompt and style that are compared with each other alone; where there are fewer, with the series."""
COMPARED_WITH = (
    f"the images of the same prompt and style (of the series, where those are fewer than {FEWEST}; a folder is one "
    "series)"
)
"""Of what a percentile is one: what is said wherever one is shown."""

Floats = npt.NDArray[np.float64]
Groups = npt.NDArray[np.intp]


class Percentiles(Database):
    """Scores with their percentiles."""

    def scores_with_percentiles(self, models: Mapping[str, str]) -> list[Score]:
        """The scores of the images of the plan by these models (by metric), each with its percentile as of now.

        The percentile is taken among the scores that the same model gave to images of the same prompt and style
        blend; where these are fewer than FEWEST, among the images of the series. Imported images are one series.
        """
        with self._reading() as session:
            rows, found = _with_percentiles(session, models)
        return [
            Score(sha256, metric, model, value, percentile)
            for (_, sha256, metric, model, value), percentile in zip(rows, found, strict=True)
        ]

    def keep_percentiles(self, models: Mapping[str, str]) -> int:
        """Store the percentiles of `scores_with_percentiles`, in one transaction; returns how many changed.

        Scores that are not among those (of another model, of images that left the plan) have none.
        """
        with self._writing() as session:
            rows, found = _with_percentiles(session, models)
            connection = session.connection()
            kept = dict(
                _all(connection.exec_driver_sql("SELECT rowid, percentile FROM score WHERE percentile NOTNULL"))
            )
            changes: list[tuple[float | None, int]] = [
                (percentile, row[0])
                for row, percentile in zip(rows, found, strict=True)
                if kept.pop(row[0], None) != percentile
            ]
            changes += [(None, rowid) for rowid in kept]
            if changes:
                connection.exec_driver_sql("UPDATE score SET percentile = ? WHERE rowid = ?", changes)
            return len(changes)

    def score_ranges(self, models: Mapping[str, str]) -> dict[str, tuple[float, float]]:
        """The lowest and the highest score of each metric by its model, over the images of the plan."""
        query = (
            _of_images(select(ScoreRow.metric, ScoreRow.model, func.min(ScoreRow.value), func.max(ScoreRow.value)))
            .group_by(col(ScoreRow.metric), col(ScoreRow.model))
            .order_by(col(ScoreRow.metric))
        )
        with self._reading() as session:
            found = {(metric, model): (low, high) for metric, model, low, high in session.execute(query)}
        return {metric: found[metric, model] for metric, model in models.items() if (metric, model) in found}

    def scores_outside(self, bounds: Mapping[tuple[str, str], tuple[float, float]]) -> list[tuple[int, Score]]:
        """The scores below the lower or above the upper bound of their (metric, model), with the image's number."""
        outside = [
            and_(
                col(ScoreRow.metric) == metric,
                col(ScoreRow.model) == model,
                or_(col(ScoreRow.value) < low, col(ScoreRow.value) > high),
            )
            for (metric, model), (low, high) in bounds.items()
        ]
        query = _of_images(select(AssetRow.id, ScoreRow)).where(or_(False, *outside))
        with self._reading() as session:
            rows = session.execute(query.order_by(col(AssetRow.id), col(ScoreRow.metric)))
            return [(n, Score(row.file_sha256, row.metric, row.model, row.value, row.percentile)) for n, row in rows]

    def sides_under(self, pixels: int) -> dict[int, int]:
        """The shorter side of the images of the plan that have a shorter one than that, by number."""
        side = func.min(AssetRow.width, AssetRow.height)
        query = select(AssetRow.id, side).join(RecipeRow, isouter=True).where(CURRENT, side < pixels)
        with self._reading() as session:
            return dict(session.execute(query.order_by(col(AssetRow.id))).all())


def _of_images(query: Any) -> Any:
    """A query about scores, joined with the images of the plan."""
    return (
        query.select_from(ScoreRow)
        .join(AssetRow, col(AssetRow.file_sha256) == col(ScoreRow.file_sha256))
        .join(RecipeRow, col(RecipeRow.id) == col(AssetRow.recipe_id), isouter=True)
        .where(CURRENT)
    )


def percentiles(values: Floats, groups: Groups) -> Floats:
    """For each value (n,), the share of its group's values below it, equals counted half: 0 to 100, mean 50."""
    if not values.size:
        return np.zeros(0)
    order = np.lexsort((values, groups))
    sorted_values, sorted_groups = values[order], groups[order]
    new_group = np.diff(sorted_groups, prepend=sorted_groups[0] - 1) != 0
    new_value = new_group | (np.diff(sorted_values, prepend=np.nan) != 0)
    begin, size = _runs(new_group)
    first, equal = _runs(new_value)
    found = np.empty(values.size)
    found[order] = 50 * (2 * (first - begin) + equal) / size
    return found


def _runs(begins: npt.NDArray[np.bool_]) -> tuple[Groups, Groups]:
    """For each place (n,), where the run that it is in begins, and how long the run is."""
    starts = np.flatnonzero(begins)
    lengths = np.diff(starts, append=begins.size)
    return np.repeat(starts, lengths), np.repeat(lengths, lengths)


def _with_percentiles(session: Session, models: Mapping[str, str]) -> tuple[list[tuple[Any, ...]], list[float]]:
    """(row of the table, file, metric, model, value) by file and metric, and the percentile of each."""
    near, far = _kin(session)
    metrics = {metric: place for place, metric in enumerate(models)}
    query = """
        SELECT rowid, file_sha256, metric, model, value FROM score
        WHERE model IN (SELECT value FROM json_each(?)) ORDER BY file_sha256, metric
    """
    rows = [
        row
        for row in _all(session.connection().exec_driver_sql(query, (json.dumps(list(models.values())),)))
        if row[1] in near and models.get(row[2]) == row[3]
    ]
    values = np.array([row[4] for row in rows], dtype=np.float64)
    metric = np.array([metrics[row[2]] for row in rows], dtype=np.intp)
    kinds, series = (
        np.array([kin[row[1]] for row in rows], dtype=np.intp) * len(metrics) + metric for kin in (near, far)
    )
    enough = np.bincount(kinds, minlength=1)[kinds] >= FEWEST
    found = np.where(enough, percentiles(values, kinds), percentiles(values, series))
    return rows, found.round(4).tolist()


def _kin(session: Session) -> tuple[dict[str, int], dict[str, int]]:
    """For each file of the plan two numbers: of its series, prompt and style blend, and of its series alone.

    A file that several images share counts for the first of them.
    """
    query = (
        select(
            AssetRow.file_sha256,
            func.coalesce(RecipeRow.series, ""),
            func.coalesce(func.json_extract(RecipeRow.body, "$.prompt"), ""),
            func.coalesce(func.json_extract(RecipeRow.body, "$.blend"), ""),
        )
        .join(RecipeRow, isouter=True)
        .where(CURRENT)
        .order_by(col(AssetRow.id).desc())
    )
    found = session.execute(query).all()
    kinds: defaultdict[Any, int] = defaultdict(count().__next__)
    near = {sha256: kinds[series, prompt, blend] for sha256, series, prompt, blend in found}
    return near, {sha256: kinds[series] for sha256, series, _, _ in found}


def _all(result: Any) -> list[tuple[Any, ...]]:
    """The rows of a query as plain tuples: a million of SQLAlchemy's own take seconds."""
    rows: list[tuple[Any, ...]] = result.cursor.fetchall()
    return rows
