"""Enlarging by a trained model: ESRGAN, SwinIR, DAT and others, in whatever file spandrel can read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from collection.errors import GenerationError, UsageError, WeightsError
from collection.generate.pictures import Pictures, fitted
from collection.generate.upscale.tiles import joined, windows
from collection.models.determinism import deterministic
from collection.models.weights import file_sha256
from collection.values import Pixels, Recipe, Rendering

GENERATOR = "upscaler"
"""The name of this generator in recipes."""
SIDE, OVERLAP = 256, 32
"""Pixels of a tile of the small picture, and of what neighbours share: memory stays the same for any picture."""


class Upscaler:
    """Enlarges pictures (an ImageGenerator).

    A recipe's `init_image` is the picture, `options["weights"]` the SHA-256 of the model's file, `model` its name, and
    width and height the size to reach: the model's own factor, or less (Lanczos).
    """

    batch_size = 1

    def __init__(self, pictures: Pictures, weights: Callable[[str, str], Path], device: str = "auto") -> None:
        """`weights` gives the file of a SHA-256 and suffix."""
        self._pictures = pictures
        self._weights = weights
        self._device = device
        self._model = lru_cache(maxsize=1)(self._open)

    @property
    def identity(self) -> Mapping[str, Any]:
        """The versions of what reads and runs the model; the recipe names the model itself."""
        import torch

        versions = {name: version(name) for name in ("spandrel", "torch")}
        return {"versions": versions, "threads": torch.get_num_threads()}

    def generate(self, recipes: Sequence[Recipe]) -> list[Rendering]:
        """One Rendering a recipe, in order; raises GenerationError or WeightsError."""
        return [Rendering(self._render(recipe)) for recipe in recipes]

    def _render(self, recipe: Recipe) -> Pixels:
        if recipe.generator != GENERATOR:
            raise GenerationError(f"recipe of seed {recipe.seed} is for {recipe.generator}, this is the {GENERATOR}")
        weights = str(recipe.options.get("weights", ""))
        model = self._model(weights, Path(recipe.model).suffix.lower(), recipe.model)
        small = self._pictures(recipe.init_image)
        height, width = small.shape[0] * model.scale, small.shape[1] * model.scale
        if recipe.width > width or recipe.height > height:
            raise GenerationError(
                f"{recipe.model} enlarges {model.scale} times, to {width}x{height}, not {recipe.width}x{recipe.height}",
                f"collection upscale --scale {model.scale}, or another model",
            )
        return fitted(_enlarged(model, small), recipe.width, recipe.height)

    def _open(self, sha256: str, suffix: str, name: str) -> Any:
        path = self._weights(sha256, suffix)
        if not path.is_file() or file_sha256(path) != sha256:
            raise WeightsError(f"{path}, the model {name}, is gone or changed", "collection upscale --model FILE again")
        return open_model(path, name, self._device)


def open_model(path: Path, name: str, device: str) -> Any:
    """The model in a file, as spandrel describes it; raises WeightsError naming it for what does not enlarge RGB."""
    from collection.models.device import resolve_device
    from collection.models.environment import prepare_torchvision

    prepare_torchvision()
    try:
        import spandrel
    except ImportError as error:
        raise WeightsError(
            "spandrel, which reads upscaling models, is not installed", "pip install spandrel"
        ) from error
    try:
        model = spandrel.ModelLoader(resolve_device(device)).load_from_file(path)
    except Exception as error:  # whatever a foreign file makes a reader of forty formats raise
        raise WeightsError(f"{name} holds no model that spandrel knows: {error}", "choose another file") from error
    if not isinstance(model, spandrel.ImageModelDescriptor) or model.input_channels != 3 or model.output_channels != 3:
        raise WeightsError(f"{name} is a {type(model).__name__} that does not turn RGB into RGB", "choose another file")
    return model.eval()


def check_scale(path: Path, scale: int, device: str) -> None:
    """Raise WeightsError or UsageError unless the model in a file enlarges by `scale` or more."""
    most = int(open_model(path, path.name, device).scale)
    if scale > most:
        raise UsageError(
            f"{path.name} enlarges {most} times, not {scale}", f"collection upscale --scale {most}, or another model"
        )


def _enlarged(model: Any, picture: Pixels) -> Pixels:
    """The picture at the model's own scale."""
    height, width = picture.shape[:2]
    side, scale = min(SIDE, height, width), int(model.scale)
    places = windows(width, height, side, min(OVERLAP, side // 4))
    tiles = [((x * scale, y * scale), _passed(model, picture[y : y + side, x : x + side])) for x, y in places]
    return joined(tiles, width * scale, height * scale, min(OVERLAP, side // 4) * scale)


def _passed(model: Any, picture: Pixels) -> Pixels:
    """One tile through the model."""
    import torch

    with deterministic(), torch.no_grad():
        values = torch.from_numpy(np.ascontiguousarray(picture)).to(model.device).permute(2, 0, 1)[None].float() / 255
        made = model(values)[0].permute(1, 2, 0).cpu()
    if not bool(torch.isfinite(made).all()):
        raise GenerationError("the upscaling model made pixels that are not numbers (NaN)", "choose another model")
    pixels: Pixels = (made.clamp(0, 1) * 255).round().to(torch.uint8).numpy()
    return pixels
