"""Checkpoints: models as creators share them, all weights in one safetensors file, and nothing else in it.

What such a file lacks (configurations, tokenizers, a scheduler) comes from a folder in diffusers format: one that the
table names, or the configuration files, without weights, of the model that the file's kind descends from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from collection.errors import WeightsError
from collection.models.environment import prepare_torchvision
from collection.models.hub import fetched, first_line
from collection.models.weights import file_sha256, refuse_pointers
from collection.values import canonical_json, sha256_hex

SUFFIX = ".safetensors"
_PICKLES = (".ckpt", ".pt", ".pth", ".bin")
_DENOISERS = ("model.diffusion_model.", "transformer_blocks.", "double_blocks.", "joint_blocks.", "unet.")
"""How the names of tensors begin that belong to a denoiser."""
_CONFIGURATION = ("*.json", "*.txt", "*.model")
"""Files of a diffusers folder that hold no weights."""

_ANOTHER = "fetch the file again, or name another configured_by under [generator]"


class Tensor(NamedTuple):
    """What a file says of a tensor before it is read."""

    shape: tuple[int, ...]


def check_checkpoint(file: Path) -> Mapping[str, Tensor]:
    """The tensors that a checkpoint holds, by name; raises WeightsError for a file that is none, or a part of one."""
    from safetensors import SafetensorError, safe_open

    if file.suffix.casefold() in _PICKLES:
        raise WeightsError(
            f"{file} is a pickle, which can run code when it is opened; only safetensors are loaded",
            "get its .safetensors file, or convert it once where you trust it",
        )
    if file.suffix.casefold() != SUFFIX:
        raise WeightsError(f"{file} is neither a folder nor a {SUFFIX} file", "name one of these")
    refuse_pointers(file)
    try:
        with safe_open(file, framework="pt", device="cpu") as opened:
            tensors = {name: Tensor(tuple(opened.get_slice(name).get_shape())) for name in opened.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise WeightsError(
            f"{file} is no whole safetensors file: {first_line(error)}", "copy or fetch it again"
        ) from error
    if not any(name.startswith(_DENOISERS) for name in tensors):
        raise WeightsError(f"{file} is no checkpoint of a model: {_instead(tensors)}", "name a checkpoint under model")
    return tensors


def _instead(tensors: Mapping[str, Tensor]) -> str:
    """What a file without a denoiser is."""
    if any("lora_" in name or ".lora." in name for name in tensors):
        return "it is a LoRA, which belongs under [styles] as lora"
    if any(name.startswith(("decoder.", "first_stage_model.")) for name in tensors):
        return "it holds a VAE alone"
    if {"emb_params", "clip_l", "clip_g"} & tensors.keys():
        return "it is a textual inversion"
    return "it holds no denoiser"


def descends_from(tensors: Mapping[str, Tensor]) -> str:
    """The hub id of the model that a checkpoint with these tensors descends from, as diffusers tells."""
    prepare_torchvision()
    from diffusers.loaders.single_file_utils import fetch_diffusers_config

    return str(fetch_diffusers_config(tensors)["pretrained_model_name_or_path"])


def configuration(repository: str, file: Path, local_files_only: bool) -> Path:
    """The folder of a hub model's configuration files, from the hub or its cache, to open `file` with; WeightsError."""
    from huggingface_hub import snapshot_download

    patterns = [*_CONFIGURATION, *(f"*/{pattern}" for pattern in _CONFIGURATION)]
    return fetched(
        f"the configuration of {file.name} ({repository}, its files without weights)",
        lambda: snapshot_download(repository, allow_patterns=patterns, local_files_only=local_files_only),
        "set configured_by under [generator] to a folder in diffusers format of the same kind of model",
        local_files_only=local_files_only,
    )


def configuration_sha256(folder: Path) -> str:
    """What identifies a folder of configuration files: the SHA-256 of their hashes, as canonical JSON."""
    files = sorted(
        {file for pattern in _CONFIGURATION for place in ("", "*/") for file in folder.glob(place + pattern)}
    )
    return sha256_hex(canonical_json({file.relative_to(folder).as_posix(): file_sha256(file) for file in files}))


def open_checkpoint(kind: Any, file: Path, configuration: Path, dtype: Any) -> Any:
    """The pipeline of a class of diffusers with the weights of a checkpoint.

    Raises WeightsError for one that lacks some, and what diffusers raises for others.
    """
    from diffusers.loaders.single_file_utils import SingleFileComponentError

    if not hasattr(kind, "from_single_file"):
        raise WeightsError(
            f"diffusers opens no single file of a {kind.__name__}", "name the model's folder in diffusers format"
        )
    with _unloaded() as lacking:
        try:
            pipeline = kind.from_single_file(str(file), config=str(configuration), dtype=dtype, local_files_only=True)
        except (SingleFileComponentError, NotImplementedError) as error:  # with accelerate the second: no data to move
            raise WeightsError(f"{file} lacks weights of a part: {first_line(error)}", _ANOTHER) from error
    for name, part in pipeline.components.items():
        parameters = getattr(part, "named_parameters", dict[str, Any]().items)()
        lacking += [f"{name}.{key}" for key, value in parameters if value.is_meta]
    if lacking:
        raise WeightsError(
            f"{file} lacks weights that {configuration} asks for ({lacking[0]}; {len(lacking)} in all)",
            _ANOTHER,
        )
    return pipeline


@contextmanager
def _unloaded() -> Iterator[list[str]]:
    """Names of the weights that modules which are loaded inside did not get: diffusers leaves noise there, and does not
    say so."""
    from torch.nn import Module

    lacking, load = list[str](), Module.load_state_dict

    def told(module: Any, *given: Any, **named: Any) -> Any:
        found = load(module, *given, **named)
        lacking.extend(f"{type(module).__name__}.{name}" for name in found.missing_keys)
        return found

    Module.load_state_dict = told  # type: ignore[method-assign, assignment]
    try:
        yield lacking
    finally:
        Module.load_state_dict = load  # type: ignore[method-assign]
