"""Make the picture of docs/generation.md: what the small model paints, things by styles and blends, unselected.

    python packaging/tiny_pictures.py

Every picture is the first that was made: the seed of a row is its number.
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from collection.config.models import model_presets
from collection.generate.diffusion.generator import Diffusion
from collection.models.device import use_threads
from collection.values import Recipe, Style, StyleBlend

OUT = Path(__file__).parent.parent / "docs" / "images" / "tiny.webp"
THINGS = (
    "cat", "penguin", "whale", "frog", "tulip", "sunflower", "cactus", "mushroom",
    "red apple", "watermelon", "pizza", "bread", "cat on a blue background", "cactus on a yellow background",
)  # fmt: skip
STYLES = (
    "flat icon style", "shaded icon style", "blob style", "plain icon style", "soft gradient style", "sticker style",
    "retro icon style",
)  # fmt: skip
BLENDS = (("flat icon style", "shaded icon style"), ("sticker style", "soft gradient style"))
"""Each shown by halves, after the styles."""
SIDE = 72


def main() -> None:
    """A row a thing; a column a style, and then the blends."""
    preset = model_presets()["tiny"]
    use_threads(1)
    painter = Diffusion(preset.model, local_files_only=True)
    options = {"steps": preset.steps, "guidance": preset.guidance, "batch_size": 1, "dtype": "auto"}
    columns = [((style, 1.0),) for style in STYLES] + [tuple((style, 0.5) for style in pair) for pair in BLENDS]
    sheet = Image.new("RGB", (len(columns) * (SIDE + 4) - 4, len(THINGS) * (SIDE + 4) - 4), "white")
    for row, thing in enumerate(THINGS):
        for column, parts in enumerate(columns):
            blend = StyleBlend(tuple((Style(name, prompt=name), weight) for name, weight in parts))
            asked = Recipe(
                "diffusion", preset.model, row, preset.size, preset.size, prompt=thing, blend=blend, options=options
            )
            made = Image.fromarray(painter.generate([asked])[0].pixels).resize((SIDE, SIDE), Image.Resampling.LANCZOS)
            sheet.paste(made, (column * (SIDE + 4), row * (SIDE + 4)))
    sheet.save(OUT, quality=88, method=6)
    print(OUT)


if __name__ == "__main__":
    main()
