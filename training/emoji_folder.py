"""Draw emoji as a folder of pictures for `collection train`: `python -m training.emoji_folder FOLDER`.

With no more words it draws what the sample `latent` learned from: animals, food and smileys of four sets.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping
from pathlib import Path

from training.drawings import SETS, Drawing, drawings

FREE = tuple(name for name, license in SETS.items() if license in ("Apache-2.0", "MIT") and name != "fxemoji")
"""Noto and Fluent, which ask for no more than their notices."""
GROUPS: Mapping[str, str] = {
    "Animals & Nature": "animals", "Food & Drink": "food", "Smileys & Emotion": "smileys",
}  # fmt: skip
"""What a class is called, by the CLDR group of its things."""


def draw(folder: Path, wanted: Iterable[Drawing], classes: Mapping[str, str], side: int = 64) -> int:
    """PNG files of `side` pixels in a folder for each class; things of other groups are left out. Returns how many."""
    import resvg_py

    count = 0
    for drawing in wanted:
        if drawing.thing.group not in classes:
            continue
        place = folder / classes[drawing.thing.group] / f"{drawing.set}-{drawing.thing.code}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        png = resvg_py.svg_to_bytes(svg_string=drawing.svg, width=side, height=side, skip_system_fonts=True)
        place.write_bytes(bytes(png))
        count += 1
    return count


def main() -> None:
    """Draw the pictures of the sample."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    print(draw(folder, (drawing for drawing in drawings() if drawing.set in FREE), GROUPS), "pictures")


if __name__ == "__main__":
    main()
