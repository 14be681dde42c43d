"""LoRAs as weights: what a LoRA adds to each matrix of a model, and models with a weighted sum of them added.

A LoRA (Hu et al. 2021) is a pair of thin matrices for each of some layers: W becomes W + scale * up @ down, with
scale = alpha / rank. The sum is put into the weights themselves, so that a picture costs no more than without; the
weights as they came are kept aside, and taking every LoRA away gives them back to the last bit.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from collection.errors import GenerationError, WeightsError
from collection.generate.diffusion.adapter_files import read_adapter
from collection.generate.diffusion.batch_items import WeightedTerms

if TYPE_CHECKING:
    from torch import Tensor

_HALF = re.compile(r"^(?P<layer>.+?)[._]lora(?P<half>_A|_B|_down|_up|(_linear_layer)?\.(down|up))\.weight$")
_DOWN = ("_A", "_down", ".down", "_linear_layer.down")
_OTHER_KINDS = {"hada_": "LoHa", "lokr_": "LoKr", "dora_scale": "DoRA", "lora_magnitude_vector": "DoRA"}
_TEXT_MODEL = "text_model."
"""What the paths of a CLIP text encoder began with before transformers 5, and begin with in published LoRAs."""
_OLD_NAMES = {"to_q": "q_proj", "to_k": "k_proj", "to_v": "v_proj", "to_out": "out_proj"}
"""How old files name the attention of a text encoder."""
_COMPONENTS = ("unet", "transformer", "text_encoder", "text_encoder_2")

Layer = tuple[str, str]
"""A component of the pipeline (unet) and the path of a module in it."""


@dataclass(frozen=True, slots=True)
class LowRank:
    """What a LoRA adds to one matrix: scale * up @ down."""

    down: Tensor
    """(rank, in, ...)"""
    up: Tensor
    """(out, rank, ...)"""
    scale: float

    def delta(self, weight: Tensor) -> Tensor:
        """The change of `weight`, in its shape, in float32."""
        up, down = (half.to(weight.device).float().flatten(1) for half in (self.up, self.down))
        return (self.scale * (up @ down)).reshape(weight.shape)


class LoraMixer:
    """Puts weighted sums of LoRAs into a pipeline's weights."""

    def __init__(self, pipeline: Any, find: Callable[[str], Path]) -> None:
        """`find` gives the file of a LoRA's name."""
        self._pipeline = pipeline
        self._find = find
        self._read: dict[str, tuple[Mapping[Layer, LowRank], list[str]]] = {}
        self._own: dict[Layer, Tensor] = {}
        self._mixed: WeightedTerms = ()

    def mix(self, terms: WeightedTerms) -> None:
        """Let the weights be the model's own and the sum of `terms`; raises WeightsError, leaving them as they were."""
        if terms == self._mixed:
            return
        wanted: dict[Layer, list[tuple[LowRank, float]]] = {}
        for name, weight in terms:
            for layer, low_rank in self._layers(name).items():
                wanted.setdefault(layer, []).append((low_rank, weight))
        for layer in {**self._own, **wanted}:
            self._set(layer, wanted.get(layer, []))
        self._mixed = terms

    def check(self, names: Iterable[str]) -> None:
        """Raise WeightsError or GenerationError unless these LoRAs can be mixed into this model."""
        for name in names:
            self._layers(name)

    def change_texts(self, terms: WeightedTerms) -> bool:
        """Whether any of them changes what a text encoder says."""
        return any(layer[0].startswith("text_encoder") for name, _ in terms for layer in self._layers(name))

    def _set(self, layer: Layer, parts: Iterable[tuple[LowRank, float]]) -> None:
        import torch

        weight = _module(self._pipeline, layer).weight
        if layer not in self._own:
            self._own[layer] = weight.detach().to("cpu", copy=True)
        total = self._own[layer].to(weight.device, torch.float32, copy=True)
        for low_rank, factor in parts:
            total += factor * low_rank.delta(weight)
        weight.data.copy_(total)

    def unused(self, name: str) -> list[str]:
        """Tensors in the file of a LoRA that this module cannot add to a model; their names."""
        self._layers(name)
        return self._read[name][1]

    def _layers(self, name: str) -> Mapping[Layer, LowRank]:
        if name not in self._read:
            self._read[name] = read_lora(self._find(name), self._pipeline)
        return self._read[name][0]


def read_lora(path: Path, pipeline: Any) -> tuple[dict[Layer, LowRank], list[str]]:
    """The layers of a LoRA file (of diffusers, PEFT or kohya) by where they belong in `pipeline`; and the names of its
    other tensors, which are not used (embeddings of pivotal tuning, biases, whole weights).

    Raises WeightsError, naming the file and the tensor, for half a LoRA, for shapes of another model, and for relatives
    of another arithmetic (LoHa, LoKr, DoRA); GenerationError for a pipeline that takes none.
    """
    held, metadata = read_adapter(path)
    tensors = {_bare(name, pipeline): tensor for name, tensor in held.items()}
    _check_kind(path, tensors)
    _check_pairs(path, tensors)
    tensors = {name: tensor for name, tensor in tensors.items() if _HALF.match(name) or name.endswith(".alpha")}
    others = [name for name in held if _bare(name, pipeline) not in tensors]
    named, alphas = _diffusers_names(path, tensors, pipeline)
    halves: dict[Layer, dict[bool, Tensor]] = {}
    for name, tensor in named.items():
        if found := _HALF.match(name):
            halves.setdefault(_layer(found["layer"], pipeline), {})[found["half"] in _DOWN] = tensor
    scale = _scales(metadata, alphas, pipeline)
    layers = {
        layer: LowRank(both[True], both[False], scale(layer, both[True].shape[0])) for layer, both in halves.items()
    }
    for layer, low_rank in layers.items():
        _check_shape(path, layer, low_rank, pipeline)
    return layers, others


