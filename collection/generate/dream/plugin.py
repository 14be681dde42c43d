"""What dreaming says of itself."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from collection.config.generator import Capabilities, GeneratorTable
from collection.generate.plugin import Context, GeneratorPlugin
from collection.values import ImageGenerator, Recipe


class DreamTable(GeneratorTable):
    """What recipes of dreams say. Their `model` is the network."""

    use: Literal["dream"] = "dream"
    model: str = Field(min_length=1)
    """vgg16, efficientnet-lite0, or the name of a file with a VGG's weights."""
    layer: str = Field(min_length=1)
    """The layer whose answer is raised."""
    channel: int | None = Field(default=None, ge=0)
    """The one channel of it; absent: all."""
    octaves: int = Field(default=3, ge=1, le=12)
    """Sizes at which the picture is changed, the smallest first."""
    octave_scale: float = Field(default=1.4, gt=1, le=4)
    """How many times larger each is than the one before."""
    steps: int = Field(default=10, ge=1, le=1000)
    """Changes at each size."""
    rate: float = Field(default=0.02, gt=0, le=1)
    """How far a step goes, of the range of a pixel, on average."""
    jitter: int = Field(default=16, ge=0, le=512)
    """Pixels by which the picture is moved at most before each step, and back."""
    guide: str = Field(default="", pattern="^([0-9a-f]{64})?$")
    """SHA-256 of a picture whose features are sought."""
    weights: str = Field(default="", pattern="^([0-9a-f]{64})?$")
    """SHA-256 of the file of a VGG's weights; absent: the network comes with a package."""

    capabilities: ClassVar[Capabilities] = Capabilities(init_image=True, style_blends=True, longest=4096)
    configurable: ClassVar[bool] = False


class DreamPlugin(GeneratorPlugin[DreamTable]):
    """Dreams of images, by torch."""

    name = "dream"
    table = DreamTable
    heavy = True
    key_options = ("weights",)

    def open(self, recipe: Recipe, context: Context) -> ImageGenerator:
        """A dreamer for one network."""
        from collection.generate.dream.generator import Dreamer

        return Dreamer(recipe.model, str(recipe.options.get("weights", "")), context)


DREAM = DreamPlugin()
