"""Transparency: laid on one ground wherever a picture is looked at, and a part of its identity."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

GROUND = (128, 128, 128)
"""What lies below transparency wherever a picture is looked at: both black and white ink show on it."""


def laid_on_ground(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """An image of any mode on GROUND, in RGB, and in RGBA with black where nothing is seen; None if it is opaque."""
    from PIL import Image as Pillow

    if not image.has_transparency_data:
        return image.convert("RGB"), None
    layer = image.convert("RGBA")
    ground = Pillow.new("RGBA", layer.size, (*GROUND, 255))
    shown = Pillow.alpha_composite(ground, layer).convert("RGB")
    low, _ = layer.getchannel("A").getextrema()
    if low == 255:
        return shown, None
    seen = layer.getchannel("A").point([0] + [255] * 255)
    return shown, Pillow.composite(layer, Pillow.new("RGBA", layer.size), seen)
