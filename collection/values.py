"""The frozen values that rooms hand to each other."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from collection.errors import UsageError

if TYPE_CHECKING:  # the command line reads this file before it knows whether there is anything to compute
    import numpy as np
    import numpy.typing as npt

Pixels: TypeAlias = "npt.NDArray[np.uint8]"
"""An RGB picture: (height, width, 3), uint8, sRGB."""

Progress = Callable[[int, int], None]
"""Told (done, total) as work goes on, in the unit of the stage (images, tokens, files)."""


def silent(done: int, total: int) -> None:
    """The progress nobody watches."""


def canonical_json(value: Any) -> bytes:
    """The one byte form of a JSON value: UTF-8, keys sorted, no spaces, no NaN.

    Follows RFC 8785 for the values that this project writes (ASCII keys, integers below 2**53,
    floats in Python's shortest form).
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8")


def sha256_hex(data: bytes | memoryview) -> str:
    """SHA-256 (FIPS 180-4) of some bytes, as 64 lower-case hex digits."""
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True, slots=True)
class Style:
    """A named style and what it means to each generator."""

    name: str
    prompt: str = ""
    """What a text-to-image model is told."""
    painter: str = ""
    """The embedded painter's style of that meaning."""


@dataclass(frozen=True, slots=True)
class StyleBlend:
    """Styles with weights that sum to 1, sorted by name."""

    parts: tuple[tuple[Style, float], ...] = ()

    @classmethod
    def of(cls, weights: Mapping[str, float], styles: Mapping[str, Style]) -> StyleBlend:
        """Normalise `weights` (any positive numbers) over known `styles`; zero weights are dropped."""
        wrong = [f"{name} = {weight}" for name, weight in weights.items() if not 0 <= weight < float("inf")]
        if wrong:
            raise UsageError(f"style weights must be zero or more: {', '.join(wrong)}")
        total = sum(weights.values())
        if weights and not total:
            raise UsageError("a style blend needs at least one weight above zero")
        parts = [(styles[name], round(weight / total, 6)) for name, weight in sorted(weights.items()) if weight > 0]
        return cls(tuple(parts))

    @property
    def weights(self) -> dict[str, float]:
        """The weight of each style, by name."""
        return {style.name: weight for style, weight in self.parts}

    @property
    def leading(self) -> str | None:
        """The name of the heaviest style (of equals, the first by name)."""
        return max(self.parts, key=lambda part: part[1])[0].name if self.parts else None


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that makes one image; two equal recipes make the same picture."""

    generator: str
    """Registered name: painter, diffusion."""
    model: str
    """What the generator runs: an engine version ("painter/1"), a model folder or a hub id."""
    seed: int
    """0 to 2**53 - 1."""
    width: int
    """Pixels."""
    height: int
    """Pixels."""
    series: str = ""
    prompt: str = ""
    negative_prompt: str = ""
    blend: StyleBlend = field(default_factory=StyleBlend)
    options: Mapping[str, Any] = field(default_factory=dict)
    """What only this generator knows: steps, guidance, scheduler, dtype, batch, revision. JSON values."""
    parents: tuple[str, ...] = ()
    """SHA-256 of the recipes this one was bred from."""

    def as_json(self) -> dict[str, Any]:
        """The JSON form that is stored, hashed and published.

        Fields that say nothing (empty) are left out: what recipes learn to say later leaves the identity of those
        that do not say it as it is.
        """
        value = {item.name: getattr(self, item.name) for item in fields(self)}
        value["blend"] = [{**asdict(style), "weight": weight} for style, weight in self.blend.parts]
        value["options"], value["parents"] = dict(self.options), list(self.parents)
        return {name: content for name, content in value.items() if content not in ("", [], {})}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Recipe:
        """Read `as_json` back; raises UsageError where a field is missing or unknown."""
        try:
            parts = tuple(
                (Style(part["name"], part["prompt"], part["painter"]), float(part["weight"]))
                for part in value.get("blend", [])
            )
            return cls(**{**value, "blend": StyleBlend(parts), "parents": tuple(value.get("parents", ()))})
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise UsageError(f"not a recipe: {error}") from error

    @property
    def sha256(self) -> str:
        """Identity of the recipe: SHA-256 of its canonical JSON."""
        return sha256_hex(canonical_json(self.as_json()))


@dataclass(frozen=True, slots=True)
class Rendering:
    """What a generator hands back for one recipe."""

    pixels: Pixels
    features: Mapping[str, str] = field(default_factory=dict)
    """What the generator itself decided and a collector may want to know (Palette: Ember)."""


class ImageGenerator(Protocol):
    """Makes pictures from recipes. `generate` returns one Rendering a recipe, in order.

    The same recipes in the same order give the same pixels. `batch_size` is the fixed number of recipes
    that one call takes (the last call of a run may bring fewer; the generator pads if its result depends
    on the shape). `identity` says what ran (versions, weight hashes, dtype, threads): JSON values, stored
    with every asset. Raises GenerationError or WeightsError.
    """

    @property
    def batch_size(self) -> int:
        """Recipes a call, 1 or more."""
        ...

    @property
    def identity(self) -> Mapping[str, Any]:
        """What ran, in JSON values."""
        ...

    def generate(self, recipes: Sequence[Recipe]) -> list[Rendering]:
        """One Rendering a recipe, in order."""
        ...


class ImageEncoder(Protocol):
    """Turns pictures into unit vectors. `model` names (architecture, weights sha256, preprocess)."""

    @property
    def model(self) -> str:
        """Identity of the encoder."""
        ...

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        ...

    def encode(self, images: Sequence[Pixels]) -> npt.NDArray[np.float32]:
        """Unit vectors, (n, dimensions) float32."""
        ...


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that went wrong in a batch of work that went on."""

    what: str
    why: str
