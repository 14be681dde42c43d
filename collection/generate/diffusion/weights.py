"""Find a diffusers model, prove that it is whole and safe to open, and open it."""

from __future__ import annotations

import json
import re
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from collection.errors import WeightsError
from collection.models.determinism import quiet
from collection.models.environment import prepare_torchvision
from collection.models.hub import first_line
from collection.models.weights import file_sha256
from collection.values import canonical_json, sha256_hex

if TYPE_CHECKING:
    import torch

INDEX = "model_index.json"
_PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt")
DECODERS = ("AutoencoderTiny", "AutoencoderKL")
"""Classes of VAE that `vae` may name."""
_VARIANT = re.compile(r"\.(?P<variant>[^.]+?)(-\d{5}-of-\d{5})?$")
"""What `unet.fp16` has after its name and `unet` has not: alternatives, loaded where there is nothing else."""


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


def check_component(folder: Path, part: Path) -> None:
    """Raise WeightsError unless the weights of `part`, a sub-folder of `folder`, are whole and safetensors."""
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
        found = _VARIANT.search(file.stem)
        by_variant.setdefault(found["variant"] if found else "", []).append(file)
    return by_variant[min(by_variant)] if by_variant else []


def _variant(part: Path) -> str | None:
    """The variant of the weights that are loaded of a part."""
    mark = next((_VARIANT.search(file.stem) for file in _safetensors(part)), None)
    return mark["variant"] if mark else None


def variant_of(folder: Path) -> str | None:
    """What is loaded in the place of plain weights by parts that have none, such as "fp16"; None if all have them.

    Raises WeightsError where parts lack plain weights and have no variant in common.
    """
    found = {variant: name for name in components(folder) if (variant := _variant(folder / name))}
    if len(found) > 1:
        told = ", ".join(f"{part} has {variant}" for variant, part in sorted(found.items()))
        raise WeightsError(f"the parts of {folder} are of different variants: {told}", "copy one variant of all parts")
    return next(iter(found), None)


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
                folder, dtype=dtype, use_safetensors=True, local_files_only=True, variant=variant_of(folder)
            )
            pipeline.to(device)
    except (OSError, ValueError, TypeError, KeyError, RuntimeError, ImportError, SafetensorError) as error:
        raise _not_loaded(folder, error) from error
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


def _not_loaded(folder: Path, error: Exception) -> WeightsError:
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
    return WeightsError(f"the model in {folder} cannot be loaded: {first_line(error)}")


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
