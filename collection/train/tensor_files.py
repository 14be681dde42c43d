"""Trained weights as a safetensors file: in half precision, and the same bytes for the same weights and words."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from collection.atomic_file import write_durably
from collection.models.weights import LICENSE_KEY

if TYPE_CHECKING:
    from torch import Tensor


def write_halves(path: Path, state: Mapping[str, Tensor], words: Mapping[str, str] | None = None) -> None:
    """Write tensors, those of floating point in half precision, with `words` as the file's metadata."""
    from safetensors.torch import save

    halves = {
        name: (tensor.detach().half() if tensor.is_floating_point() else tensor).to("cpu").contiguous()
        for name, tensor in state.items()
    }
    write_durably(path, _with_words(save(halves), words) if words else save(halves))


def _with_words(file: bytes, words: Mapping[str, str]) -> bytes:
    """The file with metadata; safetensors itself writes words in an order that changes from process to process.

    Layout of the format: the header's length (8 bytes, little endian), the header (JSON), the tensors.
    """
    (length,) = struct.unpack("<Q", file[:8])
    header = {"__metadata__": dict(sorted(words.items())), **json.loads(file[8 : 8 + length])}
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + file[8 + length :]


def words_of(title: str, license: str, credit: str) -> dict[str, str]:
    """What a file says of itself, by the names of the Stable Diffusion model metadata standard (modelspec)."""
    found = {"modelspec.title": title, LICENSE_KEY: license, "modelspec.author": credit}
    return {name: text for name, text in found.items() if text}
