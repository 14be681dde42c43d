"""Score and dedupe for a plain folder of pictures, without a project; nothing is written there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from collection.config import Dedupe, Score
from collection.config.judging import Signal
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
    look_alikes: Mapping[str, Sequence[Copy]]
    """Pictures that are similar and no copies, by one of them."""
    thresholds: Mapping[str, Any]
    looked: Looked
    moved: Sequence[str] = ()
    """Paths in the folder of the copies that were moved, and of the files that describe them."""
    stayed: Sequence[Failure] = ()
    """What could not be moved."""

    @property
    def copies(self) -> list[tuple[str, Copy]]:
        """Each copy with the picture that is kept instead."""
        return [(keeper, copy) for keeper, copies in self.groups.items() for copy in copies]

    def as_json(self) -> dict[str, Any]:
        """The same in JSON values."""
        return {
            "groups": _grouped(self.groups),
            "look_alikes": _grouped(self.look_alikes),
            "thresholds": dict(self.thresholds),
            "skipped": _skipped(self.looked),
        }


def _grouped(groups: Mapping[str, Sequence[Copy]]) -> list[dict[str, Any]]:
    return [
        {"keeper": keeper, "members": [{"path": c.name, "why": c.why, "distance": c.distance} for c in copies]}
        for keeper, copies in groups.items()
    ]


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
    keep: Literal["best", "first", "largest"] = "best",
    phash_distance: int | None = None,
    tile_difference: float | None = None,
    without: Sequence[str] = (),
    move_to: Path | None = None,
    progress: Progress = silent,
) -> FolderDuplicates:
    """Group the near-duplicates of a folder and, with `move_to`, move all but the kept of each group there.

    `cosine`, `keep`, `phash_distance` and `tile_difference` are as in [dedupe]; `without` names signals that are off.
    What describes a copy (JSON, captions) moves with it. Raises UsageError where `move_to` lies in the folder, or for a
    signal that is none, ConfigError and WeightsError for scorers that cannot be had.
    """
    from collection.stages.picture_folder import open_folder

    if move_to and move_to.resolve().is_relative_to(folder.resolve()):
        raise UsageError(f"{move_to} lies in {folder}, where the copies are found again", "move them elsewhere")
    wanted = Score(encoder=encoder, heads=tuple(heads))
    given = {"cosine": cosine, "phash_distance": phash_distance, "tile_difference": tile_difference}
    duplicates = Dedupe(
        keep=keep,
        signals=without_signals(Dedupe().signals, without),
        **{name: value for name, value in given.items() if value is not None},  # type: ignore[arg-type]
    )
    with open_folder(folder, wanted, duplicates, progress=progress) as found:
        copies = found.copies()
        moved, stayed = _moved(found, copies.groups, move_to) if move_to else ([], [])
        return FolderDuplicates(copies.groups, copies.look_alikes, copies.thresholds, _looked(found), moved, stayed)


def without_signals(signals: tuple[Signal, ...], off: Sequence[str]) -> tuple[Signal, ...]:
    """What is left of the signals of [dedupe]; raises UsageError for one that is none."""
    for name in off:
        if name not in Dedupe().signals:
            raise UsageError(f"there is no signal {name!r}", f"the signals are {', '.join(Dedupe().signals)}")
    return tuple(name for name in signals if name not in off)


def _moved(found: PictureFolder, groups: Mapping[str, Sequence[Copy]], target: Path) -> tuple[list[str], list[Failure]]:
    """Move the copies, each with what describes it; returns what was moved, and what stays."""
    from collection.importers.sidecars import Sidecars
    from collection.pictures.folders import companions_of, listed, move_file, name_in

    moved, stayed = list[str](), list[Failure]()
    going = [found.judged.files[copy.name] for copies in groups.values() for copy in copies]
    left = set(found.judged.files.values()) - {*going}
    described = {(path.parent, path.stem) for path in left}
    told = Sidecars(found.folder, listed(found.folder)[0]).moving_with(dict.fromkeys(going))
    for path in going:
        shared = (path.parent, path.stem) in described
        beside = [item for item in companions_of(path) if not (shared and item.stem == path.stem)]
        for file in dict.fromkeys([path, *beside, *([told[path]] if path in told else [])]):
            try:
                if file.exists() or file == path:  # a companion of two copies went with the first
                    move_file(file, target / file.relative_to(found.folder))
                    moved.append(name_in(found.folder, file))
            except ImageError as error:
                stayed.append(Failure(name_in(found.folder, file), error.message))
                break
    return moved, stayed


def _looked(found: PictureFolder) -> Looked:
    return Looked(found.folder, len(found.judged.names), found.skipped, found.judged.noted, found.judged.notes)


def _skipped(looked: Looked) -> list[dict[str, str]]:
    return [{"path": failure.what, "why": failure.why} for failure in looked.skipped]
