"""The [generator] table of layers, and the options of their recipes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field, model_validator

from collection.config.conditions import TraitName
from collection.config.generator import Capabilities, Estimate, GeneratorTable
from collection.config.planning import Rule, Trait
from collection.config.types import Name, Table, Weight
from collection.errors import ConfigError
from collection.generate.layers.arrangement import Arrangement, digest

SECONDS_A_PIXEL, BYTES_A_PIXEL = 1.2e-7, 0.35

Blend = Literal[
    "source-over", "source-in", "source-out", "source-atop", "destination-over", "destination-in", "destination-out",
    "destination-atop", "lighter", "copy", "xor", "multiply", "screen", "overlay", "darken", "lighten", "color-dodge",
    "color-burn", "hard-light", "soft-light", "difference", "exclusion", "hue", "saturation", "color", "luminosity",
]  # fmt: skip
"""The operators of the canvas of HTML, which HashLips draws with; source-over is the usual one."""
Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
"""#rrggbb, sRGB."""


def _inside(value: str) -> str:
    if value.startswith(("/", "~")) or ".." in value.split("/") or "\\" in value:
        raise ValueError("it must be a path below that folder, with / between its parts and no ..")
    return value


Inside = Annotated[str, Field(min_length=1), AfterValidator(_inside)]
"""A path that stays inside the folder from which it begins."""
Resize = Literal["error", "smooth", "nearest"]
Moving = Literal["webp", "apng", "gif", "mp4"]


class Layer(Table):
    """A layer: a folder of pictures of one size, of which a token shows one."""

    folder: Inside
    """A folder in the folder of the layers; `name#weight.png` are its values."""
    trait: TraitName | None = None
    """What the trait is called that it shows; absent: the folder's name, without a number before it."""
    files: dict[Name, Inside] = {}
    """A picture for each value, in the folder; absent: every picture that is there, by its name."""
    blend: Blend = "source-over"
    """How it is drawn upon what lies below."""
    opacity: float = Field(default=1, ge=0, le=1)
    """1 covers, 0 is not seen."""
    series: tuple[Name, ...] = ()
    """The series that have this layer; absent: all."""
    distinct: bool = True
    """Whether two tokens may differ by this layer alone; false is bypassDNA of HashLips."""
    nothing: Weight = 0
    """The weight of the value "None", which draws nothing."""


class Palette(Table):
    """Colours of some layers that a trait changes: a variant is a value, and has a colour for each one replaced."""

    replaces: tuple[Colour, ...] = Field(min_length=1, max_length=64)
    """The colours as they are drawn; shades near them move with them."""
    variants: dict[Name, tuple[Colour, ...]] = Field(min_length=1)
    """What they become, in the same order."""
    weight: dict[Name, Weight] = {}
    """How often each variant is drawn; absent: equally often."""
    layers: tuple[Name, ...] = ()
    """The traits of the layers that are coloured; absent: all."""

    @model_validator(mode="after")
    def _one_for_each(self) -> Palette:
        for name, colours in self.variants.items():
            if len(colours) != len(self.replaces):
                raise ValueError(f'"{name}" has {len(colours)} colours for the {len(self.replaces)} that it replaces')
        if unknown := [name for name in self.weight if name not in self.variants]:
            raise ValueError(f'weight: there is no variant "{unknown[0]}"')
        return self

    @property
    def weights(self) -> dict[str, float]:
        """The weight of each variant."""
        return {name: self.weight.get(name, 0.0 if self.weight else 1.0) for name in self.variants}

    def colours(self, variant: str) -> dict[str, str]:
        """What each colour becomes, in lower case."""
        pairs = zip(self.replaces, self.variants[variant], strict=True)
        return {old.lower(): new.lower() for old, new in pairs}


class Sheet(Table):
    """One picture of a recipe's stack."""

    file: str = Field(pattern=r"^[0-9a-f]{64}\.[a-z0-9]{2,5}$")
    """SHA-256 and suffix of the picture, among the project's files."""
    name: str
    """Where it lay when the recipe was planned, for people; no pixel depends on it."""
    blend: Blend = "source-over"
    """How it is drawn."""
    opacity: float = Field(default=1, ge=0, le=1)
    """How far it covers."""
    colours: dict[Colour, Colour] = {}
    """Colours that are replaced before it is drawn."""


