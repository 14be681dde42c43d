"""Generate: every planned image that does not exist yet is made."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from collection.project import Project
from collection.stages.plan import keep_pictures
from collection.stages.report import NO_IMAGES, Report, not_reproducible
from collection.values import Progress, amount, label, silent

if TYPE_CHECKING:
    from collection.generate.run import GenerateReport, Runner


@dataclass(frozen=True, slots=True)
class GenerateStage:
    """Makes what is pending: in this process, in others of this machine, or on a Ray cluster; always the same bytes."""

    limit: int | None = None
    """Images to make at most."""
    judged: bool = True
    """Score each image while the next is made."""
    workers: int | None = None
    """Processes of this machine; of a cluster, actors at most."""
    max_images_per_worker: int | None = None
    """Images after which a worker process is replaced."""
    ray: str | None = None
    """The address of a Ray cluster: HOST:PORT, auto, or local for one on this machine."""
    gpus: float | None = None
    """GPUs of an actor, or a part of one; None: 1 where there are any."""

    name: ClassVar[str] = "generate"
    unit: ClassVar[str] = "image"

    def pending(self, project: Project) -> int:
        """Images to make."""
        from collection.generate.run import count_pending

        return count_pending(project.store, project.files)

    def run(self, project: Project, *, progress: Progress = silent) -> Report:
        """Make them; a batch that fails is named, and the rest goes on."""
        from collection.generate.run import generate

        if not self.pending(project):
            return _nothing_to_do(project)
        keep_pictures(project)
        begun = time.monotonic()
        report = generate(
            project.store, project.files, self._runner(project), batch_size=project.generator.batch_size,
            limit=self.limit, progress=progress,
        )  # fmt: skip
        return _report(report, time.monotonic() - begun, self.pending(project))

    def _runner(self, project: Project) -> Runner:
        from collection.stages.runners import runner_of

        cluster = None
        if self.ray:
            from collection.generate.running.ray_cluster import Cluster

            cluster = Cluster(self.ray, self.workers, self.gpus)
        most = self.max_images_per_worker
        return runner_of(project, judged=self.judged, workers=self.workers, max_images_per_worker=most, cluster=cluster)


def _nothing_to_do(project: Project) -> Report:
    """The report where every planned image exists."""
    counts = project.store.counts()
    count = counts["generated"]
    line = f"nothing to do: {amount(count, 'image')} of {count}" if count else "nothing to do: nothing is planned"
    complete = bool(count or counts["imported"])
    first = "`collection plan` comes first" if project.config.images else NO_IMAGES
    hint = None if complete else first
    return Report("generate", line, {"made": 0, "pending": 0, "seconds": 0.0}, complete=complete, hint=hint)


def _report(report: GenerateReport, seconds: float, still: int) -> Report:
    line = f"{amount(report.made, 'image')} in {seconds:.0f} s ({report.made / max(seconds, 1e-9):.1f} images/s)"
    details = {
        "made": report.made,
        "pending": still,
        "seconds": round(seconds, 3),
        "replanned": [[label(old), label(new)] for old, new in report.replanned],
        "warnings": [{"what": item.what, "why": item.why} for item in report.warned],
    }
    return Report(
        "generate",
        line + (f", {still} still to make" if still else ""),
        details,
        report.failed,
        complete=not report.failed,
        hint="`collection generate` tries them again" if report.failed else None,
        notes=[*(f"{item.what}: {item.why}" for item in report.warned), *_replanned(report.replanned)],
    )


def _replanned(pairs: Sequence[tuple[int, int]]) -> list[str]:
    """That recipes were planned anew, in words."""
    if not pairs:
        return []
    return [
        f"the device cannot hold batches of that many images: {amount(len(pairs), 'recipe')} planned anew with a "
        f"smaller batch, under new numbers: {', '.join(f'{label(old)} is now {label(new)}' for old, new in pairs)}"
    ]


@dataclass(frozen=True, slots=True)
class CheckStage:
    """Makes `count` images again, and compares them byte for byte."""

    count: int
    name: ClassVar[str] = "check"
    unit: ClassVar[str] = "image"

    def pending(self, project: Project) -> int:
        """Images to make again."""
        return min(self.count, len(project.store.reproducible_numbers()[0]))

    def run(self, project: Project, *, progress: Progress = silent) -> Report:
        """Compare; an image that came out otherwise is a failure."""
        from collection.generate.running.check import check

        keep_pictures(project)
        report = check(project.store, project.generator, self.count, progress=progress)
        alike = report.checked - len(report.differing)
        found = bool(report.checked or report.not_reproducible)
        return Report(
            "check",
            f"{alike} of {amount(report.checked, 'image')} made again came out the same, byte for byte"
            + not_reproducible(report.not_reproducible, "image"),
            {"checked": report.checked, "alike": alike, "not_reproducible": report.not_reproducible},
            report.differing,
            complete=found and not report.differing,
            hint=None if found else "`collection generate` comes first",
        )
