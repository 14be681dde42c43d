"""Dedupe: of images that are nearly one, one is kept and the others are set aside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from collection.errors import UsageError
from collection.project import CONFIG_FILE, Project, open_project
from collection.stages.judges import judges_of
from collection.stages.report import Report
from collection.values import Progress, amount, label, silent

if TYPE_CHECKING:
    from collection.judge.duplicates.cross_collection import OtherPictures
    from collection.judge.duplicates.dedupe import DuplicateThresholds
    from collection.store.judging_records import Duplicate

MANY = 4
"""A set of which more than one in so many is set aside gets a note."""
SHOWN = 3
"""Near-duplicates that the line names."""


@dataclass(frozen=True, slots=True)
class DedupeStage:
    """Groups near-duplicates anew if anything changed since the last time."""

    cosine: float | None = None
    """Least cosine of candidates this time; None: as [dedupe] says, here and below."""
    keep: Literal["best", "first", "largest"] | None = None
    without: tuple[str, ...] = ()
    """Signals that are off this time."""
    tile_difference: float | None = None
    name: ClassVar[str] = "dedupe"
    unit: ClassVar[str] = "image"

    def pending(self, project: Project) -> int:
        """Images to compare: all of them if any is new since the last time."""
        from collection.judge.duplicates.dedupe import pending

        return pending(project.store, self._thresholds(project), judges_of(project).ranking())

    def run(self, project: Project, *, progress: Progress = silent) -> Report:
        """Compare them."""
        from collection.judge.duplicates.close_look import whole_pictures
        from collection.judge.duplicates.dedupe import dedupe, pending

        thresholds, ranking = self._thresholds(project), judges_of(project).ranking()
        todo = pending(project.store, thresholds, ranking)
        if todo:
            dedupe(project.store, thresholds, ranking, whole=whole_pictures(project.files), progress=progress)
        duplicates, report = project.store.duplicates(), project.store.stage_report("dedupe")
        alike = report.get("look_alikes", 0)
        similar = f"; {amount(alike, 'look-alike')} left in the set" if alike else ""
        line = f"{'' if todo else 'nothing to do: '}{_line(duplicates)}{similar}{_searched(report.get('search', {}))}"
        details = {**report, "duplicates": [_item(item) for item in duplicates]}
        return Report("dedupe", line, details, notes=_many(len(duplicates), report.get("compared", 0)))

    def _thresholds(self, project: Project) -> DuplicateThresholds:
        from collection.stages.folders import without_signals

        thresholds = judges_of(project).duplicate_thresholds
        given: dict[str, Any] = {"cosine": self.cosine, "keep": self.keep, "tile_difference": self.tile_difference}
        changed = {name: value for name, value in given.items() if value is not None}
        signals = without_signals(project.config.dedupe.signals, self.without)
        return replace(thresholds, signals=signals, **changed)


def _line(duplicates: Sequence[Duplicate]) -> str:
    pairs = [f"{item.representative} kept, {label(item.asset_id)} set aside" for item in duplicates[:SHOWN]]
    more = f"; and {len(duplicates) - SHOWN} more" if len(duplicates) > SHOWN else ""
    return f"{amount(len(duplicates), 'near-duplicate')}{': ' if duplicates else ''}{'; '.join(pairs)}{more}"


def _many(aside: int, compared: int) -> list[str]:
    """What is said where a large part of a set is set aside."""
    if aside * MANY <= compared:
        return []
    return [
        f"{aside} of {amount(compared, 'image')} are set aside; nothing is deleted. Look at them with "
        "`collection review` (Stacks). A lower tile_difference in [dedupe] is stricter; `collection lock` keeps images"
    ]


def _item(item: Duplicate) -> dict[str, Any]:
    representative = item.representative_id or item.elsewhere
    return {"image": item.asset_id, "representative": representative, "why": item.why, "distance": item.distance}


def _searched(search: Mapping[str, Any]) -> str:
    """What is to be known of how the images were searched, if anything."""
    notes = []
    if search.get("method") == "faiss":
        recall = search["recall"]
        share = "the sample had no neighbours" if recall is None else f"found {recall:.1%} of the neighbours"
        notes.append(f"searched with FAISS, which {share} of {amount(search['sampled'], 'image')}")
    if search.get("cut"):
        notes.append(f"{amount(search['cut'], 'image')} with more neighbours than are kept, compared anew")
    return "".join(f"; {note}" for note in notes)


@dataclass(frozen=True, slots=True)
class AgainstStage:
    """Sets aside what is too near to a picture of another project or of a plain folder."""

    place: Path
    forget: bool = False
    """Take back what was set aside for pictures there."""
    name: ClassVar[str] = "against"
    unit: ClassVar[str] = "image"

    def pending(self, project: Project) -> int:
        """Images to compare: all of them."""
        return len(project.store.numbers())

    def run(self, project: Project, *, progress: Progress = silent) -> Report:
        """Compare them; raises UsageError where nothing there can be compared."""
        from collection.judge.duplicates.close_look import whole_pictures
        from collection.judge.duplicates.cross_collection import mark_duplicates_of

        if self.forget:
            project.store.replace_against(str(self.place.resolve()), [])
            return Report("against", f"nothing is set aside for pictures in {self.place} any more")
        thresholds, whole = judges_of(project).duplicate_thresholds, whole_pictures(project.files)
        with pictures_elsewhere(project, self.place, progress=progress) as others:
            report = mark_duplicates_of(project.store, thresholds, others, whole)
        line = (
            f"{amount(len(report.duplicates), 'image')} of {report.compared} set aside for pictures in {self.place}, "
            f"which has {report.others:,}"
        )
        unscored = f"{amount(others.unscored, 'image')} in {self.place} have no score and were not compared"
        details = {"compared": report.compared, "others": report.others, "set_aside": len(report.duplicates)}
        return Report("against", line, details, notes=[unscored] if others.unscored else [])


@contextmanager
def pictures_elsewhere(project: Project, place: Path, *, progress: Progress = silent) -> Iterator[OtherPictures]:
    """The pictures of another project, or of a plain folder, as this project's encoder sees them, while they are open.

    Those of a folder are judged now. Raises UsageError where the other project holds none that can be compared.
    """
    from collection.judge.duplicates.close_look import whole_pictures
    from collection.judge.duplicates.cross_collection import other_pictures as pictures_of
    from collection.stages.picture_folder import open_folder

    judges, name = judges_of(project), str(place.resolve())
    if not (place / CONFIG_FILE).is_file():
        with open_folder(place, judges.scorers, progress=progress) as folder:
            yield pictures_of(folder.store, judges.model, name, folder.files, folder.whole)
            return
    if place.resolve() == project.folder.resolve():
        raise UsageError(f"{place} is this project itself", "name another project, or a folder of pictures")
    with open_project(place) as other:
        found = pictures_of(other.store, judges.model, name, {}, whole_pictures(other.files))
        if not found:
            raise UsageError(
                f"no image in {place} was scored by {judges.model}",
                f'set encoder = "{project.config.score.encoder}" in its [score], '
                f"then: collection -C {quote(str(place))} score",
            )
        yield found
