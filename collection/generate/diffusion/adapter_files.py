"""Files that change a model: LoRAs, IP-Adapters, small decoders. Found, read and named by their hash."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from collection.errors import WeightsError
from collection.generate.diffusion.weights import part_sha256
from collection.models.hub import hub_file
from collection.models.library import LORA, trained_file
from collection.models.weights import file_sha256, refuse_pointers
from collection.values import canonical_json, sha256_hex

if TYPE_CHECKING:
    from torch import Tensor

HUB_FILE = "pytorch_lora_weights.safetensors"
"""What a LoRA of the hub is called where its id names no file."""


def find_adapter(name: str, folder: Path, local_files_only: bool) -> Path:
    """The safetensors file that `name` means: a path (relative ones begin at `folder`), the name of a LoRA that
    `collection train lora` made, or OWNER/REPOSITORY[/FILE].

    Raises WeightsError where there is none, and for a pickle.
    """
    path = folder / Path(name).expanduser()
    if path.is_file():
        if path.suffix != ".safetensors":
            raise WeightsError(
                f"{name} is no safetensors file; others can run code when they are opened", "convert it, or get another"
            )
        return path
    if not path.exists() and (trained := trained_file(name, LORA)):
        return trained
    parts = name.split("/")
    if path.exists() or len(parts) < 2 or name.startswith((".", "/", "~")):
        raise WeightsError(f"there is no adapter file {name}", f"put it in {folder}, or give its whole path")
    return _fetch("/".join(parts[:2]), "/".join(parts[2:]) or HUB_FILE, local_files_only)


def _fetch(repository: str, file: str, local_files_only: bool) -> Path:
    if not file.endswith(".safetensors"):
        raise WeightsError(f"{repository}/{file} is no safetensors file", "name the file of that repository")
    return hub_file(repository, file, local_files_only=local_files_only, otherwise="put its file into the project")


def adapter_sha256(path: Path) -> str:
    """What identifies an adapter: the SHA-256 of its file, or of the hashes of the files in its folder."""
    if path.is_file():
        return file_sha256(path)
    return sha256_hex(canonical_json(part_sha256(path)))


def read_adapter(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """The tensors of a safetensors file by name, and its metadata; raises WeightsError where it is broken."""
    from safetensors import SafetensorError, safe_open

    refuse_pointers(path)
    try:
        with safe_open(path, framework="pt", device="cpu") as file:
            return {name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise WeightsError(f"{path.name} cannot be read: {error}", "copy or fetch it again") from error
