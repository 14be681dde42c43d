"""The Python API: an opened project with its stages as methods and its images as records.

`import collection` offers these names, and loads them when they are first used. A method that runs a stage does what
the command of its name does, by the same call: it returns the Report, with each failure by name, and raises
CollectionError where the stage cannot be done at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from collection.config import Config
from collection.errors import UsageError
from collection.project import Project, open_project
from collection.stages import folders
from collection.stages.decide import Curator, Verdict, decide, redo, undo
from collection.stages.dedupe import DedupeStage
from collection.stages.derive import BreedStage, RerollStage, TopUpStage, VariationsStage
from collection.stages.folders import FolderDuplicates, FolderScores
from collection.stages.generate import GenerateStage
from collection.stages.images import queried
from collection.stages.importing import ImportStage
from collection.stages.new import SAMPLE, make_project
from collection.stages.pipeline import Stage, pipeline, run_stages
from collection.stages.plan import PlanStage
from collection.stages.publish import (
    DeployStage,
    FreezeMetadataStage,
    FreezeStage,
    MintStage,
    PinCheckStage,
    PinStage,
    VerifyStage,
)
from collection.stages.records import ImageList, ImageRecord, records_of
from collection.stages.remove import RemoveStage
from collection.stages.report import Report
from collection.stages.rescue import RescueStage, rescue_settings
from collection.stages.score import ScoreStage
from collection.stages.select import SelectStage, explain
from collection.stages.sheet import SheetStage
from collection.stages.status import Status, status_of
from collection.stages.upscale import UpscaleStage
from collection.stages.versions import bring_back, compared, unfreeze, versions
from collection.values import Progress, silent

Images = Iterable[int | ImageRecord]
"""Images by number, or as records."""
RunProgress = Callable[[str, int, int], None]
"""Told (stage, done, total) as the stages go on, in the unit of each."""
SEEN = {"by": "python"}
"""What the log of reviews says of how a decision was made."""


class Collection:
    """An opened project. Use it in a `with` statement, or `close` it."""

    def __init__(self, folder: str | Path, *, yes_mainnet: str | None = None) -> None:
        """`yes_mainnet` is the full name of a main network, where gas costs money, to which may be sent.

        Raises ProjectError where there is no project, ConfigError for a collection.toml that is wrong.
        """
        confirm = None if yes_mainnet is None else lambda _: yes_mainnet
        self._project: Project = open_project(Path(folder), confirm=confirm)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Collection {self.config.title!r} in {self.folder}>"

    def close(self) -> None:
        """Close the database."""
        self._project.close()

    @property
    def folder(self) -> Path:
        """The project folder."""
        return self._project.folder

    @property
    def config(self) -> Config:
        """collection.toml, defaults filled in."""
        return self._project.config

    @property
    def status(self) -> Status:
        """How far the project is, what failed, and which stage comes next."""
        return status_of(self._project)

    # The stages, in order

    def run(
        self, *, anyway: bool = False, yes: bool = False, again: bool = False, progress: RunProgress | None = None
    ) -> list[Report]:
        """Run all stages in order, each from where it was; ends with the first that is not complete.

        `anyway` and `yes` are those of `plan`, `again` is that of `freeze`.
        """

        @contextmanager
        def watch(stage: Stage) -> Iterator[Progress]:
            yield silent if progress is None else lambda done, total: progress(stage.name, done, total)

        return run_stages(self._project, pipeline(self._project, anyway=anyway, yes=yes, again=again), watch=watch)

    def plan(self, *, anyway: bool = False, yes: bool = False) -> Report:
        """Turn collection.toml into recipes, one for each image.

        `anyway` plans traits too that the generator does not paint; `yes` sets aside images that are selected or
        frozen.
        """
        return self._do(PlanStage(anyway, yes))

    def generate(self, *, limit: int | None = None, workers: int | None = None, progress: Progress = silent) -> Report:
        """Make the planned images that do not exist yet, at most `limit`, in so many processes of this machine.

        A script that asks for `workers` does so below `if __name__ == "__main__":`, as multiprocessing wants it.
        """
        return self._do(GenerateStage(limit=limit, workers=workers), progress)

    def import_folder(self, folder: str | Path, *, progress: Progress = silent) -> Report:
        """Take in the images of a folder, with the traits that JSON files beside them tell."""
        return self._do(ImportStage(Path(folder)), progress)

    def score(self, *, progress: Progress = silent) -> Report:
        """Give every image its numbers, vector and perceptual hash."""
        return self._do(ScoreStage(), progress)

    def dedupe(self, *, cosine: float | None = None, progress: Progress = silent) -> Report:
        """Set near-duplicates aside; `cosine` is the least cosine this time, None as [dedupe] says."""
        return self._do(DedupeStage(cosine), progress)

    def select(
        self,
        *,
        lock: Images = (),
        reject: Images = (),
        free: Images = (),
        diversity: float | None = None,
        curator: str = "curator",
    ) -> Report:
        """Choose the set: one image for each token, the best that differ, under the quotas.

        `lock` has images in the set, `reject` keeps them out, `free` takes both back; they are recorded in the name of
        `curator` and hold for every later choice, as `diversity` does (0 best scores only, 1 most different only).
        """
        lock, reject, free = map(_numbers, (lock, reject, free))
        stage = SelectStage(lock, reject, free, diversity=diversity, curator=curator, seen=SEEN)
        return self._do(stage)

    def freeze(self, *, again: bool = False, progress: Progress = silent) -> Report:
        """Give out token ids, write the metadata, and fix both by hash."""
        return self._do(FreezeStage(again), progress)

    def freeze_diff(self) -> Report:
        """What a freeze now would change of the current frozen set, token by token; nothing is written."""
        return compared(self._project)

    def frozen_versions(self) -> Report:
        """Every freeze there was, each a version of its own, with its pins and contracts."""
        return versions(self._project)

    def bring_back(self, version: int) -> Report:
        """Make an earlier version the current one again."""
        with self._project.working():
            return bring_back(self._project, version)

    def unfreeze(self) -> Report:
        """Go back to choosing; every frozen version is kept, and what is pinned or minted stays what it is."""
        with self._project.working():
            return unfreeze(self._project)

    def pin(self, *, progress: Progress = silent) -> Report:
        """Give the frozen set to every storage."""
        return self._do(PinStage(), progress)

    def check_pins(self) -> Report:
        """Ask every storage for the frozen set, and read a sample back by CID."""
        return self._do(PinCheckStage())

    def rescue(
        self, address: str, *, network: str | None = None, rpc: str | None = None, ids: str = "",
        gateways: Sequence[str] = (), node: str | None = None, cars: Sequence[str | Path] = (),
        allow_local: bool = False, progress: Progress = silent,
    ) -> Report:  # fmt: skip
        """Read a published collection from its contract, fetch what can be had, and import it. Needs no key.

        `ids` is "1-100,205", or "" for all tokens; ERC-1155 contracts need it. `network` None: the configured one.
        """
        settings = rescue_settings(gateways, node, [Path(car) for car in cars], ids, allow_local=allow_local)
        return self._do(RescueStage(address, settings, network, rpc), progress)

    def deploy(self) -> Report:
        """Put the contract of the frozen set on the chain."""
        return self._do(DeployStage())

    def mint(self, *, progress: Progress = silent) -> Report:
        """Mint every frozen token that is not minted yet."""
        return self._do(MintStage(), progress)

    def freeze_metadata(self) -> Report:
        """Freeze the metadata on the chain for ever: from then on not even the owner of the contract can move it."""
        return self._do(FreezeMetadataStage())

    def verify(self, address: str | None = None, *, rerender: int | None = None, progress: Progress = silent) -> Report:
        """Prove every token, and of `rerender` of them the recipe too (None: as [verify] says). Needs no key.

        `address` names a contract of this project, also one of an earlier frozen set; None: that of the present one.
        """
        return self._do(VerifyStage(address, rerender), progress)

    def sheet(self, path: str | Path | None = None, images: str = "", *, progress: Progress = silent) -> Report:
        """Draw the contact sheet of the set, or of the images that a query means; None: sheet.png in the project."""
        words = (images,) if images else ()
        return self._do(SheetStage(Path(path) if path else None, images=words), progress, alone=False)

    # Images, and what people say of them

    def images(self, query: str = "") -> ImageList:
        """The images that a query means, in its order: "quality>80 is:unreviewed"; "" means all.

        Raises UsageError for a query that cannot be read; docs/review.md has the language.
        """
        return records_of(self._project, queried(self._project, query))

    def image(self, number: int) -> ImageRecord:
        """One image; raises UsageError if there is none of that number."""
        found = records_of(self._project, [number])
        if not found:
            raise UsageError(f"there is no image {number}", "images() lists every image with its number")
        return found[0]

    def selection(self) -> ImageList:
        """The chosen set, best first."""
        return records_of(self._project, [item.asset_id for item in self._project.store.selection()])

    def why(self, image: int | ImageRecord) -> str:
        """Why an image was chosen or not."""
        (number,) = _numbers([image])
        return explain(self._project, number).line

    def pick(self, images: Images, *, off: bool = False, curator: str = "curator") -> Report:
        """Say that images come before all others of their kind; `off` takes it back."""
        return self._decide("pick", images, off, curator)

    def reject(self, images: Images, *, off: bool = False, curator: str = "curator") -> Report:
        """Say that images are not to be in the set; `off` takes it back."""
        return self._decide("reject", images, off, curator)

    def lock(self, images: Images, *, off: bool = False, curator: str = "curator") -> Report:
        """Have images in the set whatever their scores; `off` takes it back."""
        return self._decide("lock", images, off, curator)

    def undo(self, *, curator: str = "curator") -> Report:
        """Take back a curator's last action."""
        return undo(self._project, "undo", Curator(curator, SEEN))

    def redo(self, *, curator: str = "curator") -> Report:
        """Bring back what a curator's last undo took."""
        return redo(self._project, "redo", Curator(curator, SEEN))

    # More images: recipes are planned, which `generate` makes

    def top_up(self) -> Report:
        """Plan what the supply lacks after duplicates were set aside and images rejected."""
        return self._do(TopUpStage())

    def reroll(self, images: Images) -> Report:
        """Plan other images in the place of these: the same series and traits, another seed."""
        return self._do(RerollStage(_numbers(images)))

    def breed(
        self, first: int, second: int, children: int = 4, *, mutation: float = 0.1, immigration: float = 0.2
    ) -> Report:
        """Plan children of two images; `mutation` and `immigration` are chances, 0 to 1."""
        return self._do(BreedStage(first, second, children, mutation, immigration))

    def variations(
        self, picture: str | Path | int, *, strengths: Sequence[float] = (0.3, 0.6), seeds: Sequence[int] = range(4)
    ) -> Report:
        """Plan image-to-image variations of a picture file or of an image: each seed with each strength, 0 to 1."""
        begun = picture if isinstance(picture, int) else Path(picture)
        return self._do(VariationsStage(begun, strengths, seeds))

    def upscale(self, images: Images = (), *, scale: int = 2, model: str | Path | None = None) -> Report:
        """Plan larger versions in the place of these images, or of all chosen ones; `model` is an upscaler's file."""
        numbers = _numbers(images)
        return self._do(UpscaleStage(numbers, not numbers, scale, Path(model) if model else None))

    def remove(self, recipes: Images) -> Report:
        """Take recipes that were added by the methods above out of the plan; what they replaced is back."""
        return self._do(RemoveStage(_numbers(recipes)))

    def _decide(self, verdict: Verdict, images: Images, off: bool, curator: str) -> Report:
        return decide(self._project, verdict, _numbers(images), Curator(curator, SEEN), off=off)

    def _do(self, stage: Stage, progress: Progress = silent, *, alone: bool = True) -> Report:
        @contextmanager
        def watch(_: Stage) -> Iterator[Progress]:
            yield progress

        (report,) = run_stages(self._project, [stage], watch=watch, alone=alone)
        return report


