"""Decoders in the layers format of TensorFlow.js (`model.json` and its shards), computed by torch.

The topology is data: layers by class name, in the order in which Keras lists them. What is not known is refused.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch.nn import functional

from collection.errors import WeightsError
from collection.values import parse_json

if TYPE_CHECKING:
    from torch import Tensor

ACTIVATIONS: Mapping[str, Callable[[Tensor], Tensor]] = {
    "linear": lambda x: x, "relu": torch.relu, "sigmoid": torch.sigmoid, "tanh": torch.tanh, "elu": functional.elu,
    "softplus": functional.softplus, "selu": functional.selu, "gelu": functional.gelu,
}  # fmt: skip
_PASSED = ("Dropout", "GaussianNoise", "ActivityRegularization")
"""Layers that only training uses."""


class KerasDecoder:
    """A Keras model of one or two inputs (a point, class weights): called, it gives pictures (n, h, w, channels)."""

    def __init__(self, file: Path) -> None:
        """Read `model.json` and its shards; raises WeightsError naming what is missing or not known."""
        self._file = file
        self._layers = self._read_topology()
        self._weights = self._read_weights()
        self.files = [file, *self._shards]
        self.sizes = [int(about["batch_input_shape"][-1]) for _, kind, about, _ in self._layers if kind == "InputLayer"]
        """Numbers of each input."""
        if len(self.sizes) not in (1, 2):
            raise self._wrong(f"it has {len(self.sizes)} inputs; one or two are wanted: a point, and classes")

    def __call__(self, points: Tensor, classes: Tensor) -> Tensor:
        """Pictures (n, h, w, channels) of points (n, latent) and class weights (n, inputs)."""
        given, held, made = [points, classes], dict[str, Any](), points
        for name, kind, about, sources in self._layers:
            if kind == "InputLayer":
                made = given.pop(0)
            else:
                inputs = [held[source] for source in sources]
                made = self._layer(name, kind, about, inputs)
            held[name] = made
        return made

    def _layer(self, name: str, kind: str, about: Mapping[str, Any], inputs: list[Tensor]) -> Tensor:
        x = inputs[0]
        if kind == "Concatenate":
            return torch.cat(inputs, dim=about.get("axis", -1))
        if kind == "Reshape":
            return x.reshape(len(x), *about["target_shape"])
        if kind == "Flatten":
            return x.flatten(1)
        if kind == "UpSampling2D":
            tall, wide = _pair(about["size"])
            return x.repeat_interleave(tall, dim=1).repeat_interleave(wide, dim=2)
        if kind == "LeakyReLU":
            return functional.leaky_relu(x, about.get("alpha", 0.3))
        if kind in _PASSED:
            return x
        if kind == "BatchNormalization":
            return self._normalised(name, about, x)
        if kind == "Dense":
            x = x @ self._weight(name, "kernel")
        elif kind in ("Conv2D", "Conv2DTranspose"):
            x = self._convolved(name, kind, about, x)
        elif kind != "Activation":
            raise self._wrong(f"the layer {name} is a {kind}, which is not read")
        if about.get("use_bias", False):
            x = x + self._weight(name, "bias")
        said = str(about.get("activation", "linear"))
        if said not in ACTIVATIONS:
            raise self._wrong(f"the layer {name} has the activation {said!r}, which is not read")
        return ACTIVATIONS[said](x)

    def _convolved(self, name: str, kind: str, about: Mapping[str, Any], x: Tensor) -> Tensor:
        kernel, strides = self._weight(name, "kernel").permute(3, 2, 0, 1), _pair(about["strides"])
        same, sizes = about["padding"] == "same", tuple(kernel.shape[2:])
        x = x.permute(0, 3, 1, 2)
        if kind == "Conv2D":
            if same:
                x = functional.pad(x, _same_padding(x.shape[2:], sizes, strides))
            made = functional.conv2d(x, kernel, stride=strides)
        else:
            made = functional.conv_transpose2d(x, kernel, stride=strides)
            if same:
                tall, wide = x.shape[2] * strides[0], x.shape[3] * strides[1]
                top, left = (max(size - stride, 0) // 2 for size, stride in zip(sizes, strides, strict=True))
                made = made[:, :, top : top + tall, left : left + wide]
        return made.permute(0, 2, 3, 1)

    def _normalised(self, name: str, about: Mapping[str, Any], x: Tensor) -> Tensor:
        spread = torch.rsqrt(self._weight(name, "moving_variance") + about.get("epsilon", 1e-3))
        x = (x - self._weight(name, "moving_mean")) * spread
        x = x * self._weight(name, "gamma") if about.get("scale", True) else x
        return x + self._weight(name, "beta") if about.get("center", True) else x

    def _weight(self, layer: str, part: str) -> Tensor:
        key = f"{layer}/{part}"
        if key not in self._weights:
            raise self._wrong(f"its shards hold no {key}")
        return self._weights[key]

    def _read_topology(self) -> list[tuple[str, str, Mapping[str, Any], list[str]]]:
        try:
            self._json = parse_json(self._file.read_text("utf-8"))
            topology = self._json["modelTopology"]
            config = topology.get("model_config", topology)["config"]
            layers, before = [], [""]
            for layer in config["layers"] if isinstance(config, dict) else config:
                about, nodes = layer["config"], layer.get("inbound_nodes")
                sources = [node[0] for node in nodes[0]] if nodes else before
                layers.append((str(about["name"]), str(layer["class_name"]), about, sources))
                before = [str(about["name"])]
        except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
            raise self._wrong(f"it is no layers model of TensorFlow.js ({error!r})") from error
        return layers

    def _read_weights(self) -> dict[str, Tensor]:
        self._shards: list[Path] = []
        found: dict[str, Tensor] = {}
        for group in self._json.get("weightsManifest", ()):
            shards = [self._file.parent / Path(name).name for name in group["paths"]]
            try:
                data = b"".join(shard.read_bytes() for shard in shards)
            except OSError as error:
                raise self._wrong(f"its shard {error.filename} cannot be read") from error
            self._shards += shards
            place = 0
            for weight in group["weights"]:
                if weight["dtype"] != "float32" or "quantization" in weight:
                    raise self._wrong(f"{weight['name']} is not float32")
                count = math.prod(weight["shape"])
                if place + 4 * count > len(data):
                    raise self._wrong(f"its shards end before {weight['name']}: {len(data):,} bytes")
                numbers = np.frombuffer(data, "<f4", count, place).reshape(weight["shape"])
                key = "/".join(str(weight["name"]).split("/")[-2:])
                found[key] = torch.from_numpy(numbers.copy())
                place += 4 * count
            if place != len(data):
                raise self._wrong(f"its shards hold {len(data):,} bytes, its weights take {place:,}")
        return found

    def _wrong(self, what: str) -> WeightsError:
        return WeightsError(f"{self._file}: {what}", "give a model in the layers format of TensorFlow.js")


def _pair(value: Any) -> tuple[int, int]:
    one, other = (value, value) if isinstance(value, int) else value
    return int(one), int(other)


def _same_padding(shape: Any, sizes: tuple[int, ...], strides: tuple[int, int]) -> list[int]:
    """Left, right, top, bottom, as TensorFlow pads: what is odd goes to the right and the bottom."""
    found: list[int] = []
    for extent, size, stride in reversed(list(zip(shape, sizes, strides, strict=True))):
        total = max((-(-extent // stride) - 1) * stride + size - extent, 0)
        found += [total // 2, total - total // 2]
    return found
