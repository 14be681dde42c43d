"""What the defects find and what they issue for nothing, at the default thresholds.

`python benchmarks/defects.py [SIDE]`: clean are photographs of scikit-image, the painter's pictures, two in each style,
and flat drawings. Planted are a sky in few tones, as PNG and through JPEG, and captions in Pillow's font: sizes, turned
by 5 degrees, on what the pictures show. Spoilt are the clean ones: half of them missing, noisy, dark, overexposed,
shaken.
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import numpy as np
from drawings import KINDS, drawing
from PIL import Image, ImageDraw, ImageFont
from skimage import data

from collection.config import Config
from collection.generate.painter.style_parameters import STYLES
from collection.generate.registry import build_generator
from collection.judge.catalogue import metrics
from collection.judge.issues import thresholds
from collection.judge.pixels.banding import banding
from collection.judge.pixels.lettering import lettering
from collection.judge.pixels.luminance import luminance, reduce
from collection.judge.pixels.pixel_metrics import PixelMetrics
from collection.store.files import Files
from collection.values import Pixels, Recipe, Style, StyleBlend

PHOTOGRAPHS = ("astronaut", "chelsea", "coffee", "rocket", "camera", "immunohistochemistry", "moon", "brick", "grass",
               "gravel", "retina", "coins")  # fmt: skip
LIMITS = thresholds({})
SIDE = int(sys.argv[1]) if len(sys.argv) > 1 else 512


def photographs() -> list[Pixels]:
    found = []
    for name in PHOTOGRAPHS:
        image = Image.fromarray(getattr(data, name)()).convert("RGB")
        image.thumbnail((SIDE, SIDE))
        found.append(np.asarray(image))
    return found


def paintings() -> list[Pixels]:
    with tempfile.TemporaryDirectory() as place:
        painter = build_generator(Config.model_validate({"title": "x", "supply": 1, "seed": 1}), Files(Path(place)))
        styles = {name: Style(name, settings={"painter": name}) for name in STYLES}
        recipes = [
            Recipe("painter", "painter/1", seed, SIDE, SIDE, "", prompt, blend=StyleBlend.of({name: 1}, styles))
            for name in STYLES
            for seed, prompt in ((90, "a boat at dusk"), (91, "rain over fields"))
        ]
        return [painter.generate([recipe])[0].pixels for recipe in recipes]


def jpeg(pixels: Pixels, quality: int | None) -> Pixels:
    """As a JPEG file would show it; None: untouched."""
    if quality is None:
        return pixels
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))


def sky(pixels: Pixels, levels: int, aslant: float) -> Pixels:
    """With a sky over two fifths that goes dark downwards, and so much aslant, in so many tones of 256."""
    height, width = pixels.shape[:2]
    down, across = np.mgrid[: height * 2 // 5, :width]
    tone = 200 - 120 * (down / len(down) * (1 - aslant) + across / width * aslant)
    spoilt = pixels.copy()
    spoilt[: len(down)] = (tone // (256 / levels) * (256 / levels))[..., None]
    return spoilt


def captioned(pixels: Pixels, size: int, turned: int) -> Pixels:
    """With a line of words across it, in the tone that stands out."""
    image = Image.fromarray(pixels)
    layer = Image.new("L", image.size)
    place = (image.width // 12, image.height * 2 // 3)
    words = "Paper weather over the harbour, number 24"[: int(image.width * 1.4 / size)]
    ImageDraw.Draw(layer).text(place, words, 255, ImageFont.load_default(size))
    under = pixels[place[1] : place[1] + size].mean()
    image.paste((0, 0, 0) if under > 128 else (255, 255, 255), mask=layer.rotate(turned, Image.Resampling.BICUBIC))
    return np.asarray(image)


def share(measure: Callable[..., float], limit: float, pictures: Iterable[Pixels]) -> str:
    flagged = [measure(reduce(luminance(pixels))) > limit for pixels in pictures]
    return f"{sum(flagged):3} of {len(flagged)}"


def shaken(pixels: Pixels, down: int, right: int) -> Pixels:
    """Moved by nine pixels while it was taken, along (down, right)."""
    moved = [np.roll(pixels, ((step - 4) * down, (step - 4) * right), (0, 1)) for step in range(9)]
    return np.mean(moved, axis=0).astype(np.uint8)


def spoilt(pixels: Pixels) -> dict[str, Pixels]:
    """The picture with each defect, by the issue that it should have and what was done."""
    half, rng, values = len(pixels) // 2, np.random.default_rng(0), pixels.astype(np.float64)
    return {
        "incomplete: half grey": np.concatenate([pixels[:half], np.full_like(pixels[half:], 128)]),
        "incomplete: a quarter": np.concatenate([pixels[: half * 3 // 2], np.full_like(pixels[half * 3 // 2 :], 128)]),
        "noisy: 25 levels": np.clip(values + rng.normal(0, 25, pixels.shape), 0, 255).astype(np.uint8),
        "noisy: 25, grey": np.clip(values + rng.normal(0, 25, (*pixels.shape[:2], 1)), 0, 255).astype(np.uint8),
        "elongated: 8 to 1": np.asarray(Image.fromarray(pixels).resize((SIDE, SIDE // 8))),
        "dark: times 0.2": (values * 0.2).astype(np.uint8),
        "overexposed: times 2.2": np.clip(values * 2.2, 0, 255).astype(np.uint8),
        "shaken: across": shaken(pixels, 0, 1),
        "shaken: down": shaken(pixels, 1, 0),
        "shaken: aslant": shaken(pixels, 1, 1),
    }


def show_spoilt(kinds: dict[str, list[Pixels]]) -> None:
    """Which of the spoilt pictures have the issue that they should have, and which clean ones have any."""
    defects = {item.defect.issue: (name, item.defect) for name, item in metrics().items() if item.defect}
    scorer = PixelMetrics(metrics()[name] for name, _ in defects.values() if name != "nsfw")

    def issues(pixels: Pixels) -> set[str]:
        found = scorer.measure(pixels)
        values = {issue: (found[name], known) for issue, (name, known) in defects.items() if name in found}
        return {issue for issue, (value, known) in values.items()
                if (value < LIMITS[issue] if known.side == "under" else value > LIMITS[issue])}  # fmt: skip

    for kind, clean in kinds.items():
        flagged = Counter(issue for pixels in clean for issue in issues(pixels))
        print(
            f"{kind:<12} clean, {len(clean)}: " + (", ".join(f"{n} {issue}" for issue, n in flagged.items()) or "none")
        )
        cases = [spoilt(pixels) for pixels in clean]
        for what in cases[0]:
            seen = sum(what.partition(":")[0] in issues(case[what]) for case in cases)
            print(f"{'':12} {what:<24} {seen:3} of {len(cases)}", flush=True)


def main() -> None:
    kinds = {"photographs": photographs(), "paintings": paintings()}
    drawings = [drawing(kind, seed, SIDE) for kind in KINDS for seed in range(6)]
    show_spoilt({**kinds, "drawings": drawings})
    qualities = (None, 95, 85, 75)
    print("banding           " + "".join(f"{f'JPEG {quality}' if quality else 'PNG':>12}" for quality in qualities))
    for kind, clean in kinds.items():
        ways: dict[str, Callable[[Pixels], Pixels]] = {"clean": lambda pixels: pixels}
        for name, aslant in (("level", 0.0), ("aslant", 0.2)):
            ways |= {f"{tones} {name}": partial(sky, levels=tones, aslant=aslant) for tones in (24, 32, 48, 256)}
        for what, spoil in ways.items():
            row = [share(banding, LIMITS["banded"], (jpeg(spoil(p), quality) for p in clean)) for quality in qualities]
            print(f"{kind:<12} {what:<10}" + "".join(f"{cell:>11} " for cell in row))
    sizes = (10, 14, 20, 28, 40)
    print("text                clean" + "".join(f"{size:>11}px" for size in sizes))
    for kind, clean in kinds.items():
        for turned in (0, 5):
            row = [share(lettering, LIMITS["text"], (captioned(p, size, turned) for p in clean)) for size in sizes]
            alone = share(lettering, LIMITS["text"], clean)
            print(f"{kind:<12} {turned} deg {alone:>9}" + "".join(f"{cell:>12} " for cell in row))


if __name__ == "__main__":
    main()
