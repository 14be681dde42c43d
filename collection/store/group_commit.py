"""Small writes of several threads in one transaction: together they wait for the disk once."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager
from threading import Lock
from typing import Any, TypeVar

from sqlmodel import Session

from collection.errors import CollectionError

T = TypeVar("T")


class GroupCommit:
    """Group commit, without a thread of its own: whoever has the turn commits all that came in before it."""

    def __init__(self, writing: Callable[[], AbstractContextManager[Session]]) -> None:
        self._writing = writing
        self._turn = Lock()
        self._waiting: deque[tuple[Callable[[Session], Any], Future[Any]]] = deque()

    def write(self, work: Callable[[Session], T]) -> T:
        """Do a piece of work; returns once it is committed.

        A CollectionError is that of this work alone, which must not have written anything before. Whatever else goes
        wrong undoes the whole transaction, and is raised to all who are in it.
        """
        promise: Future[T] = Future()
        self._waiting.append((work, promise))
        with self._turn:
            if not promise.done():
                self._commit()
        return promise.result()

    def _commit(self) -> None:
        group = [self._waiting.popleft() for _ in range(len(self._waiting))]
        try:
            with self._writing() as session:
                results = [tried(work, session) for work, _ in group]
        except BaseException as error:
            results = [error] * len(group)
        for (_, promise), result in zip(group, results, strict=True):
            if isinstance(result, BaseException):
                promise.set_exception(result)
            else:
                promise.set_result(result)


def tried(work: Callable[[Session], T], session: Session) -> T | CollectionError:
    """What a piece of work returns, or the CollectionError that is of it alone."""
    try:
        return work(session)
    except CollectionError as error:
        return error
