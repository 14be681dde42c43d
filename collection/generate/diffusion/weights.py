"""Find a diffusers model, prove that it is whole and safe to open, and open it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from collection.errors import WeightsError
from collection.models.determinism import quiet
from collection.models.environment import prepare_torchvision
from collection.models.hub import fetched, first_line
from collection.models.weights import file_sha256
from collection.values import canonical_json, sha256_hex

if TYPE_CHECKING:
    import torch

INDEX = "model_index.json"
_PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt")
_HUB_ID = re.compile(r"\w[\w.-]*(/\w[\w.-]*)?")
_VARIANT = re.compile(r"\.[^.]+?(-\d{5}-of-\d{5})?$")
"""What `unet.fp16` has after its name and `unet` has not: such files are alternatives, and not loaded."""


def find_model(model: str, revision: str | None, local_files_only: bool, home: Path = Path()) -> Path:
    """The folder of `model`: a folder (a relative one begins at `home`, the project), or a hub id that is fetched into,
    or found in, the hub's own cache. Raises WeightsError where there is neither.
    """
    folder = home / Path(model).expanduser()
    if folder.is_dir():
        return folder
    if not _HUB_ID.fullmatch(model):
        raise WeightsError(
            f"there is no model folder {model}" + ("" if folder.is_absolute() and home == Path() else f" in {home}"),
            "give a folder that holds model_index.json, or a hub id",
        )
    return _fetch(model, revision, local_files_only)


def _fetch(model: str, revision: str | None, local_files_only: bool) -> Path:
    prepare_torchvision()
    from diffusers import DiffusionPipeline

    def download() -> str:
        with quiet():
            found: str = DiffusionPipeline.download(
                model, revision=revision, local_files_only=local_files_only, use_safetensors=True
            )
        return found

    asked = f"{model} (revision {revision})" if revision else model
    otherwise = "give the folder of a saved pipeline"
    return fetched(f"model {asked}, which is no folder here,", download, otherwise, local_files_only=local_files_only)


def check_model(folder: Path) -> None:
    """Raise WeightsError, naming the part, unless `folder` is a whole pipeline with safetensors weights."""
    for name in components(folder):
        part = folder / name
        if not part.is_dir() or not any(part.iterdir()):
            raise _missing(folder, name)
        weighs = any(part.glob("*.safetensors")) or any(file for kind in _PICKLES for file in part.glob(kind))
        if weighs and not (part / "config.json").is_file():
            raise _missing(folder, f"{name}/config.json")
        if (part / "config.json").is_file():
            check_component(folder, part)


def components(folder: Path) -> list[str]:
    """The sub-folders that the pipeline in `folder` is made of. Raises WeightsError where it is no pipeline."""
    try:
        index = json.loads((folder / INDEX).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise WeightsError(
            f"{folder} is no diffusers pipeline: it has no {INDEX}",
            "point model at the folder that `save_pretrained` of a pipeline wrote",
        ) from error
    except (OSError, ValueError) as error:
        raise WeightsError(f"{folder / INDEX} cannot be read: {error}", "fetch the model again") from error
    if not isinstance(index, dict) or not isinstance(index.get("_class_name"), str):
        raise WeightsError(f"{folder / INDEX} names no diffusers class; code that comes with a model is never run")
    return sorted(name for name, value in index.items() if _is_component(value))


def _is_component(value: object) -> bool:
    """Whether an entry of the index is a part, [library, class]; other entries are settings, lists among them."""
    return isinstance(value, list) and len(value) == 2 and all(isinstance(word, str) for word in value)


def pipeline_class(folder: Path) -> Any:
    """The class of diffusers that makes pictures of text with the model in a folder; raises ValueError if none does."""
    from diffusers.pipelines.auto_pipeline import AUTO_TEXT2IMAGE_PIPELINES_MAPPING, _get_task_class

    index = json.loads((folder / INDEX).read_text(encoding="utf-8"))
    return _get_task_class(AUTO_TEXT2IMAGE_PIPELINES_MAPPING, index["_class_name"])


def cached_model(model: str, revision: str | None, home: Path) -> Path | None:
    """The folder of `model` as far as it is on this machine already, without asking the hub; None if it is not."""
    folder = home / Path(model).expanduser()
    if (folder / INDEX).is_file():
        return folder
    if not _HUB_ID.fullmatch(model):
        return None
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(model, INDEX, revision=revision)
    return Path(found).parent if isinstance(found, str) else None


def check_component(folder: Path, part: Path) -> None:
    """Raise WeightsError unless the weights of `part`, a sub-folder of `folder`, are whole and safetensors."""
    loaded = _safetensors(part)
    for index in part.glob("*.safetensors.index.json"):
        for shard in sorted(set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())):
            if not (part / shard).is_file():
                raise _missing(folder, f"{part.name}/{shard}")
    pickles = sorted(file.name for kind in _PICKLES for file in part.glob(kind))
    if not loaded and pickles:
        raise WeightsError(
            f"{part / pickles[0]} is a pickle, which can run code when it is opened; only safetensors are loaded",
            "ask for a revision with safetensors, or convert it once where you trust it: "
            "`DiffusionPipeline.from_pretrained(FOLDER).save_pretrained(NEW, safe_serialization=True)`",
        )
    if not loaded:
        raise _missing(folder, f"the weights of {part.name} (a .safetensors file)")


def _missing(folder: Path, what: str) -> WeightsError:
    return WeightsError(f"the model in {folder} is not whole: {what} is missing", "fetch or copy the model again")


def _safetensors(part: Path) -> list[Path]:
    return sorted(file for file in part.glob("*.safetensors") if not _VARIANT.search(file.stem))


def weights_sha256(folder: Path) -> dict[str, str]:
    """SHA-256 of each weights file that a pipeline loads, by its path inside `folder`."""
    files = [file for name in components(folder) for file in _safetensors(folder / name)]
    return {file.relative_to(folder).as_posix(): file_sha256(file) for file in files}


def model_sha256(folder: Path) -> str:
    """What identifies a pipeline: the SHA-256 of the hashes of its weights, as canonical JSON."""
    return sha256_hex(canonical_json(weights_sha256(folder)))


def part_sha256(part: Path) -> dict[str, str]:
    """SHA-256 of each weights file of one part, by its name."""
    return {file.name: file_sha256(file) for file in _safetensors(part)}


def load_pipeline(folder: Path, dtype: torch.dtype, device: torch.device) -> Any:
    """Open the text-to-image pipeline in a checked `folder`; raises WeightsError."""
    prepare_torchvision()
    from diffusers import AutoPipelineForText2Image
    from safetensors import SafetensorError

    try:
        with quiet() as said:
            pipeline = AutoPipelineForText2Image.from_pretrained(
                folder, dtype=dtype, use_safetensors=True, local_files_only=True
            )
            pipeline.to(device)
    except (OSError, ValueError, TypeError, KeyError, RuntimeError, ImportError, SafetensorError) as error:
        raise WeightsError(f"the model in {folder} cannot be loaded: {first_line(error)}") from error
    for message in said:
        if "newly initialized" in message:
            raise WeightsError(
                f"the model in {folder} lacks trained weights, and would be filled with noise: {_flat(message)}",
                "fetch or copy the model again",
            )
    pipeline.set_progress_bar_config(disable=True)
    if hasattr(pipeline, "watermark"):
        # SDXL marks pictures only where a certain package happens to be installed: pixels must not depend on that.
        pipeline.watermark = None
    return pipeline


def _flat(message: str) -> str:
    return " ".join(message.split())[:400]


def load_draft_vae(folder: Path, dtype: torch.dtype, device: torch.device) -> Any:
    """Open the small decoder (AutoencoderTiny) in `folder`; raises WeightsError."""
    from diffusers import AutoencoderTiny
    from safetensors import SafetensorError

    if not (folder / "config.json").is_file():
        raise WeightsError(f"there is no draft VAE in {folder}: it has no config.json", "name the folder of a TAESD")
    check_component(folder.parent, folder)
    try:
        with quiet():
            found = AutoencoderTiny.from_pretrained(folder, dtype=dtype, use_safetensors=True, local_files_only=True)
    except (OSError, ValueError, TypeError, KeyError, RuntimeError, SafetensorError) as error:
        raise WeightsError(f"the draft VAE in {folder} cannot be loaded: {first_line(error)}") from error
    return found.eval().to(device)
