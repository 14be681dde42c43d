"""The network EfficientNet-Lite0 without its classifier: pictures to pooled features.

M. Tan, Q. Le, "EfficientNet", ICML 2019, in the Lite variant of Google's TPU repository: ReLU6 for swish, no squeezing
and exciting. It is written out here because the library that has it takes two seconds to load a thousand others.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import nn

_STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
"""Blocks, their kernel, the stride of the first, how much wider a block is inside, and its channels."""
_STEM, _FEATURES = 32, 1280


class _Residual(nn.Module):
    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.layers = nn.Sequential(*layers)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        changed: torch.Tensor = self.layers(features)
        return changed + features


def efficientnet_lite0(tensors: Mapping[str, torch.Tensor]) -> nn.Module:
    """The network with these weights: (n, 3, side, side) float32, `side` a multiple of 32, to (n, 1280) float32.

    The tensors come in the order of the layers, and may be followed by a classifier's. Raises RuntimeError where one
    has another shape.
    """
    with torch.device("meta"):
        network = _network()
    network.load_state_dict(dict(zip(network.state_dict(), tensors.values(), strict=False)), assign=True)
    return network.eval()


def _network() -> nn.Sequential:
    layers, width = _layer(3, _STEM, kernel=3, stride=2), _STEM
    for blocks, kernel, stride, wider, channels in _STAGES:
        for place in range(blocks):
            layers.append(_block(width, channels, kernel, stride if place == 0 else 1, wider))
            width = channels
    return nn.Sequential(*layers, *_layer(width, _FEATURES), nn.AdaptiveAvgPool2d(1), nn.Flatten())


def _block(width: int, channels: int, kernel: int, stride: int, wider: int) -> nn.Module:
    """An inverted residual: out to `wider` times the channels, each filtered by itself, and back."""
    inside = width * wider
    layers = [
        *(_layer(width, inside) if wider > 1 else []),
        *_layer(inside, inside, kernel, stride, groups=inside),
        *_layer(inside, channels, active=False),
    ]
    return _Residual(*layers) if (width, stride) == (channels, 1) else nn.Sequential(*layers)


def _layer(
    width: int, channels: int, kernel: int = 1, stride: int = 1, groups: int = 1, active: bool = True
) -> list[nn.Module]:
    """A convolution, normalized. TensorFlow's "same" padding: with stride 2, the odd row and column go to the end."""
    padding = kernel // 2 if stride == 1 else 0
    return [
        *([nn.ZeroPad2d((kernel // 2 - 1, kernel // 2) * 2)] if stride == 2 else []),
        nn.Conv2d(width, channels, kernel, stride, padding, groups=groups, bias=False),
        nn.BatchNorm2d(channels, eps=1e-3),
        *([nn.ReLU6(inplace=True)] if active else []),
    ]
