"""A plain folder of pictures, opened as a project is: judged in a database that is thrown away with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from collection.config import Dedupe, Score
from collection.judge.folder import FolderContents, score_files
from collection.judge.score import Scorers
from collection.judge.scorer_factory import build_scorers, ranking_metrics
from collection.pictures.folders import open_picture
from collection.store.judging_records import Score as Grade
from collection.store.store import Store
from collection.values import Failure, Pixels, Progress, silent

if TYPE_CHECKING:
    from collection.judge.duplicates.groups import DuplicateGroup


@dataclass(frozen=True, slots=True)
class Copy:
    """A picture that is a near-duplicate of its group's keeper."""

    name: str
    """Its path in the folder."""
    why: str
    """bytes, pixels, phash, mirrored, turned, border or cosine."""
    distance: float
    """0, 0, bits of 64, or 1 - cosine."""


@dataclass(frozen=True, slots=True)
class Copies:
    """The near-duplicates of a folder, by the paths of the pictures that are kept."""

    groups: Mapping[str, Sequence[Copy]]
    look_alikes: Mapping[str, Sequence[Copy]]
    """What hash and vectors call near and a second look tells apart: no duplicates."""
    thresholds: Mapping[str, Any]


@dataclass(frozen=True)
class PictureFolder:
    """A folder of pictures and what was found out about them."""

    folder: Path
    store: Store
    scorers: Scorers
    duplicates: Dedupe
    """When two pictures count as one."""
    judged: FolderContents

    @property
    def skipped(self) -> tuple[Failure, ...]:
        """Files that are no pictures."""
        return self.judged.skipped

    @property
    def ranking_metrics(self) -> tuple[str, ...]:
        """The metrics that say which picture is better."""
        return tuple(ranking_metrics(self.scorers))

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics of the scores, those that rank the pictures first."""
        first = self.ranking_metrics
        return (*first, *(name for name in self.scorers.metrics if name not in first))

    @property
    def files(self) -> dict[str, str]:
        """A path in the folder for each file hash."""
        return {asset.file_sha256: self.judged.names[asset.id] for asset in self.store.assets()}

    def scores(self) -> dict[str, dict[str, float]]:
        """The numbers of each picture, by its path in the folder and the metric; in the order of the paths."""
        return self._by_name(lambda score: score.value)

    def percentiles(self) -> dict[str, dict[str, float]]:
        """Where each of those numbers stands among those of the folder, 0 to 100."""
        return self._by_name(lambda score: score.percentile or 0.0)

    def issues(self) -> dict[str, dict[str, str]]:
        """What is wrong with each picture that has a defect, by its path: issues, and why in words."""
        from collection.judge.issues import issues_of

        found = issues_of(self.store, self.scorers.models, {})
        return {self.judged.names[number]: issues for number, issues in found.items()}

    def _by_name(self, of: Callable[[Grade], float]) -> dict[str, dict[str, float]]:
        of_file: dict[str, dict[str, float]] = defaultdict(dict)
        for item in self.store.scores_with_percentiles(self.scorers.models):
            of_file[item.file_sha256][item.metric] = of(item)
        return {self.judged.names[asset.id]: of_file[asset.file_sha256] for asset in self.store.assets()}

    def whole(self, sha256: str) -> Pixels | None:
        """The pixels of the picture whose file has that hash; None where it has gone meanwhile."""
        found = open_picture(self.folder, self._paths[sha256])
        return None if isinstance(found, Failure) else found.picture.pixels

    @cached_property
    def _paths(self) -> dict[str, Path]:
        return {sha256: self.judged.files[name] for sha256, name in self.files.items()}

    def copies(self) -> Copies:
        """The near-duplicates of each picture that is kept."""
        from collection.curate.selection.candidates import rank
        from collection.judge.duplicates.dedupe import DuplicateThresholds, dedupe

        ranking = {item.asset.id: item.score for item in rank(self.store, ranking_metrics(self.scorers))}
        names, thresholds = self.judged.names, DuplicateThresholds.of(self.duplicates, self.scorers.encoder.model)
        report = dedupe(self.store, thresholds, ranking, whole=self.whole)

        def by_name(groups: Sequence[DuplicateGroup]) -> dict[str, list[Copy]]:
            return {
                names[group.representative]: [Copy(names[item.id], item.why, item.distance) for item in group.members]
                for group in groups
            }

        told = {**thresholds.as_json(), "cosine": report.cosines.get("", thresholds.cosine)}
        return Copies(by_name(report.groups), by_name(report.look_alikes), told)


@contextmanager
def open_folder(
    folder: Path, wanted: Score | Scorers, duplicates: Dedupe | None = None, *, progress: Progress = silent
) -> Iterator[PictureFolder]:
    """Judge the pictures of a folder and open what was found; nothing is written there.

    `wanted` is what [score] says (weights and heads that are files are taken from the current folder), or the scorers
    themselves. Raises ConfigError and WeightsError as they do.
    """
    scorers = (wanted if isinstance(wanted, Scorers) else build_scorers(wanted, Path.cwd())).of_pictures_alone
    with TemporaryDirectory(prefix="collection-") as temporary:
        store = Store(Path(temporary) / "collection.db")
        try:
            batch = wanted.batch_size if isinstance(wanted, Score) else Score().batch_size
            judged = score_files(store, folder, scorers, batch_size=batch, progress=progress)
            yield PictureFolder(folder, store, scorers, duplicates or Dedupe(), judged)
        finally:
            store.close()
