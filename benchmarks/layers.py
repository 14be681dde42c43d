"""Layers against HashLips's way of drawing them, on the same pictures, in one run.

    python benchmarks/layers.py            2000x2000, eight layers: seconds a token and memory of both; ours with all
                                           pictures decoded, as for all but the first of many tokens
    python benchmarks/layers.py --blends   the largest difference from the canvas for every blend mode
    python benchmarks/layers.py --golden   writes tests/generate/layers/canvas.png, what the canvas draws

The other engine is `hashlips_loop.cjs`: the loop of HashLips in our own words, on @napi-rs/canvas (Skia; node-canvas
has no binary for today's Node and needs Cairo to build). `sh packaging/node-tools.sh tests/node` installs it. Ours is
what `collection generate` runs: layers decoded once, drawn and encoded on every core, files written with their recipe
inside. Scores are off, since HashLips has none.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, get_args

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from collection.generate.layers.generator import Layers
from collection.generate.layers.table import Blend
from collection.generate.running.batch_result import make_asset
from collection.store.records import PlannedRecipe
from collection.values import Recipe, sha256_hex

HERE = Path(__file__).parent
SIDE, LAYERS, VALUES, TOKENS = 2000, 8, 2, 6


def art(folder: Path) -> list[list[Path]]:
    """Pictures such as PFPs have: an opaque ground, then shapes with soft edges on nothing."""
    draw = np.random.default_rng(7)
    found: list[list[Path]] = []
    for layer in range(LAYERS):
        (folder / f"layer{layer}").mkdir(parents=True)
        found.append([])
        for value in range(VALUES):
            colour = tuple(int(level) for level in draw.integers(30, 226, 3))
            image = Image.new("RGBA", (SIDE, SIDE), (*colour, 255) if layer == 0 else (0, 0, 0, 0))
            pen = ImageDraw.Draw(image)
            for _ in range(6):
                x, y = (int(place) for place in draw.integers(SIDE // 8, SIDE * 5 // 8, 2))
                wide, high = (int(side) for side in draw.integers(SIDE // 12, SIDE // 4, 2))
                shade = tuple(int(level) for level in draw.integers(30, 226, 3))
                pen.ellipse((x, y, x + wide, y + high), fill=(*shade, 255), outline=(20, 20, 30, 255), width=12)
            path = folder / f"layer{layer}" / f"{value}.png"
            image.filter(ImageFilter.BoxBlur(1)).save(path)
            found[-1].append(path)
    return found


def stacks(pictures: Sequence[Sequence[Path]], count: int) -> list[list[dict[str, Any]]]:
    draw = np.random.default_rng(11)
    return [
        [
            {"path": str(values[int(draw.integers(len(values)))]), "blend": "source-over", "opacity": 1.0}
            for values in pictures
        ]
        for _ in range(count)
    ]


def canvas(stack: list[list[dict[str, Any]]], out: Path, side: int, raw: bool = False) -> dict[str, float]:
    """What the other engine takes for them."""
    out.mkdir(exist_ok=True)
    modules = os.pathsep.join([str(HERE.parent / "tests/node/node_modules"), os.environ.get("NODE_PATH", "")])
    wanted = {"width": side, "height": side, "out": str(out), "tokens": stack, "raw": raw}
    done = subprocess.run(
        ["node", HERE / "hashlips_loop.cjs"], input=json.dumps(wanted), capture_output=True, text=True,
        env={**os.environ, "NODE_PATH": modules}, check=False,
    )  # fmt: skip
    if done.returncode:
        sys.exit(f"the other engine is not here: sh packaging/node-tools.sh tests/node ({done.stderr.strip()[-300:]})")
    found: dict[str, float] = json.loads(done.stdout)
    return found


def recipes(tokens: list[list[dict[str, Any]]], side: int) -> tuple[list[Recipe], dict[str, Path]]:
    files = {
        sha256_hex(Path(path).read_bytes()): Path(path) for path in {item["path"] for one in tokens for item in one}
    }
    names = {str(path): name for name, path in files.items()}
    found = [
        Recipe("layers", "layers/1", number, side, side, options={"stack": [
            {"file": f"{names[item['path']]}.png", "name": "", "blend": item["blend"], "opacity": item["opacity"]}
            for item in stack
        ]})
        for number, stack in enumerate(tokens)
    ]  # fmt: skip
    return found, files


def ours(tokens: list[list[dict[str, Any]]], out: Path, side: int, passes: int = 2) -> list[tuple[float, float]]:
    """Seconds, and seconds of the processor, that ours takes: while pictures are decoded, and with all decoded."""
    out.mkdir(exist_ok=True)
    wanted, files = recipes(tokens, side)
    layers = Layers(lambda sha256, suffix: files[sha256])
    return [_pass(layers, wanted, out) for _ in range(passes)]


def _pass(layers: Layers, wanted: list[Recipe], out: Path) -> tuple[float, float]:
    """Draw, encode and write."""
    begun, busy = time.perf_counter(), time.process_time()

    def finish(pair: tuple[int, Any]) -> None:
        number, rendering = pair
        _, png = make_asset(PlannedRecipe(number, wanted[number]), rendering, layers.identity)
        (out / f"{number}.png").write_bytes(png)

    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        last = None
        for first in range(0, len(wanted), layers.batch_size):
            batch = layers.generate(wanted[first : first + layers.batch_size])
            if last is not None:
                list(last)
            last = pool.map(finish, list(enumerate(batch, first)))
        list(last or ())
    return time.perf_counter() - begun, time.process_time() - busy


def speed() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pictures = art(folder)
        tokens = stacks(pictures, TOKENS)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        theirs = canvas(tokens, folder / "theirs", SIDE)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        theirs["cpu"] = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        (first, _), (own, own_cpu) = ours(tokens, folder / "ours", SIDE)
        size = [
            sum(path.stat().st_size for path in (folder / who).glob("*.png")) / TOKENS for who in ("theirs", "ours")
        ]
        few = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        ours(stacks(pictures, TOKENS * 4), folder / "ours", SIDE, passes=1)
        many = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{TOKENS} tokens of {LAYERS} layers, {SIDE}x{SIDE}, {os.cpu_count()} cores")
    for who, took, busy, most, each in (
        ("HashLips's loop", theirs["seconds"], theirs["cpu"], theirs["bytes"], size[0]),
        ("layers", own, own_cpu, few * 1024, size[1]),
    ):
        said = f"{took / TOKENS:7.3f} s a token, {busy / TOKENS:6.3f} s of the processor"
        print(f"{who:17}{said} {most / 2**20:6.0f} MiB {each / 1000:6.0f} kB")
    print(f"ours while its {LAYERS * VALUES} pictures are decoded, once a run: {(first - own):.1f} s more")
    print(f"times {theirs['seconds'] / own:.1f}; of the processor {theirs['cpu'] / own_cpu:.1f}")
    print(f"memory after {TOKENS * 4} more tokens: {many / 1024:.0f} MiB")


def blend_pictures(folder: Path, side: int = 12) -> list[Path]:
    """Three pictures with every sort of colour and alpha: opaque below, then two with soft alpha."""
    draw = np.random.default_rng(5)
    found = []
    for name in ("opaque", "soft", "above"):
        pixels = draw.integers(0, 256, (side, side, 4), dtype=np.uint8)
        pixels[: side // 6] = pixels[: side // 6] // 128 * 255
        pixels[..., 3] = 255 if name == "opaque" else pixels[..., 3]
        if name == "above":
            pixels[:, : side // 6, 3] = 0
            pixels[:, -side // 6 :, 3] = 255
        found.append(folder / f"{name}.png")
        Image.fromarray(pixels).save(found[-1])
    return found


def blend_stacks(folder: Path, side: int = 12) -> list[list[dict[str, Any]]]:
    """For every blend mode one layer upon an opaque picture, one upon a soft one, and one of opacity 0.6."""
    opaque, soft, above = map(str, blend_pictures(folder, side))
    return [
        [{"path": below, "blend": "source-over", "opacity": 1}, {"path": above, "blend": blend, "opacity": opacity}]
        for blend in get_args(Blend)
        for below, opacity in ((opaque, 1), (soft, 1), (opaque, 0.6))
    ]


def seen(pixels: Any) -> Any:
    """Levels as a canvas keeps them, premultiplied: what is hardly there has no colour of its own in 8 bits."""
    if pixels.shape[2] == 3:
        pixels = np.dstack([pixels, np.full(pixels.shape[:2], 255, np.uint8)])
    alpha = pixels[..., 3:].astype(np.float64)
    return np.rint(np.dstack([pixels[..., :3] * alpha / 255, alpha]))


def blends(side: int = 12) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tokens = blend_stacks(folder, side)
        canvas(tokens, folder / "theirs", side, raw=True)
        wanted, files = recipes(tokens, side)
        drawn = Layers(lambda sha256, suffix: files[sha256]).generate(wanted)
        print("largest difference from the canvas, in levels as seen: upon opaque, upon soft, with opacity 0.6")
        for place, blend in enumerate(get_args(Blend)):
            found = []
            for case in range(3):
                raw = (folder / "theirs" / f"{place * 3 + case}.raw").read_bytes()
                other = np.frombuffer(raw, np.uint8).reshape(side, side, 4)
                found.append(np.abs(seen(other) - seen(drawn[place * 3 + case].channels)).max())
            print(f"{blend:17}", *(f"{level:6.2f}" for level in found))


def golden(side: int = 12) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tokens = blend_stacks(folder, side)
        canvas(tokens, folder / "theirs", side, raw=True)
        rows = [
            np.frombuffer((folder / "theirs" / f"{number}.raw").read_bytes(), np.uint8).reshape(side, side, 4)
            for number in range(len(tokens))
        ]
        Image.fromarray(np.concatenate(rows)).save(HERE.parent / "tests/generate/layers/canvas.png", optimize=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--blends", action="store_true")
    parser.add_argument("--golden", action="store_true")
    chosen = parser.parse_args()
    golden() if chosen.golden else blends() if chosen.blends else speed()
