"""Dream: images are planned in which a layer of a trained network finds more of what it looks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from collection.errors import UsageError
from collection.project import Project
from collection.stages.derive import Derived, DeriveStage
from collection.stages.kept_files import chosen_images, kept_picture, kept_weights, notes_on_imported

GENERATOR = "dream"
LAYERS = {"vgg16": "relu4_3", "efficientnet-lite0": "block9"}
"""The layer where none is named."""


@dataclass(frozen=True, slots=True)
class DreamStage(DeriveStage):
    """Plans dreams of images; the images stay."""

    images: Sequence[int] = ()
    selected: bool = False
    series: str | None = None
    network: str = "efficientnet-lite0"
    vgg: Path | None = None
    """The file of a VGG16's or VGG19's weights, in the place of `network`."""
    layer: str | None = None
    channel: int | None = None
    guide: Path | None = None
    """A picture whose features are sought."""
    octaves: int = 3
    steps: int = 10
    rate: float = 0.02
    jitter: int = 16
    name: ClassVar[str] = "dream"
    nothing: ClassVar[str] = "nothing to do: these dreams are planned already"

    def __post_init__(self) -> None:
        if self.guide and self.channel is not None:
            raise UsageError("a guide seeks features of all channels", "leave out --channel, or leave out --guide")

    def recipes(self, project: Project, *, keep: bool) -> Derived:
        """One for each image; the layer is looked up before anything is kept."""
        from collection.generate.dream.generator import check_channel
        from collection.models.trunk import open_trunk
        from collection.plan.from_images import derived

        chosen = chosen_images(project, self.images, self.selected, self.series, self.name)
        model = self.vgg.name if self.vgg else self.network
        layer = self.layer or LAYERS.get(model, LAYERS["vgg16"])
        if not keep:  # it is asked so first, and whatever is wrong is said before anything is kept
            trunk = open_trunk(model, self.vgg)
            trunk.check(layer)
            check_channel(trunk, layer, self.channel)
        options: dict[str, Any] = {
            "layer": layer, "octaves": self.octaves, "steps": self.steps, "rate": self.rate, "jitter": self.jitter,
        }  # fmt: skip
        if self.channel is not None:
            options["channel"] = self.channel
        if self.guide:
            options["guide"] = kept_picture(project, self.guide.read_bytes(), self.guide, keep)
        if self.vgg:
            options["weights"] = kept_weights(project, self.vgg, keep)
        recipes = [derived(recipe, asset.file_sha256, GENERATOR, model, options) for asset, recipe in chosen]
        return Derived(recipes, notes=notes_on_imported([asset for asset, _ in chosen]))
