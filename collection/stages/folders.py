"""Score and dedupe for a plain folder of pictures, without a project; nothing is written there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from collection.config import Dedupe, Score
from collection.errors import ImageError, UsageError
from collection.values import Failure, Progress, silent

if TYPE_CHECKING:
    from collection.stages.picture_folder import Copy, PictureFolder


@dataclass(frozen=True, slots=True)
class ScoredPicture:
    """A picture of a folder and its numbers."""

    name: str
    """Its path in the folder."""
    scores: Mapping[str, float]
    percentiles: Mapping[str, float]
    """Where each of those numbers stands among those of the folder, 0 to 100."""
    issues: Mapping[str, str]
    """What is wrong with it, and why in words."""

    def as_json(self) -> dict[str, Any]:
        """The same in JSON values."""
        numbers = {"scores": dict(self.scores), "percentiles": dict(self.percentiles)}
        return {"path": self.name, **numbers, "issues": dict(self.issues)}


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look at a folder's files found besides."""

    folder: Path
    count: int
    """Pictures."""
    skipped: Sequence[Failure]
    """Files that are no pictures, by their path in the folder."""
    noted: Sequence[Failure]
    """Pictures of which something was left out or changed before they were judged."""
    notes: Sequence[str] = ()
    """What people should know of the numbers."""


@dataclass(frozen=True, slots=True)
class FolderScores:
    """The pictures of a folder, scored, in the order of their paths."""

    pictures: Sequence[ScoredPicture]
    metrics: Sequence[str]
    """Those that rank the pictures first."""
    ranking_metrics: Sequence[str]
    looked: Looked

    def as_json(self) -> dict[str, Any]:
        """The same in JSON values."""
        images = [picture.as_json() for picture in self.pictures]
        return {"images": images, "skipped": _skipped(self.looked)}


@dataclass(frozen=True, slots=True)
class FolderDuplicates:
    """The near-duplicates of a folder."""

    groups: Mapping[str, Sequence[Copy]]
    """The copies of each picture that is kept, by its path in the folder."""
    looked: Looked
    moved: Sequence[str] = ()
    """Paths in the folder of the copies that were moved."""
    stayed: Sequence[Failure] = ()
    """Those that could not be moved."""

    @property
    def copies(self) -> list[tuple[str, Copy]]:
        """Each copy with the picture that is kept instead."""
        return [(keeper, copy) for keeper, copies in self.groups.items() for copy in copies]

    def as_json(self) -> dict[str, Any]:
        """The same in JSON values."""
        groups = [
            {"keeper": keeper, "members": [{"path": c.name, "why": c.why, "distance": c.distance} for c in copies]}
            for keeper, copies in self.groups.items()
        ]
        return {"groups": groups, "skipped": _skipped(self.looked)}


def count_files(folder: Path) -> int:
    """How many files of a folder `score_folder` would look at."""
    from collection.pictures.folders import picture_files

    return len(picture_files(folder)[0])


def score_folder(
    folder: Path, *, encoder: str = "tiny-clip", heads: Sequence[str] = (), progress: Progress = silent
) -> FolderScores:
    """Score every picture of a folder. `encoder` and `heads` are as in [score].

    Raises ConfigError and WeightsError for scorers that cannot be had.
    """
    from collection.stages.picture_folder import open_folder

    with open_folder(folder, Score(encoder=encoder, heads=tuple(heads)), progress=progress) as found:
        scores, percentiles, issues = found.scores(), found.percentiles(), found.issues()
        pictures = [ScoredPicture(name, scores[name], percentiles[name], issues.get(name, {})) for name in scores]
        return FolderScores(pictures, found.metrics, found.ranking_metrics, _looked(found))


def dedupe_folder(
    folder: Path,
    *,
    encoder: str = "tiny-clip",
    heads: Sequence[str] = (),
    cosine: float | None = None,
    move_to: Path | None = None,
    progress: Progress = silent,
) -> FolderDuplicates:
    """Group the near-duplicates of a folder and, with `move_to`, move all but the best of each group there.

    `cosine` is the least cosine of near-duplicates; None: calibrated. Raises UsageError where `move_to` lies in the
    folder, ConfigError and WeightsError for scorers that cannot be had.
    """
    from collection.stages.picture_folder import open_folder

    if move_to and move_to.resolve().is_relative_to(folder.resolve()):
        raise UsageError(f"{move_to} lies in {folder}, where the copies are found again", "move them elsewhere")
    wanted = Score(encoder=encoder, heads=tuple(heads))
    with open_folder(folder, wanted, Dedupe(cosine=cosine), progress=progress) as found:
        groups = found.groups()
        moved, stayed = _moved(found, groups, move_to) if move_to else ([], [])
        return FolderDuplicates(groups, _looked(found), moved, stayed)


def _moved(found: PictureFolder, groups: Mapping[str, Sequence[Copy]], target: Path) -> tuple[list[str], list[Failure]]:
    """Move the copies; returns those that were moved, and those that stay."""
    from collection.pictures.folders import move_file

    moved, stayed = [], []
    for copy in (copy for copies in groups.values() for copy in copies):
        path = found.judged.files[copy.name]
        try:
            move_file(path, target / path.relative_to(found.folder))
        except ImageError as error:
            stayed.append(Failure(copy.name, error.message))
        else:
            moved.append(copy.name)
    return moved, stayed


def _looked(found: PictureFolder) -> Looked:
    return Looked(found.folder, len(found.judged.names), found.skipped, found.judged.noted, found.judged.notes)


def _skipped(looked: Looked) -> list[dict[str, str]]:
    return [{"path": failure.what, "why": failure.why} for failure in looked.skipped]
