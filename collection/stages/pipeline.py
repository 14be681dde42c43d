"""The product in order: its stages, and how they are run.

Every command of the command line, every job of the review room and every method of the Python API runs a stage by
`run_stages`, and nothing below this floor. State decides what a stage does: `pending` reads it from the database, so
that a stage that was stopped goes on from there, and one that has nothing to do ends at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import ClassVar, Protocol

from collection.errors import CollectionError
from collection.project import Project
from collection.stages.dedupe import DedupeStage
from collection.stages.editions import EditionsStage
from collection.stages.generate import GenerateStage
from collection.stages.plan import PlanStage
from collection.stages.publish import DeployStage, FreezeMetadataStage, FreezeStage, MintStage, PinStage, VerifyStage
from collection.stages.published import is_hidden
from collection.stages.report import Report
from collection.stages.score import ScoreStage
from collection.stages.select import SelectStage
from collection.stages.sheet import SheetStage
from collection.values import Progress, amount, silent


class Stage(Protocol):
    """A piece of work on a project. Its fields are its options; one without options does all that is pending."""

    name: ClassVar[str]
    """The command that runs it."""
    unit: ClassVar[str]
    """What it counts, in the singular: image, token."""

    def pending(self, project: Project) -> int:
        """How much is left to do, in its unit; nothing is changed."""
        ...

    def run(self, project: Project, *, progress: Progress = silent) -> Report:
        """Do what is pending, batch by batch, each committed; returns what was done, with each failure by name.

        Raises CollectionError where the stage cannot be done at all, with the next command to type.
        """
        ...


PIPELINE: tuple[Stage, ...] = (
    PlanStage(),  # collection.toml becomes recipes
    GenerateStage(),  # every recipe becomes an image
    ScoreStage(),  # every image gets its numbers
    DedupeStage(),  # of images that are nearly one, one is kept
    SelectStage(),  # the best that differ, under the quotas, one for each token
    FreezeStage(),  # token ids, metadata, provenance: fixed by hash
    PinStage(),  # the frozen set goes to every storage
    DeployStage(),  # its contract goes on the chain
    MintStage(),  # every token is minted
    VerifyStage(),  # everything is read back and compared
    SheetStage(),  # the set at one look
)
"""All stages, each of which needs those before it."""


def pipeline(project: Project, *, anyway: bool = False, yes: bool = False, again: bool = False) -> tuple[Stage, ...]:
    """The stages that the configuration asks for: before `verify` also `editions` and `freeze-metadata`, where it does.

    Copies of a set that is hidden come after its reveal. The stages do what their own commands can be told to do
    although they would refuse it: see `PlanStage` for `anyway` and `yes`, `FreezeStage` for `again`.
    """
    told: dict[str, Stage] = {"plan": PlanStage(anyway, yes), "freeze": FreezeStage(again)}
    stages = tuple(told.get(stage.name, stage) for stage in PIPELINE)
    config, wanted = project.config, list[Stage]()
    if config.editions is not None and not is_hidden(project):
        wanted.append(EditionsStage("run"))
    if config.chain.freeze_metadata:
        wanted.append(FreezeMetadataStage())
    place = next(number for number, stage in enumerate(stages) if stage.name == VerifyStage.name)
    return (*stages[:place], *wanted, *stages[place:])


Watch = Callable[[Stage], AbstractContextManager[Progress]]
"""Opens the progress by which a stage is watched."""


def run_stages(
    project: Project,
    stages: Sequence[Stage] | None = None,
    *,
    watch: Watch = lambda _: nullcontext(silent),
    told: Callable[[Report], None] = lambda _: None,
    keep_going: bool = False,
    alone: bool = True,
) -> list[Report]:
    """Run stages in order, alone in the project; all of `pipeline` if none are named. `told` gets each report.

    Ends with the first stage that is not complete, unless `keep_going`. Raises ProjectError while another works in the
    project, and what the stages raise; what was finished before is kept. `alone` False is for stages that only read
    the project: they wait for nobody.
    """
    with project.working() if alone else nullcontext():
        return list(_reports(project, pipeline(project) if stages is None else stages, watch, told, keep_going))


def _reports(
    project: Project, stages: Sequence[Stage], watch: Watch, told: Callable[[Report], None], keep_going: bool
) -> Iterator[Report]:
    for stage in stages:
        with watch(stage) as progress:
            report = stage.run(project, progress=progress)
        told(report)
        yield report
        if not (report.complete or keep_going):
            return


def pending(project: Project, stages: Sequence[Stage] | None = None) -> dict[str, int]:
    """What each stage would do now, by its name; a later one may have more to do once an earlier one has run."""
    wanted = pipeline(project) if stages is None else stages
    return {stage.name: stage.pending(project) for stage in wanted}


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a stage would do now, without doing it."""

    name: str
    """Of the stage."""
    unit: str
    pending: int
    """How much it would do, in its unit."""
    before: str | None
    """The first stage before it that has something to do, after which this one may have more; None: there is none."""
    trouble: CollectionError | None = None
    """Why nobody can say what is pending; None: it is known."""

    @property
    def done(self) -> bool:
        """Whether the stage has nothing to do, and will have nothing once those before it have run."""
        return not (self.pending or self.before or self.trouble)

    def __str__(self) -> str:
        if self.trouble:
            return f"unknown: {self.trouble.message}"
        if self.pending:
            return f"{amount(self.pending, self.unit)} pending"
        return f"nothing to do before {self.before}" if self.before else "nothing to do"


def outlook(project: Project, stages: Sequence[Stage] | None = None) -> list[Outlook]:
    """What each stage would do now, in order; a stage that cannot say it costs itself and is named with the reason."""
    found: list[Outlook] = []
    before: str | None = None
    with project.store.one_moment():
        for stage in pipeline(project) if stages is None else stages:
            try:
                item = Outlook(stage.name, stage.unit, stage.pending(project), before)
            except CollectionError as error:
                item = Outlook(stage.name, stage.unit, 0, before, error)
            found.append(item)
            before = before or (stage.name if item.pending or item.trouble else None)
    return found


def outlook_of(project: Project, stage: Stage) -> Outlook:
    """What one stage, with its options, would do now, after those that come before it in the pipeline.

    Raises CollectionError where the stage cannot say what is pending.
    """
    count = stage.pending(project)
    stages = pipeline(project)
    names = [each.name for each in stages]
    earlier = stages[: names.index(stage.name)] if stage.name in names and not count else ()
    before = next((item.name for item in outlook(project, earlier) if item.pending or item.trouble), None)
    return Outlook(stage.name, stage.unit, count, before)
