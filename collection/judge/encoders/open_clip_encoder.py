"""Any CLIP that open_clip can build, with weights that are known to be trained and treated as they want."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import Any

import numpy as np
import numpy.typing as npt

from collection.concurrency.pieces import ROWS
from collection.errors import WeightsError
from collection.judge.encoders.declared_weights import (
    EncoderReference,
    Treatment,
    model_config,
    models_of_same_towers,
    parse_reference,
    registered,
    registered_repository,
    treatment_of_bare_file,
    treatment_of_folder,
    treatment_of_tag,
)
from collection.judge.encoders.preprocess import Preprocess
from collection.models.environment import best_device, prepare_torchvision
from collection.models.hub import fetched
from collection.models.weights import file_sha256, published_in_mixed_precision, require_trained, some_tensors
from collection.values import Pixels, parse_json

_SIGLIP = ("ViT-SO400M-14-SigLIP-384", "webli")
"""The one space besides OpenAI's that a known predictor was trained on. Its tag is believed: nothing marks its
weights."""
_ON_ACCELERATORS = 32
"""Pictures of a piece."""
_WEIGHT_FILES = (
    "open_clip_model.safetensors",
    "open_clip_pytorch_model.safetensors",
    "model.safetensors",
    "open_clip_pytorch_model.bin",
    "pytorch_model.bin",
)


@dataclass(frozen=True, slots=True)
class Source:
    """A reference followed to its files."""

    builds: str
    """What open_clip builds the network from: a model name or local-dir:FOLDER."""
    architecture: str
    config: dict[str, Any]
    weights: Path
    treatment: Treatment
    space: str | None
    """The embedding space, if predictors were trained on it: openai/ViT-L-14, webli/ViT-SO400M-14-SigLIP-384."""


class OpenClip:
    """Pictures and texts to unit vectors of one CLIP (an `ImageEncoder`).

    `reference`: NAME/TAG, NAME/TAG:FILE, NAME:FILE, hf-hub:REPOSITORY or local-dir:FOLDER. `device`: auto, cpu, cuda,
    mps. float32 throughout. Loads on first use; raises WeightsError for weights that are missing, that nobody
    trained, or whose activation or preprocess is unknown or wrong (`declared_weights` says what can be known).
    """

    def __init__(self, reference: str, device: str = "auto") -> None:
        self.reference = parse_reference(reference)
        self._device = device
        self._lock = RLock()

    @property
    def space(self) -> str | None:
        """The embedding space as aesthetic predictors name it, or None."""
        return self._source.space

    @property
    def dimensions(self) -> int:
        """Width of the vectors."""
        return int(self._source.config["embed_dim"])

    @cached_property
    def model(self) -> str:
        """Architecture, activation, weights and preprocess."""
        source = self._source
        activation = "quickgelu" if source.treatment.quick_gelu else "gelu"
        sha256 = file_sha256(source.weights)
        return f"{source.architecture}-{activation}@{sha256}+{self._preprocess.identity}"

    def encode(self, images: Sequence[Pixels]) -> npt.NDArray[np.float32]:
        """Unit vectors (n, dimensions) float32."""
        import torch

        if not images:
            return np.zeros((0, self.dimensions), np.float32)
        batch = self._preprocess(images)
        with self._turn, torch.inference_mode():
            return _on_cpu(self._loaded().encode_image(batch.to(self._place), normalize=True))

    def encode_text(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Unit vectors (n, dimensions) float32, comparable with those of pictures; long texts are cut."""
        import torch

        if not texts:
            return np.zeros((0, self.dimensions), np.float32)
        tokens = self._tokenizer(list(texts)).to(self._place)
        with torch.inference_mode():
            return _on_cpu(self._loaded().encode_text(tokens, normalize=True))

    @property
    def piece(self) -> int:
        """Pictures that go through the network together: `ROWS` patches on a processor."""
        if self._place != "cpu":
            return _ON_ACCELERATORS
        vision = self._source.config["vision_cfg"]
        patch = int(vision.get("patch_size", 16))
        return max(1, round(ROWS * (patch / _side(vision)) ** 2))

    @cached_property
    def logit_scale(self) -> float:
        """By what cosines of pictures and texts are multiplied before a softmax, as it was trained (CLIP: 100)."""
        found = some_tensors(self._source.weights, ("logit_scale",))
        if "logit_scale" not in found:
            raise WeightsError(f"{self._source.weights} has no logit_scale", "give the weights of a CLIP")
        return float(found["logit_scale"].float().exp())

    @cached_property
    def _source(self) -> Source:
        prepare_torchvision()
        source = _resolve(self.reference)
        _recognise(source, self.reference)
        return source

    @cached_property
    def _preprocess(self) -> Preprocess:
        vision, wants = self._source.config["vision_cfg"], self._source.treatment
        return Preprocess(_side(vision), wants.mean, wants.std, wants.resize, wants.interpolation)

    @cached_property
    def _place(self) -> str:
        return best_device() if self._device == "auto" else self._device

    @property
    def _turn(self) -> AbstractContextManager[object]:
        """On an accelerator one piece after another; on a processor each thread for itself."""
        return nullcontext() if self._place == "cpu" else self._lock

    def _loaded(self) -> Any:
        with self._lock:  # several threads may want the first one
            return self._network

    @cached_property
    def _network(self) -> Any:
        import open_clip

        from collection.judge.encoders.packed_layers import pack

        source = self._source
        try:
            with _without_warning_of_random_weights():
                network = open_clip.create_model(
                    source.builds, load_weights=False, pretrained_text=False,
                    force_quick_gelu=source.treatment.quick_gelu,
                )  # fmt: skip
            open_clip.load_checkpoint(network, str(source.weights), strict=True, weights_only=True)
        except (RuntimeError, KeyError, ValueError, OSError) as error:
            raise WeightsError(
                f"{source.weights} does not fit {source.architecture}: {str(error).splitlines()[0]}",
                "give the weights of that architecture",
            ) from error
        require_trained(network, source.weights)
        network.to(self._place).eval()
        pack(network.visual)
        return network

    @cached_property
    def _tokenizer(self) -> Any:
        import open_clip

        return open_clip.get_tokenizer(self._source.builds)


