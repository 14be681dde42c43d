"""What a job does: the stages that the commands run, one after the other, in a process of its own.

A process of its own, because what makes pictures takes the whole machine, may run out of memory, and must be stopped
without stopping the page.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from collection.errors import CollectionError
from collection.project import Project, open_project
from collection.values import Progress, Recipe

Options = Mapping[str, Any]
Tell = Callable[[str], Progress]
"""Begins a step: the progress to report it by."""
PAUSE = 0.1
"""Seconds between two words on the same step."""


def run_job(folder: Path, kind: str, options: Options, line: Connection) -> None:
    """Do a job, and tell the other end of the line: {"step", "done", "total"} again and again, then {"state"}."""

    def tell(step: str) -> Progress:
        told = 0.0

        def progress(done: int, total: int) -> None:
            nonlocal told
            if done in (0, total) or time.monotonic() - told > PAUSE:
                told = time.monotonic()
                line.send({"step": step, "done": done, "total": total})

        return progress

    try:
        with open_project(folder) as project, project.working():
            line.send({"state": "done", "result": WORK[kind](project, options, tell)})
    except KeyboardInterrupt:
        line.send({"state": "cancelled"})
    except CollectionError as error:
        line.send({"state": "failed", "error": error.message, "hint": error.hint})
    except OSError as error:  # the page's server is gone, or a disk refuses
        if not isinstance(error, BrokenPipeError):
            line.send({"state": "failed", "error": str(error), "hint": "collection doctor looks at disk and folders"})


def _reroll(project: Project, options: Options, tell: Tell) -> Options:
    from collection.plan.additions import rerolled

    recipes = rerolled(project.store, project.config, options["images"])
    return _added(project, "reroll", recipes, tell, instead_of=options["images"])


def _refill(project: Project, _: Options, tell: Tell) -> Options:
    from collection.plan.additions import refilled

    return _added(project, "refill", refilled(project.store, project.plan, project.wish.rejected), tell)


def _breed(project: Project, options: Options, tell: Tell) -> Options:
    from collection.plan.additions import bred

    first, second = options["images"]
    chances = {"mutation": options["mutation"], "fresh": options["fresh"]}
    return _added(
        project, "breed", bred(project.store, project.config, (first, second), options["children"], **chances), tell
    )


def _variants(project: Project, options: Options, tell: Tell) -> Options:
    from collection.plan.additions import varied

    recipes = varied(project.store, options["image"], options["strengths"], options["seeds"])
    return _added(project, "variants", recipes, tell)


def _generate(project: Project, _: Options, tell: Tell) -> Options:
    from collection.generate.run import generate
    from collection.stages.runners import carrier_of

    project.keep_references()
    report = generate(
        project.store, project.files, carrier_of(project), batch_size=project.generator.batch_size,
        progress=tell("generate"),
    )  # fmt: skip
    _score(project, {}, tell)
    _dedupe(project, {}, tell)
    return {"made": report.made, "failed": [{"what": item.what, "why": item.why} for item in report.failed]}


def _score(project: Project, _: Options, tell: Tell) -> Options:
    from collection.judge.score import score

    scorers, batch = project.scorers, project.config.score.batch
    report = score(project.store, project.files, scorers, batch_size=batch, progress=tell("score"))
    return {"scored": report.scored, "failed": [{"what": item.what, "why": item.why} for item in report.failed]}


def _dedupe(project: Project, _: Options, tell: Tell) -> Options:
    from collection.judge.duplicates.dedupe import dedupe

    tell("dedupe")(0, 1)
    dedupe(project.store, project.nearness, project.ranking())
    tell("dedupe")(1, 1)
    return {"duplicates": len(project.store.duplicates())}


def _select(project: Project, _: Options, tell: Tell) -> Options:
    from collection.curate.selection.select import select

    tell("select")(0, 1)
    report = select(project.store, project.wish)
    tell("select")(1, 1)
    return {"selected": report.selected, "supply": report.supply}


WORK: Mapping[str, Callable[[Project, Options, Tell], Options]] = {
    "reroll": _reroll, "refill": _refill, "breed": _breed, "variants": _variants, "generate": _generate,
    "score": _score, "dedupe": _dedupe, "select": _select,
}  # fmt: skip
"""What each kind of job does; the result is JSON values."""


def _added(
    project: Project, origin: str, recipes: Sequence[Recipe], tell: Tell, instead_of: Sequence[int] = ()
) -> Options:
    """Plan recipes, and make all that is planned."""
    new = project.store.add_recipes(recipes, origin, instead_of=instead_of)
    return {"added": [item.id for item in new], **_generate(project, {}, tell)}
