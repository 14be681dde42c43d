"""Sheet: the set at one look, or any images, drawn as a picture to show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from collection.errors import UnavailableError, UsageError
from collection.project import Project
from collection.stages.images import numbers_of
from collection.stages.judges import IssuesByImage, judges_of
from collection.stages.report import NOT_JUDGED, Report
from collection.values import Failure, Progress, amount, silent

if TYPE_CHECKING:
    from collection.curate.sheet import ContactSheet
    from collection.store.records import Asset


@dataclass(frozen=True, slots=True)
class SheetStage:
    """Draws the contact sheet, unless its files show it already."""

    output: Path | None = None
    """The PNG file; None: sheet.png in the project. Further pages lie beside it."""
    everything: bool = False
    """All images, not only the chosen."""
    images: Sequence[str] = ()
    """Which images, in words: numbers, ranges, queries."""
    name: ClassVar[str] = "sheet"
    unit: ClassVar[str] = "image"

    def __post_init__(self) -> None:
        if self.images and self.everything:
            raise UsageError("--all shows every image", "leave it away, or the images")

    def path(self, project: Project) -> Path:
        """The first file of the sheet."""
        return self.output or project.folder / "sheet.png"

    def pending(self, project: Project) -> int:
        """Images on the sheet if a file does not show what it would, else 0."""
        from collection.curate.sheet import pending

        sheet = self.shown(project)
        return len(sheet.cells) if pending(self.path(project), sheet) else 0

    def run(self, project: Project, *, progress: Progress = silent) -> Report:
        """Draw it."""
        from collection.curate.sheet import page_paths, pending, write_sheet
        from collection.pictures.files import decode_image

        path, sheet = self.path(project), self.shown(project)
        if not sheet.cells:
            hint = "`collection generate` makes them"
            return Report("sheet", "no images yet", {"pages": []}, complete=False, hint=hint)
        nothing, failed = "" if pending(path, sheet) else "nothing to do: ", list[Failure]()
        if not nothing:
            try:
                write_sheet(path, sheet, project.files, decode=decode_image, progress=progress, failed=failed.append)
            except OSError as error:
                raise UnavailableError(
                    f"cannot write {path}: {error.strerror}", "collection sheet --output FILE draws it elsewhere"
                ) from error
        pages = [str(page) for page in page_paths(path, sheet)]
        line = f"{nothing}{amount(len(sheet.cells) - len(failed), 'image')} on {', '.join(pages)}"
        details = {"pages": pages, "images": len(sheet.cells) - len(failed)}
        mend = "`collection doctor --repair` mends the project's files" if failed else None
        return Report("sheet", line, details, failed, complete=not failed, hint=mend)

    def shown(self, project: Project) -> ContactSheet:
        """What the sheet shows: the images asked for, else the tokens if there are any, else the chosen, else all.

        Images bear their issues; tokens do not, for they are what the world sees.
        """
        from collection.curate.sheet import Cell, ContactSheet

        config, store, issues = project.config, project.store, judges_of(project).issues
        made = {asset.id: asset for asset in store.assets()}
        tokens, selection = ([], []) if self.images or self.everything else (store.tokens(), store.selection())
        if tokens:
            cells = [Cell(f"#{token.token_id}", token.asset.file_sha256) for token in tokens]
            what = f"{amount(len(cells), 'token')} of {amount(len(made), 'image')}"
        else:
            asked = numbers_of(project, self.images) if self.images else [item.asset_id for item in selection] or made
            cells = [
                Cell(caption(made[number], issues), made[number].file_sha256) for number in asked if number in made
            ]
            what = amount(len(cells), "image")
            what += f" of {len(made)}: {' '.join(self.images)}" if self.images else ""
            if selection:
                judged = store.stage_report("select").get("judged_by")
                what += f" chosen of {len(made)}, {'best first' if judged else NOT_JUDGED}"
        artists = ", ".join(artist.name for artist in config.artists)
        return ContactSheet(config.title, "  ·  ".join(filter(None, [artists, what, f'seed "{config.seed}"'])), cells)


def caption(asset: Asset, issues: IssuesByImage) -> str:
    """The number of an image, and what is wrong with it."""
    return "  ".join([asset.label, *issues.get(asset.id, ())])
