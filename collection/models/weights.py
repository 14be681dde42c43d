"""Reading weight files without running what is in them, and knowing them by content."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import pickle
import re
import time
import zipfile
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import numpy.typing as npt

from collection.atomic_file import write_durably
from collection.errors import WeightsError
from collection.values import sha256_hex

if TYPE_CHECKING:
    import torch


LARGE = 32 * 2**20
"""Bytes from which on the hash of a file is remembered; smaller files are read in an instant."""
SETTLED = 2 * 10**9
"""Nanoseconds that a file must have lain untouched before its hash is remembered: no clock of a file system is coarser,
so that whatever is written later shows in its times."""

LICENSE_KEY = "modelspec.license"
"""Where a .safetensors file tells its license, by the model metadata standard of Stable Diffusion tools (modelspec)."""


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, read in pieces; raises WeightsError if there is none.

    That of a large one is remembered for this user of this machine and holds as long as nothing touched the file: it is
    the same file (device, inode, length), not written since (mtime) nor replaced under its old date (ctime, which no
    program can set).
    """
    try:
        with path.open("rb") as file:
            seen = _mark(file)
            if seen["size"] < LARGE:
                return hashlib.file_digest(file, "sha256").hexdigest()
            place = cache_folder() / "hashes" / f"{sha256_hex(str(path.resolve()).encode())}.json"
            if known := _remembered(place, seen):
                return known
            begun = time.time_ns()
            found = hashlib.file_digest(file, "sha256").hexdigest()
            if _mark(file) == seen and max(seen["mtime"], seen["ctime"]) < begun - SETTLED:
                _remember(place, {**seen, "sha256": found})
            return found
    except OSError as error:
        raise WeightsError(f"cannot read weights {path}: {error.strerror}", "check the path") from error


def cache_folder() -> Path:
    """Where this user's machine keeps what it can have again."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "collection"


def _mark(file: BinaryIO) -> dict[str, int]:
    """What changes when a file is written, replaced, or restored to an older date."""
    found = os.fstat(file.fileno())
    return {
        "device": found.st_dev, "inode": found.st_ino, "size": found.st_size, "mtime": found.st_mtime_ns,
        "ctime": found.st_ctime_ns,
    }  # fmt: skip


def _remembered(place: Path, seen: dict[str, int]) -> str | None:
    """The hash that was kept of a file, if it is as it was then."""
    try:
        kept = json.loads(place.read_bytes())
        sha256 = str(kept.pop("sha256"))
    except (OSError, ValueError, AttributeError, KeyError, TypeError):  # none was kept, or not by us
        return None
    return sha256 if kept == seen and re.fullmatch("[0-9a-f]{64}", sha256) else None


def _remember(place: Path, kept: dict[str, int | str]) -> None:
    with contextlib.suppress(OSError):  # it is only sooner the next time
        write_durably(place, json.dumps(kept).encode())


_POINTER = re.compile(rb"version \S*git-lfs\S*\s")
"""How the text begins that a git repository keeps in the place of a large file."""


def refuse_pointers(place: Path) -> None:
    """Raise WeightsError where a file, or one in a folder or its sub-folders, is what Git LFS keeps in its place."""
    for file in sorted(place.glob("*")) + sorted(place.glob("*/*")) if place.is_dir() else [place]:
        try:
            with file.open("rb") as opened:
                begin = opened.read(200)
        except OSError:  # a folder, or what its own reader names
            continue
        if _POINTER.match(begin):
            folder = place if place.is_dir() else place.parent
            raise WeightsError(
                f"{file} is not the file itself but {file.stat().st_size} bytes of Git LFS that stand for it",
                f"git -C {quote(str(folder))} lfs pull",
            )


def load_state(path: Path) -> dict[str, torch.Tensor]:
    """The named tensors of a .safetensors file or a torch checkpoint, on the CPU; nothing but tensors is unpickled.

    Checkpoints that keep their tensors under "state_dict" are unwrapped. Raises WeightsError for a TorchScript
    archive (it is a program, not a list of tensors) and for anything else that does not load this way.
    """
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    refuse_pointers(path)
    try:
        found = load_file(path) if path.suffix == ".safetensors" else _load_checkpoint(path)
    except (SafetensorError, OSError, RuntimeError, EOFError, pickle.UnpicklingError, zipfile.BadZipFile) as error:
        raise WeightsError(
            f"{path} does not load as plain tensors: {(str(error) or 'it is cut off').splitlines()[0]}",
            "give a .safetensors file",
        ) from error
    found = found.get("state_dict", found) if isinstance(found, dict) else found
    if not isinstance(found, dict) or not all(isinstance(value, torch.Tensor) for value in found.values()):
        raise WeightsError(f"{path} holds something other than named tensors", "give a .safetensors file")
    return found


def _load_checkpoint(path: Path) -> object:
    import torch

    return torch.load(path, map_location="cpu", weights_only=True)


def told_license(path: Path) -> str:
    """The license that a .safetensors file tells of itself (modelspec.license); empty where it tells none."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="np") as file:
            return str((file.metadata() or {}).get(LICENSE_KEY, ""))
    except (OSError, SafetensorError):
        return ""


