"""The small file beside the weights of a latent model: what a point is, which classes there are, how pictures lie.

A model is named by its manifest (`emoji.json`), by a folder that holds one (`latent.json`), or by the name under which
`collection train` keeps it. Two foreign forms need none: a folder of TensorFlow.js layers (`model.json`, with class
names in `manifest.json`) and a folder of a diffusers VAE (`config.json`).
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, field_validator, model_validator

from collection.config.type_errors import what_fits
from collection.config.types import Name, Table
from collection.errors import WeightsError
from collection.models.library import models_folder
from collection.values import parse_json

FILE = "latent.json"
"""The manifest of a model that is a folder."""
Count = Annotated[int, Field(ge=1, le=4096)]
MOST_NUMBERS = 1 << 20
"""Numbers of a point."""


class Manifest(Table):
    """What a manifest says."""

    format: Literal["collection-latent/1"] = "collection-latent/1"
    kind: Literal["vae", "gan", "torchscript", "onnx"]
    """vae and gan: the networks of `collection train`; torchscript: a .pt archive of torch.jit; onnx: an ONNX file."""
    weights: Name
    """The file with the weights, beside the manifest."""
    latent: tuple[Count, ...] = Field(min_length=1, max_length=3)
    """The shape of a point: [128], or [4, 8, 8]."""
    distribution: Literal["normal", "uniform"] = "normal"
    """What points are drawn from."""
    low: float = Field(default=-1.0, allow_inf_nan=False)
    """The least number of a point, if they are uniform."""
    high: float = Field(default=1.0, allow_inf_nan=False)
    """The largest number of a point, if they are uniform."""
    classes: tuple[Name, ...] = ()
    """The names of the classes, in the order of the network's second input."""
    first_class: int = Field(default=0, ge=0, le=4096)
    """Where the first of them stands in that input."""
    class_inputs: Count | None = None
    """Numbers of that input; absent: as many as classes after `first_class`."""
    layout: Literal["NCHW", "NHWC"] = "NCHW"
    """The order of the axes of pictures."""
    range: tuple[float, float] = (-1.0, 1.0)
    """What the network calls black and white."""
    size: int | None = Field(default=None, ge=4, le=4096)
    """Pixels of a side (vae, gan)."""
    width: int | None = Field(default=None, ge=1, le=512)
    """Channels of the last layer (vae, gan)."""
    license: str = ""
    """The license of the weights, told in the metadata of the tokens."""

    @field_validator("weights")
    @classmethod
    def _beside(cls, weights: str) -> str:
        if Path(weights).name != weights:
            raise ValueError("it must be the name of a file beside the manifest")
        return weights

    @field_validator("classes")
    @classmethod
    def _once(cls, classes: tuple[str, ...]) -> tuple[str, ...]:
        if twice := [name for name in classes if classes.count(name) > 1]:
            raise ValueError(f"the class {twice[0]!r} stands there twice")
        return classes

    @model_validator(mode="after")
    def _fits(self) -> Manifest:
        if self.kind in ("vae", "gan") and (self.size is None or self.width is None or len(self.latent) != 1):
            raise ValueError(f"a {self.kind} needs size, width, and a latent of one number")
        if math.prod(self.latent) > MOST_NUMBERS:
            raise ValueError(f"latent: at most {MOST_NUMBERS:,} numbers")
        if self.distribution == "uniform" and not self.low < self.high:
            raise ValueError("low must be below high")
        if not self.range[0] < self.range[1]:
            raise ValueError("range must rise")
        if self.class_inputs is not None and self.class_inputs < self.first_class + len(self.classes):
            raise ValueError("class_inputs has no place for all classes")
        return self

    @property
    def inputs(self) -> int:
        """Numbers of the class input; 0 where there is none."""
        if self.class_inputs is not None:
            return self.class_inputs
        return self.first_class + len(self.classes) if self.classes else 0


def read_manifest(path: Path) -> Manifest:
    """The manifest in a file; raises WeightsError naming file, field and value."""
    try:
        found = parse_json(path.read_text("utf-8"))
        return Manifest.model_validate_json(json.dumps(found), strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(map(str, first["loc"]))
        place, value = (f"{field} = {first['input']!r}: " if field else ""), what_fits(first)
        raise WeightsError(f"{path}: {place}{value}", "docs/latent.md describes the manifest") from error
    except (OSError, ValueError) as error:
        raise WeightsError(f"{path} cannot be read as a manifest: {error}", "docs/latent.md describes it") from error


def find_model(name: str, folder: Path) -> Path:
    """The manifest, or the folder of a foreign form, that a configuration calls `name`; raises WeightsError.

    `folder` is the project's, from which relative paths begin; then come the models that were trained here.
    """
    for place in (folder / Path(name).expanduser(), models_folder() / name):
        if place.is_file():
            return _manifest_file(place, name)
        for file in (FILE, "model.json", "config.json"):
            if (place / file).is_file():
                return place / file
    raise WeightsError(
        f"there is no latent model {name!r}",
        f"name a manifest, a folder with {FILE}, or a model of `collection train` (those are in {models_folder()})",
    )


def _manifest_file(place: Path, name: str) -> Path:
    if place.suffix.lower() != ".json":
        raise WeightsError(
            f"{name} holds weights and not what they are: it needs a manifest", "docs/latent.md describes the manifest"
        )
    return place


def as_manifest(value: dict[str, Any]) -> bytes:
    """The file of a manifest."""
    return json.dumps(value, indent=1, ensure_ascii=False).encode() + b"\n"
