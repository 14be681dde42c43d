"""What runs in the confined process: the artist's file is executed, asked for features and a picture, and answered for.

Nothing here trusts what the script returns; nothing outside trusts what this process says.
"""

from __future__ import annotations

import errno
import io
import json
import random
import sys
import traceback
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from PIL import Image

from collection.generate.script.features import LONGEST, ScriptError, as_text, checked_features
from collection.generate.script.seeded import Rng

FUNCTIONS = {"render": "render(rng, features, size)", "features": "features(rng)"}
"""What a script must have."""
_CONFINED = {errno.EPERM, errno.EACCES, errno.EROFS}
_FORBIDDEN = "a script may not write files, read those of others, reach a network, or start or signal processes"


def make(name: str, source: str, request: Mapping[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Run a script for one picture; what it says of it as JSON values, and the pixels, (height, width, 3) uint8.

    `request` holds hash, width, height and traits: values of features that are planned. Raises ScriptError.
    """
    hash, size = str(request["hash"]), (int(request["width"]), int(request["height"]))
    random.seed(hash)
    np.random.seed(int(hash[2:10], 16))
    found = _told(name, lambda: _loaded(name, source))
    declared = _declared(found)
    features = _told(name, lambda: found["features"](Rng(hash, "features")))
    checked_features(features)
    features = _planned(features, declared, request["traits"])
    picture = _told(name, lambda: found["render"](Rng(hash, "render"), features, size))
    pixels = _pixels(picture, size)
    settable = {key: list(map(as_text, declared[key])) if key in declared else None for key in {**features, **declared}}
    return {"features": checked_features(features), "settable": settable}, pixels


def _loaded(name: str, source: str) -> dict[str, Any]:
    """The names of a script, once it is executed."""
    found: dict[str, Any] = {"__name__": "script", "__file__": name}
    exec(compile(source, name, "exec"), found)
    for function, said in FUNCTIONS.items():
        if not callable(found.get(function)):
            raise ScriptError(f"it has no function {said}")
    return found


def _told(name: str, call: Callable[[], Any]) -> Any:
    """What a part of the script returns; raises ScriptError, with its line, for whatever it raises."""
    try:
        return call()
    except (ScriptError, MemoryError):
        raise
    except SystemExit as error:
        raise ScriptError(f"it called sys.exit({error.code!r}){_line(error, name)}") from error
    except BaseException as error:
        refused = isinstance(error, OSError) and error.errno in _CONFINED
        why = f"{type(error).__name__}: {' '.join(str(error).split())[:LONGEST]}{_line(error, name)}"
        raise ScriptError(f"{why}: {_FORBIDDEN}" if refused else why) from error


def _line(error: BaseException, name: str) -> str:
    if isinstance(error, SyntaxError) and error.filename == name:
        return ""  # its words say the line
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == name]
    return f" (line {lines[-1]})" if lines else ""


def _declared(found: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The values that a script declares its features to have: FEATURES = {"Palette": ["Ember", "Ocean"]}."""
    said = found.get("FEATURES", {})
    if not isinstance(said, dict):
        raise ScriptError(f"its FEATURES are a {type(said).__name__}, not a dict of lists")
    for name, values in said.items():
        if not isinstance(values, list | tuple) or not values:
            raise ScriptError(f"its FEATURES[{name!r}] is no list of values")
        for value in values:
            checked_features({name: value})
    return {name: list(values) for name, values in said.items()}


def _planned(features: dict[str, Any], declared: Mapping[str, list[Any]], traits: Mapping[str, str]) -> dict[str, Any]:
    """The features with those that are planned in the place of those that were drawn, of the type that they had."""
    for name, value in traits.items():
        if name not in features and name not in declared:
            known = ", ".join(features) or "it has none"
            raise ScriptError(f'it has no feature "{name}", which the plan says is "{value}" (its features: {known})')
        values = declared.get(name)
        if values is None:
            drawn = features[name]
            features[name] = _as_type(value, drawn) if isinstance(drawn, int | float) else value
            continue
        matching = [each for each in values if as_text(each) == value]
        if not matching:
            known = ", ".join(map(as_text, values))
            raise ScriptError(f'its feature "{name}" has no value "{value}", which is planned (it has: {known})')
        features[name] = matching[0]
    return features


def _as_type(text: str, drawn: Any) -> Any:
    try:
        return text.lower() == "true" if isinstance(drawn, bool) else type(drawn)(text)
    except ValueError:
        return text


def _pixels(picture: Any, size: tuple[int, int]) -> bytes:
    """The RGB bytes of what a script returned; raises ScriptError for what is no opaque picture of that size."""
    if isinstance(picture, np.ndarray):
        if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3:
            raise ScriptError(f"render returned {picture.dtype} numbers of shape {picture.shape}, not (h, w, 3) uint8")
        picture = Image.fromarray(np.ascontiguousarray(picture))
    if not isinstance(picture, Image.Image):
        raise ScriptError(f"render returned a {type(picture).__name__}, not a picture of Pillow or numpy")
    if picture.size != size:
        raise ScriptError(f"render returned a picture of {picture.width}x{picture.height}, not {size[0]}x{size[1]}")
    if picture.has_transparency_data and picture.convert("RGBA").getchannel("A").getextrema() != (255, 255):
        raise ScriptError("its picture is transparent in places: paste it onto a ground before it is returned")
    try:
        return picture.convert("RGB").tobytes()
    except (ValueError, OSError) as error:
        raise ScriptError(f"its picture of mode {picture.mode} cannot be made RGB: {error}") from error


def answer(name: str, source: str, request: Mapping[str, Any]) -> tuple[bytes, bytes]:
    """`make` as it is sent: a JSON object, in which "error" says what went wrong if anything did, and the pixels."""
    try:
        said, pixels = make(name, source, request)
    except ScriptError as error:
        said, pixels = {"error": str(error)}, b""
    return json.dumps(said).encode(), pixels


def prepare() -> None:
    """Load beforehand what scripts draw with, where files can still be read."""
    from PIL import ImageChops, ImageDraw, ImageFilter, ImageFont, ImageOps  # noqa: F401

    Image.init()
    Image.MAX_IMAGE_PIXELS = None
    Image.new("RGB", (1, 1)).save(io.BytesIO(), "PNG")
    np.random.default_rng(0)
    sys.setrecursionlimit(1000)
