"""The database under the store: SQLite through SQLModel, one transaction a writing method."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import RLock, local
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, event
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import DatabaseError
from sqlmodel import Session, SQLModel, col, create_engine, delete, select

from collection.errors import CollectionError, LockedError, UnavailableError
from collection.store.migrations import migrate
from collection.store.rows import among
from collection.store.tables import FailureRow, StageRunRow
from collection.values import Failure, canonical_json

Read = TypeVar("Read")


def now() -> str:
    """The time of day in UTC, ISO 8601, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def open_engine(path: Path, busy_seconds: float = 30.0, *, read_only: bool = False) -> Engine:
    """SQLite in WAL mode: readers never wait, a killed writer loses only its open transaction.

    A writer waits `busy_seconds` for another program that writes; `read_only` refuses every one.
    """
    address = URL.create("sqlite", database=str(path))  # in a plain text, "?" and "%" of a path would mean something
    engine = create_engine(address, connect_args={"timeout": busy_seconds})

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _: object) -> None:
        connection.isolation_level = None  # the driver's own BEGIN would leave schema changes outside
        pragmas = ["journal_mode=WAL", "foreign_keys=ON", f"busy_timeout={round(busy_seconds * 1000)}"]
        for pragma in (*pragmas, *(["query_only=ON"] if read_only else [])):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        connection.exec_driver_sql(f"PRAGMA synchronous={options.get('synchronous', 'FULL')}")
        connection.exec_driver_sql(f"BEGIN {options.get('begin', 'DEFERRED')}")

    return engine


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """Raise what SQLite says of the disk, the file or another program as an error that says what to do."""
    try:
        yield
    except DatabaseError as error:
        found = next((item for codes, item in _TROUBLES.items() if _code(error).startswith(codes)), None)
        if found is None:
            raise
        kind, what, hint = found
        raise kind(f"{what.format(path)}: {error.orig}", hint.format(path)) from error


def _code(error: DatabaseError) -> str:
    return str(getattr(error.orig, "sqlite_errorname", ""))


def _is_refused(error: DatabaseError) -> bool:
    return _code(error).startswith(_REFUSED)


def _is_readable(path: Path) -> bool:
    """Whether there is a folder whose database could be looked at: a file, or none yet."""
    return path.parent.is_dir() and (path.is_file() or not path.exists())


_REFUSED = ("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")
_TROUBLES: Mapping[tuple[str, ...], tuple[type[CollectionError], str, str]] = {
    ("SQLITE_FULL", "SQLITE_IOERR"): (
        UnavailableError, "cannot write {}", "free some disk space, then run the same command again",
    ),
    _REFUSED: (
        UnavailableError, "cannot write {}", "make {0.parent} writable, or work on a copy of it",
    ),
    ("SQLITE_CORRUPT", "SQLITE_NOTADB"): (
        UnavailableError, "{} is damaged", "put a backup of {0.name} in its place",
    ),
    ("SQLITE_BUSY", "SQLITE_LOCKED"): (
        LockedError, "another program keeps {} locked", "close that program, then type the command again",
    ),
}  # fmt: skip
"""What SQLite's error codes mean to a person: the error to raise, what is wrong, and what to do."""


class _Moment(local):
    """The transaction in which a thread reads, where it asked for one, and what it has read by names."""

    session: Session | None = None
    known: dict[str, Any]


