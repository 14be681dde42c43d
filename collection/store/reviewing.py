"""Queries of the log of reviews, which is only ever added to, and of the preferences learned from it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, func, insert, or_
from sqlalchemy import select as columns_of
from sqlmodel import Session, col, delete, select

from collection.errors import UsageError
from collection.store.database import Database, now
from collection.store.group_commit import GroupCommit
from collection.store.records import Decision, LearnedPreference, Review, Score
from collection.store.tables import LearnedPreferenceRow, ReviewRow, ScoreRow
from collection.values import canonical_json, label

STEPS = ("undo", "redo")


class Reviewing(Database):
    """What curators said.

    An event is on the disk when a method that adds it returns (WAL, synchronous FULL). With `votes_wait=False`
    (NORMAL) it survives whatever ends the process, but a power cut may undo it until `sync` was called.
    """

    def __init__(self, path: Path, *, votes_wait: bool = True, busy_seconds: float = 30.0) -> None:
        super().__init__(path, busy_seconds=busy_seconds)
        self._commits = GroupCommit(lambda: self._writing(durably=votes_wait))

    def add_reviews(self, curator: str, decisions: Sequence[Decision], seen: Mapping[str, Any]) -> list[Review]:
        """Keep one action of a curator, in one transaction; returns its events.

        Raises UsageError, with nothing kept, for the number of an image that does not exist.
        """
        if not decisions:
            return []

        def work(session: Session) -> list[Review]:
            self._refuse_unknown(session, decisions)
            return self._append(
                session, curator, [(d.kind, d.asset_id, d.other_id, d.value, None) for d in decisions], seen
            )

        return self._commits.write(work)

    def add_step(self, curator: str, kind: str, seen: Mapping[str, Any]) -> list[Review]:
        """Keep the undo of a curator's last action that stands, or the redo of the last undo, in one transaction.

        Returns the events that were taken back or brought back; none, and nothing is kept, where there are none.
        """

        def work(session: Session) -> list[Review]:
            batch = _target(session, curator, kind)
            if batch is None:
                return []
            self._append(session, curator, [(kind, None, None, None, batch)], seen)
            return _records(session, col(ReviewRow.batch) == batch)

        return self._commits.write(work)

    def reviews(
        self, *, after: int = 0, curator: str | None = None, asset_id: int | None = None, kind: str | None = None
    ) -> list[Review]:
        """The events with an id above `after`, by id: all, or those of one curator, on one image, of one kind.

        With an image or a kind every undo and redo comes along, so that one can tell which of them stand.
        """
        conditions: list[ColumnElement[bool]] = [col(ReviewRow.id) > after]
        if curator is not None:
            conditions.append(col(ReviewRow.curator) == curator)
        if asset_id is not None:
            either = col(ReviewRow.asset_id) == asset_id, col(ReviewRow.other_id) == asset_id
            conditions.append(or_(*either, col(ReviewRow.kind).in_(STEPS)))
        if kind is not None:
            conditions.append(col(ReviewRow.kind).in_([kind, *STEPS]))
        with self._reading() as session:
            return _records(session, *conditions)

    def last_review(self) -> int:
        """The id of the newest event; 0 if there is none."""
        with self._reading() as session:
            return session.exec(select(func.max(ReviewRow.id))).one() or 0

    def replace_learned_preference(self, learned: LearnedPreference, scores: Sequence[Score]) -> None:
        """Make this the learned preference of its name, and these its scores, in place of those it had."""
        row = LearnedPreferenceRow(
            name=learned.name, encoder=learned.encoder, weight=learned.weight.astype("<f8").tobytes(),
            bias=learned.bias, report=canonical_json(dict(learned.report)).decode(), at=now(),
        )  # fmt: skip
        with self._writing() as session:
            session.exec(delete(ScoreRow).where(col(ScoreRow.metric) == learned.name))
            session.merge(row)
            session.add_all(
                ScoreRow(file_sha256=item.file_sha256, metric=item.metric, model=item.model, value=item.value)
                for item in scores
            )

    def learned_preferences(self) -> list[LearnedPreference]:
        """The preferences that were learned, by name."""
        with self._reading() as session:
            rows = session.exec(select(LearnedPreferenceRow).order_by(col(LearnedPreferenceRow.name))).all()
        return [
            LearnedPreference(
                row.name, row.encoder, np.frombuffer(row.weight, dtype="<f8"), row.bias, json.loads(row.report)
            )
            for row in rows
        ]

    def _refuse_unknown(self, session: Session, decisions: Sequence[Decision]) -> None:
        asked = {number for item in decisions for number in (item.asset_id, item.other_id) if number is not None}
        query = "SELECT id FROM asset WHERE id IN (SELECT value FROM json_each(?))"
        found = session.connection().exec_driver_sql(query, (json.dumps(sorted(asked)),))
        known = {number for (number,) in found}
        if unknown := sorted(asked - known):
            raise UsageError(
                f"there is no image {label(unknown[0])}", "`collection sheet --all` shows every image with its number"
            )

    def _append(
        self, session: Session, curator: str, events: Iterable[tuple[Any, ...]], seen: Mapping[str, Any]
    ) -> list[Review]:
        """Ids are given here, under the writer's lock: no row ever goes, so the highest is the last."""
        connection = session.connection()
        batch = (connection.exec_driver_sql("SELECT max(id) FROM review").scalar() or 0) + 1
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        found = [
            Review(number, batch, at, curator, kind, asset_id, other_id, value, seen, undoes)
            for number, (kind, asset_id, other_id, value, undoes) in enumerate(events, start=batch)
        ]
        shown = canonical_json(dict(seen)).decode()
        rows = [
            {
                "id": item.id, "batch": item.batch, "at": item.at, "curator": item.curator, "kind": item.kind,
                "asset_id": item.asset_id, "other_id": item.other_id,
                "value": canonical_json(item.value).decode(), "seen": shown, "undoes": item.undoes,
            }
            for item in found
        ]  # fmt: skip
        connection.execute(insert(ReviewRow.__table__), rows)  # type: ignore[attr-defined]
        return found


