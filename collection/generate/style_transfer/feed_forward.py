"""Networks that paint one style in one pass.

J. Johnson and others, "Perceptual losses for real-time style transfer", ECCV 2016, with instance normalisation
(D. Ulyanov and others, 2016), in the shape in which such networks are shared: three convolutions in, five residual
blocks, two transposed convolutions and one convolution out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

from collection.errors import WeightsError
from collection.models.weights import load_state

LAYERS = 16
"""Convolutions; each has a weight, a shift and a scale, in this order."""
BLOCKS = 5
_EPSILON = 1e-3
_BRIGHT, _MIDDLE = 150.0, 127.5
"""The last layer gives values of -1 to 1, which are stretched to more than a picture's 0 to 255 and cut."""


class StyleNetwork(nn.Module):
    """Pictures (n, 3, h, w), 0 to 1, to pictures of the same size, 0 to 1."""

    def __init__(self, width: int = 32) -> None:
        """`width`: channels of the first layer; the shared networks have 32."""
        super().__init__()
        self.width = width
        for number, (shape, outputs) in enumerate(_shapes(width)):
            weight = torch.empty(shape)
            nn.init.trunc_normal_(weight, std=0.1, a=-0.2, b=0.2)
            self.register_parameter(_key(3 * number), nn.Parameter(weight))
            self.register_parameter(_key(3 * number + 1), nn.Parameter(torch.zeros(outputs)))
            self.register_parameter(_key(3 * number + 2), nn.Parameter(torch.ones(outputs)))

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """The pictures in the style."""
        height, width = pictures.shape[2:]
        features = functional.pad(pictures * 255, (0, -width % 4, 0, -height % 4), mode="replicate")
        for number, stride in enumerate((1, 2, 2)):
            features = functional.relu(self._layer(features, number, stride))
        for number in range(3, 3 + 2 * BLOCKS, 2):
            inner = functional.relu(self._layer(features, number))
            features = features + self._layer(inner, number + 1)
        for number in (LAYERS - 3, LAYERS - 2):
            features = functional.relu(self._larger(features, number))
        made = torch.tanh(self._layer(features, LAYERS - 1)) * _BRIGHT + _MIDDLE
        return (made[:, :, :height, :width] / 255).clamp(0, 1)

    def _layer(self, features: torch.Tensor, number: int, stride: int = 1) -> torch.Tensor:
        """A convolution; of an even side, stride 2 pads the end alone, as TensorFlow's "same" does."""
        weight = self.get_parameter(_key(3 * number)).permute(3, 2, 0, 1)
        border = weight.shape[2] - stride
        before, after = border // 2, border - border // 2
        padded = functional.pad(features, (before, after, before, after))
        return self._normalised(functional.conv2d(padded, weight, stride=stride), number)

    def _larger(self, features: torch.Tensor, number: int) -> torch.Tensor:
        """A transposed convolution of stride 2, whose last row and column are cut."""
        weight = self.get_parameter(_key(3 * number)).permute(3, 2, 0, 1)
        made = functional.conv_transpose2d(features, weight, stride=2)
        return self._normalised(made[:, :, :-1, :-1], number)

    def _normalised(self, features: torch.Tensor, number: int) -> torch.Tensor:
        """Each channel of each picture brought to mean 0 and variance 1, then scaled and shifted."""
        shift, scale = (self.get_parameter(_key(3 * number + place)) for place in (1, 2))
        return functional.instance_norm(features, weight=scale, bias=shift, eps=_EPSILON)


def _key(number: int) -> str:
    """The name of the n-th tensor in the files that are shared."""
    return f"Variable_{number}" if number else "Variable"


def _shapes(width: int) -> Iterator[tuple[tuple[int, int, int, int], int]]:
    """The shape of each convolution's weight (rows, columns, inputs, outputs) and its outputs; of a transposed one,
    outputs stand before inputs."""
    yield (9, 9, 3, width), width
    yield (3, 3, width, 2 * width), 2 * width
    yield (3, 3, 2 * width, 4 * width), 4 * width
    for _ in range(2 * BLOCKS):
        yield (3, 3, 4 * width, 4 * width), 4 * width
    yield (3, 3, 2 * width, 4 * width), 2 * width
    yield (3, 3, width, 2 * width), width
    yield (9, 9, width, 3), 3


def open_network(path: Path, name: str) -> StyleNetwork:
    """The network in a .safetensors file, called `name`; raises WeightsError for any other content."""
    if path.suffix != ".safetensors":
        raise WeightsError(f"{name} is no .safetensors file", "convert the network to safetensors")
    state = load_state(path)
    first = state.get(_key(0))
    width = int(first.shape[-1]) if first is not None and first.ndim == 4 else 32
    with torch.device("meta"):
        network = StyleNetwork(width)
    if wrong := _difference(state, dict(network.named_parameters())):
        raise WeightsError(
            f"{name} is no feed-forward style network of the architecture that restyle runs: {wrong}",
            "docs/restyle.md says which networks it runs",
        )
    network.load_state_dict({key: tensor.float() for key, tensor in state.items()}, assign=True)
    return network.eval().requires_grad_(False)


def _difference(state: Mapping[str, torch.Tensor], wanted: Mapping[str, torch.Tensor]) -> str:
    """The first thing that is wrong with named tensors; "": nothing."""
    for key, tensor in wanted.items():
        if key not in state:
            return f"it has no tensor {key}"
        if state[key].shape != tensor.shape:
            held, right = ("x".join(map(str, each.shape)) for each in (state[key], tensor))
            return f"{key} is {held}, not {right}"
        if not bool(torch.isfinite(state[key].float()).all()):
            return f"{key} holds numbers that are not finite"
    more = sorted(set(state) - set(wanted))
    return f"it has another tensor, {more[0]}" if more else ""
