"""Queries of the log of reviews, which is only ever added to, and of the preferences learned from it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, func, insert, or_
from sqlalchemy import select as columns_of
from sqlmodel import Session, col, delete, select

from collection.errors import CollectionError, UsageError
from collection.store.database import Database, now
from collection.store.group_commit import GroupCommit, tried
from collection.store.judging_records import Score
from collection.store.review_records import Decision, LearnedPreference, Review, SentAction, Step
from collection.store.tables import LearnedPreferenceRow, ReviewRow, ScoreRow, SentActionRow, SightRow
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

    def add_reviews(
        self, curator: str, decisions: Sequence[Decision], seen: Mapping[str, Any], sent_as: str | None = None
    ) -> list[Review]:
        """Keep one action of a curator, in one transaction; returns its events.

        `sent_as` is the id that the sender gave it: an action that was kept under it already is returned, and not kept
        again. Raises UsageError, with nothing kept, for the number of an image that does not exist.
        """
        action = SentAction(seen, tuple(decisions), sent_as=sent_as)
        return self._commits.write(lambda session: self._add(session, curator, action)) if decisions else []

    def add_step(
        self, curator: str, kind: Step, seen: Mapping[str, Any], sent_as: str | None = None, of: str | None = None
    ) -> list[Review]:
        """Keep the undo of a curator's last action that stands, or the redo of the last undo, in one transaction.

        Returns the events that were taken back or brought back; none, and nothing is kept, where there are none. A step
        that was kept under the same `sent_as` already is not taken again; none is taken with `of`, the `sent_as` of the
        action that is meant, if no such action was kept.
        """
        action = SentAction(seen, step=kind, sent_as=sent_as, of=of)
        return self._commits.write(lambda session: self._add(session, curator, action))

    def add_actions(self, curator: str, actions: Sequence[SentAction]) -> list[list[Review] | CollectionError]:
        """Keep several actions and steps of a curator in their order, in one transaction.

        Of each the events, as `add_reviews` and `add_step` return them, or the error that refused it alone.
        """

        def work(session: Session) -> list[list[Review] | CollectionError]:
            return [tried(partial(self._add, curator=curator, action=action), session) for action in actions]

        return self._commits.write(work)

    def add_sights(self, curator: str, what: str, images: Iterable[int]) -> None:
        """Remember for good that a curator has seen `what` (others or scores) of these images; 0 stands for all."""
        at = now()
        rows = [{"curator": curator, "what": what, "asset_id": number, "at": at} for number in images]
        if rows:
            self._commits.write(lambda session: self._insert(session, SightRow, rows))

    def sights(self) -> dict[tuple[str, str], set[int]]:
        """The images of which somebody has seen something, by (curator, others or scores)."""
        found: dict[tuple[str, str], set[int]] = {}
        with self._reading() as session:
            for row in session.exec(select(SightRow)):
                found.setdefault((row.curator, row.what), set()).add(row.asset_id)
        return found

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

    def _add(self, session: Session, curator: str, action: SentAction) -> list[Review]:
        if (known := _sent(session, curator, action.sent_as)) is not None:
            return known
        if action.step is None:
            self._refuse_unknown(session, action.decisions)
            said = [(d.kind, d.asset_id, d.other_id, d.value, None) for d in action.decisions]
            kept = self._append(session, curator, said, action.seen)
            _remember(session, curator, action.sent_as, kept[0].batch)
            return kept
        lost = action.of is not None and session.get(SentActionRow, (curator, action.of)) is None
        batch = None if lost else _target(session, curator, action.step)
        _remember(session, curator, action.sent_as, batch)
        if batch is None:
            return []
        self._append(session, curator, [(action.step, None, None, None, batch)], action.seen)
        return _records(session, col(ReviewRow.batch) == batch)

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


def _sent(session: Session, curator: str, sent_as: str | None) -> list[Review] | None:
    """The events of what was kept under that id; None if nothing was."""
    row = session.get(SentActionRow, (curator, sent_as)) if sent_as else None
    return None if row is None else _records(session, col(ReviewRow.batch) == row.batch)


def _remember(session: Session, curator: str, sent_as: str | None, batch: int | None) -> None:
    if sent_as:
        session.add(SentActionRow(curator=curator, id=sent_as, batch=batch))
        session.flush()


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
