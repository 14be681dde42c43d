"""Find a diffusers model, prove that it is whole and safe to open, and open it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from collection.errors import WeightsError
from collection.generate.diffusion.checkpoint import check_checkpoint, open_checkpoint
from collection.generate.diffusion.parts import check_parts
from collection.generate.diffusion.task import INDEX, check_task, pipeline_class
from collection.models.determinism import quiet
from collection.models.environment import prepare_torchvision
from collection.models.hub import first_line
from collection.models.weights import file_sha256, refuse_pointers
from collection.values import canonical_json, sha256_hex

if TYPE_CHECKING:
    import torch

_PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt")
DECODERS = ("AutoencoderTiny", "AutoencoderKL")
"""Classes of VAE that `vae` may name."""
_VARIANT = re.compile(r"\.(?P<variant>[^.]+?)(-\d{5}-of-\d{5})?$")
"""What `unet.fp16` has after its name and `unet` has not: alternatives, loaded where there is nothing else."""


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """Where the files of a model lie."""

    folder: Path
    """In diffusers format: model_index.json, configurations, tokenizers, and the weights if no checkpoint has them."""
    checkpoint: Path | None = None
    """The file with the weights of all parts."""


def check_model(files: ModelFiles) -> None:
    """Raise WeightsError, naming the part, unless `files` are a whole pipeline with safetensors weights."""
    refuse_pointers(files.folder)
    if files.checkpoint is not None:
        components(files.folder)
        check_checkpoint(files.checkpoint)
    else:
        _check_folder(files.folder)


def _check_folder(folder: Path) -> None:
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


def check_component(folder: Path, part: Path) -> None:
    """Raise WeightsError unless the weights of `part`, a sub-folder of `folder`, are whole and safetensors."""
    refuse_pointers(part)
    loaded = _safetensors(part)
    for index in [*part.glob("*.safetensors.index.json"), *part.glob("*.safetensors.index.*.json")]:
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
    """The weights that are loaded of a part: the plain ones, or else those of its first variant."""
    by_variant: dict[str, list[Path]] = {}
    for file in sorted(part.glob("*.safetensors")):
        by_variant.setdefault(_mark(file), []).append(file)
    return by_variant[min(by_variant)] if by_variant else []


def _mark(file: PurePath) -> str:
    """The variant that a file's name tells; "" for plain weights."""
    found = _VARIANT.search(file.stem)
    return found["variant"] if found else ""


def _variant(part: Path) -> str | None:
    """The variant of the weights that are loaded of a part."""
    return next((_mark(file) or None for file in _safetensors(part)), None)


def variant_of(folder: Path) -> str | None:
    """What is loaded in the place of plain weights by parts that have none, such as "fp16"; None if all have them.

    Raises WeightsError where parts lack plain weights and have no variant in common.
    """
    found = {variant: name for name in components(folder) if (variant := _variant(folder / name))}
    if len(found) > 1:
        told = ", ".join(f"{part} has {variant}" for variant, part in sorted(found.items()))
        raise WeightsError(f"the parts of {folder} are of different variants: {told}", "copy one variant of all parts")
    return next(iter(found), None)


def variant_of_names(names: Iterable[PurePath]) -> str | None:
    """The same of a repository, by the names of its files: the first variant that all parts have which lack plain
    weights."""
    marks: dict[PurePath, set[str]] = {}
    for file in names:
        if file.suffix == ".safetensors" and len(file.parts) == 2:
            marks.setdefault(file.parent, set()).add(_mark(file))
    lacking = [found for found in marks.values() if "" not in found]
    return min(set.intersection(*lacking), default=None) if lacking else None


def weights_sha256(files: ModelFiles) -> dict[str, str]:
    """SHA-256 of each weights file that a pipeline loads, by its path inside the folder, or the checkpoint's name."""
    if files.checkpoint is not None:
        return {files.checkpoint.name: file_sha256(files.checkpoint)}
    folder = files.folder
    found = [file for name in components(folder) for file in _safetensors(folder / name)]
    return {file.relative_to(folder).as_posix(): file_sha256(file) for file in found}


