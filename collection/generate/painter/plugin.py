"""What the embedded painter says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from collection.config.generator import Capabilities, Estimate, GeneratorTable, StyleSettings
from collection.config.vocabulary import Vocabulary
from collection.errors import ConfigError
from collection.generate.plugin import Context, GeneratorPlugin
from collection.spelling import nearest
from collection.values import ImageGenerator, Recipe

if TYPE_CHECKING:
    from collection.config import Config

SECONDS_A_PIXEL, BYTES_A_PIXEL = 1.2e-6, 1.25
"""The mean of its seven styles at 512 px on one core of a 2-core machine (benchmarks/painter.py; 0.14 to 0.72 s and 1.0
to 1.65 bytes a pixel, PNG)."""


class PainterStyle(StyleSettings):
    """What a style is to the painter."""

    painter: str = ""
    """The embedded painter's style of that meaning; absent: the one of the same name."""

    def settings(self, name: str, folder: Path) -> Mapping[str, Any]:
        """Always a style, so that a recipe says the whole."""
        return {"painter": self.painter or name}


class PainterGenerator(GeneratorTable):
    """The embedded painter: algorithmic styles, no model, no download."""

    use: Literal["painter"] = "painter"
    engine: Literal["painter/1"] = "painter/1"
    """Which painter: a later one will draw other pictures, and this line keeps yours."""

    capabilities: ClassVar[Capabilities] = Capabilities(style_blends=True, enlarges="redraws", longest=4096)
    recipe_model: ClassVar[str] = "engine"
    styles: ClassVar[type[StyleSettings]] = PainterStyle

    def estimate(self) -> Estimate:
        """As measured."""
        return Estimate(SECONDS_A_PIXEL, BYTES_A_PIXEL, "the painter at 512 px on one core")


class PainterPlugin(GeneratorPlugin[PainterGenerator]):
    """The painter: no weights, no device, the same bytes on every machine."""

    name = "painter"
    table = PainterGenerator
    packages = ("resvg_py",)

    def open(self, recipe: Recipe, context: Context) -> ImageGenerator:
        """The painter; there is one."""
        from collection.generate.painter.generator import Painter

        return Painter()

    def vocabulary(self, model: str, folder: Path) -> Vocabulary:
        """Places, times of day, weather, colours, and a few things by number."""
        from collection.generate.painter.vocabulary import VOCABULARY_OF_PAINTER

        return VOCABULARY_OF_PAINTER

    def check(self, config: Config, table: PainterGenerator) -> None:
        """Every style of the collection must be one that it has."""
        from collection.generate.painter.style_parameters import STYLES

        for blend in config.blends():
            for style, _ in blend.parts:
                named = style.settings["painter"]
                if named not in STYLES:
                    raise ConfigError(
                        f'styles.{style.name}: the painter has no style "{named}"{nearest(named, STYLES)}',
                        f'painter = "..." in [styles.{style.name}] names one of: {", ".join(STYLES)}',
                    )


PLUGIN = PainterPlugin()