def _target(session: Session, curator: str, kind: str) -> int | None:
    """The batch that an undo would take back, or a redo bring back: the log walked backwards as far as need be.

    A redo cancels the undo before it, and an undo the action before it; nothing can be redone past a new action.
    """
    query = select(ReviewRow.kind, ReviewRow.batch, ReviewRow.undoes).where(ReviewRow.curator == curator)
    redone = undone = last = 0
    for step, batch, undoes in session.exec(query.order_by(col(ReviewRow.id).desc())):
        if step == "redo":
            redone += 1
        elif step == "undo" and redone:
            redone -= 1
        elif step == "undo":
            if kind == "redo":
                return undoes
            undone += 1
        elif kind == "redo":
            return None
        elif batch != last:
            last = batch
            if not undone:
                return batch
            undone -= 1
    return None


def _records(session: Session, *conditions: ColumnElement[bool]) -> list[Review]:
    table = ReviewRow.__table__  # type: ignore[attr-defined]
    columns = "id", "batch", "at", "curator", "kind", "asset_id", "other_id", "value", "seen", "undoes"
    query = columns_of(*(table.c[name] for name in columns))
    rows = session.execute(query.where(*conditions).order_by(table.c.id))
    return [
        Review(
            row.id, row.batch, row.at, row.curator, row.kind, row.asset_id, row.other_id,
            _parsed(row.value), _parsed(row.seen), row.undoes,
        )
        for row in rows
    ]  # fmt: skip


def _parsed(text: str) -> Any:
    """The JSON value of a text. Lists and objects are read anew each time, so that nobody shares them."""
    return json.loads(text) if text[:1] in ("[", "{") else _scalar(text)


@lru_cache(maxsize=4096)
def _scalar(text: str) -> Any:
    """A value that cannot be changed: a long log says the same few over and over."""
    return json.loads(text)
