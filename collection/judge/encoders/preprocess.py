"""How pictures become the input of a network: resize, crop, normalise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from collection.errors import WeightsError
from collection.values import Pixels

if TYPE_CHECKING:
    import torch

Triple = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Preprocess:
    """A recipe for network input, part of a model's identity.

    `resize`: "shortest" brings the shorter side to `size` and crops the centre, "longest" brings the longer side
    to `size` and fills the rest with black, "squash" changes the proportions. `mean` and `std` are of 0..1 RGB.
    """

    size: int
    mean: Triple
    std: Triple
    resize: str = "shortest"
    interpolation: str = "bicubic"

    def __post_init__(self) -> None:
        if self.resize not in ("shortest", "longest", "squash"):
            raise WeightsError(f"resize mode {self.resize!r} is not shortest, longest or squash")
        if self.interpolation not in ("bicubic", "bilinear"):
            raise WeightsError(f"interpolation {self.interpolation!r} is not bicubic or bilinear")

    @property
    def identity(self) -> str:
        """As it stands in a model's name: 224-shortest-bicubic-0.5,0.5,0.5-0.5,0.5,0.5."""
        mean, std = (",".join(f"{value:g}" for value in values) for values in (self.mean, self.std))
        return f"{self.size}-{self.resize}-{self.interpolation}-{mean}-{std}"

    def __call__(self, images: Sequence[Pixels]) -> torch.Tensor:
        """RGB pictures (h, w, 3) uint8 of any sizes, as (n, 3, size, size) float32 on the CPU."""
        import torch

        batch = torch.stack([self._fit(image) for image in images]).float().div_(255.0)
        mean, std = (torch.tensor(values).view(1, 3, 1, 1) for values in (self.mean, self.std))
        return batch.sub_(mean).div_(std)

    def _fit(self, image: Pixels) -> torch.Tensor:
        """One picture as (3, size, size) uint8; filtered as Pillow does (antialiased, rounded to whole values)."""
        import torch

        height, width = image.shape[:2]
        wanted = self._resized(height, width)
        picture = torch.from_numpy(image.copy()).permute(2, 0, 1)
        if wanted != (height, width):
            picture = torch.nn.functional.interpolate(
                picture[None], wanted, mode=self.interpolation, antialias=True, align_corners=False
            )[0]
        return self._centre(picture)

    def _resized(self, height: int, width: int) -> tuple[int, int]:
        if self.resize == "squash":
            return self.size, self.size
        if self.resize == "shortest":
            side = min(height, width)
            return int(self.size * height / side), int(self.size * width / side)
        ratio = max(height, width) / self.size
        return max(1, round(height / ratio)), max(1, round(width / ratio))

    def _centre(self, picture: torch.Tensor) -> torch.Tensor:
        """Cut or fill evenly to (3, size, size)."""
        import torch

        _, height, width = picture.shape
        top, left = (max(round((side - self.size) / 2), 0) for side in (height, width))
        cut = picture[:, top : top + self.size, left : left + self.size]
        filled = torch.zeros((3, self.size, self.size), dtype=picture.dtype)
        top, left = (max((self.size - side) // 2, 0) for side in (height, width))
        filled[:, top : top + cut.shape[1], left : left + cut.shape[2]] = cut
        return filled