class LayersOptions(Table):
    """The options of a recipe: what is drawn, from the back to the front."""

    stack: list[Sheet] = []
    """The pictures; each token has some, by its traits."""
    background: Colour | Literal[""] = ""
    """What lies below them; absent: nothing, and what no layer covers is transparent."""
    resize: Resize = "error"
    """What is done with a picture of another size."""
    moving: Moving = "webp"
    """The format of an animation."""


class LayersGenerator(GeneratorTable):
    """Pictures drawn over each other: each layer is a trait, each picture of it a value."""

    use: Literal["layers"] = "layers"
    engine: Literal["layers/1"] = "layers/1"
    """How layers are drawn: a later number may draw other pixels, and this line keeps yours."""
    folder: Inside = "layers"
    """The folder of the layers, in the project."""
    layers: tuple[Layer, ...] = ()
    """The layers from the back to the front; absent: every folder in `folder`, sorted by name."""
    delimiter: str = Field(default="#", min_length=1, max_length=3, pattern=r"^[^\w\s/.]+$")
    """What stands before the weight in the name of a file."""
    palettes: dict[TraitName, Palette] = {}
    """Traits that change colours of layers."""
    background: Colour | Literal[""] = ""
    """What lies below all layers; absent: nothing, and what no layer covers is transparent."""
    resize: Resize = "error"
    """What is done with pictures of another size: an error, "smooth" (Lanczos) or "nearest" (pixel art)."""
    moving: Moving = "webp"
    """The format of tokens that have a moving layer: webp, apng, gif, or mp4 (opaque; needs ffmpeg)."""

    capabilities: ClassVar[Capabilities] = Capabilities(seeds=False, longest=4096)
    recipe_model: ClassVar[str] = "engine"
    outside: ClassVar[frozenset[str]] = frozenset(
        {"folder", "layers", "delimiter", "palettes", "background", "resize", "moving"}
    )

    @classmethod
    def recipe_options(cls) -> type[Table]:
        """What is drawn, whatever folders it came from."""
        return LayersOptions

    def estimate(self) -> Estimate:
        """As measured."""
        return Estimate(SECONDS_A_PIXEL, BYTES_A_PIXEL, "the sample at 512 px on one core")

    @property
    def default_batch_size(self) -> int:
        """Images that are drawn side by side, one on each core."""
        return BATCH

    @cached_property
    def arrangement(self) -> Arrangement:
        """The layers as their folders say today; raises ConfigError."""
        return Arrangement(self, self._folder)

    def traits(self) -> Mapping[str, Trait]:
        """A trait for each layer, with its values and weights."""
        return self.arrangement.traits

    def rules(self) -> Sequence[Rule]:
        """What follows where several folders give one trait."""
        return self.arrangement.rules

    def drawn(self, series: str, traits: Mapping[str, str]) -> Mapping[str, Any]:
        """The stack of pictures that traits draw."""
        stack = []
        for place, picture in self.arrangement.drawn(series, traits):
            colours: dict[str, str] = {}
            for name, palette in self.palettes.items():
                if name in traits and (not palette.layers or place.said.trait in palette.layers):
                    colours |= palette.colours(traits[name])
            said = {
                "file": f"{digest(picture.path)}{picture.path.suffix.lower()}",
                "name": picture.path.relative_to(self._folder).as_posix(),
                "blend": place.layer.blend if place.layer.blend != "source-over" else "",
                "opacity": place.layer.opacity if place.layer.opacity != 1 else "",
                "colours": colours,
            }
            stack.append({key: value for key, value in said.items() if value not in ("", {})})
        if not stack:
            told = ", ".join(f"{name} = {value}" for name, value in traits.items()) or "it has no traits"
            raise ConfigError(
                f"{f'series {series!r}' if series else 'a one-of-one'} draws no layer ({told})",
                "name values of layers among its traits; a picture made by hand comes in by: collection import FOLDER",
            )
        common = {"background": self.background.lower(), "resize": self.resize, "moving": self.moving}
        usual = {"background": "", "resize": "error", "moving": "webp"}
        return {"stack": stack, **{key: value for key, value in common.items() if value != usual[key]}}

    def pictures(self) -> list[Path]:
        """The pictures of all layers."""
        from collection.generate.layers.folders import files_of

        return list(dict.fromkeys(files_of([place.said for place in self.arrangement.placed])))


BATCH = 4
