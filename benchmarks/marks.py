"""The strip test: which marks of a published picture survive what the world does to it, and what marking costs.

    python benchmarks/marks.py [PIXELS]

Six pictures of the painter, of 512 pixels a side unless PIXELS says otherwise, are marked as the freeze marks them and
treated; each line says in how many of them a mark was still read, of the watermark all 64 bits right (or, where the
brightness was undone, each of them the opposite). The table of docs/publish.md is what this prints.
"""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
from PIL import Image, ImageFilter

from collection.generate.painter.generator import Painter
from collection.marks import (
    Disclosure,
    LatticeWatermark,
    Statement,
    Trace,
    new_certificate,
    payload,
    read_credentials,
    sign,
    write_xmp,
)
from collection.marks.watermark import PUBLIC
from collection.pictures.files import encode_png, read_picture
from collection.publish.found_marks import read_marks
from collection.values import Recipe, Style, StyleBlend

STYLES = ("woodblock", "ink", "papercut", "bauhaus", "impasto", "pointillism")
TOLD = Disclosure("trainedAlgorithmicMedia", "diffusion: some-model", "abc")
WATERMARK = LatticeWatermark()


def save(pixels: Any, form: str, **how: Any) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, form, **how)
    return file.getvalue()


def resized(pixels: Any, factor: float) -> Any:
    size = (round(pixels.shape[1] * factor), round(pixels.shape[0] * factor))
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS))


def framed(pixels: Any) -> Any:
    """What a screenshot shows: the picture at another size, amid a page."""
    shown = resized(pixels, 0.9)
    page = np.full((shown.shape[0] + 80, shown.shape[1] + 60, 3), 255, np.uint8)
    page[50 : 50 + shown.shape[0], 30 : 30 + shown.shape[1]] = shown
    return page


Treat = Callable[[bytes, Any], bytes]
"""From the published file and its pixels, the file that is looked at."""
TREATMENTS: dict[str, Treat] = {
    "copied, renamed, on IPFS": lambda file, _: file,
    "saved again as PNG": lambda _, pixels: save(pixels, "PNG"),
    "JPEG 80": lambda _, pixels: save(pixels, "JPEG", quality=80),
    "JPEG 50": lambda _, pixels: save(pixels, "JPEG", quality=50),
    "WebP 60": lambda _, pixels: save(pixels, "WEBP", quality=60),
    "half size": lambda _, pixels: save(resized(pixels, 0.5), "PNG"),
    "half size and back": lambda _, pixels: save(resized(resized(pixels, 0.5), 2), "PNG"),
    "blurred by 1 pixel": lambda _, pixels: save(
        np.asarray(Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(1))), "PNG"
    ),
    "screenshot of it alone (0.83 size, JPEG 75)": lambda _, pixels: save(resized(pixels, 0.83), "JPEG", quality=75),
    "screenshot with the page around it": lambda _, pixels: save(framed(pixels), "PNG"),
    "cropped by 1 %": lambda _, pixels: save(_cropped(pixels, 0.01), "PNG"),
    "cropped by 5 %": lambda _, pixels: save(_cropped(pixels, 0.05), "PNG"),
    "10 % brighter": lambda _, pixels: save(np.clip(pixels * 1.1, 0, 255).astype(np.uint8), "PNG"),
    "20 % darker, JPEG 75": lambda _, pixels: save((pixels * 0.8).astype(np.uint8), "JPEG", quality=75),
    "20 % more contrast": lambda _, pixels: save(np.clip((pixels - 128.0) * 1.2 + 128, 0, 255).astype(np.uint8), "PNG"),
    "gamma 1.2": lambda _, pixels: save((255 * (pixels / 255) ** 1.2).astype(np.uint8), "PNG"),
    "turned by a quarter": lambda _, pixels: save(np.ascontiguousarray(np.rot90(pixels)), "PNG"),
    "turned by 1 degree": lambda _, pixels: save(np.asarray(Image.fromarray(pixels).rotate(1)), "PNG"),
    "mirrored": lambda _, pixels: save(np.ascontiguousarray(pixels[:, ::-1]), "PNG"),
    "in grey": lambda _, pixels: save(np.asarray(Image.fromarray(pixels).convert("L").convert("RGB")), "PNG"),
}


def _is_whole(trace: Trace, bits: int) -> bool:
    return trace.bits == bits or (trace.levelled and trace.bits == bits ^ (2**64 - 1))


def _cropped(pixels: Any, share: float) -> Any:
    height, width = (round(side * share) for side in pixels.shape[:2])
    return pixels[height:, width:]


def painted(side: int) -> list[tuple[Recipe, Any]]:
    recipes = [
        Recipe("painter", "painter/1", seed, side, side, prompt="a harbour, evening",
               blend=StyleBlend.of({style: 1}, {style: Style(style, settings={"painter": style})}))
        for seed, style in enumerate(STYLES)
    ]  # fmt: skip
    return [(recipe, Painter().generate([recipe])[0].pixels) for recipe in recipes]


def costs(pictures: list[tuple[Recipe, Any]]) -> list[tuple[Recipe, bytes]]:
    """Print what each mark costs a picture; the marked files."""
    credentials = read_credentials(*new_certificate("Ada", datetime.now(UTC)))
    spent, added, noise, marked = dict.fromkeys(("PNG saved again", "watermark", "IPTC", "C2PA"), 0.0), {}, [], []
    for recipe, pixels in pictures:
        plain = _timed(spent, "PNG saved again", encode_png, pixels, recipe)
        watered = _timed(spent, "watermark", WATERMARK.embed, pixels, payload(recipe.sha256))
        noise.append(10 * np.log10(255**2 / np.mean((watered.astype(float) - pixels) ** 2)))
        file = encode_png(watered, recipe)
        told = _timed(spent, "IPTC", write_xmp, file, TOLD.packet())
        statement = Statement(TOLD.source_type, TOLD.system, TOLD.version)
        signed = _timed(spent, "C2PA", sign, told, statement, credentials)
        added = {"watermark": len(file) - len(plain), "IPTC": len(told) - len(file), "C2PA": len(signed) - len(told)}
        marked.append((recipe, signed))
    print(f"{'a picture':20} {'seconds':>8} {'bytes':>8}")
    for name, seconds in spent.items():
        print(f"{name:20} {seconds / len(pictures):8.4f} {added.get(name, 0):+8,}")
    print(f"the watermark leaves {np.mean(noise):.1f} dB (PSNR)\n")
    return marked


def _timed(spent: dict[str, float], name: str, work: Callable[..., Any], *given: Any) -> Any:
    begin = time.perf_counter()
    found = work(*given)
    spent[name] += time.perf_counter() - begin
    return found


def strip_test(marked: list[tuple[Recipe, bytes]]) -> None:
    print("| what was done | IPTC | C2PA | watermark |\n|---|---|---|---|")
    for name, treat in TREATMENTS.items():
        counts = dict.fromkeys(("IPTC", "C2PA", "watermark"), 0)
        for recipe, file in marked:
            found = read_marks(treat(file, read_picture(file).pixels), name, WATERMARK, PUBLIC)
            counts["IPTC"] += "IPTC" in found.names
            counts["C2PA"] += "C2PA" in found.names
            trace = found.watermark
            counts["watermark"] += bool(trace and trace.found and _is_whole(trace, payload(recipe.sha256)))
        print(f"| {name} | {' | '.join(f'{count} of {len(marked)}' for count in counts.values())} |")


if __name__ == "__main__":
    strip_test(costs(painted(int(sys.argv[1]) if len(sys.argv) > 1 else 512)))