class Database:
    """A project's collection.db, opened and brought to the newest schema.

    Where nothing can be written beside it, a copy elsewhere is read (`read_only`), and every writing method raises.
    """

    def __init__(self, path: Path, *, busy_seconds: float = 30.0) -> None:
        """Raises UnavailableError where the file cannot be read, LockedError where another program keeps it locked
        for `busy_seconds`, ProjectError where a newer version wrote it."""
        self.path, self.read_only = path, False
        self._moment = _Moment()
        self._turn = RLock()  # threads wait for each other here, where the next is woken at once; SQLite would sleep
        self._copy: TemporaryDirectory[str] | None = None
        try:
            self._open(path, busy_seconds)
        except UnavailableError as error:
            if not (isinstance(error.__cause__, DatabaseError) and _is_refused(error.__cause__) and _is_readable(path)):
                raise
            self._open_copy(busy_seconds)

    def _open(self, file: Path, busy_seconds: float, *, read_only: bool = False) -> None:
        self._engine = open_engine(file, busy_seconds, read_only=read_only)
        self._writer = self._engine.execution_options(begin="IMMEDIATE")
        self._unsynced_writer = self._engine.execution_options(begin="IMMEDIATE", synchronous="NORMAL")
        if not read_only:
            with _translated(self.path):
                migrate(self._writer, self.path)

    def _open_copy(self, busy_seconds: float) -> None:
        """Read a copy of the file, with what its log has: SQLite cannot read it where it may not write beside it."""
        self._engine.dispose()
        self._copy = TemporaryDirectory(prefix="collection-")
        copy = Path(self._copy.name) / self.path.name
        for name in (self.path, Path(f"{self.path}-wal")):
            if name.is_file():
                shutil.copyfile(name, copy.with_name(name.name))
        self._open(copy, busy_seconds)  # a copy of an older version is brought to the newest schema, too
        self._engine.dispose()
        self._open(copy, busy_seconds, read_only=True)
        self.read_only = True

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()
        if self._copy is not None:
            self._copy.cleanup()

    def sync(self) -> None:
        """Wait until all that was committed is on the disk, also what did not wait for it."""
        with suppress(FileNotFoundError), Path(f"{self.path}-wal").open("rb") as log:
            os.fsync(log.fileno())

    @contextmanager
    def one_moment(self) -> Iterator[None]:
        """What this thread reads meanwhile is the state of one moment, whatever others write; it also reads faster.

        After what it writes itself, a new moment begins.
        """
        if self._moment.session:
            yield
            return
        with Session(self._engine, expire_on_commit=False) as self._moment.session:
            self._moment.known = {}
            try:
                yield
            finally:
                self._moment.session = None

    def once_a_moment(self, name: str, read: Callable[[], Read]) -> Read:
        """What `read` gives; of the same name once, as long as a moment lasts."""
        if not self._moment.session:
            return read()
        if name not in self._moment.known:
            self._moment.known[name] = read()
        known: Read = self._moment.known[name]
        return known

    @contextmanager
    def _reading(self) -> Iterator[Session]:
        with _translated(self.path):
            if self._moment.session:
                yield self._moment.session
                return
            with Session(self._engine, expire_on_commit=False) as session, session.begin():
                yield session

    @contextmanager
    def _writing(self, *, durably: bool = True) -> Iterator[Session]:
        """One transaction, which takes the writer's lock at once: it never fails half-way for another writer.

        Without `durably` the disk is not waited for: a power cut may undo the last such transactions, whole.
        Raises UnavailableError where the disk refuses, LockedError where another program keeps the file locked;
        nothing of the transaction is kept then.
        """
        engine = self._writer if durably else self._unsynced_writer
        if self._moment.session:
            self._moment.session.close()  # it begins anew by the next read
            self._moment.known.clear()
        with self._turn, _translated(self.path), Session(engine, expire_on_commit=False) as session, session.begin():
            yield session

    def _insert(
        self, session: Session, table: type[SQLModel], rows: Sequence[dict[str, Any]], *, replace: bool = False
    ) -> None:
        """Add rows; one whose key is there is left alone, or overwritten with `replace`."""
        if not rows:
            return
        statement = insert(table.__table__)  # type: ignore[attr-defined]  # plain rows, that no session watches over
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

    def record_stage(self, stage: str, inputs: str, report: dict[str, Any]) -> None:
        """Remember what a whole-set stage looked at, as a hash, and what it said."""
        with self._writing() as session:
            self._write_stage(session, stage, inputs, report)

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
        session.exec(delete(FailureRow).where(col(FailureRow.stage) == stage, among(col(FailureRow.subject), mended)))
        for failure in failures:
            session.merge(FailureRow(stage=stage, subject=failure.what, why=failure.why, at=now()))

    def _write_stage(self, session: Session, stage: str, inputs: str, report: dict[str, Any]) -> None:
        session.merge(StageRunRow(stage=stage, inputs_sha256=inputs, report=canonical_json(report).decode(), at=now()))