def _bare(name: str, pipeline: Any) -> str:
    """A tensor's name without what PEFT and ComfyUI put before the path of its layer."""
    bare = name.removeprefix("base_model.model.")
    return bare.removeprefix("diffusion_model.") if hasattr(pipeline, "unet") else bare


def _check_kind(path: Path, tensors: Mapping[str, Tensor]) -> None:
    for name in tensors:
        for sign, kind in _OTHER_KINDS.items():
            if sign in name:
                raise WeightsError(f"{path.name} is a {kind} ({name}); only plain LoRAs can be blended", "use a LoRA")


def _check_pairs(path: Path, tensors: Mapping[str, Tensor]) -> None:
    halves: dict[str, list[str]] = {}
    for name in tensors:
        if found := _HALF.match(name):
            halves.setdefault(found["layer"], []).append(name)
    if not halves:
        raise WeightsError(f"{path.name} is no LoRA: it has no pair of down and up matrices", "name another file")
    for names in halves.values():
        if len(names) != 2:
            raise WeightsError(f"{path.name} is half a LoRA: {names[0]} has no counterpart", "copy or fetch it again")


def _diffusers_names(
    path: Path, tensors: Mapping[str, Tensor], pipeline: Any
) -> tuple[dict[str, Tensor], dict[str, float]]:
    """The tensors as diffusers names them, and the alphas of layers that have one."""
    if not hasattr(pipeline, "lora_state_dict"):
        raise GenerationError(f"a {type(pipeline).__name__} takes no LoRA", "remove lora from the styles")
    own = {name: tensor for name, tensor in tensors.items() if not (name.endswith(".alpha") and "lora_" not in name)}
    unet = getattr(pipeline, "unet", None)
    try:
        found = pipeline.lora_state_dict(dict(own), **({} if unet is None else {"unet_config": unet.config}))
    except (ValueError, KeyError, IndexError, AttributeError) as error:
        raise WeightsError(f"{path.name} is a LoRA of an unknown make: {error}", "convert it to diffusers") from error
    named, alphas = (*found, None)[:2] if isinstance(found, tuple) else (found, None)
    plain = {name: float(tensor) for name, tensor in tensors.items() if name not in own}
    return named, {**plain, **{name: float(value) for name, value in (alphas or {}).items()}}


def _layer(name: str, pipeline: Any) -> Layer:
    component, _, module = name.replace(".processor.", ".").partition(".")
    if component not in _COMPONENTS:
        component, module = "unet" if hasattr(pipeline, "unet") else "transformer", f"{component}.{module}"
    before, _, last = module.rpartition(".")
    if component.startswith("text_encoder"):
        last = _OLD_NAMES.get(last, last)
        if not hasattr(getattr(pipeline, component, None), "text_model"):
            before = before.removeprefix(_TEXT_MODEL)
    elif last == "to_out":
        last = "to_out.0"
    return component, f"{before}.{last}" if before else last


def _scales(metadata: Mapping[str, str], alphas: Mapping[str, float], pipeline: Any) -> Callable[[Layer, int], float]:
    """alpha / rank of a layer: alpha is the file's word on that layer, or on its component, or the rank.

    Rank-stabilised LoRAs (Kalajdzievski 2023) divide by the root of the rank.
    """
    told: dict[str, Any] = json.loads(metadata.get("lora_adapter_metadata", "{}"))
    of_layer: dict[Layer, float] = {}
    for name, alpha in alphas.items():
        bare = name.removesuffix(".alpha")
        found = _HALF.match(bare)
        of_layer[_layer(found["layer"] if found else bare, pipeline)] = alpha

    def scale(layer: Layer, rank: int) -> float:
        component, module = layer
        pattern: dict[str, float] = told.get(f"{component}.alpha_pattern") or {}
        special = next(
            (alpha for name, alpha in pattern.items() if module == name or module.endswith(f".{name}")), None
        )
        alpha = of_layer.get(layer, special if special is not None else told.get(f"{component}.lora_alpha", rank))
        return float(alpha / (math.sqrt(rank) if told.get(f"{component}.use_rslora") else rank))

    return scale


def _module(pipeline: Any, layer: Layer) -> Any:
    return getattr(pipeline, layer[0]).get_submodule(layer[1])


def _check_shape(path: Path, layer: Layer, low_rank: LowRank, pipeline: Any) -> None:
    name = ".".join(layer)
    try:
        weight = _module(pipeline, layer).weight
    except AttributeError as error:
        raise _of_another_model(path, f"this model has no {name}") from error
    down, up = low_rank.down.shape, low_rank.up.shape
    fits = len(down) > 1 and len(up) > 1 and up[1] == down[0] and low_rank.up.numel() == up[0] * up[1]
    if not fits or (up[0], low_rank.down[0].numel()) != (weight.shape[0], weight[0].numel()):
        raise _of_another_model(
            path, f"its {name} is {tuple(down)} and {tuple(up)}, the model's weight {tuple(weight.shape)}"
        )


def _of_another_model(path: Path, what: str) -> WeightsError:
    return WeightsError(f"LoRA {path.name} was made for another model: {what}", "use one trained for this model")
