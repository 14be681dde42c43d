"""Score: every image gets its numbers, a vector, a perceptual hash, and what it means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from collection.errors import UsageError
from collection.project import Project
from collection.stages.judges import IssuesByImage, Judges, judges_of
from collection.stages.report import NO_IMAGES, Report, counted
from collection.values import Progress, amount, label, silent

if TYPE_CHECKING:
    from collection.store.judging_records import Nearest
    from collection.store.records import Asset


@dataclass(frozen=True, slots=True)
class ScoreStage:
    """Scores what has no score, and all again where a metric changed."""

    name: ClassVar[str] = "score"
    unit: ClassVar[str] = "image"

    def pending(self, project: Project) -> int:
        """Images that lack a score, a vector or a perceptual hash."""
        from collection.judge.score import pending

        return _images_of(project, pending(project.store, judges_of(project).scorers))

    def run(self, project: Project, *, progress: Progress = silent) -> Report:
        """Score them; an image that cannot be read is named, and the rest goes on."""
        from collection.judge.score import pending_scores, score

        judges, store = judges_of(project), project.store
        scorers, batch = judges.scorers, project.config.score.batch_size
        work = pending_scores(store, scorers)
        if not work.assets:
            return _nothing_to_do(project, judges)
        result = score(store, project.files, scorers, batch_size=batch, progress=progress, work=work)
        issues, left = judges.issues, self.pending(project) if result.incomplete else 0
        failed = {failure.what for failure in result.failed}
        scored = _images_of(project, [asset for asset in work.assets if asset.label not in failed])
        details = {"scored": scored, "pending": left, **_numbers(project, judges, issues)}
        return Report(
            "score",
            f"{amount(scored, 'image')}{_said(project, judges, issues)}",
            {**details, "notes": list(result.notes)},
            result.failed,
            complete=not result.failed,
            notes=result.notes,
        )


def _images_of(project: Project, assets: Sequence[Asset]) -> int:
    """How many images have the files of these, of which there is one a file."""
    files = {asset.file_sha256 for asset in assets}
    return sum(asset.file_sha256 in files for asset in project.store.assets()) if files else 0


def _nothing_to_do(project: Project, judges: Judges) -> Report:
    counts = project.store.counts()
    total = counts["generated"] + counts["imported"]
    project.store.keep_percentiles(judges.scorers.models)  # images may have left the plan
    issues = judges.issues
    line = f"nothing to do: {total} of {amount(total, 'image')} scored{_said(project, judges, issues)}"
    details = {"scored": 0, "pending": 0, **_numbers(project, judges, issues)}
    first = "`collection generate` comes first" if project.config.images else NO_IMAGES
    hint = None if total else first
    return Report("score", line, details, complete=bool(total), hint=hint)


def _numbers(project: Project, judges: Judges, issues: IssuesByImage) -> dict[str, Any]:
    """The range of each metric over all images, which way is better, and the issues, for programs."""
    from collection.judge.catalogue import better

    ranges, ranking = project.store.score_ranges(judges.scorers.models), judges.ranking_metrics
    return {
        "better": {metric: better(metric, ranking) for metric in ranges},
        "ranges": {metric: list(range_) for metric, range_ in ranges.items()},
        "issues": {label(number): found for number, found in issues.items()},
        "safety": project.config.score.safety,
    }


def _said(project: Project, judges: Judges, issues: IssuesByImage) -> str:
    """What ranks the images, their issues, and whether safety was looked at: the end of a line."""
    ranges = project.store.score_ranges(judges.ranking_metrics)
    text = "".join(f", {metric} {low:.1f} to {high:.1f}" for metric, (low, high) in ranges.items()) or ", not judged"
    text += f"; {len(issues)} with issues ({counted(issues)})" if issues else ""
    return text + ("; nsfw not looked for" if project.config.score.safety == "off" else "")


def nearest_references(project: Project) -> tuple[Sequence[tuple[Asset, Nearest]], Report]:
    """The images with the reference picture that each is most like, most alike first.

    Raises UsageError where [score] names no references.
    """
    if not project.config.score.references:
        raise UsageError("no references are named", 'set references = ["FOLDER"] in [score], then: collection score')
    nearest = project.store.nearest()
    found = [(asset, nearest[asset.file_sha256]) for asset in project.store.assets() if asset.file_sha256 in nearest]
    found.sort(key=lambda item: (-item[1].cosine, item[0].id))
    listed = [{"image": asset.id, "reference": item.reference, "cosine": item.cosine} for asset, item in found]
    return found, Report("score", f"{amount(len(found), 'image')} held against references", {"references": listed})
