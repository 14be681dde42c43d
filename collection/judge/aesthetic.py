"""Aesthetic predictors: small trained regressors that turn an image's vector into one number.

Three published families are read. LAION's first predictor is one linear layer (github
LAION-AI/aesthetic-predictor). The "improved" one (github christophschuhmann/improved-aesthetic-predictor) is five
linear layers, in most files with nothing but dropout between them, which is one affine map and is folded into it; in
the files named relu, with ReLU. Aesthetic Predictor V2.5 (github discus0434/aesthetic-predictor-v2-5) is five linear
layers on SigLIP's vectors, in bfloat16; its license is AGPL-3.0, so its file is read where a person has put it, and is
never fetched.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from collection.errors import UsageError, WeightsError
from collection.models.weights import file_sha256, load_tensors

Vectors = npt.NDArray[np.float32]
Layer = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]

NORM_TOLERANCE = 0.01
"""How far from 1 the length of an embedding may be: float16 storage moves it by less than 0.001."""

_LINEAR_INDICES = (0, 2, 4, 6, 7)
_RELU_INDICES = (0, 3, 6, 9, 11)
_SIGLIP_INDICES = (0, 2, 4, 6, 8)
_SIGLIP_WIDTH = 1152
_SIGLIP = "webli/ViT-SO400M-14-SigLIP-384"
_AGPL = "AGPL-3.0, by its authors: a service that uses it must offer its source"
ENCODER_OF_SPACE = {
    "openai/ViT-B-32": "cpu",
    "openai/ViT-B-16": "ViT-B-16-quickgelu/openai",
    "openai/ViT-L-14": "quality",
    _SIGLIP: "siglip",
}
"""What [score] encoder names to get vectors of each space that predictors were trained on."""
_CLIP_OF_WIDTH = {512: ("openai/ViT-B-32", "openai/ViT-B-16"), 768: ("openai/ViT-L-14",)}


@dataclass(frozen=True, slots=True)
class KnownPredictor:
    """What is known of a predictor's file by its content."""

    name: str
    encoder: str
    """The space of embeddings that it was trained on, as `ImageEncoder.space` names it."""
    low: float
    high: float
    """The range in which nearly all pictures score."""


KNOWN_PREDICTORS: Mapping[str, KnownPredictor] = {
    "c7b14cead230694acc7b9447974d3cad78003c72da032e402a303b6c2429e85f": KnownPredictor(
        "laion-v1-b32", "openai/ViT-B-32", -2.0, 11.0
    ),
    "8ad3923d7ecf019df20ecd2ab5542a3075fbba0278d239c0371345f3d7fcbde0": KnownPredictor(
        "laion-v1-b16", "openai/ViT-B-16", -2.0, 11.0
    ),
    "2cd4e60f4f24ae3bcd57b847b13c1f3ba27edc28cc1a7f9ce74ee9f421243cba": KnownPredictor(
        "laion-v1-l14", "openai/ViT-L-14", -2.0, 11.0
    ),
    "21dd590f3ccdc646f0d53120778b296013b096a035a2718c9cb0d511bff0f1e0": KnownPredictor(
        "sac-logos-ava1", "openai/ViT-L-14", 3.0, 7.5
    ),
}
"""Published predictors by the SHA-256 of the file."""


@dataclass(frozen=True, slots=True)
class AestheticPredictor:
    """A predictor in memory. `layers` are (weight (out, in), bias (out,)); ReLU stands between them, nothing after."""

    name: str
    sha256: str
    encoders: tuple[str, ...]
    """The embedding spaces that it may be fed; never empty."""
    layers: tuple[Layer, ...]
    license: str = ""
    """What its users must know of its license."""

    @property
    def dimensions(self) -> int:
        """Width of the embeddings it takes."""
        return int(self.layers[0][0].shape[1])

    @property
    def model(self) -> str:
        """Identity for the store: name and weights."""
        return f"{self.name}@{self.sha256}"

    @property
    def fix(self) -> str:
        """What to do where the encoder gives other vectors than those that it takes."""
        names = " or ".join(f'"{ENCODER_OF_SPACE[space]}"' for space in self.encoders)
        return f"set encoder = {names} in [score]"

    def accepts(self, space: str | None) -> bool:
        """Whether embeddings of that space are what the predictor was trained on."""
        return space in self.encoders

    def score(self, embeddings: npt.NDArray[np.floating]) -> Vectors:
        """One number an embedding, higher is better: unit vectors (n, d) give (n,) float32.

        Raises WeightsError where d is another than the predictor's, UsageError where a vector is not of unit length
        (an un-normalised CLIP vector gives scores of 20 to 30 and no other sign of being wrong).
        """
        if embeddings.ndim != 2 or embeddings.shape[1] != self.dimensions:
            raise WeightsError(
                f"the aesthetic predictor {self.name} takes embeddings (n, {self.dimensions}), not {embeddings.shape}",
                self.fix,
            )
        x = embeddings.astype(np.float64)
        _require_unit_length(x)
        for index, (weight, bias) in enumerate(self.layers):
            x = x @ weight.T + bias if index == 0 else np.maximum(x, 0.0) @ weight.T + bias
        return x[:, 0].astype(np.float32)

    def values(self, vectors: Vectors) -> tuple[npt.NDArray[np.float64], list[str]]:
        """`score` as every `VectorScorer` gives it: the numbers (n,), and no note."""
        return self.score(vectors).astype(np.float64), []