def open(folder: str | Path, *, yes_mainnet: str | None = None) -> Collection:
    """Open the project in a folder; raises ProjectError where there is none, ConfigError where it is wrong.

    `yes_mainnet` is the full name of a main network, where gas costs money, to which may be sent.
    """
    return Collection(folder, yes_mainnet=yes_mainnet)


def new(folder: str | Path, sample: str = SAMPLE) -> Collection:
    """Make a project folder from a sample, and open it.

    Raises UsageError where there is no such sample, or a project is there already.
    """
    make_project(Path(folder), sample)
    return Collection(folder)


def run(folder: str | Path, *, progress: RunProgress | None = None) -> list[Report]:
    """Run all stages of the project in a folder, each from where it was."""
    with Collection(folder) as project:
        return project.run(progress=progress)


def score_folder(
    folder: str | Path, *, encoder: str = "tiny-clip", heads: Sequence[str] = (), progress: Progress = silent
) -> FolderScores:
    """Score every picture of a plain folder; nothing is written there. `encoder` and `heads` are as in [score]."""
    return folders.score_folder(Path(folder), encoder=encoder, heads=heads, progress=progress)


def dedupe_folder(folder: str | Path, *, move_to: str | Path | None = None, **options: Any) -> FolderDuplicates:
    """Group the near-duplicates of a plain folder; with `move_to`, all but the best of each group are moved there.

    `options` are encoder, heads, cosine and progress, as `score_folder` and `Collection.dedupe` take them.
    """
    return folders.dedupe_folder(Path(folder), move_to=Path(move_to) if move_to else None, **options)


def _numbers(images: Images) -> list[int]:
    return [image if isinstance(image, int) else image.number for image in images]
