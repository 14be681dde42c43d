"""What an encoder says of itself, and which there are.

A package adds one by an entry point of the group `collection.encoders`; `[score] encoder` takes its name, or
NAME:PLACE:

    [project.entry-points."collection.encoders"]
    my-encoder = "my_package:ENCODER"
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from collection.errors import UsageError
from collection.judge.encoders.checked_encoder import checked
from collection.plugins import Registry
from collection.spelling import nearest
from collection.values import ImageEncoder


@dataclass(frozen=True, slots=True)
class EncoderPlugin:
    """An encoder, before it is opened. Nothing is loaded to make one."""

    open: Callable[[str, Path], ImageEncoder]
    """(place, folder): `place` is what stands after `NAME:`, "" where nothing does; relative paths in it are taken from
    `folder`. The encoder loads its weights on first use, and several threads ask it at once. Raises UsageError for a
    place that cannot be meant."""
    purpose: str
    """What it is for, in a few words."""
    cost: str = ""
    """What it asks of a machine: 0.6 GB once, 8.8 GFLOPs an image."""
    place: str = ""
    """What must stand after `NAME:`, in one word; empty: nothing, or what the plugin likes."""


_HERE = "collection.judge.encoders"
_BUILT_IN = {
    "embedded": f"{_HERE}.embedded_encoder:EMBEDDED",
    "tiny-clip": f"{_HERE}.tiny_clip:TINY_CLIP",
    "cpu": f"{_HERE}.open_clip_presets:CPU",
    "quality": f"{_HERE}.open_clip_presets:QUALITY",
    "siglip": f"{_HERE}.open_clip_presets:SIGLIP",
    "local-dir": f"{_HERE}.open_clip_presets:LOCAL_DIR",
    "hf-hub": f"{_HERE}.open_clip_presets:HF_HUB",
}


def _accept(name: str, found: Any) -> EncoderPlugin:
    if not isinstance(found, EncoderPlugin):
        raise TypeError(f"a collection.judge.encoders.plugin.EncoderPlugin was expected, not {type(found).__name__}")
    if not callable(found.open) or not found.purpose:
        raise ValueError("it does not say how it is opened, or what it is for")
    return found


ENCODERS: Registry[EncoderPlugin] = Registry("collection.encoders", "encoder", _BUILT_IN, _accept)


def require_encoder(reference: str) -> None:
    """Raise UsageError, with the nearest names, for what no encoder can be meant by; nothing is loaded."""
    name, _, place = reference.partition(":")
    if name in ENCODERS:
        wanted = ENCODERS.get(name).place if name in _BUILT_IN else place
        if bool(place) != bool(wanted):
            word = f"{name}:{wanted}" if wanted else name
            raise UsageError(f'the encoder "{reference}" cannot be meant', f"write {word}")
    elif not place and "/" not in name:
        raise UsageError(
            f'there is no encoder "{reference}"{nearest(name, ENCODERS.names)}',
            f"known: {', '.join(ENCODERS.names)}, and open_clip's models as NAME/TAG, NAME/TAG:FILE",
        )


def open_encoder(reference: str, folder: Path) -> ImageEncoder:
    """The encoder that [score] names; files and folders are looked for in `folder`. Nothing is loaded yet.

    Raises UsageError for what cannot be meant, PluginError for a package's encoder that cannot be used.
    """
    require_encoder(reference)
    name, _, place = reference.partition(":")
    if name in _BUILT_IN:
        return ENCODERS.get(name).open(place, folder)
    if name in ENCODERS:
        return checked(name, partial(ENCODERS.get(name).open, place, folder))
    from collection.judge.encoders.open_clip_encoder import OpenClip

    return OpenClip(f"{name}:{folder / place}" if place else name)