@contextmanager
def _without_warning_of_random_weights() -> Iterator[None]:
    """open_clip warns of a network that is built before its weights are loaded; these are loaded next, and checked."""

    def keep(record: logging.LogRecord) -> bool:
        return "initialized randomly" not in record.getMessage()

    logger = logging.getLogger()
    logger.addFilter(keep)
    try:
        yield
    finally:
        logger.removeFilter(keep)


def _on_cpu(vectors: Any) -> npt.NDArray[np.float32]:
    return np.asarray(vectors.float().cpu().numpy(), dtype=np.float32)


def _side(vision: dict[str, Any]) -> int:
    size = vision.get("image_size", 224)
    if isinstance(size, list | tuple):
        if len(set(size)) != 1:
            raise WeightsError(f"image_size {size} is not square")
        size = size[0]
    return int(size)


def _resolve(reference: EncoderReference) -> Source:
    if reference.folder:
        return _folder(reference.folder, None)
    if reference.repository:
        return _folder(_download_repository(reference.repository), reference.repository)
    name, tag = reference.name, reference.tag
    config = model_config(name)
    if tag:
        treatment = treatment_of_tag(name, tag)
        weights = reference.file or _download_tag(name, tag)
    else:
        assert reference.file is not None
        treatment, weights = treatment_of_bare_file(name, reference.file), reference.file
    architecture = name.removesuffix("-quickgelu")
    openai = tag == "openai" or (not tag and treatment.quick_gelu and published_in_mixed_precision(weights))
    space = _space(architecture, "openai" if openai else tag)
    return Source(name, architecture, config, weights, treatment, space)


def _space(architecture: str, tag: str) -> str | None:
    return f"{tag}/{architecture}" if tag == "openai" or (architecture, tag) == _SIGLIP else None


def _folder(folder: Path, repository: str | None) -> Source:
    config = _read_config(folder / "open_clip_config.json")
    weights = next((folder / name for name in _WEIGHT_FILES if (folder / name).is_file()), None)
    if weights is None:
        raise WeightsError(
            f"{folder} holds no weights: the network would be random",
            f"put {_WEIGHT_FILES[0]} beside its configuration",
        )
    model = config["model_cfg"]
    treatment = _treatment(config, folder, repository)
    names = [name for name in models_of_same_towers(model) if "openai" in registered(name)]
    architecture = names[0].removesuffix("-quickgelu") if names else (repository or folder.name)
    openai = bool(names) and treatment.quick_gelu and published_in_mixed_precision(weights)
    home = registered_repository(repository) if repository else None
    space = _space(architecture, "openai") if openai else _space(*home) if home else None
    return Source(f"local-dir:{folder}", architecture, model, weights, treatment, space)


def _treatment(config: dict[str, Any], folder: Path, repository: str | None) -> Treatment:
    home = registered_repository(repository) if repository else None
    if not home:
        return treatment_of_folder(config, str(folder / "open_clip_config.json"))
    treatment = treatment_of_tag(*home)
    if config["model_cfg"].get("quick_gelu", treatment.quick_gelu) != treatment.quick_gelu:
        raise WeightsError(f"{repository} contradicts open_clip, which knows it as {'/'.join(home)}, about QuickGELU")
    return treatment


def _read_config(path: Path) -> dict[str, Any]:
    try:
        config = parse_json(path.read_text(encoding="utf-8"))
        absent = {"embed_dim", "vision_cfg", "text_cfg"} - set(config["model_cfg"])
        if absent:
            raise KeyError(*sorted(absent))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WeightsError(
            f"{path} is not the configuration of an open_clip model: {error!r}",
            'write {"model_cfg": {...}, "preprocess_cfg": {...}} as open_clip saves it',
        ) from error
    return dict(config)


_OTHERWISE = "use NAME/TAG:FILE or local-dir:FOLDER"


def _download_tag(name: str, tag: str) -> Path:
    from open_clip.pretrained import download_pretrained, get_pretrained_cfg

    return fetched(
        f"the weights of {name}/{tag}", lambda: download_pretrained(get_pretrained_cfg(name, tag)), _OTHERWISE
    )


def _download_repository(repository: str) -> Path:
    from open_clip.pretrained import download_pretrained_from_hf

    what = f"the open_clip model {repository}"
    config = fetched(what, lambda: download_pretrained_from_hf(repository, "open_clip_config.json"), _OTHERWISE)
    fetched(what, lambda: download_pretrained_from_hf(repository), _OTHERWISE)
    return config.parent


def _recognise(source: Source, reference: EncoderReference) -> None:
    """Refuse weights that are OpenAI's but are not treated so, and files that claim to be OpenAI's but are not."""
    if not any("openai" in registered(name) for name in models_of_same_towers(source.config)):
        return
    openais = published_in_mixed_precision(source.weights)
    if openais and not source.treatment.quick_gelu:
        raise WeightsError(
            f"{source.weights} are OpenAI's weights by their precision; they want QuickGELU, which is not set",
            'set "quick_gelu": true in model_cfg, or use a -quickgelu model name',
        )
    if reference.file and reference.tag == "openai" and not openais:
        raise WeightsError(
            f"{reference.file} are not OpenAI's weights: theirs have matrices of half precision",
            "name the tag that they are",
        )
