"""Walk: an animation that leads from image to image, through the pictures between them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from collection.atomic_file import write_durably
from collection.errors import UsageError
from collection.project import Project
from collection.stages.report import Report
from collection.values import Progress, Recipe, amount, silent

if TYPE_CHECKING:
    from collection.values import Pixels

FORMATS = {".webp": "WEBP", ".gif": "GIF", ".png": "PNG", ".apng": "PNG"}
"""Suffixes of animations; that of PNG is APNG."""


@dataclass(frozen=True, slots=True)
class WalkStage:
    """Renders the way between images as an animation; nothing is planned or stored."""

    images: Sequence[int]
    """Two or more, of one model and size."""
    between: int = 11
    """Frames between two of them."""
    loop: bool = False
    """Lead from the last back to the first."""
    milliseconds: int = 80
    """Each frame is shown so long."""
    output: Path | None = None
    """A .webp, .gif or .png (APNG) file; None: walk.webp in the project."""
    name: ClassVar[str] = "walk"
    unit: ClassVar[str] = "frame"

    def pending(self, project: Project) -> int:
        """Frames to render."""
        return len(self._recipes(project))

    def run(self, project: Project, *, progress: Progress = silent) -> Report:
        """Render them; raises UsageError for images between which no way leads."""
        path = self.output or project.folder / "walk.webp"
        if path.suffix.lower() not in FORMATS:
            raise UsageError(f"{path.name}: an animation is {', '.join(FORMATS)}", "name such a file with --output")
        recipes = self._recipes(project)
        project.generator.check(recipes)
        frames: list[Pixels] = []
        for recipe in recipes:
            frames.append(project.generator.generate([recipe])[0].pixels)
            progress(len(frames), len(recipes))
        data = animation(frames, FORMATS[path.suffix.lower()], self.milliseconds)
        write_durably(path, data)
        line = f"{amount(len(frames), 'frame')} in {path} ({len(data):,} bytes)"
        return Report(self.name, line, {"file": str(path), "frames": len(frames), "bytes": len(data)})

    def _recipes(self, project: Project) -> list[Recipe]:
        from collection.plan.derived_recipes import generated
        from collection.plan.from_images import interpolate

        if len(self.images) < 2:
            raise UsageError("a walk leads through two images or more", "collection walk 3 7 12 --loop")
        stops = [generated(project.store, number)[1] for number in self.images]
        ways = [*pairwise(stops), *([(stops[-1], stops[0])] if self.loop else [])]
        found: list[Recipe] = []
        for start, end in ways:
            found += [start, *interpolate(start, end, self.between)]
        return found if self.loop else [*found, stops[-1]]


def animation(frames: Sequence[Pixels], form: str, milliseconds: int) -> bytes:
    """Frames (h, w, 3) of one size as an animation that repeats for ever: GIF, PNG (APNG) or WEBP, without loss but for
    the 256 colours of a GIF."""
    from PIL import Image

    pictures = [Image.fromarray(frame) for frame in frames]
    file = io.BytesIO()
    how = {"lossless": True, "method": 4} if form == "WEBP" else {}
    pictures[0].save(
        file, form, save_all=True, append_images=pictures[1:], duration=milliseconds, loop=0, **how
    )  # fmt: skip
    return file.getvalue()
