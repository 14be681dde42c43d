"""What restoring says of itself."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from collection.config.generator import Capabilities, GeneratorTable, known_table, read_options
from collection.errors import UsageError
from collection.generate.plugin import Context, GeneratorPlugin
from collection.values import ImageGenerator, Recipe

Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class RestoreTable(GeneratorTable):
    """What recipes of restored pictures say, beside the options of the generator that paints holes."""

    use: Literal["restore"] = "restore"
    model: str = Field(min_length=1)
    """The model of the generator that paints holes, or restore/2."""
    copies: list[Digest] = Field(default=[], max_length=64)
    """SHA-256 of the other copies."""
    painter: str = ""
    """The generator that paints what no copy shows; absent: smooth surfaces."""

    capabilities: ClassVar[Capabilities] = Capabilities(
        init_image=True, mask=True, style_blends=True, prompt_schedules=True
    )
    configurable: ClassVar[bool] = False

    @classmethod
    def check_options(cls, options: Mapping[str, Any]) -> None:
        """Its own options, and those of the generator that paints holes."""
        own = {name: value for name, value in options.items() if name in ("copies", "painter")}
        others = {name: value for name, value in options.items() if name not in own}
        name = read_options("restore", cls.recipe_options(), own).painter
        if not name:
            read_options("restore", cls.recipe_options(), others)
            return
        painter = known_table(name)
        if painter is None or not painter.capabilities.mask:
            raise UsageError(f'no generator "{name}" that could inpaint is installed')
        painter.check_options(others)


class RestorePlugin(GeneratorPlugin[RestoreTable]):
    """Restores pictures by numpy and scipy."""

    name = "restore"
    table = RestoreTable

    def open(self, recipe: Recipe, context: Context) -> ImageGenerator:
        """One for all."""
        from collection.generate.restore.generator import Restorer

        return Restorer(context)

    def key(self, recipe: Recipe) -> Hashable:
        """One for all."""
        return recipe.generator


RESTORE = RestorePlugin()
