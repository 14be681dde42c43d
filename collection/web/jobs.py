"""The job runner: long work that the page asked for, one job at a time, each in a process that can be stopped.

Its routes are in collection/web/routes/jobs.py; what a job does is a stage of collection/stages/.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from threading import Lock, Thread
from typing import Any

from collection.errors import ConflictError, NotFoundError
from collection.stages.jobs import run_job

KEPT = 20
"""Jobs that are remembered."""
SHUTDOWN_TIMEOUT = 10.0
"""Seconds that a job gets to put away what it has made when it is stopped."""


@dataclass(frozen=True)
class Job:
    """A job and how far it is."""

    id: int
    kind: str
    by: str
    """The curator who asked for it."""
    options: Mapping[str, Any]
    state: str = "running"
    """running, done, failed or cancelled."""
    step: str = ""
    done: int = 0
    total: int = 0
    """Of the step, in its own unit."""
    result: Mapping[str, Any] = field(default_factory=dict)
    error: str | None = None
    hint: str | None = None


class UnknownJobError(NotFoundError):
    """There is no such job."""


class Jobs:
    """The jobs of a running review. Threads may share it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = Lock()
        self._jobs: list[Job] = []
        self._process: SpawnProcess | None = None
        self._cancelled: set[int] = set()
        self._heard: Callable[[Job], None] = lambda _: None

    def listen(self, heard: Callable[[Job], None]) -> None:
        """Have `heard` called, from whatever thread, whenever a job gets on."""
        self._heard = heard

    def all(self) -> list[Job]:
        """The jobs, the newest first."""
        with self._lock:
            return self._jobs[::-1]

    def start(self, kind: str, options: Mapping[str, Any], by: str) -> Job:
        """Begin a job; raises ConflictError while another is at work here."""
        with self._lock:
            if self._jobs and self._jobs[-1].state == "running":
                raise ConflictError(f"a job is at work: {self._jobs[-1].kind}", "wait for it, or cancel it")
            job = Job(self._jobs[-1].id + 1 if self._jobs else 1, kind, by, options)
            ours, theirs = multiprocessing.Pipe(duplex=False)
            context = multiprocessing.get_context("spawn")
            process = context.Process(target=run_job, args=(self._folder.resolve(), kind, options, theirs))
            process.start()
            theirs.close()
            self._process, self._jobs = process, [*self._jobs[1 - KEPT :], job]
        Thread(target=self._follow, args=(job.id, process, ours), daemon=True).start()
        self._heard(job)
        return job

    def cancel(self, number: int) -> Job:
        """Stop a job; what it has made is kept. Raises UnknownJobError if there is none of that number."""
        with self._lock:
            job = next((job for job in self._jobs if job.id == number), None)
            if job is None:
                raise UnknownJobError(f"there is no job {number}", "GET /api/jobs tells them")
            if job.state == "running" and self._process is not None and self._process.pid is not None:
                self._cancelled.add(number)
                with suppress(ProcessLookupError):
                    os.kill(self._process.pid, signal.SIGINT)
            return job

    def close(self) -> None:
        """Stop what is at work, and wait for it."""
        process = self._process
        if process is None:
            return
        for stop, patience in ((signal.SIGINT, SHUTDOWN_TIMEOUT), (signal.SIGKILL, None)):
            if process.is_alive() and process.pid is not None:
                with suppress(ProcessLookupError):
                    os.kill(process.pid, stop)
                process.join(patience)

    def _follow(self, number: int, process: SpawnProcess, line: Connection) -> None:
        with suppress(EOFError, OSError):
            while True:
                self._change(number, line.recv())
        process.join()
        if self._job(number).state == "running":
            cancelled = number in self._cancelled
            died = f"the job ended by itself (exit code {process.exitcode})"
            failed = {"state": "failed", "error": died, "hint": "start it again: what was made is kept"}
            self._change(number, {"state": "cancelled"} if cancelled else failed)

    def _job(self, number: int) -> Job:
        with self._lock:
            return next(job for job in self._jobs if job.id == number)

    def _change(self, number: int, said: Mapping[str, Any]) -> None:
        with self._lock:
            place = next(place for place, job in enumerate(self._jobs) if job.id == number)
            self._jobs[place] = job = replace(self._jobs[place], **said)
        self._heard(job)
