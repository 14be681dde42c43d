"""A job of the review room: the stages that the commands run, one after the other, in a process of its own.

A process of its own, because what makes pictures takes the whole machine, may run out of memory, and must be stopped
without stopping the page.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from collection.errors import CollectionError
from collection.project import open_project
from collection.stages.dedupe import DedupeStage
from collection.stages.derive import BreedStage, RerollStage, TopUpStage, VariationsStage
from collection.stages.generate import GenerateStage
from collection.stages.learn import LearnPreferenceStage
from collection.stages.pipeline import Stage, run_stages
from collection.stages.report import Report
from collection.stages.score import ScoreStage
from collection.stages.select import SelectStage
from collection.values import Progress

Options = Mapping[str, Any]
PAUSE = 0.1
"""Seconds between two words on the same step."""
MADE: tuple[Stage, ...] = (GenerateStage(), ScoreStage(), DedupeStage())
"""What makes planned images ready to be looked at."""
JOBS: Mapping[str, Callable[[Options], tuple[Stage, ...]]] = {
    "reroll": lambda options: (RerollStage(options["images"]), *MADE),
    "top-up": lambda _: (TopUpStage(), *MADE),
    "breed": lambda options: (_breed(**options), *MADE),
    "variations": lambda options: (VariationsStage(options["image"], options["strengths"], options["seeds"]), *MADE),
    "generate": lambda _: MADE,
    "score": lambda _: (ScoreStage(),),
    "dedupe": lambda _: (DedupeStage(),),
    "select": lambda _: (SelectStage(),),
    "learn": lambda _: (LearnPreferenceStage(),),
}  # fmt: skip
"""The stages of each kind of job."""
TOLD = ("added", "made", "scored", "selected", "supply", "learned", "better")
"""What the result has of the stages' details; it goes to every page, so that it stays small."""


def run_job(folder: Path, kind: str, options: Options, line: Connection) -> None:
    """Do a job, and tell the other end of the line: {"step", "done", "total"} again and again, then {"state"}.

    SIGINT stops it, also where a server that was started in the background ignores that, and its children with it.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with open_project(folder) as project:
            reports = run_stages(project, JOBS[kind](options), watch=_watched(line), keep_going=True)
        line.send({"state": "done", "result": _result(reports)})
    except KeyboardInterrupt:
        line.send({"state": "cancelled"})
    except CollectionError as error:
        line.send({"state": "failed", "error": error.message, "hint": error.hint})
    except OSError as error:  # the page's server is gone, or a disk refuses
        if not isinstance(error, BrokenPipeError):
            line.send({"state": "failed", "error": str(error), "hint": "collection doctor looks at disk and folders"})


def _breed(images: Sequence[int], children: int, mutation: float, immigration: float) -> BreedStage:
    first, second = images
    return BreedStage(first, second, children, mutation, immigration)


def _watched(line: Connection) -> Callable[[Stage], AbstractContextManager[Progress]]:
    """Tells how far each stage is, from its beginning on."""

    def watch(stage: Stage) -> AbstractContextManager[Progress]:
        line.send({"step": stage.name, "done": 0, "total": 0})
        told = 0.0

        def progress(done: int, total: int) -> None:
            nonlocal told
            if done in (0, total) or time.monotonic() - told > PAUSE:
                told = time.monotonic()
                line.send({"step": stage.name, "done": done, "total": total})

        return nullcontext(progress)

    return watch


def _result(reports: Sequence[Report]) -> dict[str, Any]:
    """What was done, in a few JSON values, and each failure by name."""
    found: dict[str, Any] = {"failed": [failure for report in reports for failure in report.as_json()["failed"]]}
    for report in reports:
        found |= {name: report.details[name] for name in TOLD if name in report.details}
        if report.stage == DedupeStage.name:
            found["duplicates"] = len(report.details["duplicates"])
    return found
