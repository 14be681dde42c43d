"""The database under the store: SQLite through SQLModel, one transaction a writing method."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, SQLModel, col, create_engine, delete, select

from collection.errors import UnavailableError
from collection.store.migrations import migrate
from collection.store.tables import FailureRow, StageRunRow
from collection.values import Failure, canonical_json


def now() -> str:
    """The time of day in UTC, ISO 8601, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def open_engine(path: Path) -> Engine:
    """SQLite in WAL mode: readers never wait, a killed writer loses only its open transaction."""
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 30})

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _: object) -> None:
        connection.isolation_level = None  # the driver's own BEGIN would leave schema changes outside
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", "busy_timeout=30000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        wish = connection.get_execution_options()
        connection.exec_driver_sql(f"PRAGMA synchronous={wish.get('synchronous', 'FULL')}")
        connection.exec_driver_sql(f"BEGIN {wish.get('begin', 'DEFERRED')}")

    event.listen(engine, "after_cursor_execute", _note_changes)
    event.listen(engine, "commit", _count_changes)
    event.listen(engine, "rollback", lambda connection: connection.info.pop("changed", None))
    return engine


@contextmanager
def _disk_trouble(path: Path) -> Iterator[None]:
    """SQLite's words for a disk that is full or fails, as a UnavailableError."""
    try:
        yield
    except OperationalError as error:
        if not getattr(error.orig, "sqlite_errorname", "").startswith(("SQLITE_FULL", "SQLITE_IOERR")):
            raise
        raise UnavailableError(
            f"cannot write {path}: {error.orig}", "free some disk space, then run the same command again"
        ) from error


WATCHED = {
    "recipe": "images", "asset": "images", "score": "scores", "embedding": "scores", "duplicate": "choice",
    "against": "choice", "selection": "choice",
}  # fmt: skip
"""The tables whose changes are counted, and under which name (table `change`)."""
WRITE = re.compile(r'\s*(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE|DELETE\s+FROM)\s+"?(\w+)', re.IGNORECASE)


def _note_changes(connection: Connection, cursor: Any, statement: str, *_: Any) -> None:
    """Remember which watched part a statement wrote to. Triggers would be run for every row."""
    found = WRITE.match(statement)
    if found and cursor.rowcount and (what := WATCHED.get(found[1])):
        connection.info.setdefault("changed", set()).add(what)


def _count_changes(connection: Connection) -> None:
    """Count what the transaction that is about to be committed wrote to, once for each part."""
    for what in sorted(connection.info.pop("changed", ())):
        connection.exec_driver_sql("UPDATE change SET count = count + 1 WHERE what = ?", (what,))


class Database:
    """A project's collection.db, opened and brought to the newest schema."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._engine = open_engine(path)
        self._turn = RLock()  # threads wait for each other here, where the next is woken at once; SQLite would sleep
        self._writer = self._engine.execution_options(begin="IMMEDIATE")
        self._hasty = self._engine.execution_options(begin="IMMEDIATE", synchronous="NORMAL")
        with _disk_trouble(path):
            migrate(self._writer, path)

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    def settle(self) -> None:
        """Wait until all that was committed is on the disk, also what did not wait for it."""
        with suppress(FileNotFoundError), Path(f"{self.path}-wal").open("rb") as log:
            os.fsync(log.fileno())

    @contextmanager
    def _reading(self) -> Iterator[Session]:
        with _disk_trouble(self.path), Session(self._engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def _writing(self, *, durably: bool = True) -> Iterator[Session]:
        """One transaction, which takes the writer's lock at once: it never fails half-way for another writer.

        Without `durably` the disk is not waited for: a power cut may undo the last such transactions, whole.
        Raises UnavailableError where the disk refuses; nothing of the transaction is kept then.
        """
        engine = self._writer if durably else self._hasty
        with self._turn, _disk_trouble(self.path), Session(engine, expire_on_commit=False) as session, session.begin():
            yield session

    def _insert(
        self, session: Session, table: type[SQLModel], rows: Sequence[dict[str, Any]], *, replace: bool = False
    ) -> None:
        """Add rows; one whose key is there is left alone, or overwritten with `replace`."""
        if not rows:
            return
        statement = insert(table)
        if replace:
            keys = [column.name for column in table.__table__.primary_key]  # type: ignore[attr-defined]
            rest = {name: statement.excluded[name] for name in rows[0] if name not in keys}
            statement = statement.on_conflict_do_update(index_elements=keys, set_=rest)
        else:
            statement = statement.on_conflict_do_nothing()
        session.execute(statement, rows)

    def stage_inputs(self, stage: str) -> str | None:
        """The hash of what a whole-set stage looked at when it last ran; None if it never did."""
        with self._reading() as session:
            row = session.get(StageRunRow, stage)
        return row.inputs_sha256 if row else None

    def stage_report(self, stage: str) -> dict[str, Any]:
        """What a whole-set stage said when it last ran; empty if it never did."""
        with self._reading() as session:
            row = session.get(StageRunRow, stage)
        return json.loads(row.report) if row else {}

    def failures(self, stage: str) -> list[Failure]:
        """What is still wrong in a stage, by subject."""
        query = select(FailureRow).where(FailureRow.stage == stage).order_by(col(FailureRow.subject))
        with self._reading() as session:
            return [Failure(row.subject, row.why) for row in session.exec(query)]

    def record_failures(self, stage: str, failures: Sequence[Failure], mended: Iterable[str] = ()) -> None:
        """Remember failures of a batch, and forget those of the subjects that went right."""
        with self._writing() as session:
            self._record_failures(session, stage, failures, mended)

    def _record_failures(
        self, session: Session, stage: str, failures: Sequence[Failure], mended: Iterable[str] = ()
    ) -> None:
        session.exec(
            delete(FailureRow).where(col(FailureRow.stage) == stage, col(FailureRow.subject).in_(list(mended)))
        )
        for failure in failures:
            session.merge(FailureRow(stage=stage, subject=failure.what, why=failure.why, at=now()))

    def _write_stage(self, session: Session, stage: str, inputs: str, report: dict[str, Any]) -> None:
        session.merge(StageRunRow(stage=stage, inputs_sha256=inputs, report=canonical_json(report).decode(), at=now()))