def load_tensors(path: Path) -> dict[str, npt.NDArray[np.float64]]:
    """`load_state` as float64 arrays, for small files that are computed with in numpy."""
    import torch

    return {name: tensor.to(torch.float64).numpy() for name, tensor in load_state(path).items()}


def published_in_mixed_precision(path: Path) -> bool:
    """Whether CLIP weights are such as OpenAI published: matrices of half precision, token embedding of single.

    Looks at the values, so that it holds for copies that were converted to float32 since.
    """
    matrix, embedding = "transformer.resblocks.0.mlp.c_fc.weight", "token_embedding.weight"
    found = some_tensors(path, (matrix, embedding))
    return len(found) == 2 and _is_half(found[matrix]) and not _is_half(found[embedding])


def _is_half(tensor: torch.Tensor) -> bool:
    return bool((tensor.float() == tensor.half().float()).all())


def some_tensors(path: Path, names: tuple[str, ...]) -> dict[str, torch.Tensor]:
    """Tensors by name or by name under `text.`, without reading the others where the format allows it."""
    if path.suffix != ".safetensors":
        state = load_state(path)
        return {name: state[key] for name in names for key in (name, f"text.{name}") if key in state}
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            held = set(file.keys())
            return {name: file.get_tensor(key) for name in names for key in (name, f"text.{name}") if key in held}
    except (SafetensorError, OSError) as error:
        raise WeightsError(f"cannot read weights {path}: {error}", "check the path") from error


TRAINED = 1e-3
"""How far training moves a gain or a shift of a layer at least."""
MOST, POSITIVE = 0.5, 0.75
"""The share of a tower's layers that training moves, and the share of gains that stay above 0."""


def require_trained(network: Any, weights: Path) -> None:
    """Refuse weights of which a tower is random: each tower (vision, text) is asked by itself.

    Normalisation layers tell: their gains are 1 and their shifts 0 at the start, and training moves those of every
    layer, but keeps gains above 0; numbers that were drawn lie on both sides of it. Raises WeightsError that names the
    tower.
    """
    import torch

    towers: dict[str, list[Any]] = {}
    for name, layer in network.named_modules():
        if isinstance(layer, torch.nn.LayerNorm | torch.nn.BatchNorm2d) and layer.weight is not None:
            tower = "vision" if name.partition(".")[0].startswith("vis") else "text"
            towers.setdefault(tower, []).append(layer)
    if not towers:
        raise WeightsError(f"{weights} are random: no normalisation layer was ever trained", "give trained weights")
    for tower, layers in towers.items():
        what = f"{weights} are random in the {tower} tower"
        if sum(map(_moved, layers)) < MOST * len(layers):
            raise WeightsError(f"{what}: its normalisation layers were never trained", "give trained weights")
        if float(torch.cat([layer.weight.detach() > 0 for layer in layers]).float().mean()) < POSITIVE:
            raise WeightsError(
                f"{what}: the gains of its normalisation layers are drawn around 0", "give trained weights"
            )


def _moved(layer: Any) -> bool:
    """Whether training moved a normalisation layer."""
    shift = 0.0 if layer.bias is None else float(layer.bias.detach().abs().max())
    return max(float((layer.weight.detach() - 1).abs().max()), shift) > TRAINED