def model_sha256(path: Path) -> str:
    """What identifies a pipeline: the SHA-256 of its checkpoint, or of the hashes of its weights, as canonical JSON."""
    return file_sha256(path) if path.is_file() else sha256_hex(canonical_json(weights_sha256(ModelFiles(path))))


def part_sha256(part: Path) -> dict[str, str]:
    """SHA-256 of each weights file of one part, by its name."""
    return {file.name: file_sha256(file) for file in _safetensors(part)}


def load_pipeline(files: ModelFiles, dtype: torch.dtype, device: torch.device) -> Any:
    """Open the text-to-image pipeline of checked `files`; raises WeightsError."""
    prepare_torchvision()
    from safetensors import SafetensorError

    folder = files.folder
    try:
        with quiet() as said:
            pipeline = _opened(files, dtype)
            check_task(pipeline, files.checkpoint or folder)
            pipeline.to(device)
    except (OSError, ValueError, TypeError, KeyError, RuntimeError, ImportError, SafetensorError) as error:
        raise _not_loaded(files, error) from error
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


def _opened(files: ModelFiles, dtype: torch.dtype) -> Any:
    folder, kind = files.folder, pipeline_class(files.folder)
    check_parts(kind, folder)
    if files.checkpoint is not None:
        return open_checkpoint(kind, files.checkpoint, folder, dtype)
    return kind.from_pretrained(
        folder, dtype=dtype, use_safetensors=True, local_files_only=True, variant=variant_of(folder)
    )


def _not_loaded(files: ModelFiles, error: Exception) -> WeightsError:
    folder = files.folder
    words = any(
        (folder / name).glob(kind) for name in components(folder) for kind in ("spiece.model", "*tokenizer*.model")
    )
    kolors = "Kolors" in (folder / INDEX).read_text(encoding="utf-8")
    told = any(sign in str(error).casefold() for sign in ("tiktoken", "sentencepiece"))
    if find_spec("sentencepiece") is None and (kolors or (words and told)):
        return WeightsError(
            f"the model in {folder} has a tokenizer of sentencepiece, which is not installed",
            "pip install sentencepiece",
        )
    if isinstance(error, NotImplementedError):  # with accelerate installed: what was not loaded has no data to move
        return WeightsError(
            f"the model in {folder} lacks trained weights, and would be filled with noise: {first_line(error)}",
            "fetch or copy the model again",
        )
    return WeightsError(f"the model in {files.checkpoint or folder} cannot be loaded: {first_line(error)}")


def _flat(message: str) -> str:
    return " ".join(message.split())[:400]


def load_vae(folder: Path, own: Any) -> Any:
    """Open the decoder in `folder` that takes the place of the model's `own`: a small one (AutoencoderTiny), or another
    AutoencoderKL for the same latents. Raises WeightsError."""
    import diffusers
    from safetensors import SafetensorError

    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise WeightsError(
            f"there is no draft VAE in {folder}: it has no config.json",
            "name the folder of a TAESD or of an AutoencoderKL",
        ) from error
    name = str(config.get("_class_name", DECODERS[0]))
    if name not in DECODERS:
        raise WeightsError(f"{folder} holds a {name}, which is none of {', '.join(DECODERS)}", "name another folder")
    check_component(folder.parent, folder)
    try:
        with quiet():
            found = getattr(diffusers, name).from_pretrained(
                folder, dtype=own.dtype, use_safetensors=True, local_files_only=True, variant=_variant(folder)
            )
    except (OSError, ValueError, TypeError, KeyError, RuntimeError, SafetensorError) as error:
        raise WeightsError(f"the VAE in {folder} cannot be loaded: {first_line(error)}") from error
    if found.config.latent_channels != own.config.latent_channels:
        raise WeightsError(
            f"the VAE in {folder} decodes latents of {found.config.latent_channels} channels, the model makes "
            f"{own.config.latent_channels}",
            "name one for this model",
        )
    return found.eval().to(own.device)