def load_predictor(path: Path) -> AestheticPredictor:
    """Read a predictor from a .pth (weights only) or .safetensors file; raises WeightsError for any other content."""
    sha256 = file_sha256(path)
    tensors = load_tensors(path)
    if set(tensors) == _keys(_SIGLIP_INDICES, "scoring_head"):
        layers = _chained(tensors, _SIGLIP_INDICES, "scoring_head", path)
        if layers[0][0].shape[1] != _SIGLIP_WIDTH:
            raise WeightsError(f"{path}: aesthetic-v2.5 takes {_SIGLIP_WIDTH} numbers, not {layers[0][0].shape[1]}")
        return AestheticPredictor("aesthetic-v2.5", sha256, (_SIGLIP,), (_fold(layers),), _AGPL)
    read = _layers(tensors, path)
    width, known = int(read[0][0].shape[1]), KNOWN_PREDICTORS.get(sha256)
    if known:
        return AestheticPredictor(known.name, sha256, (known.encoder,), read)
    if width not in _CLIP_OF_WIDTH:
        raise WeightsError(f"{path} is for embeddings of width {width}; no predictor of that width is known")
    return AestheticPredictor(path.stem, sha256, _CLIP_OF_WIDTH[width], read)


def _layers(tensors: Mapping[str, npt.NDArray[np.float64]], path: Path) -> tuple[Layer, ...]:
    if set(tensors) == {"weight", "bias"}:
        found, rectified = [(tensors["weight"], tensors["bias"])], False
        _require_chain(found, path)
    else:
        indices = next((i for i in (_LINEAR_INDICES, _RELU_INDICES) if set(tensors) == _keys(i)), None)
        if indices is None:
            raise WeightsError(
                f"{path} is no known aesthetic predictor; its tensors are {', '.join(sorted(tensors)[:12]) or 'none'}",
                "give a file of laion-v1 (weight, bias), sac-logos-ava1 (layers.0.weight ...) or aesthetic-v2.5 "
                "(scoring_head.0.weight ...)",
            )
        found, rectified = _chained(tensors, indices, "layers", path), indices == _RELU_INDICES
    return tuple(found) if rectified else (_fold(found),)


def _chained(
    tensors: Mapping[str, npt.NDArray[np.float64]], indices: tuple[int, ...], stem: str, path: Path
) -> list[Layer]:
    found = [(tensors[f"{stem}.{i}.weight"], tensors[f"{stem}.{i}.bias"]) for i in indices]
    _require_chain(found, path)
    return found


def _keys(indices: tuple[int, ...], stem: str = "layers") -> set[str]:
    return {f"{stem}.{index}.{part}" for index in indices for part in ("weight", "bias")}


def _require_chain(layers: list[Layer], path: Path) -> None:
    """Each layer must take what the one before gives, and the last must give one number."""
    gives = layers[0][0].shape[-1]
    for weight, bias in layers:
        if weight.ndim != 2 or weight.shape[1] != gives or bias.shape != weight.shape[:1]:
            raise WeightsError(f"{path}: a layer of shape {weight.shape} with bias {bias.shape} cannot follow {gives}")
        gives = weight.shape[0]
    if gives != 1:
        raise WeightsError(f"{path} gives {gives} numbers an image, not one score")
    if not all(np.isfinite(weight).all() and np.isfinite(bias).all() for weight, bias in layers):
        raise WeightsError(f"{path} holds numbers that are not finite")


def _fold(layers: list[Layer]) -> Layer:
    """Affine maps one after the other are one affine map: W2 (W1 x + b1) + b2 = (W2 W1) x + (W2 b1 + b2)."""
    weight, bias = layers[0]
    for next_weight, next_bias in layers[1:]:
        weight, bias = next_weight @ weight, next_weight @ bias + next_bias
    return weight, bias


def _require_unit_length(embeddings: npt.NDArray[np.float64]) -> None:
    norms = np.linalg.norm(embeddings, axis=1)
    wrong = np.flatnonzero(~(np.abs(norms - 1.0) <= NORM_TOLERANCE))
    if wrong.size:
        raise UsageError(
            f"embedding {wrong[0]} has length {norms[wrong[0]]:.3f}, not 1: "
            f"{wrong.size} of {len(norms)} are not normalised",
            "divide each embedding by its length before scoring",
        )
