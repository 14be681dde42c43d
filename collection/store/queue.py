"""Queries of a generate run: batches in a fixed order, leases on them, and what became of each.

A batch is taken by one worker, which holds a lease on it and renews that while it is alive. A lease that was not
renewed in time has ended, and the batch is free for the next taker. Leases do not outlive a run, so nobody waits for
the disk to have them.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, delete, select, update

from collection.store.database import Database
from collection.store.records import Batch, PlannedRecipe, QueueState
from collection.store.rows import among, as_batch, as_planned, new_rows
from collection.store.tables import BatchRow, RecipeRow
from collection.values import Recipe

ATTEMPTS = 3
"""How often a batch is taken before it is given up: whoever takes it dies of it."""


class Queue(Database):
    """The batches of the present generate run."""

    def queue_batches(self, batches: Sequence[Sequence[int]]) -> None:
        """Begin a run: these batches of recipe numbers, in this order, and none of an earlier run."""
        with self._writing() as session:
            session.exec(delete(BatchRow))
            self._insert(session, BatchRow, [_row(place, batch) for place, batch in enumerate(batches, start=1)])

    def take_batch(self, worker: str, seconds: float) -> Batch | None:
        """Lease the first free batch to `worker` for so many seconds; None if none is free."""
        moment = time.time()
        free = col(BatchRow.made).is_(None) & _unheld(moment) & (col(BatchRow.attempts) < ATTEMPTS)
        first = select(BatchRow.id).where(free).order_by(col(BatchRow.id)).limit(1).scalar_subquery()
        lease = {"worker": worker, "until": moment + seconds, "attempts": col(BatchRow.attempts) + 1}
        with self._writing(durably=False) as session:
            taken = update(BatchRow).where(col(BatchRow.id) == first).values(lease).returning(BatchRow)
            row = session.scalars(taken).first()
            return as_batch(row) if row else None

    def renew_leases(self, worker: str, seconds: float) -> None:
        """Prolong every lease that `worker` still holds: so many seconds from now."""
        self._change_leases(worker, {"until": time.time() + seconds})

    def release_leases(self, worker: str) -> None:
        """Free what `worker` held; for a worker that is known to be dead."""
        self._change_leases(worker, {"worker": None, "until": None})

    def free_batch(self, batch: Batch) -> None:
        """Free one batch whose maker is known to be dead."""
        with self._writing() as session:
            session.exec(update(BatchRow).where(col(BatchRow.id) == batch.id).values(worker=None, until=None))

    def end_batch(self, batch: Batch, made: int) -> None:
        """A batch is done with, and `made` images of it exist."""
        with self._writing() as session:
            session.exec(update(BatchRow).where(col(BatchRow.id) == batch.id).values(made=made))

    def unended_batches(self) -> list[Batch]:
        """Batches that nobody has ended, in order."""
        query = select(BatchRow).where(col(BatchRow.made).is_(None)).order_by(col(BatchRow.id))
        with self._reading() as session:
            return [as_batch(row) for row in session.exec(query)]

    def queue_state(self) -> QueueState:
        """How far the run is."""
        ended, unheld = col(BatchRow.made).is_not(None), _unheld(time.time())
        query: Any = select(
            func.coalesce(func.sum(col(BatchRow.images)).filter(ended), 0),
            func.coalesce(func.sum(col(BatchRow.made)), 0),
            func.count().filter(~ended, unheld, col(BatchRow.attempts) < ATTEMPTS),
            func.count().filter(~ended, ~unheld | (col(BatchRow.attempts) < ATTEMPTS)),
        ).select_from(BatchRow)
        with self._reading() as session:
            return QueueState(*session.exec(query).one())

    def replan_batches(self, batches: Sequence[Batch], smaller: Mapping[int, Recipe], size: int) -> dict[int, int]:
        """Put other recipes into the plan and the queue, in batches of `size`, in place of those of `batches`.

        `smaller` maps the number of each recipe to the one that stands for it from now on. Returns the number of each
        stand-in by that of the recipe it stands for. A batch that was ended or changed hands meanwhile stays.
        """
        holders = {batch.id: batch.worker for batch in batches}
        with self._writing() as session:
            found = session.exec(select(BatchRow).where(among(col(BatchRow.id), holders), col(BatchRow.made).is_(None)))
            rows = [row for row in found.all() if row.worker == holders[row.id]]
            members = [json.loads(row.recipes) for row in rows]
            numbers = _stand_in(session, {number: smaller[number] for batch in members for number in batch})
            last = session.exec(select(func.max(BatchRow.id))).one() or 0
            pieces = [
                [numbers[number] for number in batch[start : start + size]]
                for batch in members
                for start in range(0, len(batch), size)
            ]
            self._insert(session, BatchRow, [_row(place, piece) for place, piece in enumerate(pieces, start=last + 1)])
            for row in rows:
                session.delete(row)
        return numbers

    def stand_ins(self, numbers: Sequence[int]) -> dict[int, int]:
        """Of the recipes of these numbers those that another stands for now, and the number of that one."""
        with self._reading() as session:
            retired = select(RecipeRow.sha256, RecipeRow.id).where(col(RecipeRow.retired))
            left = session.exec(retired.where(among(col(RecipeRow.id), numbers))).all()
            taken = select(RecipeRow.stands_for, RecipeRow.sha256, RecipeRow.id)
            stand_ins = session.exec(taken.where(col(RecipeRow.stands_for).is_not(None)))
            successor = {old: (sha256, number) for old, sha256, number in stand_ins}
        found = {}
        for sha256, number in left:
            while sha256 in successor:
                sha256, found[number] = successor[sha256]
        return found

    def recipes_of(self, numbers: Sequence[int]) -> list[PlannedRecipe]:
        """The recipes of these numbers, of whatever plan, in the order asked for."""
        with self._reading() as session:
            found = {row.id: row for row in session.exec(select(RecipeRow).where(among(col(RecipeRow.id), numbers)))}
        return [as_planned(found[number]) for number in numbers]

    def _change_leases(self, worker: str, values: Mapping[str, Any]) -> None:
        held = (col(BatchRow.worker) == worker) & col(BatchRow.made).is_(None)
        with self._writing(durably=False) as session:
            session.exec(update(BatchRow).where(held).values(dict(values)))


def _unheld(moment: float) -> ColumnElement[bool]:
    return col(BatchRow.worker).is_(None) | (col(BatchRow.until) < moment)


def _row(place: int, recipes: Sequence[int]) -> dict[str, Any]:
    return {"id": place, "recipes": json.dumps(list(recipes)), "images": len(recipes), "attempts": 0}


def _stand_in(session: Session, smaller: Mapping[int, Recipe]) -> dict[int, int]:
    """Retire the recipes of these numbers for others; returns the numbers of those."""
    wanted = {recipe.sha256: recipe for recipe in smaller.values()}
    known = {row.sha256: row for row in session.exec(select(RecipeRow).where(among(col(RecipeRow.sha256), wanted)))}
    new = new_rows(session, [recipe for sha256, recipe in wanted.items() if sha256 not in known], "config")
    session.add_all(new)
    known |= {row.sha256: row for row in new}
    for old in session.exec(select(RecipeRow).where(among(col(RecipeRow.id), smaller))):
        taker = known[smaller[old.id].sha256]
        taker.planned, taker.retired, taker.origin, taker.stands_for = True, False, old.origin, old.sha256
        taker.replaces = old.replaces
        old.planned, old.retired = False, True
    return {number: known[recipe.sha256].id for number, recipe in smaller.items()}
